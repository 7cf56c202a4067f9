"""The diagnosis and its reports as people read them on the web."""

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.models.paper import PaperPile
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis, store_diagnosis, store_report
from surveyapp.services.study import get_study, get_wave, list_links
from tests.conftest import PASSWORD
from tests.factories.sample_file import N_RESAMPLES, STUDY


@pytest.fixture
def sqlite_url(tmp_path: Path, diagnosed_file: Path) -> str:
    path = tmp_path / "test.sqlite3"
    shutil.copy(diagnosed_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def diagnosed(database: Database) -> Study:
    study = get_study(read_session(), STUDY)
    with transaction() as session:
        store_report(session, newest_diagnosis(session, study), "en", b"%PDF-1.7 not a real one")
    close_read_session()        # the pages of the test shall see what it writes
    return study


def log_in(client: FlaskClient, study: Study, role: str) -> FlaskClient:
    with transaction() as session:
        account = add_account(session, role, role, role, PASSWORD)
        add_member(session, get_study(session, study.id), account)
    client.post("/login", data={"login": role, "password": PASSWORD})
    return client


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_manager_reads_the_diagnosis_in_words_of_either_language(client: FlaskClient, diagnosed: Study, language):
    log_in(client, diagnosed, "manager")
    client.post("/language", data={"language": language})

    page = client.get(f"/studies/{diagnosed.id}/diagnosis").text

    assert {"en": "Incomplete customer information", "zh": "信息不全面"}[language] in page
    assert {"en": "priority cause", "zh": "重点原因"}[language] in page
    assert "customer_duplicate_rows" not in page
    assert "candidate_construct" not in page


def test_a_synthetic_study_says_so_on_every_page(client: FlaskClient, diagnosed: Study):
    log_in(client, diagnosed, "researcher")

    for path in ("", "/diagnosis", "/reports", "/interviews", "/codes"):
        assert "Synthetic sample data" in client.get(f"/studies/{diagnosed.id}{path}").text, path


def test_a_manager_opens_a_report_and_asks_for_none(client: FlaskClient, diagnosed: Study):
    log_in(client, diagnosed, "manager")

    listing = client.get(f"/studies/{diagnosed.id}/reports").text
    report = client.get(f"/studies/{diagnosed.id}/reports/1")

    assert "Report 1" in listing
    assert report.data.startswith(b"%PDF")
    assert client.post(f"/studies/{diagnosed.id}/diagnosis").status_code == 403


def test_a_report_of_another_study_is_not_found(client: FlaskClient, diagnosed: Study, bank_study: Study):
    log_in(client, bank_study, "manager")

    assert client.get(f"/studies/{bank_study.id}/reports/1").status_code == 404


def test_an_equal_diagnosis_is_stored_once(diagnosed: Study):
    study = get_study(read_session(), STUDY)
    wave = get_wave(read_session(), study)
    again = compute_diagnosis(study, wave, n_resamples=N_RESAMPLES)

    with transaction() as session:
        stored = store_diagnosis(session, study, wave, again)

    assert stored.id == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_researcher_sees_how_carefully_people_answered_and_no_row_of_a_person(
        client: FlaskClient, diagnosed: Study, language):
    log_in(client, diagnosed, "researcher")
    client.post("/language", data={"language": language})

    page = client.get(f"/studies/{diagnosed.id}/quality").text

    assert {"en": "Longest run of equal answers", "zh": "最长连续同答题数"}[language] in page
    assert page.count("<svg") == page.count('role="img"') > 18          # twelve indices, but for opposite items
    assert "style=" not in page
    stored = diagnosis_of(newest_diagnosis(read_session(), get_study(read_session(), diagnosed.id)))
    keys = {key for screening in stored.screening.values() for key in (*screening.excluded, *screening.flagged)}
    assert len(keys) > 10
    assert [key for key in keys if key in page] == []


def test_before_a_diagnosis_the_page_says_what_to_do(log_in, bank_study: Study):
    page = log_in("researcher").get(f"/studies/{bank_study.id}/quality").text

    assert "close collection and ask for a diagnosis" in page


def test_a_manager_does_not_see_the_researchers_page(client: FlaskClient, diagnosed: Study):
    assert log_in(client, diagnosed, "manager").get(f"/studies/{diagnosed.id}/quality").status_code == 403


def test_errors_and_marks_of_sheets_stand_beside_how_carefully_people_answered(client: FlaskClient, diagnosed: Study):
    with transaction() as session:
        stored = newest_diagnosis(session, get_study(session, diagnosed.id))
        link, _ = list_links(session, session.get_one(Wave, stored.wave_id))[0]
        session.add(PaperPile(link_id=link.id, batch="north", number=1, is_finished=True, n_sheets=6, n_drawn=5,
                              n_again=5, fields={"ROLE": [40, 1, 0]}, marks={"ROLE": [0, 6]}))
    log_in(client, diagnosed, "researcher")

    page = client.get(f"/studies/{diagnosed.id}/quality").text

    assert "On paper: Customers" in page
    assert "two entries differ in 1 of 40 fields" in page
    assert "2.50%" in page
    assert '<th scope="row">ROLE</th><td class="number">0</td><td class="number">6</td>' in page
