"""What management is told of safeguards and of the next survey: who owns what, by when, and nothing invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from analysis.results.actions import Action, ActionFollowUp, FollowUp
from analysis.results.diagnosis import Diagnosis
from analysis.results.plan_edits import PlanEdit, PlanValues
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.content import Callout
from reports.sections.study import OtherWaves, study_report

Study = tuple[Diagnosis, StudyTemplate, StudyFacts]
PUT, SET = 1, 2         # places of the decisions on safeguards and on the next survey


def asked(study: Study, language: str = "en", *, actions: Iterable[Action] = (), edits: Iterable[PlanEdit] = (),
          again_on: str = "") -> list[str]:
    """Return the decisions that the summary asks for."""
    diagnosis, template, facts = study
    rows = tuple(ActionFollowUp(one, None, None) for one in actions)
    found = FollowUp("w1", "w2", 1, "2026-10-12", "D_DEPT", rows) if rows else None
    report = study_report(replace(diagnosis, follow_up=found), template, facts, language=language, edits=edits,
                          waves=OtherWaves(asks_again_on=again_on))
    return [item.text for block in report.section("summary").blocks
            if isinstance(block, Callout) and block.kind == "decision" for item in block.items]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_required_safeguard_is_told_with_its_owner(bank: Study, language: str) -> None:
    diagnosis, template, _ = bank
    assert template.rules is not None
    required = {found.key for found in diagnosis.safeguards if found.is_required}
    owners = [guard.owner[language] for guard in template.rules.safeguards if guard.key in required]

    told = asked(bank, language)[PUT]

    assert owners
    assert [owner for owner in owners if owner not in told] == []


def test_a_safeguard_has_to_stand_before_the_measure_that_needs_it_and_is_due_first(bank: Study) -> None:
    told = asked(bank)[PUT]

    guard = "concept safeguard (Branch management and party or general office)"
    assert f"{guard} before S2.1 and S2.4 (S2.1 is due first, within 3 months);" in told


def test_a_safeguard_that_managers_rate_below_half_is_called_not_ready(bank: Study) -> None:
    diagnosis, template, facts = bank
    guards = tuple(replace(guard, readiness=replace(guard.readiness, ci_high=60.0)) if guard.readiness else guard
                   for guard in diagnosis.safeguards)

    assert asked(bank)[PUT].endswith("Not ready today, as managers see it: concept safeguard.")
    assert "Not ready" not in asked((replace(diagnosis, safeguards=guards), template, facts))[PUT]


def test_a_date_that_was_set_is_told_in_place_of_the_months(bank: Study) -> None:
    edit = PlanEdit("measure", "S2.1", 1, PlanValues(due_on="2026-12-18"), {"en": "Agreed."}, "Li Mei", "2026-11-26")

    told = asked(bank, edits=[edit])[PUT]

    assert "(S2.1 is due first, by 18 December 2026)" in told


def test_a_safeguard_of_a_measure_that_has_begun_is_due_at_once(bank: Study) -> None:
    told = asked(bank, actions=[Action("S2.1", "accepted", "2026-10-19", "Board", progress="running")])[PUT]

    assert "concept safeguard (Branch management and party or general office) at once (S2.1 under way)" in told


def test_a_measure_that_was_rejected_asks_for_no_safeguard(bank: Study) -> None:
    decisions = asked(bank, actions=[Action("S2.4", "rejected", "2026-10-19", "Board")])

    told = next(one for one in decisions if one.startswith("Put in place"))
    assert "S2.4" not in told
    assert "before S2.1 (due within 3 months);" in told


def test_a_measure_that_is_only_planned_has_not_begun(bank: Study) -> None:
    told = asked(bank, actions=[Action("S2.1", "accepted", "2026-10-19", "Board", progress="planned")])[PUT]

    assert "at once" not in told


def test_a_safeguard_without_owner_is_management_s_to_give_one(bank: Study) -> None:
    diagnosis, template, facts = bank
    assert template.rules is not None
    guards = tuple(replace(guard, owner={}) for guard in template.rules.safeguards)

    told = asked((diagnosis, replace(template, rules=replace(template.rules, safeguards=guards)), facts))[PUT]

    assert "concept safeguard (owner to be named with this decision)" in told


@pytest.mark.parametrize(("language", "words"), [
    ("en", "(none is planned yet), with the same questions, once S1.2 is due (9 months from the decision)."),
    ("zh", "（目前尚未安排）：沿用相同题目，宜在S1.2到期后（批准之日起9个月后）开展")])
def test_without_a_planned_survey_the_last_of_the_first_measures_says_from_when_to_ask(
        bank: Study, language: str, words: str) -> None:
    told = asked(bank, language)[SET]

    assert words in told


@pytest.mark.parametrize(("language", "words"), [("en", "planned for 1 September 2027"), ("zh", "于2027年9月1日开始")])
def test_a_planned_survey_is_told_with_its_date(bank: Study, language: str, words: str) -> None:
    told = asked(bank, language, again_on="2027-09-01")[SET]

    assert words in told
