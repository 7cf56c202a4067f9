"""What a later wave shows of decided measures: found where planted, hidden where small, never compared where unlike."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.diagnosis.follow_up import Decided, WaveSide, follow_up
from analysis.diagnosis.situation import group_figures
from analysis.diagnosis.surveyed import Surveyed, survey_audience
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.results.actions import Action, ActionContrast, FollowUp
from analysis.tables import AnswerTable, StudyTables
from instruments.facts import Practice
from instruments.schema import Instrument
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_answers

BANK = load_catalogue_template("bank_crm")
STAFF = BANK.instrument("staff")
assert BANK.rules is not None
MEASURES = {measure.key: measure for measure in BANK.rules.measures}
THRESHOLDS = resolve_thresholds()
COVERED = ("corporate", "retail")
N = 300
# Of each hundred people, in an order that keeps the shares in any number of first rows.
UNITS = np.tile(["corporate", "outlet", "retail", "outlet", "risk_ops", "corporate", "outlet", "retail", "outlet", "it",
                 "corporate", "outlet", "retail", "outlet", "risk_ops", "corporate", "outlet", "retail", "corporate",
                 "support"], 50)
MEANS = {"PRB_INFO": 3.6, "PRB_EFFECT": 3.4}


@cache
def answers(wave: str) -> AnswerTable:
    """Return a thousand people's answers; in the second wave two units report the problem clearly less."""
    seed = 1 if wave == "w1" else 2
    table = simulated_answers(STAFF, len(UNITS), Plan(means=MEANS), seed)
    better = simulated_answers(STAFF, len(UNITS), Plan(means={**MEANS, "PRB_INFO": 2.8}), seed)
    is_better = np.isin(UNITS, COVERED) & (wave == "w2")
    share = 0.25 if wave == "w1" else 0.50
    known = [("keyteam",) if place % 20 < 20 * share else ("none",) for place in range(len(UNITS))]
    values = pd.concat([table.values[~is_better], better.values[is_better]]).reindex(table.values.index).assign(
        D_DEPT=pd.Series(UNITS, index=table.values.index, dtype=object),
        F_MEAS=pd.Series(known, index=table.values.index, dtype=object))
    return replace(table, values=values)


@cache
def surveyed(wave: str, n: int) -> Surveyed:
    """Return the first n people of a wave, with everything printed that its diagnosis prints of groups."""
    table = answers(wave)
    table = table.without(frozenset(table.values.index[n:]))
    found = survey_audience(StudyTables(BANK, {"staff": table}, wave=wave), "staff", THRESHOLDS)
    group_figures(found, THRESHOLDS)
    return found


def side(wave: str, n: int, shown: Instrument = STAFF) -> WaveSide:
    found = surveyed(wave, n)
    return WaveSide(wave, replace(found, register=deepcopy(found.register)), shown)


def action(measure: str = "S1.2", units: tuple[str, ...] = COVERED, decision: str = "accepted") -> Action:
    return Action(measure, decision, "2026-10-20", "Board", owner="Retail", units=units)


def followed(*actions: Action, n: int = N, later: Instrument = STAFF,
             register: tuple[Practice, ...] = ()) -> FollowUp:
    decided = Decided(1, "2026-10-12", actions, MEASURES, ("S1.2", "S2.2", "S3.1"), register)
    return follow_up(decided, (side("w1", n), side("w2", n, later)), "D_DEPT", THRESHOLDS)


def contrast(found: FollowUp, measure: str = "S1.2", construct: str = "PRB_INFO") -> ActionContrast:
    row = next(row for row in found.actions if row.action.measure == measure)
    return next(one for one in row.contrasts if one.construct == construct)


def test_a_planted_change_in_the_covered_units_is_found_and_an_unplanted_one_is_not() -> None:
    found = followed(action(), action("S2.2"))

    planted, other = contrast(found), contrast(found, "S2.2", "PRB_EFFECT")
    assert planted.verdict == "apart"
    assert planted.difference.ci_high < 0
    assert planted.covered.change.value < planted.others.change.value
    assert other.verdict == "not_apart"
    assert other.difference.ci_low < 0 < other.difference.ci_high


def test_a_measure_that_covers_everything_has_nothing_to_be_held_against() -> None:
    found = contrast(followed(action(units=())))

    assert found.verdict == "no_others"
    assert found.covered.change.value is not None
    assert (found.others.change, found.difference, found.p_value) == (None, None, None)


def test_small_groups_are_shown_and_not_judged() -> None:
    found = followed(action(), n=60)

    one = contrast(found)
    assert one.verdict == "cannot_judge"
    assert one.difference is not None
    assert one.q_value is None
    assert min(one.covered.n_first, one.covered.n_second) < found.fewest_judged


@pytest.mark.parametrize("units", [
    ("support",), ("it", "support"), ("corporate", "retail", "outlet", "risk_ops", "it")])
def test_groups_of_fewer_than_ten_are_not_shown_on_either_side(units: tuple[str, ...]) -> None:
    one = contrast(followed(action(units=units), n=70))

    assert one.verdict == "too_few"
    assert (one.covered.n_first, one.others.n_first, one.covered.change, one.difference) == (None, None, None, None)


def test_two_measures_whose_units_differ_by_few_people_do_not_disclose_them() -> None:
    """Covered units with and without support: the difference of both would be the few of support."""
    found = followed(action(units=("corporate", "retail", "outlet")),
                     action("S1.3", units=("corporate", "retail", "outlet", "support")), n=80)

    shown = [contrast(found, key).verdict != "too_few" for key in ("S1.2", "S1.3")]
    assert shown == [True, False]


def test_a_reworded_question_is_not_compared() -> None:
    reworded = replace(STAFF, items=tuple(
        replace(item, text={**item.text, "en": "Other words."}) if item.construct == "PRB_INFO" else item
        for item in STAFF.items))

    one = contrast(followed(action(), later=reworded))

    assert (one.verdict, one.reasons) == ("not_comparable", ("items_changed",))
    assert one.difference is None


def test_rejected_and_deferred_measures_are_listed_without_a_comparison() -> None:
    found = followed(action(decision="rejected"), action("S2.2"))

    assert [row.action.measure for row in found.actions] == ["S2.2", "S1.2"]
    assert found.actions[1].contrasts == ()
    assert found.undecided == ("S3.1",)


def test_who_knows_a_measure_is_asked_by_the_same_choice_in_both_waves() -> None:
    keyteam = Practice("keyteam", {"en": "Teams"}, "running", "2026-03", "F_MEAS.keyteam")

    found = followed(action("S2.2"), register=(keyteam,)).actions[0]

    assert found.known_before.value == pytest.approx(0.25, abs=0.03)
    assert found.known_now.value == pytest.approx(0.50, abs=0.03)


def test_a_measure_that_no_question_names_is_known_by_nobody_asked() -> None:
    own = Practice("field_list", {"en": "Field list"}, "running", "2026-10")

    found = followed(action(), register=(own,)).actions[0]

    assert (found.known_before, found.known_now) == (None, None)


def test_more_comparisons_raise_q() -> None:
    alone, among = (contrast(followed(*found)) for found in ((action(),), (action(), action("S2.2"), action("S2.1"))))

    assert alone.p_value == pytest.approx(among.p_value)
    assert among.q_value >= alone.q_value
