"""`surveyapp diagnose`: what is wrong and why, from what is in the database now."""

from __future__ import annotations

import argparse

from analysis.diagnosis.document import diagnosis_document
from analysis.diagnosis.trace.document import trace_document
from analysis.results.diagnosis import Diagnosis
from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.cli.what_if import show_what_if
from surveyapp.db.session import read_session
from surveyapp.jobs.diagnose import diagnose_study
from surveyapp.services.anonymised import masked, shown_diagnosis
from surveyapp.services.joint import display_of
from surveyapp.services.joint_sheet import joint_document
from surveyapp.services.study import get_study, template_of


def add_commands(commands: Subparsers) -> None:
    """Add the diagnose command."""
    command = add_command(commands, "diagnose", "diagnose a study", _diagnose, has_json=True)
    command.add_argument("study")
    command.add_argument("--wave")
    command.add_argument("--what-if", action="append", default=[], metavar="NAME=AMOUNT",
                         help="move a cause (CAUSE=-0.5, CAUSE=-1sd) or a threshold (tau=3.1); stores nothing")


def _diagnose(options: argparse.Namespace) -> None:
    open_database()
    if options.what_if:
        show_what_if(options)
        return
    stored, diagnosis = diagnose_study(options.study, options.wave)
    if options.json:
        study = get_study(read_session(), options.study)
        document = {**diagnosis_document(shown_diagnosis(study, diagnosis)),
                    "trace": trace_document(diagnosis, template_of(read_session(), study)),
                    "joint": joint_document(display_of(read_session(), study, stored))}
        print_json(masked(study, document))
    else:
        _show(diagnosis)


def _show(diagnosis: Diagnosis) -> None:
    for audience, screening in diagnosis.screening.items():
        print(f"{audience}: {screening.n_submitted} submitted, {len(screening.excluded)} excluded")
    print_table(("problem", "n", "mean", "status", "grade"), [
        (row.level.construct, row.level.n, _number(row.level.mean), row.level.status, row.grade or "-")
        for row in diagnosis.problems])
    print_table(("cause", "n", "mean", "elevated", "reading"), [
        (row.level.construct, row.level.n, _number(row.level.mean), "yes" if row.is_elevated else "no", row.reading)
        for row in diagnosis.causes])
    shown = [row for row in diagnosis.links if row.status == "supports"]
    if shown:
        print_table(("cause", "problem", "beta", "interval", "grade"), [
            (row.cause, row.problem, f"{row.beta:.2f}", f"[{row.lo:.2f}, {row.hi:.2f}]", row.grade or "-")
            for row in shown])
    for warning in diagnosis.warnings:
        print(f"Notice: {warning}")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
