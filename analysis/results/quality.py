"""Results of looking at how carefully people answered. Distributions only: no value of a single person but in
`CarelessIndices`, which `measure` returns for the rows of somebody's own file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rule = Literal["at_least", "below", "above"]


@dataclass(frozen=True)
class IndexDistribution:
    """How one index of careless answering is spread over the respondents it could be computed for."""

    index: str
    n: int
    mean: float | None
    sd: float | None
    quantiles: tuple[float, ...]                        # at 5, 25, 50, 75 and 95 percent
    bins: tuple[tuple[float, float, int], ...]          # from, to (not reached but by the last), respondents
    rule: Rule | None = None                            # how the limit is applied; None = no limit is used
    limit: float | None = None
    n_beyond: int | None = None                         # None = not counted, or too few to be told
    decides: bool = False                               # the limit is that of a flag of section 1


@dataclass(frozen=True)
class ScaleChange:
    """What leaving people out does to one scale: figures without and with them (None = would disclose somebody)."""

    construct: str
    mean: float | None
    mean_with_excluded: float | None
    alpha: float | None
    alpha_with_excluded: float | None
    smallest_loading: float | None                      # on one factor
    smallest_loading_with_excluded: float | None
    verdict: str
    is_verdict_changed: bool


@dataclass(frozen=True)
class CarelessIndices:
    """Every index of careless answering, one value a row of the data, after R careless 1.2.2."""

    n: int
    k: int
    longstring: tuple[float | None, ...]
    longstring_mean: tuple[float | None, ...]
    irv: tuple[float | None, ...]
    irv_1: tuple[float | None, ...]
    irv_2: tuple[float | None, ...]
    irv_3: tuple[float | None, ...]
    evenodd: tuple[float | None, ...]                   # high = careless
    psychsyn: tuple[float | None, ...]
    psychant: tuple[float | None, ...]
    mahad: tuple[float | None, ...]                     # squared distance
    synonyms: tuple[tuple[str, str], ...]
    antonyms: tuple[tuple[str, str], ...]
    critical_r: float
    mahad_limit: float | None
    mahad_confidence: float
    n_mahad_beyond: int | None
    distributions: tuple[IndexDistribution, ...]
