"""What a page shows besides its questions: reminders, progress, a polite word on speed, the commitment line."""

import hashlib
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from instruments.schema import AnswerScale
from surveyapp.db.base import utc_now
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.response import OPEN, SUBMITTED, Response, ResponsePage
from surveyapp.services.courtesy import SECONDS_PER_ITEM
from surveyapp.views.stacked_table import stacked
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent

ALL_OF_B = {f"L{n}": "4" for n in range(1, 6)} | {"CHECK": "2"}


def link_of(**changes: object) -> str:
    with transaction() as session:
        return make.link_of(session, make.study(session, "courteous", make.instrument(**changes))).token


def response() -> Response:
    close_read_session()
    return read_session().scalars(select(Response)).one()


def pages() -> dict[str, dict]:
    close_read_session()
    return {page.section: page.answers for page in read_session().scalars(select(ResponsePage))}


# ---- required items -------------------------------------------------------------------------------------------------
REQUIRED = {"items": (
    make.item("MUST", "A", "single", choices=(make.choice("x"), make.choice("y")), is_required=True),
    make.item("N", "A", "integer", is_required=True), make.item("MAY", "A", "text"), make.item("L1", "B"))}


def test_a_required_item_is_asked_for_once_and_then_let_go(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(**REQUIRED)).begin()

    reminder = respondent.post(MAY="words").page
    respondent.post(MAY="words")

    assert reminder.status_code == 422
    assert "2 questions have no answer yet." in reminder.text
    assert "You may also go on without it." in reminder.text
    assert 'href="#i-MUST"' in reminder.text
    assert respondent.address.endswith("/B")
    assert pages()["A"] == {"MUST": -92, "N": -92, "MAY": "words"}


def test_an_item_that_became_blank_later_is_asked_for_as_well(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(**REQUIRED)).begin()
    respondent.post(N="1")

    held = respondent.post(MUST="x").page

    assert held.status_code == 422
    assert 'href="#f-N"' in held.text


def test_who_is_reminded_may_say_that_he_would_rather_not_answer(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(**REQUIRED)).begin()
    offered = respondent.post(MUST="x").page.text

    respondent.post(MUST="x", **{":refused": ["N"]})
    again = respondent.open("A").page.text

    assert 'name=":refused" value="N"' in offered
    assert pages()["A"]["N"] == -93
    assert 'name=":refused" value="N" checked' in again
    assert 'value="-93"' not in again


def test_an_answer_outweighs_the_tick(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(**REQUIRED)).begin().post()

    respondent.post(MUST="x", N="7", **{":refused": ["N", "MUST"]})

    assert pages()["A"] == {"MUST": "x", "N": 7, "MAY": -92}


def test_no_way_out_is_offered_beside_one_of_the_items_own(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(allow_skip=False, items=(make.item("L1", "B"),))).begin()

    assert ":refused" not in respondent.post().page.text


def test_where_nothing_may_be_skipped_the_way_out_still_leads_on(client: FlaskClient, database: Database):
    items = (make.item("N", "A", "integer"), make.item("L1", "B"))
    respondent = Respondent(client, link_of(allow_skip=False, items=items)).begin()

    held = [respondent.post().page.status_code, respondent.post().page.status_code]
    respondent.post(**{":refused": ["N"]})

    assert held == [422, 422]
    assert respondent.address.endswith("/B")


def test_the_browser_can_save_a_refusal(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(**REQUIRED)).begin()

    client.post(f"/r/{respondent.token}/A", data={":only": "N", ":refused": "N"})

    assert pages()["A"] == {"N": -93}


# ---- progress -------------------------------------------------------------------------------------------------------
def percent(text: str) -> int:
    return int(re.search(r'<progress max="100" value="(\d+)"', text)[1])


def test_there_is_no_progress_bar_unless_the_author_wants_one(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of()).begin()

    assert "<progress" not in respondent.page.text
    assert response().courtesies is None


def test_progress_counts_only_the_pages_that_concern_the_respondent(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(has_progress=True)).begin()
    first = percent(respondent.page.text)
    respondent.post(ROLE="teller")

    assert first == 0
    assert percent(respondent.page.text) == 25      # A of A, B, C, D; E is for others
    assert "25 % done" in respondent.page.text
    assert response().courtesies == {"progress": 25}


def test_progress_never_moves_backward(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(has_progress=True)).begin().post(ROLE="teller").post(**ALL_OF_B)
    before = percent(respondent.page.text)

    respondent.open("A").post(ROLE="rm")        # one more page now concerns them
    after = percent(respondent.page.text)
    respondent.open("A")

    assert before == 50
    assert after >= 50
    assert percent(respondent.page.text) >= 50


# ---- speed ----------------------------------------------------------------------------------------------------------
def test_a_page_posted_faster_than_it_can_be_read_is_remarked_once(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(has_speed_prompt=True)).begin().post(ROLE="teller")

    respondent.post(**ALL_OF_B)
    prompted = respondent.page.text
    respondent.open("B").post(**ALL_OF_B)

    assert "very quickly" in prompted
    assert f'href="/r/{respondent.token}/B"' in prompted
    assert "very quickly" not in respondent.page.text
    assert response().courtesies == {"speed_prompt": ["B"]}
    assert pages()["B"]["L1"] == 4


