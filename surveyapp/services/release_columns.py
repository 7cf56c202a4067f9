"""Which table an item belongs to when people answered here, and the finest values its column may be made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from instruments.logic import references
from instruments.schema import MISSING_CODES, Item, Text
from surveyapp.services.questionnaire import CompiledItem, Questionnaire
from surveyapp.services.recoding import Coarse, Node, band_edges, band_label, band_of, merge_tree
from surveyapp.services.release import Cell, Measure, ReleaseColumn

NUMBERS = frozenset({"integer", "decimal", "date", "time"})
OWN_WORDS = frozenset({"text", "upload"})
PROFILE_ROLES = frozenset({"profile", "quota", "fact"})
WHOLE = frozenset({"integer", "date", "time"})      # a date is released as its year, a time as its hour
NO_ANSWER: Text = {"en": "no answer", "zh": "无答案"}
NOTHING = ""


@dataclass(frozen=True)
class Parts:
    """The items of a questionnaire by what they may tell: opinions, who somebody is, and own words."""

    opinions: tuple[CompiledItem, ...]
    profile: tuple[CompiledItem, ...]
    texts: Mapping[str, CompiledItem]           # name of the field → the item it belongs to
    uploads: tuple[CompiledItem, ...] = ()      # leave in an archive, never as a column beside other answers


def parts_of(questionnaire: Questionnaire) -> Parts:
    """Return the questionnaire's items by table."""
    items = [item for page in questionnaire.pages for item in page.items if item.kind != "note"]
    kinds = {page.key: page.section.kind for page in questionnaire.pages}
    telling = {item.key for item in items if _tells_who(item.item, kinds[item.item.section])}
    for item in items:
        if item.calculation is not None and telling.intersection(references(item.calculation)):
            telling.add(item.key)
    texts = {item.key: item for item in items if item.kind == "text"}
    texts |= {name: item for item in items for name in item.text_fields.values()}
    return Parts(
        tuple(item for item in items if item.key not in telling and item.kind not in OWN_WORDS),
        tuple(item for item in items if item.key in telling and item.kind not in OWN_WORDS), texts,
        tuple(item for item in items if item.kind == "upload"))


def _tells_who(item: Item, section_kind: str) -> bool:
    if item.role in PROFILE_ROLES or item.kind in NUMBERS or item.kind == "hidden":
        return True
    return section_kind == "profile" and item.kind not in ("rating", "acknowledge", "text", "calculate")


def tells_an_opinion(item: CompiledItem) -> bool:
    """Tell whether an answer says something of a person; that they paid attention or read a note does not."""
    return item.item.role != "attention" and item.kind != "acknowledge"


# ---- columns of answers ---------------------------------------------------------------------------------------------
def answer_column(item: CompiledItem) -> ReleaseColumn:
    """Return the column of an item's answers as they were given."""
    measure: Measure = "nominal"
    labels: dict[Cell, Text] = {choice.value: choice.label for choice in item.item.choices}
    if item.kind == "rating" and item.scale is not None:
        labels = {point.value: point.label for point in item.scale.points}
        measure = "ordinal"
    elif item.kind in ("integer", "decimal", "calculate"):
        measure = "scale"
    elif item.kind in OWN_WORDS:
        measure = "text"
    return ReleaseColumn(item.key, item.key, item.item.text, labels, measure)


