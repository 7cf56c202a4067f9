"""`surveyapp report`: the diagnosis as PDF, HTML or JSON."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path

from instruments.codec import to_document
from reports.deliver import measurement_report_pdf
from surveyapp.cli.output import Subparsers, add_command, open_database
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.jobs.diagnose import diagnose_study, report_content, write_report
from surveyapp.jobs.further_report import write_further_reports
from surveyapp.jobs.measure import measure_study
from surveyapp.models.study import Study
from surveyapp.services.further_report import KINDS
from surveyapp.services.measurement import subject_of
from surveyapp.services.report_files import FILES, content_of
from surveyapp.services.study import get_instrument, get_study, get_wave, instrument_of, template_of


def add_commands(commands: Subparsers) -> None:
    """Add the report command."""
    command = add_command(commands, "report", "write the report of a study", _report)
    command.add_argument("study")
    command.add_argument("--wave")
    command.add_argument("--language", default="en", help="en, zh or en,zh")
    command.add_argument("--format", choices=["pdf", "json", *FILES], default="pdf")
    command.add_argument("-o", "--out", required=True)
    command.add_argument("--kind", choices=list(KINDS), help="write a report of another kind than the diagnosis")
    command.add_argument("--measurement", metavar="INSTRUMENT",
                         help="write the measurement report of a questionnaire instead: reliability and factors")


def _report(options: argparse.Namespace) -> None:
    open_database()
    languages = list(dict.fromkeys(language.strip() for language in options.language.split(",")))
    study = get_study(read_session(), options.study)
    template = template_of(read_session(), study)
    for language in languages:
        if language not in template.languages:
            raise BadInput("The study has no language {language}.", "It has: {known}.", language=repr(language),
                           known=", ".join(template.languages))
    if options.kind:
        _write_further(study, options, languages)
    elif options.measurement:
        _write_measurement(study, options, languages)
    else:
        _write_diagnosis(study, options, languages)


def _write_diagnosis(study: Study, options: argparse.Namespace, languages: list[str]) -> None:
    stored, _ = diagnose_study(options.study, options.wave)
    for language in languages:
        path = target(Path(options.out), language, len(languages))
        path.parent.mkdir(parents=True, exist_ok=True)
        if options.format == "pdf":
            path.write_bytes(write_report(study, stored, language).content)
        else:
            report = report_content(study, stored, language)
            path.write_bytes(json.dumps(to_document(report), ensure_ascii=False, indent=1).encode()
                             if options.format == "json" else FILES[options.format][1](report))
        print(f"Wrote {path}.")


def _write_measurement(study: Study, options: argparse.Namespace, languages: list[str]) -> None:
    wave = get_wave(read_session(), study, options.wave)
    measured = measure_study(study, wave, options.measurement)
    instrument = instrument_of(get_instrument(read_session(), study, options.measurement))
    for reason in measured.left_out:
        print(f"Notice: left out: {reason}", file=sys.stderr)
    for language in languages:
        path = target(Path(options.out), language, len(languages))
        path.parent.mkdir(parents=True, exist_ok=True)
        subject = subject_of(study, measured, instrument, language)
        path.write_bytes(measurement_report_pdf(dict(measured.results), subject, language=language))
        print(f"Wrote {path}.")


def _write_further(study: Study, options: argparse.Namespace, languages: list[str]) -> None:
    for row in write_further_reports(study.id, options.kind, options.wave, languages):
        path = target(Path(options.out), "-".join(filter(None, (row.about, row.language))),
                      len(languages) + bool(row.about))
        path.parent.mkdir(parents=True, exist_ok=True)
        if options.format in ("pdf", "json"):
            path.write_bytes(row.content if options.format == "pdf" else gzip.decompress(row.tree))
        else:
            path.write_bytes(FILES[options.format][1](content_of(row)))
        print(f"Wrote {path}.")


def target(path: Path, language: str, n_languages: int) -> Path:
    """Return the file of one language: exactly `path` for one, `name-<language>` for several."""
    return path if n_languages == 1 else path.with_name(f"{path.stem}-{language}{path.suffix}")
