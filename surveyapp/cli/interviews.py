"""`surveyapp interviews`: transcripts and coded interviews from files."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from surveyapp.cli.agreement import add_agreement
from surveyapp.cli.codebook import add_codebook
from surveyapp.cli.interview_analysis import add_analyse
from surveyapp.cli.interview_exchange import add_export, import_project, print_plans
from surveyapp.cli.joint import add_joint
from surveyapp.cli.note_sheet import add_sheet, import_sheet
from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, read_bytes
from surveyapp.db.session import transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account, Role
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, find_account
from surveyapp.services.coded_interviews import LONGEST_KEY, import_coded_interviews, read_coded_interviews
from surveyapp.services.decoding import decode_text
from surveyapp.services.exchange_file import KINDS as PROJECTS
from surveyapp.services.exchange_file import is_project_file
from surveyapp.services.identity_key import (
    count_replacements,
    keep_replacements,
    known_replacements,
    names_to_look_for,
)
from surveyapp.services.interview import UNSPECIFIED, InterviewLog, guide_of, import_transcript
from surveyapp.services.note_sheet_reading import is_sheet
from surveyapp.services.pseudonymise import find_identifiers, replace_identifiers
from surveyapp.services.study import get_study
from surveyapp.services.transcript import Transcript, read_transcript

SHEETS = (".docx", ".odt")
CODED = (".json", ".csv")
YES, NO, FROM_FILE = CONSENT = ("yes", "no", "from-file")
LEFT_OUT = {"changes": "tracked changes read as accepted", "comments": "comments in the margin left out",
            "footnotes": "footnotes left out", "empty_pages": "pages without words, perhaps pictures"}
IMPORTER = "import"         # the account imported codings belong to; nobody can log in with it


def add_commands(commands: Subparsers) -> None:
    """Add the interview commands."""
    group = add_group(commands, "interviews", "transcripts and coded interviews")
    add_codebook(group)
    add_export(group)
    add_joint(group)
    add_agreement(group)
    add_sheet(group)
    add_analyse(group)
    load = add_command(
        group, "import",
        "import transcripts (txt, md, docx, odt, rtf, pdf, srt, vtt), filled sheets for notes, coded interviews (json, "
        "csv) or projects of other coding programs (qdpx, qdc, Taguette sqlite3, csv, xlsx)", _import)
    load.add_argument("study")
    load.add_argument("files", nargs="+")
    load.add_argument("--role", default=UNSPECIFIED, help="role class of the guide, for transcripts")
    load.add_argument("--audience", default="staff")
    load.add_argument("--language", default="", help="of the transcripts; seen from the text where not given")
    load.add_argument("--consent", choices=CONSENT, default=None,
                      help="whether the interviewees have consented that their words are stored; needed wherever the "
                           "files hold words. from-file: as each entry, text or sheet says itself")
    load.add_argument("--pseudonymise", action="store_true",
                      help="replace numbers, mail addresses and names that are sure; the key table is sealed")
    load.add_argument("--left-over", choices=("rest", "drop"), default=None,
                      help="of filled sheets for notes: where paragraphs outside the boxes go; refused where not said")
    load.add_argument("--names", metavar="FILE", default=None,
                      help="with --pseudonymise: further names to replace, one a line")
    load.add_argument("--dry-run", action="store_true", help="say what would come in and what not; store nothing")
    load.add_argument("--code", action="append", default=[], metavar="NAME=KEY",
                      help="of a project: which code of the study a code of the file is; new = a new one, - = left out")
    load.add_argument("--offsets", default=None, metavar="READING",
                      help="of a project: how its offsets count, if the report shows that it was guessed wrong")


def _import(options: argparse.Namespace) -> None:
    config = open_database()
    options.secret, options.tally, options.plans = config.secret_key, Counter(), []
    options.further = _names(options)
    contents = [(Path(name), read_bytes(name)) for name in options.files]
    try:
        with transaction() as session:
            study = get_study(session, options.study)
            n = sum(_import_one(session, study, path, content, options) for path, content in contents)
            _end_if_only_asked(options)
    except _OnlyAsked:
        print_plans(options)
        return
    print(f"Imported {n} interviews into {study.name}.")
    _print_tally(options)
    _print_assumed(options)


class _OnlyAsked(Exception):
    """Ends the transaction of a dry run, so that nothing of it stays."""


def _end_if_only_asked(options: argparse.Namespace) -> None:
    if options.dry_run:
        raise _OnlyAsked


def _names(options: argparse.Namespace) -> list[str]:
    if options.names is None:
        return []
    if not options.pseudonymise:
        raise BadInput("--names is for --pseudonymise.", "Say both, or neither.")
    return decode_text(read_bytes(options.names), options.names).text.split("\n")


def _print_tally(options: argparse.Namespace) -> None:
    tally: Counter[str] = options.tally
    if tally["replaced"]:
        print(f"Replaced in the texts: {tally['replaced']} words or numbers; the key table is sealed.")
    if tally["left"]:
        print(f"Notice: {tally['left']} words or numbers in the texts may tell who is meant"
              + (" and were left; look at them." if options.pseudonymise else "; --pseudonymise replaces them."),
              file=sys.stderr)
    for what, words in LEFT_OUT.items():
        if tally[what]:
            print(f"Notice: {words}: {tally[what]}.", file=sys.stderr)


def _pseudonymised(session: Session, study: Study, transcript: Transcript,
                   options: argparse.Namespace) -> tuple[Transcript, bool]:
    """Return the transcript and whether names and numbers that are sure were replaced in it, as was asked for."""
    found = find_identifiers(
        transcript.text, known_replacements(session, options.secret, study), n_known=count_replacements(session, study),
        names=[*names_to_look_for(session, study), *options.further])
    chosen = {row.words: row.replacement for row in found
              if options.pseudonymise and (row.is_sure or row.is_known)}
    options.tally.update(transcript.left_out)
    options.tally.update({"replaced": len(chosen), "left": len(found) - len(chosen)})
    if not chosen:
        return transcript, False
    keep_replacements(session, options.secret, study, found, chosen)
    return replace_identifiers(transcript, found, chosen), True


def _import_one(session: Session, study: Study, path: Path, content: bytes, options: argparse.Namespace) -> int:
    if is_project_file(path.name, content):
        return import_project(session, study, path, content, options)
    if path.suffix.lower() in CODED:
        rows = read_coded_interviews(path.name, content)
        stated = {YES: True, NO: False}.get(options.consent)
        return len(import_coded_interviews(session, study, rows, _importer(session), has_consent=stated))
    guide = guide_of(study)
    if guide is not None and path.suffix.lower() in SHEETS and is_sheet(content, path.name, guide):
        import_sheet(session, study, path, content, options)
        return 1
    if options.consent != YES and not options.dry_run:
        raise _no_consent(path, options.consent)
    log = InterviewLog(key=_key_of(path, options.files), audience=options.audience, role=_role(study, options.role),
                       language=options.language, has_consent=True, record="verbatim")
    transcript, is_replaced = _pseudonymised(session, study, read_transcript(path.name, content), options)
    # The file as it came would name whom the text no longer names.
    import_transcript(session, study, transcript, log, filename=log.key if is_replaced else path.name,
                      content=b"" if is_replaced else content)
    if options.dry_run and not options.json:
        print(f"{path.name}: would be interview {log.key} with {len(transcript.turns)} turns.")
    return 1


def _no_consent(path: Path, stated: str | None) -> Refused:
    reason = {NO: "{place}: without consent no transcript may be stored.",
              FROM_FILE: "{place}: a transcript does not say whether the interviewee has consented.",
              None: "{place}: it is not said whether the interviewee has consented."}[stated]
    return Refused(reason, "Say --consent yes once it was given; nothing of this import was stored.", place=path.name)


def _key_of(path: Path, files: Sequence[str]) -> str:
    """Return the file's name without its ending; with it where another file of this import would have the same key."""
    keys = [Path(name).stem[:LONGEST_KEY] for name in files]
    return path.stem[:LONGEST_KEY] if keys.count(path.stem[:LONGEST_KEY]) == 1 else path.name[-LONGEST_KEY:]


def _role(study: Study, words: str) -> str:
    guide = guide_of(study)
    if guide is not None and words not in (*guide.roles, UNSPECIFIED):
        raise BadInput("The interview guide has no role class {role}.", "Say --role with one of: {known}.",
                       role=repr(words), known=", ".join(guide.roles))
    return words


def _print_assumed(options: argparse.Namespace) -> None:
    """Say what was taken for granted of transcripts, because the command did not say it."""
    suffixes = {Path(name).suffix.lower() for name in options.files}
    if suffixes <= {*CODED, ".qdc"}:
        return
    if options.role == UNSPECIFIED and not suffixes <= {*CODED, *PROJECTS}:
        print("Notice: no role class was named (--role); nobody can tell these interviewees' roles apart.",
              file=sys.stderr)


def _importer(session: Session) -> Account:
    known = find_account(session, IMPORTER)
    return known or add_account(session, IMPORTER, "Imported codings", Role.CODER, None)
