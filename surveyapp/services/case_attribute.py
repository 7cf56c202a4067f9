"""Attributes that a study notes of its cases: definitions, values, and files of values matched by interview key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.privacy import MINIMUM_GROUP, suppress_cells
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.interview import Interview
from surveyapp.models.schedule import CaseAttribute
from surveyapp.models.study import Study
from surveyapp.services.answer_file import read_answer_file
from surveyapp.services.audit import record_change
from surveyapp.services.interview import list_interviews, subject_of
from surveyapp.services.spreadsheet_cell import plain

KINDS = ("text", "number", "date", "choice")
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
KEY_COLUMNS = ("interview", "key", "case", "id", "number", "编号", "访谈", "访谈编号")
LONGEST_VALUE, MOST_ATTRIBUTES, MOST_CHOICES = 200, 40, 60
OTHER_VALUES = None             # what a value that must not be shown in a crossing becomes


@dataclass(frozen=True)
class Misfit:
    """A cell of a file that cannot be taken over; `why` is interview, attribute, value or twice."""

    row: int
    column: str
    found: str
    why: str


@dataclass(frozen=True)
class ReadValues:
    """What a file says: interview key → attribute → value, and what does not fit; nothing is stored yet."""

    values: Mapping[str, Mapping[str, str | None]]
    misfits: tuple[Misfit, ...]
    unknown_columns: tuple[str, ...]

    @property
    def n_values(self) -> int:
        return sum(len(row) for row in self.values.values())


@dataclass(frozen=True)
class Group:
    """Interviews with one value; `may_be_crossed` tells whether a report may tell the group apart."""

    value: str
    n: int
    may_be_crossed: bool


def list_attributes(session: Session, study: Study) -> list[CaseAttribute]:
    """Return the study's attributes in the order they were defined."""
    return list(session.scalars(select(CaseAttribute).where(CaseAttribute.study_id == study.id)
                                .order_by(CaseAttribute.id)))


def define_attribute(session: Session, study: Study, key: str, kind: str, name: Mapping[str, str],
                     choices: Sequence[str] = (), account: Account | None = None) -> CaseAttribute:
    """Return a new attribute."""
    known = list_attributes(session, study)
    values = tuple(dict.fromkeys(text for choice in choices if (text := choice.strip())))
    if not KEY.fullmatch(key):
        raise BadInput("{value} cannot be the key of an attribute.", "Use small letters, digits and _, a letter first.",
                       value=repr(key))
    if any(row.key == key for row in known):
        raise BadInput("There is an attribute {key} already.", "Give it another key.", key=repr(key))
    if kind not in KINDS or (kind == "choice") != bool(values):
        raise BadInput("The values of attribute {key} are not clear.",
                       "A choice needs a list of values; text, number and date have none.", key=repr(key))
    if len(known) >= MOST_ATTRIBUTES or len(values) > MOST_CHOICES:
        raise Refused("That is more than an attribute table holds.", "Use at most {n} attributes of {m} values.",
                      n=MOST_ATTRIBUTES, m=MOST_CHOICES)
    row = CaseAttribute(study_id=study.id, key=key, kind=kind, choices=list(values),
                        name={language: text.strip() for language, text in name.items() if text.strip()})
    session.add(row)
    session.flush()
    record_change(session, "define_attribute", f"attribute {key}", study_id=study.id, account=account,
                  after={"kind": kind, "name": row.name, "choices": list(values)})
    return row


def delete_attribute(session: Session, study: Study, key: str, account: Account | None = None) -> None:
    """Delete an attribute with its values."""
    row = next((row for row in list_attributes(session, study) if row.key == key), None)
    if row is None:
        raise NotFound("The study has no attribute {key}.", "See the list of attributes.", key=repr(key))
    for interview in list_interviews(session, study):
        if key in interview.attributes:
            interview.attributes = {name: value for name, value in interview.attributes.items() if name != key}
    record_change(session, "delete_attribute", f"attribute {key}", study_id=study.id, account=account,
                  before={"kind": row.kind, "name": row.name, "choices": list(row.choices)})
    session.delete(row)
    session.flush()


def read_value(attribute: CaseAttribute, text: str) -> str | None:
    """Return the value as it is stored, None for an empty cell; BadInput where it does not fit."""
    value = text.strip()
    if not value:
        return None
    fits = {"text": len(value) <= LONGEST_VALUE, "number": _is_number(value), "date": _is_date(value),
            "choice": value in attribute.choices}
    if not fits[attribute.kind]:
        raise BadInput("{value} is no value of attribute {key}.", "Give a {kind}.", value=repr(value[:40]),
                       key=repr(attribute.key), kind=attribute.kind)
    return value[:10] if attribute.kind == "date" else value


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", value) is not None


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


