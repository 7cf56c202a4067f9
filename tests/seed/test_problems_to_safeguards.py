"""Rows E to H of the seed checklist: problems, causes, objectives and strategies, safeguards."""

from dataclasses import replace

import pytest

from analysis.diagnosis.diagnose import diagnose
from analysis.results.diagnosis import Diagnosis
from tests.seed.conftest import Branch

PROBLEMS = ("PRB_GOAL", "PRB_INFO", "PRB_EFFECT", "PRB_SYSTEM")
CAUSES = ("CAU_CONCEPT", "CAU_TECH", "CAU_COORD", "CAU_INCENT")


@pytest.mark.parametrize("key", PROBLEMS, ids=["e1_goal", "e2_information", "e3_effectiveness", "e4_system"])
def test_e_each_named_problem_is_scored_tested_and_graded(branch: Branch, key: str):
    finding = next(row for row in branch.diagnosis.problems if row.level.construct == key)

    assert finding.level.mean is not None
    assert finding.level.q_value is not None
    assert finding.grade is not None


def test_e2_completeness_of_the_customer_file_stands_beside_the_scale(branch: Branch):
    assert 0 < branch.diagnosis.metrics["data.completeness_pct"] <= 100


def test_e3_effectiveness_is_held_apart_from_the_outcome(branch: Branch):
    pairs = {frozenset((pair.first, pair.second)) for pair in branch.diagnosis.structure.pairs}

    assert any("PRB_EFFECT" in pair for pair in pairs)
    assert "OUT" not in {row.level.construct for row in branch.diagnosis.problems}


@pytest.mark.parametrize(("language", "management", "technology"), [
    ("en", "System (management system)", "System (IT system)"), ("zh", "体系", "系统")])
def test_e4_both_readings_of_system_are_in_the_glossary(branch: Branch, language: str, management: str,
                                                        technology: str):
    glossary = branch.words("glossary", language)

    assert management in glossary
    assert technology in glossary


def test_e5_extension_problems_and_a_code_for_others_are_open(branch: Branch):
    assert {"PRB_DIFF", "PRB_MAINT"} <= {row.level.construct for row in branch.diagnosis.problems}
    assert branch.template.codebook.code("PRB.OTHER").construct is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_f1_levels_and_links_are_two_sections(branch: Branch, language: str):
    assert branch.section("causes", language) != branch.section("links", language)


@pytest.mark.parametrize(("language", "forbidden"), [
    ("en", ("causes the", "will reduce", "due to ", "caused by", "leads to")),
    ("zh", ("导致了", "造成了", "将降低", "归因于"))])
def test_f1_nothing_claims_that_one_thing_brings_about_another(branch: Branch, language: str,
                                                              forbidden: tuple[str, ...]):
    said = " ".join(branch.words(key, language).lower() for key in ("summary", "summary-causes", "causes", "links"))

    assert [phrase for phrase in forbidden if phrase in said] == []


@pytest.mark.parametrize("key", CAUSES, ids=["f2_concept", "f3_technology", "f4_coordination", "f5_incentive"])
def test_f_each_named_cause_has_a_level_and_a_reading(branch: Branch, key: str):
    finding = next(row for row in branch.diagnosis.causes if row.level.construct == key)

    assert finding.level.mean is not None
    assert finding.reading in {"priority", "widespread", "differences", "no_evidence"}


def test_f1_staff_name_the_main_reason_of_each_problem_and_it_changes_no_grade(branch: Branch):
    reasons = {(row.problem, row.cause): row for row in branch.diagnosis.stated_reasons}

    assert {problem for problem, _ in reasons} >= set(PROBLEMS)
    information = [row for row in reasons.values() if row.problem == "PRB_INFO"]
    assert max(information, key=lambda row: row.k).cause == "CAU_TECH"
    assert "as staff see it" in branch.words("links")


def test_f6_a_code_waits_for_other_causes(branch: Branch):
    assert branch.template.codebook.code("CAU.OTHER").construct is None


def test_g1_no_measure_is_proposed_without_what_triggered_it(branch: Branch):
    for measure in branch.diagnosis.measures:
        if measure.verdict == "proposed":
            assert any(trigger.outcome == "true" for trigger in measure.triggers), measure.key


