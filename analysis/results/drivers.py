"""Results of asking what an outcome goes with. Unrounded; None = cannot be computed. Never a statement of cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.results.measurement import Estimate

DominanceLevel = Literal["complete", "conditional", "general", "none"]


@dataclass(frozen=True)
class Coefficient:
    """One line of a regression table, in the units of the data."""

    key: str
    b: Estimate                         # t interval
    standard_error: float
    t: float
    p_value: float
    beta: float | None                  # standardised; None for the intercept
    vif: float | None                   # 1 = unrelated to the other predictors
    tolerance: float | None             # 1 / VIF: share of the predictor that the others do not explain


@dataclass(frozen=True)
class Regression:
    """Ordinary least squares on complete rows."""

    outcome: str
    n: int
    coefficients: tuple[Coefficient, ...]   # intercept first
    r_squared: Estimate                 # exact interval for normal scores
    r_squared_adjusted: float
    f: float
    df1: int
    df2: int
    p_value: float
    residual_sd: float
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Driver:
    """One predictor; intervals are percentiles of resamples, corrected figures are for scores without error."""

    key: str
    r: Estimate
    beta: Estimate
    beta_error: float                   # SD over resamples
    p_minimal: float                    # that the weight is no more than delta, on either side of 0
    q_minimal: float
    general_dominance: Estimate | None  # None with more than 8 predictors
    share: float | None                 # of R squared
    share_of_resamples_first: float | None      # in which no other predictor dominates more
    relative_weight: Estimate           # Johnson's
    beta_corrected: Estimate | None     # None where a reliability is unknown
    general_dominance_corrected: Estimate | None
    relative_weight_corrected: Estimate | None
    vif: float
    tolerance: float
    conditional_dominance: tuple[float, ...] = ()   # mean gain beside 0, 1, … others


@dataclass(frozen=True)
class DominancePair:
    """How far the first predictor stands before the second, and in how many resamples it does so completely."""

    first: str
    second: str
    level: DominanceLevel
    share_complete: float
    share_general: float


@dataclass(frozen=True)
class DriverAnalysis:
    """What an outcome goes with, all predictors together."""

    outcome: str
    n: int
    delta: float                        # smallest standardised weight of interest
    regression: Regression
    p_minimal_r_squared: float          # that all predictors explain no more than delta squared
    drivers: tuple[Driver, ...]
    pairs: tuple[DominancePair, ...]
    reliabilities: Mapping[str, float] = field(default_factory=dict)
    r_squared_corrected: float | None = None
    n_resamples: int = 0
    n_resamples_rough: int = 0          # whose corrected matrix was not positive definite
    seed: tuple[int, ...] = ()
    method: str = ""
    warnings: tuple[str, ...] = ()
