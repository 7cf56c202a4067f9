"""The part on decisions and what a later wave shows: every verdict in words, both languages alike, nothing claimed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.results.actions import Action, ActionFollowUp, FollowUp, KpiReading, Milestone
from analysis.results.measurement import Estimate
from reports.content import Table
from reports.sections.follow_up import follow_up
from reports.sections.source import Source
from reports.wording import forbidden_phrases
from tests.factories.follow_up import contrasts
from tests.seed.conftest import wordings

ACCEPTED = Action(
    "S1.2", "changed", "2026-10-19", "Board", "Not enough hands at once.", "Two departments first.", owner="Retail",
    units=("corporate", "retail"), starts_on="2026-10-22", progress="running", progress_on="2026-10-24",
    milestones=(Milestone("Issued", "2026-10-27", "done", "2026-10-26"), Milestone("Trained", "2026-11-10")),
    readings=(KpiReading("1", 71.0, "2026-11-21", "Report"), KpiReading("Lists", 12.0, "2026-11-21", "Count")))
DEFERRED = Action("S1.1", "deferred", "2026-10-19", "Board", "Head office decides.", again_on="2027-01-15")


def source(bank: Any, language: str, *actions: ActionFollowUp) -> Source:
    diagnosis, template, facts = bank
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", actions, ("S3.1",), 10, 30, 0.25, "test")
    return Source(replace(diagnosis, follow_up=found), template, facts, language)


def followed(action: Action = ACCEPTED, **changes: Any) -> ActionFollowUp:
    return ActionFollowUp(action, *(Estimate(value, value - 0.06, value + 0.06, 168, "Wilson")
                                    for value in (0.25, 0.54)), **{"contrasts": contrasts(), **changes})


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["No proof of effect.", "accepted with changes", "19 October 2026, Board", "Two departments first.",
            "Corporate banking and retail banking", "Under way since 24 October 2026", "1 of 2 milestones reached",
            "71% on 21 November 2026; source: Report",
            "Known to 54% [48–60%] of staff asked, n 168; before the decision 25% [19–31%]",
            "−0.45 [−0.65 to −0.25]", "n 68, then 61", "changed differently from the other units",
            "no demonstrable difference", "cannot be judged: fewer than 30 people in a group",
            "not shown: too few people in a group", "cannot be compared", "covers every unit",
            "To be decided again on 15 January 2027", "S3.1 Customer life-cycle management"]),
    ("zh", ["以下内容不构成效果证明。", "调整后采纳", "2026年10月19日，Board", "实施中（自2026年10月24日起）",
            "里程碑已完成1项，共2项", "员工知晓率54% [48–60%]", "变化与其他部门不同", "未见可证实的差异",
            "无法判断：有一组不足30人", "不予列示", "无法比较", "覆盖全部部门", "拟于2027年1月15日再行研究"])])
def test_every_decision_and_every_verdict_is_told(bank: Any, language: str, words: list[str]) -> None:
    told = " ".join(wordings(follow_up(source(bank, language, followed(), followed(DEFERRED, contrasts=())))))

    assert [word for word in words if word not in told] == []
    assert forbidden_phrases(told, language) == []


@pytest.mark.parametrize(("verdicts", "title"), [
    (("apart",), "one problem changed differently in the units covered"),
    (("not_apart", "cannot_judge"), "no demonstrable difference between the units covered and the others"),
    (("cannot_judge", "too_few"), "change beside other units cannot be judged"), ((), "cannot be judged")])
def test_the_title_says_no_more_than_the_verdicts(bank: Any, verdicts: tuple[str, ...], title: str) -> None:
    chosen = tuple(one for one in contrasts() if one.verdict in verdicts)

    section = follow_up(source(bank, "en", followed(contrasts=chosen)))[0]

    assert title in section.title.text


def test_a_hidden_group_prints_neither_change_nor_count(bank: Any) -> None:
    hidden = tuple(one for one in contrasts() if one.verdict == "too_few")

    section = follow_up(source(bank, "en", followed(contrasts=hidden)))[0]

    table = next(block for block in section.blocks if isinstance(block, Table) and block.key == "t-contrasts")
    assert [cell.text for cell in table.rows[0].cells[1:4]] == ["–", "–", "–"]


def test_both_languages_hold_the_same_rows(bank: Any) -> None:
    shapes = [[(block.key, len(block.rows)) for block in follow_up(source(bank, language, followed()))[0].blocks
               if isinstance(block, Table)] for language in ("en", "zh")]

    assert shapes[0] == shapes[1] == [("t-decisions", 1), ("t-contrasts", 6)]


def test_without_earlier_decisions_there_is_no_such_part(bank: Any) -> None:
    diagnosis, template, facts = bank

    assert follow_up(Source(diagnosis, template, facts, "en")) == []
    assert follow_up(source(bank, "en")) == []
