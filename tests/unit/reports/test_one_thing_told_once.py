"""A measure decided on, its indicator and its objective are told alike wherever a report names them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.diagnosis.plan_basis import STRONGLY
from analysis.results.actions import Action, ActionFollowUp, FollowUp
from analysis.results.diagnosis import Diagnosis
from analysis.results.measurement import Estimate
from analysis.results.measures import PresentMeasure
from analysis.results.plan_edits import PlanEdit, PlanValues
from instruments.facts import Practice
from reports.content import Bullets, Callout, Cell, Figure, Stack, Statement, StudyReport, Table, walk
from reports.figures import Likert
from tests.unit.reports.conftest import Study, card_of, report_of

PILOT = {"en": "Service teams (pilot)", "zh": "服务团队（试点）"}
KNOWN = Estimate(0.54, 0.46, 0.61, 162, "Wilson")


def decided_on(bank: Study, key: str, name: dict[str, str], since: str, **action: str) -> Study:
    """Return the study a wave later: the measure carried out, with its entry in the register of present measures."""
    diagnosis, template, facts = bank
    done = Action(key, "accepted", "2026-10-20", "Board", starts_on="2026-10-23", **action)  # type: ignore[arg-type]  # fields by their names
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", (ActionFollowUp(done, None, KNOWN),))
    measures = tuple(replace(m, verdict="proposed", form="repair", known_by=KNOWN,
                             practice=PresentMeasure("entry", name, "running", since)) if m.key == key else m
                     for m in diagnosis.measures)
    entry = Practice("entry", name, "running", since, None)
    return replace(diagnosis, follow_up=found, measures=measures), template, replace(facts, practices=(entry,))


def table(report: StudyReport, key: str) -> Table:
    return next(block for block in report.blocks() if isinstance(block, Table) and block.key == key)


def names_of(bank: Study, key: str) -> dict[str, str]:
    assert bank[1].rules is not None
    return dict(next(m.name for m in bank[1].rules.measures if m.key == key))


@pytest.mark.parametrize(("language", "said"), [
    ("en", "Repair: in place since 17 November 2026 (register of actions), begun as “Service teams (pilot)” "
           "(March 2026, register of present measures); known to 54% [46–61%] of staff (n 162)"),
    ("zh", "改进完善：据行动台账，已落实（自2026年11月17日起）；前身为“服务团队（试点）”（现行措施登记，2026年3月起）；"
           "员工知晓率为54% [46–61%]（n＝162）")])
def test_a_measure_in_place_and_its_pilot_are_one_thing_with_both_sources(bank: Study, language: str, said: str):
    later = decided_on(bank, "S2.2", PILOT, "2026-03", progress="done", progress_on="2026-11-17")

    report = report_of(later, language=language)

    assert card_of(report, "S2.2").rows[0][1].text.startswith(said)
    done = table(report, "t-decisions").rows[0].cells[-1]
    assert isinstance(done, Stack)
    assert any(PILOT[language] in line.text for line in done.lines)


def test_a_measure_under_way_is_not_told_to_be_in_place(bank: Study):
    later = decided_on(bank, "S1.2", names_of(bank, "S1.2"), "2026-10", progress="running", progress_on="2026-10-25")

    report = report_of(later)

    form = card_of(report, "S1.2").rows[0][1].text
    assert form.startswith("Carry on: under way since 25 October 2026 (register of actions); known to 54% ")
    assert "in place" not in form
    name, status, since, _ = table(report, "t-practices").rows[0].cells
    assert (status.text, since.text) == ("under way", "25 October 2026")
    assert "measure.S1.2.verdict" in name.trace
    assert "a measure decided on" in table(report, "t-practices").source


def test_indicators_of_a_measure_under_way_are_due_from_its_start(bank: Study):
    later = decided_on(bank, "S1.2", names_of(bank, "S1.2"), "2026-10", progress="running", progress_on="2026-10-25")

    shown = card_of(report_of(later), "S1.2")

    assert dict(shown.side)["Horizon"].text == "9 months, until July 2027"
    assert "by July 2027" in dict(shown.rows)["Indicator"].text
    assert "in 9 months;" not in dict(shown.rows)["Indicator"].text


def test_indicators_follow_the_edited_day_of_their_measure(bank: Study):
    edit = PlanEdit("measure", "S1.2", 1, PlanValues(due_on="2027-03-24"), {"en": "Agreed."}, "Li Mei", "2026-11-26")

    indicator = dict(card_of(report_of(bank, edit), "S1.2").rows)["Indicator"].text

    assert "by 24 March 2027" in indicator
    assert "months;" not in indicator


def test_an_objective_is_due_with_its_last_measure_where_that_was_edited_to_be_later(bank: Study):
    edit = PlanEdit("measure", "S1.2", 1, PlanValues(due_on="2028-03-24"), {"en": "Agreed."}, "Li Mei", "2026-11-26")

    objectives = table(report_of(bank, edit), "t-objectives")

    row = next(row for row in objectives.rows if "customer information" in row.cells[0].lines[0].text)
    assert [line.text for line in row.cells[5].lines] == ["by 24 March 2028", "Rule: 9 months"]
    assert "Due: with the last of the measures" in objectives.source


def test_statements_agreed_with_are_drawn_by_the_words_of_their_own_scale(bank: Study):
    diagnosis, *rest = bank
    rated = replace(next(one for one in diagnosis.single_items if one.key == "PEER1"), key="CSA3")

    section = report_of((replace(diagnosis, single_items=(*diagnosis.single_items, rated)), *rest)).section("strengths")  # type: ignore[arg-type]  # the parts of a study

    charts = {block.key: block.chart for block in walk(section.blocks) if isinstance(block, Figure)}
    assert isinstance(charts["f-comparison"], Likert)
    assert isinstance(charts["f-agreement"], Likert)
    assert charts["f-comparison"].legend[0] == "clearly worse"
    assert charts["f-agreement"].legend[0] == "Strongly disagree"


def _aside(diagnosis: Diagnosis, n: int) -> Diagnosis:
    return replace(diagnosis, measures=tuple(replace(m, verdict="data_needed" if place < n else "proposed")
                                             for place, m in enumerate(diagnosis.measures)))


def test_page_one_names_every_measure_set_aside(bank: Study):
    report = report_of((_aside(bank[0], 5), *bank[1:]))

    lines = next(block for block in report.section("summary").blocks if isinstance(block, Bullets)).items
    shown = [m.key for m in bank[0].measures][:5]
    assert len(lines) == 4
    assert [key for key in shown if not any(key in line.text for line in lines)] == []


@pytest.mark.parametrize("is_active", [False, True])
def test_what_stays_open_waits_only_where_its_objective_does(bank: Study, is_active: bool):
    diagnosis, *rest = bank
    objectives = tuple(replace(one, is_active=is_active) for one in diagnosis.objectives)

    report = report_of((replace(diagnosis, objectives=objectives), *rest))  # type: ignore[arg-type]  # the parts of a study

    said = next(block for block in report.section("problems").blocks if isinstance(block, Callout)).items[0].text
    assert ("wait" in said) is not is_active
    assert "in view" in said


def test_a_composition_says_how_many_answers_it_does_not_count(bank: Study):
    diagnosis, template, facts = bank
    staff = diagnosis.screening["staff"]
    key = next(iter(staff.composition))
    counts = dict.fromkeys(staff.composition[key], 10)
    screened = replace(staff, composition={key: counts}, n_valid=10 * len(counts) + 7)
    known = replace(facts, headcount_by_department=dict.fromkeys(counts, 20))

    report = report_of((replace(diagnosis, screening={**diagnosis.screening, "staff": screened}), template, known))

    assert table(report, f"t-composition-{key}").source.startswith(f"Not counted: 7 of {screened.n_valid} answers")


@pytest.mark.parametrize(("language", "said"), [
    ("en", "At risk: in decline, or of an upper tier and without a transaction for more than 90 days."),
    ("zh", "有流失风险：处于退化阶段，或属中高端客户且超过90天无交易。")])
def test_who_is_at_risk_stands_beside_the_number_and_the_day_of_the_file_in_the_lead(
        bank: Study, language: str, said: str):
    diagnosis, *rest = bank
    assert diagnosis.customers is not None
    dated = replace(diagnosis.customers, as_on="2026-09-25")

    report = report_of((replace(diagnosis, customers=dated), *rest), language=language)  # type: ignore[arg-type]  # the parts of a study

    assert table(report, "t-sizes").source.startswith(said)
    lead = report.section("customer-file").lead
    assert lead is not None
    assert {"en": "25 September 2026", "zh": "2026年9月25日"}[language] in lead.text


def test_a_rejected_measure_hands_its_objective_on_to_the_owner_of_the_next(bank: Study):
    diagnosis, template, facts = bank
    first, owner, later_owner = _owned(bank)
    action = Action(first, "rejected", "2026-10-20", "Board")
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", (ActionFollowUp(action, None, None),))

    before, after = (table(report_of((replace(diagnosis, follow_up=follow), template, facts)), "t-objectives")
                     for follow in (None, found))

    pairs = [(_words(old.cells[6]), _words(new.cells[6])) for old, new in zip(before.rows, after.rows, strict=True)]
    assert (owner, later_owner) in [(old, new) for old, new in pairs if old != new]


def _owned(bank: Study) -> tuple[str, str, str]:
    """Return a measure first among those strong against a problem, its owner, and the owner of the next."""
    diagnosis, template, _ = bank
    assert template.rules is not None
    of_rule = {m.key: m for m in template.rules.measures}
    proposed = sorted((m for m in diagnosis.measures if m.verdict == "proposed"), key=lambda m: m.rank or 0)
    for objective in diagnosis.objectives:
        strong = [of_rule[m.key] for m in proposed
                  if of_rule[m.key].address_problem.get(objective.problem, 0) >= STRONGLY]
        if len(strong) > 1 and strong[0].owner["en"] != strong[1].owner["en"]:
            return strong[0].key, strong[0].owner["en"], strong[1].owner["en"]
    raise AssertionError("no problem has two measures with owners of their own")


def _words(cell: Cell) -> str:
    return cell.text if isinstance(cell, Statement) else " ".join(line.text for line in cell.lines)
