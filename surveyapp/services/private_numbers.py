"""Telephone, identity-card and account numbers and mail addresses in a text: what must never be recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from surveyapp.services.taken_places import TakenPlaces

Kind = Literal["identity_number", "account_number", "telephone", "mail_address"]

# Digits as people write them: in groups, with spaces or hyphens between.
_GAP = r"[ \-\u00a0]?"
_EDGE = r"(?<![\dA-Za-z])", r"(?![\dA-Za-z])"
# A telephone number is no part of a longer row of digits: that would be an account.
_ALONE = r"(?<![\dA-Za-z])(?<!\d[ \-])", r"(?![\dA-Za-z])(?![ \-]\d)"
PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    # GB 11643: six digits of a place, a birth date, three digits of order, one check sign.
    ("identity_number", re.compile(
        _EDGE[0] + r"[1-9]\d{5}" + _GAP + r"(?:18|19|20)\d{2}" + _GAP + r"(?:0[1-9]|1[0-2])" + _GAP
        + r"(?:0[1-9]|[12]\d|3[01])" + _GAP + r"\d{3}[\dXx]" + _EDGE[1])),
    ("telephone", re.compile(_ALONE[0] + r"\+\d{1,3}(?:[ \-]?\(?\d{2,4}\)?){2,4}" + _ALONE[1])),
    ("telephone", re.compile(_ALONE[0] + r"1[3-9]\d" + _GAP + r"\d{4}" + _GAP + r"\d{4}" + _ALONE[1])),
    ("telephone", re.compile(_ALONE[0] + r"0\d{2,3}[ \-]?\d{3,4}[ \-]?\d{4}" + _ALONE[1])),
    # ISO/IEC 7812 card numbers and the account numbers of Chinese banks have 12 to 19 digits.
    ("account_number", re.compile(_EDGE[0] + r"\d(?:" + _GAP + r"\d){11,18}" + _EDGE[1])),
    ("mail_address", re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")),
)
SHOWN = 3               # characters left readable on the warning page, enough to find the place


@dataclass(frozen=True)
class PrivateNumber:
    """One place that looks like a number that must not be recorded; `shown` is masked."""

    kind: Kind
    line: int
    shown: str
    start: int
    end: int


def find_private_numbers(text: str) -> tuple[PrivateNumber, ...]:
    """Return the places of the text that look like private numbers, in order; each place once."""
    found: list[PrivateNumber] = []
    taken = TakenPlaces(len(text))
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if taken.take(start, end):
                found.append(PrivateNumber(kind, text.count("\n", 0, start) + 1, _masked(match[0]), start, end))
    return tuple(sorted(found, key=lambda number: number.start))


def _masked(words: str) -> str:
    return words[:SHOWN] + "•" * (len(words) - SHOWN)
