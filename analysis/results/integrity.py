"""Results of looking for stuffed ballots, and of comparing modes. Figures of groups only; never what one person did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.results.measurement import Estimate
from analysis.results.quality import ScaleChange

Assessed = Literal["assessed", "too_few_people", "too_few_items", "too_alike", "none"]
ShareKind = Literal["best", "flat", "copies"]
ModeVerdict = Literal["pool", "note", "apart"]


@dataclass(frozen=True)
class CopyFinding:
    """Pairs of responses whose ratings agree more than those of different people would."""

    status: Assessed
    n: int                                      # responses looked at
    n_items: int
    n_flat: int                                 # left out of the search: their answers hardly vary, so many agree
    threshold: float | None                     # share of equal answers, 0..1, from which a pair is improbable
    n_pairs: int | None                         # pairs at or above it
    expected_pairs: float | None                # such pairs by chance; also bounds the p of one pair or more
    n_alike: int | None                         # responses in clusters of the smallest group or more
    n_clusters: int | None
    largest_cluster: int | None
    expected_quantiles: tuple[float, ...] = ()  # best agreement with anybody at 5, 50, 95 %, as expected by chance
    quantiles: tuple[float, ...] = ()           # the same as observed


@dataclass(frozen=True)
class TextFinding:
    """Own words that return nearly the same in another response."""

    item: str
    n: int                                      # texts long enough to compare
    n_pairs: int
    expected_pairs: float                       # by chance among unrelated texts
    n_alike: int                                # texts in clusters of the smallest group or more
    n_clusters: int
    largest_cluster: int


@dataclass(frozen=True)
class BurstFinding:
    """Quarters of an hour in which improbably many responses came from one outlet."""

    outlet: str                                 # "" = the open link
    status: Assessed
    n_quarters: int                             # quarter-hours in which at least one came
    usual: float | None                         # median of those
    threshold: int | None                       # so many or more in a quarter-hour are improbable
    n_bursts: int | None
    largest: int | None
    expected_bursts: float | None


@dataclass(frozen=True)
class ShareFinding:
    """An outlet with an implausible share of responses of one kind."""

    kind: ShareKind
    outlet: str
    n: int
    share: float
    expected: float                             # share among all other outlets
    limit: float                                # largest share that is still plausible, at the corrected level
    p_value: float
    p_adjusted: float                           # Holm, over all outlets and kinds


@dataclass(frozen=True)
class ModeDifference:
    """One construct, or the share of blanks, in one mode against another."""

    construct: str                              # "" = share of rating items shown and left blank
    mode: str
    reference: str
    n: int
    n_reference: int
    difference: Estimate                        # mode minus reference, in the unit of the score
    g: Estimate | None                          # Hedges' g
    g_adjusted: float | None                    # with the profile of the two groups held equal
    p_value: float | None
    p_adjusted: float | None                    # Holm, over all comparisons of the questionnaire
    verdict: ModeVerdict


@dataclass(frozen=True)
class ModeComparison:
    """May responses of different modes be pooled?"""

    n_by_mode: tuple[tuple[str, int], ...]      # modes of at least the smallest group
    differences: tuple[ModeDifference, ...]
    verdict: ModeVerdict | None                 # the least favourable; None = no two modes are large enough
    minimum_n: int


@dataclass(frozen=True)
class Integrity:
    """The panel of one questionnaire: observed beside expected; nobody is deleted and nothing decides."""

    audience: str
    copies: CopyFinding
    texts: tuple[TextFinding, ...]
    bursts: tuple[BurstFinding, ...]
    n_outlets: int                              # outlets large enough for a share
    shares: tuple[ShareFinding, ...]            # improbable ones only
    n_shares_tested: int
    modes: ModeComparison
    n_set_aside: int | None                     # alike in ratings or words, among the valid; None = too few to be told
    changes: tuple[ScaleChange, ...] = ()       # each scale without them and with them

    @property
    def is_conspicuous(self) -> bool:
        """Tell whether anything observed is beyond what chance explains."""
        return bool(self.copies.n_alike or any(text.n_alike for text in self.texts)
                    or any(burst.n_bursts for burst in self.bursts)
                    or self.shares)
