"""Means and covariances of answers with gaps against the saturated model of lavaan."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.quant.em import em_moments
from analysis.quant.sem.model import log_likelihood, saturated_misfit
from analysis.quant.sem.sample import sample_of
from tests.reference.psychometrics.cases import load_case, matrix


def test_em_moments_and_their_likelihood_equal_lavaan() -> None:
    case = load_case("em_hs_missing")
    answers = case.table()

    found = em_moments(answers.to_numpy())

    sample = sample_of(answers, list(answers), missing="fiml")
    likelihood = log_likelihood(sample, saturated_misfit(sample, has_means=True), ())
    assert found.mean == pytest.approx(np.array(list(case.result["mean"].values())), abs=case.tolerance["abs"])
    assert found.cov == pytest.approx(matrix(case.result["cov"]), abs=case.tolerance["abs"])
    assert likelihood == pytest.approx(case.result["logl_h1"], abs=case.tolerance["abs"])
    assert found.n == case.document["n_obs"]
