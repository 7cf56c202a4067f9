"""The summary alone of the samples of all catalogue studies: what every change is to leave at two pages.

To diagnose them takes half a minute, to print a summary half a second. So the diagnoses are kept here, packed, with
what else a report reads; `python -m tests.gates.summaries` makes them anew, after a change of the diagnosis or of a
sample. That they are the newest matters little: it is their length that is tried, with the words and styles of today.
"""

from __future__ import annotations

import io
import json
import lzma
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from analysis.results.diagnosis import Diagnosis
from analysis.results.waves import WaveComparison
from instruments.codec import from_document, to_document
from instruments.facts import StudyFacts
from instruments.template_loader import load_catalogue_template
from reports.content import Paragraph, Section, Statement, StudyReport
from reports.pdf import write_pdf
from reports.render import report_html
from reports.sections.study import OtherWaves, study_report
from reports.waves import WaveTold
from surveyapp.sample.studies import SAMPLES
from tests.factories.kept import filling
from tests.gates import prepared as preparing
from tests.gates.checks import MOST_SUMMARY_PAGES, destinations

FOLDER = Path(__file__).parent / "samples"
DECIMALS = 5                # more than any report prints
TWO_PAGES = {"summary": 0, "summary-causes": 1, "after": MOST_SUMMARY_PAGES}      # page 1 decides, page 2 is the last
SUMMARY = ("summary", "summary-causes")
WAVES = tuple((key, wave) for key in sorted(SAMPLES)
              for wave in ("w1", "w2")[:1 if SAMPLES[key].second is None else 2])


@cache
def kept(template_key: str, wave: str) -> tuple[Diagnosis, StudyFacts, tuple[WaveComparison, ...]]:
    """Return the diagnosis of a sample's wave, with what a report on it reads besides."""
    document = json.loads(lzma.decompress(_path(template_key, wave).read_bytes()))
    return (from_document(Diagnosis, document["diagnosis"]), from_document(StudyFacts, document["facts"]),
            tuple(from_document(WaveComparison, change) for change in document["changes"]))


def sample_report(template_key: str, wave: str, language: str) -> StudyReport:
    """Return the report of a sample's wave."""
    diagnosis, facts, changes = kept(template_key, wave)
    return study_report(diagnosis, load_catalogue_template(template_key), facts, language=language,
                        waves=OtherWaves(changes, told=_told(template_key, wave)))


def _told(template_key: str, wave: str) -> dict[str, WaveTold]:
    """Return what the waves up to one are called: which surveys they were, begun on which days."""
    return {key: WaveTold(place, kept(key_of, key)[1].fieldwork_from) for place, (key_of, key) in enumerate(
        [one for one in WAVES if one[0] == template_key and one[1] <= wave], start=1)}


def summary_alone(report: StudyReport) -> StudyReport:
    """Return a report with its summary, one page by which its end is seen, and the evidence that its codes lead to.

    Without the evidence no code is printed behind the findings; they are two lines and more of page 1.
    """
    after = Section("after", "-", Statement("-"), (Paragraph((Statement("-"),)),), starts_page=True)
    return replace(report, sections=(*(one for one in report.sections if one.key in SUMMARY), after,
                                     *(one for one in report.sections if one.key == "evidence")))


def pages_of_summary(report: StudyReport) -> dict[str, int]:
    """Return on which page each part of a report's summary begins, counted from its own first, and what follows it."""
    alone = summary_alone(report)
    printed = write_pdf(report_html(alone, is_traced=False), title=alone.title, language=alone.language,
                        identifier=alone.identifier, frozen_on=alone.frozen_on)
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        places = destinations(pdf)
    return {key: places[key] - places["summary"] for key in (*SUMMARY, "after") if key in places}


def _path(template_key: str, wave: str) -> Path:
    return FOLDER / f"{template_key}-{wave}.json.xz"


# ---- made anew ------------------------------------------------------------------------------------------------------
def make_anew(folder: Path) -> None:
    """Diagnose every sample and keep what a report on each of its waves reads."""
    from surveyapp.jobs import diagnose
    from tests.conftest import upgrade

    empty = folder / "empty.sqlite3"
    with filling(empty) as database:
        upgrade(database)
    written = preparing._diagnose

    def keep_too(wave_key: str, *, by_hand: bool) -> None:
        written(wave_key, by_hand=by_hand)
        study = preparing.get_study(preparing.read_session(), preparing.NAME)
        stored = preparing.newest_diagnosis(preparing.read_session(), study)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(diagnose, "study_report", _keeping(study.template_key, wave_key, diagnose.study_report))
            diagnose.report_content(study, stored, "en")  # type: ignore[arg-type]  # it was stored above

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparing, "_diagnose", keep_too)
        for key in sorted(SAMPLES):
            with preparing.prepared(folder / f"{key}.sqlite3", empty, key):
                pass


def _keeping(key: str, wave: str, write: Any) -> Any:
    def keeping(diagnosis: Diagnosis, template: Any, facts: StudyFacts, **more: Any) -> StudyReport:
        document: Mapping[str, Any] = {
            "diagnosis": to_document(diagnosis), "facts": to_document(facts),
            "changes": [to_document(change) for change in more["waves"].changes]}
        packed = lzma.compress(json.dumps(_rounded(document), ensure_ascii=False).encode(), preset=9)
        _path(key, wave).write_bytes(packed)
        report: StudyReport = write(diagnosis, template, facts, **more)
        return report

    return keeping


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return round(value, DECIMALS) if isinstance(value, float) else value


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        make_anew(Path(made))
    sys.stdout.write(f"{len(WAVES)} waves\n")
