"""Cronbach's alpha, its item table and omega against psych::alpha and psych::omega."""

from __future__ import annotations

import numpy as np
import pingouin
import pytest

from analysis.quant.correlations import Moments
from analysis.quant.scales.omega import omega, omega_of
from analysis.quant.scales.reliability import cronbach_alpha, reliability_of
from tests.reference.psychometrics.cases import assert_close, case_ids, load_case, matrix

ALPHA_CASES = case_ids("rel_*", "reliability.alpha")
OMEGA_CASES = case_ids("rel_*", "reliability.omega")
RAW_OMEGA_CASES = [case for case in OMEGA_CASES if case != "rel_thurstone_omega"]


@pytest.mark.parametrize(("missing", "name"), [("pairwise", "pairwise"), ("listwise", "complete_cases")])
@pytest.mark.parametrize("case_id", ALPHA_CASES)
def test_alpha_and_what_stands_beside_it_equal_psych(case_id: str, missing: str, name: str) -> None:
    case = load_case(case_id)
    truth = case.result[name]

    found = cronbach_alpha(case.items(), missing=missing)

    assert (found.n, found.k) == (truth["n"], truth["k"])
    assert found.n_complete == case.result["complete_cases"]["n"]
    assert_close(
        [found.alpha.value, found.alpha.ci_low, found.alpha.ci_high, found.alpha_standardised, found.lambda6,
         found.average_r, found.mean, found.sd],
        [truth["alpha_raw"], truth["ci_feldt"]["lower"], truth["ci_feldt"]["upper"], truth["alpha_std"],
         truth["guttman_lambda6"], truth["average_r"], truth["mean"], truth["sd"]], case.tolerance["abs"])


@pytest.mark.parametrize(("missing", "name"), [("pairwise", "pairwise"), ("listwise", "complete_cases")])
@pytest.mark.parametrize("case_id", ALPHA_CASES)
def test_the_item_table_equals_psych(case_id: str, missing: str, name: str) -> None:
    case = load_case(case_id)
    truth = case.result[name]
    items, dropped = truth["item_stats"], truth["alpha_drop"]

    found = cronbach_alpha(case.items(), missing=missing).items

    assert [item.key for item in found] == case.document["variables"]
    assert [item.n for item in found] == items["n"]
    assert_close([[item.mean, item.sd, item.item_rest_r, item.alpha_if_dropped] for item in found],
                 np.transpose([items["mean"], items["sd"], items["r_drop"], dropped["raw_alpha"]]),
                 case.tolerance["abs"])


@pytest.mark.parametrize("case_id", ["rel_bfi_A", "rel_crm_dataq", "rel_ability"])
def test_frequencies_count_every_answer_once(case_id: str) -> None:
    answers = load_case(case_id).items()

    found = cronbach_alpha(answers).items

    for item in found:
        counts = answers[item.key].value_counts()
        assert item.frequencies == {f"{value:g}": counts[value] for value in sorted(counts.index)}


@pytest.mark.parametrize("case_id", ALPHA_CASES)
def test_alpha_equals_pingouin(case_id: str) -> None:
    answers = load_case(case_id).items().dropna()       # with gaps pingouin's interval counts the rows it left out

    found = cronbach_alpha(answers)

    alpha, interval = pingouin.cronbach_alpha(data=answers)
    assert_close(found.alpha.value, alpha, 1e-12)
    assert_close([found.alpha.ci_low, found.alpha.ci_high], interval, 6e-4)     # pingouin rounds to three decimals


def test_alpha_of_a_correlation_matrix_equals_psych() -> None:
    case = load_case("rel_thurstone_omega")
    R = case.correlations()
    unknown = np.full(len(R.keys), np.nan)
    truth = case.result["alpha_total"][0]

    found = reliability_of(Moments(R.keys, R.n, R.n, np.full(R.matrix.shape, float(R.n)), unknown, R.matrix, R.matrix,
                                   np.nan, np.nan))

    assert_close([found.alpha.value, found.lambda6, found.average_r],
                 [truth["raw_alpha"], truth["G6(smc)"], truth["average_r"]], 1e-9)
    assert_close([item.alpha_if_dropped for item in found.items],
                 [row["raw_alpha"] for row in case.result["alpha_drop"]], 1e-9)
    assert found.mean is None
    assert found.items[0].mean is None


@pytest.mark.parametrize("case_id", OMEGA_CASES)
def test_omega_equals_psych(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result
    n_factors = truth.get("nfactors", 3)

    found = omega_of(case.correlations(), n_factors)

    assert_close([found.omega_total, found.omega_hierarchical, found.omega_limit, found.ecv],
                 [truth["omega_total"], truth["omega_h"], truth["omega_lim"], truth["ecv"]], case.tolerance["abs"])
    table = matrix(truth["schmid_leiman"])
    assert_close(found.general, np.abs(table[:, 0]), case.tolerance["abs"])
    assert_close(found.communalities, table[:, n_factors + 1], case.tolerance["abs"])
    assert_close(np.square(found.groups).sum(axis=1), np.square(table[:, 1:n_factors + 1]).sum(axis=1),
                 case.tolerance["abs"])


def test_omega_names_the_items_that_psych_turns() -> None:
    case = load_case("rel_bfi_all25_omega")
    rows = case.result["schmid_leiman"]["rows"]

    found = omega_of(case.correlations(), 5)

    assert set(found.turned_items) == {row.removesuffix("-") for row in rows if row.endswith("-")}
    assert len(found.turned_items) == 6


@pytest.mark.parametrize("case_id", RAW_OMEGA_CASES)
def test_omega_of_one_factor_equals_psych(case_id: str) -> None:
    case = load_case(case_id)

    found = omega(case.items(), 1)

    assert_close(found.omega_total, case.result["omega_total_1f"], case.tolerance["abs"])
    assert found.omega_hierarchical is None


@pytest.mark.parametrize("case_id", [case for case in RAW_OMEGA_CASES if case != "rel_attitude_omega"])
def test_reliability_carries_omega_of_one_factor(case_id: str) -> None:
    case = load_case(case_id)

    found = cronbach_alpha(case.items())

    assert found.omega_total is not None
    assert_close(found.omega_total.value, case.result["omega_total_1f"], case.tolerance["abs"])


def test_omega_waits_for_a_hundred_respondents() -> None:
    case = load_case("rel_attitude_omega")

    found = cronbach_alpha(case.items())

    assert found.n == 30
    assert found.omega_total is None


@pytest.mark.parametrize(("case_id", "item"), [("rel_bfi_E_omega", "E3"), ("rel_bfi_O_omega", "O2")])
def test_omega_names_an_item_without_variance_of_its_own(case_id: str, item: str) -> None:
    case = load_case(case_id)

    found = omega_of(case.correlations(), 2)

    assert found.heywood_items == (item,)
