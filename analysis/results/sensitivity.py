"""Which words of the diagnosis change when a threshold is moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class WordChange:
    """One word under its metric path (model 13), as it is and as it would be; None = not issued."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ThresholdMove:
    """One threshold moved to one value, and every word that changes by it; none = the diagnosis stands."""

    name: str
    value: float
    moved: float
    changes: tuple[WordChange, ...] = ()


@dataclass(frozen=True)
class Trial:
    """Thresholds set to stated values, all together, and every word that changes by it."""

    values: Mapping[str, float]     # what holds today
    moved: Mapping[str, float]
    changes: tuple[WordChange, ...]
    n_words: int
    n_resamples: int


@dataclass(frozen=True)
class Sensitivity:
    """Every threshold that can change a word, moved to both ends of its documented range."""

    moves: tuple[ThresholdMove, ...]
    n_words: int                    # words looked at: grades and bands of problems, causes, links
    n_resamples: int
