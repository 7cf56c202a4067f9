"""Polychoric correlations, thresholds and their covariance against lavaan, psych and polycor."""

from __future__ import annotations

import json

import numpy as np
import pytest

from analysis.quant.ordinal.covariance import ordinal_moments
from analysis.quant.ordinal.estimates import ordinal_alpha, polychoric
from analysis.quant.ordinal.pair import polychoric_pair
from analysis.quant.ordinal.polychoric import polychoric_correlations, polychoric_fit
from tests.reference.psychometrics.cases import HERE, Case, assert_close, case_ids, load_case, matrix

CASES = case_ids("poly_*", "polychoric")
POLYCOR_STOPS_AT = 2e-5         # optimize() of its two-step estimate


def ordered_matrix(document: dict, names: list[str]) -> np.ndarray:
    places = [document["rows"].index(name) for name in names]
    return matrix(document)[np.ix_(places, places)]


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
@pytest.mark.parametrize("case_id", CASES)
def test_correlations_and_thresholds_equal_those_of_lavaan(case_id: str, missing: str) -> None:
    case = load_case(case_id)
    items = case.table()

    found = polychoric(items, missing=missing)

    truth = ordered_matrix(case.result[f"lavaan_{missing}_rho"], list(items))
    assert_close(found.correlations, truth, case.tolerance["abs_lavaan"])
    cuts = {f"{key}|t{i}": cut for key, values in found.thresholds.items() for i, cut in enumerate(values, start=1)}
    expected = case.result[f"lavaan_{missing}_thresholds"]
    assert_close([cuts[name] for name in expected], list(expected.values()), case.tolerance["abs_thresholds"])
    assert len(cuts) == len(expected)
    assert found.n_complete == case.result["lavaan_listwise_n"]


@pytest.mark.parametrize("case_id", CASES)
def test_pairwise_correlations_thresholds_and_ordinal_alpha_are_those_of_psych_within_its_slack(case_id: str) -> None:
    case = load_case(case_id)

    found = polychoric(case.table())

    tolerance = case.tolerance["abs_psych"]
    assert_close(found.correlations, matrix(case.result["psych_rho"]), tolerance)
    assert_close(list(found.thresholds.values()), matrix(case.result["psych_tau"]), case.tolerance["abs_thresholds"])
    assert_close(found.alpha, case.result["ordinal_alpha_psych"], 1e-4)
    assert_close(found.smallest_eigenvalue, case.result["min_eigenvalue"], 1e-4)
    ours_to_lavaan = np.abs(np.array(found.correlations) - ordered_matrix(
        case.result["lavaan_pairwise_rho"], list(case.table()))).max()
    assert ours_to_lavaan < case.result["max_abs_psych_minus_lavaan_pairwise"]
    assert case.result["psych_rho_correct0_max_diff"] == 0      # psych's own correction touched no cell here


@pytest.mark.parametrize("case_id", CASES)
def test_ordinal_alpha_of_complete_rows_is_that_of_lavaan(case_id: str) -> None:
    case = load_case(case_id)

    found = ordinal_alpha(polychoric_correlations(case.table(), missing="listwise").matrix)

    assert_close(found, case.result["ordinal_alpha_lavaan_listwise"], 1e-7)


def pairs_of(case: Case) -> list[dict]:
    return case.result["pairs"]


@pytest.mark.parametrize("case_id", CASES)
def test_two_items_alone_equal_polycor_in_two_steps_and_jointly(case_id: str) -> None:
    case = load_case(case_id)
    items = case.table()
    tolerance = case.tolerance["abs_polycor_ml"]

    for truth in pairs_of(case):
        two = items[[truth["var1"], truth["var2"]]]
        steps, joint = polychoric_pair(two), polychoric_pair(two, method="joint")

        assert steps.rho.n == truth["n"]
        assert_close(steps.rho.value, truth["polycor_two_step"], POLYCOR_STOPS_AT)
        assert_close(joint.rho.value, truth["polycor_ml"], tolerance)
        assert_close(joint.standard_error, truth["polycor_ml_se"], tolerance)
        assert_close(joint.chi2, truth["chisq"], tolerance)     # polycor adds 1e-6 to each cell: 8e-6 in a 2 x 2 table
        assert joint.df == truth["df"]


@pytest.mark.parametrize("name", ["bfi_listwise", "crm_pairwise"])
def test_the_asymptotic_covariance_is_that_of_lavaan(name: str) -> None:
    case = json.loads((HERE / "more" / f"nacov_{name}.json").read_text())
    items = load_case(case["case"]).table()[case["variables"]]

    found = ordinal_moments(polychoric_fit(items, missing=case["missing"]))

    assert_close(found.gamma, case["gamma"], case["tolerance"])
