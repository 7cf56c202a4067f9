"""Drivers against base R, car, R's lm on sat.act, and published dominance values."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.quant.dominance import complete_dominance
from analysis.quant.drivers.importance import driver_analysis
from analysis.quant.drivers.regression import linear_regression
from analysis.results.drivers import DriverAnalysis
from tests.reference.psychometrics.cases import load_case

TRUTH = json.loads((Path(__file__).parent / "drivers.json").read_text(encoding="utf-8"))
NAMES = ("swiss", "attitude", "eight")
CLOSED = 1e-9


def analysed(name: str, n_resamples: int = 50) -> tuple[dict[str, Any], DriverAnalysis]:
    case = TRUTH[name]
    data = pd.DataFrame(case["data"])
    outcome = data.columns[0]
    predictors = data.drop(columns=outcome)
    known = dict(zip([*predictors.columns, outcome], case["reliabilities"], strict=True))
    return case, driver_analysis(predictors, data[outcome], reliabilities=known, n_resamples=n_resamples)


def test_regression_of_sat_scores_equals_lm() -> None:
    case = load_case("reg_satact")
    truth, tolerance = case.result, case.tolerance["abs"]
    data = case.table()
    rows = truth["coef"]["rows"]

    found = linear_regression(data[rows[1:]], data["SATQ"])

    assert found.n == truth["n"]
    for line, (b, error, t, p) in zip(found.coefficients, truth["coef"]["values"], strict=True):
        assert [line.b.value, line.standard_error, line.t] == pytest.approx([b, error, t], abs=tolerance)
        assert line.p_value == pytest.approx(p, abs=tolerance)
    assert found.r_squared.value == pytest.approx(truth["r2"], abs=tolerance)
    assert found.r_squared_adjusted == pytest.approx(truth["adj_r2"], abs=tolerance)
    assert found.f == pytest.approx(truth["F"], abs=tolerance)
    assert found.residual_sd == pytest.approx(truth["sigma"], abs=tolerance)
    assert {line.key: line.beta for line in found.coefficients[1:]} == pytest.approx(truth["beta_std"], abs=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_regression_equals_lm(name: str) -> None:
    case, found = analysed(name)
    plain = found.regression

    for line, (b, error, t, p), (low, high) in zip(plain.coefficients, case["coef"], case["ci"], strict=True):
        assert [line.b.value, line.standard_error, line.t, line.p_value] == pytest.approx([b, error, t, p], rel=1e-8)
        assert [line.b.ci_low, line.b.ci_high] == pytest.approx([low, high], rel=1e-8)
    assert [line.vif for line in plain.coefficients[1:]] == pytest.approx(case["vif"], rel=CLOSED)
    assert [line.tolerance for line in plain.coefficients[1:]] == pytest.approx(
        1 / np.array(case["vif"]), rel=CLOSED)
    assert [driver.beta.value for driver in found.drivers] == pytest.approx(case["beta"], abs=CLOSED)
    assert [plain.r_squared.value, plain.r_squared_adjusted, plain.f, plain.p_value] == pytest.approx(
        [case["r2"], case["adj"], case["F"], case["p"]], rel=1e-8)
    assert plain.residual_sd == pytest.approx(case["sigma"], rel=1e-8)
    assert [plain.r_squared.ci_low, plain.r_squared.ci_high] == pytest.approx(case["r2_limits"], abs=1e-8)
    assert found.p_minimal_r_squared == pytest.approx(case["minimal_r2"], abs=1e-9)      # pf(ncp): one minus


@pytest.mark.parametrize("name", NAMES)
def test_dominance_and_relative_weights_equal_r(name: str) -> None:
    case, found = analysed(name)
    truth, drivers = case["dominance"], found.drivers

    assert [driver.general_dominance.value for driver in drivers] == pytest.approx(truth["general"], abs=CLOSED)
    assert np.array([driver.conditional_dominance for driver in drivers]) == pytest.approx(
        np.array(truth["conditional"]), abs=CLOSED)
    assert [driver.relative_weight.value for driver in drivers] == pytest.approx(case["johnson"], abs=CLOSED)
    for values in ("general_dominance", "relative_weight"):
        assert sum(getattr(driver, values).value for driver in drivers) == pytest.approx(case["r2"], abs=CLOSED)
    data = pd.DataFrame(case["data"])
    R = np.corrcoef(data[[*data.columns[1:], data.columns[0]]].to_numpy(), rowvar=False)
    assert complete_dominance(R).tolist() == truth["complete"]


@pytest.mark.parametrize("name", ["swiss", "attitude"])
def test_figures_without_measurement_error_equal_r(name: str) -> None:
    case, found = analysed(name)
    truth = case["corrected"]

    assert found.r_squared_corrected == pytest.approx(truth["r2"], abs=CLOSED)
    for key, attribute in (("beta", "beta_corrected"), ("general", "general_dominance_corrected"),
                           ("johnson", "relative_weight_corrected")):
        values = [getattr(driver, attribute).value for driver in found.drivers]
        assert values == pytest.approx(truth[key], abs=CLOSED)
    assert "corrected_not_positive_definite" not in found.warnings


def test_reliabilities_too_low_for_the_correlations_are_named() -> None:
    """In R the corrected matrix of `eight` explains -267 %; it is smoothed here and named."""
    case, found = analysed("eight")

    assert not 0 <= case["corrected"]["r2"] <= 1
    assert "corrected_not_positive_definite" in found.warnings
    assert 0 <= found.r_squared_corrected <= 1


def test_published_dominance_of_swiss_fertility() -> None:
    """Groemping (2006), Journal of Statistical Software 17(1), swiss: lmg, which is general dominance."""
    published = {"Agriculture": 0.05709122, "Examination": 0.17117303, "Education": 0.26013468, "Catholic": 0.10557015,
                 "Infant.Mortality": 0.11276592}

    _, found = analysed("swiss")

    gains = {driver.key: driver.general_dominance.value for driver in found.drivers}
    assert gains == pytest.approx(published, abs=5e-9)
