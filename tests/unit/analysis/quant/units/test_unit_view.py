"""People within units: shrinkage, agreement, refusals, and how often the intervals hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import NoVariation, SpecError, TooFewData
from analysis.quant.units.pooling import pooled_means, random_intercept
from analysis.quant.units.sums import UnitSums
from analysis.quant.units.view import unit_view
from analysis.quant.units.within import expected_variance, icc1, icc2, rwg, rwg_j


def answers(n_units: int = 12, size: int = 15, between: float = 0.6, seed: int = 2) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(n_units), size)
    base = rng.normal(3, between, n_units)[units]
    items = {f"Q{k}": np.clip(np.round(base + rng.normal(0, 0.8, len(units))), 1, 5) for k in range(3)}
    return pd.DataFrame(items), pd.Series([f"u{unit:02d}" for unit in units], name="branch")


def simulated(rng: np.random.Generator, sizes: np.ndarray, between: float) -> tuple[UnitSums, np.ndarray]:
    true = rng.normal(0, between, len(sizes))
    means = true + rng.normal(size=len(sizes)) / np.sqrt(sizes)
    return UnitSums(tuple(map(str, range(len(sizes)))), sizes, means, rng.chisquare(sizes.sum() - len(sizes))), true


def test_a_small_unit_is_drawn_further_towards_all_units() -> None:
    items, units = answers()
    units[units == "u03"] = ["u03"] * 3 + [""] * 12

    found = unit_view(items, units, name="Q")

    by_key = {unit.key: unit for unit in found.units}
    assert by_key["u03"].shrinkage > by_key["u04"].shrinkage
    assert {"left_out", "small_units"} <= set(found.warnings)
    for unit in found.units:
        low, high = sorted((unit.mean.value, found.grand_mean.value))
        assert low <= unit.pooled.value <= high


def test_units_that_do_not_differ_are_all_at_the_mean() -> None:
    sums = UnitSums(("a", "b", "c"), np.array([10.0, 10, 10]), np.array([3.0, 3.01, 2.99]), 30.0)

    found = random_intercept(sums)

    assert found.between == 0
    assert found.pooled.tolist() == pytest.approx([3.0] * 3)
    assert icc1(sums).value < 0
    assert (found.pooled_error > 0).all()


def test_units_far_more_alike_than_chance_have_no_lower_limit_of_reliability() -> None:
    sums = UnitSums(("a", "b", "c", "d"), np.full(4, 5.0), np.full(4, 3.0), 40.0)

    assert icc2(sums).ci_low is None
    assert icc1(sums).ci_low == pytest.approx(-0.25)        # -1 / (size - 1), the least that can be


def test_neither_order_nor_unit_of_the_scale_matters() -> None:
    items, units = answers()
    order = np.random.default_rng(1).permutation(len(items))

    found = unit_view(items, units, answer_range=(1, 5))
    other = unit_view(25 * (items.iloc[order, ::-1] - 1), units.iloc[order], answer_range=(0, 100), null=2.0 * 625)

    assert other.icc1.value == pytest.approx(found.icc1.value)
    assert other.icc1.ci_high == pytest.approx(found.icc1.ci_high)
    assert other.between_variance == pytest.approx(625 * found.between_variance)
    assert [unit.rwg for unit in other.units] == pytest.approx([unit.rwg for unit in found.units])


def test_disagreement_beyond_chance_counts_as_none() -> None:
    items = pd.DataFrame({"Q1": [1.0, 5, 1, 5, 3, 3, 3, 4]})

    found = unit_view(items, pd.Series(["a"] * 4 + ["b"] * 4, name="unit"), answer_range=(1, 5))

    assert found.units[0].rwg == 0.0
    assert "disagreement" in found.warnings


def test_agreement_grows_with_the_number_of_items() -> None:
    assert rwg(1.0, 2.0) == rwg_j([1.0], 2.0) == 0.5
    assert rwg_j([1.0] * 4, 2.0) == pytest.approx(0.8)


@pytest.mark.parametrize(("points", "shape", "words"), [
    (7, "heavy_skew", "tabled for five points"), (1, "uniform", "cannot vary"), (5, "flat", "not a spread")])
def test_a_spread_that_is_not_known_is_refused(points: int, shape: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        expected_variance(points, shape)


def test_units_of_one_person_each_cannot_be_looked_into() -> None:
    items, _ = answers()

    with pytest.raises(TooFewData, match="no unit has two people"):
        unit_view(items, pd.Series(range(len(items)), name="unit"))


def test_people_who_all_answer_as_their_unit_leave_no_error() -> None:
    items = pd.DataFrame({"Q1": np.repeat([1.0, 2, 3], 4)})

    with pytest.raises(NoVariation, match="never differ"):
        unit_view(items, pd.Series(np.repeat(list("abc"), 4), name="unit"))


@pytest.mark.parametrize("between", [0.2, 0.5])
def test_intervals_of_pooled_means_and_icc_hold(between: float) -> None:
    rng = np.random.default_rng(21)
    share, held, shares = between**2 / (1 + between**2), [], []

    for _ in range(250):
        sums, true = simulated(rng, rng.integers(4, 25, 12).astype(float), between)
        found = pooled_means(sums, random_intercept(sums))
        held += [one.ci_low <= value <= one.ci_high for one, value in zip(found, true, strict=True)]
        limits = icc1(sums)
        shares.append(limits.ci_low <= share <= limits.ci_high)

    assert np.mean(held) >= 0.93
    assert np.mean(shares) >= 0.93


def test_variances_are_recovered() -> None:
    rng = np.random.default_rng(22)

    found = [random_intercept(simulated(rng, rng.integers(5, 40, 60).astype(float), 0.5)[0]) for _ in range(60)]

    assert np.mean([model.between for model in found]) == pytest.approx(0.25, abs=0.02)
    assert np.mean([model.within for model in found]) == pytest.approx(1.0, abs=0.02)
