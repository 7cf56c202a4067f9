"""The reports that the gates look at with every change: one study, both languages, of the size of the sample.

Every kind that the application lists joins by itself: it is written of the prepared study. A kind that such a study
tells too little of has its subject by hand here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from analysis.quant.spec.data import read_data_file
from analysis.quant.spec.run import run_spec, with_sample
from instruments.facts import StudyFacts
from instruments.template_loader import load_catalogue_template
from reports.content import StudyReport
from reports.kinds.fieldwork import fieldwork_report
from reports.measured.frame import Subject
from reports.measurement import measurement_report
from reports.sections.study import study_report
from surveyapp.services.further_report import KINDS
from tests.factories.diagnosis import rich_diagnosis, sparse_diagnosis
from tests.factories.diagnosis_parts import facts
from tests.factories.fieldwork import WAVE
from tests.gates.prepared import further_of, prepared
from tests.reference.psychometrics.cases import HERE

SCALES = {scale: [f"{scale}{number}" for number in range(1, 6)] for scale in "ACENO"}
ALL = [key for keys in SCALES.values() for key in keys]
REVERSE = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
SPEC: list[dict[str, Any]] = [
    *({"id": key, "do": "reliability", "items": items, "reverse": [i for i in items if i in REVERSE], "range": [1, 6]}
      for key, items in SCALES.items()),
    {"id": "kmo", "do": "kmo", "items": ALL}, {"id": "parallel", "do": "parallel", "items": ALL, "seed": 1},
    {"id": "five", "do": "efa", "items": ALL, "n_factors": 5},
    {"id": "scores", "do": "correlations", "scales": SCALES, "reverse": REVERSE, "range": [1, 6]},
    {"id": "care", "do": "careless", "items": ALL, "scales": SCALES, "range": [1, 6]}]


def bank_report(language: str) -> StudyReport:
    """Return the report of a study in which every kind of finding occurs."""
    template = load_catalogue_template("bank_crm")
    return study_report(rich_diagnosis(template), template, facts(), language=language)


def poor_report(language: str) -> StudyReport:
    """Return the report of a study with three answers and no interview."""
    template = load_catalogue_template("bank_crm")
    return study_report(sparse_diagnosis(template), template, StudyFacts(), language=language)


@cache
def measured_results() -> tuple[Mapping[str, Any], Any]:
    """Return the results of a published data file, and what is known of it."""
    data = read_data_file(HERE / "data" / "bfi.csv")
    return with_sample(run_spec(data.frame, SPEC), data.frame, SPEC), data.facts


def measured_report(language: str) -> StudyReport:
    """Return the measurement report of a published data file."""
    results, known = measured_results()
    subject = Subject("Five scales", "survey.csv", 2800, spec=SPEC, facts=known, specification="- {id: A}")
    return measurement_report(results, subject, language=language)


def fieldwork(language: str) -> StudyReport:
    """Return the fieldwork report of a collection in which everything that it can tell occurs."""
    return fieldwork_report(WAVE, language)


BY_HAND: Mapping[str, Callable[[str], StudyReport]] = {
    "diagnosis": bank_report, "poor": poor_report, "measurement": measured_report, "fieldwork": fieldwork}
WRITTEN = tuple(kind for kind in KINDS if kind not in BY_HAND)      # of the prepared study
SUBJECTS = (*BY_HAND, *WRITTEN)


def written(folder: Path, empty: Path) -> dict[tuple[str, str], StudyReport]:
    """Return, by kind and language, the first report of every kind that is written of the prepared study."""
    with prepared(folder / "study.sqlite3", empty, "bank_crm", by_hand=True) as study:
        made = {language: further_of(study, language) for language in ("en", "zh")}
    return {(kind, language): of_kind[kind][0] for language, of_kind in made.items() for kind in WRITTEN}