def test_who_takes_time_is_not_prompted(client: FlaskClient, database: Database,
                                        monkeypatch: pytest.MonkeyPatch):
    respondent = Respondent(client, link_of(has_speed_prompt=True)).begin().post(ROLE="teller")
    later = utc_now() + timedelta(seconds=1 + 6 * SECONDS_PER_ITEM)
    monkeypatch.setattr("surveyapp.services.response_page.utc_now", lambda: later)

    respondent.post(**ALL_OF_B)

    assert "very quickly" not in respondent.page.text
    assert response().courtesies is None


def test_a_page_of_few_items_may_be_answered_at_a_glance(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(has_speed_prompt=True)).begin().post(ROLE="teller")

    assert "very quickly" not in respondent.page.text


def test_the_prompt_is_off_unless_the_author_wants_it(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of()).begin().post(ROLE="teller").post(**ALL_OF_B)

    assert "very quickly" not in respondent.page.text


def test_the_last_page_is_not_handed_in_over_the_prompt(client: FlaskClient, database: Database):
    items = tuple(make.item(f"L{n}", "B") for n in range(4))
    respondent = Respondent(client, link_of(has_speed_prompt=True, items=items)).begin()
    answers = {f"L{n}": "2" for n in range(4)}

    respondent.post(deed="submit", **answers)
    held, prompted = response().state, respondent.page.text
    respondent.post(deed="submit", **answers)

    assert held == OPEN
    assert "very quickly" in prompted
    assert response().state == SUBMITTED


# ---- commitment -----------------------------------------------------------------------------------------------------
LINE = make.both("I will read each question with care.", "我会认真阅读每一个问题。")


@pytest.mark.parametrize("tick", ["yes", ""])
def test_the_commitment_is_stored_with_its_text_and_is_never_a_condition(client: FlaskClient, database: Database,
                                                                         tick: str):
    respondent = Respondent(client, link_of(commitment=LINE), "zh")
    shown = respondent.page.text

    respondent.begin(commitment=tick)

    assert LINE["zh"] in shown
    assert respondent.address.endswith("/A")
    assert response().courtesies == {"commitment": {
        "is_given": tick == "yes", "language": "zh", "text_hash": hashlib.sha256(LINE["zh"].encode()).hexdigest()}}


def test_a_tick_is_not_lost_where_consent_is_missing(client: FlaskClient, database: Database):
    respondent = Respondent(client, link_of(commitment=LINE)).begin(consent="", commitment="yes")

    assert re.search(r'name="commitment" value="yes" checked', respondent.page.text)


# ---- grids ----------------------------------------------------------------------------------------------------------
def grid_items(n: int, appearance: str | None = "likert grid") -> tuple:
    return tuple(make.item(f"G{number}", "B", appearance=appearance) for number in range(n))


@pytest.mark.parametrize(("n", "rows"), [(5, [5]), (7, [7]), (8, [4, 4]), (15, [5, 5, 5])])
def test_a_grid_has_at_most_seven_rows(client: FlaskClient, database: Database, n: int, rows: list[int]):
    page = Respondent(client, link_of(items=grid_items(n))).begin().page.text

    grids = page.split('<div class="grid">')[1:]

    assert [grid.split("</div>\n</fieldset>\n</div>")[0].count("<fieldset") for grid in grids] == rows


def test_items_are_stacked_unless_the_author_wants_a_grid(client: FlaskClient, database: Database):
    assert 'class="grid"' not in Respondent(client, link_of(items=grid_items(5, None))).begin().page.text


def test_a_grid_and_a_stack_differ_in_nothing_but_the_box_around_them(client: FlaskClient, database: Database):
    items = grid_items(3)
    plain = tuple(make.item(f"G{number}", "B") for number in range(3))
    with transaction() as session:
        tokens = [make.link_of(session, make.study(session, name, make.instrument(items=content))).token
                  for name, content in (("one", items), ("two", plain))]

    fieldsets = [sorted(re.findall(r"<fieldset.*?</fieldset>", Respondent(client, token).begin().page.text, re.DOTALL))
                 for token in tokens]

    assert fieldsets[0] == fieldsets[1]
    assert all("<legend>" in row for row in fieldsets[0])


def test_another_scale_begins_another_grid(client: FlaskClient, database: Database):
    short = AnswerScale("short", "ordinal", make.AGREE.points[:2])
    items = (*grid_items(2), *(make.item(f"S{n}", "B", scale="short", appearance="grid") for n in range(2)))

    page = Respondent(client, link_of(items=items, scales=(make.AGREE, make.RECOMMEND, short))).begin().page.text

    assert page.count('<div class="grid">') == 2


def test_a_choice_that_is_not_offered_is_hidden_without_modern_css(client: FlaskClient, database: Database):
    choices = (make.choice("a"), make.choice("b", show_if="${ROLE} = 'rm'"))
    items = (make.item("ROLE", "A", "single", choices=(make.choice("rm"), make.choice("teller"))),
             make.item("PICK", "B", "single", choices=choices), make.item("RANK", "B", "ranking", choices=choices))

    page = Respondent(client, link_of(items=items)).begin().post(ROLE="teller").page.text

    assert '<label class="choice" hidden><input type="radio" name="PICK" value="b" disabled>' in page
    assert '<p class="rank" hidden><select name="RANK.b" disabled' in page


def test_a_label_of_a_narrow_table_is_not_parted_where_its_head_is_held_together():
    page = stacked('<table><thead><tr><th>严重<span class="whole">程度</span></th></tr></thead>'
                   "<tbody><tr><td>3.65</td></tr></tbody></table>")

    assert 'data-label="严重程度"' in page
