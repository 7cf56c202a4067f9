"""The page on which a researcher moves a cause and sees what thresholds change."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from analysis.diagnosis.what_if import what_if
from analysis.results.diagnosis import Diagnosis
from analysis.results.sensitivity import Sensitivity, ThresholdMove, WordChange
from reports.wording import forbidden_phrases
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_job
from surveyapp.models.audit import Audit
from surveyapp.models.diagnosis import Job, StoredDiagnosis
from surveyapp.models.study import Study
from surveyapp.queue import prepare_queue
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis, store_diagnosis
from surveyapp.services.study import get_study, get_wave
from tests.conftest import PASSWORD
from tests.factories.kept import filling
from tests.factories.sample_file import STUDY

TRIED = Sensitivity((
    ThresholdMove("delta", 0.10, 0.05), ThresholdMove("tau", 3.0, 3.1, (
        WordChange("problem.PRB_INFO.grade", "strong", "moderate"),
        WordChange("link.CAU_TECH.PRB_INFO.grade", "moderate", None)))), 40, 100)


@pytest.fixture(scope="module")
def moved_file(tmp_path_factory: pytest.TempPathFactory, sample_file: Path, diagnosed_file: Path) -> Path:
    """The sample study whose diagnosis was tried with other thresholds."""
    folder = tmp_path_factory.mktemp("moved")
    with filling(shutil.copy(diagnosed_file, folder / "diagnosed.sqlite3")):
        found = diagnosis_of(newest_diagnosis(read_session(), get_study(read_session(), STUDY)))
    path = shutil.copy(sample_file, folder / "moved.sqlite3")
    with filling(path), transaction() as session:
        study = get_study(session, STUDY)
        store_diagnosis(session, study, get_wave(session, study), replace(found, sensitivity=TRIED))
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, moved_file: Path) -> str:
    path = tmp_path / "test.sqlite3"
    shutil.copy(moved_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def study(database: Database) -> Study:
    found = get_study(read_session(), STUDY)
    close_read_session()
    return found


@pytest.fixture
def diagnosis(study: Study) -> Diagnosis:
    found = diagnosis_of(newest_diagnosis(read_session(), get_study(read_session(), study.id)))
    close_read_session()
    return found


def enter(client: FlaskClient, study: Study, role: str = "researcher") -> FlaskClient:
    with transaction() as session:
        add_member(session, get_study(session, study.id), add_account(session, role, role, role, PASSWORD))
    client.post("/login", data={"login": role, "password": PASSWORD})
    return client


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


HEADS = {"en": "Model-implied difference between otherwise similar staff, not a forecast",
         "zh": "其他条件相同的员工之间，模型推算相差多少（并非预测）"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_moved_cause_shows_the_difference_with_interval_under_its_heading(
        client: FlaskClient, study: Study, diagnosis: Diagnosis, language: str):
    row = next(row for row in what_if(diagnosis, "CAU_TECH", -0.5).rows if row.problem == "PRB_INFO")
    enter(client, study).post("/language", data={"language": language})

    text = text_of(client.get(f"/studies/{study.id}/what-if?cause=CAU_TECH&amount=-0.5&unit=points").text)

    assert HEADS[language] in text
    assert f"{row.points:+.2f} [{row.low:+.2f}; {row.high:+.2f}]".replace("-", "−") in text
    assert forbidden_phrases(text, language) == []


def test_the_page_changes_nothing_in_the_database(client: FlaskClient, study: Study):
    def counts() -> list[int | None]:
        found = [read_session().scalar(select(func.count()).select_from(model))
                 for model in (StoredDiagnosis, Audit)]
        close_read_session()
        return found
    enter(client, study)
    before = counts()

    client.get(f"/studies/{study.id}/what-if?cause=CAU_TECH&amount=-1&unit=sd")

    assert counts() == before


def test_links_that_are_not_supported_get_words_and_no_figure(client: FlaskClient, study: Study):
    page = enter(client, study).get(f"/studies/{study.id}/what-if?cause=CAU_TECH&amount=-0.5").text

    row = next(row for row in page.split("<tr") if ">Unclear goals</th>" in row)
    assert "not stated: the link is uncertain" in row
    assert not re.search(r"\d\.\d", row)


@pytest.mark.parametrize(("query", "status", "words"), [
    ("cause=CAU_TECH&amount=much", 422, "“much” is no amount to move a cause by."),
    ("cause=CAU_TECH&amount=", 422, "No amount was entered."),
    ("cause=&amount=1", 422, "No cause was chosen."),
    ("cause=CAU_TECH&amount=-3", 200, "would take the mean off its scale"),
    ("cause=CAU_TECH&amount=0", 200, "An amount of 0 moves nothing."),
    ("cause=PRB_INFO&amount=1", 200, "This cause is not among those whose links were judged."),
])
def test_what_cannot_be_is_said_with_its_reason(client: FlaskClient, study: Study, query: str, status: int, words: str):
    answer = enter(client, study).get(f"/studies/{study.id}/what-if?{query}")

    assert answer.status_code == status
    assert words in text_of(answer.text)


def test_a_minus_as_it_is_printed_and_a_full_width_sign_are_understood(client: FlaskClient, study: Study):
    enter(client, study)

    pages = [client.get(f"/studies/{study.id}/what-if", query_string={"cause": "CAU_TECH", "amount": amount}).text
             for amount in ("-0.5", "−0.5", "－0.5", "-0,5")]

    assert {"−0.50 points" in text_of(page) for page in pages} == {True}


def test_thresholds_that_change_a_word_come_first(client: FlaskClient, study: Study):
    text = text_of(enter(client, study).get(f"/studies/{study.id}/what-if").text)

    assert text.index("Mean that a problem must exceed") < text.index("Smallest standardised link that counts")
    assert "Incomplete customer information: evidence strong → moderate" in text
    assert "evidence moderate → not issued" in text


def test_another_value_is_judged_again_by_the_worker_and_shown(client: FlaskClient, study: Study):
    prepare_queue()
    enter(client, study)

    asked = client.post(f"/studies/{study.id}/what-if", data={"threshold": "tau", "value": "3.6"})
    waiting = text_of(client.get(f"/studies/{study.id}/what-if").text)
    do_job(read_session().scalars(select(Job.id).where(Job.kind == "thresholds")).one())
    told = text_of(client.get(f"/studies/{study.id}/what-if").text)

    assert asked.status_code == 302
    assert "Mean that a problem must exceed : 3.6 waiting" in waiting
    assert "3 → 3.6" in told
    assert re.search(r"evidence \w+ → \w+", told)
    close_read_session()
    assert get_study(read_session(), study.id).thresholds == {}


@pytest.mark.parametrize(("entered", "words"), [
    ({"threshold": "tau", "value": "9"}, "9 is outside 2 to 4.5."),
    ({"threshold": "", "value": "3"}, "No threshold was chosen."),
    ({"threshold": "tau", "value": ""}, "is no amount"),
])
def test_a_value_that_no_study_may_set_is_refused_at_once(client: FlaskClient, study: Study, entered, words: str):
    answer = enter(client, study).post(f"/studies/{study.id}/what-if", data=entered)

    assert answer.status_code == 422
    assert words in text_of(answer.text)


def test_a_manager_does_not_move_causes(client: FlaskClient, study: Study):
    assert enter(client, study, "manager").get(f"/studies/{study.id}/what-if").status_code == 403
    assert "/what-if" not in client.get(f"/studies/{study.id}/diagnosis").text


def test_before_a_diagnosis_there_is_nothing_to_move(log_in, bank_study: Study):
    page = log_in("researcher").get(f"/studies/{bank_study.id}/what-if").text

    assert "There is no diagnosis yet." in page
