"""What a statistical file calls the columns of a released table: names, labels, codes, missing values.

A release keeps answers as they were given. Statistics programs want numbers with labels: a choice gets its own number
where all choices of the item are numbers, else its place in the questionnaire; an item of several choices gets a column
per choice; the four kinds of empty keep their codes and are declared missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from instruments.schema import (
    LEFT_BLANK,
    MISSING_CODES,
    NOT_REACHED,
    NOT_SHOWN,
    REFUSED,
    Instrument,
    Item,
    Text,
)
from surveyapp.errors import Refused
from surveyapp.services.answer_cell import CODES
from surveyapp.services.answer_columns import BATCH, DURATION, LANGUAGE, MODE, ORDER_ENDING, RESPONDENT
from surveyapp.services.release import Cell, Release, ReleaseColumn, ReleaseTable, Row

Kind = Literal["number", "text"]
CHUNK = 2_000           # rows turned into columns at once
MISSING_WORDS: Mapping[int, Text] = {
    NOT_SHOWN: {"en": "not shown", "zh": "未展示"}, LEFT_BLANK: {"en": "left blank", "zh": "未作答"},
    REFUSED: {"en": "refused or does not apply", "zh": "拒答或不适用"},
    NOT_REACHED: {"en": "not reached", "zh": "未答到"},
}
TICK_WORDS: Mapping[int, Text] = {0: {"en": "not chosen", "zh": "未选"}, 1: {"en": "chosen", "zh": "已选"}}
GENERAL_WORDS: Mapping[str, Text] = {
    RESPONDENT: {"en": "Name of the row in this file", "zh": "本文件中的行编号"},
    LANGUAGE: {"en": "Language of the questionnaire", "zh": "问卷语言"},
    MODE: {"en": "How the questionnaire was answered", "zh": "作答方式"},
    BATCH: {"en": "Batch or outlet code", "zh": "批次或网点代码"},
    DURATION: {"en": "Seconds on all pages", "zh": "各页用时合计（秒）"},
    "duration_minutes": {"en": "Minutes on all pages", "zh": "各页用时合计（分钟）"},
}
PLACE_WORDS: Text = {"en": "place in the order shown", "zh": "展示顺序"}
NOTE_WORDS: Mapping[str, Text] = {
    "construct": {"en": "construct: {what}", "zh": "构念：{what}"},
    "reverse": {"en": "reverse-keyed", "zh": "反向题"},
    "role": {"en": "role: {what}", "zh": "用途：{what}"},
}


@dataclass(frozen=True)
class Variable:
    """One column of a statistical file, made of the release's column number `source`."""

    name: str
    source: int
    kind: Kind
    label: str
    values: Mapping[int, str] = field(default_factory=dict)     # number → wording, missing codes not among them
    codes: Mapping[str, int] = field(default_factory=dict)      # the release's value → number, for choices
    choice: str | None = None                                   # the choice this column is about
    is_ranked: bool = False
    measure: str = "nominal"
    notes: tuple[str, ...] = ()
    item: str | None = None
    has_missing: bool = True                                    # whether the four codes can occur


