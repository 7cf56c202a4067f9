"""What the parts of a measurement report are made with and of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from analysis.results.caution import Caution, caution_of
from analysis.results.datafile import DataFacts
from instruments.codec import from_document
from reports.content import Align, Block, Column, Statement
from reports.sections.source import capitalised
from reports.wording import Words

CHAPTERS = ("answers", "items", "scales", "relations", "number", "factors", "models", "invariance", "groups", "drivers",
            "waves", "planning", "care", "more")

T = TypeVar("T")
Widths = list[tuple[str, float, Align]]         # key of the title, width beside the others, edge


@dataclass(frozen=True)
class Part:
    """What one question of measurement gets in the report; `points` and `warnings` go to the first page as well."""

    chapter: str
    title: Statement
    blocks: tuple[Block, ...]
    points: tuple[Statement, ...] = ()
    warnings: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Survey:
    """The wave whose answers were measured, and how many of them the diagnosis leaves out as careless."""

    wave: int                           # place among the waves of the study
    starts_on: str = ""                 # ISO dates of the collection
    ends_on: str = ""
    n_careless: int | None = None       # None where they are too few to be told
    are_counted: bool = True            # those too; so few that they would show are not counted here either


@dataclass(frozen=True)
class Subject:
    """What a measurement report is about, besides the results."""

    title: str
    source: str                         # where the data come from, in words
    n: int
    labels: Mapping[str, str] = field(default_factory=dict)     # names of scales, wordings of items
    frozen_on: str = ""                 # ISO date of the data
    is_synthetic: bool = False
    facts: DataFacts | None = None      # how the file was read
    spec: Sequence[Mapping[str, Any]] = ()      # the analyses as asked for …
    specification: str = ""             # … and as written
    versions: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()        # why an analysis is missing
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)      # item → value → its words
    survey: Survey | None = None        # the wave that was measured; None for a data file


@dataclass(frozen=True)
class Context:
    """Words and names that every part needs."""

    words: Words
    source: str                         # "Source: …"
    names: Mapping[str, str] = field(default_factory=dict)              # of scales and items, where they are known
    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)      # id → options as written
    facts: DataFacts | None = None
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)      # item → value → its words
    distinct: frozenset[frozenset[str]] = frozenset()       # pairs of scales that their ratio tells apart

    def title(self, key: str) -> str:
        """Return what an analysis or scale is called."""
        entry = self.entries.get(key, {})
        own = f"measured_do.{entry.get('do', '')}"
        plain = self.words.text(own) if entry.get("do") == key and self.words.has(own) else key
        return str(entry.get("title") or self.names.get(key) or (plain if plain == key else capitalised(plain)))

    def has_own_title(self, key: str) -> bool:
        """Return whether an analysis is called by more than the name of its kind."""
        own = f"measured_do.{self.entries.get(key, {}).get('do', '')}"
        return not self.words.has(own) or self.title(key).casefold() != self.words.text(own).casefold()

    def name(self, key: str) -> str:
        """Return what a scale is called; its key where it has no name."""
        return self.names.get(key, key)

    def wording(self, key: str) -> str:
        """Return an item's wording, or nothing."""
        return self.names.get(key, "") or (self.facts.labels.get(key, "") if self.facts else "")

    def item(self, key: str) -> str:
        """Return an item's key with its wording."""
        wording = self.wording(key)
        return f"{key}  {wording}" if wording and wording != key else key

    def has_wordings(self, keys: Sequence[str]) -> bool:
        return any(self.wording(key) and self.wording(key) != key for key in keys)

    def note(self, text: str) -> str:
        """Return a table note as it is printed: "Note. …"."""
        return self.words.text("measured.note", text=text)


def read_as(kind: type[T], document: Mapping[str, Any]) -> T:
    """Return a result read from a document that may hold more; CodecError where it has another layout."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # every result is a dataclass
    return from_document(kind, {name: value for name, value in document.items() if name in names})


def anchor(prefix: str, place: int) -> str:
    """Return the anchor of the first, second … block of a kind."""
    return prefix if place == 0 else f"{prefix}-{place + 1}"


def when(applies: bool, *widths: tuple[str, float, Align]) -> Widths:  # reads as a sentence
    """Return columns that a table has only where they say something."""
    return list(widths) if applies else []


def fitted(words: Words, prefix: str, widths: Widths) -> tuple[Column, ...]:
    """Return columns whose widths fill the table, whatever they add up to."""
    total = sum(width for _, width, _ in widths)
    return tuple(Column(words.text(prefix + key), width / total, align) for key, width, align in widths)


def told_warnings(words: Words, warnings: Sequence[Caution | str], title: str) -> tuple[Statement, ...]:
    """Return the warnings of a result in words; one that a result wrote as `name: about` is read as a caution first."""
    found = []
    for one in _cautions(warnings):
        about = words.text("labels.between").join(one.about)
        about = f"{about} ({one.detail})" if about and one.detail else about or one.detail
        key = f"measured_warning.{one.name}_of"     # a sentence of its own where it is about something
        key = key if about and words.has(key) else f"measured_warning.{one.name}"
        text = ": ".join(part for part in (one.name.replace("_", " "), about) if part)
        found.append(words.say(key, about=about, title=title, kind=one.name) if words.has(key)
                     else words.say("measured_warning.other", title=title, text=text))
    return tuple(found)


def told_together(words: Words, warnings: Sequence[Caution | str], title: str) -> tuple[Statement, ...]:
    """Return the warnings of a result in words, those of one kind in one sentence that names all it is about."""
    kinds: dict[str, list[str]] = {}
    for one in _cautions(warnings):
        kinds.setdefault(one.name, []).extend(one.about)
    return told_warnings(words, [Caution(name, (words.join(about),) if about else ())
                                 for name, about in kinds.items()], title)


def _cautions(warnings: Sequence[Caution | str]) -> list[Caution]:
    return [caution_of(one) if isinstance(one, str) else one for one in warnings]
