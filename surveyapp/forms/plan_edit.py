"""What is posted about the plan: the fields of a measure or an objective, as shown and as values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from analysis.results.plan_edits import FIELDS, TEXTS, EditedKind, PlanValues
from surveyapp.errors import BadInput, RowError, marked
from surveyapp.services.answer import read_number
from surveyapp.services.decoding import normalise
from surveyapp.services.plan_edit import PlanEntry

Entered = dict[str, str]


def shown_fields(entry: PlanEntry, languages: Sequence[str]) -> Entered:
    """Return the fields of the form: what is in force, else what is proposed."""
    found: Entered = {}
    edited = entry.edit.values if entry.edit is not None else PlanValues()
    for name in FIELDS[entry.kind]:
        value = getattr(edited, name) or getattr(entry.proposal, name)
        if name in TEXTS:
            found |= {f"{name}_{language}": value.get(language, "") for language in languages}
        else:
            found[name] = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    reason = entry.edit.reason if entry.edit is not None else {}
    return found | {f"reason_{language}": reason.get(language, "") for language in languages}


def posted_fields(form: MultiDict[str, str], kind: EditedKind, languages: Sequence[str]) -> Entered:
    """Return the same fields as posted."""
    names = [field for name in FIELDS[kind] for field in (
        [f"{name}_{language}" for language in languages] if name in TEXTS else [name])]
    names += [f"reason_{language}" for language in languages]
    return {name: normalise(form.get(name, "")).strip() for name in names}


def read_reason(entered: Mapping[str, str], languages: Sequence[str]) -> dict[str, str]:
    """Return the reason in the languages it was given in."""
    found = {language: entered.get(f"reason_{language}", "").strip() for language in languages}
    return {language: words for language, words in found.items() if words}


def read_values(entered: Mapping[str, str], kind: EditedKind, languages: Sequence[str]) -> PlanValues:
    """Return the values of posted fields; BadInput where a target is no number."""
    found: dict[str, Any] = {}
    for name in FIELDS[kind]:
        if name in TEXTS:
            text = {language: entered.get(f"{name}_{language}", "") for language in languages}
            found[name] = {language: words for language, words in text.items() if words}
        elif name == "target":
            found[name] = _target(entered.get(name, ""))
        else:
            found[name] = entered.get(name, "") or ("" if name == "due_on" else None)
    return PlanValues(**found)


def _target(text: str) -> float | None:
    if not text:
        return None
    number = read_number(text)
    if number is None or not math.isfinite(number):
        raise BadInput("The edit cannot be stored like this.", "Mend the places named below; nothing is lost.", (
            RowError(None, "target", text, marked("This is no number."), marked("Write digits, such as 67.5.")),))
    return number
