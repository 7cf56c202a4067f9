"""Weighting: what is met, what is refused, and whether the interval holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import SpecError, TableError, TooFewData
from analysis.quant.weights.raking import rake
from analysis.quant.weights.weighted import weighted_mean

STAFF = pd.DataFrame({"unit": ["a"] * 30 + ["b"] * 10 + ["c"] * 10, "level": (["x", "y"] * 25)})
WANTED = {"unit": {"a": 0.4, "b": 0.4, "c": 0.2}, "level": {"x": 30, "y": 70}}


def test_shares_may_be_given_as_counts() -> None:
    found = rake(STAFF, {"level": {"x": 0.3, "y": 0.7}})

    assert found.weights == pytest.approx(rake(STAFF, {"level": {"x": 300, "y": 700}}).weights)
    assert sum(found.weights) == pytest.approx(50)


def test_rows_that_do_not_state_a_margin_keep_their_weight_in_it() -> None:
    staff = STAFF.assign(level=["" if i < 5 else level for i, level in enumerate(STAFF["level"])])

    found = rake(staff, {"level": WANTED["level"]})

    assert found.weights[:5] == pytest.approx([1.0] * 5)
    assert found.warnings == ("unstated",)
    assert found.margins[1].share_weighted == pytest.approx(0.7)


def test_trimmed_weights_say_how_far_the_margins_are_met() -> None:
    plain, trimmed = rake(STAFF, WANTED), rake(STAFF, WANTED, largest=1.6)

    assert trimmed.largest == pytest.approx(1.6)
    assert trimmed.design_effect < plain.design_effect
    assert trimmed.n_trimmed > 0
    assert "trimmed" in trimmed.warnings
    assert trimmed.margins[1].share_weighted < 0.4


@pytest.mark.parametrize(("targets", "error", "words"), [
    ({"unit": {"a": 0.5, "b": 0.5}}, TableError, "no category 'c'"),
    ({"unit": {"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.1}}, TooFewData, "category 'd'"),
    ({"unit": {"a": 0.5, "b": 0.5, "c": 0.0}}, SpecError, "not above 0"),
    ({"unit": {"a": 0.5, "b": 0.5, "c": float("nan")}}, SpecError, "not above 0"),
    ({"town": {"a": 1.0}}, SpecError, "'town'"),
    ({}, SpecError, "no margin"),
])
def test_margins_that_cannot_be_met_are_refused(targets: dict, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        rake(STAFF, targets)


def test_margins_that_contradict_each_other_are_named() -> None:
    people = pd.DataFrame({"sex": ["f"] * 10 + ["m"] * 10, "duty": ["x"] * 10 + ["y"] * 10})

    with pytest.raises(TooFewData, match="no weights fit"):
        rake(people, {"sex": {"f": 0.5, "m": 0.5}, "duty": {"x": 0.4, "y": 0.6}})


@pytest.mark.parametrize("weights", [[1.0, -1, 1], [1.0, np.inf, 1], [1.0, 1]])
def test_weights_that_are_none_are_refused(weights: list) -> None:
    with pytest.raises(TableError, match="positive numbers"):
        weighted_mean(pd.Series([1.0, 2, 3]), weights)


def test_a_headcount_below_the_answers_is_not_used() -> None:
    found = weighted_mean(pd.Series([1.0, 2, 3, 4]), [1.0] * 4, population=3)

    assert found.population is None
    assert found.warnings == ("stale_population",)
    assert found.mean.ci_low == pytest.approx(found.plain.ci_low)


def test_the_whole_population_leaves_no_error() -> None:
    found = weighted_mean(pd.Series([1.0, 2, 3, 4]), [1.0] * 4, population=4)

    assert found.standard_error == 0


def test_intervals_hold_where_answering_depends_on_the_margin() -> None:
    rng = np.random.default_rng(31)
    shift, shares = np.array([0.0, 1.0]), np.array([0.5, 0.5])
    held, plain = [], []

    for _ in range(800):
        group = (rng.random(120) < 0.25).astype(int)            # the second group answers less
        values = pd.Series(rng.normal(size=120) + shift[group], name="y")
        margin = pd.DataFrame({"g": np.array(["a", "b"])[group]})
        weights = rake(margin, {"g": {"a": 0.5, "b": 0.5}}).weights
        found = weighted_mean(values, weights, margins=margin)
        held.append(found.mean.ci_low <= shares @ shift <= found.mean.ci_high)
        plain.append(found.plain.ci_low <= shares @ shift <= found.plain.ci_high)

    assert np.mean(held) >= 0.93
    assert np.mean(plain) < 0.5
