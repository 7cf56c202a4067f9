"""A respondent's way through a questionnaire, without JavaScript."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import Database, read_session, transaction
from surveyapp.models.response import OPEN, SUBMITTED, Response, ResponsePage
from surveyapp.services.study import close_wave, get_study, get_wave
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent

ALL_OF_B = {f"L{n}": "4" for n in range(1, 6)} | {"CHECK": "2"}
ALL_OF_C = {"MANY": ["a", "b"], "RANK.x": "1", "RANK.y": "2", "RANK.z": "3", "SHARE": "40", "NPS": "9"}
ALL_OF_D = {"DAY": "2026-05-04", "HOUR": "10:00", "SEEN": "OK", "OPEN": "More time, fewer forms."}
HEAVIEST_PAGE = 40_000      # bytes transferred with style and script: the figure of the design
HEAVIEST_SCRIPT = 6_000


@pytest.fixture
def link(database: Database) -> str:
    with transaction() as session:
        return make.link_of(session, make.study(session)).token


@pytest.fixture
def respondent(client: FlaskClient, link: str) -> Respondent:
    return Respondent(client, link).begin()


def responses() -> list[Response]:
    return list(read_session().scalars(select(Response)))


def pages() -> dict[str, dict]:
    return {page.section: page.answers for page in read_session().scalars(select(ResponsePage))}


def test_the_first_page_says_what_it_is_and_stores_nothing(client: FlaskClient, link: str):
    page = client.get(f"/q/{link}?lang=en")

    assert page.status_code == 200
    assert "What it is about." in page.text
    assert "about 3 minutes" in page.text
    assert "at least 5 people" in page.text
    assert responses() == []


def test_no_page_sets_a_cookie(client: FlaskClient, link: str):
    respondent = Respondent(client, link)
    replies = [respondent.page, respondent.begin().page, respondent.post(ROLE="teller").page,
               client.get("/withdraw"), client.get("/q/unknown")]

    assert [reply.headers.get("Set-Cookie") for reply in replies] == [None] * 5


def test_without_consent_nothing_is_asked_and_the_reason_is_said(client: FlaskClient, link: str):
    respondent = Respondent(client, link).begin(consent="")

    assert respondent.page.status_code == 422
    assert "Please tick the box" in respondent.page.text
    assert responses() == []


def test_a_whole_questionnaire_ends_with_thanks_and_a_code(respondent: Respondent):
    respondent.post(ROLE="teller").post(**ALL_OF_B).post(**ALL_OF_C).post(deed="submit", **ALL_OF_D)

    assert "Your answers are stored." in respondent.page.text
    assert re.search(r'class="value"[^>]*>[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}<', respondent.page.text)
    assert responses()[0].state == SUBMITTED
    assert pages()["C"] == {"MANY": ["a", "b"], "RANK": ["x", "y", "z"], "SHARE": 40, "NPS": 9}
    assert pages()["D"]["OPEN"] == "More time, fewer forms."


def test_a_page_that_a_condition_opens_is_shown(respondent: Respondent):
    respondent.post(ROLE="rm")
    respondent.post(ROLE="rm", LOAD="30").post(**ALL_OF_B).post(**ALL_OF_C).post(**ALL_OF_D)

    assert respondent.address.endswith("/E")
    assert "Question BOSS" in respondent.page.text


def test_a_question_brought_up_by_the_page_itself_is_pointed_out(respondent: Respondent):
    respondent.post(ROLE="rm")

    assert respondent.address.endswith("/A")
    assert "one more question on this page" in respondent.page.text
    assert 'href="#f-LOAD"' in respondent.page.text


def test_what_was_left_out_is_said_once_and_may_stay_left_out(respondent: Respondent):
    respondent.post(ROLE="teller").post(L1="4").post(**ALL_OF_C).post(deed="submit", **ALL_OF_D)
    reminder = respondent.page.text
    respondent.hand_in()

    assert "5 questions have no answer" in reminder
    assert responses()[0].state == SUBMITTED
    assert pages()["B"]["L2"] == -92


def test_open_questions_may_stay_empty_without_a_reminder(respondent: Respondent):
    respondent.post(ROLE="teller").post(**ALL_OF_B).post(**ALL_OF_C)
    respondent.post(deed="submit", **{**ALL_OF_D, "OPEN": ""})

    assert responses()[0].state == SUBMITTED


def test_a_fault_is_told_beside_its_question_with_what_was_typed(respondent: Respondent):
    respondent.open("C").post(SHARE="140", NPS="9")

    assert respondent.page.status_code == 422
    assert 'href="#f-SHARE"' in respondent.page.text
    assert 'value="140"' in respondent.page.text
    assert 'aria-describedby="e-SHARE"' in respondent.page.text
    assert pages()["C"] == {"MANY": -92, "RANK": -92, "NPS": 9}


def test_going_back_shows_what_was_answered(respondent: Respondent):
    respondent.post(ROLE="teller").post(deed="back", L1="4")

    assert respondent.address.endswith("/A")
    assert 'value="teller" checked' in respondent.page.text
    assert pages()["B"] == {"L1": 4}


def test_a_fault_does_not_hold_back_who_goes_back(respondent: Respondent):
    respondent.open("C").post(deed="back", SHARE="many")

    assert respondent.address.endswith("/B")


def test_the_own_address_leads_on_where_one_stopped(client: FlaskClient, respondent: Respondent):
    respondent.post(ROLE="teller").post(**ALL_OF_B)

    reply = client.get(f"/r/{respondent.token}")

    assert reply.headers["Location"].endswith("/C")


def test_the_language_can_be_changed_on_every_page(respondent: Respondent):
    respondent.post(ROLE="teller").post(deed="next", **{":switch": "zh", "L1": "5"})

    assert respondent.address.endswith("/B")
    assert '<html lang="zh-Hans">' in respondent.page.text
    assert "非常不同意" in respondent.page.text
    assert pages()["B"] == {"L1": 5}
    assert responses()[0].language == "zh"


def test_the_first_page_follows_the_browsers_language(client: FlaskClient, link: str):
    page = client.get(f"/q/{link}", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})

    assert "问卷说明。" in page.text


def test_posting_the_last_page_twice_shows_the_thanks_again(respondent: Respondent):
    respondent.post(ROLE="teller").post(**ALL_OF_B).post(**ALL_OF_C)
    last, form = respondent.address, {**respondent.hidden, ":deed": "submit", **ALL_OF_D}
    respondent.post(deed="submit", **ALL_OF_D)
    code = re.search(r'class="value"[^>]*>([^<]+)<', respondent.page.text)[1]

    reply = respondent.client.post(last, data=form, follow_redirects=True)

    assert code in reply.text
    assert len(responses()) == 1


def test_a_submitted_response_shows_no_answers_any_more(respondent: Respondent):
    respondent.post(ROLE="teller").hand_in()

    reply = respondent.client.get(f"/r/{respondent.token}/A", follow_redirects=True)

    assert "teller" not in reply.text
    assert "Thank you" in reply.text


def test_reading_a_page_changes_nothing(respondent: Respondent):
    for path in ("", "/A", "/B", "/E"):
        respondent.client.get(f"/r/{respondent.token}{path}")
    respondent.client.get(f"/e/{respondent.token}")

    assert responses()[0].state == OPEN
    assert pages() == {}


def test_a_closed_questionnaire_is_said_in_the_respondents_language(client: FlaskClient, link: str):
    respondent = Respondent(client, link, "zh").begin()
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))

    first, page, post = client.get(f"/q/{link}?lang=zh"), respondent.open("A").page, respondent.post(ROLE="rm").page

    assert [first.status_code, page.status_code, post.status_code] == [409, 409, 409]
    assert all('lang="zh-Hans"' in reply.text for reply in (first, page))
    assert pages() == {}


@pytest.mark.parametrize("path", ["/q/nothing", "/r/nothing", "/r/nothing/A", "/e/nothing", "/r/" + "a" * 44])
def test_an_unknown_address_is_not_found(client: FlaskClient, database: Database, path: str):
    assert client.get(path).status_code == 404


def test_an_unknown_page_of_a_response_is_not_found(respondent: Respondent):
    assert respondent.open("Z").page.status_code == 404


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
    {"Origin": "null"},
])
def test_a_post_from_another_site_is_refused(respondent: Respondent, headers: dict[str, str]):
    form = {**respondent.hidden, ":deed": "next", "ROLE": "rm"}

    reply = respondent.client.post(respondent.address, data=form, headers=headers)

    assert reply.status_code == 403
    assert pages() == {}


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {}])
def test_a_post_from_the_own_page_is_taken(respondent: Respondent, headers: dict[str, str]):
    form = {**respondent.hidden, ":deed": "next", "ROLE": "teller"}

    reply = respondent.client.post(respondent.address, data=form, headers=headers)

    assert reply.status_code == 303


def test_the_browser_saves_single_answers(respondent: Respondent):
    reply = respondent.client.post(f"/r/{respondent.token}/B", data={":only": "L2", "L2": "5"})

    assert reply.json == {"is_saved": True}
    assert pages()["B"] == {"L2": 5}


def test_the_browser_is_told_when_an_answer_comes_too_late(respondent: Respondent):
    respondent.hand_in()

    reply = respondent.client.post(f"/r/{respondent.token}/B", data={":only": "L2", "L2": "5"})

    assert reply.status_code == 409
    assert reply.json["is_saved"] is False


def test_what_respondents_type_is_shown_as_text(respondent: Respondent):
    payload = '"><script>alert(1)</script>{{7*7}}'
    respondent.open("D").post(OPEN=payload)

    page = respondent.open("D").page.text

    assert "<script>alert" not in page
    assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page


def test_what_authors_write_is_shown_as_text(client: FlaskClient, database: Database):
    nasty = make.item("L1", "B", hint=make.both("<b onclick=x>", "<i>"))
    with transaction() as session:
        study = make.study(session, "nasty", make.instrument(title=make.both("<script>1</script>"), items=(nasty,)))
        token = make.link_of(session, study).token

    respondent = Respondent(client, token)
    pages_seen = respondent.page.text + respondent.begin().page.text

    assert "<script>1" not in pages_seen
    assert "<b onclick" not in pages_seen


def test_a_note_shows_its_hint(client: FlaskClient, database: Database):
    note = make.item("NOTE", "A", "note", hint=make.both("You need about one minute.", "约需一分钟。"))
    with transaction() as session:
        study = make.study(session, "hinted", make.instrument(items=(note, make.item("L1", "A"))))
        token = make.link_of(session, study).token

    pages = {language: Respondent(client, token, language).begin().page.text for language in ("en", "zh")}

    assert '<p class="hint">You need about one minute.</p></div>' in pages["en"]
    assert '<p class="hint">约需一分钟。</p></div>' in pages["zh"]


def test_an_earlier_answer_can_be_repeated_in_a_later_question(client: FlaskClient, database: Database):
    said = make.item("SAID", "A", "text")
    asks = make.item("ASKS", "B", hint=make.both("You said ${SAID}."))
    with transaction() as session:
        study = make.study(session, "piping", make.instrument(items=(said, asks)))
        token = make.link_of(session, study).token

    respondent = Respondent(client, token).begin().post(SAID="<b>slow</b>")

    assert "You said &lt;b&gt;slow&lt;/b&gt;." in respondent.page.text


def test_a_rule_of_the_author_is_told_in_the_authors_words(client: FlaskClient, database: Database):
    even = make.item("EVEN", "A", "integer", constraint=". mod 2 = 0",
                     constraint_message=make.both("Only even numbers, <please>."))
    with transaction() as session:
        study = make.study(session, "rule", make.instrument(items=(even, make.item("L1", "B"))))
        token = make.link_of(session, study).token
    respondent = Respondent(client, token).begin()

    refused = respondent.post(EVEN="3").page
    respondent.post(EVEN="4")

    assert refused.status_code == 422
    assert "Only even numbers, &lt;please&gt;." in refused.text
    assert pages()["A"] == {"EVEN": 4}


def test_a_questionnaire_without_skipping_holds_on_until_an_answer_is_given(client: FlaskClient, database: Database):
    with transaction() as session:
        items = (make.item("L1", "B"), make.item("L2", "C"))
        study = make.study(session, "strict", make.instrument(allow_skip=False, items=items))
        token = make.link_of(session, study).token
    respondent = Respondent(client, token).begin()

    held = respondent.post().page
    respondent.post(L1="-93")

    assert held.status_code == 422
    assert "cannot go on without it" in held.text
    assert respondent.address.endswith("/C")


def test_a_text_behind_an_option_that_was_taken_back_is_not_handed_in(respondent: Respondent):
    respondent.open("C").post(MANY=["other"], MANY_other_text="no time")
    respondent.open("C").post(MANY=["a"], MANY_other_text="no time")

    respondent.hand_in()

    assert pages()["C"]["MANY"] == ["a"]
    assert "MANY_other_text" not in pages()["C"]


def test_a_gap_can_be_filled_from_the_end_without_paging_on(respondent: Respondent):
    respondent.post(ROLE="teller").post(L1="4").post(**ALL_OF_C).post(deed="submit", **ALL_OF_D)

    respondent.open("B").post(deed="end", **ALL_OF_B)

    assert "All questions have an answer." in respondent.page.text


def test_the_own_address_is_offered_to_go_on_later(respondent: Respondent):
    assert f'href="http://localhost/r/{respondent.token}"' in respondent.page.text


def test_items_come_in_the_respondents_own_order(client: FlaskClient, link: str):
    orders = {re.search(r':seen" value="([^"]*)"', Respondent(client, link).begin().open("B").page.text)[1]
              for _ in range(8)}

    assert len(orders) > 1
    assert {tuple(sorted(order.split(","))) for order in orders} == {("CHECK", "L1", "L2", "L3", "L4", "L5")}


def test_an_attention_item_looks_like_any_other(respondent: Respondent):
    page = respondent.open("B").page.text
    shapes = {re.sub("L[1-5]|CHECK", "KEY", html) for html in re.findall(r"<fieldset.*?</fieldset>", page, re.DOTALL)}

    assert len(shapes) == 1


def test_a_trial_link_says_that_answers_are_not_counted(client: FlaskClient, link: str):
    with transaction() as session:
        make.link_of(session, get_study(session, "small")).is_test = True

    assert "not counted" in client.get(f"/q/{link}?lang=en").text


def test_a_withdrawal_is_confirmed_and_an_unknown_code_explained(client: FlaskClient, respondent: Respondent):
    respondent.post(ROLE="teller").hand_in()
    code = re.search(r'class="value"[^>]*>([^<]+)<', respondent.page.text)[1]

    wrong = client.post("/withdraw?lang=en", data={"code": "AAAA-AAAA-AAAA"})
    right = client.post("/withdraw?lang=en", data={"code": code.lower()})

    assert wrong.status_code == 422
    assert "not known" in wrong.text
    assert "will be deleted when collection closes" in right.text
    assert responses()[0].consent["is_revoked"] is True


def test_the_heaviest_page_stays_light(client: FlaskClient, bank_study):
    files = ("respond.css", "respond.js", "respond_logic.js", "respond_widgets.js", "icon.svg")
    static = {name: len(client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}, buffered=True).data)
              for name in files}
    with transaction() as session:
        tokens = [link.token for link, _ in make.list_links(session, get_wave(session, bank_study))]
    heaviest = 0
    for token in tokens:
        for language in ("en", "zh"):
            respondent = Respondent(client, token, language).begin()
            for section in "ABCDEFG":
                heaviest = max(heaviest, len(respondent.open(section).page.data))

    assert sum(size for name, size in static.items() if name.endswith(".js")) <= HEAVIEST_SCRIPT
    assert heaviest + sum(static.values()) <= HEAVIEST_PAGE
