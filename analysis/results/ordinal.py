"""Results on ordinal items: thresholds, polychoric correlations, their precision. Unrounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.results.measurement import Estimate, Matrix

CautionName = Literal[
    "empty_category",               # an answer that could be given and that nobody gave; detail: which
    "empty_cells",                  # pairs of answers that nobody gave together; detail: how many
    "half_added",                   # 0.5 was added to the empty cell of a table of two by two, as asked
    "at_the_bound",                 # the correlation ran to -1 or +1; its size is not known
    "not_converged",                # the search stopped before it came to rest
    "not_positive_definite",        # no data could have this matrix; detail: its smallest eigenvalue
    "smoothed",                     # … and it was replaced by one near to it, as asked; detail: largest change
]


@dataclass(frozen=True)
class Caution:
    """A named warning: what it is about (items, or pairs as "A1 ~~ A2") and its figure."""

    name: CautionName
    about: tuple[str, ...] = ()
    detail: str = ""


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
