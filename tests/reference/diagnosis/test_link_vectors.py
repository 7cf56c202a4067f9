"""Vector `links` of the diagnostic model: regression, dominance, relative weights, disattenuation, VIF."""

import json
from pathlib import Path

import numpy as np
import pytest

from analysis.quant.associate import (
    disattenuate,
    explained_variance,
    general_dominance,
    relative_weights,
    standardised_beta,
    vif,
)

VECTOR = json.loads((Path(__file__).parent / "reference-vectors.json").read_text(encoding="utf-8"))["links"]
R = np.array(VECTOR["R"])


def test_beta_and_explained_variance():
    assert standardised_beta(R).tolist() == pytest.approx(VECTOR["beta"], abs=1e-6)
    assert explained_variance(R).tolist() == pytest.approx([VECTOR["R2"]], abs=1e-6)


def test_general_dominance_adds_up_to_explained_variance():
    dominance = general_dominance(R)

    assert dominance.tolist() == pytest.approx(VECTOR["general_dominance"], abs=1e-6)
    assert dominance.sum() == pytest.approx(explained_variance(R)[0], abs=1e-12)


def test_relative_weights_of_johnson():
    assert relative_weights(R).tolist() == pytest.approx(VECTOR["relative_weights_johnson"], abs=1e-6)


def test_beta_after_correction_for_unreliability():
    corrected = standardised_beta(disattenuate(R, VECTOR["reliabilities"]))

    assert corrected.tolist() == pytest.approx(VECTOR["beta_disattenuated"], abs=1e-6)


def test_variance_inflation():
    assert vif(R[:4, :4]).tolist() == pytest.approx(VECTOR["vif"], abs=1e-6)


def test_a_stack_of_matrices_gives_what_each_gives_alone():
    other = np.array(R)
    other[:4, 4] = other[4, :4] = [0.2, 0.1, 0.5, 0.4]

    stacked = general_dominance(np.stack([R, other]))

    assert stacked.tolist() == pytest.approx(np.stack([general_dominance(R), general_dominance(other)]), abs=1e-12)


def test_a_corrected_matrix_that_is_not_positive_definite_is_smoothed():
    overcorrected = disattenuate(R, [0.3, 0.3, 0.3, 0.3, 0.3])

    assert np.linalg.eigvalsh(overcorrected)[0] > 0
    assert np.diag(overcorrected).tolist() == pytest.approx([1.0] * 5)
