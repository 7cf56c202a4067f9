"""The summary of a study of another kind leads to its evidence like the bank's: nothing there names a bank."""

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.jobs.sample import add_sample_study
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.study import get_study, get_wave
from tests.factories.kept import filling
from tests.factories.sample_file import N_RESAMPLES
from tests.web.test_evidence import log_in, numbers, sentences

NAME = "outpatient"


@pytest.fixture(scope="module")
def second_file(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    path = tmp_path_factory.mktemp("second") / "second.sqlite3"
    shutil.copy(sqlite_template, path)
    with filling(path):
        with transaction() as session:
            add_sample_study(session, "outpatient_service", NAME)
        study = get_study(read_session(), NAME)
        wave = get_wave(read_session(), study)
        diagnosis = compute_diagnosis(study, wave, n_resamples=N_RESAMPLES)
        with transaction() as session:
            store_diagnosis(session, study, wave, diagnosis)
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, second_file: Path) -> str:
    path = tmp_path / "test.sqlite3"
    shutil.copy(second_file, path)
    return f"sqlite:///{path}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_of_the_second_studys_summary_leads_to_its_figures(client: FlaskClient, database: Database,
                                                                          language: str):
    study = get_study(read_session(), NAME)
    close_read_session()
    log_in(client, study, "manager", language)
    found = sentences(client.get(f"/studies/{study.id}/reports/summary").text)

    pages = {address: client.get(address) for _, addresses, _ in found for address in addresses}
    missing = {text: left for _, addresses, text in found
               if (left := numbers(text) - {n for address in addresses for n in numbers(pages[address].text)})}

    assert [address for address, page in pages.items() if page.status_code != 200] == []
    assert [text for _, addresses, text in found if not addresses] == []
    assert missing == {}
    assert not any("bank" in page.text.lower() or "银行" in page.text for page in pages.values())