def set_values(session: Session, study: Study, values: Mapping[str, Mapping[str, str | None]],
               account: Account | None = None) -> int:
    """Store values by interview key and attribute, None empties; return how many changed."""
    attributes = {row.key: row for row in list_attributes(session, study)}
    interviews = {interview.key: interview for interview in list_interviews(session, study)}
    n_changed = 0
    for key, row in values.items():
        interview = interviews.get(key)
        if interview is None or not row.keys() <= attributes.keys():
            raise NotFound("There is no interview {key}, or no such attribute.", "Load the page again.", key=repr(key))
        before: dict[str, Any] = dict(interview.attributes)
        checked = {name: read_value(attributes[name], value or "") for name, value in row.items()}
        after = {name: value for name, value in {**before, **checked}.items() if value is not None}
        if after == before:
            continue
        n_changed += sum(after.get(name) != before.get(name) for name in checked)
        interview.attributes = after
        record_change(session, "set_attributes", subject_of(interview), study_id=study.id, account=account,
                      before={"attributes": before}, after={"attributes": after})
    session.flush()
    return n_changed


def read_value_file(session: Session, study: Study, content: bytes, name: str) -> ReadValues:
    """Return the values of a CSV or XLSX file and what of it does not fit; one row an interview, matched by its key."""
    file = read_answer_file(content, name)
    heads = [head.strip() for head in file.header]
    place = next((number for number, head in enumerate(heads) if head.lower() in KEY_COLUMNS), None)
    if place is None:
        raise BadInput("The file {name} has no column with the interviews' numbers.", "Head it: interview.", name=name)
    attributes = _by_head(list_attributes(session, study))
    known = {interview.key for interview in list_interviews(session, study)}
    columns = {number: attributes[head.lower()] for number, head in enumerate(heads) if head.lower() in attributes}
    values: dict[str, dict[str, str | None]] = {}
    misfits: list[Misfit] = []
    for number, raw in file.rows:
        cells = [plain(cell) if file.has_apostrophes else cell for cell in raw]
        key = cells[place].strip() if place < len(cells) else ""
        if key not in known or key in values:
            misfits.append(Misfit(number, heads[place], key, "twice" if key in values else "interview"))
            continue
        values[key], wrong = _read_row(number, cells, columns)
        misfits += wrong
    unknown = tuple(head for number, head in enumerate(heads) if head and number != place and number not in columns)
    return ReadValues(values, tuple(misfits), unknown)


def _by_head(attributes: Iterable[CaseAttribute]) -> dict[str, CaseAttribute]:
    return {head.lower(): row for row in attributes for head in (row.key, *row.name.values())}


def _read_row(number: int, cells: Sequence[str],
              columns: Mapping[int, CaseAttribute]) -> tuple[dict[str, str | None], list[Misfit]]:
    values: dict[str, str | None] = {}
    wrong = []
    for place, attribute in columns.items():
        cell = cells[place] if place < len(cells) else ""
        try:
            value = read_value(attribute, cell)
        except BadInput:
            wrong.append(Misfit(number, attribute.key, cell[:60], "value"))
            continue
        if value is not None:       # an empty cell says nothing; a value is emptied by hand
            values[attribute.key] = value
    return values, wrong


def groups_of(interviews: Sequence[Interview], key: str, minimum: int = MINIMUM_GROUP) -> tuple[Group, ...]:
    """Return the groups of interviewees by value; small ones, and those that would give them away, are not crossed."""
    counts = Counter(str(interview.attributes[key]) for interview in interviews if key in interview.attributes)
    hidden = suppress_cells(counts, minimum)
    return tuple(Group(value, n, value not in hidden) for value, n in sorted(counts.items()))


def crossing_of(interviews: Sequence[Interview], key: str, minimum: int = MINIMUM_GROUP) -> dict[str, str | None]:
    """Return interview key → value for crossings in reports; `OTHER_VALUES` for groups that must not be told apart."""
    shown = {group.value for group in groups_of(interviews, key, minimum) if group.may_be_crossed}
    return {interview.key: value if (value := str(interview.attributes[key])) in shown else OTHER_VALUES
            for interview in interviews if key in interview.attributes}
