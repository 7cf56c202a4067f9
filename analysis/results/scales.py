"""Results about one scale beside alpha: lower bounds, split halves, resampled alpha, distributions of its items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.results.measurement import Estimate


@dataclass(frozen=True)
class LowerBounds:
    """Guttman's six lower bounds of reliability and ten Berge and Zegers' series, of the standardised items."""

    n: int
    k: int
    lambda1: float
    lambda2: float
    lambda3: float                              # standardised alpha
    lambda4: float                              # best split half
    lambda5: float
    lambda6: float | None                       # None where items determine one another
    mu: tuple[float, float, float, float]       # mu0 = lambda3, mu1 = lambda2, …
    lambda4_is_searched: bool                   # True: best of a search, not of all splits
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Halves:
    """One split of a scale, on the covariances of the items."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    r: float                                    # of the two half scores
    spearman_brown: float | None
    lambda4: float                              # Guttman's split-half coefficient


@dataclass(frozen=True)
class SplitHalf:
    """Split-half reliability: the two usual splits, and all splits (or a sample of them) of the standardised items."""

    n: int
    k: int
    first_second: Halves
    odd_even: Halves
    n_splits: int
    is_sampled: bool
    best: float                                 # lambda 4
    worst: float                                # Revelle's beta, when all splits are enumerated
    mean: float
    quantiles: Mapping[str, float]              # 0.025, 0.5, 0.975 over splits
    best_halves: tuple[tuple[str, ...], tuple[str, ...]]
    worst_halves: tuple[tuple[str, ...], tuple[str, ...]]
    alpha_standardised: float
    lambda2: float
    lambda6: float | None
    missing: str
    seed: int
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResampledAlpha:
    """Alpha with intervals from resampled respondents."""

    n: int
    k: int
    alpha: float
    standard_error: float
    percentile: Estimate
    bca: Estimate                               # bias-corrected and accelerated
    n_resamples: int
    n_patterns: int                             # distinct rows of answers
    seed: int
    missing: str
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemDistribution:
    """How the answers of one item are spread."""

    key: str
    n: int
    n_missing: int
    mean: float
    sd: float
    median: float
    minimum: float
    maximum: float
    skew: float | None                          # None where the item does not vary
    kurtosis: float | None                      # excess over the normal distribution
    floor_share: float                          # at the lowest point of the scale, 0..1
    ceiling_share: float
    n_values: int                               # distinct answers


@dataclass(frozen=True)
class ItemDistributions:
    """The distributions of all items of a scale."""

    n: int
    low: float                                  # lowest and highest point against which floor and ceiling are told
    high: float
    items: tuple[ItemDistribution, ...]
    method: str
    warnings: tuple[str, ...] = ()              # floor: KEY, ceiling: KEY, skewed: KEY, constant: KEY, gaps: KEY


@dataclass(frozen=True)
class IntraclassForm:
    """One of Shrout and Fleiss' six coefficients with its F test of no agreement."""

    name: str                                   # ICC1 … ICC3 of a single rater, ICC1k … ICC3k of their mean
    estimate: Estimate
    f: float
    df1: int
    df2: int
    p_value: float


@dataclass(frozen=True)
class Intraclass:
    """Agreement of k raters on n subjects."""

    n: int
    k: int
    forms: tuple[IntraclassForm, ...]
    method: str
    warnings: tuple[str, ...] = ()
