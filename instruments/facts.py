"""What is entered, not asked: the organisation's profile, structure, headcount, processes and practices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from instruments.schema import Text

STATUSES: Final = ("planned", "running", "ended", "failed")    # of a practice


@dataclass(frozen=True)
class Unit:
    """A department, branch or outlet; `parent` is the unit it reports to."""

    key: str
    name: Text
    parent: str | None = None
    headcount: int | None = None
    is_responsible: bool = False        # leads what the study is about


@dataclass(frozen=True)
class ProcessStep:
    """One step of a management process."""

    number: int
    name: Text
    owner: Text
    days: float | None = None
    input: Text = field(default_factory=dict)       # what the step begins with
    output: Text = field(default_factory=dict)      # what it hands on


@dataclass(frozen=True)
class Practice:
    """A management measure that already exists."""

    key: str
    name: Text
    status: str                         # one of STATUSES; other words count as in place
    since: str = ""                     # year or month, as entered
    choice: str | None = None           # "<item>.<choice>" of the questionnaire that asks who knows it


@dataclass(frozen=True)
class StudyFacts:
    """Everything entered about the organisation; all of it optional, nothing invented where it is absent."""

    organisation: Text = field(default_factory=dict)
    profile: Mapping[str, Text] = field(default_factory=dict)          # heading → text
    units: tuple[Unit, ...] = ()
    headcount_by_role: Mapping[str, int] = field(default_factory=dict)  # interview role class → people
    headcount_by_department: Mapping[str, int] = field(default_factory=dict)
    population: Mapping[str, int] = field(default_factory=dict)         # audience → people asked
    process: tuple[ProcessStep, ...] = ()
    practices: tuple[Practice, ...] = ()
    sponsor: Text = field(default_factory=dict)
    conductor: Text = field(default_factory=dict)
    fieldwork_from: str = ""
    fieldwork_until: str = ""
    departures: Text = field(default_factory=dict)      # why something was done otherwise than planned
