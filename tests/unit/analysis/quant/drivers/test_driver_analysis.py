"""Drivers: what stays the same, what is refused, and how often the intervals hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import NoVariation, SpecError, TableError, TooFewData
from analysis.quant.dominance import general_dominance, standardised_beta
from analysis.quant.drivers.draws import alpha_of_items, draw_moments
from analysis.quant.drivers.importance import driver_analysis
from analysis.quant.drivers.minimal import two_sided_minimal_effect_p
from analysis.quant.drivers.regression import linear_regression, r_squared_interval
from analysis.quant.resampling import resample_correlations, resample_counts


def people(n: int = 150, k: int = 3, seed: int = 5) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, k)) + 0.7 * rng.normal(size=(n, 1))
    y = x @ np.linspace(0.5, 0.1, k) + rng.normal(size=n)
    return pd.DataFrame(x, columns=[f"c{i}" for i in range(k)]), pd.Series(y, name="sat")


def scale(true: np.ndarray, reliability: float, k: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return k parallel items whose sum has the stated reliability."""
    each = reliability / (k - (k - 1) * reliability)
    error = np.sqrt((1 - each) / each)
    return pd.DataFrame({f"i{j}": true + error * rng.normal(size=len(true)) for j in range(k)})


def test_neither_order_nor_unit_matters() -> None:
    x, y = people()
    order = np.random.default_rng(1).permutation(len(x))

    found = driver_analysis(x, y, n_resamples=20)
    other = driver_analysis(25 * x.iloc[order, ::-1] + 3, -y.iloc[order], n_resamples=20)

    here = {driver.key: driver for driver in found.drivers}
    for driver in other.drivers:
        assert driver.general_dominance.value == pytest.approx(here[driver.key].general_dominance.value)
        assert driver.relative_weight.value == pytest.approx(here[driver.key].relative_weight.value)
        assert driver.beta.value == pytest.approx(-here[driver.key].beta.value)
        assert driver.vif == pytest.approx(here[driver.key].vif)


def test_one_seed_gives_one_answer() -> None:
    x, y = people()

    assert driver_analysis(x, y, n_resamples=50, seed=(3,)) == driver_analysis(x, y, n_resamples=50, seed=(3,))
    assert driver_analysis(x, y, n_resamples=50, seed=(3,)) != driver_analysis(x, y, n_resamples=50, seed=(4,))


def test_resampled_moments_are_those_of_resampled_rows() -> None:
    x, _ = people(40)
    items = scale(x["c0"].to_numpy(), 0.8, 4, np.random.default_rng(2))
    items.iloc[3, 1] = np.nan
    counts = np.concatenate(list(resample_counts(40, 5, (9,)))).astype(int)

    found = draw_moments(x, {"c0": items}, n_resamples=5, seed=(9,))

    assert found.correlations == pytest.approx(resample_correlations(x, n_resamples=5, seed=(9,)))
    for drawn, alpha, R in zip(counts, found.alphas[:, 0], found.correlations, strict=True):
        rows = np.repeat(np.arange(40), drawn)
        assert alpha == pytest.approx(alpha_of_items(items.to_numpy()[rows]))
        assert np.abs(R - np.corrcoef(x.to_numpy()[rows], rowvar=False)).max() < 1e-12
    assert np.isnan(found.alphas[:, 1:]).all()


def test_alpha_of_items_is_cronbachs() -> None:
    items = np.array([[1.0, 2, 1], [2, 2, 3], [3, 4, 3], [4, 5, 5], [np.nan, 1, 1]])
    known = items[:4]
    expected = 1.5 * (1 - known.var(axis=0, ddof=1).sum() / known.sum(axis=1).var(ddof=1))

    assert alpha_of_items(items) == pytest.approx(expected)
    assert np.isnan(alpha_of_items(items[:, :1]))


def test_the_first_of_a_pair_dominates() -> None:
    x, y = people(600)

    found = driver_analysis(x, y, n_resamples=200)

    assert [(pair.first, pair.second) for pair in found.pairs] == [("c0", "c1"), ("c0", "c2"), ("c1", "c2")]
    assert found.pairs[1].level == "complete"
    assert found.pairs[1].share_general > 0.95
    assert found.drivers[0].share_of_resamples_first > 0.9


def test_nine_predictors_have_weights_but_no_exact_dominance() -> None:
    x, y = people(300, 9)

    found = driver_analysis(x, y, n_resamples=50)

    assert "too_many_for_dominance" in found.warnings
    assert found.drivers[0].general_dominance is None
    assert found.pairs == ()
    assert sum(driver.relative_weight.value for driver in found.drivers) == pytest.approx(
        found.regression.r_squared.value)


def test_the_test_against_nothing_is_the_usual_one() -> None:
    p = two_sided_minimal_effect_p(np.array([0.2, -0.2, 0.05]), np.array([0.1, 0.1, 0.0]), 0.0, 100)

    assert p.tolist() == pytest.approx([0.04821, 0.04821, 1.0], abs=1e-5)       # 2 * pt(-2, 100)


def test_a_negligible_weight_is_not_declared_however_many_answer() -> None:
    rng = np.random.default_rng(8)
    x = pd.DataFrame({"c0": rng.normal(size=20_000), "c1": rng.normal(size=20_000)})
    y = pd.Series(0.05 * x["c0"] + 0.3 * x["c1"] + rng.normal(size=20_000), name="y")

    found = driver_analysis(x, y, n_resamples=200)

    assert found.regression.coefficients[1].p_value < 1e-6
    assert found.drivers[0].p_minimal > 0.99
    assert found.drivers[1].q_minimal < 1e-6


