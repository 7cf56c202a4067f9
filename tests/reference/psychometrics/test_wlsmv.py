"""Models of ordinal items against lavaan's WLSMV and semTools: every figure of every case."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis.quant.sem.wlsmv import ordinal_sem
from analysis.results.sem import ModelFit, SemResult
from tests.reference.psychometrics.cases import HERE, Case, case_ids, load_case
from tests.reference.psychometrics.test_sem import CERTAIN, assert_fit, lavaan_figures, of

CASES = case_ids("cfa_*wlsmv*", "cfa.wlsmv")
WITH_RELIABILITY = ["cfa_bfi_wlsmv", "cfa_crm_wlsmv"]


def answers(case: Case) -> pd.DataFrame:
    """Return the items under the names of the model: lavaan allows no dot in them."""
    table = pd.read_csv(HERE / "data" / case.document["data_file"])
    return table.set_axis([name.replace(".", "") for name in table], axis=1)[case.document["variables"]]


@cache
def solved(case_id: str) -> tuple[Case, SemResult]:
    case = load_case(case_id)
    return case, ordinal_sem(case.result["model"], answers(case))


def ordinal_figures(fit: ModelFit) -> dict[str, float | None]:
    """With thresholds lavaan's srmr leaves them out and srmr_bentler does not, which is then the RMR."""
    return {**lavaan_figures(fit), "srmr_bentler": fit.rmr}


@pytest.mark.parametrize("case_id", CASES)
def test_every_parameter_with_robust_error_test_and_interval_equals_lavaan(case_id: str) -> None:
    case, result = solved(case_id)
    rel, se_rel = case.tolerance["rel_est"], case.tolerance["rel_se"]

    assert result.n == case.result["n"]
    assert len(result.parameters) == len(case.result["parameters"])
    for row in case.result["parameters"]:
        found = of(result, row)
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


@pytest.mark.parametrize("case_id", CASES)
def test_every_standardised_parameter_with_its_error_equals_lavaan(case_id: str) -> None:
    case, result = solved(case_id)

    assert len(case.result["standardized"]) == len(result.parameters)
    for row in case.result["standardized"]:
        found = of(result, row)
        assert found.std_all == pytest.approx(row["est.std"], rel=1e-4, abs=case.tolerance["abs_est"]), row
        assert found.std_all_se == pytest.approx(row["se"], rel=case.tolerance["rel_se"], abs=CERTAIN), row
        assert found.std_all_ci_low == pytest.approx(row["ci.lower"], rel=1e-3, abs=1e-4), row
        assert found.std_all_ci_high == pytest.approx(row["ci.upper"], rel=1e-3, abs=1e-4), row


@pytest.mark.parametrize("case_id", CASES)
def test_every_measure_of_fit_plain_scaled_and_robust_equals_lavaan(case_id: str) -> None:
    case, result = solved(case_id)

    assert_fit(case.result["fit"], ordinal_figures(result.fit), case.tolerance)


@pytest.mark.parametrize("case_id", CASES)
def test_explained_shares_equal_lavaan(case_id: str) -> None:
    case, result = solved(case_id)

    assert result.r_squared == pytest.approx(case.result["r2"], rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("case_id", WITH_RELIABILITY)
def test_reliability_of_ordinal_items_equals_semtools(case_id: str) -> None:
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
        assert one.alpha_ordinal == pytest.approx(by_kind["alpha.ord"][at], rel=1e-4, abs=1e-5)
        assert one.omega == pytest.approx(by_kind["omega"][at], rel=1e-4, abs=1e-5)
        assert one.omega_implied == pytest.approx(by_kind["omega2"][at], rel=1e-4, abs=1e-5)
        assert one.cr_raw == pytest.approx(by_kind["omega3"][at], rel=1e-4, abs=1e-5)
        assert one.is_distinct is truth["fornell_larcker_ok"][at]
        assert one.ave_raw == pytest.approx(by_kind["avevar"][at], rel=1e-4, abs=1e-5)
