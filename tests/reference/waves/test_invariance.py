"""The steps of invariance of one factor against lavaan 0.6-14 (regenerate.R holds the call)."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.quant.waves.engine import one_factor_in_two_waves
from tests.reference.psychometrics.cases import HERE

TRUTH = json.loads((Path(__file__).parent / "invariance.json").read_text(encoding="utf-8"))


def test_every_step_equals_lavaan() -> None:
    data = pd.read_csv(HERE / "data" / "hs1939.csv")
    items = data[["x1", "x2", "x3", "x9"]]

    steps, freed = one_factor_in_two_waves(items, data["school"] == "Pasteur")

    assert [step.level for step in steps] == ["configural", "metric", "scalar", "partial"]
    assert freed == ("x3",)
    for step in steps:
        truth = TRUTH[step.level]
        assert step.chi2 == pytest.approx(truth["chisq"], rel=1e-4)
        assert step.df == truth["df"]
        assert step.cfi == pytest.approx(truth["cfi.robust"], abs=1e-4)
        assert step.rmsea == pytest.approx(truth["rmsea.robust"], abs=1e-4)
