"""Factor scores, geomin, congruence and item distributions against psych and GPArotation."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.quant.correlations import correlation_matrix
from analysis.quant.factors.congruence import congruence_coefficients
from analysis.quant.factors.exploratory import factor_analysis, factor_solution, matrix_rows
from analysis.quant.factors.factor_scores import factor_scores, factor_scoring
from analysis.quant.scales.item_distributions import item_distributions
from tests.reference.psychometrics.cases import HERE as DATA
from tests.reference.psychometrics.cases import assert_close
from tests.reference.psychometrics.test_factors import matched

TRUTH = json.loads((Path(__file__).parent / "truth.json").read_text())


def answers(name: str, items: list[str]) -> pd.DataFrame:
    file = {"hs9": "hs1939.csv", "bfi": "bfi.csv"}[name]
    return pd.read_csv(DATA / "data" / file)[items].astype("float64")


@pytest.mark.parametrize("method", ["regression", "bartlett", "tenberge"])
@pytest.mark.parametrize("name", ["hs9", "bfi"])
def test_factor_scores_equal_psych(name: str, method: str) -> None:
    truth: dict[str, Any] = TRUTH["scores"][name]
    expected = truth[method]
    items = answers(name, truth["items"]).dropna()
    correlations = correlation_matrix(items)
    # psych's own loadings, so that its optimiser's slack is no part of the comparison.
    solution = replace(factor_solution(correlations, len(truth["phi"])), phi=matrix_rows(np.array(truth["phi"])),
                       loadings=matrix_rows(np.array(truth["loadings"])))

    found = factor_scoring(correlations, solution, method=method)

    assert found.n == truth["n"]
    assert_close(found.weights, expected["weights"], 1e-8)
    assert_close(found.score_correlations, expected["score_correlations"], 1e-8)
    assert_close(factor_scores(items, found)[:5], expected["first_rows"], 1e-7)
    if method == "regression":
        assert_close(np.square(found.determinacy), expected["R2"], 1e-8)


@pytest.mark.parametrize("name", ["hs9", "bfi"])
def test_geomin_equals_gparotation_from_many_starts(name: str) -> None:
    truth = TRUTH["geomin"][name]

    found = factor_analysis(answers(name, truth["items"]), truth["n_factors"], rotation="geomin")

    assert found.rotation_criterion <= truth["criterion"] + 1e-9
    assert found.rotation_criterion == pytest.approx(truth["criterion"], abs=1e-7)
    expected = np.array(truth["loadings"])
    order, sign = matched(found, expected)
    assert_close(np.array(found.loadings)[:, order] * sign, expected, 1e-5)
    assert_close(np.array(found.phi)[np.ix_(order, order)] * np.outer(sign, sign), truth["phi"], 1e-5)


def test_congruence_equals_psych() -> None:
    truth = TRUTH["congruence"]

    found = congruence_coefficients(np.array(truth["first"]), np.array(truth["second"]))

    assert_close(found, truth["coefficients"], 1e-10)


def test_item_distributions_equal_psych_describe() -> None:
    truth = TRUTH["distributions"]

    found = item_distributions(answers("bfi", truth["items"])).items

    assert [item.key for item in found] == truth["items"]
    assert_close([[item.n, item.mean, item.sd, item.median, item.minimum, item.maximum, item.skew, item.kurtosis]
                  for item in found],
                 np.transpose([truth[key] for key in ("n", "mean", "sd", "median", "min", "max", "skew", "kurtosis")]),
                 1e-9)
