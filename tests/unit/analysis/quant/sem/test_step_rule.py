"""When does a step of invariance fail? One rule, on limits, on equal groups and on groups that differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.quant.sem.fit import ModelOptions
from analysis.quant.sem.indices import chi_square
from analysis.quant.sem.invariance import invariance
from analysis.quant.sem.step_rule import CFI_LOSS, RMSEA_GAIN, step_fails
from analysis.quant.waves.invariance import holds
from analysis.results.sem import InvarianceStep as GroupStep
from analysis.results.waves import InvarianceStep

CLEAR, CHANCE = chi_square(40.0, 3, "test"), chi_square(3.0, 3, "test")
NO_RESTRICTION = chi_square(0.0, 0, "test")
MODEL = "f =~ a + b + c + d"


@pytest.mark.parametrize(("difference", "cfi", "rmsea", "fails"), [
    (CLEAR, -0.038, 0.021, True), (CLEAR, CFI_LOSS, 0.0, True), (CLEAR, 0.0, RMSEA_GAIN, True),
    (CLEAR, -0.0099, 0.0149, False), (CHANCE, -0.2, 0.2, False), (CLEAR, None, 0.02, True), (CLEAR, None, None, False),
    (None, -0.02, 0.02, True), (None, -0.02, 0.01, False), (None, -0.009, 0.02, False), (None, None, 0.2, False),
    (NO_RESTRICTION, 0.0, -0.01, False)],
    ids=["both", "cfi-at-the-limit", "rmsea-at-the-limit", "too-small-to-matter", "chance", "no-cfi", "no-index",
         "no-test-both", "no-test-cfi-only", "no-test-rmsea-only", "no-test-no-cfi", "no-restriction"])
def test_a_step_fails_by_a_test_and_a_loss_that_matters(difference, cfi: float | None, rmsea: float | None,
                                                        fails: bool) -> None:
    assert step_fails(difference, cfi, rmsea) is fails


@pytest.mark.parametrize(("difference", "held"), [(CLEAR, False), (CHANCE, True), (None, True)],
                         ids=["clear", "chance", "no-test"])
def test_waves_are_judged_by_the_same_rule(difference, held: bool) -> None:
    free = InvarianceStep("configural", 10.0, 4, 0.98, 0.05)
    equal = InvarianceStep("metric", 30.0, 7, 0.96, 0.06, difference)

    assert holds(free, equal) is held


def answers(rng: np.random.Generator, n: int, shift: float = 0.0) -> pd.DataFrame:
    """Return four items of one factor in two groups of unlike means; `shift` moves two items of the second, in SD."""
    is_second = np.arange(n) % 2
    factor = rng.normal(size=n) + 0.3 * is_second
    items = np.sqrt(0.5) * factor[:, None] + np.sqrt(0.5) * rng.normal(size=(n, 4))
    items[:, :2] += shift * is_second[:, None]
    return pd.DataFrame(items, columns=list("abcd")).assign(who=np.where(is_second, "two", "one"))


def steps_of(n: int, seed: int, times: int, shift: float = 0.0) -> list[tuple[GroupStep, ...]]:
    rng = np.random.default_rng(seed)
    return [invariance(MODEL, answers(rng, n, shift), "who", ModelOptions(estimator="ML"),
                       steps=("configural", "metric", "scalar")).steps for _ in range(times)]


def test_equal_groups_are_seldom_failed() -> None:
    found = steps_of(200, 7, 60)

    judged = [step for steps in found for step in steps[1:]]
    swings = [step for step in judged if step.delta_cfi <= CFI_LOSS or step.delta_rmsea >= RMSEA_GAIN]
    assert np.mean([step.is_held is False for step in judged]) <= 0.07
    assert len(swings) > 0.1 * len(judged)          # what indices alone would fail


def test_a_shift_of_half_a_standard_deviation_on_two_of_four_items_is_found() -> None:
    found = steps_of(300, 8, 20, shift=0.5)

    assert np.mean([steps[2].is_held is False for steps in found]) >= 0.9
