"""Results of looking at people within units (departments, branches). Unrounded; None = cannot be computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.results.measurement import Estimate

ExpectedVariance = Literal["uniform", "triangular", "slight_skew", "moderate_skew", "heavy_skew"]


@dataclass(frozen=True)
class UnitMean:
    """One unit: its own mean, the mean that borrows from the others, and how far its people agree."""

    key: str
    n: int
    mean: Estimate                      # its own people only, t interval
    pooled: Estimate                    # empirical Bayes
    shrinkage: float                    # 0..1, share of its distance from the mean that is taken back
    rwg: float | None                   # agreement of its people; None below two people or without a known range


@dataclass(frozen=True)
class UnitView:
    """How much of a score lies between units, and what can be said of each.

    icc1    share of variance between units: how much one person tells of the unit.
    icc2    reliability of the units' means.
    """

    outcome: str
    unit: str
    n: int
    n_units: int
    mean_size: float                    # the size that stands for unequal ones: (n - sum of squares / n) / (units - 1)
    f: float
    df1: int
    df2: int
    p_value: float
    icc1: Estimate
    icc2: Estimate
    grand_mean: Estimate                # of the random-intercept model
    between_variance: float             # REML
    within_variance: float
    icc1_reml: float
    design_effect: float                # what clustering does to the variance of the grand mean: 1 + (size - 1) ICC(1)
    rwg_mean: float | None
    rwg_median: float | None
    expected_variance: float | None     # what rWG is measured against
    units: tuple[UnitMean, ...]
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnitViews:
    """Every score that was asked for, by the same units."""

    n: int
    views: tuple[UnitView, ...]
