"""A questionnaire of another tool is published and filled in from its first page to its last, in every language."""

import io
import os
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from instruments.formats.foreign import convert
from instruments.schema import Instrument, Item
from surveyapp.db.session import Database, read_session, transaction
from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from tests.factories import files as file
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
REFERENCE = Path(os.environ.get("SURVEYAPP_REFERENCE", "../shared/reference")).resolve() / "surveys"
OTHERS = ("limesurvey/ls__ls6_sample_survey_multilingual_fr_de_en_it.lss", "limesurvey/ls__ls205_group_relevance.lss",
          "qualtrics/qtools__Sample_Survey.qsf")
FILES = [
    *(SAMPLES / name for name in ("canteen.lss", "canteen.qsf")),
    *(pytest.param(REFERENCE / name, marks=pytest.mark.reference) for name in OTHERS if (REFERENCE / name).is_file())]
MOST_PAGES = 40
DEPTH_OF_PAGE = 3           # /r/<token>/<section>; once it is handed in, the address has no section
FITTING = {"spend_1": "40", "spend_2": "60"}        # where a constraint asks for more than a kind


def read(path: Path) -> Instrument:
    return convert(path.read_bytes(), path.name)[0]


def answer_of(instrument: Instrument, item: Item) -> dict[str, object]:
    """Return the fields of an answer that every item of its kind takes."""
    if item.kind == "rating":
        return {item.key: str(instrument.scale(item.scale or "").points[0].value)}
    if item.kind == "upload":
        return {item.key: (io.BytesIO(file.picture("PNG")), "picture.png")}
    if item.kind in ("single", "acknowledge"):
        return {item.key: item.choices[0].value}
    if item.kind == "multiple":
        return {item.key: [choice.value for choice in item.choices if not choice.is_exclusive][:2]}
    if item.kind == "ranking":
        return {f"{item.key}.{choice.value}": str(place)
                for place, choice in enumerate(item.choices[:item.max_choices], 1)}
    words = {"integer": max(item.minimum or 0, min(1, item.maximum or 1)), "decimal": max(item.minimum or 0, 1),
             "date": "2001-02-03", "time": "10:00", "text": "a word"}
    return {item.key: str(words.get(item.kind, ""))}


def answers_of(instrument: Instrument, page: str) -> dict[str, object]:
    """Return an answer for every item on a page."""
    found: dict[str, object] = {}
    for item in instrument.items:
        if f'data-item="{item.key}"' in page:
            found |= answer_of(instrument, item)
    return found | {key: value for key, value in FITTING.items() if key in found}


def walk(respondent: Respondent, instrument: Instrument) -> list[str]:
    """Go from page to page until there is no more, and hand in; return the pages that were shown."""
    shown: list[str] = []
    respondent.begin()
    for _ in range(MOST_PAGES):
        if respondent.address.count("/") != DEPTH_OF_PAGE or respondent.page.status_code != 200:
            break
        shown.append(respondent.address.rpartition("/")[2])
        deed = "submit" if 'value="submit"' in respondent.page.text else "next"
        respondent.post(deed=deed, **answers_of(instrument, respondent.page.text))
    return shown


@pytest.fixture
def filled(database: Database, client: FlaskClient):
    def do(instrument: Instrument, language: str) -> tuple[Respondent, list[str]]:
        with transaction() as session:
            link = make.link_of(session, make.study(session, f"canteen {language}", instrument)).token
        respondent = Respondent(client, link, language)
        return respondent, walk(respondent, instrument)
    return do


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_questionnaire_of_another_tool_is_filled_in_to_its_end(filled, path: Path):
    instrument = read(path)

    respondent, shown = filled(instrument, instrument.languages[0])

    assert respondent.page.status_code == 200, re.findall(r'class="fault"[^>]*>([^<]*)', respondent.page.text)
    assert len(shown) > 0
    response = read_session().scalars(select(Response)).one()
    assert response.state == SUBMITTED
    stored = {key for page in read_session().scalars(select(ResponsePage)) for key in page.answers}
    assert len(stored) >= len({item.key for item in instrument.items if item.section == shown[0] and item.stores_answer
                               and item.kind not in ("hidden", "calculate")})


def test_an_arabic_questionnaire_runs_from_right_to_left_with_english_buttons(filled):
    instrument = read(SAMPLES / "canteen.lss")

    respondent, shown = filled(instrument, "ar")

    assert set(shown) == {"group_1", "group_2", "group_3", "group_4"}
    assert 'lang="ar" dir="rtl"' in respondent.page.text
    assert "انتهى" in respondent.page.text
    assert read_session().scalars(select(Response)).one().state == SUBMITTED


@pytest.mark.reference
@pytest.mark.skipif(not (REFERENCE / OTHERS[0]).is_file(), reason="the file of others is not there")
def test_a_questionnaire_in_five_languages_offers_each_by_its_own_name(database: Database, client: FlaskClient):
    instrument = read(REFERENCE / OTHERS[0])
    with transaction() as session:
        link = make.link_of(session, make.study(session, "five", instrument)).token

    pages = {code: Respondent(client, link, code).begin().page.text for code in instrument.languages}

    assert instrument.languages == ("en", "fr", "de-informal", "he", "it")
    for name in ("Français", "Deutsch (de-informal)", "עברית", "Italiano"):
        assert f">{name}<" in pages["en"]
    assert '<html lang="he" dir="rtl"' in pages["he"]
    assert all("dir=" not in pages[code].split("<body")[0] for code in ("en", "fr", "de-informal", "it"))
    assert all(">Next</button>" in page for page in pages.values())


def test_the_pages_of_an_arabic_questionnaire_hold_its_words_and_our_own_in_english(database: Database,
                                                                                      client: FlaskClient):
    instrument = read(SAMPLES / "canteen.lss")
    with transaction() as session:
        link = make.link_of(session, make.study(session, "canteen", instrument)).token

    respondent = Respondent(client, link, "ar").begin()

    assert "بماذا نناديك؟" in respondent.page.text
    assert ">Next</button>" in respondent.page.text
    assert re.search(r'<html lang="ar" dir="rtl"', respondent.page.text)
