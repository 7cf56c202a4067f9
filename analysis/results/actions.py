"""What management decided on the measures of a released report, and what a later wave shows of it.

A change that is seen is never said to be the work of a measure. Unrounded; None = cannot be computed or not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from analysis.results.measurement import Estimate

Decision = Literal["accepted", "changed", "deferred", "rejected"]
Progress = Literal["planned", "running", "done", "stopped"]
MilestoneState = Literal["open", "done", "dropped"]
ContrastVerdict = Literal["apart", "not_apart", "cannot_judge", "too_few", "not_comparable", "no_others"]

DECISIONS: Final[tuple[Decision, ...]] = ("accepted", "changed", "deferred", "rejected")
TAKEN_ON: Final[tuple[Decision, ...]] = ("accepted", "changed")        # those that are carried out
PROGRESS: Final[tuple[Progress, ...]] = ("planned", "running", "done", "stopped")
MILESTONE_STATES: Final[tuple[MilestoneState, ...]] = ("open", "done", "dropped")


@dataclass(frozen=True)
class Milestone:
    """What is to be reached by a day, and whether it was."""

    name: str
    due_on: str                         # ISO dates throughout; "" = none
    state: MilestoneState = "open"
    done_on: str = ""


@dataclass(frozen=True)
class KpiReading:
    """The value of an indicator on a day, and where it was read."""

    kpi: str                            # "1" for the first of the measure's indicators, or a name of one's own
    value: float
    read_on: str
    source: str


@dataclass(frozen=True)
class Action:
    """What was decided on one measure, by whom, and what became of it."""

    measure: str
    decision: Decision
    decided_on: str
    body: str                           # who decided: a committee, a board, a role; never a person's name
    reason: str = ""
    change: str = ""                    # of a changed measure: in which way
    again_on: str = ""                  # of a deferred measure: when it is decided anew
    owner: str = ""
    units: tuple[str, ...] = ()         # choices of the question for the unit; none = everywhere
    starts_on: str = ""
    progress: Progress = "planned"
    progress_on: str = ""               # since when it stands so
    milestones: tuple[Milestone, ...] = ()
    readings: tuple[KpiReading, ...] = ()
    # In other languages: language → text as recorded → its wording. A text that is not in it stands as recorded.
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def in_words_of(self, language: str) -> Action:
        """Return the action as it is told in a language."""
        known = self.wordings.get(language, {})
        texts = {name: known.get(text, text) for name in ("body", "reason", "change", "owner")
                 for text in [getattr(self, name)]}
        return replace(
            self, **texts,
            milestones=tuple(replace(one, name=known.get(one.name, one.name)) for one in self.milestones),
            readings=tuple(replace(one, kpi=known.get(one.kpi, one.kpi), source=known.get(one.source, one.source))
                           for one in self.readings))

    @property
    def is_taken_on(self) -> bool:
        return self.decision in TAKEN_ON


# ---- a later wave ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SideChange:
    """The change in one group of units; the counts are None where it speaks of too few people."""

    n_first: int | None
    n_second: int | None
    change: Estimate | None             # second minus first


@dataclass(frozen=True)
class ActionContrast:
    """One construct that a measure acts on: its change where the measure applies beside its change elsewhere."""

    construct: str
    covered: SideChange
    others: SideChange
    difference: Estimate | None         # change in the covered units minus change in the others
    p_value: float | None
    q_value: float | None
    verdict: ContrastVerdict
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActionFollowUp:
    """One action as it stood when the later wave was diagnosed, and what that wave shows."""

    action: Action
    known_before: Estimate | None       # share of those asked who say the measure is used; None = not asked, or too few
    known_now: Estimate | None
    contrasts: tuple[ActionContrast, ...] = ()


@dataclass(frozen=True)
class FollowUp:
    """What a wave shows of the actions decided on an earlier wave's released report. No proof of any effect."""

    first: str
    second: str
    release: int                        # number of the released report within the study
    released_on: str
    unit_item: str                      # the question that says who belongs to which unit; "" = there is none
    actions: tuple[ActionFollowUp, ...]
    undecided: tuple[str, ...] = ()     # measures the report proposed and nobody decided on
    fewest_shown: int = 0               # people each of the four groups needs before its change is shown ...
    fewest_judged: int = 0              # ... and before it is judged
    smallest_change: float = 0.0
    method: str = ""
    warnings: tuple[str, ...] = field(default=())
