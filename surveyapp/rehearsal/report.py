"""What a rehearsal found: where the walks went, what nobody was shown, how long it takes, what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from instruments.duration import opening_seconds, section_seconds
from instruments.schema import CHOICE_KINDS, Instrument
from surveyapp.rehearsal.walk import Walk


@dataclass(frozen=True)
class Rehearsal:
    """One questionnaire walked through; counts are walks."""

    audience: str
    version: str
    n_walks: int
    n_at_end: int
    ends: Mapping[str, int]                     # state of the stored responses
    pages: Mapping[str, int]                    # section → walks that met it
    sections_never_shown: tuple[str, ...]
    items_never_shown: tuple[str, ...]
    choices_never_offered: tuple[str, ...]      # "ITEM: value"
    screens_never_met: tuple[str, ...]
    quotas_never_met: tuple[str, ...]
    minutes: Mapping[str, float]                # language → of the pages met, mean over walks; see instruments.duration
    faults: Mapping[str, int]                   # words → walks

    @property
    def is_complete(self) -> bool:
        """Whether every branch was walked and nothing went wrong."""
        return not (self.faults or self.sections_never_shown or self.items_never_shown or self.choices_never_offered
                    or self.screens_never_met or self.quotas_never_met or self.n_at_end < self.n_walks)


def rehearsal_report(instrument: Instrument, walks: Sequence[Walk], ends: Mapping[str, int],
                     met: Collection[str]) -> Rehearsal:
    """Return what the walks through one questionnaire show; `met` are the screens and quotas that ended one."""
    shown = set().union(*(walk.shown for walk in walks)) if walks else set()
    offered = set().union(*(walk.offered for walk in walks)) if walks else set()
    pages = Counter(page for walk in walks for page in dict.fromkeys(walk.pages))
    asked = [item for item in instrument.items if item.kind not in ("note", "calculate", "hidden")]
    return Rehearsal(
        audience=instrument.audience, version=instrument.version, n_walks=len(walks),
        n_at_end=sum(walk.is_at_end for walk in walks), ends=dict(ends), pages=dict(pages),
        sections_never_shown=tuple(
            section.key for section in instrument.sections
            if section.key not in pages and any(item.section == section.key for item in asked)),
        items_never_shown=tuple(item.key for item in asked if item.key not in shown),
        choices_never_offered=tuple(
            f"{item.key}: {choice.value}" for item in asked
            if item.kind in CHOICE_KINDS and item.kind != "ranking" and item.key in shown
            for choice in item.choices if (item.key, choice.value) not in offered),
        screens_never_met=tuple(rule.key for rule in instrument.screens if rule.key not in met),
        quotas_never_met=tuple(rule.key for rule in instrument.quotas if rule.key not in met),
        minutes=_minutes(instrument, walks),
        faults=Counter(fault for walk in walks for fault in dict.fromkeys(walk.faults)))


def _minutes(instrument: Instrument, walks: Sequence[Walk]) -> dict[str, float]:
    """Return how long reading and answering the pages that were met takes, by language."""
    found = {}
    for language in instrument.languages:
        seconds = section_seconds(instrument, language)
        met = [sum(seconds[page] for page in dict.fromkeys(walk.pages)) for walk in walks if walk.language == language]
        if met:
            found[language] = (opening_seconds(instrument, language) + sum(met) / len(met)) / 60
    return found
