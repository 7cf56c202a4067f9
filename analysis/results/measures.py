"""What a proposed measure is held against: the register of present measures, and the facts of this organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analysis.results.measurement import Estimate

Form = Literal["introduce", "make_known", "repair", "continue", "stop"]


EFFORT_STEPS = 4            # effort runs 1..5


@dataclass(frozen=True)
class PresentMeasure:
    """The entry of the register that a measure corresponds to, as it stood when the diagnosis was made."""

    key: str
    name: Mapping[str, str]
    status: str
    since: str = ""


@dataclass(frozen=True)
class ItemGround:
    """An item behind the trigger, with the share of unfavourable answers."""

    item: str
    construct: str
    audience: str
    share: Estimate


@dataclass(frozen=True)
class StepGround:
    """The slowest step of the entered process."""

    number: int
    name: Mapping[str, str]
    owner: Mapping[str, str]
    days: float


@dataclass(frozen=True)
class SuggestionGround:
    """How many suggest the measure, by the code of such suggestions."""

    code: str
    source: Literal["interviews", "comments"]
    k: int
    n: int
    n_measures: int = 1                         # that the code speaks for; more than one = the topic is shared


@dataclass(frozen=True)
class UnitGround:
    """A unit in which the problem is higher than in every other unit shown, intervals apart."""

    construct: str
    profile_item: str
    choice: str
    n: int
    mean: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class MeasureGrounds:
    """Facts of this organisation that the text of a measure is filled with; empty where there is none."""

    items: tuple[ItemGround, ...] = ()
    step: StepGround | None = None
    suggestions: tuple[SuggestionGround, ...] = ()
    units: tuple[UnitGround, ...] = ()
    weak: tuple[str, ...] = ()                  # constructs it acts on strongly that are in evidence


@dataclass(frozen=True)
class TriggerResult:
    """One condition of a rule, and what the data say of it."""

    metric: str
    operator: str
    target: Any
    value: Any
    outcome: Literal["true", "false", "unknown"]


def low_effort(effort: float) -> float:
    """Return how little effort a measure takes.

    Parameters
    ----------
    effort : float
        1 (least) to 5 (most).

    Returns
    -------
    float
        1 at the least effort, 0 at the most.
    """
    return 1 - (effort - 1) / EFFORT_STEPS
