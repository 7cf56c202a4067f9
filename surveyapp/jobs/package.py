"""A reproducible package of a study: rows without profile, codings without text, tables as printed; written and run.

Rows are shuffled and renamed by chance, so that no package can be joined to another file. Template, versions,
thresholds and seed go along; what a package cannot carry is withheld by a named rule.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.diagnosis.links import department_of, link_scores
from analysis.diagnosis.package import carried_items, compare, packed_metrics
from analysis.diagnosis.surveyed import empty_answers, survey_audience
from analysis.qual.frequency import STAFF, count_code, interviewees
from analysis.quant.associate import centre_groups
from analysis.results.diagnosis import Diagnosis, LinkFinding
from analysis.results.package import (
    FORMAT,
    Manifest,
    PackedAudience,
    PackedCode,
    PackedLink,
    PackedMatrix,
    Reproduction,
)
from analysis.tables import AnswerTable, InterviewTable, StudyTables
from instruments.codec import CodecError, from_document, to_document
from instruments.schema import MISSING_CODES
from instruments.template_loader import read_template_zip
from instruments.template_writer import template_zip
from surveyapp.dataset import CODING_COLUMNS, INTERVIEW_COLUMNS, LINK_COLUMNS, TURN_COLUMNS, load_tables
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.anonymised import masked, shown_name

MANIFEST, TEMPLATE, CODINGS = "manifest.json", "template.zip", "codings.csv"
LARGEST = 200 * 1024 * 1024
DAY = (2020, 1, 1, 0, 0, 0)     # in the archive: the same content gives the same bytes but for the shuffled rows


def write_package(study: Study, wave: Wave, path: Path) -> Manifest:
    """Write the package of a wave and return what it tells; Refused while answers of people still arrive."""
    tables = load_tables(read_session(), study, wave)
    diagnosis = compute_diagnosis(study, wave)
    files, left_out = _answer_files(tables, diagnosis)
    files[CODINGS] = _codings(tables)
    files[TEMPLATE] = template_zip(masked(study, tables.template))
    manifest = _manifest(study, tables, diagnosis, left_out)
    manifest = replace(manifest, files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()})
    files[MANIFEST] = json.dumps(to_document(manifest), ensure_ascii=False, indent=1).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, DAY), content, zipfile.ZIP_DEFLATED)
    return manifest


def _answer_files(tables: StudyTables, diagnosis: Diagnosis) -> tuple[dict[str, bytes], dict[str, str]]:
    files: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    for audience, table in tables.answers.items():
        valid = table.without(frozenset(diagnosis.screening[audience].excluded))
        kept, out = carried_items(table)
        left_out |= out
        order = list(range(valid.n))
        secrets.SystemRandom().shuffle(order)
        cells = valid.values[list(kept)].where(valid.missing[list(kept)] == 0, valid.missing[list(kept)])
        rows = cells.iloc[order].to_numpy(dtype=float)
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow(("row", *kept))
        writer.writerows((f"{place:05d}", *(f"{cell:g}" for cell in row)) for place, row in enumerate(rows, start=1))
        files[_answers_name(audience)] = stream.getvalue().encode()
    return files, left_out


def _answers_name(audience: str) -> str:
    return f"answers-{audience}.csv"


def _codings(tables: StudyTables) -> bytes:
    """Return who said what of which code, without words, roles, days or order."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(("interview", "code", "polarity"))
    if tables.interviews is not None:
        people = list(map(str, interviewees(tables.interviews, STAFF).index))
        secrets.SystemRandom().shuffle(people)
        number = {key: f"{place:03d}" for place, key in enumerate(people, start=1)}
        found = tables.interviews.codings
        rows = {(number[key], code, polarity) for key, code, polarity in zip(
            found["interview"], found["code"], found["polarity"], strict=True) if key in number}
        writer.writerows(sorted(rows | {(one, "", "") for one in number.values()}))
    return stream.getvalue().encode()


def _manifest(study: Study, tables: StudyTables, diagnosis: Diagnosis, left_out: Mapping[str, str]) -> Manifest:
    provenance = diagnosis.provenance
    return Manifest(
        FORMAT, shown_name(study), provenance.wave, provenance.template, provenance.template_version,
        provenance.instrument_versions, provenance.seed, provenance.thresholds, provenance.versions,
        provenance.frozen_on, provenance.is_synthetic,
        tuple(PackedAudience(row.audience, row.n_submitted, row.n_valid, row.verdict, row.population,
                             row.response_rate) for row in diagnosis.screening.values()),
        _codes(tables, diagnosis),
        tuple(PackedLink(link.cause, link.problem, link.standard_error, link.lo, link.hi, link.interviewees,
                         link.interview_roles, link.interview_status, _freed(link)) for link in diagnosis.links),
        _matrix(tables, diagnosis), sum(diagnosis.roles_interviewed.values()), dict(diagnosis.metrics), dict(left_out))


