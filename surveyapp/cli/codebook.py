"""`surveyapp interviews codebook`: check, freeze, write and read a study's codebook."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, read_bytes
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import Refused
from surveyapp.services.codebook import codebook_rules, load_codebook
from surveyapp.services.codebook_check import Completeness, check_codebook
from surveyapp.services.codebook_exchange import preview_codes, take_over_codes
from surveyapp.services.codebook_read import read_codebook_file
from surveyapp.services.codebook_version import freeze_codebook
from surveyapp.services.codebook_write import FORMATS, write_codebook
from surveyapp.services.study import get_study


def add_codebook(group: Subparsers) -> None:
    """Add the command of codebooks to the commands of interviews."""
    command = add_command(group, "codebook", "check, freeze, write or read a study's codebook", _run, has_json=True)
    command.add_argument("study")
    command.add_argument("--yes", action="store_true", help="with --import: take the codes over")
    command.add_argument("--language", default="en", help="of the words in a plain list (txt)")
    deed = command.add_mutually_exclusive_group()
    deed.add_argument("--check", action="store_true", help="say what is amiss; exit 1 where the codebook is incomplete")
    deed.add_argument("--export", metavar="FILE", help="write the codebook: .yaml, .csv, .xlsx or .txt (names only)")
    deed.add_argument("--import", metavar="FILE", dest="source",
                      help="show what taking over the codes of a file would change (yaml, csv, xlsx, txt)")
    deed.add_argument("--freeze", metavar="NOTE", help="freeze the codebook as a version with this note")


def _run(options: argparse.Namespace) -> None:
    open_database()
    for is_asked, deed in ((options.freeze is not None, _freeze), (options.export, _export), (options.source, _import)):
        if is_asked:
            deed(options)
            return
    session = read_session()
    found = check_codebook(session, get_study(session, options.study))
    _print_check(found, as_json=options.json)
    if options.check and not found.is_complete:
        raise Refused("The codebook is incomplete: {n} gaps.", "Fill them in on the page “Codebook”.",
                      n=len(found.gaps))


def _freeze(options: argparse.Namespace) -> None:
    with transaction() as session:
        version = freeze_codebook(session, get_study(session, options.study), None, options.freeze)
        number, digest = version.number, version.content_hash
    if options.json:
        print_json({"version": number, "hash": digest})
        return
    print(f"The codebook is version {number}, hash {digest[:12]}.")


def _export(options: argparse.Namespace) -> None:
    path = Path(options.export)
    format = {ending: name for name, ending in FORMATS.items()}.get(path.suffix.lower(), path.suffix)
    session = read_session()
    path.write_bytes(write_codebook(session, get_study(session, options.study), format, options.language))
    print(f"Wrote {path}.")


def _import(options: argparse.Namespace) -> None:
    content = read_bytes(options.source)
    with transaction() as session:
        study = get_study(session, options.study)
        found = read_codebook_file(content, options.source, load_codebook(session, study),
                                   codebook_rules(study).languages, options.language)
        preview = preview_codes(session, study, found.codes)
        if options.yes:
            take_over_codes(session, study, found.codes, preview.mark, None)
    for loss in (*found.losses, *preview.losses):
        print(f"Notice: {loss}", file=sys.stderr)
    for change in preview.changes:
        told = ", ".join((*change.deeds, *(f"{field.field} {field.language}".strip() for field in change.fields)))
        print(f"{change.key}: {told}")
    print(f"{len(found.codes)} codes read, {len(preview.changes)} differ; "
          + ("taken over." if options.yes else "nothing was saved: --yes takes them over."))


def _print_check(found: Completeness, *, as_json: bool) -> None:
    if as_json:
        rows = [{"kind": row.kind, "codes": list(row.codes), "field": row.field, "language": row.language, "n": row.n,
                 "is_gap": row.is_gap} for row in found.found]
        print_json({"is_complete": found.is_complete, "n_active": found.n_active, "found": rows})
        return
    for row in found.gaps:
        print(f"Gap: {row}", file=sys.stderr)
    for row in found.notices:
        print(f"Notice: {row}")
    print(f"{found.n_active} codes in use, {len(found.gaps)} gaps, {len(found.notices)} notices.")
