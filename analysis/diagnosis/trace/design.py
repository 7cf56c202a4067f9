"""What a template says of who is asked what with which item, code and rule: the ground that inputs are looked up on."""

from __future__ import annotations

from functools import cached_property

from analysis.diagnosis.kpis import split_baseline
from instruments.schema import Construct, Instrument, Item
from instruments.template import Condition, ConditionGroup, Measure, Objective, Safeguard, StudyTemplate

ASKED_ABOUT_PROBLEMS = ("problem", "cause", "situation")


class Design:
    """A template's constructs, items, codes and rules by key."""

    def __init__(self, template: StudyTemplate) -> None:
        self.template = template
        self.constructs: dict[str, Construct] = {found.key: found for found in template.constructs}
        self.items: dict[str, tuple[Instrument, Item]] = {
            item.key: (instrument, item) for instrument in template.instruments for item in instrument.items}

    @cached_property
    def audience(self) -> str:
        """The audience asked about problems, causes and situation; the first one where none is."""
        asked = [instrument.audience for instrument in self.template.instruments
                 if any(construct.group in ASKED_ABOUT_PROBLEMS for construct in instrument.constructs)]
        return (asked or [instrument.audience for instrument in self.template.instruments] or [""])[0]

    def of_group(self, group: str) -> tuple[str, ...]:
        return tuple(key for key, construct in self.constructs.items() if construct.group == group)

    def audience_of(self, construct: str) -> str:
        return next((instrument.audience for instrument in self.template.instruments
                     if any(found.key == construct for found in instrument.constructs)), self.audience)

    def items_of(self, *constructs: str) -> tuple[str, ...]:
        """Return the items that make up the scores of these constructs, in the order of the questionnaires."""
        return tuple(key for key, (_, item) in self.items.items()
                     if item.construct in constructs and item.kind == "rating")

    def range_of(self, construct: str) -> tuple[float, float]:
        """Return the ends of a construct's scale; those that thresholds are stated on where it has no items."""
        scales = [instrument.scale(item.scale) for instrument, item in self.items.values()
                  if item.construct == construct and item.kind == "rating" and item.scale]
        return (min(float(s.low) for s in scales), max(float(s.high) for s in scales)) if scales else (1.0, 5.0)

    def code_of(self, construct: str) -> tuple[str, ...]:
        """Return the code that counts for a construct, or nothing."""
        found = self.template.codebook.top_code_of(construct) if self.template.codebook else None
        return (found.key,) if found else ()

    def facets_of(self, problem: str) -> tuple[str, ...]:
        return tuple(key for key, construct in self.constructs.items() if problem in construct.mirrors)

    def importance_item(self, facet: str) -> tuple[str, ...]:
        return tuple(key for key, (_, item) in self.items.items() if item.importance_of == facet)

    def items_of_role(self, role: str) -> tuple[str, ...]:
        return tuple(key for key, (_, item) in self.items.items() if item.role == role)

    def measure(self, key: str) -> Measure | None:
        rules = self.template.rules
        return next((found for found in rules.measures if found.key == key), None) if rules else None

    def safeguard(self, key: str) -> Safeguard | None:
        rules = self.template.rules
        return next((found for found in rules.safeguards if found.key == key), None) if rules else None

    def objective(self, key: str) -> Objective | None:
        rules = self.template.rules
        return next((found for found in rules.objectives if found.key == key), None) if rules else None


def trigger_paths(trigger: Condition | ConditionGroup) -> tuple[str, ...]:
    """Return the metric paths that a trigger names, each once.

    Parameters
    ----------
    trigger : Condition or ConditionGroup

    Returns
    -------
    tuple of str
    """
    if isinstance(trigger, Condition):
        return (trigger.metric,)
    return tuple(dict.fromkeys(path for part in trigger.conditions for path in trigger_paths(part)))


def baseline_path(baseline: str | None) -> tuple[str, ...]:
    """Return the metric path of an indicator's baseline, or nothing where it is measured first.

    Parameters
    ----------
    baseline : str or None

    Returns
    -------
    tuple of str
    """
    return () if baseline is None else (split_baseline(baseline)[0],)
