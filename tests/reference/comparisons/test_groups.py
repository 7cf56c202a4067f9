"""Comparisons of groups against base R, rstatix and formulas in R (regenerate.R holds every call)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.quant.groups.crosstab import table_comparison
from analysis.quant.groups.means import compare_means
from analysis.quant.groups.noncentral import t_limits, variance_share
from analysis.quant.groups.ranks import compare_ranks
from analysis.quant.groups.studentized_range import studentized_range_quantile, studentized_range_tail
from analysis.results.measurement import Estimate

TRUTH = json.loads((Path(__file__).parent / "groups.json").read_text(encoding="utf-8"))
CLOSED = 1e-9               # closed formulas
SEARCHED = 1e-8             # R's noncentral distributions and its search stop near 1e-9 of the probability
QTUKEY = 1e-5               # relative; qtukey stops at 1e-4 of the quantile
PRINTED_BY_RSTATIX = 5.1e-4     # rstatix rounds p to three digits


def series(case: dict[str, Any]) -> tuple[pd.Series, pd.Series]:
    return pd.Series(case["y"], name="y", dtype=float), pd.Series(case["g"], name="g")


def limits(found: Estimate) -> list[float | None]:
    return [found.ci_low, found.ci_high]


@pytest.mark.parametrize("name", sorted(TRUTH["means"]))
def test_means_equal_r(name: str) -> None:
    case = TRUTH["means"][name]

    found = compare_means(*series(case))

    for test, truth in ((found.welch, case["welch"]), (found.classic, case["classic"])):
        assert [test.f, test.df1, test.df2, test.p_value] == pytest.approx(truth, rel=CLOSED, abs=CLOSED)
    assert found.eta_squared.value == pytest.approx(case["eta2"], abs=CLOSED)
    assert found.omega_squared_classic.value == pytest.approx(max(case["omega2"], 0), abs=CLOSED)
    assert found.omega_squared.value == pytest.approx(max(case["omega2_welch"], 0), abs=CLOSED)
    assert limits(found.eta_squared) == limits(found.omega_squared_classic)
    assert limits(found.eta_squared) == pytest.approx(case["limits"], abs=SEARCHED)
    assert limits(found.omega_squared) == pytest.approx(case["limits_welch"], abs=SEARCHED)


@pytest.mark.parametrize("name", sorted(TRUTH["means"]))
def test_pairs_of_means_equal_r(name: str) -> None:
    case = TRUTH["means"][name]
    truth = pd.DataFrame(case["pairs"])

    pairs = compare_means(*series(case)).pairs

    assert [(pair.first, pair.second) for pair in pairs] == list(zip(truth["first"], truth["second"], strict=True))
    assert [pair.t for pair in pairs] == pytest.approx(truth["t"].tolist(), abs=CLOSED)
    assert [pair.df for pair in pairs] == pytest.approx(truth["df"].tolist(), rel=CLOSED)
    assert [pair.p_value for pair in pairs] == pytest.approx(truth["p"].tolist(), abs=CLOSED)
    assert [pair.p_holm for pair in pairs] == pytest.approx(np.atleast_1d(case["holm"]).tolist(), abs=CLOSED)
    assert [pair.q_value for pair in pairs] == pytest.approx(np.atleast_1d(case["bh"]).tolist(), abs=CLOSED)
    for column, read in {
            "low": lambda pair: pair.difference.ci_low, "high": lambda pair: pair.difference.ci_high,
            "g": lambda pair: pair.hedges_g.value, "gp": lambda pair: pair.hedges_g_pooled.value}.items():
        assert [read(pair) for pair in pairs] == pytest.approx(truth[column].tolist(), abs=CLOSED)
    for column, read in {
            "g_low": lambda pair: pair.hedges_g.ci_low, "g_high": lambda pair: pair.hedges_g.ci_high,
            "gp_low": lambda pair: pair.hedges_g_pooled.ci_low,
            "gp_high": lambda pair: pair.hedges_g_pooled.ci_high}.items():
        assert [read(pair) for pair in pairs] == pytest.approx(truth[column].tolist(), abs=SEARCHED)


@pytest.mark.parametrize("name", sorted(TRUTH["means"]))
def test_games_howell_equals_r(name: str) -> None:
    case = TRUTH["means"][name]

    pairs = compare_means(*series(case)).pairs

    found = [pair.p_games_howell for pair in pairs]
    assert found == pytest.approx(np.atleast_1d(case["gh_p"]).tolist(), abs=SEARCHED)
    assert found == pytest.approx(np.atleast_1d(case["rstatix_p"]).tolist(), abs=PRINTED_BY_RSTATIX)
    half = [(pair.simultaneous.ci_high - pair.simultaneous.ci_low) / 2 for pair in pairs]
    assert half == pytest.approx(np.atleast_1d(case["gh_half"]).tolist(), rel=QTUKEY)


@pytest.mark.parametrize("name", sorted(TRUTH["ranks"]))
def test_ranks_equal_r(name: str) -> None:
    case = TRUTH["ranks"][name]

    found = compare_ranks(*series(case))

    assert [found.h, found.df, found.p_value] == pytest.approx([case["h"], case["df"], case["p"]], abs=CLOSED)
    assert found.epsilon_squared.value == pytest.approx(case["epsilon2"], abs=CLOSED)
    assert limits(found.epsilon_squared) == pytest.approx(case["limits"], abs=SEARCHED)
    for key, read in {"z": lambda pair: pair.z, "p_pair": lambda pair: pair.p_value, "holm": lambda pair: pair.p_holm,
                      "bh": lambda pair: pair.q_value, "superiority": lambda pair: pair.superiority.value}.items():
        assert [read(pair) for pair in found.pairs] == pytest.approx(case[key], abs=CLOSED)


@pytest.mark.parametrize("name", sorted(TRUTH["tables"]))
def test_tables_equal_r(name: str) -> None:
    case = TRUTH["tables"][name]
    counts = np.array(case["counts"])
    names = [[str(i) for i in range(size)] for size in counts.shape]

    found = table_comparison(counts, (names[0], names[1]), ("rows", "columns"), seed=(3,))

    assert [found.chi2, found.df, found.p_value] == pytest.approx([case["chi2"], case["df"], case["p"]], rel=CLOSED)
    assert found.cramers_v.value == pytest.approx(case["v"], abs=CLOSED)
    assert found.cramers_v.value == pytest.approx(case["effectsize_v"], abs=CLOSED)
    assert limits(found.cramers_v) == pytest.approx(case["limits"], abs=SEARCHED)
    assert found.cramers_v_corrected == pytest.approx(case["v_corrected"], abs=CLOSED)
    for key, read in {"expected": lambda cell: cell.expected, "residuals": lambda cell: cell.residual,
                      "stdres": lambda cell: cell.adjusted_residual}.items():
        assert [read(cell) for cell in found.cells] == pytest.approx(np.ravel(case[key]).tolist(), abs=CLOSED)
    by_row = np.array([cell.p_holm for cell in found.cells]).reshape(counts.shape)
    assert by_row.T.ravel() == pytest.approx(case["holm"], abs=CLOSED)              # R runs down the columns
    if "small_expected" in found.warnings:
        assert found.p_simulated == pytest.approx(case["p_simulated"], abs=4 * 0.0043)  # four SEs of 10,000 tables
    else:
        assert found.p_simulated is None


def test_noncentral_t_equals_r() -> None:
    for t, df, low, high in TRUTH["noncentral"]["t"]:
        assert t_limits(t, df) == pytest.approx((low, high), abs=1e-7)


def test_studentized_range_equals_r() -> None:
    for q, k, df, tail, quantile in TRUTH["noncentral"]["tukey"]:
        assert studentized_range_tail(q, int(k), df) == pytest.approx(tail, abs=1e-8)
        assert studentized_range_quantile(0.95, int(k), df) == pytest.approx(quantile, abs=1e-5)    # qtukey: eps 1e-4


def test_published_job_satisfaction_table() -> None:
    """Agresti (2002), Categorical Data Analysis, 2nd edition, page 57: income by job satisfaction, X² = 6.0, df 9."""
    case = TRUTH["tables"]["job"]

    found = table_comparison(np.array(case["counts"]), ("abcd", "abcd"), ("income", "satisfaction"))

    assert found.chi2 == pytest.approx(5.97, abs=0.005)
    assert found.df == 9


def test_published_noncentrality_interval() -> None:
    """Fleishman (1980): five groups of eleven, F(4, 50) = 11.221: population share of variance, limits by Steiger."""
    found = variance_share(11.2213, 4, 50, 55)

    assert limits(found) == pytest.approx([16.0898614590 / 71.0898614590, 78.2811198308 / 133.2811198308], abs=1e-6)
