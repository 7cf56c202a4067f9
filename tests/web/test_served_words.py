"""A study of patients speaks of patients on its pages, and calls its staff by its own word; a bank's does not."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from instruments.template_loader import load_catalogue_template
from reports.wording import spoken
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.sample.outpatient import OUTPATIENT_PLAN, outpatient_facts
from surveyapp.services.account import add_account
from surveyapp.services.interview import guide_of
from surveyapp.services.note_sheet_document import note_sheet
from surveyapp.services.note_sheet_words import folded, group_keys
from surveyapp.services.planner import planned_population
from surveyapp.services.study import create_study, get_study, template_of
from tests.conftest import PASSWORD

STRANGE = {"en": re.compile(r"(?<![\w-])[Cc]ustomers?\b(?![.=_-]\w)"), "zh": re.compile(r"客户(?!经理)|(?<!人)员工")}
PAGES = ("", "/diagnosis", "/planner", "/questionnaires", "/interviews", "/interviews/sheet", "/guide",
         "/organisation", "/joint", "/measurement", "/codes", "/what-if", "/answers", "/waves/w1/invitations/patient",
         "/interviews/schedule", "/interviews/new", "/interview-analysis")


@pytest.fixture
def clinic(database) -> Iterator[Study]:
    template = load_catalogue_template("outpatient_service")
    with transaction() as session:
        study = create_study(session, template, "clinic", facts=outpatient_facts(OUTPATIENT_PLAN))
        add_account(session, "anna", "Anna", "administrator", PASSWORD)
    yield get_study(read_session(), study.id)
    close_read_session()


@pytest.fixture
def anna(client: FlaskClient, clinic: Study) -> FlaskClient:
    client.post("/login", data={"login": "anna", "password": PASSWORD})
    return client


def _own_words(page: str) -> str:
    """Return what a page says, without the titles of other templates' questionnaires to begin with."""
    return re.sub(r"<[^>]+>", " ", re.sub(r'<select id="template".*?</select>', "", page, flags=re.DOTALL))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_of_a_clinic_speaks_of_customers(anna: FlaskClient, clinic: Study, language: str):
    anna.post("/language", data={"language": language})

    told = {path: anna.get(f"/studies/{clinic.id}{path}") for path in PAGES}

    assert sum(answer.status_code == 200 for answer in told.values()) >= 12, {
        path: answer.status_code for path, answer in told.items()}
    strange = {path: STRANGE[language].findall(_own_words(answer.text)) for path, answer in told.items()}
    assert {path: words for path, words in strange.items() if words} == {}


@pytest.mark.parametrize(("language", "words"), [("en", "Answers of patients you expect"), ("zh", "预计患者答卷份数")])
def test_the_planner_asks_for_patients_and_knows_how_many_there_are(anna, clinic: Study, language: str, words: str):
    anna.post("/language", data={"language": language})

    page = anna.get(f"/studies/{clinic.id}/planner").text

    assert words in page
    known = planned_population(template_of(read_session(), clinic), outpatient_facts(OUTPATIENT_PLAN))
    assert known["staff"] is not None


def test_a_bank_goes_on_speaking_of_customers(anna: FlaskClient, bank_study: Study):
    assert "Answers of customers you expect" in anna.get(f"/studies/{bank_study.id}/planner").text


def test_a_value_put_into_a_message_keeps_its_words():
    assert spoken("%(customer)s of {customers}: customers, Customer.", "en", {"served": ("patient", "patients")}) == (
        "%(customer)s of {customers}: patients, Patient.")


@pytest.mark.parametrize(("language", "name"), [("en", "Patient"), ("zh", "患者")])
def test_the_sheet_for_notes_names_the_group_and_the_name_leads_back_to_it(clinic: Study, language: str, name: str):
    guide = guide_of(clinic)

    sheet = zipfile.ZipFile(io.BytesIO(note_sheet(guide, "patient", language, "clinic")))

    assert f"{guide.version} · {name}" in sheet.read("word/document.xml").decode()
    assert group_keys(guide)[folded(name)] == "patient"
