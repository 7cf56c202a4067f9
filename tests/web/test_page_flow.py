"""The way through a questionnaire that screens, counts, shuffles and fills in defaults."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from instruments.schema import Quota, Screen, Section
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.response import QUOTA_FULL, SCREENED, SUBMITTED, Response, ResponsePage
from surveyapp.services.order import CHOICES, PAGES
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent

SCREEN = Screen("not_teller", "${ROLE} = 'teller'", make.both("Not for tellers.", "本问卷不面向柜员。"))
QUOTA = Quota("rms", "${ROLE} = 'rm'", 0, make.both("Enough have answered.", "名额已满。"))


def link_of(**changes: object) -> str:
    with transaction() as session:
        return make.link_of(session, make.study(session, "flow", make.instrument(**changes))).token


def response() -> Response:
    close_read_session()
    return read_session().scalars(select(Response)).one()


def pages() -> dict[str, dict]:
    close_read_session()
    return {page.section: page.answers for page in read_session().scalars(select(ResponsePage))}


def seen(text: str) -> list[str]:
    return re.search(r':seen" value="([^"]*)"', text)[1].split(",")


# ---- ends before the end --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("language", "words", "kept"), [
    ("en", "Not for tellers.", "kept apart and enters no result"), ("zh", "本问卷不面向柜员。", "单独保存"),
])
def test_whom_it_is_not_for_is_thanked_in_the_own_language(client: FlaskClient, database: Database, language: str,
                                                           words: str, kept: str):
    respondent = Respondent(client, link_of(screens=(SCREEN,)), language).begin().post(ROLE="teller")

    assert words in respondent.page.text
    assert kept in respondent.page.text
    assert 'class="value"' not in respondent.page.text      # nothing was handed in, so there is no code
    assert response().state == SCREENED


def test_after_the_end_every_address_leads_to_the_message(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(quotas=(QUOTA,))).begin().post(ROLE="rm").post(ROLE="rm", LOAD="3")
    token = respondent.token

    for path in (f"/r/{token}", f"/r/{token}/A", f"/r/{token}/B", f"/e/{token}"):
        assert "Enough have answered." in client.get(path, follow_redirects=True).text
    assert "Enough have answered." in client.post(f"/r/{token}/B", data={":deed": "next", "L1": "3"},
                                                  follow_redirects=True).text
    assert "Enough have answered." in client.post(f"/e/{token}", follow_redirects=True).text
    assert response().state == QUOTA_FULL
    assert "B" not in pages()


def test_a_total_quota_that_is_full_ends_after_the_first_page(client: FlaskClient, database: Database):
    link = link_of(quotas=(Quota("all", "true()", 0, make.both("Thank you, we are complete.")),))

    respondent = Respondent(client, link).begin().post(ROLE="teller")

    assert "Thank you, we are complete." in respondent.page.text


# ---- orders ---------------------------------------------------------------------------------------------------------
CHOICE_ITEM = make.item("COLOUR", "A", "single", shuffles_choices=True, choices=(
    *(make.choice(value) for value in "abcdefgh"), make.choice("other", has_text=True, is_fixed=True)))
BLOCKS = tuple(Section(key, "likert", make.both(f"Page {key}"), is_shuffled=True, shuffle_group=group)
               for key, group in (("A", None), ("B", "g"), ("C", "g"), ("D", "g"), ("E", "g"), ("F", None)))
SHUFFLED = {"sections": BLOCKS, "items": (
    CHOICE_ITEM, *(make.item(f"{page}{n}", page) for page in "BCDEF" for n in range(3)))}


def values_shown(text: str) -> list[str]:
    return re.findall(r'name="COLOUR" value="(\w+)"', text)


def walk(respondent: Respondent) -> list[str]:
    """Post page after page with nothing answered; return the sections in the order they came."""
    sections = []
    while respondent.address.startswith("/r/"):
        sections.append(respondent.address.split("/")[3])
        respondent.post()
    return sections


def test_a_respondent_keeps_the_own_order_on_every_device_and_in_every_language(client: FlaskClient,
                                                                                database: Database):
    respondent = Respondent(client, link_of(**SHUFFLED)).begin()
    address = respondent.address
    first = values_shown(respondent.page.text)
    elsewhere = respondent.client.application.test_client().get(address, headers={"User-Agent": "another"}).text
    respondent.post(**{":switch": "zh"})
    in_chinese = values_shown(respondent.page.text)
    respondent.post(COLOUR="a")
    way = walk(respondent)
    again = [respondent.client.get(f"/r/{respondent.token}/{key}").text for key in "BC"]

    assert first == values_shown(elsewhere) == in_chinese
    assert first[-1] == "other"
    assert sorted(way) == list("BCDEF")
    assert way[-1] == "F"
    assert [seen(text) for text in again] == [response_order(key) for key in "BC"]


def response_order(section: str) -> list[str]:
    from surveyapp.services.questionnaire import compile_questionnaire, shown_order

    page = compile_questionnaire(make.instrument(**SHUFFLED)).find_page(section)
    return list(shown_order(page, str(response().seed)))


def test_respondents_differ_in_their_orders(client: FlaskClient, database: Database):
    link = link_of(**SHUFFLED)
    people = [Respondent(client, link).begin() for _ in range(6)]

    assert len({tuple(values_shown(person.page.text)) for person in people}) > 1
    assert len({tuple(walk(person.post(COLOUR="a"))) for person in people}) > 1


def test_going_back_follows_the_own_order(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(**SHUFFLED)).begin().post(COLOUR="a")
    first = respondent.address
    respondent.post()

    respondent.post(deed="back")

    assert respondent.address == first


def test_going_on_later_leads_to_the_next_page_of_the_own_order(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(**SHUFFLED)).begin().post(COLOUR="a").post()
    expected = respondent.address

    assert client.get(f"/r/{respondent.token}").headers["Location"] == expected


def test_the_orders_are_stored_as_they_were_shown(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(**SHUFFLED)).begin()
    choices = values_shown(respondent.page.text)
    way = walk(respondent)
    respondent.hand_in()

    stored = response().shown_order
    assert response().state == SUBMITTED
    assert stored[CHOICES + "COLOUR"] == choices
    assert stored[PAGES] == way
    assert sorted(stored["B"]) == ["B0", "B1", "B2"]


def test_a_shuffled_ranking_keeps_its_answers(client: FlaskClient, database: Database):
    ranking = make.item("RANK", "A", "ranking", shuffles_choices=True,
                        choices=tuple(make.choice(value) for value in "vwxyz"))
    respondent = Respondent(client, link_of(items=(ranking, make.item("L1", "B")))).begin()
    respondent.post(**{"RANK.w": "1", "RANK.z": "2"})

    page = respondent.open("A").page.text

    assert pages()["A"] == {"RANK": ["w", "z"]}
    for value, place in (("w", 1), ("z", 2)):
        assert re.search(rf'name="RANK\.{value}".*?value="{place}" selected', page)


def test_a_shuffled_choice_with_text_keeps_both(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(**SHUFFLED)).begin()
    respondent.post(COLOUR="other", COLOUR_other_text="<turquoise>")

    page = respondent.open("A").page.text

    assert 'value="other" checked' in page
    assert 'value="&lt;turquoise&gt;"' in page


# ---- defaults -------------------------------------------------------------------------------------------------------
DEFAULTS = (
    make.item("KIND", "A", "single", choices=(make.choice("x"), make.choice("y")), default="y"),
    make.item("MANY", "A", "multiple", choices=tuple(make.choice(value) for value in "abc"), default="a c"),
    make.item("RANK", "A", "ranking", choices=tuple(make.choice(value) for value in "pq"), default="q p"),
    make.item("N", "A", "integer", default="12"), make.item("WORDS", "A", "text", default="as <usual>"),
    make.item("L", "A", default="3"), make.item("BAD", "A", "integer", default="many"),
    make.item("IF_Y", "A", show_if="${KIND} = 'y'"), make.item("L1", "B"),
)


def test_defaults_stand_in_the_form_and_are_stored_when_it_is_posted(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(items=DEFAULTS)).begin()
    page = respondent.page.text
    nothing_yet = pages()

    respondent.post(**{"KIND": "y", "MANY": ["a", "c"], "RANK.q": "1", "RANK.p": "2", "N": "12",
                       "WORDS": "as <usual>", "L": "3"})

    assert nothing_yet == {}
    for text in ('value="y" checked', 'value="a" checked', 'value="c" checked', 'value="12"', "as &lt;usual&gt;",
                 'value="3" checked'):
        assert text in page, text
    assert 'value="x" checked' not in page
    assert "many" not in page
    assert pages()["A"] == {"KIND": "y", "MANY": ["a", "c"], "RANK": ["q", "p"], "N": 12, "WORDS": "as <usual>", "L": 3,
                            "BAD": -92, "IF_Y": -92}


def test_what_depends_on_a_default_is_shown_with_it(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(items=DEFAULTS)).begin()

    assert "IF_Y" in seen(respondent.page.text)


def test_a_default_that_was_taken_away_stays_away(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(items=DEFAULTS)).begin().post(N="", WORDS="")

    page = respondent.open("A").page.text

    assert 'value="12"' not in page
    assert "usual" not in page
    assert pages()["A"]["N"] == -92


def test_a_default_on_a_page_that_was_never_reached_is_no_answer(client: FlaskClient, database: Database):
    Respondent(client, link_of(items=DEFAULTS)).begin().open("B").post(L1="3").hand_in()

    assert pages()["A"]["N"] == -94


# ---- device ---------------------------------------------------------------------------------------------------------
AGENTS = {
    "Mozilla/5.0 (Linux; Android 13; V2307A Build/TP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.47 NetType/4G Language/zh_CN": "phone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.49 NetType/WIFI": "phone",
    "Mozilla/5.0 (Linux; Android 12; HarmonyOS; ALN-AL10) AppleWebKit/537.36 Chrome/99 Mobile Safari/537.36": "phone",
    "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 Version/12.1.2 Mobile/15E148": "tablet",
    "Mozilla/5.0 (Linux; Android 11; SM-T500) AppleWebKit/537.36 Chrome/110 Safari/537.36": "tablet",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 Chrome/78.0 Safari/537.36": "desk",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15": "desk",
    "": None,
}


@pytest.mark.parametrize(("agent", "device"), AGENTS.items(), ids=lambda value: str(value)[:60])
def test_only_the_class_of_device_is_stored(client: FlaskClient, database: Database, agent: str, device: str | None):
    client.environ_base["HTTP_USER_AGENT"] = agent

    Respondent(client, link_of()).begin()

    assert response().device == device
