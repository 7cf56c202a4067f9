"""Results of weighting answers to a known population. Unrounded; None = cannot be computed."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.results.measurement import Estimate


@dataclass(frozen=True)
class MarginShare:
    """One category of a margin: its share of the answers, of the population, and after weighting."""

    variable: str
    category: str
    n: int
    share_answered: float
    share_wanted: float
    share_weighted: float


@dataclass(frozen=True)
class Weighting:
    """Weights that give the answers the population's margins; their mean is 1."""

    n: int
    weights: tuple[float, ...]          # one a row of the data
    margins: tuple[MarginShare, ...]
    design_effect: float                # Kish: 1 + squared coefficient of variation of the weights
    n_effective: float                  # answers that an unweighted sample would need for the same precision
    smallest: float
    largest: float
    n_trimmed: int
    n_rounds: int
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeightedMean:
    """A mean under weights beside the plain one."""

    outcome: str
    n: int
    mean: Estimate
    plain: Estimate
    standard_error: float | None
    design_effect: float | None         # variance over that of a simple random sample of the same size
    n_effective: float                  # Kish, of the rows with a value
    population: int | None              # by which the interval was corrected
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeightedMeans:
    """The weights of a data file and the means of its scores under them."""

    n: int
    weighting: Weighting
    means: tuple[WeightedMean, ...]