def _freed(link: LinkFinding) -> tuple[float, ...] | None:
    weight, low, high = link.beta_disattenuated, link.beta_dis_low, link.beta_dis_high
    if not link.is_freed or weight is None or low is None or high is None:
        return None
    return (weight, low, high) if link.beta_dis_error is None else (weight, low, high, link.beta_dis_error)


def _codes(tables: StudyTables, diagnosis: Diagnosis) -> tuple[PackedCode, ...]:
    if tables.interviews is None or tables.template.codebook is None:
        return ()
    roles = interviewees(tables.interviews, STAFF)["role"].astype(str).to_dict()
    found = []
    for row in diagnosis.interviews:
        count = count_code(tables.interviews, tables.template.codebook, row.code, guide=tables.template.guide)
        found.append(PackedCode(row.code, row.n_asked, row.roles, len({roles[key] for key in count.contradicts}),
                                row.agreement_verdict))
    return tuple(found)


def _matrix(tables: StudyTables, diagnosis: Diagnosis) -> PackedMatrix | None:
    if not diagnosis.links:
        return None
    covariates = diagnosis.link_model.covariates
    causes = (*dict.fromkeys(link.cause for link in diagnosis.links), *covariates)
    problems = tuple(dict.fromkeys(link.problem for link in diagnosis.links))
    asked = next(instrument.audience for instrument in tables.template.instruments
                 if any(construct.key == causes[0] for construct in instrument.constructs))
    side = survey_audience(tables, asked, diagnosis.provenance.thresholds)
    scores, n_groups = centre_groups(link_scores(side)[[*causes, *problems]].dropna(), department_of(side))
    R = np.corrcoef(scores.to_numpy(dtype=float), rowvar=False)
    return PackedMatrix(causes, problems, tuple(map(tuple, R.tolist())), len(scores), n_groups, covariates)


# ---- run ------------------------------------------------------------------------------------------------------------
def run_package(content: bytes, place: str) -> tuple[Manifest, Reproduction]:
    """Return what a package tells, and how the figures computed from it stand to those of its study."""
    files = _files(content, place)
    try:
        manifest = from_document(Manifest, json.loads(files[MANIFEST]))
    except (KeyError, ValueError, CodecError) as error:
        raise BadInput("{place} is no package of a study.", "Write one with `surveyapp package`.",
                       place=place) from error
    if manifest.format != FORMAT:
        raise BadInput("{place} has the format {format}, which this program does not read.",
                       "Run it with the program that wrote it.", place=place, format=repr(manifest.format))
    for name, digest in manifest.files.items():
        if hashlib.sha256(files.get(name, b"")).hexdigest() != digest:
            raise BadInput("{place}: {file} is not what was packed.", "Get the package again.", place=place, file=name)
    tables = _tables(manifest, files, place)
    return manifest, compare(manifest, packed_metrics(tables, manifest))


def _files(content: bytes, place: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > LARGEST:
                raise BadInput("{place} is too large.", "Get the package again.", place=place)
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except zipfile.BadZipFile as error:
        raise BadInput("{place} is no package of a study.", "Write one with `surveyapp package`.",
                       place=place) from error


def _tables(manifest: Manifest, files: Mapping[str, bytes], place: str) -> StudyTables:
    template = read_template_zip(files[TEMPLATE], place)
    answers = {}
    for row in manifest.audiences:
        frame = pd.read_csv(io.BytesIO(files[_answers_name(row.audience)]), index_col="row", dtype={"row": str})
        empty = empty_answers(template.instrument(row.audience))
        answers[row.audience] = _answers(empty, frame.astype(float))
    return StudyTables(template=template, answers=answers, interviews=_interviews(files[CODINGS]),
                       thresholds=manifest.thresholds, seed=manifest.seed, wave=manifest.wave)


def _answers(empty: AnswerTable, frame: pd.DataFrame) -> AnswerTable:
    is_code = frame.isin(sorted(MISSING_CODES))
    index = pd.Index(frame.index.astype(str), dtype=object)
    nothing = pd.Series(np.nan, index=index, dtype=float)
    return AnswerTable(
        empty.instrument, frame.mask(is_code).set_axis(index), frame.where(is_code, 0).astype(np.int8).set_axis(index),
        pd.DataFrame(np.nan, index=index, columns=list(empty.positions.columns)), nothing,
        pd.Series("", index=index, dtype=object))


def _interviews(content: bytes) -> InterviewTable | None:
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    keys = sorted({row["interview"] for row in rows})
    if not keys:
        return None
    about: dict[str, Any] = {"audience": STAFF, "role": "", "held_on": "", "language": "", "questions": None,
                             "is_verbatim": False}
    people = pd.DataFrame([about] * len(keys), index=keys, columns=list(INTERVIEW_COLUMNS))
    usual = {"coder": "", "turn": -1, "start": -1, "end": -1, "quote": "", "edited_quote": {}, "quote_kind": ""}
    codings = pd.DataFrame([{**usual, **row} for row in rows if row["code"]], columns=list(CODING_COLUMNS))
    return InterviewTable(people, codings, pd.DataFrame(columns=list(LINK_COLUMNS)),
                          pd.DataFrame(columns=list(TURN_COLUMNS)))
