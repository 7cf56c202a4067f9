"""Where management is asked to begin: why there, and what it decided before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.results.actions import Action, ActionFollowUp, FollowUp
from reports.content import Callout, Table
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
    ("zh", ["理由：", "满分100", "居前三位的比例不低于"])])
def test_the_summary_says_in_its_text_why_these_measures_come_first(
        bank: Any, language: str, words: list[str]) -> None:
    begin = _decisions(bank, language)[0]

    assert [word for word in words if word not in begin] == []


def test_a_measure_carried_out_already_is_not_asked_to_be_begun(bank: Any) -> None:
    key = _first(bank)

    begin = _decisions(bank, "en", Action(key, "accepted", "2026-10-19", "Board", progress="running"))[0]

    assert f"Being carried out already: {key}." in begin
    assert f"beginning with {key}" not in begin


def test_a_measure_rejected_before_is_asked_to_be_decided_anew(bank: Any) -> None:
    key = _first(bank)

    begin = _decisions(bank, "en", Action(key, "rejected", "2026-10-19", "Board", reason="Too early."))[0]

    assert "; rejected before, to be decided anew)" in begin


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
