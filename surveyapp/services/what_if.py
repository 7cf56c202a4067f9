"""What somebody wants to see moved: a cause by an amount, a threshold to a value; and what is implied by it.

Nothing is stored: the figures come from the newest stored diagnosis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.diagnosis.what_if import Unit, movable_causes, what_if
from analysis.results.diagnosis import Diagnosis
from analysis.results.sensitivity import Trial
from analysis.results.what_if import WhatIf
from instruments.codec import from_document, to_document
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job, StoredDiagnosis
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.queue import enqueue_job
from surveyapp.services.diagnosis import diagnosis_of, newest_diagnosis

TRIAL = "thresholds"        # the kind of job
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


def read_trial(name: str, text: str) -> dict[str, float]:
    """Return a threshold with the value it is to be tried at; BadInput names what does not fit."""
    row = THRESHOLDS.get(name)
    if row is None:
        raise BadInput("No threshold was chosen.", "Choose the threshold that is moved.")
    value, unit = read_amount(text)
    if unit != "points" or not row.low <= value <= row.high:
        raise BadInput("{value} is outside {low} to {high}.", "Write a number inside these bounds.", value=text,
                       low=f"{row.low:g}", high=f"{row.high:g}")
    return {name: value}


def request_trial(session: Session, study: Study, moved: Mapping[str, float], account: Account) -> Job:
    """Return the job that judges the newest diagnosis again with thresholds moved; nothing of it is changed."""
    stored = newest_diagnosis(session, study)
    if stored is None:
        raise Refused("The study has no diagnosis yet.", "Close collection, then ask for one.")
    wave = session.get_one(Wave, stored.wave_id)
    return enqueue_job(session, study.id, TRIAL, {"wave": wave.key, "moved": dict(moved)}, account)


def store_trial(session: Session, job_id: str, trial: Trial) -> None:
    """Keep what came out beside what was asked."""
    job = session.get_one(Job, job_id)
    job.options = {**job.options, "trial": to_document(trial)}


def list_trials(session: Session, study: Study, limit: int = 5) -> list[tuple[Job, Trial | None]]:
    """Return the newest trials, each with what came out; None where that is not known yet."""
    jobs = session.scalars(select(Job).where(Job.study_id == study.id, Job.kind == TRIAL)
                           .order_by(Job.created_at.desc(), Job.id).limit(limit))
    return [(job, from_document(Trial, job.options["trial"]) if "trial" in job.options else None) for job in jobs]
