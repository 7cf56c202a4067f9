"""What a planner says before anybody is asked: how precise figures will be, how many people it takes, what is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from analysis.results.waves import DetectableChange

FigureKind = Literal["mean", "share", "nps", "alpha", "correlation"]
FoundKind = Literal["link", "lone_link", "problem", "facet_low", "facet_fine"]


@dataclass(frozen=True)
class PlannedPrecision:
    """The interval that a figure of assumed `value` will have with n answers, and half of its width.

    `sd` is assumed for a mean. Units: scale points, shares and correlations 0..1, NPS in points. `ci_low` and `ci_high`
    surround `value` (a mean: 0).
    """

    kind: FigureKind
    value: float
    half_width: float
    ci_low: float
    ci_high: float
    n: int
    confidence: float
    population: int | None
    design_effect: float
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedSize:
    """The smallest number of answers with which a figure is as precise as wished, and how many to invite for it."""

    kind: FigureKind
    n: int
    invitations: int
    wished: float
    reached: PlannedPrecision
    response_rate: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class InterviewNumber:
    """The smallest number of interviews with which what is asked for happens with at least that probability."""

    n: int
    reached: float
    wished: float
    what: Literal["theme_heard", "both_sides_heard"]
    share: float                    # of people who would tell it, or confirm
    share_against: float | None     # who would contradict
    times: int                      # interviewees who must be heard, of each side
    method: str


@dataclass(frozen=True)
class CellCoverage:
    """Of the units, how many are expected to have answers enough to be shown, at this response rate."""

    minimum: int
    response_rate: float
    n_units: int
    n_expected: float                       # units expected to reach the minimum
    n_never: int                            # units with fewer people than the minimum: never shown
    probability: Mapping[str, float]        # unit → 0..1
    rate_for_all: float | None              # smallest response rate at which all that can are shown, with `wished`
    wished: float
    method: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """In what share of simulated surveys of this size something planted was found, with its Monte Carlo interval.

    `size` is what was planted: a standardised link between true scores, or a mean on five points. `n_found` counts
    surveys and may hold parts: of several planted in one survey some are found. A problem at the border of 3 is not
    there; its share is that of false alarms.
    """

    kind: FoundKind
    size: float
    n: int
    share: float
    ci_low: float
    ci_high: float
    n_surveys: int
    method: str


@dataclass(frozen=True)
class NeededSize:
    """The smallest number of answers with which a link of this size is found with the wished power; None: beyond."""

    kind: FoundKind
    size: float
    power: float
    n: int | None
    invitations: int | None
    most: int                               # the largest number that was tried
    tried: tuple[Found, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class AudiencePlan:
    """All that is planned for one questionnaire at one number of answers."""

    audience: str
    n: int
    population: int | None
    response_rate: float
    invitations: int
    precision: tuple[PlannedPrecision, ...]
    change: DetectableChange                # of one scale, between two waves of this size
    found: tuple[Found, ...] = ()
    false_links: float | None = None        # share of all links declared that were not planted
    mean_alpha: float | None = None         # of the simulated scales, as the diagnosis computes it
    sizes: tuple[PlannedSize, ...] = ()
    needed: tuple[NeededSize, ...] = ()
    cells: tuple[CellCoverage, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class SurveyPlan:
    """The planner's whole answer, with every assumption by name and its source."""

    template: str
    audiences: tuple[AudiencePlan, ...]
    interviews: tuple[InterviewNumber, ...]
    assumptions: Mapping[str, float]
    sources: Mapping[str, str]
    n_surveys: int
    n_resamples: int
    seed: int
    method: str


@dataclass(frozen=True)
class LinkDetectability:
    """How often a link of this size would have been found in surveys like this one, for one cause and problem.

    `share` when it is the only link of the study, `share_among` when every problem has one cause of this size.
    """

    cause: str
    problem: str
    size: float
    expected_beta: float                    # what the size becomes in scores that are not perfectly reliable
    share: float
    ci_low: float
    ci_high: float
    share_among: float
    n: int
    n_surveys: int
    n_resamples: int
    method: str
