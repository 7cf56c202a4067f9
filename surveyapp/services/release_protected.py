"""The tables of people who answered here: opinions, profile, single columns and own words, none of which fit together.

Each table has its own random order and its own random row names, made new for every release. In the table of opinions
the questions that only some were asked tell who one is as much as a profile does: such questions stay only where enough
people were asked and enough were not, otherwise they leave in a table of their own. The time taken leaves in bands; the
order in which questions were shown, which nobody shares with anybody, does not leave.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from instruments.schema import NOT_SHOWN
from surveyapp.models.response import FILE, KIOSK, PAPER, WEB
from surveyapp.services.alike import AnswerSpread, classes_alike
from surveyapp.services.answer_columns import BATCH, LANGUAGE, MODE, RESPONDENT
from surveyapp.services.private_numbers import find_private_numbers
from surveyapp.services.profile_release import SafeProfiles, diverse_combination, safe_combination
from surveyapp.services.protection import is_protected
from surveyapp.services.questionnaire import CompiledItem, Questionnaire
from surveyapp.services.release import (
    ANSWERS,
    FILES,
    PROFILE,
    SINGLE,
    TEXTS,
    ReleaseColumn,
    ReleaseTable,
    Row,
    Treatment,
    was_asked,
)
from surveyapp.services.release_columns import (
    Leaves,
    Parts,
    answer_column,
    number_leaves,
    parts_of,
    plain_leaves,
    profile_leaves,
    tells_an_opinion,
)
from surveyapp.services.release_plain import cell_of
from surveyapp.services.response_rows import Person, Source
from surveyapp.services.routing import Routing, plan_routing

DURATION_BAND = "duration_minutes"
FACT = "fact"               # role of what somebody does or has; it must not follow from who they are
MS_PER_MINUTE = 60_000
MODES = (WEB, KIOSK, PAPER, FILE)
LETTERS = "abcdefghijkmnpqrstuvwxyz"
NAME_LENGTH = 5             # letters before the number of a row: two files never call two rows alike by chance
_chance = secrets.SystemRandom()


@dataclass(frozen=True)
class ProtectedTables:
    """The tables, and what was done to them."""

    tables: tuple[ReleaseTable, ...]
    treatments: tuple[Treatment, ...]


@dataclass
class _Reading:
    """What one pass over the answers keeps: everything but the opinions themselves."""

    keys: list[str] = field(default_factory=list)
    hidden: list[tuple[str, ...]] = field(default_factory=list)
    minutes: list[float | None] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    profile: dict[str, list[Any]] = field(default_factory=dict)
    texts: list[tuple[str, str]] = field(default_factory=list)
    spread: AnswerSpread = field(default_factory=lambda: AnswerSpread(()))
    asked: Counter[str] = field(default_factory=Counter)     # people who were asked for a text or a file
    files: Counter[str] = field(default_factory=Counter)     # people who sent a file


def protected_tables(source: Source, questionnaire: Questionnaire, minimum: int, *,
                     has_pseudonyms: bool = False) -> ProtectedTables:
    """Return the tables that may leave of the people who answered here.

    Pseudonyms stand in the table of opinions only: in a second one they would join the two.
    """
    parts = parts_of(questionnaire)
    found = _read(source, parts)
    routing = _safe_routing(found, minimum)
    alike = _alike(found, routing)
    minutes = safe_combination([number_leaves(DURATION_BAND, found.minutes, minimum)], minimum, routing.classes)
    profile = diverse_combination(
        [plain_leaves(LANGUAGE, found.languages, questionnaire.instrument.languages),
         *_origin_leaves(source, found.keys),
         *(profile_leaves(item, found.profile[item.key], minimum) for item in parts.profile)], minimum,
        frozenset(item.key for item in parts.profile if item.item.role == FACT))
    texts, text_treatments = _texts(found, parts, minimum)
    read = source.people_in_order
    tables = [
        _answers(ANSWERS, found.keys, parts.opinions, routing.kept_out, read, minutes, has_pseudonyms=has_pseudonyms),
        *_tables_of_some(found, parts, routing, read, {done.column for done in alike if done.deed == "alike"}),
        *([_profile_table(profile)] if profile.columns else []),
        *([_single_table(profile)] if profile.single_columns else []),
        *([texts] if texts.n_rows else []),
    ]
    treatments = (*minutes.treatments, *routing.treatments, *alike, *profile.treatments, *text_treatments,
                  *_file_treatments(found, minimum))
    return ProtectedTables(tuple(tables), treatments)


def _read(source: Source, parts: Parts) -> _Reading:
    opinions = [item.key for item in parts.opinions]
    found = _Reading(profile={item.key: [] for item in parts.profile},
                     spread=AnswerSpread(item.key for item in parts.opinions if tells_an_opinion(item)))
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    for person in source.people(is_protected()):
        get = person.answers.get
        hidden = tuple(key for key in opinions if get(key, NOT_SHOWN) == NOT_SHOWN)
        found.keys.append(person.key)
        found.hidden.append(known.setdefault(hidden, hidden))
        found.spread.add(hidden, person.answers)
        found.minutes.append(None if person.duration_ms is None else person.duration_ms / MS_PER_MINUTE)
        found.languages.append(person.language)
        for key, column in found.profile.items():
            column.append(get(key, NOT_SHOWN))
        _note_texts(person, parts, found)
        for item in parts.uploads:
            found.asked[item.key] += was_asked(get(item.key))
            found.files[item.key] += isinstance(get(item.key), str)
    return found


def _safe_routing(found: _Reading, minimum: int) -> Routing:
    """Return what happens to questions asked of some; all leave apart where one class of people answered alike."""
    routing = plan_routing(found.hidden, minimum)
    kept = [key for key in found.spread.items if key not in routing.kept_out]
    if not classes_alike(found.spread, found.hidden, routing.classes, kept):
        return routing
    return plan_routing(found.hidden, minimum, is_apart=True)


def _alike(found: _Reading, routing: Routing) -> tuple[Treatment, ...]:
    """Return the questions to leave out because those asked answered alike, and those everybody answered alike."""
    done: list[Treatment] = []
    for group in routing.apart:
        patterns = [pattern for pattern in dict.fromkeys(found.hidden) if group[0] not in pattern]
        n = sum(group[0] not in pattern for pattern in found.hidden)
        done.extend(Treatment(key, "alike", n) for key in found.spread.alike(patterns, group))
    kept = [key for key in found.spread.items if key not in routing.kept_out]
    done.extend(Treatment(key, "all_alike", len(found.keys)) for key in found.spread.alike_of_all(kept))
    return tuple(done)


def _origin_leaves(source: Source, keys: Sequence[str]) -> list[Leaves]:
    """Return mode and batch as profile columns where they tell people apart."""
    of = source.origins(is_protected())
    columns = {MODE: [of[key][0] for key in keys], BATCH: [of[key][1] for key in keys]}
    return [plain_leaves(name, values, MODES if name == MODE else ()) for name, values in columns.items()
            if len(set(values)) > 1]


def _note_texts(person: Person, parts: Parts, found: _Reading) -> None:
    for name, item in parts.texts.items():
        text = person.answers.get(name)
        if person.answers.get(item.key, NOT_SHOWN) != NOT_SHOWN:
            found.asked[name] += 1
        if isinstance(text, str) and text.strip():
            found.texts.append((name, text))


# ---- opinions -------------------------------------------------------------------------------------------------------
def _answers(name: str, keys: Sequence[str], items: Sequence[CompiledItem], left_out: frozenset[str],
             read: Callable[[Sequence[str]], Iterator[Person]], minutes: SafeProfiles | None = None,
             *, has_pseudonyms: bool = False) -> ReleaseTable:
    """Return a table of opinions in an order and with row names of its own."""
    shown = [item for item in items if item.key not in left_out]
    item_keys = [item.key for item in shown]
    extra = dict(zip(keys, minutes.rows, strict=True)) if minutes is not None and minutes.columns else {}
    order = _shuffled(keys)
    prefix = _row_prefix()

    def rows() -> Iterator[Row]:
        for number, person in enumerate(read(order), 1):
            get = person.answers.get
            name = (person.source_key if has_pseudonyms else None) or f"{prefix}{number}"
            yield [name, *extra.get(person.key, ()),
                   *[answer if (answer := get(key, NOT_SHOWN)).__class__ is int else cell_of(answer)
                     for key in item_keys]]

    columns = (ReleaseColumn(RESPONDENT, measure="text"), *(minutes.columns if minutes is not None else ()),
               *(answer_column(item) for item in shown))
    return ReleaseTable(name, columns, len(order), rows)


def _tables_of_some(found: _Reading, parts: Parts, routing: Routing,
                    read: Callable[[Sequence[str]], Iterator[Person]],
                    left_out: AbstractSet[str]) -> Iterator[ReleaseTable]:
    """Yield one table for each set of questions that is apart because only some were asked them."""
    for number, group in enumerate(routing.apart, 1):
        asked = set(group)
        keys = [key for key, hidden in zip(found.keys, found.hidden, strict=True) if not asked.intersection(hidden)]
        items = [item for item in parts.opinions if item.key in asked and item.key not in left_out]
        if items:
            yield _answers(f"{ANSWERS}_{number}", keys, items, frozenset(), read)


# ---- profile --------------------------------------------------------------------------------------------------------
def _profile_table(profile: SafeProfiles) -> ReleaseTable:
    rows = _shuffled(profile.rows)
    prefix = _row_prefix()
    columns = (ReleaseColumn(RESPONDENT, measure="text"), *profile.columns)
    return ReleaseTable(PROFILE, columns, len(rows),
                        lambda: ([f"{prefix}{number}", *row] for number, row in enumerate(rows, 1)))


def _single_table(profile: SafeProfiles) -> ReleaseTable:
    """Return how many people have each value of the columns that fit into no combination."""
    rows: list[Row] = [[column.name, value, n] for column, counts in profile.single_columns
                       for value, n in counts.items()]
    columns = (ReleaseColumn("item", measure="text"), ReleaseColumn("value", measure="text"),
               ReleaseColumn("n", measure="scale"))
    return ReleaseTable(SINGLE, columns, len(rows), lambda: iter(rows))


# ---- own words ------------------------------------------------------------------------------------------------------
def _texts(found: _Reading, parts: Parts, minimum: int) -> tuple[ReleaseTable, list[Treatment]]:
    """Return all texts in one random order; a question that too few were asked keeps its texts here."""
    written = Counter(name for name, _ in found.texts)
    treatments, kept = [], []
    for name, n in written.items():
        enough = found.asked[name] >= minimum
        treatments.append(Treatment(name, "split_off", n, TEXTS) if enough else Treatment(name, "dropped", n))
    masked: Counter[str] = Counter()
    for name, text in _shuffled(found.texts):
        if found.asked[name] >= minimum:
            covered = _covered(text)
            masked[name] += covered != text
            kept.append([name, covered])
    treatments.extend(Treatment(name, "masked", n) for name, n in masked.items() if n)
    columns = (ReleaseColumn("item", measure="text"), ReleaseColumn("text", measure="text"))
    names = list(parts.texts)
    treatments.sort(key=lambda treatment: names.index(treatment.column))
    return ReleaseTable(TEXTS, columns, len(kept), lambda: iter(kept)), treatments


def _covered(text: str) -> str:
    """Return the text with telephone, account and identity-card numbers and mail addresses covered."""
    for number in reversed(find_private_numbers(text)):
        text = text[:number.start] + "█" * 3 + text[number.end:]
    return text


def _file_treatments(found: _Reading, minimum: int) -> Iterator[Treatment]:
    """Yield what becomes of files: not even that somebody sent one stands beside other answers."""
    for name, n in found.files.items():
        enough = found.asked[name] >= minimum
        if n:
            yield Treatment(name, "split_off", n, FILES) if enough else Treatment(name, "dropped", n)


# ---- chance ---------------------------------------------------------------------------------------------------------
def _shuffled(rows: Sequence[Any]) -> list[Any]:
    """Return the rows in an order that nobody can compute, not even with the database and the secret."""
    order = list(rows)
    _chance.shuffle(order)
    return order


def _row_prefix() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(NAME_LENGTH)) + "-"
