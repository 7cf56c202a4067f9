"""KMO, Bartlett, SMC, eigenvalues, MAP and VSS against psych."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from analysis.quant.factors.extraction import extract
from analysis.quant.factors.factor_fit import factor_fit
from analysis.quant.factors.factor_number import factor_count_fits
from analysis.quant.factors.factorability import factorability_of
from analysis.quant.factors.retention import retention
from tests.reference.psychometrics.cases import assert_close, case_ids, load_case, matrix

CASES = case_ids("fac_*", "efa.factorability")


@pytest.mark.parametrize("case_id", CASES)
def test_pairwise_correlations_equal_r(case_id: str) -> None:
    case = load_case(case_id)

    found = case.correlations()

    assert_close(found.matrix, matrix(case.result["corr"]), 1e-11)


@pytest.mark.parametrize("case_id", CASES)
def test_factorability_equals_psych(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result
    keys = case.document["variables"]

    found = factorability_of(case.correlations())

    assert found.n == truth["n"]
    assert found.bartlett_df == truth["bartlett"]["df"]
    assert_close([found.kmo, found.bartlett_chi2, found.bartlett_p, found.bartlett_log10_p],
                 [truth["kmo_overall"], truth["bartlett"]["chisq"], truth["bartlett"]["p"],
                  truth["bartlett"]["log10_p"]], case.tolerance["abs"])
    assert_close([[found.kmo_items[key], found.smc[key]] for key in keys],
                 [[truth["kmo_item"][key], truth["smc"][key]] for key in keys], case.tolerance["abs"])
    assert_close(found.eigenvalues, truth["eigenvalues"], case.tolerance["abs"])
    assert found.dependent_items == ()


@pytest.mark.parametrize("case_id", ["fac_attitude", "fac_hs9"])
def test_factorability_equals_factor_analyzer_where_nothing_is_missing(case_id: str) -> None:
    factor_analyzer = pytest.importorskip("factor_analyzer")
    case = load_case(case_id)

    found = factorability_of(case.correlations())

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=FutureWarning, module="sklearn")
        items, overall = factor_analyzer.calculate_kmo(case.items())
        chi2, p_value = factor_analyzer.calculate_bartlett_sphericity(case.items())
    assert_close([found.kmo, found.bartlett_chi2, found.bartlett_p], [overall, chi2, p_value], 1e-8)
    assert_close(list(found.kmo_items.values()), items, 1e-8)


@pytest.mark.parametrize("case_id", CASES)
def test_minimum_average_partial_equals_psych(case_id: str) -> None:
    case = load_case(case_id)

    found = retention(case.correlations(), max_factors=len(case.result["map"]))

    assert_close(found.map_values, case.result["map"], case.tolerance["abs"])
    assert found.map_n_factors == case.result["map_nfactors"]


@pytest.mark.parametrize("case_id", CASES)
def test_very_simple_structure_equals_psych(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result

    found = retention(case.correlations(), max_factors=len(truth["map"]))

    assert_close(found.vss1, truth["vss1"], case.tolerance["abs_vss"])
    assert_close(found.vss2, truth["vss2"], case.tolerance["abs_vss"])
    assert (found.vss1_n_factors, found.vss2_n_factors) == (truth["vss1_nfactors"], truth["vss2_nfactors"])


@pytest.mark.parametrize("case_id", CASES)
def test_fit_of_every_number_of_factors_equals_psych_or_is_better(case_id: str) -> None:
    case = load_case(case_id)
    R, n = case.correlations().matrix, case.result["n"]

    for n_factors, truth in enumerate(case.result["vss_stats"], start=1):
        found = factor_fit(R, n, extract(R, n_factors).loadings)

        assert found.df == truth["dof"]
        assert found.rmsr <= truth["SRMR"] + 1e-8
        if np.isclose(found.rmsr, truth["SRMR"], atol=1e-8) and found.df > 0:
            # psych ends 1e-5 from the optimum in the uniquenesses, which small chi-squares show in the third digit.
            assert found.chi2 == pytest.approx(truth["chisq"], rel=case.tolerance["rel_vss_stats"])
            assert found.bic == pytest.approx(truth["BIC"], rel=case.tolerance["rel_vss_stats"])
            assert found.rmsea.value == pytest.approx(truth["RMSEA"], abs=1e-4)


@pytest.mark.parametrize("case_id", CASES)
def test_every_figure_of_every_number_of_factors_equals_vss(case_id: str) -> None:
    """psych stops varimax at 1e-5 and minres in the uniquenesses' fifth digit, which complexity and small chi2 show."""
    case = load_case(case_id)
    truths = case.result["vss_stats"]
    within = case.tolerance["rel_vss_stats"]

    found = factor_count_fits(case.correlations(), len(truths))

    compared = 0
    for fit, truth in zip(found, truths, strict=True):
        if not np.isclose(fit.rmsr, truth["SRMR"], atol=1e-8):
            assert fit.rmsr < truth["SRMR"]             # a lower minimum is better, not wrong
            continue
        compared += 1
        assert fit.df == truth["dof"]
        assert [fit.residual_squares, fit.fit, fit.empirical_chi2, fit.rmsr] == pytest.approx(
            [truth["sqresid"], truth["fit"], truth["eChisq"], truth["SRMR"]], rel=within, abs=1e-6)
        assert fit.complexity == pytest.approx(truth["complex"], rel=within)
        if fit.df > 0:
            assert [fit.p_value, fit.crms, fit.sabic, fit.empirical_bic] == pytest.approx(
                [truth["prob"], truth["eCRMS"], truth["SABIC"], truth["eBIC"]], rel=within, abs=1e-4)
    assert compared >= len(truths) - 1


@pytest.mark.parametrize("case_id", CASES)
def test_the_determinant_equals_the_product_of_the_eigenvalues(case_id: str) -> None:
    case = load_case(case_id)

    found = factorability_of(case.correlations())

    assert float(np.prod(found.eigenvalues)) == pytest.approx(case.result["det"], rel=1e-9)
