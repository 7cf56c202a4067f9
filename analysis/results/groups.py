"""Results of comparing groups of people: means, ranks, shares. Unrounded; None = cannot be computed.

Warnings are names; docs/measure.md says what each means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.results.measurement import Estimate


@dataclass(frozen=True)
class GroupMean:
    """One group: people with a value, their mean with its t interval, and the spread (ddof 1)."""

    key: str
    n: int
    mean: Estimate
    sd: float | None
    median: float


@dataclass(frozen=True)
class VarianceTest:
    """An F test that all groups have one mean."""

    f: float
    df1: float
    df2: float
    p_value: float


@dataclass(frozen=True)
class MeanPair:
    """Two groups side by side; differences are first minus second."""

    first: str
    second: str
    n: int
    difference: Estimate                # Welch interval of this pair alone
    simultaneous: Estimate              # Games-Howell interval: holds for all pairs together
    t: float
    df: float
    p_value: float                      # Welch, this pair alone
    p_games_howell: float
    p_holm: float
    q_value: float                      # Benjamini-Hochberg
    hedges_g: Estimate                  # in SDs of sqrt((s1² + s2²) / 2), which goes with Welch
    hedges_g_pooled: Estimate           # in pooled SDs, which assumes equal spreads


@dataclass(frozen=True)
class MeanComparison:
    """Means of two or more groups: Welch first, the classic test beside it."""

    outcome: str
    group: str
    n: int
    groups: tuple[GroupMean, ...]
    welch: VarianceTest
    classic: VarianceTest
    omega_squared: Estimate             # of Welch's F: share of variance, nearly unbiased
    eta_squared: Estimate               # of the classic F; too large in small samples
    omega_squared_classic: Estimate
    pairs: tuple[MeanPair, ...]
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class RankPair:
    """Two groups by mean ranks over all groups (Dunn)."""

    first: str
    second: str
    n: int
    mean_rank_difference: float
    z: float
    p_value: float
    p_holm: float
    q_value: float
    superiority: Estimate               # P(first > second) + P(equal) / 2


@dataclass(frozen=True)
class RankComparison:
    """Ranks of two or more groups (Kruskal-Wallis)."""

    outcome: str
    group: str
    n: int
    groups: tuple[GroupMean, ...]
    mean_ranks: tuple[float, ...]
    h: float
    df: int
    p_value: float
    epsilon_squared: Estimate
    pairs: tuple[RankPair, ...]
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableCell:
    """One cell of a crossing: how many, how many expected without association, and what is left over."""

    row: str
    column: str
    n: int
    expected: float
    share_of_row: float
    residual: float                     # Pearson: (n - expected) / sqrt(expected)
    adjusted_residual: float            # standard normal without association
    p_holm: float                       # of the adjusted residual, over all cells


@dataclass(frozen=True)
class TableComparison:
    """Two categorical variables crossed."""

    outcome: str
    group: str
    n: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    chi2: float
    df: int
    p_value: float
    p_simulated: float | None           # tables with the same margins, drawn where the expected counts are small
    cramers_v: Estimate
    cramers_v_corrected: float          # Bergsma's
    cells: tuple[TableCell, ...]
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupComparisons:
    """All outcomes that were asked for, compared in one way; q by Benjamini-Hochberg over the outcomes."""

    n: int
    kind: Literal["means", "ranks", "shares"]
    means: tuple[MeanComparison, ...] = ()
    ranks: tuple[RankComparison, ...] = ()
    shares: tuple[TableComparison, ...] = ()
    q_values: Mapping[str, float] = field(default_factory=dict)
