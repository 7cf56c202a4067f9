"""What a progress report is made of besides the diagnosis: what is late, where indicators stand, what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from analysis.results.actions import Action, ActionContrast, ActionFollowUp, FollowUp
from analysis.results.diagnosis import KpiRow
from analysis.results.waves import ScaleWaves
from reports.sections.changes_since import Reading, reading_of
from reports.sections.source import Source, capitalised

LateKind = Literal["decision", "start", "milestone", "reading"]
JUDGED = ("apart", "not_apart")
STATES = ("done", "running", "planned", "stopped")


@dataclass(frozen=True)
class Late:
    """One thing that should have been done by a day that is past."""

    measure: str
    kind: LateKind
    name: str                           # of the milestone; number of the indicator; else empty
    due_on: str
    days: int
    owner: str

    def in_words_of(self, action: Action | None, language: str) -> Late:
        """Return it with the wordings that the action has in a language."""
        known = action.wordings.get(language, {}) if action else {}
        return replace(self, name=known.get(self.name, self.name), owner=known.get(self.owner, self.owner))


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
        language = study.language
        self.study, self.words, self.language = study, study.words, language
        actions = {row.action.measure: row.action for row in found.actions}
        self.found = replace(found, actions=tuple(
            replace(row, action=row.action.in_words_of(language)) for row in found.actions))
        self.register = replace(register, late=tuple(
            one.in_words_of(actions.get(one.measure), language) for one in register.late))

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

    def in_state(self, state: str) -> list[ActionFollowUp]:
        return [row for row in self.carried if row.action.progress == state]

    def states(self) -> list[str]:
        """Return how many decisions stand at each state, in words; what is in place comes first."""
        counts = [(state, len(self.in_state(state))) for state in STATES]
        return [self.words.text(f"progress.count_{state}", n=n) for state, n in counts if n]

    @cached_property
    def contrasts(self) -> list[tuple[ActionFollowUp, ActionContrast]]:
        return [(row, one) for row in self.carried for one in row.contrasts]

    @cached_property
    def n_judged(self) -> int:
        return sum(one.verdict in JUDGED for _, one in self.contrasts)

    @cached_property
    def n_apart(self) -> int:
        return len(self._apart)

    @cached_property
    def is_fall(self) -> bool:
        """Whether every problem that changed differently fell more where its measure applies."""
        return bool(self._apart) and all((one.difference.value or 0.0) < 0 for one in self._apart if one.difference)

    @cached_property
    def _apart(self) -> list[ActionContrast]:
        return [one for _, one in self.contrasts if one.verdict == "apart"]

    @cached_property
    def audiences(self) -> set[str]:
        return {self.audience(one.scale) for one in self.scales}

    def audience(self, scale: str) -> str:
        """Return whose questionnaire a scale is of."""
        return next((form.audience for form in self.study.template.instruments
                     if any(construct.key == scale for construct in form.constructs)), "")

    def measure_name(self, key: str) -> str:
        return self.study.read(self.study.measure(key).name)

    def label(self, key: str) -> str:
        """Return a construct's name with a capital, as it stands in a chart or at the head of a cell."""
        return capitalised(self.study.name(key))
