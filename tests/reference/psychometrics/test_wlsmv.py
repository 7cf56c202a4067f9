"""Models of ordinal items against lavaan's WLSMV and semTools: every figure of every case."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from analysis.quant.sem.wlsmv import ordinal_sem
from analysis.results.sem import ModelFit, SemResult
from tests.reference.psychometrics.cases import HERE, Case, case_ids, load_case
from tests.reference.psychometrics.models import (
    assert_fit,
    assert_parameters,
    assert_reliability,
    assert_standardised,
    lavaan_figures,
)

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

    assert_parameters(case, result)


@pytest.mark.parametrize("case_id", CASES)
def test_every_standardised_parameter_with_its_error_equals_lavaan(case_id: str) -> None:
    case, result = solved(case_id)

    assert_standardised(case, result)


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

    assert_reliability(case, result)
