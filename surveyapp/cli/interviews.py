"""`surveyapp interviews`: transcripts and coded interviews from files."""

from __future__ import annotations

import argparse
from pathlib import Path

from sqlalchemy.orm import Session

from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, read_bytes
from surveyapp.db.session import transaction
from surveyapp.models.account import Account, Role
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, find_account
from surveyapp.services.coded_interviews import import_coded_interviews, read_coded_interviews
from surveyapp.services.interview import InterviewLog, import_interview
from surveyapp.services.study import get_study

CODED = (".json", ".csv")
IMPORTER = "import"         # the account imported codings belong to; nobody can log in with it


def add_commands(commands: Subparsers) -> None:
    """Add the interview commands."""
    group = add_group(commands, "interviews", "transcripts and coded interviews")
    load = add_command(group, "import", "import transcripts (txt, md, docx, srt, vtt) or coded interviews (json, csv)",
                       _import)
    load.add_argument("study")
    load.add_argument("files", nargs="+")
    load.add_argument("--role", default="", help="role class of the guide, for transcripts")
    load.add_argument("--audience", default="staff")
    load.add_argument("--language", default="en")
    load.add_argument("--consent", action="store_true", help="the interviewee has consented")


def _import(options: argparse.Namespace) -> None:
    open_database()
    contents = [(Path(name), read_bytes(name)) for name in options.files]
    with transaction() as session:
        study = get_study(session, options.study)
        n = sum(_import_one(session, study, path, content, options) for path, content in contents)
    print(f"Imported {n} interviews into {study.name}.")


def _import_one(session: Session, study: Study, path: Path, content: bytes, options: argparse.Namespace) -> int:
    if path.suffix.lower() in CODED:
        rows = read_coded_interviews(path.name, content)
        return len(import_coded_interviews(session, study, rows, _importer(session)))
    log = InterviewLog(key=path.stem[:40], audience=options.audience, role=options.role, language=options.language,
                       has_consent=options.consent, record="verbatim")
    import_interview(session, study, filename=path.name, content=content, log=log)
    return 1


def _importer(session: Session) -> Account:
    known = find_account(session, IMPORTER)
    return known or add_account(session, IMPORTER, "Imported codings", Role.CODER, None)
