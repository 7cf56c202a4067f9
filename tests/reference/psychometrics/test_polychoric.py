"""Polychoric correlations, thresholds and their covariance against lavaan, psych and polycor."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from analysis.quant.ordinal.covariance import ordinal_moments
from analysis.quant.ordinal.estimates import ordinal_alpha, polychoric
from analysis.quant.ordinal.pair import polychoric_pair
from analysis.quant.ordinal.polychoric import polychoric_correlations, polychoric_fit
from analysis.quant.spec.run import run_spec
from tests.reference.psychometrics.cases import HERE, assert_close, case_ids, load_case, matrix

CASES = case_ids("poly_*", "polychoric")
POLYCOR_STOPS_AT = 3e-5         # optimize() of its two-step estimate
POLYCOR_JOINT_STOPS_AT = 5e-3


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


def more(name: str) -> dict:
    return json.loads((HERE / "more" / f"{name}.json").read_text())


@pytest.mark.parametrize("case_id", CASES)
def test_two_items_alone_equal_polycor_and_fit_no_worse(case_id: str) -> None:
    """polycor's joint search stops at reltol 1e-8 of its objective, up to .004 from the optimum; ours fits better."""
    case = load_case(case_id)
    items = case.table()

    for truth in case.result["pairs"]:
        two = items[[truth["var1"], truth["var2"]]]
        steps, joint = polychoric_pair(two), polychoric_pair(two, method="joint")

        assert steps.rho.n == truth["n"]
        assert_close(steps.rho.value, truth["polycor_two_step"], POLYCOR_STOPS_AT)
        assert_close(joint.rho.value, truth["polycor_ml"], POLYCOR_JOINT_STOPS_AT)
        assert_close(joint.standard_error, truth["polycor_ml_se"], case.tolerance["abs_polycor_ml"])
        assert joint.chi2 <= truth["chisq"]
        assert joint.chi2 <= steps.chi2 + 1e-9
        assert joint.df == truth["df"]


def test_the_joint_estimate_of_two_items_is_the_optimum() -> None:
    document = more("pairs_joint")
    tolerance = document["tolerance"]

    for truth in document["pairs"]:
        items = load_case(truth["case"]).table()[[truth["var1"], truth["var2"]]]
        found = polychoric_pair(items, method="joint")

        assert_close(found.rho.value, truth["rho"], tolerance)
        assert_close(found.standard_error, truth["se"], tolerance)
        assert_close(found.chi2, truth["chisq"], tolerance)
        assert found.df == truth["df"]


def test_half_a_respondent_in_an_empty_cell_gives_the_correlation_of_lavaan() -> None:
    truth = more("zero_cell")
    items = pd.DataFrame({"a": truth["a"], "b": truth["b"]})

    found = polychoric_fit(items, zero_cells="add_half")

    assert_close(found.rho, [truth["rho"]], truth["tolerance"])


@pytest.mark.parametrize("name", ["bfi_listwise", "crm_pairwise"])
def test_the_asymptotic_covariance_is_that_of_lavaan(name: str) -> None:
    case = more(f"nacov_{name}")
    items = load_case(case["case"]).table()[case["variables"]]

    found = ordinal_moments(polychoric_fit(items, missing=case["missing"]))

    assert_close(found.gamma, case["gamma"], case["tolerance"])


@pytest.mark.parametrize("case_id", case_ids("poly_*", "efa.polychoric"))
def test_the_factors_of_the_answers_are_the_tight_optimum_of_the_polychoric_matrix(case_id: str) -> None:
    case = load_case(case_id)
    method, rotation = case_id.split("_")[-2:]
    spec = {"id": "x", "do": "efa", "correlation": "polychoric", "missing": "listwise", "method": method,
            "rotation": rotation, "n_factors": case.result["nfactors"]}

    found = run_spec(case.table(), [spec])["x"]

    truth = case.result["tight"]
    assert found["n"] == case.result["n"]
    assert found["correlation"] == "polychoric"
    assert_close(np.array(found["communalities"]), truth["communalities"], case.tolerance["abs_tight"])
    for name, ours in (("chisq", "chi2"), ("df", "df"), ("rmsr", "rmsr"), ("tli", "tli"), ("bic", "bic")):
        assert found[ours] == pytest.approx(truth["fit"][name], rel=case.tolerance["abs_fit"])
    assert found["rmsea"]["value"] == pytest.approx(truth["fit"]["rmsea"], abs=case.tolerance["abs_fit"])
