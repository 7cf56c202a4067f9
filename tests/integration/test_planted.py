"""What was planted in the sample is what the diagnosis finds, and the careless are those it leaves out."""

import pytest

from analysis.results.diagnosis import Diagnosis
from surveyapp.db.session import Database, read_session, transaction, use_database
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.jobs.sample import add_sample_study
from surveyapp.sample.plan import BANK_PLAN, Expected
from surveyapp.services.study import get_study, get_wave

CARELESS_FOUND = 0.85       # share of planted careless respondents; the model's own simulation found .85 to .88


@pytest.fixture(scope="module")
def diagnosis(tmp_path_factory: pytest.TempPathFactory, sqlite_template) -> Diagnosis:
    path = tmp_path_factory.mktemp("planted") / "sample.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    use_database(database)
    with transaction() as session:
        add_sample_study(session, "bank_crm", "bank")
    study = get_study(read_session(), "bank")
    found = compute_diagnosis(study, get_wave(read_session(), study), n_resamples=500)
    database.close()
    use_database(None)
    return found


@pytest.fixture
def expected() -> Expected:
    return BANK_PLAN.expected


def test_the_planted_problems_are_supported(diagnosis: Diagnosis, expected: Expected):
    grades = {row.level.construct: row.grade for row in diagnosis.problems}
    statuses = {row.level.construct: row.level.status for row in diagnosis.problems}

    assert {key for key, status in statuses.items() if status == "supports"} == set(expected.problems_present)
    assert {grades[key] for key in expected.problems_present} <= {"strong", "moderate"}
    assert {statuses[key] for key in expected.problems_undecided} == {"uncertain"}


def test_what_is_no_problem_is_not_indicated(diagnosis: Diagnosis, expected: Expected):
    grades = {row.level.construct: row.grade for row in diagnosis.problems}

    assert {grades[key] for key in expected.problems_absent} == {"not_indicated"}


def test_the_gravest_problem_comes_first(diagnosis: Diagnosis, expected: Expected):
    first = min((row for row in diagnosis.problems if row.rank), key=lambda row: row.rank)

    assert first.level.construct == expected.problems_present[0]
    assert first.rank_top2_probability > 0.9


def test_the_planted_causes_are_elevated_and_no_other(diagnosis: Diagnosis, expected: Expected):
    elevated = {row.level.construct for row in diagnosis.causes if row.is_elevated}

    assert elevated == set(expected.causes_elevated)


def test_exactly_the_planted_links_are_supported(diagnosis: Diagnosis, expected: Expected):
    supported = {(row.cause, row.problem) for row in diagnosis.links if row.status == "supports"}

    assert supported == set(expected.links)


def test_customers_see_the_planted_facets_low(diagnosis: Diagnosis, expected: Expected):
    statuses = {row.level.construct: row.status for row in diagnosis.facets}

    assert {statuses[key] for key in expected.facets_low} == {"supports"}
    assert {statuses[key] for key in expected.facets_fine} == {"against"}


@pytest.mark.parametrize("audience", ["staff", "customer"])
def test_the_careless_are_left_out_and_hardly_anybody_else(diagnosis: Diagnosis, audience: str):
    planted = BANK_PLAN.careless_ids(audience)
    excluded = set(diagnosis.screening[audience].excluded)

    assert len(excluded & planted) >= CARELESS_FOUND * len(planted)
    assert len(excluded - planted) <= 1


def test_the_code_for_anything_else_becomes_a_candidate(diagnosis: Diagnosis):
    assert "PRB.OTHER" in diagnosis.candidates


def test_every_proposed_measure_names_what_triggered_it(diagnosis: Diagnosis):
    proposed = [row for row in diagnosis.measures if row.verdict == "proposed"]

    assert proposed
    assert all(any(trigger.outcome == "true" for trigger in row.triggers) for row in proposed)
    assert {row.key for row in diagnosis.safeguards} == {"G1", "G2", "G3", "G4"}
