"""Confirmatory factor, path and structural models against lavaan: every figure of every continuous case."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from analysis.quant.sem.fit import ModelOptions, sem
from analysis.results.sem import ModelFit, ModelParameter, SemResult
from tests.reference.psychometrics.cases import Case, load_case

OPTIONS = {
    "cfa_hs_ml": ModelOptions(), "cfa_hs_ml_stdlv": ModelOptions(std_lv=True), "cfa_bfi_ml": ModelOptions(),
    "cfa_crm_ml": ModelOptions(), "cfa_hs_mlr": ModelOptions("MLR"), "cfa_hs_mlm": ModelOptions("MLM"),
    "cfa_hs_fiml": ModelOptions(missing="fiml"), "cfa_hs_fiml_mlr": ModelOptions("MLR", "fiml"),
    "cfa_bfi_fiml_mlr": ModelOptions("MLR", "fiml"), "sem_poldem_ml": ModelOptions(),
    "sem_poldem_mlr": ModelOptions("MLR"), "sem_poldem_equal_loadings": ModelOptions(), "path_satact": ModelOptions(),
    "med_crm": ModelOptions(),
}
WITH_RELIABILITY = ["cfa_hs_ml", "cfa_bfi_ml", "cfa_crm_ml"]
SIZED = {"logl", "unrestricted.logl", "aic", "bic", "bic2"}
CERTAIN = 1e-6          # lavaan leaves rounding of the optimiser where a figure is 0 or certain


@cache
def solved(case_id: str) -> tuple[Case, SemResult]:
    case = load_case(case_id)
    # The call of this case takes complete rows of all columns, not only of those in the model.
    table = case.table().dropna() if case_id == "path_satact" else case.table()
    return case, sem(case.result["model"], table, OPTIONS[case_id])


def lavaan_figures(fit: ModelFit) -> dict[str, float | None]:
    """Return the measures of fit under the names that lavaan gives them."""
    figures = {
        "npar": fit.n_parameters, "fmin": fit.objective, "chisq": fit.chi2.value, "df": fit.chi2.df,
        "pvalue": fit.chi2.p_value, "baseline.chisq": fit.baseline.value, "baseline.df": fit.baseline.df,
        "cfi": fit.cfi, "tli": fit.tli, "nnfi": fit.tli, "rfi": fit.rfi, "nfi": fit.nfi, "ifi": fit.ifi, "rni": fit.rni,
        "logl": fit.log_likelihood, "unrestricted.logl": fit.log_likelihood_saturated, "aic": fit.aic, "bic": fit.bic,
        "bic2": fit.bic_adjusted, **interval("rmsea", fit.rmsea), "rmsea.pvalue": fit.rmsea_close_p, "rmr": fit.rmr,
        "srmr": fit.srmr, "srmr_bentler": fit.srmr, "crmr": fit.crmr, "gfi": fit.gfi, "agfi": fit.agfi, "mfi": fit.mfi,
        "ecvi": fit.ecvi}
    scaled = fit.scaled
    if scaled is not None:
        figures |= {"cfi.robust": scaled.cfi_robust, "tli.robust": scaled.tli_robust,
                    **interval("rmsea.robust", scaled.rmsea_robust)}
    if scaled is not None and scaled.chi2 is not None:
        figures |= {
            "chisq.scaled": scaled.chi2.value, "df.scaled": scaled.chi2.df, "pvalue.scaled": scaled.chi2.p_value,
            "chisq.scaling.factor": scaled.chi2.scaling, "baseline.chisq.scaled": scaled.baseline.value,
            "baseline.df.scaled": scaled.baseline.df, "baseline.chisq.scaling.factor": scaled.baseline.scaling,
            "cfi.scaled": scaled.cfi_scaled, "tli.scaled": scaled.tli_scaled,
            **interval("rmsea.scaled", scaled.rmsea_scaled)}
    return figures


def interval(name: str, estimate: Any) -> dict[str, float | None]:
    stem, _, kind = name.partition(".")
    end = f".{kind}" if kind else ""
    return {name: estimate.value, f"{stem}.ci.lower{end}": estimate.ci_low, f"{stem}.ci.upper{end}": estimate.ci_high}


def assert_fit(expected: dict[str, float | None], found: dict[str, float | None], tolerance: dict[str, float]) -> None:
    for name, truth in expected.items():
        here = found[name]
        if truth is None:
            assert here is None, name
            continue
        relative = name in SIZED or ("chisq" in name and "factor" not in name)
        allowed = tolerance["rel_chisq"] * abs(truth) + CERTAIN if relative else tolerance["abs_fit_index"]
        assert here == pytest.approx(truth, rel=0, abs=allowed), name


def of(result: SemResult, row: dict[str, Any]) -> ModelParameter:
    return next(one for one in result.parameters if (one.lhs, one.op, one.rhs) == (row["lhs"], row["op"], row["rhs"]))


@pytest.mark.parametrize("case_id", OPTIONS)
def test_every_parameter_with_error_test_and_interval_equals_lavaan(case_id: str) -> None:
    case, result = solved(case_id)
    rel, se_rel = case.tolerance["rel_est"], case.tolerance["rel_se"]

    assert result.n == case.result["n"]
    assert len(result.parameters) == len(case.result["parameters"])
    for row in case.result["parameters"]:
        found = of(result, row)
        assert found.label == (row.get("label") or "")
        for here, there in ((found.estimate, "est"), (found.std_lv, "std.lv"), (found.std_all, "std.all")):
            assert here == pytest.approx(row[there], rel=rel, abs=case.tolerance["abs_est"]), (row, there)
        assert found.se == pytest.approx(row["se"], rel=se_rel, abs=CERTAIN), row
        for here, there in ((found.ci_low, "ci.lower"), (found.ci_high, "ci.upper")):
            assert here == pytest.approx(row[there], rel=se_rel, abs=se_rel * row["se"] * 2 + 1e-4), row
        if row["z"] is None:
            assert found.z is None
            assert found.p_value is None
        else:
            assert found.z == pytest.approx(row["z"], rel=se_rel)
            assert found.p_value == pytest.approx(row["pvalue"], abs=1e-4)


@pytest.mark.parametrize("case_id", OPTIONS)
def test_every_standardised_parameter_with_its_error_equals_lavaan(case_id: str) -> None:
    case, result = solved(case_id)

    assert len(case.result["standardized"]) == len(result.parameters)
    for row in case.result["standardized"]:
        found = of(result, row)
        assert found.std_all == pytest.approx(row["est.std"], rel=1e-4, abs=case.tolerance["abs_est"]), row
        assert found.std_all_se == pytest.approx(row["se"], rel=case.tolerance["rel_se"], abs=CERTAIN), row
        assert found.std_all_ci_low == pytest.approx(row["ci.lower"], rel=1e-3, abs=1e-4), row
        assert found.std_all_ci_high == pytest.approx(row["ci.upper"], rel=1e-3, abs=1e-4), row


@pytest.mark.parametrize("case_id", OPTIONS)
def test_every_measure_of_fit_equals_lavaan(case_id: str) -> None:
    case, result = solved(case_id)

    assert_fit(case.result["fit"], lavaan_figures(result.fit), case.tolerance)


@pytest.mark.parametrize("case_id", OPTIONS)
def test_explained_shares_equal_lavaan(case_id: str) -> None:
    case, result = solved(case_id)

    assert result.r_squared == pytest.approx(case.result["r2"], rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("case_id", WITH_RELIABILITY)
def test_reliability_of_each_factor_equals_semtools_in_both_conventions(case_id: str) -> None:
    case, result = solved(case_id)
    truth = case.result["reliability"]
    by_kind = dict(zip(truth["reliability_semTools"]["rows"], truth["reliability_semTools"]["values"], strict=True))
    factors = truth["factor_correlations"]["rows"]
    R = np.array(truth["factor_correlations"]["values"])

    assert [one.factor for one in result.reliability] == factors
    assert np.array(result.moments[0].factor_correlations) == pytest.approx(R, rel=1e-4, abs=1e-4)
    for at, one in enumerate(result.reliability):
        assert one.cr == pytest.approx(truth["cr_from_standardized"][one.factor], rel=1e-4, abs=1e-5)
        assert one.ave == pytest.approx(truth["ave_from_standardized"][one.factor], rel=1e-4, abs=1e-5)
        assert one.cr_raw == pytest.approx(truth["compRelSEM"][one.factor], rel=1e-4, abs=1e-5)
        assert one.ave_raw == pytest.approx(truth["AVE_semTools"][one.factor], rel=1e-4, abs=1e-5)
        assert one.alpha == pytest.approx(by_kind["alpha"][at], rel=1e-4, abs=1e-5)
        assert one.omega == pytest.approx(by_kind["omega"][at], rel=1e-4, abs=1e-5)
        assert one.omega_implied == pytest.approx(by_kind["omega2"][at], rel=1e-4, abs=1e-5)
        assert one.cr_raw == pytest.approx(by_kind["omega3"][at], rel=1e-4, abs=1e-5)
        assert one.ave_raw == pytest.approx(by_kind["avevar"][at], rel=1e-4, abs=1e-5)
        larcker = np.array(truth["fornell_larcker_ave_vs_r2"]["values"])[at]
        assert one.ave == pytest.approx(larcker[at], rel=1e-4)
        assert one.largest_squared_correlation == pytest.approx(np.delete(larcker, at).max(), rel=1e-4)
        assert one.is_distinct == truth["fornell_larcker_ok"][at]


@pytest.mark.parametrize(("case_id", "ratios"), [("cfa_hs_ml", "htmt_hs"), ("cfa_crm_ml", "htmt_crm")])
def test_ratios_of_each_pair_of_factors_equal_semtools(case_id: str, ratios: str) -> None:
    _, result = solved(case_id)
    truth = load_case(ratios)
    factors = truth.result["htmt_arithmetic"]["rows"]

    assert len(result.pairs) == len(factors) * (len(factors) - 1) / 2
    for pair in result.pairs:
        i, j = factors.index(pair.first), factors.index(pair.second)
        correlation = result.moments[0].factor_correlations[i][j]
        assert pair.htmt == pytest.approx(truth.result["htmt_arithmetic"]["values"][i][j], abs=truth.tolerance["abs"])
        assert pair.htmt2 == pytest.approx(truth.result["htmt2_geometric"]["values"][i][j], abs=truth.tolerance["abs"])
        assert pair.correlation == pytest.approx(correlation)


def test_the_indirect_effect_has_the_z_of_sobel() -> None:
    case, result = solved("med_crm")

    indirect = next(one for one in result.parameters if one.lhs == "indirect")

    assert indirect.z == pytest.approx(case.result["sobel_z"], rel=1e-4)
