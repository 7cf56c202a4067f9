"""What somebody wants to see moved: a cause by an amount, a threshold to a value; and what is implied by it.

Nothing is stored: the figures come from the newest stored diagnosis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.diagnosis.what_if import Unit, movable_causes, what_if
from analysis.results.diagnosis import Diagnosis
from analysis.results.what_if import WhatIf
from surveyapp.errors import BadInput
from surveyapp.models.diagnosis import StoredDiagnosis
from surveyapp.models.study import Study
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis

AMOUNT = re.compile(r"([+-]?)(\d{1,4}(?:\.\d{1,6})?)\s*(sd|SD)?")
SIGNS = str.maketrans({"−": "-", "–": "-", "＋": "+", "－": "-", "．": ".", "，": ".", ",": "."})


@dataclass(frozen=True)
class Move:
    """A cause moved by an amount, in scale points or in standard deviations."""

    cause: str
    amount: float
    unit: Unit


@dataclass(frozen=True)
class Wishes:
    """What a command line asks for."""

    moves: tuple[Move, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Implied:
    """The newest diagnosis, the causes that can be moved, and what was asked of it."""

    stored: StoredDiagnosis
    diagnosis: Diagnosis
    causes: tuple[str, ...]
    found: WhatIf | None = None


def read_amount(text: str, unit: Unit = "points") -> tuple[float, Unit]:
    """Return an amount and its unit: "-0.5" in the unit given, "-1 sd" in standard deviations."""
    match = AMOUNT.fullmatch(text.translate(SIGNS).strip())
    if match is None:
        raise BadInput("“{text}” is no amount to move a cause by.",
                       "Write a number of scale points such as -0.5, or of standard deviations such as -1sd.",
                       text=text)
    return float(match.group(1) + match.group(2)), "sd" if match.group(3) else unit


def read_wishes(texts: Iterable[str]) -> Wishes:
    """Return what is moved; a name that is a threshold's is one, any other a cause."""
    moves: list[Move] = []
    thresholds: dict[str, float] = {}
    for text in texts:
        name, separator, amount = text.partition("=")
        if not separator or not name.strip():
            raise BadInput("“{text}” does not say what is moved.",
                           "Write CAUSE=AMOUNT with the key of a cause, or THRESHOLD=VALUE, such as tau=3.1.",
                           text=text)
        value, unit = read_amount(amount)
        if name.strip() in THRESHOLDS:
            thresholds[name.strip()] = value
        else:
            moves.append(Move(name.strip(), value, unit))
    return Wishes(tuple(moves), thresholds)


def load_implied(session: Session, study: Study, move: Move | None) -> Implied | None:
    """Return what the newest diagnosis implies for a move; None where there is no diagnosis."""
    stored = newest_diagnosis(session, study)
    if stored is None:
        return None
    diagnosis = diagnosis_of(stored)
    found = None if move is None else what_if(diagnosis, move.cause, move.amount, move.unit)
    return Implied(stored, diagnosis, movable_causes(diagnosis), found)
