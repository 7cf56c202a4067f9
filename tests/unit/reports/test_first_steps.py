"""Where management is asked to begin: why there, and what it decided before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.results.actions import Action, ActionFollowUp, FollowUp
from reports.content import Callout, Stack, Table
from reports.sections.first_steps import foremost_against
from reports.sections.source import Source
from reports.sections.study import study_report


def _decisions(bank: Any, language: str, *actions: Action) -> list[str]:
    diagnosis, template, facts = bank
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", tuple(ActionFollowUp(one, None, None) for one in actions))
    report = study_report(replace(diagnosis, follow_up=found if actions else None), template, facts, language=language)
    return [item.text for block in report.section("summary").blocks
            if isinstance(block, Callout) and block.kind == "decision" for item in block.items]


def _first(bank: Any) -> str:
    proposed = Source(*bank, "en").proposed
    return next(m.key for m in proposed if m.is_stable and (m.rank_probability_top3 or 0) >= 0.8)


@pytest.mark.parametrize(("language", "words"), [
    ("en", [" Why: ", " of 100)", "among the first three in at least "]),
    ("zh", ["理由：", "满分100", "居前三位的比例"])])
def test_the_summary_says_in_its_text_why_these_measures_come_first(
        bank: Any, language: str, words: list[str]) -> None:
    begin = _decisions(bank, language)[0]

    assert [word for word in words if word not in begin] == []


def test_a_measure_carried_out_already_is_not_asked_to_be_begun(bank: Any) -> None:
    key = _first(bank)

    begin = _decisions(bank, "en", Action(key, "accepted", "2026-10-19", "Board", progress="running"))[0]

    assert f"Decided: {key} under way." in begin
    assert f"beginning with {key}" not in begin


def test_a_measure_rejected_before_is_asked_to_be_decided_anew(bank: Any) -> None:
    key = _first(bank)

    begin, anew, *_ = _decisions(bank, "en", Action(key, "rejected", "2026-10-19", "Board", reason="Too early."))

    assert f"{key} " not in begin
    assert anew.startswith("Confirm or revise what was rejected")
    assert "(rejected on 19 October 2026; reason given: Too early)" in anew


@pytest.mark.parametrize(("again", "told"), [
    ("2026-01-05", "(put off until 5 January 2026, which is past)"), ("2030-01-05", "(put off until 5 January 2030)"),
    ("", "(put off without a date)")])
def test_a_measure_put_off_is_asked_for_with_its_day(bank: Any, again: str, told: str) -> None:
    key = _first(bank)

    begin, anew, *_ = _decisions(bank, "en", Action(key, "deferred", "2025-10-19", "Board", again_on=again))

    assert f"{key} " not in begin
    assert anew.startswith(f"Decide on what was put off: {key} ")
    assert told in anew


def test_a_measure_that_was_stopped_is_not_said_to_be_carried_out(bank: Any) -> None:
    key = _first(bank)

    begin, anew, *_ = _decisions(bank, "en", Action(key, "accepted", "2026-10-19", "Board", progress="stopped",
                                                    progress_on="2026-11-02"))

    assert "Being carried out already" not in begin
    assert f"{key} " in anew
    assert "stopped on 2 November 2026" in anew


def test_nothing_is_asked_to_be_begun_where_every_measure_was_decided_on(bank: Any) -> None:
    keys = [m.key for m in Source(*bank, "en").proposed]

    asked = _decisions(bank, "en", *(Action(key, "rejected", "2026-10-19", "Board") for key in keys))

    assert asked[0].startswith("Confirm or revise what was rejected")
    assert not any(text.startswith("Decide on the") for text in asked)


def test_the_list_of_measures_says_how_each_stands_that_was_decided_on(bank: Any) -> None:
    diagnosis, template, facts = bank
    key = _first(bank)
    action = Action(key, "accepted", "2026-10-19", "Board", progress="done", progress_on="2026-11-17")
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", (ActionFollowUp(action, None, None),))

    report = study_report(replace(diagnosis, follow_up=found), template, facts, language="en")

    table = next(block for block in report.section("summary-causes").blocks
                 if isinstance(block, Table) and block.key == "t-summary-measures")
    due = {row.cells[0].text[:4].strip(): row.cells[-1].text for row in table.rows}  # type: ignore[union-attr]  # both are statements
    assert due[key] == "In place since 17 November 2026"


def test_a_measure_is_said_to_be_against_established_problems_first(bank: Any) -> None:
    diagnosis, template, facts = bank
    study = Source(*bank, "en")
    names = {study.name(p.level.construct).lower() for p in study.established}

    report = study_report(diagnosis, template, facts, language="en")

    table = next(block for block in report.section("summary-causes").blocks
                 if isinstance(block, Table) and block.key == "t-summary-measures")
    told = [row.cells[2].text.lower() for row in table.rows]  # type: ignore[union-attr]  # a statement
    assert [text for text in told if any(name in text for name in names) and not text.startswith(tuple(names))] == []


def test_a_problem_is_met_by_the_measure_of_the_highest_rank_that_bears_strongly_on_it(bank: Any) -> None:
    study = Source(*bank, "en")
    told = {problem.level.construct: foremost_against(study, problem.level.construct) for problem in study.problems}

    for problem, best in told.items():
        strong = [m for m in study.proposed if study.measure(m.key).address_problem.get(problem, 0) >= 2]
        assert not strong or best in strong
        assert all(best.rank <= m.rank for m in strong if m.rank)


def test_a_problem_that_the_survey_leaves_open_names_the_sources_that_support_it(bank: Any) -> None:
    diagnosis, template, facts = bank
    first = diagnosis.problems[0]
    open_one = replace(first, band="-", level=replace(first.level, status="uncertain"), customer_status="supports",
                       interview=replace(first.interview, status="supports"))
    changed = replace(diagnosis, problems=(open_one, *diagnosis.problems[1:]))

    table = study_report(changed, template, facts, language="en").section("summary").blocks

    cells = [line.text for block in table if isinstance(block, Table) for row in block.rows
             for cell in row.cells if isinstance(cell, Stack) for line in cell.lines]
    assert "survey unclear; interviews and customers support it" in cells


def test_a_measure_is_not_said_to_be_against_a_problem_that_was_not_found(bank: Any) -> None:
    diagnosis, template, facts = bank
    gone = replace(diagnosis.problems[0], grade="not_indicated")
    changed = replace(diagnosis, problems=(gone, *diagnosis.problems[1:]))
    name = template.construct(gone.level.construct).name["en"]
    study = Source(changed, template, facts, "en")

    table = study_report(changed, template, facts, language="en").section("summary-causes").blocks

    against = {row.cells[0].text.split()[0]: row.cells[2].text.lower() for block in table
               if isinstance(block, Table) and block.key == "t-summary-measures" for row in block.rows}
    others = {m.key for m in study.proposed
              if {key for key, strength in study.measure(m.key).address_problem.items() if strength >= 2}
              - {gone.level.construct}}
    assert others
    assert not [key for key in others if name.lower() in against[key]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_says_why_the_measure_against_the_gravest_problem_does_not_come_first(bank: Any, language: str) -> None:
    diagnosis, template, facts = bank
    study = Source(*bank, "en")
    gravest = study.established[0].level.construct
    strong = {m.key for m in study.proposed if study.measure(m.key).address_problem.get(gravest, 0) >= 2}
    order = sorted((m for m in diagnosis.measures if m.rank), key=lambda m: (m.key in strong, m.rank))
    ranks = {m.key: place for place, m in enumerate(order, start=1)}
    turned = replace(diagnosis, measures=tuple(
        replace(m, rank=ranks[m.key], is_stable=ranks[m.key] == 1, rank_probability_top3=1.0 / ranks[m.key],
                impact=m.impact / 10 if m.key in strong else m.impact)
        if m.key in ranks else m for m in diagnosis.measures))

    begin = _decisions((turned, template, facts), language)[0]

    best = next(m for m in order if m.key in strong)
    said = {"en": f"{best.key}, against the gravest problem, ranks {ranks[best.key]}: ",
            "zh": f"{best.key}针对最突出的问题，排第{ranks[best.key]}位："}
    assert order[0].key not in strong
    assert said[language] in begin
    assert said[language][:20] not in _decisions(bank, language)[0]


@pytest.mark.parametrize(("stable", "said"), [
    ((True, False, True), "Whether {1} belongs among the first is not settled by the data: choose by what fits the "
                          "calendar. {2} comes after them."),
    ((True, True, True), "; {1} and {2} come after them, in the order that fits the calendar."),
    ((True, False, False), "Between the others choose by what fits the calendar")],
    ids=["one open", "none open", "all open"])
def test_measures_that_surely_come_later_are_told_apart_from_those_not_settled(bank: Any, stable: tuple[bool, ...],
                                                                               said: str) -> None:
    diagnosis, template, facts = bank
    proposed = sorted((m for m in diagnosis.measures if m.verdict == "proposed"), key=lambda m: m.rank or 99)[:3]
    found = [replace(m, is_stable=is_stable, rank_probability_top3=0.95 if place == 0 else 0.5)
             for place, (m, is_stable) in enumerate(zip(proposed, stable, strict=True))]

    report = study_report(replace(diagnosis, measures=tuple(found), follow_up=None), template, facts, language="en")

    told = " ".join(item.text for block in report.blocks() if isinstance(block, Callout) and block.kind == "so_what"
                    for item in block.items)
    assert said.format(*(m.key for m in found)) in told
