"""The roadmap: bars of what is open, status and owner of what was decided on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.results.actions import Action, ActionFollowUp, FollowUp
from reports.content import Figure, Section
from reports.figures import Lane, RoadmapChart
from reports.kinds.board import board_pack
from reports.sections.source import Source
from reports.sections.study import study_report


def _roadmap(bank: Any, *actions: Action, language: str = "en", frozen_on: str = "2026-11-27") -> Section:
    diagnosis, template, facts = bank
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", tuple(ActionFollowUp(one, None, None) for one in actions))
    later = replace(diagnosis, follow_up=found if actions else None,
                    provenance=replace(diagnosis.provenance, frozen_on=frozen_on))
    return study_report(later, template, facts, language=language).section("roadmap")


def _figure(section: Section) -> tuple[Figure, RoadmapChart]:
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert isinstance(figure.chart, RoadmapChart)
    return figure, figure.chart


def _lane(section: Section, key: str) -> Lane:
    return next(lane for lane in _figure(section)[1].lanes if lane.label.startswith(f"{key} "))


@pytest.mark.parametrize(("language", "said"), [("en", "Within {} months: "), ("zh", "最迟{}个月内完成")])
def test_its_months_and_title_end_with_the_longest_horizon(bank: Any, language: str, said: str) -> None:
    study = Source(*bank, "en")
    longest = max(study.measure(m.key).horizon_months for m in study.proposed)

    section = _roadmap(bank, language=language)

    chart = _figure(section)[1]
    assert chart.months == longest
    assert max(bar.end for lane in chart.lanes for bar in lane.bars) == longest
    assert said.format(longest) in section.title.text


def test_its_legend_names_only_fills_that_there_are(bank: Any) -> None:
    chart = _figure(_roadmap(bank))[1]

    kinds = {bar.kind for lane in chart.lanes for bar in lane.bars} - {"support"}
    assert {kind for kind, _ in chart.legend} == kinds


def test_what_was_decided_on_has_its_status_and_owner(bank: Any) -> None:
    keys = [m.key for m in Source(*bank, "en").proposed][:4]
    done = Action(keys[0], "accepted", "2026-10-20", "Board", owner="Branch office", progress="done",
                  progress_on="2026-11-17")
    running = Action(keys[1], "changed", "2026-10-20", "Board", owner="Retail", starts_on="2026-10-23",
                     progress="running", progress_on="2026-10-25")
    rejected = Action(keys[2], "rejected", "2026-10-20", "Board", owner="Nobody")
    deferred = Action(keys[3], "deferred", "2026-10-20", "Board", again_on="2026-11-18")

    section = _roadmap(bank, done, running, rejected, deferred)

    lanes = [_lane(section, key) for key in keys]
    assert [lane.bars[0].kind for lane in lanes] == ["done", "running", "held", "held"]
    assert [lane.owner for lane in lanes[:2]] == ["Branch office", "Retail"]
    assert lanes[2].owner != "Nobody"
    assert [lane.bars[0].label.partition("; ")[-1] or lane.bars[0].label for lane in lanes] == [
        "In place since 17 November 2026", lanes[1].bars[0].label.partition("; ")[-1],
        "rejected on 20 October 2026", "decide by 18 November 2026"]
    assert lanes[1].bars[0].label.startswith("Under way since 25 October 2026; due ")
    assert "report 1 of 12 October 2026" in _figure(section)[0].source


def test_a_measure_under_way_has_its_time_from_its_start(bank: Any) -> None:
    study = Source(*bank, "en")
    first = study.proposed[0].key
    running = Action(first, "accepted", "2026-10-20", "Board", starts_on="2026-10-23", progress="running")

    lane = _lane(_roadmap(bank, running), first)

    assert lane.bars[0].end == pytest.approx(study.measure(first).horizon_months - 35 / 30.4, abs=0.1)


def test_its_title_counts_what_waits_for_a_decision(bank: Any) -> None:
    proposed = Source(*bank, "en").proposed
    running = Action(proposed[0].key, "accepted", "2026-10-20", "Board", progress="running")

    title = _roadmap(bank, running).title

    assert (title.values["open"], title.values["running"]) == (len(proposed) - 1, 1)
    assert title.text.endswith("wait for a decision, one is under way")


def test_the_board_reads_of_owners_and_not_of_what_the_legend_says(bank: Any) -> None:
    diagnosis, template, facts = bank

    pack = board_pack(study_report(diagnosis, template, facts, language="en"))

    figure = next(block for block in pack.blocks() if isinstance(block, Figure) and block.key == "f-roadmap")
    assert figure.source.startswith("Diamond: when due. Horizons: rules of the study template")
