"""What lavaan and semTools say of a model and what we say, figure by figure: one comparison for every estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.results.sem import ModelFit, ModelParameter, SemResult
from tests.reference.psychometrics.cases import Case

SIZED = {"logl", "unrestricted.logl", "aic", "bic", "bic2"}
CERTAIN = 1e-6          # lavaan leaves rounding of the optimiser where a figure is 0 or certain


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


def assert_parameters(case: Case, result: SemResult) -> None:
    """Fail unless every parameter has lavaan's estimate, error, test, interval and standardised values."""
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


def assert_standardised(case: Case, result: SemResult) -> None:
    """Fail unless every standardised parameter has lavaan's value, error and interval."""
    assert len(case.result["standardized"]) == len(result.parameters)
    for row in case.result["standardized"]:
        found = of(result, row)
        assert found.std_all == pytest.approx(row["est.std"], rel=1e-4, abs=case.tolerance["abs_est"]), row
        assert found.std_all_se == pytest.approx(row["se"], rel=case.tolerance["rel_se"], abs=CERTAIN), row
        assert found.std_all_ci_low == pytest.approx(row["ci.lower"], rel=1e-3, abs=1e-4), row
        assert found.std_all_ci_high == pytest.approx(row["ci.upper"], rel=1e-3, abs=1e-4), row


def assert_reliability(case: Case, result: SemResult) -> None:
    """Fail unless the reliability of every factor is semTools' in both conventions, and the factors lavaan's."""
    truth = case.result["reliability"]
    by_kind = dict(zip(truth["reliability_semTools"]["rows"], truth["reliability_semTools"]["values"], strict=True))
    factors = truth["factor_correlations"]["rows"]
    R = np.array(truth["factor_correlations"]["values"])
    assert [one.factor for one in result.reliability] == factors
    assert np.array(result.moments[0].factor_correlations) == pytest.approx(R, rel=1e-4, abs=1e-4)
    for at, one in enumerate(result.reliability):
        larcker = np.array(truth["fornell_larcker_ave_vs_r2"]["values"])[at]
        for here, there in (
                (one.cr, truth["cr_from_standardized"][one.factor]),
                (one.ave, truth["ave_from_standardized"][one.factor]), (one.ave, larcker[at]),
                (one.cr_raw, truth["compRelSEM"][one.factor]), (one.cr_raw, by_kind["omega3"][at]),
                (one.ave_raw, truth["AVE_semTools"][one.factor]), (one.ave_raw, by_kind["avevar"][at]),
                (one.alpha, by_kind["alpha"][at]), (one.omega, by_kind["omega"][at]),
                (one.omega_implied, by_kind["omega2"][at]),
                (one.largest_squared_correlation, np.delete(larcker, at).max())):
            assert here == pytest.approx(there, rel=1e-4, abs=1e-5), one.factor
        if "alpha.ord" in by_kind:
            assert one.alpha_ordinal == pytest.approx(by_kind["alpha.ord"][at], rel=1e-4, abs=1e-5)
        assert one.is_distinct is truth["fornell_larcker_ok"][at]
