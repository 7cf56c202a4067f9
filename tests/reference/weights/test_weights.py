"""Weights and weighted means against R's survey (regenerate.R holds every call)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.quant.weights.raking import kish_design_effect, rake
from analysis.quant.weights.weighted import weighted_mean

TRUTH = json.loads((Path(__file__).parent / "weights.json").read_text(encoding="utf-8"))
DATA = pd.DataFrame(TRUTH["data"])
CLOSED = 1e-9
RAKED = 1e-8                # survey::rake was stopped at 1e-9 of the counts


def test_post_stratification_equals_survey() -> None:
    truth = TRUTH["post"]

    found = rake(DATA, {"stype": TRUTH["population"]["stype"]})
    mean = weighted_mean(DATA["api00"], found.weights, margins=DATA[["stype"]])

    assert found.method == "post-stratification"
    assert found.weights == pytest.approx(truth["weights"], abs=CLOSED)
    assert (mean.mean.value, mean.standard_error) == pytest.approx((truth["mean"], truth["se"]), rel=CLOSED)


@pytest.mark.parametrize("name", ["rake", "calibrate"])
def test_raking_equals_survey(name: str) -> None:
    truth = TRUTH[name]

    found = rake(DATA, TRUTH["population"])
    mean = weighted_mean(DATA["api00"], found.weights, margins=DATA[["stype", "sch.wide"]])

    assert found.weights == pytest.approx(truth["weights"], abs=RAKED)
    assert mean.mean.value == pytest.approx(truth["mean"], rel=RAKED)
    assert mean.standard_error == pytest.approx(truth["se"], rel=RAKED)
    assert [margin.share_weighted for margin in found.margins] == pytest.approx(
        [margin.share_wanted for margin in found.margins], abs=1e-9)


def test_weights_taken_as_given_equal_survey() -> None:
    weights, truth = np.array(TRUTH["rake"]["weights"]), TRUTH["as_given"]

    found = weighted_mean(DATA["api00"], weights)

    assert (found.mean.value, found.standard_error) == pytest.approx((truth["mean"], truth["se"]), rel=CLOSED)
    assert found.design_effect == pytest.approx(truth["deff"], rel=CLOSED)
    assert kish_design_effect(weights) == pytest.approx(TRUTH["kish"], rel=CLOSED)
    assert found.n_effective == pytest.approx(len(weights) / TRUTH["kish"], rel=CLOSED)


def test_equal_weights_and_a_known_population_equal_survey() -> None:
    flat = weighted_mean(DATA["api00"], np.ones(len(DATA)))
    corrected = weighted_mean(DATA["api00"], np.ones(len(DATA)), population=6194)

    assert flat.standard_error == pytest.approx(TRUTH["flat"]["se"], rel=CLOSED)
    assert flat.design_effect == pytest.approx(1)
    assert corrected.standard_error == pytest.approx(TRUTH["fpc"]["se"], rel=CLOSED)


def test_published_design_effect() -> None:
    """Kish (1992): halves of a sample with weights 1 and 3: n sum(w²) / sum(w)² = 100 · 500 / 200² = 1.25."""
    assert kish_design_effect(np.array([1.0, 3.0] * 50)) == pytest.approx(1.25)
