"""A study of quite another kind goes through everything as data: questionnaires, sample, diagnosis, reports."""

import re

import pytest

from analysis.results.diagnosis import Diagnosis
from instruments.checks import check_template
from instruments.template_loader import load_catalogue_template
from reports.deliver import study_report_html
from reports.wording import forbidden_phrases
from surveyapp.db.session import Database, read_session, transaction, use_database
from surveyapp.jobs.diagnose import compute_diagnosis, diagnose_study, write_report
from surveyapp.jobs.sample import add_sample_study
from surveyapp.sample.interview_files import load_interviews
from surveyapp.sample.outpatient import OUTPATIENT_PLAN, STAFF, UNITS, outpatient_facts
from surveyapp.sample.plan import Expected
from surveyapp.services.diagnosis import diagnosis_of
from surveyapp.services.study import facts_of, get_study, get_wave

TEMPLATE = load_catalogue_template("outpatient_service")
CARELESS_FOUND = 0.85       # as for the bank's sample
HONEST_EXCLUDED = 0.01       # fewer than one in a hundred who read are left out


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, sqlite_template):
    path = tmp_path_factory.mktemp("second") / "sample.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    use_database(database)
    with transaction() as session:
        add_sample_study(session, "outpatient_service", "outpatient")
    yield database
    database.close()
    use_database(None)


@pytest.fixture(scope="module")
def diagnosis(database) -> Diagnosis:
    use_database(database)
    study = get_study(read_session(), "outpatient")
    return compute_diagnosis(study, get_wave(read_session(), study), n_resamples=500)


@pytest.fixture
def expected() -> Expected:
    return OUTPATIENT_PLAN.expected


def test_the_template_keeps_every_check_and_its_staff_questionnaire_is_said_to_be_long():
    findings = [(finding.number, finding.place, finding.is_error) for finding in check_template(TEMPLATE)]

    assert findings == [("INS-037", "outpatient_service/staff.yaml", False)]


def test_the_study_does_without_a_file_of_patients():
    assert TEMPLATE.value_model is None


def test_every_scale_of_problems_causes_and_experience_has_four_items_one_of_them_reverse():
    for instrument in TEMPLATE.instruments:
        for construct in instrument.constructs:
            items = instrument.items_of_construct(construct.key)
            if construct.group in {"problem", "cause", "experience", "situation"}:
                assert (construct.key, len(items), sum(item.is_reverse for item in items)) == (construct.key, 4, 1)


def test_every_problem_is_mirrored_by_what_patients_experience_and_has_a_question_for_its_reason():
    problems = {construct.key for construct in TEMPLATE.constructs if construct.group == "problem"}
    mirrored = {key for construct in TEMPLATE.constructs for key in construct.mirrors}
    asked = {item.construct for item in TEMPLATE.instrument("staff").items_of_role("stated_cause")}

    assert mirrored == problems
    assert asked == problems


def test_facts_interviews_and_plan_fit_the_template():
    facts = outpatient_facts(OUTPATIENT_PLAN)
    choices = {choice.value for choice in TEMPLATE.instrument("staff").item("D_AREA").choices if not choice.is_missing}
    roles = {interview.role for interview in load_interviews("outpatient_service")}
    items = {item.key: item for instrument in TEMPLATE.instruments for item in instrument.items}

    assert sum(facts.headcount_by_department.values()) == sum(unit.headcount or 0 for unit in UNITS) == 210
    assert sum(facts.headcount_by_role.values()) == facts.population["staff"] == 210
    assert sum(person.weight for person in STAFF) == OUTPATIENT_PLAN.n_respondents["staff"]
    assert set(facts.headcount_by_department) == choices
    assert roles - {"patient"} <= set(facts.headcount_by_role)
    assert set(OUTPATIENT_PLAN.means) == {construct.key for construct in TEMPLATE.constructs}
    assert set(OUTPATIENT_PLAN.item_means) | set(OUTPATIENT_PLAN.numbers) | set(OUTPATIENT_PLAN.ticked) <= set(items)
    assert all(set(weights) <= {choice.value for choice in items[key].choices}
               for people in OUTPATIENT_PLAN.people.values() for person in people
               for key, weights in person.choices.items())


def test_the_planted_problems_are_established_and_no_other(diagnosis: Diagnosis, expected: Expected):
    grades = {row.level.construct: row.grade for row in diagnosis.problems}
    statuses = {row.level.construct: row.level.status for row in diagnosis.problems}

    assert {key for key, status in statuses.items() if status == "supports"} == set(expected.problems_present)
    assert {grades[key] for key in expected.problems_present} <= {"strong", "moderate"}
    assert {statuses[key] for key in expected.problems_undecided} == {"uncertain"}
    assert {grades[key] for key in expected.problems_absent} == {"not_indicated"}


def test_the_planted_causes_and_links_are_found_and_no_other(diagnosis: Diagnosis, expected: Expected):
    elevated = {row.level.construct for row in diagnosis.causes if row.is_elevated}
    supported = {(row.cause, row.problem) for row in diagnosis.links if row.status == "supports"}

    assert elevated == set(expected.causes_elevated)
    assert supported == set(expected.links)


def test_patients_see_the_planted_facets_low_and_want_them_changed_first(diagnosis: Diagnosis, expected: Expected):
    statuses = {row.level.construct: row.status for row in diagnosis.facets}
    first = {row.level.construct for row in diagnosis.facets if row.quadrant == "concentrate_here"}

    assert {statuses[key] for key in expected.facets_low} == {"supports"}
    assert {statuses[key] for key in expected.facets_fine} == {"against"}
    assert first == set(expected.facets_first)


@pytest.mark.parametrize("audience", ["staff", "patient"])
def test_the_careless_of_the_second_study_are_left_out(diagnosis: Diagnosis, audience: str):
    planted = OUTPATIENT_PLAN.careless_ids(audience)
    excluded = set(diagnosis.screening[audience].excluded)

    assert len(excluded & planted) >= CARELESS_FOUND * len(planted)
    honest = diagnosis.screening[audience].n_submitted - len(planted)
    assert len(excluded - planted) < HONEST_EXCLUDED * honest


def test_measures_are_proposed_for_the_planted_problems_and_privacy_is_left_alone(diagnosis: Diagnosis):
    verdicts = {row.key: row.verdict for row in diagnosis.measures}

    assert verdicts["S1.1"] == verdicts["S1.2"] == verdicts["S2.2"] == verdicts["S2.3"] == "proposed"
    assert verdicts["S3.1"] == "not_proposed"


def test_a_measure_in_place_is_not_proposed_as_new(diagnosis: Diagnosis):
    forms = {row.key: row.form for row in diagnosis.measures if row.verdict == "proposed"}

    assert forms["S1.1"] == "repair"
    assert forms["S2.3"] == "make_known"
    assert forms["S2.2"] == "introduce"


FOREIGN = {"en": r"customers?|\bbanks?\b|\bcrm\b", "zh": "客户|银行|分行"}
OWN = {"en": "patients", "zh": "患者"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_speaks_of_patients_and_never_of_customers(database, language: str):
    use_database(database)
    stored, _ = diagnose_study("outpatient")
    study = get_study(read_session(), "outpatient")

    diagnosis = diagnosis_of(stored)
    page = study_report_html(diagnosis, TEMPLATE, facts_of(study), language=language)
    words = re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)

    assert write_report(study, stored, language).content.startswith(b"%PDF")
    assert OWN[language] in words
    assert not re.findall(FOREIGN[language], words, re.IGNORECASE)
    assert not forbidden_phrases(words, language)
