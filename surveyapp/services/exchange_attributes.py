"""Attributes of cases in files of other programs: written with their definition, matched or defined coming in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.schedule import CaseAttribute
from surveyapp.models.study import Study
from surveyapp.services.case_attribute import (
    KEY,
    KINDS,
    LONGEST_VALUE,
    MOST_ATTRIBUTES,
    define_attribute,
    list_attributes,
    read_value,
)
from surveyapp.services.labelled_lines import read_lines, write_lines

NAME, KIND, CHOICE, CHOICES = "name", "kind", "choice", "choices"
LONGEST_NAME = 80


def write_attribute(row: CaseAttribute) -> str:
    """Return what an attribute is, for the description of a variable."""
    names = [(NAME, language, text) for language, text in sorted(row.name.items())]
    return write_lines([*names, (KIND, "", row.kind), (CHOICES, "", "\n".join(map(str, row.choices)))])


class Attributes:
    """The study's attributes while cases come in: known by key or name, and new ones defined when first needed."""

    def __init__(self, session: Session, study: Study, variables: Mapping[str, str], account: Account | None) -> None:
        self._session, self._study, self._account = session, study, account
        self._variables, self._known = variables, list_attributes(session, study)
        self.new: list[str] = []

    def values(self, found: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the values by key of an attribute, and those that fit none."""
        values: dict[str, str] = {}
        left: dict[str, str] = {}
        for name, words in found.items():
            row = self._find(name) or self._define(name, words)
            value = _value(row, words) if row is not None else None
            if row is None or value is None:
                left[name] = words
            else:
                values[row.key] = value
        return values, left

    def _find(self, name: str) -> CaseAttribute | None:
        wanted = name.casefold()
        return next((row for row in self._known
                     if wanted in (row.key, *(str(text).casefold() for text in row.name.values()))), None)

    def _define(self, name: str, words: str) -> CaseAttribute | None:
        """Return a new attribute, or None where there is no room or the value is too long for one."""
        if len(self._known) >= MOST_ATTRIBUTES or len(words) > LONGEST_VALUE:
            return None
        fields, _ = read_lines(self._variables.get(name, ""), (NAME, KIND, CHOICES))
        names = {language: text for (label, language), text in fields.items() if label == NAME and language}
        kind, choices = fields.get((KIND, ""), ""), fields.get((CHOICES, ""), "").split("\n")
        if kind not in KINDS or (kind == CHOICE and not any(choices)):
            kind = KINDS[0]
        row = define_attribute(
            self._session, self._study, _free_key(name, [row.key for row in self._known]), kind,
            names or dict.fromkeys(("en", "zh"), name[:LONGEST_NAME]), choices if kind == CHOICE else (),
            self._account)
        self._known.append(row)
        self.new.append(row.key)
        return row


def _value(row: CaseAttribute, words: str) -> str | None:
    try:
        return read_value(row, words)
    except BadInput:
        return None


def _free_key(name: str, taken: Sequence[str]) -> str:
    base = re.sub(r"[^a-z0-9_]+", "_", name.casefold()).strip("_")[:30]
    base = base if KEY.fullmatch(base) else "attribute"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}_{number}"
    return key
