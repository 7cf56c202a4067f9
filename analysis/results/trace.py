"""Results of tracing: what a figure was computed from, and how a rule came to its word. Unrounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["problem", "cause", "link", "links", "situation", "experience", "outcome", "figure", "measure",
               "strategy", "safeguard", "objective", "audience", "item", "code"]
CheckOperator = Literal["is", "ge", "le", "gt", "lt", "eq", "ne", "in", "exists"]
CheckOutcome = Literal["true", "false", "unknown", "told"]
MISSING_REASONS = ("not_shown", "left_blank", "refused", "not_reached")
HIDDEN_COUNT = -1


@dataclass(frozen=True)
class ItemAnswers:
    """The valid answers to one item, and why others are without one."""

    item: str
    audience: str
    n: int
    mean: float | None                          # recoded, so that high is what the construct says; None = few, or words
    missing: Mapping[str, int] = field(default_factory=dict)    # reason → people; hidden = -1


@dataclass(frozen=True)
class Check:
    """One condition of a rule: what was compared with what. `told` marks a part that is stated, not compared."""

    what: str                                   # key of the phrase that names it
    value: Any
    operator: CheckOperator = "is"
    target: Any = None
    outcome: CheckOutcome = "told"
    threshold: str = ""                         # name of the threshold that is the target, or makes it
    path: str = ""                              # metric the value came by


@dataclass(frozen=True)
class Ruling:
    """A rule as it was applied: its conditions, and the word it gave."""

    rule: str                                   # key of the phrase that states it
    section: str                                # of the diagnostic model
    result: Any
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class PathInputs:
    """What one metric path was computed from."""

    path: str
    value: Any
    rule: str                                   # key of the phrase that says how
    section: str                                # of the diagnostic model
    paths: tuple[str, ...] = ()                 # other metrics
    items: tuple[str, ...] = ()                 # answers
    codes: tuple[str, ...] = ()                 # codings of interviews
    fields: tuple[str, ...] = ()                # columns of the customer file
    audiences: tuple[str, ...] = ()             # whose answers: exclusions and version of the questionnaire
    thresholds: tuple[str, ...] = ()
    stream: int | None = None                   # of random numbers, beside the study's seed


@dataclass(frozen=True)
class TracedFinding:
    """Something the report says, under the short name that it has in every language."""

    id: str
    kind: Kind
    key: str                                    # in the template: construct, measure, item …; a link's two with ">"
    paths: tuple[str, ...]                      # its metric paths
    rulings: tuple[Ruling, ...] = ()
    related: tuple[str, ...] = ()               # ids of findings it is made of or belongs to
