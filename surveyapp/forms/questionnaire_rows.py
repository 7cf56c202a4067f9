"""Rows of a form: an item's choices, a scale's points. Shape only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from instruments.editing import moved_row
from instruments.schema import CHOICE_KINDS, AnswerScale, Choice, Item, ScalePoint
from surveyapp.forms.questionnaire import CHOICE_FLAGS, LONGEST_FIELD, Form, read_words

MOST_ROWS = 500


def read_rows(piece: Any, form: Form, languages: Sequence[str]) -> tuple[tuple[Any, ...], dict[str, str]]:
    """Return the rows as posted, and what of them cannot be read; the stored ones where the form had none."""
    if "n_rows" not in form:
        return rows_of(piece), {}
    if isinstance(piece, AnswerScale):
        return read_points(form, languages)
    return read_choices(form, languages), {}


def with_rows(piece: Any, rows: tuple[Any, ...]) -> Any:
    """Return the piece with other choices or points; a piece that has none stays."""
    if isinstance(piece, Item):
        return replace(piece, choices=rows) if piece.kind in CHOICE_KINDS else piece
    return replace(piece, points=rows) if isinstance(piece, AnswerScale) else piece


def _numbers(form: Form) -> range:
    text = form.get("n_rows", "0")
    return range(min(int(text) if text.isdecimal() else 0, MOST_ROWS))


def read_choices(form: Form, languages: Sequence[str]) -> tuple[Choice, ...]:
    """Return the choices as posted; an empty row is none."""
    rows: list[Choice] = []
    for number in _numbers(form):
        name = f"row:{number}"
        value = form.get(f"{name}:value", "").strip()[:LONGEST_FIELD]
        label = read_words(form, f"{name}:label", languages)
        if value or label:
            flags = {flag: form.get(f"{name}:{flag}") == "yes" for flag, _label in CHOICE_FLAGS}
            rows.append(Choice(value or _value_of(label, rows), label,
                               show_if=form.get(f"{name}:show_if", "").strip() or None, **flags))
    return tuple(rows)


def _value_of(label: dict[str, str], rows: list[Choice]) -> str:
    """Return a value for a choice that was given words only."""
    words = next(iter(label.values()), "").lower()
    stem = "_".join("".join(sign if sign.isascii() and sign.isalnum() else " " for sign in words).split())[:24]
    taken = {row.value for row in rows}
    value, number = stem or str(len(rows) + 1), 2
    while value in taken:
        value, number = f"{stem or 'c'}_{number}", number + 1
    return value


def read_points(form: Form, languages: Sequence[str]) -> tuple[tuple[ScalePoint, ...], dict[str, str]]:
    """Return the points as posted in ascending order, and which rows hold no number."""
    points: list[ScalePoint] = []
    errors: dict[str, str] = {}
    for number in _numbers(form):
        name = f"row:{number}"
        text = form.get(f"{name}:value", "").strip()
        label = read_words(form, f"{name}:label", languages)
        if not text and not label:
            continue
        try:
            points.append(ScalePoint(int(text), label))
        except ValueError:
            errors[f"{name}:value"] = _("This is no number.")
    return tuple(points), errors


def after_deed(rows: tuple[Any, ...], deed: str) -> tuple[Any, ...]:
    """Return the rows after a button of one of them: `up:2`, `down:2`, `remove:2`."""
    name, _colon, number = deed.partition(":")
    if not number.isdecimal() or int(number) >= len(rows):
        return rows
    place = int(number)
    if name == "remove":
        return (*rows[:place], *rows[place + 1:])
    return moved_row(rows, place, -1 if name == "up" else 1)


def rows_of(piece: Any) -> tuple[Any, ...]:
    """Return the rows a piece has: choices or points."""
    if isinstance(piece, Item):
        return piece.choices
    return piece.points if isinstance(piece, AnswerScale) else ()
