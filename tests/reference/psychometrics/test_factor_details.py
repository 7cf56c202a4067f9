"""Every further number of psych::fa: what its user sees, and what the tight optimum says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.quant.correlations import Correlations
from analysis.quant.factors.exploratory import complexity, factor_solution, solution_of
from analysis.quant.factors.extraction import extract
from analysis.quant.factors.oblique import oblimin, turned_from
from analysis.quant.factors.orthogonal import R_VARIMAX_GOAL, Rotated, varimax
from analysis.quant.factors.rotation import ordered
from analysis.results.measurement import FactorSolution
from tests.reference.psychometrics.cases import Case, assert_close, case_ids, load_case, matrix
from tests.reference.psychometrics.test_factors import matched, method_and_rotation

CASES = case_ids("efa_*", "efa.fit")
POLYCHORIC = case_ids("poly_*", "efa.polychoric")
ALL = CASES + POLYCHORIC


def correlations_of(case: Case) -> Correlations:
    if case.id in CASES:
        return case.correlations()
    document = load_case(case.id.split("_efa_")[0]).result["lavaan_listwise_rho"]
    return Correlations(tuple(document["rows"]), case.result["n"], matrix(document), "polychoric")


def as_psych(case: Case) -> FactorSolution:
    """Return the solution; varimax stopped where stats::varimax stops, 1e-5 of its criterion (up to .003 away)."""
    method, rotation = method_and_rotation(case.id)
    correlations, n_factors = correlations_of(case), case.result["nfactors"]
    if rotation != "varimax":
        return factor_solution(correlations, n_factors, method=method, rotation=rotation)
    found = extract(correlations.matrix, n_factors, method)
    turned = ordered(Rotated(varimax(found.loadings, R_VARIMAX_GOAL)[0], None))
    return solution_of(correlations, found, turned, (method, rotation))


def in_order(found: FactorSolution, expected: np.ndarray, values: Any) -> np.ndarray:
    order, _ = matched(found, expected)
    return np.asarray(values, dtype=float)[order]


@pytest.mark.parametrize("case_id", ALL)
def test_communalities_structure_and_factor_correlations_are_those_psych_prints(case_id: str) -> None:
    case = load_case(case_id)
    truth, within = case.result["psych_default"], case.tolerance["abs_psych_default"]
    expected = matrix(truth["loadings"])

    found = as_psych(case)

    order, sign = matched(found, expected)
    assert found.n == case.result["n"]
    assert_close(np.array(found.loadings)[:, order] * sign, expected, within)
    assert_close(found.communalities, truth["communalities"], within)
    assert_close(found.uniquenesses, truth["uniquenesses"], within)
    assert_close(np.array(found.structure)[:, order] * sign, matrix(truth["structure"]), within)
    if truth["phi"] is None:
        assert found.phi is None
    else:
        phi = np.array(found.phi)[np.ix_(order, order)] * np.outer(sign, sign)
        assert_close(phi, matrix(truth["phi"]), within)


@pytest.mark.parametrize("case_id", ALL)
def test_variance_complexity_and_eigenvalues_are_those_psych_prints(case_id: str) -> None:
    case = load_case(case_id)
    truth, within = case.result["psych_default"], case.tolerance["abs_psych_default"]
    expected = matrix(truth["loadings"])
    n_items = len(expected)

    found = as_psych(case)

    rows = dict(zip(truth["variance_accounted"]["rows"], matrix(truth["variance_accounted"]), strict=True))
    explained = in_order(found, expected, found.variance_explained)
    # A sum over k items of squared loadings moves by up to 2 sqrt(k) times what a loading moves by.
    spread = 2 * np.sqrt(n_items) * within
    assert_close(explained, rows["SS loadings"], spread)
    assert_close(in_order(found, expected, found.share_of_variance), rows["Proportion Var"], within)
    if "Proportion Explained" in rows:
        shares = in_order(found, expected, found.share_of_common)
        assert_close(shares, rows["Proportion Explained"], within)
        assert_close(np.cumsum(shares), rows["Cumulative Proportion"], within)
        assert_close(np.cumsum(explained) / n_items, rows["Cumulative Var"], within)
    assert_close(found.eigenvalues, truth["eigenvalues_corr"], 1e-8)
    assert_close(found.common_eigenvalues, truth["eigenvalues_common"], within)
    # Complexity is a ratio of fourth powers: it is held against psych's own loadings exactly, ours beside them.
    assert_close(complexity(expected), truth["complexity"], 1e-8)
    assert_close(found.complexity, truth["complexity"], 20 * within)


@pytest.mark.parametrize("case_id", ALL)
def test_fit_statistics_are_those_psych_prints(case_id: str) -> None:
    case = load_case(case_id)
    truth, method = case.result["psych_default"], method_and_rotation(case.id)[0]
    fit = truth["fit"]
    slack = 10 if method == "pa" else 1         # psych ends pa at 1e-3 in the communalities

    found = as_psych(case)

    assert (found.df, found.null_df) == (fit["df"], fit["null_df"])
    assert found.null_chi2 == pytest.approx(fit["null_chisq"], rel=1e-9)
    assert [found.chi2, found.bic, found.empirical_chi2] == pytest.approx(
        [fit["chisq"], fit["bic"], fit["empirical_chisq"]], rel=1e-3 * slack, abs=1e-3 * slack)
    assert_close([found.ml_discrepancy, found.p_value, found.rmsr, found.crms, found.tli, found.rmsea.value,
                  found.rmsea.ci_low, found.rmsea.ci_high, found.fit_off],
                 [fit[key] for key in ("objective_ml_discrepancy", "p", "rmsr", "crms", "tli", "rmsea", "rmsea_lower",
                                       "rmsea_upper", "fit_off")], case.tolerance["abs_fit"] * slack)
    assert found.empirical_chi2 / found.n == pytest.approx(truth["minres_sumsq_offdiag"], rel=1e-3 * slack,
                                                           abs=1e-4 * slack)


@pytest.mark.parametrize("case_id", ALL)
def test_residuals_heywood_and_rotation_criterion_equal_the_tight_optimum(case_id: str) -> None:
    case = load_case(case_id)
    truth, rotation = case.result["tight"], method_and_rotation(case.id)[1]

    found = as_psych(case)

    assert found.empirical_chi2 / found.n == pytest.approx(truth["minres_sumsq_offdiag"], abs=1e-6)
    assert bool(found.heywood_items) == truth["heywood"]
    assert any(word.startswith("heywood: ") for word in found.warnings) == truth["heywood"]
    if truth["max_gradient"] is not None:
        assert truth["max_gradient"] < 1e-6     # the reference itself came to rest
    if rotation == "oblimin":
        assert found.rotation_criterion == pytest.approx(truth["rotation_criterion"], abs=1e-8)
    else:
        assert truth["rotation_criterion"] is None


@pytest.mark.parametrize("case_id", [case for case in ALL if case.endswith("oblimin")])
def test_oblimin_from_the_given_axes_reaches_the_minimum_of_one_start_or_a_lower_one(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result["tight"]
    L = extract(correlations_of(case).matrix, case.result["nfactors"], method_and_rotation(case_id)[0]).loadings

    single = turned_from(L, np.eye(L.shape[1]), "oblimin").criterion

    assert single is not None
    assert oblimin(L).criterion <= truth["rotation_criterion_from_identity_start"] + 1e-9
    assert single >= truth["rotation_criterion"] - 1e-8


@pytest.mark.parametrize("case_id", ALL)
def test_psych_is_as_far_from_the_optimum_as_the_reference_says(case_id: str) -> None:
    case = load_case(case_id)
    truth, stated = case.result["psych_default"], case.result["psych_vs_tight"]
    tight = case.result["tight"]

    found = factor_solution(correlations_of(case), case.result["nfactors"], method=method_and_rotation(case_id)[0],
                            rotation=method_and_rotation(case_id)[1])

    away = np.abs(np.array(found.uniquenesses) - truth["uniquenesses"]).max()
    assert away == pytest.approx(stated["max_abs_uniqueness_diff"], abs=1e-5)
    if stated["max_abs_loading_diff"] is not None:
        expected = matrix(tight["loadings"])
        order, sign = matched(found, matrix(truth["loadings"]))
        printed = matrix(truth["loadings"])
        distance = np.abs(np.array(found.loadings)[:, order] * sign - printed).max()
        assert distance == pytest.approx(stated["max_abs_loading_diff"], abs=2e-5)
        assert expected.shape == printed.shape
