"""Cases of the psychometric reference: their data, recoded as the case says, and what R found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.quant.correlations import Correlations, correlation_matrix

HERE = Path(__file__).parent
PRINTED_DIGITS = 5e-12      # the files hold 12 significant digits


@dataclass(frozen=True)
class Case:
    id: str
    result: dict[str, Any]
    tolerance: dict[str, float]
    document: dict[str, Any]

    @property
    def is_matrix(self) -> bool:
        return "_cor" in self.document["data_file"]

    def table(self) -> pd.DataFrame:
        frame = pd.read_csv(HERE / "data" / self.document["data_file"], index_col=0 if self.is_matrix else None)
        return frame[self.document["variables"]].astype("float64")

    def items(self) -> pd.DataFrame:
        """Return the answers; items with key -1 are reversed about the lowest and highest answer of all items."""
        answers = self.table()
        reach = answers.min().min() + answers.max().max()
        keys = self.result.get("keys") or [1] * answers.shape[1]
        reverse = [name for name, key in zip(answers, keys, strict=True) if key < 0]
        return answers.assign(**{name: reach - answers[name] for name in reverse})

    def correlations(self, missing: str = "pairwise") -> Correlations:
        if self.is_matrix:
            return Correlations(tuple(self.document["variables"]), self.document["n_obs"], self.table().to_numpy())
        return correlation_matrix(self.items(), missing=missing)


def load_case(case_id: str) -> Case:
    document = json.loads((HERE / "truth" / f"{case_id}.json").read_text())
    return Case(case_id, document["result"], document["tolerance"], document)


def case_ids(pattern: str, topic: str) -> list[str]:
    paths = sorted((HERE / "truth").glob(f"{pattern}.json"))
    return [path.stem for path in paths if json.loads(path.read_text())["topic"] == topic]


def matrix(document: dict[str, Any]) -> np.ndarray:
    return np.array(document["values"], dtype=float)


def assert_close(found: Any, expected: Any, tolerance: float) -> None:
    """Fail unless all numbers agree within `tolerance`, beside the rounding of the printed value."""
    here, there = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert here.shape == there.shape
    excess = np.abs(here - there) - PRINTED_DIGITS * np.abs(there)
    assert np.nanmax(excess) <= tolerance
    assert np.array_equal(np.isnan(here), np.isnan(there))
