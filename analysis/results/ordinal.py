"""Results on ordinal items: thresholds, polychoric correlations, their precision. Unrounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.results.caution import Caution
from analysis.results.measurement import Estimate, Matrix


@dataclass(frozen=True)
class Polychoric:
    """Correlations of the normal variables behind ordinal items (tetrachoric where both have two categories)."""

    n: int
    n_complete: int
    items: tuple[str, ...]
    levels: Mapping[str, tuple[float, ...]]
    thresholds: Mapping[str, tuple[float, ...]]
    correlations: Matrix
    pair_n: Matrix
    standard_errors: Matrix                 # None in a cell: not known; errors and intervals before smoothing
    ci_low: Matrix
    ci_high: Matrix
    confidence: float
    alpha: float | None                     # ordinal alpha: standardised alpha of these correlations
    smallest_eigenvalue: float
    missing: Literal["pairwise", "listwise"]
    method: str
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class PolychoricPair:
    """Two items alone: the correlation, its thresholds and how well the normal model fits the table."""

    rho: Estimate
    standard_error: float | None
    first_thresholds: tuple[float, ...]
    second_thresholds: tuple[float, ...]
    log_likelihood: float
    chi2: float                             # likelihood ratio against the table as it is
    df: int
    p_value: float | None                   # None without a degree of freedom
    cautions: tuple[Caution, ...] = ()
