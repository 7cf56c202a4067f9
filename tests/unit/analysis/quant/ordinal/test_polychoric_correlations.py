"""Polychoric correlations: what they keep, what they recover, what they refuse and what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError, NoVariation, SpecError, TableError, TooFewData
from analysis.quant.ordinal.covariance import ordinal_moments, standard_errors
from analysis.quant.ordinal.estimates import correlation_interval, polychoric
from analysis.quant.ordinal.pair import polychoric_pair
from analysis.quant.ordinal.parallel import polychoric_parallel
from analysis.quant.ordinal.polychoric import polychoric_correlations, polychoric_fit
from analysis.quant.ordinal.smoothing import smoothed
from analysis.quant.ordinal.tables import ordinal_tables
from analysis.quant.spec.run import run_spec

RHO = np.array([[1.0, 0.5, -0.3, 0.2], [0.5, 1.0, 0.1, 0.4], [-0.3, 0.1, 1.0, 0.0], [0.2, 0.4, 0.0, 1.0]])
CUTS = ([-1.0, 0.0, 1.2], [-0.5], [-1.5, -0.5, 0.5, 1.5], [0.2, 0.9])


def simulated(n: int, seed: int) -> pd.DataFrame:
    latent = np.random.default_rng(seed).multivariate_normal(np.zeros(4), RHO, size=n)
    return pd.DataFrame({f"q{j + 1}": np.searchsorted(cuts, latent[:, j]) + 1.0 for j, cuts in enumerate(CUTS)})


def with_gaps(items: pd.DataFrame, seed: int = 5) -> pd.DataFrame:
    return items.mask(np.random.default_rng(seed).random(items.shape) < 0.1)


def names_of(cautions: tuple) -> list[str]:
    return [caution.name for caution in cautions]


def test_the_tables_are_those_of_crosstabs_over_many_blocks() -> None:
    items = with_gaps(simulated(20_000, 1))

    found = ordinal_tables(items)

    for pair, (i, j) in enumerate(zip(found.first, found.second, strict=True)):
        crossed = pd.crosstab(items.iloc[:, i], items.iloc[:, j]).to_numpy()
        r, c = crossed.shape
        assert np.array_equal(found.tables[pair, :r, :c], crossed)
        assert found.tables[pair].sum() == crossed.sum()


def test_large_samples_recover_correlations_and_thresholds() -> None:
    found = polychoric(simulated(40_000, 2))

    assert np.abs(np.array(found.correlations) - RHO).max() < 0.02
    for key, cuts in zip(found.items, CUTS, strict=True):
        assert np.abs(np.array(found.thresholds[key]) - cuts).max() < 0.03
    assert found.cautions == ()


def test_the_order_of_rows_and_items_and_the_numbers_of_categories_do_not_matter() -> None:
    items = with_gaps(simulated(400, 3))
    turned = items.sample(frac=1, random_state=1)[["q3", "q1", "q4", "q2"]]
    spread = items.map(lambda answer: answer**3 + 0.5)

    found = pd.DataFrame(polychoric(items).correlations, items.columns, items.columns)

    again = pd.DataFrame(polychoric(turned).correlations, turned.columns, turned.columns)
    assert np.allclose(again.loc[items.columns, items.columns], found, atol=1e-10)
    assert np.allclose(polychoric(spread).correlations, found, atol=1e-10)


def test_turning_an_item_turns_its_correlations() -> None:
    items = simulated(400, 4)

    found = np.array(polychoric(items.assign(q1=-items["q1"])).correlations)

    expected = np.array(polychoric(items).correlations) * np.outer([-1, 1, 1, 1], [-1, 1, 1, 1])
    assert np.allclose(found, expected, atol=1e-9)


def test_intervals_cover_the_true_correlation() -> None:
    hits, draws = np.zeros(6), 300
    truth = RHO[np.triu_indices(4, 1)]

    for seed in range(draws):
        fit = polychoric_fit(with_gaps(simulated(300, seed), seed))
        low, high = correlation_interval(fit.rho, standard_errors(fit), 0.95)
        hits += (low <= truth) & (truth <= high)

    assert (hits / draws).min() >= 0.91         # each of six from 300 draws: Monte Carlo error .013
    assert (hits / draws).mean() >= 0.93


def test_standard_errors_from_tables_are_those_of_the_full_covariance() -> None:
    fit = polychoric_fit(with_gaps(simulated(500, 6)))

    found = standard_errors(fit)

    moments = ordinal_moments(fit)
    assert np.allclose(found, np.sqrt(moments.gamma.diagonal()[-6:] / moments.n), rtol=1e-12)
    assert np.linalg.eigvalsh(moments.gamma)[0] > 0
    assert len(moments.values) == len(moments.gamma) == 10 + 6


def test_the_covariance_is_that_of_simulated_estimates() -> None:
    draws = [ordinal_moments(polychoric_fit(simulated(800, 1000 + seed))) for seed in range(250)]

    spread = np.array([draw.values for draw in draws]).std(axis=0, ddof=1)

    said = np.sqrt(np.mean([draw.gamma.diagonal() for draw in draws], axis=0) / 800)
    assert np.abs(spread / said - 1).max() < 0.15       # 250 draws: relative error of a spread .045


def test_an_answer_nobody_gave_is_named_and_has_no_threshold() -> None:
    items = simulated(300, 7)
    items["q3"] = items["q3"].replace(2.0, 3.0)

    found = polychoric(items, levels=[1, 2, 3, 4, 5])

    told = {caution.about: caution.detail for caution in found.cautions if caution.name == "empty_category"}
    assert told[("q3",)] == "2"
    assert told[("q2",)] == "3, 4, 5"
    assert len(found.thresholds["q3"]) == 3


def two_by_two(cells: tuple[int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame({"a": np.repeat([0, 0, 1, 1], cells), "b": np.repeat([0, 1, 0, 1], cells)})


@pytest.mark.parametrize(("cells", "sign"), [((20, 15, 0, 25), 1.0), ((0, 15, 20, 25), -1.0)])
def test_an_empty_cell_of_two_by_two_runs_to_the_bound_and_says_so(cells: tuple[int, int, int, int],
                                                                   sign: float) -> None:
    items = two_by_two(cells)

    kept, mended = polychoric(items), polychoric(items, zero_cells="add_half")

    assert kept.correlations[0][1] == pytest.approx(sign, abs=1e-11)
    assert kept.standard_errors[0][1] is None
    assert kept.ci_low[0][1] is None
    assert names_of(kept.cautions) == ["empty_cells", "at_the_bound", "not_positive_definite"]
    assert kept.cautions[1].about == ("a ~~ b",)
    assert 0.5 < sign * mended.correlations[0][1] < 0.99
    assert names_of(mended.cautions) == ["empty_cells", "half_added"]


def test_the_same_item_twice_is_at_the_bound_and_has_no_covariance() -> None:
    items = simulated(200, 8).assign(again=lambda table: table["q1"])

    fit = polychoric_fit(items)

    assert fit.matrix()[0, 4] == pytest.approx(1, abs=1e-11)
    assert [caution.about for caution in fit.cautions if caution.name == "at_the_bound"] == [("q1 ~~ again",)]
    with pytest.raises(AnalysisError, match=r"q1 ~~ again runs to 1 or -1"):
        ordinal_moments(fit)


def impossible() -> pd.DataFrame:
    """Three items, each pair answered by others: correlations that no joint distribution has."""
    a = np.repeat([0.0, 0, 1, 1], [45, 5, 5, 45])
    b = np.repeat([0.0, 1, 0, 1], [45, 5, 5, 45])
    gap = np.full(100, np.nan)
    return pd.DataFrame({"x": np.r_[a, a, gap], "y": np.r_[b, gap, a], "z": np.r_[gap, b, 1 - b]})


def test_an_impossible_matrix_is_named_and_smoothed_only_when_asked() -> None:
    given, near = polychoric(impossible()), polychoric(impossible(), smooth=True)

    assert given.smallest_eigenvalue < 0
    assert names_of(given.cautions) == ["not_positive_definite"]
    assert float(given.cautions[0].detail) == pytest.approx(given.smallest_eigenvalue, rel=1e-5)
    assert near.smallest_eigenvalue > 0
    assert names_of(near.cautions) == ["not_positive_definite", "smoothed"]
    assert near.method.endswith("smoothed")
    change = np.abs(np.array(near.correlations) - np.array(given.correlations)).max()
    assert float(near.cautions[1].detail) == pytest.approx(change, rel=1e-5)


def test_a_good_matrix_is_not_smoothed() -> None:
    found = polychoric_correlations(simulated(2000, 9), smooth=True)

    assert found.kind == "polychoric"
    assert found.cautions == ()
    assert smoothed(found.matrix) is found.matrix


def test_what_cannot_be_computed_is_refused_by_name() -> None:
    items = simulated(60, 10)

    for broken, error, said in (
            (items.assign(q1=3.0), NoVariation, r"item 'q1': all answers are the same"),
            (items.assign(q1=np.nan), TooFewData, r"item 'q1': 0 answer\(s\)"),
            (items.assign(q1=np.inf), TableError, r"infinite"),
            (items.assign(q1="often"), TableError, r"item 'q1': holds something other than numbers"),
            (items.assign(q1=np.arange(60) * 1.1), TableError, r"item 'q1': has 60 distinct answers"),
            (items.head(4), TooFewData, r"4 row\(s\)"),
            (items.assign(q1=items["q1"].where(items.index < 30), q2=items["q2"].where(items.index >= 30)),
             TooFewData, r"only 0 respondent\(s\) answered both")):
        with pytest.raises(error, match=said):
            polychoric(broken)
    with pytest.raises(TableError, match=r"5 is not one of the answers"):
        polychoric(items, levels=[1, 2, 3, 4])
    with pytest.raises(SpecError, match=r"zero_cells='guess'"):
        polychoric(items, zero_cells="guess")


def test_fewer_people_than_items_are_correlated_but_not_factored() -> None:
    items = pd.concat([simulated(8, seed).add_prefix(f"s{seed}") for seed in (21, 22, 23)], axis=1)

    found = polychoric(items)

    assert "not_positive_definite" in names_of(found.cautions)
    with pytest.raises(TooFewData):
        polychoric_parallel(items)


def test_two_items_fit_their_own_model() -> None:
    items = simulated(3000, 11)[["q1", "q3"]]

    found = polychoric_pair(items, method="joint")

    assert found.rho.ci_low < -0.3 < found.rho.ci_high
    assert found.p_value > 0.001
    assert found.df == 4 * 5 - 4 - 5


def factored(n: int, seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    factors = generator.standard_normal((n, 2))
    latent = 0.75 * np.repeat(factors, 4, axis=1) + 0.66 * generator.standard_normal((n, 8))
    return pd.DataFrame(np.digitize(latent, [-0.8, 0.2, 1.0]) + 1.0, columns=[f"i{j}" for j in range(8)])


def test_polychoric_parallel_analysis_finds_the_factors_put_in() -> None:
    items = factored(400, 12)

    found = polychoric_parallel(items, n_draws=40, seed=3)

    assert found.retain_components_p95 == found.retain_factors_p95 == 2
    assert found.correlation == "polychoric"
    assert np.mean(found.random_components_mean) == pytest.approx(1)
    assert found == polychoric_parallel(items, n_draws=40, seed=3)


def test_the_spec_takes_polychoric_correlations_everywhere() -> None:
    items = factored(300, 13)
    common = {"correlation": "polychoric", "range": [1, 5]}

    found = run_spec(items, [
        {"id": "matrix", "do": "polychoric", "range": [1, 5], "confidence": 0.9},
        {"id": "kmo", "do": "kmo", **common}, {"id": "map", "do": "map", **common},
        {"id": "efa", "do": "efa", "n_factors": 2, **common}, {"id": "omega", "do": "omega", "n_factors": 1, **common},
        {"id": "parallel", "do": "parallel", "n_draws": 20, **common}])

    R = np.array(found["matrix"]["correlations"])
    assert found["matrix"]["alpha"] == pytest.approx(8 / 7 * (1 - 8 / R.sum()))
    assert found["matrix"]["confidence"] == 0.9
    assert found["kmo"]["eigenvalues"] == pytest.approx(np.linalg.eigvalsh(R)[::-1])
    assert found["efa"]["correlation"] == found["omega"]["correlation"] == "polychoric"
    assert found["parallel"]["observed_components"] == pytest.approx(found["kmo"]["eigenvalues"])
    assert found["map"]["map_n_factors"] == 2
    assert all(any(caution["name"] == "empty_category" for caution in result["cautions"])
               for key, result in found.items() if key != "parallel")


def test_a_matrix_has_no_answers_for_polychoric_correlations() -> None:
    matrix = pd.DataFrame(RHO, columns=list("abcd"), index=list("abcd"))

    for spec in ({"do": "polychoric"}, {"do": "efa", "n_factors": 1, "correlation": "polychoric"}):
        with pytest.raises(SpecError, match=r"matrix"):
            run_spec(matrix, [{"id": "x", "n": 100, **spec}])
