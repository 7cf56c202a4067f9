"""Results of comparing groups and of looking at coded interviews more closely. None = cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.results.measurement import Estimate


@dataclass(frozen=True)
class GroupFigure:
    """A construct's mean in one group; hidden cells hold None."""

    construct: str
    profile_item: str
    choice: str
    n: int | None
    mean: float | None
    ci_low: float | None
    ci_high: float | None
    is_hidden: bool


@dataclass(frozen=True)
class GroupComparison:
    """The difference of a construct's mean between two groups that are both shown (section 5)."""

    construct: str
    profile_item: str
    first: str
    second: str
    difference: Estimate                        # first minus second, scale points, Welch interval
    p_value: float
    q_value: float | None = None                # over all group comparisons of the study


@dataclass(frozen=True)
class CoderAgreement:
    """How far coders agree on one code, sub-codes merged (section 8); shares 0..1."""

    code: str
    n_interviews: int
    n_units: int                                # turns
    n_coders: int
    share_coded: Mapping[str, float]            # coder → share of the turns it saw that carry the code
    percent_agreement: float | None
    jaccard: float | None                       # both coded / at least one coded, mean over pairs of coders
    positive_agreement: float | None            # Dice, mean over pairs of coders
    alpha: Estimate                             # Krippendorff, nominal; interval over interviews
    kappa: float | None                         # Cohen, only with exactly two coders
    verdict: Literal["accept", "tentative", "unusable", "not_assessable", "not_double_coded"]


@dataclass(frozen=True)
class Cooccurrence:
    """Two codes in the same turns; no correlation and no cause."""

    first: str
    second: str
    n_first: int
    n_second: int
    n_both: int
    coefficient: float | None                   # n_both / (n_first + n_second - n_both), 0..1
    n_interviews: int                           # interviewees in whose interviews both occur in one turn
    is_thin: bool                               # one of the two codes occurs in fewer than 3 turns
