"""Several versions of one questionnaire as one labelled data set, with a table of what changed.

The newest version names the columns. An item an older version asked alone keeps its column; answers that are not
comparable with the newest ones get a column of their own (`Q3__1.0.0`); choices that only changed their value are
recoded by their wording. What a version did not ask reads as "not shown".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from instruments.comparison import Change, choice_recodes, compare_instruments, compare_items, worst
from instruments.schema import NOT_SHOWN, AnswerScale, Instrument, Item, Section

MAX_COLUMN = 64         # signs; the limit of an SPSS variable's name
# What an item that is no longer asked may still be: it decides how its answers are protected, not how they score.
KEPT_ROLES = frozenset({"profile", "quota", "open", "fact", "attention"})


@dataclass(frozen=True)
class Version:
    """One version that was answered; a short form asks some items of a full one and says nothing about the rest."""

    instrument: Instrument
    is_short: bool = False


@dataclass(frozen=True)
class Reading:
    """How the answers to one version are read: stored name → column, old value → new value, what it did not ask."""

    version: str
    columns: Mapping[str, str] = field(default_factory=dict)
    recodes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)      # by column
    unasked: tuple[str, ...] = ()

    def read(self, answers: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the answers by column; what this version did not ask is "not shown"."""
        if self.columns or self.recodes:
            answers = {self.columns.get(name, name): answer for name, answer in answers.items()}
            answers = {name: _recoded(answer, self.recodes[name]) if name in self.recodes else answer
                       for name, answer in answers.items()}
        return {**dict.fromkeys(self.unasked, NOT_SHOWN), **answers} if self.unasked else answers

    def read_order(self, order: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
        """Return the shown order by column."""
        if not self.columns:
            return order
        return {section: [self.columns.get(key, key) for key in keys] for section, keys in order.items()}


def _recoded(answer: Any, recode: Mapping[str, str]) -> Any:
    if isinstance(answer, (list, tuple)):
        return [recode.get(value, value) for value in answer]
    return recode.get(answer, answer) if isinstance(answer, str) else answer


@dataclass(frozen=True)
class MergedVersions:
    """The data set of several versions: its columns as a questionnaire, a reading per version, the change table."""

    instrument: Instrument
    readings: tuple[Reading, ...]       # in the order of the versions handed in
    changes: tuple[Change, ...]         # of items, from each full version to the next

    @property
    def is_plain(self) -> bool:
        """Whether every version is read as it is."""
        return not any(reading.columns or reading.recodes or reading.unasked for reading in self.readings)


def merge_versions(versions: Sequence[Version]) -> MergedVersions:
    """Return the data set of the versions, oldest first; the newest full one names the columns."""
    full = [version.instrument for version in versions if not version.is_short]
    newest = full[-1] if full else versions[-1].instrument
    table = _Table(newest)
    raw = [_Raw() for _ in versions]
    for place in sorted(range(len(versions)), key=lambda place: (versions[place].instrument != newest, -place)):
        raw[place] = table.place(versions[place].instrument)
    instrument = table.instrument()
    every = [item.key for item in instrument.items if item.stores_answer]
    readings = tuple(
        Reading(version.instrument.version, found.columns, found.recodes,
                tuple(key for key in every if key not in found.asked))
        for version, found in zip(versions, raw, strict=True))
    return MergedVersions(instrument, readings, tuple(change_table(full)))


def change_table(versions: Sequence[Instrument]) -> Iterator[Change]:
    """Yield what changed of items and scales from each version to the next."""
    for old, new in pairwise(versions):
        yield from (change for change in compare_instruments(old, new)
                    if change.part in ("item", "scale") and change.what != "order")


@dataclass
class _Raw:
    """What is found for one version."""

    columns: dict[str, str] = field(default_factory=dict)
    recodes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


@dataclass
class _Column:
    """One column: the item as its newest version words it, with every choice any version offered."""

    item: Item
    source: Instrument      # the version the wording is from
    choices: dict[str, Any]


class _Table:
    """The columns of the data set, grown from the newest version back to the oldest."""

    def __init__(self, newest: Instrument) -> None:
        self.newest = newest
        self.columns: dict[str, _Column] = {}
        self.of_key: dict[str, list[str]] = {}      # item key → its columns, the newest first
        self.scales: dict[str, AnswerScale] = {scale.key: scale for scale in newest.scales}
        self.sections: dict[str, Section] = {section.key: section for section in newest.sections}
        for item in newest.items:
            self._add(item.key, item, newest)

    def _add(self, name: str, item: Item, source: Instrument) -> None:
        self.columns[name] = _Column(item, source, {choice.value: choice for choice in item.choices})
        self.of_key.setdefault(item.key, []).append(name)

    def place(self, version: Instrument) -> _Raw:
        """Find the column of every item of the version, making new ones where none fits."""
        found = _Raw()
        for item in version.items:
            if not item.stores_answer:
                continue
            name, recodes = self._column_for(version, item)
            found.asked.add(name)
            if name != item.key:
                found.columns[item.key] = name
            if recodes:
                found.recodes[name] = recodes
            self._take_choices(name, item, recodes)
            found.columns.update(_text_names(item, name, recodes))
        return found

    def _column_for(self, version: Instrument, item: Item) -> tuple[str, dict[str, str]]:
        for name in self.of_key.get(item.key, ()):
            column = self.columns[name]
            if not column.item.stores_answer:
                continue
            head = replace(column.item, key=item.key, choices=tuple(column.choices.values()))
            if worst(compare_items(version, item, column.source, head)) != "not_comparable":
                if {item.kind, head.kind} == {"integer", "decimal"}:
                    column.item = replace(column.item, kind="decimal")
                return name, choice_recodes(item, head) or {}
        name = self._free_name(item.key, version.version)
        self._add(name, item, version)
        self._take_scale(name, item, version)
        self.sections.setdefault(item.section, next(
            (section for section in version.sections if section.key == item.section),
            Section(item.section, "questions", {})))
        return name, {}

    def _free_name(self, key: str, version: str) -> str:
        if key not in self.of_key:
            return key
        ending = _ending(version)
        name = key[:MAX_COLUMN - len(ending)] + ending
        number = 2
        while name in self.columns:
            name, number = f"{key[:MAX_COLUMN - len(ending) - 3]}{ending}_{number}", number + 1
        return name

    def _take_scale(self, name: str, item: Item, version: Instrument) -> None:
        """Bring the item's scale along; one whose name stands for other points now gets a name of its own."""
        scale = next((scale for scale in version.scales if scale.key == item.scale), None)
        if scale is None:
            return
        known = self.scales.get(scale.key)
        if known is not None and [p.value for p in known.points] != [p.value for p in scale.points]:
            scale = replace(scale, key=scale.key + _ending(version.version))
            column = self.columns[name]
            column.item = replace(column.item, scale=scale.key)
        self.scales.setdefault(scale.key, scale)

    def _take_choices(self, name: str, item: Item, recodes: Mapping[str, str]) -> None:
        choices = self.columns[name].choices
        for choice in item.choices:
            value = recodes.get(choice.value, choice.value)
            choices.setdefault(value, replace(choice, value=value))

    def instrument(self) -> Instrument:
        """Return the data set's columns as a questionnaire; items that are no longer asked measure nothing in it."""
        by_section: dict[str, list[Item]] = {key: [] for key in self.sections}
        for name, column in self.columns.items():
            item = replace(column.item, choices=tuple(column.choices.values()))
            if column.source is not self.newest:
                item = _retired(item, name)
            by_section.setdefault(item.section, []).append(item)
        items = tuple(item for group in by_section.values() for item in _beside(group))
        return replace(self.newest, items=items, sections=tuple(self.sections.values()),
                       scales=tuple(self.scales.values()))


def _ending(version: str) -> str:
    return "__" + re.sub(r"[^\w.-]", "_", version)


def _retired(item: Item, name: str) -> Item:
    return replace(
        item, key=name, construct=None, is_reverse=False, show_if=None, constraint=None, constraint_message=None,
        role=item.role if item.role in KEPT_ROLES else None, importance_of=None, safeguard=None, is_required=False,
        choices=tuple(replace(choice, show_if=None) for choice in item.choices))


def _beside(items: Iterable[Item]) -> list[Item]:
    """Return the items with a column kept apart right behind the one it was kept apart from."""
    ordered: list[Item] = []
    for item in items:
        places = [place for place, other in enumerate(ordered) if item.key.startswith(f"{other.key}__")]
        ordered.insert(places[-1] + 1 if places else len(ordered), item)
    return ordered


def _text_names(item: Item, column: str, recodes: Mapping[str, str]) -> dict[str, str]:
    """Return the text fields whose names change: they are named after item and choice."""
    names = {f"{item.key}_{choice.value}_text": f"{column}_{recodes.get(choice.value, choice.value)}_text"
             for choice in item.choices if choice.has_text}
    return {old: new for old, new in names.items() if old != new}


# ---- numbers of versions --------------------------------------------------------------------------------------------
_NUMBER = re.compile(r"(\D*)(\d+)(?:\.(\d+))?(?:\.(\d+))?$")


def proposed_version(old: str, changes: Sequence[Change], is_taken: Callable[[str], bool]) -> str:
    """Return the next version number: by wording x.y.+1, by added items x.+1.0, by anything graver +1.0.0."""
    level = _level(changes)
    found = _NUMBER.match(old)
    prefix = found.group(1) if found else ""
    parts = [int(part or 0) for part in found.groups()[1:]] if found else [1, 0, 0]
    while True:
        parts = [*parts[:level], parts[level] + 1, *([0] * (2 - level))]
        version = prefix + ".".join(map(str, parts))
        if not is_taken(version):
            return version


def _level(changes: Sequence[Change]) -> int:
    asked = [change for change in changes if change.part in ("item", "scale", "screen", "quota", "section")]
    if any(change.judgement == "not_comparable" or (change.what == "removed" and change.part == "item")
           for change in asked):
        return 0
    is_larger = any(change.what in ("added", "choice_added", "choice_removed", "condition", "constraint", "range")
                    for change in asked)
    return 1 if is_larger else 2
