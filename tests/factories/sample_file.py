"""The bank's sample study as a database file, without and with its diagnosis."""

import shutil
from pathlib import Path

from surveyapp.db.session import read_session, transaction
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.jobs.sample import add_sample_study
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.study import get_study, get_wave
from tests.factories.kept import filling

STUDY = "sample"
N_RESAMPLES = 100       # of the diagnosis in the file; tests that diagnose the study again compare with it


def fill_sample(empty: Path, path: Path) -> None:
    """Make a file with the sample study from an empty database."""
    shutil.copy(empty, path)
    with filling(path), transaction() as session:
        add_sample_study(session, "bank_crm", STUDY)


def diagnose_sample(sample: Path, path: Path) -> None:
    """Make a file with the sample study and its diagnosis from one without."""
    shutil.copy(sample, path)
    with filling(path):
        study = get_study(read_session(), STUDY)
        wave = get_wave(read_session(), study)
        diagnosis = compute_diagnosis(study, wave, n_resamples=N_RESAMPLES)
        with transaction() as session:
            store_diagnosis(session, study, wave, diagnosis)
