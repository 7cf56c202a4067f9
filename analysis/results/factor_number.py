"""Results about the number of factors: what each method says, and what to do when they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.results.measurement import Factorability, ParallelAnalysis, Retention

Advice = Literal["one_number", "compare_range", "no_factor", "not_factorable"]
Method = Literal[
    "parallel_components_p95", "parallel_components_mean", "parallel_factors_p95", "parallel_factors_mean", "map",
    "vss1", "vss2", "kaiser", "optimal_coordinates", "acceleration_factor", "bic", "sabic"]


@dataclass(frozen=True)
class Scree:
    """The scree of the eigenvalues in figures; entry i belongs to eigenvalue i + 1."""

    eigenvalues: tuple[float, ...]
    acceleration: tuple[float | None, ...]      # second difference; none at the ends
    predicted: tuple[float | None, ...]         # by the line through the next and the last eigenvalue
    n_acceleration: int                         # eigenvalues before the sharpest bend
    n_optimal: int                              # leading ones above their prediction and above the random ones
    n_kaiser: int                               # above 1


@dataclass(frozen=True)
class FactorCountFit:
    """How well one number of minres factors reproduces the correlations."""

    n_factors: int
    chi2: float | None
    df: int
    p_value: float | None
    rmsea: float | None
    bic: float | None
    sabic: float | None                         # BIC with the sample size (n + 2)/24
    residual_squares: float                     # of R - L L', diagonal included
    fit: float                                  # 1 - residual squares / squares of R
    empirical_chi2: float                       # n times the squared residual correlations
    rmsr: float
    crms: float | None                          # RMSR corrected for the degrees of freedom
    empirical_bic: float | None
    complexity: float                           # mean number of factors an item loads on, after varimax
    heywood_items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vote:
    """What one method says; `is_counted` when it enters the recommended range."""

    method: Method
    n_factors: int
    is_counted: bool


@dataclass(frozen=True)
class FactorNumber:
    """How many factors: the votes, the range they leave, and what to do about it."""

    n: int
    k: int
    low: int
    high: int
    advice: Advice
    votes: tuple[Vote, ...]
    factorability: Factorability
    parallel: ParallelAnalysis
    retention: Retention
    scree: Scree
    fits: tuple[FactorCountFit, ...]
    method: str
    warnings: tuple[str, ...] = ()
