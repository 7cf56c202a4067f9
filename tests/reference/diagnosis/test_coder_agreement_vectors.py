"""Vector `coder_agreement` of the diagnostic model."""

import json
from pathlib import Path

import pytest

from analysis.qual.alpha import krippendorff_alpha
from analysis.qual.kappa import cohen_kappa

VECTOR = json.loads((Path(__file__).parent / "reference-vectors.json").read_text(encoding="utf-8"))["coder_agreement"]


def test_agreement_of_two_coders_with_a_gap():
    units = VECTOR["units_two_coders"]

    assert krippendorff_alpha(units) == pytest.approx(VECTOR["krippendorff_alpha_nominal"], abs=1e-6)
    assert cohen_kappa(units) == pytest.approx(VECTOR["cohen_kappa_complete_pairs"], abs=1e-6)