def test_correction_needs_every_reliability() -> None:
    x, y = people()

    found = driver_analysis(x, y, reliabilities={"c0": 0.8, "c1": 0.7}, n_resamples=20)

    assert found.r_squared_corrected is None
    assert found.drivers[0].beta_corrected is None
    assert found.reliabilities == {"c0": 0.8, "c1": 0.7}


@pytest.mark.parametrize(("change", "error", "words"), [
    (lambda x, y: (x.assign(c0=1.0), y), NoVariation, "score c0"),
    (lambda x, y: (x.assign(c1=2 * x["c0"] - 1), y), NoVariation, "repeat others"),
    (lambda x, y: (x.assign(c1=np.nan), y), TooFewData, "0 complete rows"),
    (lambda x, y: (x.head(4), y.head(4)), TooFewData, "4 complete rows"),
    (lambda x, y: (x.assign(c1="often"), y), TableError, "other than numbers"),
    (lambda x, y: (x.assign(c1=x["c1"].where(x.index != 2, np.inf)), y), TableError, "infinite"),
    (lambda x, y: (x, x["c0"]), SpecError, "both predictor and outcome"),
])
def test_what_cannot_be_regressed_is_said(change, error, words: str) -> None:
    with pytest.raises(error, match=words):
        driver_analysis(*change(*people()), n_resamples=20)


@pytest.mark.parametrize(("reliabilities", "words"), [
    ({"c0": 0.0}, "cannot be"), ({"c0": 1.2}, "cannot be"), ({"c9": 0.8}, "not in the analysis")])
def test_reliabilities_that_cannot_be_are_refused(reliabilities: dict, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        driver_analysis(*people(), reliabilities=reliabilities, n_resamples=20)


def test_a_perfect_fit_is_told_without_a_nan() -> None:
    x, _ = people(30, 2)

    found = linear_regression(x, (x["c0"] + x["c1"]).rename("y"))

    assert found.r_squared.value == pytest.approx(1)
    assert found.r_squared.ci_high == 1.0
    assert found.p_value < 1e-100


def test_intervals_of_weights_and_dominance_hold() -> None:
    rng, k, n = np.random.default_rng(41), 3, 200
    among, b = np.array([[1, 0.4, 0.3], [0.4, 1, 0.2], [0.3, 0.2, 1]]), np.array([0.4, 0.25, 0.15])
    R = np.eye(4)
    R[:3, :3] = among
    R[:3, 3] = R[3, :3] = among @ b
    root, true_gain = np.linalg.cholesky(R), general_dominance(R)
    held: dict[str, list[np.ndarray]] = {"beta": [], "gain": []}

    for _ in range(300):
        draws = resample_correlations(rng.normal(size=(n, 4)) @ root.T, n_resamples=300, seed=(int(rng.integers(1e6)),))
        for key, figure, true in (("beta", standardised_beta, b), ("gain", general_dominance, true_gain)):
            low, high = np.quantile(figure(draws, k), [0.025, 0.975], axis=0)
            held[key].append((low <= true) & (true <= high))

    assert np.mean(held["beta"]) >= 0.93
    assert np.mean(held["gain"]) >= 0.93


def test_weights_of_true_scores_are_recovered_with_an_interval_that_holds() -> None:
    rng, n, held, found = np.random.default_rng(42), 300, [], []

    for _ in range(50):
        true = rng.normal(size=(n, 2)) @ np.linalg.cholesky(np.array([[1, 0.4], [0.4, 1]])).T
        out = true @ [0.5, 0.2] + np.sqrt(1 - 0.25 - 0.04 - 0.08) * rng.normal(size=n)
        items = {"a": scale(true[:, 0], 0.7, 4, rng), "b": scale(true[:, 1], 0.8, 4, rng), "y": scale(out, 0.8, 4, rng)}
        scores = pd.DataFrame({key: table.mean(axis=1) for key, table in items.items()})
        one = driver_analysis(scores[["a", "b"]], scores["y"], items=items, n_resamples=200,
                              seed=(int(rng.integers(99)),))
        found.append([driver.beta_corrected.value for driver in one.drivers])
        held += [driver.beta_corrected.ci_low <= value <= driver.beta_corrected.ci_high
                 for driver, value in zip(one.drivers, (0.5, 0.2), strict=True)]

    assert np.mean(found, axis=0).tolist() == pytest.approx([0.5, 0.2], abs=0.03)
    assert np.mean(held) >= 0.93


def test_the_interval_of_r_squared_holds() -> None:
    rng, true = np.random.default_rng(43), 0.2

    found = []
    for _ in range(500):
        x = rng.normal(size=(50, 3))
        y = x @ np.full(3, np.sqrt(true / (1 - true) / 3)) + rng.normal(size=50)
        r = np.corrcoef(np.column_stack([x, y]), rowvar=False)
        found.append(r_squared_interval(float(r[:3, 3] @ np.linalg.solve(r[:3, :3], r[:3, 3])), 50, 3))

    assert np.mean([one.ci_low <= true <= one.ci_high for one in found]) >= 0.93
