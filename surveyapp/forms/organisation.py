"""What is entered about the organisation: rows of fields as shown, as posted, and as facts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from instruments.facts import Practice, ProcessStep, StudyFacts, Unit
from instruments.schema import Text
from surveyapp.errors import BadInput, RowError, marked
from surveyapp.services.organisation_check import (
    DAYS,
    DEPARTURES,
    FRAME,
    FROM_ZERO,
    HEADCOUNT,
    MOST_ROWS,
    NOT_PEOPLE,
    PEOPLE,
    PRACTICES,
    PROCESS,
    PROFILE,
    SINCE,
    STATUS,
    UNITS,
)
from surveyapp.services.organisation_file import NO_DAYS, WRITE_DAYS

Kind = Literal["text", "area", "line", "number", "unit", "status", "choice", "flag", "date"]
SPARE_ROWS = 3
ORDER = marked("Order")
HEADINGS = ("history", "size", "business_lines", "key_figures")     # offered always; further ones are typed
ROLE, DEPARTMENT, AUDIENCE = "role:", "department:", "population_"


@dataclass(frozen=True)
class Field:
    """One field of a row; a text has one box a language."""

    name: str
    label: str
    kind: Kind


FIELDS: Mapping[str, tuple[Field, ...]] = {
    UNITS: (Field("name", marked("Name"), "text"), Field("parent", marked("Reports to"), "unit"),
            Field("headcount", PEOPLE, "number"),
            Field("is_responsible", marked("Leads what the study is about"), "flag")),
    PROCESS: (Field("name", marked("What is done"), "text"), Field("owner", marked("Owner"), "text"),
              Field("input", marked("Input"), "text"), Field("output", marked("Output"), "text"),
              Field("days", DAYS, "number")),
    PRACTICES: (Field("name", marked("Name"), "text"), Field("status", STATUS, "status"), Field("since", SINCE, "line"),
                Field("choice", marked("Question that asks who knows it"), "choice")),
    PROFILE: (Field("text", marked("Text of the profile"), "area"),),
    HEADCOUNT: (Field("people", PEOPLE, "number"),),
    FRAME: (Field("organisation", marked("Name of the organisation"), "text"),
            Field("sponsor", marked("Asked for by"), "text"),
            Field("conductor", marked("Carried out by"), "text"),
            Field("fieldwork_from", marked("Fieldwork from"), "date"),
            Field("fieldwork_until", marked("Fieldwork until"), "date"),
            Field("departures", DEPARTURES, "area")),
}
GROWING = (UNITS, PROCESS, PRACTICES, PROFILE)      # parts to which rows can be added
ORDERED = (UNITS, PROCESS, PRACTICES)
Entered = dict[str, str]


@dataclass
class Frame:
    """What the rows of a study are about: its languages, role classes, departments and audiences."""

    languages: tuple[str, ...]
    roles: Sequence[str] = ()
    departments: Sequence[str] = ()
    audiences: Sequence[str] = ()
    faults: list[RowError] = field(default_factory=list)


# ---- as shown -------------------------------------------------------------------------------------------------------
def rows_of(facts: StudyFacts, part: str, frame: Frame) -> list[Entered]:
    """Return the stored rows of a part as a form shows them, with spare ones where rows can be added."""
    if part == PROFILE:
        headings = [*facts.profile, *(key for key in HEADINGS if key not in facts.profile)]
        rows = [_shown({"key": key, "text": facts.profile.get(key, {})}, part, frame) for key in headings]
    elif part == HEADCOUNT:
        rows = _headcount_rows(facts, frame)
    elif part == FRAME:
        known = {"key": FRAME, **{f.name: getattr(facts, f.name) for f in FIELDS[FRAME]}}
        people = {AUDIENCE + audience: _figure(facts.population.get(audience))
                  for audience in dict.fromkeys([*frame.audiences, *facts.population])}
        rows = [_shown(known, part, frame) | people]
    else:
        rows = [_shown(_values(piece, part), part, frame) | {"order": str(place)}
                for place, piece in enumerate(getattr(facts, part), 1)]
    return rows + [{"key": "", "order": ""} for _ in range(SPARE_ROWS if part in GROWING else 0)]


def _headcount_rows(facts: StudyFacts, frame: Frame) -> list[Entered]:
    groups = ((ROLE, frame.roles, facts.headcount_by_role),
              (DEPARTMENT, frame.departments, facts.headcount_by_department))
    return [{"key": prefix + key, "people": _figure(stored.get(key))}
            for prefix, known, stored in groups for key in dict.fromkeys([*known, *stored])]


def _values(piece: Any, part: str) -> dict[str, Any]:
    key = str(piece.number) if part == PROCESS else piece.key
    return {"key": key, **{f.name: getattr(piece, f.name) for f in FIELDS[part]}}


def _shown(values: Mapping[str, Any], part: str, frame: Frame) -> Entered:
    row = {"key": str(values["key"])}
    for f in FIELDS[part]:
        value = values[f.name]
        if f.kind in ("text", "area"):
            row.update({f"{f.name}_{language}": value.get(language, "") for language in frame.languages})
        elif f.kind == "flag":
            row[f.name] = "1" if value else ""
        else:
            row[f.name] = _figure(value) if f.kind == "number" else str(value or "")
    return row


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


# ---- as posted ------------------------------------------------------------------------------------------------------
def read_rows(form: Mapping[str, str], part: str, frame: Frame) -> list[Entered]:
    """Return the rows as they were posted, each field as it was typed."""
    n = form.get("n_rows", "")
    n_rows = int(n) if n.isascii() and n.isdecimal() and len(n) <= len(str(MOST_ROWS)) else 0
    names = ["key", "order", "remove", "heading", "kind"]
    for f in FIELDS[part]:
        names += [f"{f.name}_{language}" for language in frame.languages] if f.kind in ("text", "area") else [f.name]
    if part == FRAME:
        names += [name.partition("_")[2] for name in form if name.startswith(f"r0_{AUDIENCE}")]
    return [{name: " ".join(text.split()) if not name.startswith("text_") else text.strip()
             for name in names if (text := form.get(f"r{place}_{name}")) is not None}
            for place in range(min(n_rows, MOST_ROWS))]


def facts_from(rows: Sequence[Entered], part: str, stored: StudyFacts, frame: Frame) -> StudyFacts:
    """Return facts whose `part` is as entered; BadInput names every field that cannot be read."""
    frame.faults = []
    kept = [(place, row) for place, row in enumerate(rows, 1) if not row.get("remove") and not _is_spare(row)]
    if part in ORDERED:
        kept = _in_order(kept, frame)
    facts = _READ[part](kept, stored, frame)
    if frame.faults:
        raise BadInput("Some fields cannot be read; nothing was stored.", "Mend the places below.", tuple(frame.faults))
    return facts


def _is_spare(row: Entered) -> bool:
    return not row.get("key") and not any(value for name, value in row.items() if name not in ("order", "status"))


def _in_order(rows: list[tuple[int, Entered]], frame: Frame) -> list[tuple[int, Entered]]:
    def place_of(numbered: tuple[int, Entered]) -> float:
        text = numbered[1].get("order", "")
        value = _number(numbered[0], text, frame, (ORDER, ORDER_WRONG, ORDER_RIGHT))
        return math.inf if value is None else value

    return sorted(rows, key=place_of)


ORDER_WRONG, ORDER_RIGHT = marked("This is no place in the order."), marked("Write 3, or 2.5 for between 2 and 3.")


def _number(row: int, text: str, frame: Frame, words: tuple[str, str, str]) -> float | None:
    column, reason, remedy = words
    try:
        value = float(text.replace(",", ".")) if text else None
    except ValueError:
        value = math.nan
    if value is not None and not math.isfinite(value):
        frame.faults.append(RowError(row, column, text, reason, remedy))
        return None
    return value


def _people(row: int, text: str, frame: Frame) -> int | None:
    value = _number(row, text, frame, (PEOPLE, NOT_PEOPLE, FROM_ZERO))
    if value is not None and value != int(value):
        frame.faults.append(RowError(row, PEOPLE, text, NOT_PEOPLE, FROM_ZERO))
        return None
    return None if value is None else int(value)


def _text(row: Entered, name: str, before: Text, frame: Frame) -> Text:
    """Return the wording as entered; a language that the form does not show stays as it was."""
    entered = {language: row.get(f"{name}_{language}", "") for language in frame.languages}
    other = {language: words for language, words in before.items() if language not in entered}
    return {language: words for language, words in {**entered, **other}.items() if words}


def _new_key(wished: str, prefix: str, taken: set[str]) -> str:
    numbers = (f"{prefix}-{n}" for n in range(1, MOST_ROWS * 2))
    key = wished if wished and wished not in taken else next(key for key in numbers if key not in taken)
    taken.add(key)
    return key


# ---- as facts -------------------------------------------------------------------------------------------------------
Rows = list[tuple[int, Entered]]


def _units(rows: Rows, stored: StudyFacts, frame: Frame) -> StudyFacts:
    before = {unit.key: unit for unit in stored.units}
    taken = set(before) | {row["key"] for _, row in rows if row.get("key")}
    units = []
    for place, row in rows:
        key = row.get("key") or _new_key("", "unit", taken)
        known = before[key].name if key in before else {}
        units.append(Unit(key, _text(row, "name", known, frame), row.get("parent") or None,
                          _people(place, row.get("headcount", ""), frame), bool(row.get("is_responsible"))))
    return StudyFacts(units=tuple(units))


def _process(rows: Rows, stored: StudyFacts, frame: Frame) -> StudyFacts:
    before = {str(step.number): step for step in stored.process}
    steps = []
    for number, (place, row) in enumerate(rows, 1):
        known = before.get(row.get("key", ""))
        words = {name: _text(row, name, getattr(known, name) if known else {}, frame)
                 for name in ("name", "owner", "input", "output")}
        days = _number(place, row.get("days", ""), frame, (DAYS, NO_DAYS, WRITE_DAYS))
        steps.append(ProcessStep(number, words["name"], words["owner"], days, words["input"], words["output"]))
    return StudyFacts(process=tuple(steps))


def _practices(rows: Rows, stored: StudyFacts, frame: Frame) -> StudyFacts:
    before = {practice.key: practice for practice in stored.practices}
    taken = set(before) | {row["key"] for _, row in rows if row.get("key")}
    practices = []
    for _, row in rows:
        choice = row.get("choice") or None
        key = row.get("key") or _new_key(row.get("kind") or (choice or "").rpartition(".")[2], "practice", taken)
        known = before[key].name if key in before else {}
        practices.append(Practice(key, _text(row, "name", known, frame), row.get("status", ""), row.get("since", ""),
                                  choice))
    return StudyFacts(practices=tuple(practices))


def _profile(rows: Rows, stored: StudyFacts, frame: Frame) -> StudyFacts:
    profile: dict[str, Text] = {}
    for place, row in rows:
        key = row.get("key") or row.get("heading", "")
        text = _text(row, "text", stored.profile.get(key, {}), frame)
        if text and (not key or key in profile):
            frame.faults.append(RowError(place, HEADING, key, NO_HEADING, GIVE_HEADING))
        elif text:
            profile[key] = text
    return StudyFacts(profile=profile)


HEADING = marked("Heading")
NO_HEADING = marked("There is no heading, or another text has it.")
GIVE_HEADING = marked("Give each text a heading of its own.")


def _headcount(rows: Rows, _stored: StudyFacts, frame: Frame) -> StudyFacts:
    found: dict[str, dict[str, int]] = {ROLE: {}, DEPARTMENT: {}}
    for place, row in rows:
        people = _people(place, row.get("people", ""), frame)
        for prefix, counts in found.items():
            if people is not None and row.get("key", "").startswith(prefix):
                counts[row["key"].removeprefix(prefix)] = people
    return StudyFacts(headcount_by_role=found[ROLE], headcount_by_department=found[DEPARTMENT])


def _frame(rows: Rows, stored: StudyFacts, frame: Frame) -> StudyFacts:
    row = rows[0][1] if rows else {}
    people = {name.removeprefix(AUDIENCE): _people(1, text, frame) for name, text in row.items()
              if name.startswith(AUDIENCE)}
    return StudyFacts(
        organisation=_text(row, "organisation", stored.organisation, frame),
        sponsor=_text(row, "sponsor", stored.sponsor, frame),
        conductor=_text(row, "conductor", stored.conductor, frame),
        fieldwork_from=row.get("fieldwork_from", ""), fieldwork_until=row.get("fieldwork_until", ""),
        departures=_text(row, "departures", stored.departures, frame),
        population={audience: n for audience, n in people.items() if n is not None})


_READ = {UNITS: _units, PROCESS: _process, PRACTICES: _practices, PROFILE: _profile, HEADCOUNT: _headcount,
         FRAME: _frame}
