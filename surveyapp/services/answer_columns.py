"""Which column of a file is which item, and what is known only to the file: person, language, duration, order."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from instruments.schema import Instrument
from surveyapp.errors import BadInput
from surveyapp.services.questionnaire import CompiledItem, Questionnaire

RESPONDENT, LANGUAGE, DURATION, STARTED, SUBMITTED = (
    "respondent_id", "language", "duration_s", "started_at", "submitted_at")
KNOWN = (RESPONDENT, LANGUAGE, DURATION, STARTED, SUBMITTED)
MODE, BATCH = "response_mode", "batch_code"      # of what people answered here
CORRECTED = "corrected_items"       # of people who can be found: the items whose answer was corrected
ORDER_ENDING = ".order"
LIKELY = 0.75       # share of equal signs from which another name is offered; difflib's own default is 0.6


@dataclass
class Columns:
    """Places in a row; `choices` are columns of one option each, `ignored` are columns nobody asked for."""

    general: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    choices: dict[str, dict[str, int]] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)         # name → column that holds it

    @property
    def answered_items(self) -> set[str]:
        return self.items.keys() | self.choices.keys()


def find_columns(questionnaire: Questionnaire, header: tuple[str, ...], mapping: Mapping[str, str] | None,
                 name: str) -> Columns:
    """Return the place of everything in the file; BadInput if no item is among them."""
    names = _Names(questionnaire)
    _check_mapping(header, mapping or {}, names, name)
    columns = Columns()
    for place, column in enumerate(header):
        names.place(columns, (mapping or {}).get(column, column), place, column)
    if not columns.answered_items:
        raise BadInput(
            "No column of {name} is an item of the questionnaire. Found: {found}.",
            "Name the columns by item key ({keys} …), or give a mapping.", name=name,
            found=", ".join(header[:8]), keys=", ".join(list(names.items)[:4]))
    return columns


def suggest_mapping(questionnaire: Questionnaire, header: tuple[str, ...]) -> dict[str, str | None]:
    """Return for each column that is not known by name the item it most likely means, None where none comes near."""
    names = _Names(questionnaire)
    return {column: names.suggestion(column) for column in header if column and not names.knows(column)}


def column_choices(instrument: Instrument) -> list[str]:
    """Return everything a column may be led to."""
    choices = [f"{item.key}.{choice.value}" for item in instrument.items if item.kind in ("multiple", "ranking")
               for choice in item.choices]
    return [*KNOWN, *(item.key for item in instrument.items if item.stores_answer), *choices]


def _check_mapping(header: tuple[str, ...], mapping: Mapping[str, str], names: _Names, name: str) -> None:
    for column, target in mapping.items():
        if column not in header:
            raise BadInput("The mapping names the column {column}, which {name} does not have.",
                           "Correct the mapping.", column=repr(column), name=name)
        if not names.knows(target):
            raise BadInput("The mapping leads to {target}, which the questionnaire does not have.",
                           "Use an item key, for example {example}.", target=repr(target),
                           example=names.suggestion(target) or next(iter(names.items), ""))
    targets = list(mapping.values())
    twice = [target for target in targets if targets.count(target) > 1]
    if twice:
        raise BadInput("The mapping leads two columns to {target}.", "Leave one of them out.", target=repr(twice[0]))


def folded(text: str) -> str:
    """Return the text for comparison: composed alike, small letters, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class _Names:
    """Every name a column may have."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        asked = [item for page in questionnaire.pages for item in page.items if item.kind != "note"]
        self.items: dict[str, CompiledItem] = {item.key: item for item in asked}
        self.choices = {f"{item.key}.{choice.value}": (item.key, choice.value)
                        for item in asked if item.kind in ("multiple", "ranking") for choice in item.item.choices}
        self.texts = {name for item in asked for name in item.text_fields.values()}
        self.orders = {f"{item.key}{ORDER_ENDING}": item.key for item in asked}
        every = [*KNOWN, *self.items, *self.choices, *self.texts, *self.orders]
        self.exact = frozenset(every)
        self.by_folded = {**{folded(name): name for name in reversed(every)}, **self._other_spellings()}
        self.by_wording = {folded(wording): item.key for item in asked for wording in item.item.text.values()}

    def _other_spellings(self) -> dict[str, str]:
        """Return the ways other programs write option and order columns, where they mean nothing else."""
        known = {folded(name) for name in (*KNOWN, *self.items, *self.texts)}
        spelt = {folded(f"{item}{sign}{choice}"): name for name, (item, choice) in self.choices.items()
                 for sign in ("/", "_", ":")}
        spelt |= {folded(other): name for name, item in self.orders.items()
                  for other in (f"{item}_order", f"order_{item}", f"order.{item}")}
        return {other: name for other, name in spelt.items() if other not in known}

    def find(self, column: str) -> str | None:
        """Return the name a column stands for: as written, in other letters, or by the words of the question."""
        if not column or column in self.exact:
            return column or None
        return self.by_folded.get(folded(column)) or self.by_wording.get(folded(column))

    def knows(self, column: str) -> bool:
        return self.find(column) is not None

    def suggestion(self, column: str) -> str | None:
        near = get_close_matches(folded(column), [*self.by_folded, *self.by_wording], 1, LIKELY)
        return (self.by_folded.get(near[0]) or self.by_wording.get(near[0])) if near else None

    def place(self, columns: Columns, target: str, place: int, column: str) -> None:
        """Note what stands in the column."""
        name = self.find(target)
        if name is not None and name in columns.taken:
            raise BadInput("Two columns are the same item {item}: {first} and {second}.",
                           "Remove or rename one of them.", item=name, first=repr(columns.taken[name]),
                           second=repr(column))
        columns.taken.update({name: column} if name else {})
        if name is None:
            if column:
                columns.ignored.append(column)
        elif name in KNOWN:
            columns.general[name] = place
        elif name in self.items:
            columns.items[name] = place
        elif name in self.choices:
            item, choice = self.choices[name]
            columns.choices.setdefault(item, {})[choice] = place
        elif name in self.texts:
            columns.texts[name] = place
        else:
            columns.orders[self.orders[name]] = place
