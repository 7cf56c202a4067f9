"""`surveyapp interviews`: transcripts and coded interviews from files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, read_bytes
from surveyapp.db.session import transaction
from surveyapp.errors import BadInput
from surveyapp.services.interview import InterviewLog, import_interview
from surveyapp.services.interview_import import import_coded_interviews, import_coded_table
from surveyapp.services.study import get_study

CODED = (".json", ".csv")


def add_commands(commands: Subparsers) -> None:
    """Add the interview commands."""
    group = add_group(commands, "interviews", "transcripts and coded interviews")
    load = add_command(group, "import", "import transcripts (txt, md, docx, srt, vtt) or coded interviews "
                       "(json, csv)", _import)
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


def _import_one(session, study, path: Path, content: bytes, options: argparse.Namespace) -> int:  # type: ignore[no-untyped-def]
    suffix = path.suffix.lower()
    if suffix == ".json":
        return len(import_coded_interviews(session, study, _json(path, content)))
    if suffix == ".csv":
        return len(import_coded_table(session, study, content, path.name))
    log = InterviewLog(key=path.stem[:40], audience=options.audience, role=options.role, language=options.language,
                       has_consent=options.consent, record="verbatim")
    import_interview(session, study, filename=path.name, content=content, log=log)
    return 1


def _json(path: Path, content: bytes) -> object:
    try:
        return json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput("{path} is not JSON: {error}.", "Write a JSON list in UTF-8.", path=str(path),
                       error=str(error)) from None
