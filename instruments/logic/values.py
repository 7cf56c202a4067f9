"""Values of the expression language and their conversions, equal in every interpreter."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Value = str | float | bool | tuple[str, ...]

_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_SPACE = " \t\n\r"
_EPOCH = date(1970, 1, 1)
_WHOLE_DIGITS = 21      # a whole number of more digits is written with an exponent, as in the browser
_SMALL_DIGITS = -6      # the same for a number with this many zeros behind the point


def as_value(raw: Any) -> Value:
    """Return a stored answer as a value: nothing is the empty text, a list is a set of choices."""
    if raw is None:
        return ""
    if isinstance(raw, (bool, str, float)):
        return raw
    if isinstance(raw, int):
        return _float_of(raw)
    if isinstance(raw, Sequence):
        return tuple(to_text(as_value(entry)) for entry in raw)
    return str(raw)


def _float_of(whole: int) -> float:
    try:
        return float(whole)
    except OverflowError:       # a whole number of more than 308 digits
        return math.inf if whole > 0 else -math.inf


def to_number(value: Value) -> float:
    """Return a value as a number; NaN where it is none."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    text = trimmed(to_text(value))
    if _NUMBER.fullmatch(text):
        return float(text)
    day = find_date(text)
    return math.nan if day is None else float((day - _EPOCH).days)


def is_number_text(text: str) -> bool:
    """Return whether a text is read as a number."""
    return _NUMBER.fullmatch(trimmed(text)) is not None


def find_date(text: str) -> date | None:
    """Return the day that a text of the form 2026-11-23 names, or None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def date_of_days(days: float) -> str:
    """Return the date that lies so many days after 1970-01-01, or empty where the calendar ends."""
    if not math.isfinite(days):
        return ""
    try:
        found = _EPOCH + timedelta(days=math.floor(days))
    except OverflowError:
        return ""
    return found.isoformat() if found.year >= 1000 else ""  # noqa: PLR2004  # a year has four digits here


def to_text(value: Value) -> str:
    """Return a value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(value)
    return number_text(value)


def number_text(number: float) -> str:
    """Return a number in its shortest form, as the browser writes it; NaN and infinity are empty."""
    if not math.isfinite(number):
        return ""
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    parts = Decimal(repr(abs(number))).normalize().as_tuple()
    digits = "".join(map(str, parts.digits))
    point = len(digits) + int(parts.exponent)
    return sign + _place_point(digits, point)


def _place_point(digits: str, point: int) -> str:
    if len(digits) <= point <= _WHOLE_DIGITS:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _WHOLE_DIGITS:
        return f"{digits[:point]}.{digits[point:]}"
    if _SMALL_DIGITS < point <= 0:
        return "0." + "0" * -point + digits
    mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
    return f"{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def is_true(value: Value) -> bool:
    """Return the truth of a value: a number other than 0 and NaN, a text or set that is not empty."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return len(value) > 0


def words(value: Value) -> tuple[str, ...]:
    """Return the chosen names of a value: a set's members, or a text cut at its spaces."""
    if isinstance(value, tuple):
        return value
    return tuple(word for word in re.split(f"[{_SPACE}]+", to_text(value)) if word)


def trimmed(text: str) -> str:
    """Return a text without spaces, tabs and line ends around it."""
    return text.strip(_SPACE)


def normal_space(text: str) -> str:
    """Return a text without spaces at its ends and with single spaces inside."""
    return " ".join(words(text))


def stored_value(value: Value) -> Value:
    """Return what is stored of a computed value: NaN and infinity become empty, minus zero becomes zero."""
    if isinstance(value, float) and not isinstance(value, bool):
        return value + 0.0 if math.isfinite(value) else ""
    return value
