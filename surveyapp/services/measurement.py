"""Measurements of questionnaires: asked for, kept, found again, and the further analyses a researcher adds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from instruments.codec import content_hash, from_document, to_document
from instruments.schema import Instrument
from reports.measured.frame import Subject, Survey
from reports.wording import typeset
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Job
from surveyapp.models.measurement import MeasurementReport, MeasurementSpec, StoredMeasurement
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.queue import enqueue_job
from surveyapp.services.anonymised import masked, shown_name
from surveyapp.services.audit import record_change
from surveyapp.services.study import facts_of, list_waves

JOB = "measure"
LARGEST_SPEC = 100_000      # bytes
PATIENCE_S = 60
CHILD = "surveyapp.services.spec_child"     # by its name: what it imports stays out of a web worker
# What may be asked of a study's answers: nothing that gives a value for each person, and nothing by groups of people.
VERBS = frozenset({"sample", "reliability", "items", "omega", "correlations", "htmt", "kmo", "bartlett", "parallel",
                   "map", "vss", "efa", "polychoric", "cfa", "sem", "drivers", "dominance"})
# … and no option that takes people out by what they answered: the rest would show what those said.
OPTIONS = frozenset({"id", "do", "title", "items", "reverse", "range", "missing", "confidence", "correlation", "scales",
                     "n_factors", "max_factors", "n_draws", "seed", "method", "rotation"})
OF_MODELS = frozenset({"model", "estimator", "std_lv", "meanstructure", "orthogonal", "modification", "bootstrap",
                       "interval"})
OF_DRIVERS = frozenset({"outcome", "scores", "reliabilities", "delta", "n_resamples"})
MORE_OPTIONS: Mapping[str, frozenset[str]] = {"cfa": OF_MODELS, "sem": OF_MODELS, "drivers": OF_DRIVERS,
                                              "dominance": OF_DRIVERS}


@dataclass(frozen=True)
class Measurement:
    """What is kept of a measurement; results in their order, each with its id."""

    n: int
    results: tuple[tuple[str, Any], ...]
    spec: tuple[Mapping[str, Any], ...]
    specification: str
    left_out: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    frozen_on: str = ""
    instrument_version: str = ""
    wave_number: int = 0                # place among the study's waves; 0 in what was kept before it was told
    starts_on: str = ""                 # ISO dates of the collection
    ends_on: str = ""
    n_careless: int | None = None       # answers that the diagnosis leaves out; None where they are too few to count
    are_careless_counted: bool = True


def subject_of(study: Study, measured: Measurement, instrument: Instrument, language: str) -> Subject:
    """Return what a report of the measurement is about, in words of the language."""
    names = {construct.key: construct.name for construct in instrument.constructs}
    names |= {item.key: item.text for item in instrument.items}
    labels = {key: name[language] for key, name in names.items() if language in name}
    return masked(study, Subject(
        typeset(instrument.title.get(language, study.name), language),
        facts_of(study).organisation.get(language) or shown_name(study),
        measured.n, labels, measured.frozen_on, study.is_synthetic, spec=measured.spec,
        specification=measured.specification, versions=measured.versions, left_out=measured.left_out,
        answers=_answer_words(instrument, language), survey=_survey(measured)))


def _answer_words(instrument: Instrument, language: str) -> dict[str, dict[str, str]]:
    """Return what each answer to each rating item is called."""
    scales = {scale.key: {str(point.value): point.label[language] for point in scale.points if language in point.label}
              for scale in instrument.scales}
    return {item.key: scales[item.scale] for item in instrument.items
            if item.kind == "rating" and item.scale in scales}


def _survey(measured: Measurement) -> Survey | None:
    return Survey(measured.wave_number, measured.starts_on, measured.ends_on, measured.n_careless,
                  measured.are_careless_counted) if measured.wave_number else None


def measured_waves(session: Session, study: Study) -> list[Wave]:
    """Return the waves that can be measured, the newest first; pilots are judged elsewhere."""
    return [wave for wave in reversed(list_waves(session, study)) if not wave.is_pilot]


def request_measurement(session: Session, study: Study, wave: Wave, audience: str, account: Account) -> Job:
    """Return the job that measures a questionnaire; refused while answers still arrive."""
    if wave.is_open:
        raise Refused("Collection is still open.", "Close it first: results that change with each answer would show "
                      "what a single person answered.")
    return enqueue_job(session, study.id, JOB, {"wave": wave.key, "audience": audience}, account)


def store_measurement(session: Session, study: Study, wave: Wave, audience: str, measured: Measurement,
                      reports: Mapping[str, bytes]) -> None:
    """Keep a measurement with its reports by language, in place of an older one."""
    digest = content_hash(measured)
    session.execute(delete(MeasurementReport).where(
        MeasurementReport.wave_id == wave.id, MeasurementReport.audience == audience))
    session.merge(StoredMeasurement(wave_id=wave.id, audience=audience, content_hash=digest,
                                    document=to_document(measured), created_at=utc_now()))
    session.add_all(MeasurementReport(wave_id=wave.id, audience=audience, language=language, content=content)
                    for language, content in reports.items())
    session.flush()
    record_change(session, "measure", f"{audience} in wave {wave.key}", study_id=study.id,
                  after={"content_hash": digest})


def find_measurement(session: Session, wave: Wave, audience: str) -> tuple[StoredMeasurement, Measurement] | None:
    """Return the kept measurement; None where there is none, or where the wave is open again."""
    stored = None if wave.is_open else session.get(StoredMeasurement, (wave.id, audience))
    return None if stored is None else (stored, from_document(Measurement, stored.document))


def get_measurement(session: Session, wave: Wave, audience: str) -> Measurement:
    """Return the kept measurement; NotFound otherwise."""
    found = find_measurement(session, wave, audience)
    if found is None:
        raise NotFound("This questionnaire has not been measured.", "Ask for it on the page of measurement.")
    return found[1]


def get_measurement_report(session: Session, wave: Wave, audience: str, language: str) -> bytes:
    """Return the PDF of a measurement; NotFound otherwise."""
    found = None if wave.is_open else session.get(MeasurementReport, (wave.id, audience, language))
    if found is None:
        raise NotFound("There is no such report of a measurement.", "Ask for it on the page of measurement.")
    return found.content


def report_languages(session: Session, wave: Wave, audience: str) -> list[str]:
    """Return the languages in which the kept measurement has a PDF."""
    return list(session.scalars(select(MeasurementReport.language).where(
        MeasurementReport.wave_id == wave.id, MeasurementReport.audience == audience)
        .order_by(MeasurementReport.language)))


def newest_job(session: Session, study: Study, wave: Wave, audience: str) -> Job | None:
    """Return the newest job that measures this questionnaire, or None."""
    jobs = session.scalars(select(Job).where(Job.study_id == study.id, Job.kind == JOB)
                           .order_by(Job.created_at.desc()).limit(50))
    return next((job for job in jobs if job.options.get("wave") == wave.key
                 and job.options.get("audience") == audience), None)


# ---- further analyses -----------------------------------------------------------------------------------------------
def find_spec(session: Session, study: Study, audience: str) -> MeasurementSpec | None:
    """Return the further analyses of a questionnaire, or None."""
    return session.get(MeasurementSpec, (study.id, audience))


def save_spec(session: Session, study: Study, instrument: Instrument, audience: str, text: str,
              account: Account) -> int:
    """Keep the further analyses of a questionnaire and return how many; an empty text takes them away."""
    analyses = checked_analyses(text, instrument) if text.strip() else []
    if analyses:
        session.merge(MeasurementSpec(study_id=study.id, audience=audience, text=text, analyses=analyses,
                                      changed_at=utc_now()))
    else:
        session.execute(delete(MeasurementSpec).where(MeasurementSpec.study_id == study.id,
                                                      MeasurementSpec.audience == audience))
    session.flush()
    record_change(session, "save_measurement_spec", audience, study_id=study.id, account=account,
                  after={"n": len(analyses), "content_hash": content_hash({"text": text})})
    return len(analyses)


def checked_analyses(text: str, instrument: Instrument) -> list[dict[str, Any]]:
    """Return the analyses of a text; BadInput names the place, what is wrong and what to do."""
    content = text.encode()
    if len(content) > LARGEST_SPEC:
        raise BadInput("The specification has more than {most} signs.", "Leave some analyses out.", most=LARGEST_SPEC)
    answer = _in_child(content)
    if "analyses" not in answer:
        raise BadInput("The specification, {place}: {words}", "{advice}", place=answer["place"], words=answer["reason"],
                       advice=answer["remedy"])
    analyses: list[dict[str, Any]] = answer["analyses"]
    known = {item.key for item in instrument.items if item.kind == "rating"}
    for entry in analyses:
        _check_entry(entry, answer["items"][str(entry["id"])], known)
    return analyses


def _in_child(content: bytes) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603  # our own program; the content comes on standard input
            [sys.executable, "-m", CHILD], input=content, capture_output=True, timeout=PATIENCE_S,
            check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]),
                             "OPENBLAS_NUM_THREADS": "1"})
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise BadInput("The specification cannot be read.", "Write fewer and plainer analyses.") from None
    return answer


def _check_entry(entry: Mapping[str, Any], items: Sequence[str], known: set[str]) -> None:
    key, do = str(entry.get("id")), str(entry.get("do"))
    if do not in VERBS:
        raise BadInput("The specification, analysis {key}: {do} is not done here, because it tells of single people or "
                       "small groups.", "Use one of: {verbs}.", key=repr(key), do=do, verbs=", ".join(sorted(VERBS)))
    strange = sorted(set(entry) - OPTIONS - MORE_OPTIONS.get(do, frozenset()))
    if strange:
        raise BadInput("The specification, analysis {key}: the option {option} is not taken here, because it could "
                       "leave few people.", "Leave it out.", key=repr(key), option=strange[0])
    for item in items:
        if item not in known:
            raise BadInput("The specification, analysis {key}: {item} is no rating item of the questionnaire.",
                           "Use the keys of its rating items: {known}.", key=repr(key), item=repr(item),
                           known=_listing(sorted(known)))


def _listing(keys: Sequence[str], most: int = 20) -> str:
    return ", ".join(keys[:most]) + (" …" if len(keys) > most else "")
