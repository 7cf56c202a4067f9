"""A roster as a file: CSV or XLSX with a name, a mail address, a unit and a language; two of them may be missing."""

from __future__ import annotations

from surveyapp.errors import BadInput
from surveyapp.services.answer_file import read_answer_file
from surveyapp.services.invitation import Person

COLUMNS = {
    "label": ("name", "person", "label", "姓名", "名称"),
    "address": ("address", "mail", "email", "e-mail", "邮箱", "电子邮箱", "邮件地址"),
    "unit": ("unit", "group", "department", "outlet", "部门", "网点", "单位"),
    "language": ("language", "lang", "语言"),
}
MOST_PEOPLE = 50_000


def read_roster(content: bytes, name: str) -> list[Person]:
    """Return the people of a file; BadInput says what is missing."""
    file = read_answer_file(content, name)
    header = [column.strip().lower() for column in file.header]
    places = {field: place for field, names in COLUMNS.items() for place, column in enumerate(header)
              if column in names}
    if "label" not in places and "address" not in places:
        raise BadInput("The file {name} has neither a column of names nor one of addresses.",
                       "Head them: name, address, unit, language.", name=name)
    people = []
    for _, cells in file.rows:
        value = {field: cells[place].strip() if place < len(cells) else "" for field, place in places.items()}
        people.append(Person(value.get("label", ""), value.get("address") or None, value.get("unit", ""),
                             value.get("language", "").lower()))
        if len(people) > MOST_PEOPLE:
            raise BadInput("The roster has more than {most} people.", "Split it into several files.",
                           most=MOST_PEOPLE)
    return people