# ---- columns of a profile -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Leaves:
    """A profile column: the finest values in order, which of them each row has, and how merged ones are called."""

    name: str
    values: tuple[str, ...]
    rows: list[int]
    words: Mapping[str, Text]
    item: CompiledItem | None = None
    edges: tuple[float, ...] | None = None
    is_ordered: bool = False

    def tree(self) -> Node:
        """Return the ways in which the values may be merged."""
        counts = [0] * len(self.values)
        for leaf in self.rows:
            counts[leaf] += 1
        return merge_tree(counts, is_ordered=self.is_ordered)

    @property
    def is_numeric(self) -> bool:
        return self.edges is not None

    def value(self, leaves: Sequence[int]) -> str:
        """Return what a group of merged leaves is called in a file."""
        return "+".join(part or "no_answer" for part in self._names(leaves)) if len(leaves) > 1 else (
            self.values[leaves[0]])

    def label(self, leaves: Sequence[int]) -> Text:
        """Return a group's wording in every language."""
        names = self._names(leaves)
        languages = dict.fromkeys(language for words in self.words.values() for language in words)
        return {language: " / ".join(self._word(name, language) for name in names) for language in languages or ("en",)}

    def _word(self, name: str, language: str) -> str:
        return self.words.get(name, {}).get(language, NO_ANSWER.get(language, "") if name == NOTHING else name)

    def _names(self, leaves: Sequence[int]) -> list[str]:
        if self.edges is None:
            return [self.values[leaf] for leaf in leaves]
        bands = [leaf for leaf in leaves if self.values[leaf] != NOTHING]
        is_whole = self.item is not None and self.item.kind in WHOLE
        names = [band_label(bands[0], bands[-1], self.edges, is_whole=is_whole)] if bands else []
        return names + [NOTHING] * (len(leaves) - len(bands))

    def column(self, coarse: Coarse) -> ReleaseColumn:
        """Return the column after recoding."""
        groups = [node.leaves for node in coarse.nodes]
        labels: dict[Cell, Text] = {self.value(leaves): self.label(leaves) for leaves in groups if self.value(leaves)}
        return ReleaseColumn(self.name, self.item.key if self.item else None,
                             self.item.item.text if self.item else {}, labels,
                             "ordinal" if self.is_ordered else "nominal")


def profile_leaves(item: CompiledItem, answers: Sequence[Any], minimum: int) -> Leaves:
    """Return a profile item's finest values and who has which; every kind of empty counts as no answer."""
    missing = {choice.value for choice in item.item.choices if choice.is_missing}
    known = [None if answer in missing or _is_missing(answer) else answer for answer in answers]
    numbers = [_number(item, value) for value in known] if item.kind in (*NUMBERS, "calculate") else []
    if numbers and all(value is None or number is not None for value, number in zip(known, numbers, strict=True)):
        return _bands(item, numbers, minimum)
    choices = [choice.value for choice in item.item.choices if not choice.is_missing]
    words = {choice.value: choice.label for choice in item.item.choices}
    is_ordered = 2 * sum(any(sign.isdigit() for sign in "".join(words[value].values())) for value in choices) >= len(
        choices) > 0
    return plain_leaves(item.key, [NOTHING if value is None else _spelt(value) for value in known], choices, words,
                        item, is_ordered=is_ordered)


def plain_leaves(name: str, values: Sequence[str], known: Iterable[str] = (), words: Mapping[str, Text] | None = None,
                 item: CompiledItem | None = None, *, is_ordered: bool = False) -> Leaves:
    """Return a column of words as a profile column; options come in the questionnaire's order, others by name."""
    order = dict.fromkeys(known)
    order |= dict.fromkeys(sorted(set(values) - order.keys() - {NOTHING}))
    leaves = (*order, NOTHING)
    place = {value: number for number, value in enumerate(leaves)}
    return Leaves(name, leaves, [place[value] for value in values], words or {}, item, is_ordered=is_ordered)


def number_leaves(name: str, numbers: Sequence[float | None], minimum: int, item: CompiledItem | None = None) -> Leaves:
    """Return a column of numbers as bands."""
    is_whole = item is not None and item.kind in WHOLE
    edges = band_edges([number for number in numbers if number is not None], minimum, is_whole=is_whole)
    values = (*(band_label(band, band, edges, is_whole=is_whole) for band in range(len(edges) + 1)), NOTHING)
    rows = [len(edges) + 1 if number is None else band_of(number, edges) for number in numbers]
    return Leaves(name, values, rows, {}, item, edges, is_ordered=True)


def _bands(item: CompiledItem, numbers: Sequence[float | None], minimum: int) -> Leaves:
    return number_leaves(item.key, numbers, minimum, item)


def _is_missing(answer: Any) -> bool:
    return answer is None or answer == "" or (
        isinstance(answer, (int, float)) and not isinstance(answer, bool) and answer in MISSING_CODES)


def _number(item: CompiledItem, value: Any) -> float | None:
    """Return a number, the year of a date, the hour of a time; None where it is none."""
    if value is None:
        return None
    try:
        return float(str(value)[:4] if item.kind == "date" else str(value)[:2] if item.kind == "time" else value)
    except (TypeError, ValueError):
        return None


def _spelt(value: Any) -> str:
    return ";".join(str(part) for part in value) if isinstance(value, (list, tuple)) else str(value)
