"""`surveyapp interviews joint`: the joint display of the newest diagnosis, as table, JSON or spreadsheet."""

from __future__ import annotations

import argparse
from pathlib import Path

from reports.sections.joint_words import JointWords
from reports.sections.source import Source
from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput
from surveyapp.models.study import Study
from surveyapp.services.anonymised import masked
from surveyapp.services.joint import Display
from surveyapp.services.joint_sheet import joint_document, shared_display, write_joint_sheet
from surveyapp.services.study import facts_of, get_study

LANGUAGES = ("en", "zh")


def add_joint(group: Subparsers) -> None:
    """Add the command of the joint display."""
    command = add_command(group, "joint", "survey and interviews side by side, with what people judged", _joint,
                          has_json=True)
    command.add_argument("study")
    command.add_argument("--language", choices=LANGUAGES, default="en")
    command.add_argument("-o", "--out", metavar="FILE.xlsx", help="write a spreadsheet")


def _joint(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    if options.out and Path(options.out).suffix.lower() != ".xlsx":
        raise BadInput("The joint display is written as .xlsx.", "Give the file that ending.")
    display = shared_display(read_session(), study)
    if options.out:
        path = Path(options.out)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_joint_sheet(display, study, options.language, stream)
    if options.json:
        print_json(masked(study, joint_document(display)))
    elif options.out:
        print(f"Wrote {options.out}.")
    else:
        _show(study, display, options.language)


def _show(study: Study, display: Display, language: str) -> None:
    told = JointWords(Source(display.diagnosis, display.template, facts_of(study), language))
    rows = []
    for row in display.rows:
        judged = display.record.of(row.key)
        state = "by design" if row.silent_by_design else judged.state
        rows.append((row.key, told.survey(row)[0].text, told.spoken(row)[0].text,
                     told.verdict(row.proposal.verdict, row.proposal.silent),
                     told.opinion(judged.final) if judged.final is not None else "-", state))
    print_table(("row", "survey", "interviews", "proposed", "judged", "state"), rows)
