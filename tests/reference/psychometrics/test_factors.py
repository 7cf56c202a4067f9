"""Exploratory factor analysis against the tight optimum of psych's criteria."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.quant.correlations import Correlations
from analysis.quant.factors.exploratory import factor_solution
from analysis.quant.factors.extraction import extract
from analysis.quant.factors.rotation import varimax
from analysis.results.measurement import FactorSolution
from tests.reference.psychometrics.cases import Case, assert_close, case_ids, load_case, matrix

CASES = case_ids("efa_*", "efa.fit")
POLYCHORIC_CASES = case_ids("poly_*", "efa.polychoric")
SPECIAL = {"efa_attitude_minres_1f": ("minres", "none")}


def method_and_rotation(case_id: str) -> tuple[str, str]:
    method, rotation = SPECIAL.get(case_id) or tuple(case_id.split("_")[-2:])
    return method, rotation


def solved(case: Case, correlations: Correlations) -> FactorSolution:
    method, rotation = method_and_rotation(case.id)
    return factor_solution(correlations, case.result["nfactors"], method=method, rotation=rotation)


def matched(found: FactorSolution, expected: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Return which found factor answers each expected one, and its sign."""
    L = np.array(found.loadings)
    agreement = expected.T @ L / np.outer(np.linalg.norm(expected, axis=0), np.linalg.norm(L, axis=0))
    order = np.abs(agreement).argmax(axis=1)
    assert sorted(order) == list(range(len(order)))
    return order.tolist(), np.sign(agreement[range(len(order)), order])


def assert_tight(case: Case, found: FactorSolution) -> None:
    truth = case.result["tight"]
    tolerance = case.tolerance["abs_tight"]
    expected = matrix(truth["loadings"])
    order, sign = matched(found, expected)
    assert_close(np.array(found.loadings)[:, order] * sign, expected, tolerance)
    assert_close(found.communalities, truth["communalities"], tolerance)
    assert_close(found.uniquenesses, truth["uniquenesses"], tolerance)
    if truth["phi"] is None:
        assert found.phi is None
        assert found.structure == found.loadings
    else:
        phi = np.array(found.phi)[np.ix_(order, order)] * np.outer(sign, sign)
        assert_close(phi, matrix(truth["phi"]), tolerance)
        assert_close(np.array(found.structure)[:, order] * sign, expected @ matrix(truth["phi"]), 3 * tolerance)


@pytest.mark.parametrize("case_id", CASES)
def test_loadings_and_factor_correlations_equal_the_tight_optimum(case_id: str) -> None:
    case = load_case(case_id)

    found = solved(case, case.correlations())

    assert_tight(case, found)


@pytest.mark.parametrize("case_id", POLYCHORIC_CASES)
def test_a_polychoric_matrix_is_factored_to_the_tight_optimum(case_id: str) -> None:
    case = load_case(case_id)
    document = load_case(case_id.split("_efa_")[0]).result["lavaan_listwise_rho"]

    found = solved(case, Correlations(tuple(document["rows"]), case.result["n"], matrix(document), "polychoric"))

    assert_tight(case, found)
    assert found.correlation == "polychoric"


@pytest.mark.parametrize("case_id", CASES)
def test_the_objective_is_the_tight_one_or_lower(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result["tight"]

    found = solved(case, case.correlations())

    expected = truth["extraction_objective"]
    expected = truth["minres_sumsq_offdiag"] if expected is None else expected
    assert found.objective <= expected + 1e-9


@pytest.mark.parametrize("case_id", CASES)
def test_fit_statistics_equal_psych(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result["tight"]["fit"]

    found = solved(case, case.correlations())

    assert found.df == truth["df"]
    assert found.chi2 == pytest.approx(truth["chisq"], rel=1e-4, abs=case.tolerance["abs_fit"])
    assert found.bic == pytest.approx(truth["bic"], rel=1e-4, abs=case.tolerance["abs_fit"])
    assert_close([found.ml_discrepancy, found.p_value, found.rmsr, found.tli, found.rmsea.value],
                 [truth["objective_ml_discrepancy"], truth["p"], truth["rmsr"], truth["tli"], truth["rmsea"]],
                 case.tolerance["abs_fit"])


@pytest.mark.parametrize("case_id", CASES)
def test_the_rmsea_interval_equals_psych(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result["psych_default"]["fit"]

    found = solved(case, case.correlations()).rmsea

    assert found.confidence == truth["rmsea_conf"]
    assert_close([found.ci_low, found.ci_high], [truth["rmsea_lower"], truth["rmsea_upper"]],
                 case.tolerance["abs_fit"])


@pytest.mark.parametrize("case_id", [case for case in CASES if "varimax" not in case])
def test_loadings_are_as_near_to_what_psych_prints_as_psych_is_to_its_optimum(case_id: str) -> None:
    case = load_case(case_id)
    expected = matrix(case.result["psych_default"]["loadings"])

    found = solved(case, case.correlations())

    order, sign = matched(found, expected)
    assert_close(np.array(found.loadings)[:, order] * sign, expected, case.tolerance["abs_psych_default"])


@pytest.mark.parametrize("case_id", [case for case in CASES if "varimax" in case])
def test_varimax_stopped_where_r_stops_equals_what_psych_prints(case_id: str) -> None:
    case = load_case(case_id)
    expected = matrix(case.result["psych_default"]["loadings"])
    unrotated = extract(case.correlations().matrix, case.result["nfactors"], method_and_rotation(case_id)[0]).loadings

    found, _ = varimax(unrotated, 1e-5)

    agreement = np.abs(expected.T @ found / np.outer(np.linalg.norm(expected, axis=0), np.linalg.norm(found, axis=0)))
    order = agreement.argmax(axis=1)
    sign = np.sign((expected * found[:, order]).sum(axis=0))
    assert_close(found[:, order] * sign, expected, case.tolerance["abs_psych_default"])


def test_three_factors_of_ability_reach_the_lower_of_two_minima() -> None:
    case = load_case("fac_ability")
    printed = case.result["vss_stats"][2]["eChisq"] / case.result["n"]

    found = factor_solution(case.correlations(), 3)

    assert found.objective == pytest.approx(printed, abs=1e-7)
    assert found.objective < 0.1262      # the usual starts end at .1269
