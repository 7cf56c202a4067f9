"""What a researcher changed of the plan that the rules propose; the rules' own proposal stays beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from analysis.results.measures import Form

EditedKind = Literal["measure", "objective", "principle"]
Phase = Literal["quick_win", "core", "long_term"]
FORMS: tuple[Form, ...] = ("introduce", "make_known", "repair", "continue", "stop")
PHASES: tuple[Phase, ...] = ("quick_win", "core", "long_term")
TEXTS = ("what", "owner", "note")       # fields with a wording in each language of the study
FIELDS: Mapping[str, tuple[str, ...]] = {
    "measure": ("what", "form", "owner", "phase", "due_on", "note"),
    "objective": ("target", "due_on", "owner", "note"),
    "principle": ("what",),
}


@dataclass(frozen=True)
class PlanValues:
    """What may be changed of a measure or an objective; an empty field leaves what is proposed."""

    what: Mapping[str, str] = field(default_factory=dict)
    owner: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)       # on its priority; changes no rank
    form: Form | None = None
    phase: Phase | None = None
    due_on: str = ""                    # ISO date
    target: float | None = None

    def named(self) -> Iterator[str]:
        """Yield the names of the fields that hold something."""
        return (one.name for one in fields(self) if getattr(self, one.name) not in ({}, None, ""))


@dataclass(frozen=True)
class PlanEdit:
    """An edit in force: what was changed, why, by whom, and whether it was made on what is proposed now."""

    kind: EditedKind
    key: str
    number: int                         # of its versions
    values: PlanValues
    reason: Mapping[str, str]           # in one language of the study at least
    editor: str
    edited_on: str
    is_stale: bool = False              # what the rules propose has changed since
    changed: tuple[str, ...] = ()       # parts of the proposal that differ from those it was made on
    unverified: tuple[str, ...] = ()    # numbers of its wording that are no computed figures, kept knowingly
