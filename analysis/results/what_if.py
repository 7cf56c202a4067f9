"""What a move of one cause is associated with, as the stored link model implies it (model 11, simulated effect)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Refusal = Literal[
    "too_few_answers", "no_reliable_scales", "too_many_causes", "not_separable",    # of the link model as a whole
    "no_grades", "no_model", "computed_before", "not_in_model", "out_of_scale", "no_move",
]
Unsaid = Literal["uncertain", "against", "withheld"]


@dataclass(frozen=True)
class ImpliedDifference:
    """One problem: by how much otherwise similar staff differ, or why that is not said."""

    problem: str
    unsaid: Unsaid | None                       # None: the link is supported and the figures are given
    points: float | None = None                 # scale points, with the percentile interval of the bootstrap
    low: float | None = None
    high: float | None = None
    pomp: float | None = None                   # the same in percent of the maximum possible
    pomp_low: float | None = None
    pomp_high: float | None = None


@dataclass(frozen=True)
class WhatIf:
    """A cause moved by a stated amount: refused as a whole, or one row for each problem."""

    cause: str
    refusal: Refusal | None
    rows: tuple[ImpliedDifference, ...] = ()
    points: float | None = None                 # the move in scale points of the cause
    deviations: float | None = None             # the same in SDs of the cause's scores
    mean: float | None = None                   # the cause's mean today
    moved: float | None = None                  # and where it would be
    low: float | None = None                    # ends of its scale
    high: float | None = None
    n: int = 0
    n_resamples: int = 0
    confidence: float = 0.95
    is_exploratory: bool = False                # so few answers that most true links are missed
    is_far: bool = False                        # further apart than most staff are

    @property
    def shown(self) -> tuple[ImpliedDifference, ...]:
        return tuple(row for row in self.rows if row.unsaid is None)
