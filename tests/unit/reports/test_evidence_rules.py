"""A page of evidence names the limit that decided, the way each figure came about, and the file that it came from."""

from dataclasses import replace

import pytest

from analysis.diagnosis.trace.ledger import Ledger
from analysis.results.customers import RecordCompleteness
from analysis.results.diagnosis import Diagnosis
from analysis.results.measurement import Estimate
from instruments.facts import StudyFacts
from reports.content import Bullets, Paragraph, Statement, Table
from reports.sections.evidence_ledger import is_told
from reports.sections.evidence_page import evidence_page
from reports.sections.notices import about
from reports.sections.source import Source
from reports.sections.trace_words import TraceWords
from tests.factories.traced import traced_ledger

RECORDS = RecordCompleteness(200, 200, 0, 0, 0, 0.7, 60, 40, 0.3, 131.0)


def study_of(language: str = "en", **changed: object) -> Source:
    ledger = traced_ledger("bank_crm", is_sound=False)
    diagnosis: Diagnosis = replace(ledger.diagnosis, **changed)  # type: ignore[arg-type]  # fields by name
    return Source(diagnosis, ledger.template, StudyFacts(), language)


def with_alpha(value: float) -> dict[str, object]:
    """Return the problems as they would be found with that agreement of the coders."""
    alpha = Estimate(value, None, None, 12, "alpha")
    return {"problems": tuple(
        replace(problem, interview=replace(problem.interview, agreement=alpha)) if problem.interview else problem
        for problem in traced_ledger("bank_crm", is_sound=False).diagnosis.problems)}


def told(study: Source, path: str) -> str:
    found = study.ledger.find(path)
    assert found is not None
    blocks = [block for part in evidence_page(study, found).parts for block in (*part.blocks, *part.more)]
    lines = [cell.text if isinstance(cell, Statement) else " ".join(one.text for one in getattr(cell, "lines", ()))
             for table in blocks if isinstance(table, Table) for row in table.rows for cell in row.cells]
    lines += [table.source for table in blocks if isinstance(table, Table)]
    lines += [one.text for block in blocks if isinstance(block, Paragraph | Bullets)
              for one in (block.statements if isinstance(block, Paragraph) else block.items)]
    return "\n".join(lines)


def test_a_grade_shows_the_agreement_that_a_strong_one_asks_for_on_its_own_side_of_the_limit():
    study = study_of(**with_alpha(0.7951))
    words = TraceWords(study, study.ledger)

    checks = [check for ruling in study.ledger.find("problem.PRB_GOAL.grade").rulings  # type: ignore[union-attr]  # there
              for check in ruling.checks if check.threshold in ("agreement_accept", "agreement_tentative")]

    assert [(words.found(check), words.wanted(check), check.outcome) for check in checks] == [
        ("0.795", "at least 0.667", "true"), ("0.795", "at least 0.8", "false")]


def test_each_figure_of_a_measure_says_how_it_is_computed_itself():
    ledger = traced_ledger("bank_crm", is_sound=False)

    rules = {name: found.rule for name in ("verdict", "size", "rank", "priority", "impact", "feasibility",
                                           "rank_top3_probability")
             for found in [ledger.inputs(f"measure.S1.1.{name}")] if found}

    assert len(set(rules.values())) == len(rules) == 7


@pytest.mark.parametrize(("language", "rule"), [("en", "It holds when P2 or P3 or PRB.INFO.CLASS or K"),
                                                ("zh", "成立条件：P2或P3或PRB.INFO.CLASS或K")])
def test_a_measure_says_which_of_its_conditions_are_enough(language: str, rule: str):
    assert rule in told(study_of(language), "measure.S1.1.verdict")


def test_the_way_down_calls_columns_of_the_file_by_their_names():
    shown = told(study_of("zh"), "measure.S1.1.verdict")

    assert "12个月前金融资产" in shown
    assert "aum_12m_ago" not in shown


def test_a_sum_of_money_stands_in_the_unit_of_the_file():
    study = study_of("zh")
    found = study.ledger.inputs("data.upgrade_gap_sum")
    assert found is not None

    shown = TraceWords(study, study.ledger).path_value(replace(found, value=8_660_216.0))

    assert shown in ("8,660,216元", "s")


def test_what_the_completeness_file_says_claims_no_column_of_the_customer_file():
    picture = study_of().diagnosis.customers
    assert picture is not None
    figures = {**picture.figures, "completeness_pct": 70.0}

    with_records = told(study_of(customers=replace(picture, records=RECORDS, figures=figures)), "data.completeness_pct")
    without = told(study_of(), "data.completeness_pct")

    assert "The completeness file: 200 customers" in with_records
    assert "columns:" not in with_records
    assert "The completeness file" not in without


def test_a_share_told_in_percent_is_not_listed_again_as_a_fraction():
    study = study_of()

    keys = [found.key for found in study.ledger.findings() if found.kind == "figure" and is_told(study, found)]

    assert "top_decile_aum_share_pct" in keys
    assert "top_decile_aum_share" not in keys


def test_a_severity_that_is_not_judged_is_called_none_and_not_missing():
    study = study_of()
    found = study.ledger.inputs("problem.PRB_GOAL.severity")
    assert found is not None

    assert TraceWords(study, study.ledger).path_value(replace(found, value="-")) == "none"


@pytest.mark.parametrize(("language", "name"), [("en", "“Other problem” (PRB.OTHER)"),
                                                ("zh", "“其他问题”（PRB.OTHER）")])
def test_a_warning_calls_a_topic_by_its_name(language: str, name: str):
    assert about(study_of(language), "candidate_construct: PRB.OTHER") == name


def test_every_figure_of_connected_groups_names_what_its_groups_rest_on():
    ledger: Ledger = traced_ledger("bank_crm", is_sound=False)

    fields = {name: found.fields for name in ("split_groups_count", "linked_upper_tier_pct")
              for found in [ledger.inputs(f"data.{name}")] if found}

    assert set(fields["split_groups_count"]) == {"relation_group", "rm_id"}
    assert "relation_group" in fields["linked_upper_tier_pct"]
    assert "contribution" not in fields["linked_upper_tier_pct"]


@pytest.mark.parametrize(("language", "name"), [("en", "Management safeguard, measures that need it"),
                                                ("zh", "需要“管理保障”的措施数")])
def test_the_number_of_measures_that_need_a_safeguard_is_named_as_one_would_say_it(language: str, name: str):
    study = study_of(language)

    assert TraceWords(study, study.ledger).path_name("safeguard.G2.required_by_measures") == name


def test_a_score_of_a_whole_number_keeps_its_place_after_the_point():
    study = study_of()

    assert TraceWords(study, study.ledger).value(60.0, "readiness") == "60.0"


def test_the_feasibility_of_a_measure_stands_below_all_of_its_parts():
    study = study_of()
    words = TraceWords(study, study.ledger)
    rank = next(ruling for found in study.ledger.findings() if found.kind == "measure" for ruling in found.rulings
                if ruling.rule == "measure_rank")

    shown = {check.what: words.found(check) for check in rank.checks}

    assert list(shown).index("part_low_effort") < list(shown).index("part_feasibility")
    assert all(shown[name].endswith(" of 100") for name in ("part_low_effort", "part_feasibility", "part_impact"))
