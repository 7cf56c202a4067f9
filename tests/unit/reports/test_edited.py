"""What a report prints of a plan that was edited: the edit marked as one, the rule's own proposal beside it."""

import pytest

from analysis.results.plan_edits import PlanEdit, PlanValues
from reports.content import Facts, Figure, Paragraph, Section, Stack, Table, walk
from reports.figures import RoadmapChart
from reports.sections.study import study_report
from reports.wording import forbidden_phrases
from tests.unit.reports.conftest import Study, card_of, report_of

REASON = {"en": "Agreed with management in May.", "zh": "经与管理层商定。"}
WHAT = {"en": "Begin with the outlets that know it.", "zh": "从已知晓的网点做起。"}
OWNER = {"en": "Deputy head of the branch", "zh": "分管行长"}


def measure_edit(**changes: object) -> PlanEdit:
    values = PlanValues(what=WHAT, owner=OWNER, form="repair", phase="long_term", due_on="2027-06-30")
    return PlanEdit("measure", "S1.1", 2, values, REASON, "Li Mei", "2026-11-26", **changes)  # type: ignore[arg-type]  # fields by their names


def objective_edit() -> PlanEdit:
    return PlanEdit("objective", "OB_INFO", 1, PlanValues(target=75.0, owner=OWNER), REASON, "Li Mei", "2026-11-26")


def table_of(section: Section, key: str) -> Table:
    return next(block for block in walk(section.blocks) if isinstance(block, Table) and block.key == key)


@pytest.mark.parametrize(("language", "term", "mark"), [("en", "What (edited)", "The rule’s own proposal – What: "),
                                                        ("zh", "内容（改）", "规则原提案——内容：")])
def test_the_card_prints_the_edit_and_the_proposal_in_small_print(bank: Study, language: str, term: str, mark: str):
    rule = next(m for m in bank[1].rules.measures if m.key == "S1.1")

    card = card_of(report_of(bank, measure_edit(), language=language), "S1.1")

    said = " ".join(note.text for note in card.notes)
    assert dict(card.rows)[term].text == WHAT[language]
    assert REASON[language] in said
    assert mark + rule.what[language].rstrip(".。") in said
    assert rule.owner[language] in said
    assert not forbidden_phrases(said, language)


def test_a_card_and_a_milestone_hold_the_edited_target_of_the_objective_they_serve(bank: Study):
    rules = bank[1].rules
    path = next(objective.kpi.baseline for objective in rules.objectives if objective.key == "OB_INFO")
    key = next(measure.key for measure in rules.measures if measure.kpis and measure.kpis[0].baseline == path)

    report = report_of(bank, objective_edit())

    card = dict(card_of(report, key).rows)
    said = "75% in 9 months, as edited for the objective (rule of the measure: "
    assert any(said in text.text for text in card.values())
    milestones = table_of(report.section("roadmap"), "t-milestones")
    assert next(row for row in milestones.rows if row.cells[0].text == key).cells[-1].text.endswith(
        ": 75% in 9 months, as edited for the objective")


def test_a_card_nobody_edited_has_no_small_print(bank: Study):
    report = report_of(bank, measure_edit())

    assert card_of(report, "S1.2").notes == ()
    assert all("edited" not in name for name, _ in card_of(report, "S1.2").rows)


def test_the_roadmap_goes_by_the_edited_phase_owner_and_date(bank: Study):
    section = report_of(bank, measure_edit()).section("roadmap")

    chart = next(block.chart for block in section.blocks if isinstance(block, Figure))
    assert isinstance(chart, RoadmapChart)
    lane = next(lane for lane in chart.lanes if lane.label.startswith("S1.1"))
    row = next(row for row in table_of(section, "t-milestones").rows if row.cells[0].text == "S1.1")
    assert (lane.owner, lane.bars[0].kind) == (OWNER["en"], "third")
    assert "30 June 2027" in lane.bars[0].label
    assert [line.text for line in row.cells[1].lines] == ["long term", "Rule: quick win"]


def test_an_objective_prints_target_and_owner_with_the_rules_below(bank: Study):
    section = report_of(bank, objective_edit()).section("objectives")

    row = next(row for row in table_of(section, "t-objectives").rows if isinstance(row.cells[4], Stack))
    assert row.cells[4].lines[0].text == "75%"
    assert row.cells[4].lines[1].text.startswith("Rule: ")
    assert row.cells[6].lines[0].text == OWNER["en"]


def test_a_principle_prints_its_edit_and_the_text_of_the_rules(bank: Study):
    edit = PlanEdit("principle", "PR3", 1, PlanValues(what=WHAT), REASON, "", "2026-11-26")

    section = report_of(bank, edit).section("objectives")

    said = " ".join(statement.text for block in section.blocks if isinstance(block, Paragraph)
                    for statement in block.statements)
    listed = dict(next(block for block in section.blocks if isinstance(block, Facts)).rows)
    assert listed["Problem-driven (edited)"].text == WHAT["en"]
    assert "The rule’s own proposal – What: No measure without a problem or cause in evidence." in said


def test_the_appendix_lists_every_edit_with_both_texts(bank: Study):
    table = table_of(report_of(bank, measure_edit(), objective_edit()).section("edits"), "t-edits")

    told = [[cell.text for cell in row.cells] for row in table.rows if not row.is_group]
    assert ["Phase", "quick win", "long term", ""] in told
    assert "Li Mei" in told[0][3]
    assert len(told) == 7


def test_an_edit_of_an_earlier_diagnosis_is_printed_as_to_be_confirmed(bank: Study):
    report = report_of(bank, measure_edit(is_stale=True, changed=("form",)))

    assert "to be confirmed" in " ".join(note.text for note in card_of(report, "S1.1").notes)


def test_numbers_kept_knowingly_are_printed_as_no_computed_figures(bank: Study):
    report = report_of(bank, measure_edit(unverified=("17",)))

    assert "Not among the computed figures, kept knowingly: 17." in " ".join(
        note.text for note in card_of(report, "S1.1").notes)


def test_without_edits_the_report_is_as_before(bank: Study):
    diagnosis, template, facts = bank

    assert report_of(bank) == study_report(diagnosis, template, facts, language="en")
    assert "edits" not in {section.key for section in report_of(bank).sections}


def test_a_measure_set_aside_shows_its_edit_too(bank: Study):
    edit = PlanEdit("measure", "S2.3", 1, PlanValues(what=WHAT, form="stop"), REASON, "", "2026-11-26")

    table = table_of(report_of(bank, edit).section("set-aside"), "t-aside")

    row = next(row for row in table.rows if not row.is_group and row.cells[0].text.startswith("S2.3"))
    assert row.cells[1].lines[0].text == WHAT["en"]
    assert any(line.text == "Form (edited): Stop" for line in row.cells[1].lines)
