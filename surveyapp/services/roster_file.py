"""A roster as a file: CSV or XLSX with a name, a mail address, a unit and a language; two of them may be missing.

Further columns become groups for response rates, if they are groups: what differs from person to person (a telephone
number, a number of staff) says nothing about groups and much about people, so it is not taken over at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.privacy import MINIMUM_GROUP
from surveyapp.errors import BadInput
from surveyapp.services.answer_file import read_answer_file
from surveyapp.services.invitation import LONGEST_UNIT, Person

COLUMNS = {
    "label": ("name", "person", "label", "姓名", "名称"),
    "address": ("address", "mail", "email", "e-mail", "邮箱", "电子邮箱", "邮件地址"),
    "unit": ("unit", "group", "department", "outlet", "部门", "网点", "单位"),
    "language": ("language", "lang", "语言"),
}
MOST_PEOPLE = 50_000
MOST_GROUPINGS, MOST_GROUPS = 6, 30     # columns taken over as groups, and values of one
LONGEST_HEAD = 60


@dataclass(frozen=True)
class RosterFile:
    """The people of a file, the columns taken over as groups, and those left out."""

    people: list[Person]
    groupings: tuple[str, ...]
    left_out: tuple[str, ...]


def read_roster(content: bytes, name: str) -> RosterFile:
    """Return the people of a file; BadInput says what is missing."""
    file = read_answer_file(content, name)
    header = [column.strip().lower() for column in file.header]
    places = {field: place for field, names in COLUMNS.items() for place, column in enumerate(header)
              if column in names}
    if "label" not in places and "address" not in places:
        raise BadInput("The file {name} has neither a column of names nor one of addresses.",
                       "Head them: name, address, unit, language.", name=name)
    people, rows = [], []
    for _, cells in file.rows:
        value = {field: _cell(cells, place) for field, place in places.items()}
        people.append(Person(value.get("label", ""), value.get("address") or None, value.get("unit", ""),
                             value.get("language", "").lower()))
        rows.append(cells)
        if len(people) > MOST_PEOPLE:
            raise BadInput("The roster has more than {most} people.", "Split it into several files.",
                           most=MOST_PEOPLE)
    return _with_groups(people, file.header, rows, {place for place in range(len(header)) if header[place]}
                        - {place for place, column in enumerate(header)
                           if any(column in names for names in COLUMNS.values())})


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _with_groups(people: list[Person], header: Sequence[str], rows: Sequence[Sequence[str]],
                 further: set[int]) -> RosterFile:
    heads = {place: header[place].strip() for place in sorted(further)}
    taken = [place for place, head in heads.items()
             if len(head) <= LONGEST_HEAD and head.isprintable() and _is_grouping([_cell(row, place) for row in rows])
             and list(heads.values()).count(head) == 1][:MOST_GROUPINGS]
    grouped = [replace(person, groups={heads[place]: _cell(row, place) for place in taken})
               for person, row in zip(people, rows, strict=True)]
    return RosterFile(grouped, tuple(heads[place] for place in taken),
                      tuple(head for place, head in heads.items() if place not in taken))


def _is_grouping(values: Sequence[str]) -> bool:
    """Tell whether a column divides people into groups: few values, and enough people for each on average."""
    distinct = set(values)
    return (1 < len(distinct) <= MOST_GROUPS and len(values) >= MINIMUM_GROUP * len(distinct)
            and all(len(value) <= LONGEST_UNIT and value.isprintable() for value in distinct))
