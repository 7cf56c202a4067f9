"""Results of asking whether raters give the same values to the same units. None = cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.results.measurement import Estimate, Matrix

KappaKind = Literal["cohen", "linear", "quadratic", "fleiss"]
RatingLevel = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True)
class KappaAgreement:
    """Agreement beyond chance of two raters (Cohen, weighted) or of more (Fleiss)."""

    n: int                              # units that every rater rated
    raters: tuple[str, ...]
    kind: KappaKind
    kappa: Estimate
    share_agreed: float | None          # of pairs of ratings
    categories: tuple[str, ...]
    counts: Matrix                      # two raters: first by second; more: nothing
    by_category: Mapping[str, float | None] = field(default_factory=dict)   # Fleiss
    brennan_prediger: float | None = None
    ac1: float | None = None            # Gwet; stays near the share agreed where a category is rare
    method: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class AlphaAgreement:
    """Krippendorff's alpha of any number of raters with gaps."""

    n: int                              # units with two ratings or more
    raters: tuple[str, ...]
    level: RatingLevel
    alpha: Estimate                     # percentiles of resampled units
    n_pairable: int                     # ratings in those units
    categories: tuple[str, ...]
    coincidences: Matrix
    n_resamples: int
    seed: int
    method: str = ""
    warnings: tuple[str, ...] = ()
