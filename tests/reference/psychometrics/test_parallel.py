"""Parallel analysis against eigenvalues of simulated data in R."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.quant.factors.parallel import _factor_eigenvalues, _normal, parallel_analysis
from tests.reference.psychometrics.cases import assert_close, case_ids, load_case

CASES = case_ids("pa_*", "efa.parallel")
DRAWS = 4000
STANDARD_ERRORS = 4


def error_of(case_id: str, series: str) -> float:
    """Return the larger of the stated tolerance and four Monte Carlo errors of R's and our own draws."""
    case = load_case(case_id)
    twenty = max(case.result["sd_of_p95_20reps" if series == "p95" else "sd_of_mean_20reps"])
    both = twenty * np.sqrt(20 / case.result["reps"] + 20 / DRAWS)
    return max(case.tolerance[f"abs_random_{series}"], STANDARD_ERRORS * float(both))


@pytest.mark.parametrize("case_id", CASES)
def test_observed_eigenvalues_equal_r(case_id: str) -> None:
    case = load_case(case_id)

    found = parallel_analysis(case.items(), n_draws=20)

    assert_close(found.observed_components, case.result["observed_pc"], case.tolerance["abs_observed"])
    assert_close(found.observed_factors, case.result["observed_fa_smc"], case.tolerance["abs_observed"])


@pytest.mark.parametrize("case_id", CASES)
def test_random_eigenvalues_equal_r_within_monte_carlo_error(case_id: str) -> None:
    truth = load_case(case_id).result

    found = parallel_analysis(load_case(case_id).items(), n_draws=DRAWS, seed=3)

    mean, p95 = error_of(case_id, "mean"), error_of(case_id, "p95")
    assert_close(found.random_components_mean, truth["random_pc_mean"], mean)
    assert_close(found.random_factors_mean, truth["random_fa_mean"], mean)
    assert_close(found.random_components_p95, truth["random_pc_p95"], p95)
    assert_close(found.random_factors_p95, truth["random_fa_p95"], p95)


@pytest.mark.parametrize("case_id", CASES)
def test_as_many_components_and_factors_are_retained_as_in_r(case_id: str) -> None:
    truth = load_case(case_id).result["retain"]

    found = parallel_analysis(load_case(case_id).items())

    assert found.retain_components_mean == truth["pc_mean"]
    assert found.retain_components_p95 == truth["pc_p95"]
    assert found.retain_factors_mean == truth["fa_mean"]
    assert found.retain_factors_p95 == truth["fa_p95"]


@pytest.mark.parametrize("case_id", CASES)
def test_one_minres_factor_on_the_diagonal_equals_fa_parallel(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result["psych_fa_parallel"]

    found = parallel_analysis(case.items(), n_draws=200, seed=5, diagonal="one_factor")

    assert (found.n, len(found.observed_components)) == (case.result["n"], case.result["p"])
    assert_close(found.observed_components, truth["pc_values"], case.tolerance["abs_observed"])
    assert_close(found.observed_factors, truth["fa_values"], 1e-4)      # psych's own optimiser slack
    components, factors = psych_errors(case_id)
    assert_close(found.random_components_mean, truth["pc_sim"], components)
    assert_close(found.random_factors_mean, truth["fa_sim"], factors)
    assert (found.retain_components_p95, found.retain_factors_p95) == (truth["ncomp"], truth["nfact"])


@pytest.mark.parametrize("case_id", CASES)
def test_resampled_columns_equal_fa_parallel(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result["psych_fa_parallel"]

    found = parallel_analysis(case.items(), n_draws=60, seed=5, diagonal="one_factor", random="resampled")

    components, factors = psych_errors(case_id)
    assert_close(found.random_components_mean, truth["pc_simr"], components)
    assert_close(found.random_factors_mean, truth["fa_simr"], factors)


def psych_errors(case_id: str) -> tuple[float, float]:
    """Return the stated tolerance, or four errors of the mean of psych's 20 draws where they are larger.

    One factor of random data is often a Heywood case, so that its eigenvalue spreads far more than a component's.
    """
    case = load_case(case_id)
    draws = _factor_eigenvalues(next(_normal(case.result["n"], case.result["p"], 200, 7)), "one_factor")
    factors = float((draws.std(axis=0, ddof=1) / np.sqrt(20)).max())
    stated = case.tolerance["psych_fa"]
    return (max(stated, STANDARD_ERRORS * max(case.result["sd_of_mean_20reps"])),
            max(stated, STANDARD_ERRORS * factors))


@pytest.mark.parametrize("case_id", CASES)
def test_the_monte_carlo_error_of_the_reference_is_that_of_our_draws(case_id: str) -> None:
    case = load_case(case_id)
    n, k = case.result["n"], case.result["p"]

    draws = np.concatenate([np.linalg.eigvalsh(R)[:, ::-1] for R in _normal(n, k, 1000, 9)])

    errors = draws.std(axis=0, ddof=1) / np.sqrt(case.result["reps"])
    assert errors == pytest.approx(case.result["mcse_mean"], rel=0.15)
