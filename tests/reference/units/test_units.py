"""Units against lme4, multilevel and nlme's MathAchieve as published (regenerate.R holds every call)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.quant.groups.samples import samples_of
from analysis.quant.units.pooling import random_intercept
from analysis.quant.units.sums import UnitSums, unit_sums
from analysis.quant.units.view import unit_view
from analysis.quant.units.within import expected_variance, icc1, icc2, ratio_limits, rwg

HERE = Path(__file__).parent
TRUTH = json.loads((HERE / "units.json").read_text(encoding="utf-8"))
CASES = sorted(TRUTH["cases"])
CLOSED = 1e-9
LME4 = 2e-6                 # relative; lme4's optimiser stops where the deviance is flat


def sums_of(name: str) -> UnitSums:
    case = TRUTH["cases"][name]
    return UnitSums(tuple(case["keys"]), np.array(case["sizes"], dtype=float), np.array(case["means"]), case["within"])


@pytest.mark.parametrize("name", [name for name in CASES if TRUTH["cases"][name]["y"]])
def test_sums_are_those_of_the_people(name: str) -> None:
    case, told = TRUTH["cases"][name], sums_of(name)
    values = pd.Series(case["y"], name="y", dtype=float)

    found = unit_sums(samples_of(values, pd.Series(case["g"], name="g"), minimum=1))

    place = [found.keys.index(key) for key in told.keys]
    assert found.sizes[place].tolist() == told.sizes.tolist()
    assert found.means[place] == pytest.approx(told.means, rel=CLOSED)
    assert found.within == pytest.approx(told.within, rel=CLOSED)


@pytest.mark.parametrize("name", CASES)
def test_intraclass_correlations_equal_r(name: str) -> None:
    case, sums = TRUTH["cases"][name], sums_of(name)
    low, high = case["ratio"]

    first, second = icc1(sums), icc2(sums)

    assert sums.mean_size == pytest.approx(case["k"], rel=CLOSED)
    assert first.value == pytest.approx(case["icc1"], abs=CLOSED)
    assert second.value == pytest.approx(case["icc2"], abs=CLOSED)
    assert second.value == pytest.approx(case["multilevel_icc2"], abs=CLOSED)
    assert ratio_limits(sums) == pytest.approx((low, high), rel=1e-8)
    assert [first.ci_low, first.ci_high] == pytest.approx([low / (1 + low), high / (1 + high)], abs=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_multilevel_differs_only_where_units_are_unequal(name: str) -> None:
    """multilevel::ICC1 takes the plain mean size; Searle et al. (1992, 3.6) show that k without bias is smaller."""
    case, sums = TRUTH["cases"][name], sums_of(name)
    between, within = sums.mean_squares
    size = sums.n / sums.n_units

    assert (between - within) / (between + (size - 1) * within) == pytest.approx(case["multilevel_icc1"], abs=CLOSED)
    if len(set(sums.sizes)) == 1:
        assert icc1(sums).value == pytest.approx(case["multilevel_icc1"], abs=CLOSED)


@pytest.mark.parametrize("name", CASES)
def test_random_intercept_equals_lme4(name: str) -> None:
    case = TRUTH["cases"][name]

    found = random_intercept(sums_of(name))

    assert found.between == pytest.approx(case["between"], rel=LME4)
    assert found.within == pytest.approx(case["within_variance"], rel=LME4)
    assert found.grand_mean == pytest.approx(case["grand"], rel=LME4)
    assert found.grand_error == pytest.approx(case["grand_se"], rel=LME4)
    assert found.shrinkage == pytest.approx(case["shrinkage"], rel=LME4)
    assert found.pooled == pytest.approx(case["pooled"], rel=LME4)


def test_published_high_school_study() -> None:
    """Raudenbush & Bryk (2002), Hierarchical linear models, table 4.2: 12.64 (SE 0.24), 8.61, 39.15, ICC .18."""
    found = random_intercept(sums_of("MathAchieve"))

    assert [round(found.grand_mean, 2), round(found.between, 2), round(found.within, 2)] == [12.64, 8.61, 39.15]
    assert round(found.grand_error, 2) == 0.24
    assert round(found.icc1, 2) == 0.18


def test_agreement_within_units_equals_multilevel() -> None:
    truth, answers = TRUTH["rwg"], pd.read_csv(HERE / "lq2002.csv")
    items, case = answers.drop(columns="COMPID").astype(float), TRUTH["cases"]["lq2002"]

    found = unit_view(items, answers["COMPID"], name="leadership", answer_range=(1, 5))

    by_unit = {unit.key: unit for unit in found.units}
    assert [by_unit[key].rwg for key in truth["units"]] == pytest.approx(truth["rwg_j"], abs=CLOSED)
    assert [by_unit[key].n for key in truth["units"]] == truth["size"]
    assert found.rwg_mean == pytest.approx(np.mean(truth["rwg_j"]), abs=CLOSED)
    assert found.rwg_median == pytest.approx(np.median(truth["rwg_j"]), abs=CLOSED)
    assert found.f == pytest.approx(case["f"], rel=CLOSED)
    assert found.p_value == pytest.approx(case["p"], rel=1e-6)
    assert found.icc1.value == pytest.approx(case["icc1"], abs=CLOSED)
    spread = items["LEAD01"].groupby(answers["COMPID"]).var()
    assert [rwg(spread[int(key)], 2.0) for key in truth["units"]] == pytest.approx(truth["rwg_first"], abs=CLOSED)


@pytest.mark.parametrize(("shape", "variance"), [
    ("uniform", 2.00), ("slight_skew", 1.34), ("moderate_skew", 0.90), ("heavy_skew", 0.44)])
def test_published_variances_without_agreement(shape: str, variance: float) -> None:
    """LeBreton & Senter (2008), table 2, five points."""
    assert expected_variance(5, shape) == pytest.approx(variance, abs=0.005)


def test_published_triangular_variance() -> None:
    """LeBreton & Senter print 1.32 for shares rounded to .11, .22, .34; unrounded they give 4/3."""
    shares, places = np.array([0.11, 0.22, 0.34, 0.22, 0.11]), np.arange(1, 6)

    assert shares @ (places - 3) ** 2 == pytest.approx(1.32)
    assert expected_variance(5, "triangular") == pytest.approx(4 / 3)
