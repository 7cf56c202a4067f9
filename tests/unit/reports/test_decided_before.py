"""How measures that were decided on before stand in every part of the report, and objectives that nothing serves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.results.actions import Action, ActionFollowUp, FollowUp
from reports.content import Callout, Card, StudyReport, Table
from reports.sections.source import Source
from reports.sections.study import study_report

DECIDED = (Action("S2.2", "accepted", "2026-10-20", "Board", progress="done", progress_on="2026-11-17"),
           Action("S1.2", "accepted", "2026-10-20", "Board", progress="running", progress_on="2026-10-25"),
           Action("S1.1", "deferred", "2026-10-20", "Board", reason="An index is to come.", again_on="2026-11-18"),
           Action("S2.4", "rejected", "2026-10-20", "Board", reason="Rules come from above."))


def report_of(bank: Any, language: str = "en", **changes: Any) -> StudyReport:
    diagnosis, template, facts = bank
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", tuple(ActionFollowUp(one, None, None) for one in DECIDED))
    later = replace(diagnosis, follow_up=found, provenance=replace(diagnosis.provenance, frozen_on="2026-11-27"))
    return study_report(replace(later, **changes), template, facts, language=language)


def card_of(report: StudyReport, key: str) -> Card:
    return next(block for block in report.blocks() if isinstance(block, Card) and block.label == key)


def table_of(report: StudyReport, key: str) -> Table:
    return next(block for block in report.blocks() if isinstance(block, Table) and block.key == key)


@pytest.mark.parametrize(("language", "put_off", "rejected"), [
    ("en", "Put off until 18 November 2026, which is past; reason given: An index is to come",
     "Rejected on 20 October 2026; reason given: Rules come from above"),
    ("zh", "原定2026年11月18日再行研究，现已逾期；当时的理由：An index is to come",
     "2026年10月20日决定不采纳；当时的理由：Rules come from above")])
def test_the_card_of_a_measure_not_taken_up_says_what_was_decided_and_why(
        bank: Any, language: str, put_off: str, rejected: str) -> None:
    report = report_of(bank, language)

    assert [card_of(report, key).rows[0][1].text for key in ("S1.1", "S2.4")] == [put_off, rejected]
    assert card_of(report, "S1.3").rows[0][0] not in ("Decision", "此前决定")


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["S2.2 in place", "S1.2 under way", "S1.1 put off", "S2.4 rejected"]),
    ("zh", ["S2.2已落实", "S1.2实施中", "S1.1暂缓", "S2.4不采纳"])])
def test_the_so_what_of_the_strategies_leaves_none_of_them_out(bank: Any, language: str, words: list[str]) -> None:
    section = report_of(bank, language).section("strategies")

    told = next(block for block in section.blocks if isinstance(block, Callout)).items[-1].text
    assert [word for word in words if word not in told] == []


@pytest.mark.parametrize(("language", "end"), [
    ("en", "wait for a decision (one of them put off), one is in place, one is under way, one was rejected"),
    ("zh", "（含暂缓1项），已落实1项，实施中1项，不采纳1项")])
def test_the_title_of_the_roadmap_tells_what_is_in_place_from_what_is_under_way(
        bank: Any, language: str, end: str) -> None:
    assert report_of(bank, language).section("roadmap").title.text.endswith(end)


def test_beside_a_measure_not_taken_up_stands_what_acts_on_the_problem_by_now(bank: Any) -> None:
    told = [row.cells[3].text for row in table_of(report_of(bank), "t-summary").rows]

    assert any("– put off; S1.2 under way" in text or "– rejected; S2.2 in place" in text for text in told)


def test_the_card_names_what_a_measure_acts_on_in_part(bank: Any) -> None:
    rows = dict(card_of(report_of(bank), "S1.1").rows)

    assert rows["Acts on"].text.endswith("; in part on unclear goals")


def test_an_objective_that_no_proposed_measure_serves_has_neither_date_nor_owner(bank: Any) -> None:
    study, problem = Source(*bank, "en"), bank[0].objectives[0].problem
    without = tuple(replace(m, verdict="not_proposed") if study.measure(m.key).address_problem.get(problem) else m
                    for m in bank[0].measures)

    table = table_of(report_of(bank, measures=without), "t-objectives")

    row = next(row for row in table.rows if row.cells[0].lines[1].text == study.name(problem))
    assert [cell.text for cell in row.cells[-2:]] == ["–", "–"]
    assert "“–”: no such measure" in table.source
