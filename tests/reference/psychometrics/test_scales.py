"""Every further number of psych::alpha, splitHalf, guttman and the resampled alpha."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest

from analysis.quant.correlations import Moments, item_moments
from analysis.quant.scales.alpha_bootstrap import bootstrap_alpha
from analysis.quant.scales.omega import omega_of
from analysis.quant.scales.reliability import cronbach_alpha, reliability_of
from analysis.quant.scales.split_half import all_splits, lower_bounds, split_coefficients, split_half
from tests.reference.psychometrics.cases import Case, assert_close, case_ids, load_case, matrix

ALPHA_CASES = case_ids("rel_*", "reliability.alpha")
SPLIT_CASES = case_ids("rel_*", "reliability.split_half")
OMEGA_CASES = case_ids("rel_*", "reliability.omega")
WAYS = [("pairwise", "pairwise"), ("listwise", "complete_cases")]


def matrix_moments(case: Case) -> Moments:
    R = case.correlations()
    unknown = np.full(len(R.keys), np.nan)
    return Moments(R.keys, R.n, R.n, np.full(R.matrix.shape, float(R.n)), unknown, R.matrix, R.matrix, np.nan, np.nan)


@pytest.mark.parametrize(("missing", "name"), WAYS)
@pytest.mark.parametrize("case_id", ALPHA_CASES)
def test_standard_error_median_and_signal_of_alpha_equal_psych(case_id: str, missing: str, name: str) -> None:
    case = load_case(case_id)
    truth = case.result[name]

    found = cronbach_alpha(case.items(), missing=missing)

    half = 1.96 * (found.standard_error or 0.0)
    normal = truth["ci_normal_ase"]
    assert_close([found.median_r, found.signal_to_noise, found.standard_error, found.alpha.value - half,
                  found.alpha.value + half],
                 [truth["median_r"], truth["signal_noise"], truth["ase"], normal["lower"], normal["upper"]],
                 case.tolerance["abs"])
    assert [f"{item.key}{'-' if sign < 0 else ''}" for item, sign in zip(
        found.items, case.result["keys"] or [1] * found.k, strict=True)] == truth["item_names"]


@pytest.mark.parametrize(("missing", "name"), WAYS)
@pytest.mark.parametrize("case_id", ALPHA_CASES)
def test_item_correlations_with_the_whole_equal_psych(case_id: str, missing: str, name: str) -> None:
    case = load_case(case_id)
    truth = case.result[name]["item_stats"]

    found = cronbach_alpha(case.items(), missing=missing).items

    assert_close([[item.item_total_r, item.standardised_r, item.corrected_r] for item in found],
                 np.transpose([truth["raw_r"], truth["std_r"], truth["r_cor"]]), case.tolerance["abs"])


@pytest.mark.parametrize(("missing", "name"), WAYS)
@pytest.mark.parametrize("case_id", ALPHA_CASES)
def test_a_scale_without_one_item_equals_psych(case_id: str, missing: str, name: str) -> None:
    case = load_case(case_id)
    truth = case.result[name]["alpha_drop"]

    left = [item.dropped for item in cronbach_alpha(case.items(), missing=missing).items]

    assert_close(
        [[w.alpha_standardised, w.lambda6, w.average_r, w.standard_error, w.variance_r, w.median_r] for w in left if w],
        np.transpose([truth[key] for key in ("std_alpha", "lambda6", "average_r", "ase", "var_r", "med_r")]),
        case.tolerance["abs"])


def test_the_whole_table_of_a_correlation_matrix_equals_psych() -> None:
    case = load_case("rel_thurstone_omega")
    truth, rows = case.result["alpha_total"][0], case.result["alpha_drop"]

    found = reliability_of(matrix_moments(case))

    assert_close([found.alpha_standardised, found.signal_to_noise, found.median_r, found.n],
                 [truth["std.alpha"], truth["S/N"], truth["median_r"], case.result["n"]], 1e-9)
    left = [item.dropped for item in found.items]
    assert_close(
        [[w.alpha_standardised, w.lambda6, w.average_r, w.variance_r, w.median_r] for w in left if w],
        [[row[key] for key in ("std.alpha", "G6(smc)", "average_r", "var.r", "med.r")] for row in rows], 1e-9)
    assert_close([found.k * w.average_r / (1 - w.average_r) * (found.k - 1) / found.k for w in left if w],
                 [row["S/N"] for row in rows], 1e-9)
    assert [item.key for item in found.items] == [row["_row"] for row in rows]


@pytest.mark.parametrize(("missing", "name"), WAYS)
@pytest.mark.parametrize("case_id", SPLIT_CASES)
def test_the_splits_that_psych_looks_at_give_its_numbers(case_id: str, missing: str, name: str) -> None:
    """With an odd number of items psych 2.2.9 stops after round(choose(k, k/2)) / 2 splits, half of all there are."""
    case = load_case(case_id)
    truth = case.result[name]
    tolerance = case.tolerance["abs_sampled" if truth["sampled"] else "abs_enumerated"]
    R = correlations_of_covariances(case, missing)

    values = split_coefficients(R, all_splits(len(R), truth["n_splits"]))

    assert len(values) == truth["n_splits"]
    assert truth["sampled"] is False
    assert_close([values.max(), values.min(), *np.quantile(values, [0.025, 0.5, 0.975])],
                 [truth["max_lambda4"], truth["min_beta"], *truth["quantiles"].values()], tolerance)
    # psych divides the sum by choose(k, k/2) / 2 = 17.5 although it has added 18 splits of 7 items
    assert_close(values.sum() / (comb(len(R), len(R) // 2) / 2), truth["mean"], tolerance)


def correlations_of_covariances(case: Case, missing: str) -> np.ndarray:
    C = item_moments(case.items(), missing=missing).covariance
    spread = np.sqrt(C.diagonal())
    return C / np.outer(spread, spread)


@pytest.mark.parametrize(("missing", "name"), WAYS)
@pytest.mark.parametrize("case_id", SPLIT_CASES)
def test_split_half_equals_psych_where_psych_sees_all_splits(case_id: str, missing: str, name: str) -> None:
    case = load_case(case_id)
    truth = case.result[name]

    found = split_half(case.items(), missing=missing)

    def row(halves: Any) -> list[Any]:
        return [halves.r, halves.spearman_brown, halves.lambda4]
    assert_close([row(found.first_second), row(found.odd_even)],
                 [[truth[split][key] for key in ("r", "sb", "guttman_l4")] for split in ("first_second", "odd_even")],
                 case.tolerance["abs_enumerated"])
    assert_close([found.alpha_standardised, found.lambda2, found.lambda6],
                 [truth["alpha_std"], truth["lambda2"], truth["lambda6"]], case.tolerance["abs_enumerated"])
    assert found.best >= truth["max_lambda4"] - 1e-9
    assert found.worst <= truth["min_beta"] + 1e-9
    if found.k % 2 == 0:
        assert found.n_splits == truth["n_splits"]
        assert_close([found.best, found.worst, found.mean, *found.quantiles.values()],
                     [truth["max_lambda4"], truth["min_beta"], truth["mean"], *truth["quantiles"].values()],
                     case.tolerance["abs_enumerated"])


def test_lower_bounds_equal_psych_guttman_and_tenberge() -> None:
    case = load_case("rel_thurstone_guttman")
    truth = case.result

    found = lower_bounds(matrix_moments(case))

    assert_close([found.lambda1, found.lambda2, found.lambda3, found.lambda5, found.lambda6],
                 [truth[f"lambda{i}"] for i in (1, 2, 3, 5, 6)], case.tolerance["abs"])
    assert_close(found.mu, list(truth["tenberge"].values()), case.tolerance["abs"])
    best_of_psych = split_coefficients(case.correlations().matrix, all_splits(9, 63)).max()
    assert_close(best_of_psych, truth["lambda4"], case.tolerance["abs_lambda4"])
    assert found.lambda4 >= best_of_psych


def test_resampled_alpha_equals_r_within_monte_carlo_error() -> None:
    case = load_case("rel_bfi_A_bootstrap")
    truth = case.result
    answers = case.table()
    answers = answers.assign(A1=7 - answers["A1"])

    found = bootstrap_alpha(answers, n_resamples=truth["B"], seed=1, missing="listwise")

    assert (found.n, found.n_resamples) == (truth["n"], truth["B"])
    assert_close(found.alpha, truth["estimate"], 1e-11)
    assert found.standard_error == pytest.approx(truth["se"], rel=case.tolerance["rel_se"])
    assert_close([found.percentile.ci_low, found.percentile.ci_high],
                 [truth["ci_percentile"]["lower"], truth["ci_percentile"]["upper"]], case.tolerance["abs_ci"])


@pytest.mark.parametrize("case_id", OMEGA_CASES)
def test_group_factors_of_omega_equal_psych(case_id: str) -> None:
    case = load_case(case_id)
    truth = case.result
    table = matrix(truth["schmid_leiman"])
    n_groups = truth.get("nfactors", 3)

    found = omega_of(case.correlations(), n_groups)

    expected, here = np.abs(table[:, 1:n_groups + 1]), np.abs(np.array(found.groups))
    order = [int(np.abs(here - expected[:, [j]]).sum(axis=0).argmin()) for j in range(n_groups)]
    assert sorted(order) == list(range(n_groups))
    assert_close(here[:, order], expected, case.tolerance["abs_group"])
    rows = {row["_row"]: row for row in truth["group"]}
    whole = rows.pop("g")
    assert_close([found.omega_total, found.omega_hierarchical, found.group_share],
                 [whole["total"], whole["general"], whole["group"]], case.tolerance["abs_group"])
    of_groups = [found.by_group[j] for j in order]
    assert_close([[group.total, group.general, group.group] for group in of_groups],
                 [[row["total"], row["general"], row["group"]] for row in rows.values()], case.tolerance["abs_group"])
    assert_close(found.general_shares, table[:, truth["schmid_leiman"]["cols"].index("p2")], case.tolerance["abs"])
    assert_close(1 - np.array(found.communalities), table[:, truth["schmid_leiman"]["cols"].index("u2")],
                 case.tolerance["abs"])
    assert_close([found.alpha_standardised, found.lambda6],
                 [truth.get("alpha_std", truth.get("alpha")), truth["lambda6"]], 1e-9)