@dataclass(frozen=True)
class FileLayout:
    """The variables of one table in one language, and the words of the four kinds of empty."""

    table: ReleaseTable
    variables: tuple[Variable, ...]
    language: str
    missing: Mapping[int, str]

    def columns(self) -> Iterator[list[Sequence[Any]]]:
        """Yield chunks of the table, as one sequence a variable: numbers, texts, and None for nothing at all."""
        encoders = [encoder_of(variable) for variable in self.variables]
        for rows in chunks(self.table.rows()):
            released = list(zip(*rows, strict=True))
            yield [encode(released[variable.source])
                   for variable, encode in zip(self.variables, encoders, strict=True)]


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows in lists of at most `CHUNK`."""
    held: list[Row] = []
    for row in rows:
        held.append(row)
        if len(held) == CHUNK:
            yield held
            held = []
    if held:
        yield held


def check_codes(instrument: Instrument) -> None:
    """Refuse a questionnaire whose valid answers include a missing code: a file could not tell them apart."""
    for item in instrument.items:
        found = sorted(_valid_codes(instrument, item))
        if found:
            raise Refused("{item}: {code} is a valid answer, and in a file the code for a missing one.",
                          "Give the answer another value; -91 to -94 stand for the four kinds of empty.",
                          item=item.key, code=found[0])


def _valid_codes(instrument: Instrument, item: Item) -> set[int]:
    scale = next((scale for scale in instrument.scales if scale.key == item.scale), None)
    points = {point.value for point in scale.points} if scale is not None else set()
    choices = {CODES[choice.value] for choice in item.choices if choice.value in CODES}
    bounds = set()
    if item.kind in ("integer", "decimal") and item.minimum is not None:
        highest = math.inf if item.maximum is None else item.maximum
        bounds = {code for code in MISSING_CODES if item.minimum <= code <= highest}
    return (points & MISSING_CODES) | choices | bounds


def layout_of(release: Release, table: ReleaseTable, language: str | None = None) -> FileLayout:
    """Return how a statistical file holds the table; names are those of the release, options with `_option`."""
    chosen = language or release.instrument.languages[0]
    words = _Words(release.instrument, chosen)
    variables: list[Variable] = []
    numeric = _numeric_calculations(release.instrument, table)
    for place, column in enumerate(table.columns):
        variables.extend(_variables(column, place, words, numeric))
    return FileLayout(table, tuple(variables), chosen, words.missing())


class _Words:
    """Wordings of a questionnaire in one language, or the first there is."""

    def __init__(self, instrument: Instrument, language: str) -> None:
        self.instrument, self.language = instrument, language
        self.items = {item.key: item for item in instrument.items}

    def read(self, text: Text) -> str:
        found = text.get(self.language) or text.get(self.language.split("-")[0]) or text.get("en") or next(
            iter(text.values()), "")
        return " ".join(str(found).split())

    def missing(self) -> dict[int, str]:
        return {code: self.read(text) for code, text in MISSING_WORDS.items()}

    def item_of(self, column: ReleaseColumn) -> Item | None:
        return self.items.get(column.item or "")

    def label(self, column: ReleaseColumn) -> str:
        if column.text:
            return self.read(column.text)
        if column.name.endswith(ORDER_ENDING):
            item = self.items.get(column.name.removesuffix(ORDER_ENDING))
            return f"{self.read(item.text) if item else column.name} ({self.read(PLACE_WORDS)})"
        return self.read(GENERAL_WORDS[column.name]) if column.name in GENERAL_WORDS else ""

    def notes(self, item: Item | None) -> tuple[str, ...]:
        if item is None:
            return ()
        names = {construct.key: construct.name for construct in self.instrument.constructs}
        found = []
        if item.construct:
            what = f"{item.construct} ({self.read(names[item.construct])})" if item.construct in names else ""
            found.append(self.read(NOTE_WORDS["construct"]).format(what=what or item.construct))
        if item.is_reverse:
            found.append(self.read(NOTE_WORDS["reverse"]))
        if item.role:
            found.append(self.read(NOTE_WORDS["role"]).format(what=item.role))
        return tuple(found)


def _variables(column: ReleaseColumn, place: int, words: _Words, numeric: frozenset[str]) -> Iterator[Variable]:
    item = words.item_of(column)
    label, notes = words.label(column), words.notes(item)
    name = column.name.replace(".", "_")
    if column.measure == "text" or (item is None and column.measure == "nominal" and not column.labels):
        yield Variable(name, place, "text", label, notes=notes, item=column.item, has_missing=item is not None)
    elif _is_list(column, item):
        yield from _option_variables(column, place, words, item, notes)
    elif column.labels:
        yield _labelled(column, place, words, notes, has_missing=item is not None)
    elif column.measure == "scale" and (item is None or item.kind in ("integer", "decimal") or item.key in numeric):
        yield Variable(name, place, "number", label, measure="scale", notes=notes, item=column.item,
                       has_missing=item is not None)
    else:
        yield Variable(name, place, "text", label, notes=notes, item=column.item)


def _is_list(column: ReleaseColumn, item: Item | None) -> bool:
    """Return whether cells list choices; a profile column whose combinations were merged is a plain choice."""
    return item is not None and item.kind in ("multiple", "ranking") and {str(value) for value in column.labels} <= {
        choice.value for choice in item.choices}


def _option_variables(column: ReleaseColumn, place: int, words: _Words, item: Item | None,
                      notes: tuple[str, ...]) -> Iterator[Variable]:
    is_ranked = item is not None and item.kind == "ranking"
    values = {} if is_ranked else {code: words.read(text) for code, text in TICK_WORDS.items()}
    for value, text in column.labels.items():
        yield Variable(f"{column.name}_{value}", place, "number", f"{words.label(column)} – {words.read(text)}", values,
                       choice=str(value), is_ranked=is_ranked, measure="ordinal" if is_ranked else "nominal",
                       notes=notes, item=column.item)


def _labelled(column: ReleaseColumn, place: int, words: _Words, notes: tuple[str, ...], *,
              has_missing: bool) -> Variable:
    keys = [str(value) for value in column.labels]
    own = all(_is_whole(key) for key in keys)
    codes = {key: int(key) if own else number for number, key in enumerate(keys, 1)}
    values = {codes[str(value)]: words.read(text) or str(value) for value, text in column.labels.items()}
    return Variable(column.name, place, "number", words.label(column), values, codes, measure=column.measure,
                    notes=notes, item=column.item, has_missing=has_missing)


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()


def _numeric_calculations(instrument: Instrument, table: ReleaseTable) -> frozenset[str]:
    """Return the calculated items whose every value is a number; without any the table is not looked through."""
    computed = {item.key for item in instrument.items if item.kind == "calculate"}
    places = {place: column.name for place, column in enumerate(table.columns)
              if column.name in computed and not column.labels}
    if not places:
        return frozenset()
    for row in table.rows():
        wordy = [place for place in places if isinstance(row[place], str) and row[place] and not _is_number(row[place])]
        for place in wordy:
            del places[place]
        if not places:
            break
    return frozenset(places.values())


def _is_number(cell: Cell) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


# ---- values ---------------------------------------------------------------------------------------------------------
def encoder_of(variable: Variable) -> Callable[[Sequence[Cell]], Sequence[Any]]:
    """Return what turns a column of released cells into the variable's values."""
    if variable.kind == "text":
        return _texts
    known: dict[Cell, float | None] = {}
    one = _tick_of(variable) if variable.choice is not None else _code_of(variable)

    def encode(cells: Sequence[Cell]) -> Sequence[Any]:
        for cell in set(cells).difference(known):
            known[cell] = one(cell)
        return [known[cell] for cell in cells]

    return encode


def _texts(cells: Sequence[Cell]) -> Sequence[Any]:
    return [cell if cell.__class__ is str else str(cell) for cell in cells]


def _code_of(variable: Variable) -> Callable[[Cell], float | None]:
    def code(cell: Cell) -> float | None:
        if isinstance(cell, str):
            if cell in variable.codes:
                return variable.codes[cell]
            if not cell.strip():
                return None
            if _is_number(cell):
                return float(cell)
            raise Refused("{column}: {value} is no value the column can hold.",
                          "Tell the people who run this service; CSV and XLSX hold it.", column=variable.name,
                          value=repr(cell))
        return cell

    return code


def _tick_of(variable: Variable) -> Callable[[Cell], float | None]:
    def tick(cell: Cell) -> float | None:
        if isinstance(cell, str):
            if cell in CODES:
                return CODES[cell]
            chosen = cell.split(";") if cell else []
            if variable.is_ranked:
                return chosen.index(variable.choice or "") + 1 if variable.choice in chosen else None
            return None if not cell else int(variable.choice in chosen)
        return cell if cell in MISSING_CODES else int(str(cell) == variable.choice)

    return tick