def test_g2_an_active_objective_has_indicator_baseline_target_date_and_owner(branch: Branch):
    rules = {objective.key: objective for objective in branch.template.rules.objectives}

    active = [row for row in branch.diagnosis.objectives if row.is_active]
    assert active
    for row in active:
        assert row.kpi.name["zh"]
        assert row.kpi.due_months > 0
        assert (row.kpi.baseline is None) == (row.kpi.target is None)
        assert rules[row.key].problem == row.problem
    table = next(block for block in branch.section("objectives").blocks if getattr(block, "rows", ()))
    assert len(table.columns) == 7


@pytest.mark.parametrize("language", ["en", "zh"])
def test_g3_the_six_principles_are_printed(branch: Branch, language: str):
    printed = branch.everything(language)

    assert [rule.key for rule in branch.template.rules.principles] == ["PR1", "PR2", "PR3", "PR4", "PR5", "PR6"]
    assert [rule.key for rule in branch.template.rules.principles if rule.name[language] not in printed] == []


def test_g4_there_are_exactly_three_strategies(branch: Branch):
    assert [strategy.key for strategy in branch.template.rules.strategies] == ["S1", "S2", "S3"]


@pytest.mark.parametrize(("row", "key"), [
    ("g5", "S1"), ("g6", "S1.1"), ("g7", "S1.2"), ("g8", "S1.3"), ("g9", "S2"), ("g10", "S2.1"), ("g11", "S2.2"),
    ("g12", "S2.3"), ("g13", "S2.4"), ("g14", "S3"), ("g15", "S3.1"), ("g16", "S3.2")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_g_each_named_strategy_and_measure_is_in_the_report(branch: Branch, language: str, row: str, key: str):
    rules = branch.template.rules
    entry = next(rule for rule in (*rules.strategies, *rules.measures) if rule.key == key)

    assert f"{key}" in branch.everything(language), row
    assert entry.name[language] in branch.everything(language), row


def test_g6_the_index_ranks_customers_between_0_and_100(branch: Branch):
    values = [value for value in branch.diagnosis.customers.value_index.values() if value is not None]

    assert len(values) > 1000
    assert all(0 <= value <= 100 for value in values)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_g8_connections_and_records_are_both_parts_of_the_measure(branch: Branch, language: str):
    measure = next(rule for rule in branch.template.rules.measures if rule.key == "S1.3")

    assert [part.key for part in measure.parts] == ["S1.3a", "S1.3b"]
    for part in measure.parts:
        assert part.name[language] in branch.everything(language)


def test_g11_the_list_of_key_customers_has_a_size(branch: Branch):
    assert branch.diagnosis.metrics["data.key_customers_count"] > 0


def test_g15_every_customer_is_in_one_of_the_five_stages_or_is_said_not_to_be(branch: Branch):
    stages = set(branch.diagnosis.customers.stage.values())

    assert stages <= {"new", "growth", "mature", "decline", "dormant", "not_assessable"}
    assert len(stages - {"not_assessable"}) == 5


@pytest.mark.parametrize(("row", "key"), [("h1", "G1"), ("h2", "G2"), ("h3", "G3"), ("h4", "G4")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_h_each_safeguard_is_discussed_with_its_readiness(branch: Branch, language: str, row: str, key: str):
    finding = next(safeguard for safeguard in branch.diagnosis.safeguards if safeguard.key == key)
    rule = next(safeguard for safeguard in branch.template.rules.safeguards if safeguard.key == key)

    assert finding.readiness is not None, row
    assert rule.name[language].lower() in branch.words("safeguards", language).lower(), row


def test_h5_the_matrix_of_measures_and_safeguards_is_printed(branch: Branch):
    matrix = branch.words("safeguards") + branch.words("strategies")

    for finding in branch.diagnosis.safeguards:
        assert finding.required_by, finding.key
    assert "S1.1" in matrix


def test_a_diagnosis_with_nothing_in_it_claims_nothing(branch: Branch):
    from analysis.diagnosis.diagnose import StudyTables

    tables = StudyTables(template=replace(branch.template), answers={}, seed=1)

    empty: Diagnosis = diagnose(tables, n_resamples=100)

    assert {row.grade for row in empty.problems} <= {None, "insufficient"}
    assert [row for row in empty.measures if row.verdict == "proposed"] == []
