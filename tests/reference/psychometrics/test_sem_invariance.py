"""Invariance across groups, score tests, modification indices and factor scores against lavaan."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.quant.sem.fit import ModelOptions, fitted_model
from analysis.quant.sem.invariance import invariance
from analysis.quant.sem.modification import modification_indices, release_tests
from analysis.quant.sem.scores import factor_scores
from analysis.results.sem import Invariance, InvarianceStep
from tests.reference.psychometrics.cases import HERE, Case, load_case
from tests.reference.psychometrics.models import assert_fit, lavaan_figures

CASES = {"inv_hs_school_ml": "ML", "inv_hs_school_mlr": "MLR"}


def answers() -> pd.DataFrame:
    return pd.read_csv(HERE / "data" / "hs1939.csv")


@cache
def solved(case_id: str) -> tuple[Case, Invariance]:
    case = load_case(case_id)
    return case, invariance(case.result["model"], answers(), "school", ModelOptions(estimator=CASES[case_id]))


@pytest.mark.parametrize("case_id", CASES)
def test_every_step_fits_as_in_lavaan(case_id: str) -> None:
    case, found = solved(case_id)

    assert list(found.groups) == case.result["groups"]
    assert [step.name for step in found.steps] == list(case.result["fit"])
    for step in found.steps:
        equal = case.result["steps"][step.name] or []
        assert list(step.equal) == ([equal] if isinstance(equal, str) else equal)
        assert_fit(case.result["fit"][step.name], lavaan_figures(step.result.fit), case.tolerance)


@pytest.mark.parametrize("case_id", CASES)
def test_every_difference_of_chi_squares_equals_lavaan(case_id: str) -> None:
    case, found = solved(case_id)

    for step, row in zip(found.steps, case.result["chisq_difference"], strict=True):
        assert step.name == row["model"]
        assert step.result.fit.chi2.value == pytest.approx(row["Chisq"], rel=case.tolerance["rel_chisq"])
        assert step.result.fit.chi2.df == row["Df"]
        assert step.result.fit.aic == pytest.approx(row["AIC"], rel=case.tolerance["rel_chisq"])
        assert step.result.fit.bic == pytest.approx(row["BIC"], rel=case.tolerance["rel_chisq"])
        assert_difference(step, row, case.tolerance["abs_scaled"])


def assert_difference(step: InvarianceStep, row: dict[str, Any], tolerance: float) -> None:
    if row["Chisq.diff"] is None:
        assert step.difference is None
        return
    assert step.difference is not None
    assert step.difference.value == pytest.approx(row["Chisq.diff"], abs=tolerance)
    assert step.difference.df == row["Df.diff"]
    assert step.difference.p_value == pytest.approx(row["Pr..Chisq."], abs=1e-4)
    if "RMSEA" in row:
        assert step.difference_rmsea == pytest.approx(row["RMSEA"], abs=1e-4)


@pytest.mark.parametrize("case_id", CASES)
def test_every_change_of_an_index_equals_lavaan(case_id: str) -> None:
    case, found = solved(case_id)

    for step, row in zip(found.steps[1:], case.result["deltas"], strict=True):
        for here, name in ((step.delta_cfi, "d_cfi"), (step.delta_rmsea, "d_rmsea"), (step.delta_srmr, "d_srmr"),
                           (step.delta_cfi_scaled, "d_cfi_scaled"), (step.delta_cfi_robust, "d_cfi_robust"),
                           (step.delta_rmsea_robust, "d_rmsea_robust")):
            assert (here is None) == (row[name] is None)
            assert here == pytest.approx(row[name], abs=case.tolerance["abs_fit_index"])


def test_equal_loadings_hold_between_schools_and_equal_intercepts_do_not() -> None:
    _, found = solved("inv_hs_school_ml")

    assert [step.is_held for step in found.steps] == [None, True, False, True]
    assert found.highest_held == "metric"
    scalar = found.steps[2]
    assert scalar.delta_cfi == pytest.approx(-0.038, abs=5e-4)
    assert scalar.difference.p_value < 0.001
    assert [(step.name, step.partial) for step in found.partial_steps] == [
        ("scalar", ("x3~1",)), ("scalar", ("x3~1", "x7~1")), ("strict", ("x3~1", "x7~1"))]
    assert found.partial_steps[-1].is_held
    assert [(caution.name, caution.about) for caution in found.warnings] == [("small_groups", ("Grant-White (145)",))]


def test_score_tests_of_equalities_equal_lavaan() -> None:
    case = load_case("inv_hs_partial_score")
    fitted = fitted_model("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9", answers(),
                          ModelOptions(group="school", equal=("loadings", "intercepts")))

    found = release_tests(fitted)

    # lavaan names parameters by their place in its table, which has the same order: .p38. is row 38 of both.
    keys = [row.key for row in fitted.table.rows]
    assert len(found) == len(case.result["score"])
    for one, row in zip(found, case.result["score"], strict=True):
        assert one.parameter == keys[int(row["lhs"].strip(".p")) - 1] == keys[int(row["rhs"].strip(".p")) - 1]
        assert one.chi2 == pytest.approx(row["X2"], rel=case.tolerance["rel"], abs=1e-6)
        assert one.df == row["df"]
        assert one.p_value == pytest.approx(row["p.value"], rel=case.tolerance["rel"], abs=1e-6)


def test_modification_indices_equal_lavaan() -> None:
    case = load_case("cfa_hs_modindices")
    fitted = fitted_model(case.result["model"], case.table())

    found = modification_indices(fitted, most=len(case.result["modindices"]))

    for one, row in zip(found, case.result["modindices"], strict=True):
        assert (one.lhs, one.op, one.rhs) == (row["lhs"], row["op"], row["rhs"])
        assert one.mi == pytest.approx(row["mi"], rel=case.tolerance["rel_mi"])
        assert one.epc == pytest.approx(row["epc"], rel=case.tolerance["rel_mi"])
        assert one.epc_std_lv == pytest.approx(row["sepc.lv"], rel=case.tolerance["rel_mi"])
        assert one.epc_std_all == pytest.approx(row["sepc.all"], rel=case.tolerance["rel_mi"])
        assert one.epc_std_all == pytest.approx(row["sepc.nox"], rel=case.tolerance["rel_mi"])


@pytest.mark.parametrize(("method", "head", "spread"), [("regression", "regression_head", "reg_sd"),
                                                        ("bartlett", "bartlett_head", "bart_sd")])
def test_factor_scores_equal_lavaan(method: str, head: str, spread: str) -> None:
    case = load_case("cfa_hs_scores")

    found = factor_scores(fitted_model(case.result["model"], case.table()), method=method)

    expected = np.array(case.result[head]["values"])
    assert list(found.factors) == case.result[head]["cols"]
    assert np.array(found.scores)[:len(expected)] == pytest.approx(expected, abs=case.tolerance["abs"])
    deviation = np.array(found.scores).std(axis=0, ddof=1)
    assert deviation == pytest.approx([case.result[spread][name] for name in found.factors], abs=case.tolerance["abs"])
