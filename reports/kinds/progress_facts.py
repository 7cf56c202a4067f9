"""What a progress report is made of besides the diagnosis: what is late, where indicators stand, what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from analysis.results.actions import ActionContrast, ActionFollowUp, FollowUp
from analysis.results.diagnosis import KpiRow
from analysis.results.waves import ScaleWaves
from reports.sections.changes_since import Reading, reading_of
from reports.sections.source import Source, capitalised

LateKind = Literal["decision", "start", "milestone", "reading"]
JUDGED = ("apart", "not_apart")


@dataclass(frozen=True)
class Late:
    """One thing that should have been done by a day that is past."""

    measure: str
    kind: LateKind
    name: str                           # of the milestone; number of the indicator; else empty
    due_on: str
    days: int
    owner: str


@dataclass(frozen=True)
class Indicator:
    """One indicator of a measure as the report gave it, and by when its target is due."""

    kpi: KpiRow
    due_on: str


@dataclass(frozen=True)
class Register:
    """The register of actions as it stands on a day, beside the follow-up of the wave's diagnosis."""

    today: str
    late: tuple[Late, ...] = ()
    indicators: Mapping[str, tuple[Indicator, ...]] = field(default_factory=dict)      # by measure
    moved: tuple[str, ...] = ()         # measures whose entry changed so that the comparison of units is of the earlier


class Progress:
    """A study's later wave with what was decided before it, in the words of one language."""

    def __init__(self, study: Source, found: FollowUp, register: Register) -> None:
        self.study, self.found, self.register = study, found, register
        self.words, self.language = study.words, study.language

    @cached_property
    def scales(self) -> list[ScaleWaves]:
        """Every scale of every questionnaire, those that could not be compared too."""
        return [one for comparison in self.study.changes for one in comparison.scales]

    @cached_property
    def compared(self) -> list[ScaleWaves]:
        return [one for one in self.scales if one.verdict != "refused"]

    def of_reading(self, reading: Reading) -> list[ScaleWaves]:
        return [one for one in self.scales if reading_of(self.study, one) == reading]

    @cached_property
    def carried(self) -> list[ActionFollowUp]:
        """Decisions that are carried out."""
        return [row for row in self.found.actions if row.action.is_taken_on]

    @cached_property
    def contrasts(self) -> list[tuple[ActionFollowUp, ActionContrast]]:
        return [(row, one) for row in self.carried for one in row.contrasts]

    @cached_property
    def n_judged(self) -> int:
        return sum(one.verdict in JUDGED for _, one in self.contrasts)

    @cached_property
    def n_apart(self) -> int:
        return sum(one.verdict == "apart" for _, one in self.contrasts)

    def measure_name(self, key: str) -> str:
        return self.study.read(self.study.measure(key).name)

    def label(self, key: str) -> str:
        """Return a construct's name with a capital, as it stands in a chart or at the head of a cell."""
        return capitalised(self.study.name(key))
