"""Confirmatory factor, path and structural models against lavaan: every figure of every continuous case."""

from __future__ import annotations

from functools import cache

import pytest

from analysis.quant.sem.fit import ModelOptions, sem
from analysis.results.sem import SemResult
from tests.reference.psychometrics.cases import Case, load_case
from tests.reference.psychometrics.models import (
    assert_fit,
    assert_parameters,
    assert_reliability,
    assert_standardised,
    lavaan_figures,
)

OPTIONS = {
    "cfa_hs_ml": ModelOptions(), "cfa_hs_ml_stdlv": ModelOptions(std_lv=True), "cfa_bfi_ml": ModelOptions(),
    "cfa_crm_ml": ModelOptions(), "cfa_hs_mlr": ModelOptions("MLR"), "cfa_hs_mlm": ModelOptions("MLM"),
    "cfa_hs_fiml": ModelOptions(missing="fiml"), "cfa_hs_fiml_mlr": ModelOptions("MLR", "fiml"),
    "cfa_bfi_fiml_mlr": ModelOptions("MLR", "fiml"), "sem_poldem_ml": ModelOptions(),
    "sem_poldem_mlr": ModelOptions("MLR"), "sem_poldem_equal_loadings": ModelOptions(), "path_satact": ModelOptions(),
    "med_crm": ModelOptions(),
}
WITH_RELIABILITY = ["cfa_hs_ml", "cfa_bfi_ml", "cfa_crm_ml"]


@cache
def solved(case_id: str) -> tuple[Case, SemResult]:
    case = load_case(case_id)
    # The call of this case takes complete rows of all columns, not only of those in the model.
    table = case.table().dropna() if case_id == "path_satact" else case.table()
    return case, sem(case.result["model"], table, OPTIONS[case_id])


@pytest.mark.parametrize("case_id", OPTIONS)
def test_every_parameter_with_error_test_and_interval_equals_lavaan(case_id: str) -> None:
    case, result = solved(case_id)

    assert_parameters(case, result)


@pytest.mark.parametrize("case_id", OPTIONS)
def test_every_standardised_parameter_with_its_error_equals_lavaan(case_id: str) -> None:
    case, result = solved(case_id)

    assert_standardised(case, result)


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

    assert_reliability(case, result)


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
