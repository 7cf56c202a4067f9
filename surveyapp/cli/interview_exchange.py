"""`surveyapp interviews`: files of other coding programs in, with a report of what comes, and export to them."""

from __future__ import annotations

import argparse
import io
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.db.session import transaction
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.account import get_account
from surveyapp.services.exchange_codes import HOW
from surveyapp.services.exchange_export import WRITERS, check_export, export_interviews, record_export
from surveyapp.services.exchange_file import read_project_file
from surveyapp.services.exchange_import import Imported, import_exchange
from surveyapp.services.exchange_plan import ADD, SAME, Choices, ExchangePlan, KnownNames, plan_exchange
from surveyapp.services.exchange_report import fit_words, loss_lines, stored_lines
from surveyapp.services.exchange_rows import take_study
from surveyapp.services.exchange_tables import tables_of, write_csv
from surveyapp.services.foreign_offsets import sample_passages
from surveyapp.services.identity_key import count_replacements, known_replacements, names_to_look_for
from surveyapp.services.passage_report import LANGUAGES
from surveyapp.services.study import get_study

DEEDS = {ADD: "new interview", SAME: "codings for the interview that is here"}


def add_export(group: Subparsers) -> None:
    """Add the command that writes interviews, codings and codebook for other programs."""
    command = add_command(group, "export", "export coded interviews, the codebook and a report of passages", _export,
                          has_json=True)
    command.add_argument("study")
    command.add_argument("--format", default="qdpx", help=f"one or more of {','.join(WRITERS)}")
    command.add_argument("-o", "--out", required=True, metavar="FILE",
                         help="with several formats each gets its own ending; csv also writes -codebook and -cases")
    command.add_argument("--account", metavar="LOGIN", help="only what this account may see")
    command.add_argument("--language", default="en", choices=LANGUAGES, help="of a docx or html report")


def _export(options: argparse.Namespace) -> None:
    open_database()
    kinds = [kind.strip() for kind in options.format.split(",") if kind.strip()]
    for kind in kinds:
        check_export(kind, options.language)
    written: list[dict[str, object]] = []
    with transaction() as session:
        study = get_study(session, options.study)
        account = get_account(session, options.account) if options.account else None
        for kind in kinds:
            path = Path(options.out)
            written += _write(session, study, kind, path if len(kinds) == 1 else path.with_suffix(f".{kind}"),
                              options.language, account)
    if options.json:
        print_json(written)
        return
    for row in written:
        print(f"Wrote {row['file']}: {row['n_interviews']} interviews, {row['n_codings']} codings.")
    if account is None:
        print("Notice: codings of blind rounds that are still running are left out.", file=sys.stderr)


def _write(session: Session, study: Study, kind: str, path: Path, language: str,
           account: Account | None) -> list[dict[str, object]]:
    """Write one format and return what was written; a file appears only when it is complete."""
    about = {"format": kind}
    content = io.BytesIO()
    if kind == "csv" and path.suffix.lower() != ".zip":
        taken = take_study(session, study, account)
        record_export(session, study, kind, taken, account)
        files = []
        for number, table in enumerate(tables_of(taken)):
            part = io.BytesIO()
            write_csv(table, part)
            files.append((path if number == 0 else path.with_stem(f"{path.stem}-{table.name}"), part.getvalue()))
    else:
        taken = export_interviews(session, study, kind, content, language=language, account=account)
        files = [(path, content.getvalue())]
    for name, octets in files:
        name.write_bytes(octets)
    n = {"n_interviews": len(taken.interviews), "n_codings": taken.n_codings}
    return [{"file": str(name), **about, **n} for name, _ in files]


def choices_of(options: argparse.Namespace) -> Choices:
    """Return what the command says of the import."""
    codes = dict(_pair(words) for words in options.code)
    # Where nothing is said, the plan shows what would come in with consent; only then is it refused.
    return Choices(options.consent != "no", options.pseudonymise, codes,
                   options.offsets or "", tuple(options.further), is_consent_of_file=options.consent == "from-file")


def _pair(words: str) -> tuple[str, str]:
    name, sign, key = words.rpartition("=")
    if not sign or not name or not key:
        raise BadInput("{words} does not say which code is meant.", "Write --code NAME=KEY, NAME=new or NAME=-.",
                       words=repr(words))
    return name, key


def import_project(session: Session, study: Study, path: Path, content: bytes, options: argparse.Namespace) -> int:
    """Print what the file brings and store it, unless the command only asked; return the number of interviews."""
    known = KnownNames(known_replacements(session, options.secret, study), tuple(names_to_look_for(session, study)),
                       count_replacements(session, study))
    plan = plan_exchange(session, study, read_project_file(path.name, content), choices_of(options), known)
    options.plans.append({"file": path.name, **plan.document()})
    if options.dry_run:
        if not options.json:
            print_plan(path.name, plan)
        return 0
    if options.consent is None and any(
            text.deed == ADD and text.text.text.strip() for text in plan.texts):
        raise Refused("{place}: it is not said whether the interviewees have consented that their words are stored.",
                      "Say --consent yes, no (then only codes come in) or from-file (as each text says itself).",
                      place=path.name)
    imported = import_exchange(session, study, plan, options.secret)
    options.tally.update(_tally(plan, imported))
    _print_stored(path.name, plan, imported)
    return len(imported.interviews)


def _tally(plan: ExchangePlan, imported: Imported) -> Counter[str]:
    replaced = imported.counts["replaced"]
    return Counter({"replaced": replaced, "left": plan.n_identifiers - replaced})


def print_plan(name: str, plan: ExchangePlan) -> None:
    """Print the report before the import: what comes in, what does not, and how the offsets were read."""
    print(f"{name}: {plan.project.origin or 'unknown program'}. Nothing is stored yet.")
    print(f"Offsets: {fit_words(plan.fit)}")
    if plan.fit.n_selections and not plan.fit.is_checked:
        for words in sample_passages(plan.project, plan.fit.reading):
            print(f"  for instance: {words}")
    if plan.texts:
        print_table(("text", "becomes", "passages", "codings", "links"), [
            (text.text.name or "–", f"{text.key}: {DEEDS.get(text.deed) or text.reason}", text.n_passages,
             text.n_codings, text.n_links) for text in plan.texts])
    if plan.coders:
        print(f"Coders, as accounts nobody can log in with: {', '.join(plan.coders)}.")
    shown = [(code.foreign.name, HOW[code.how], code.key or ", ".join(code.candidates) or "left out")
             for code in plan.codes]
    print_table(("code of the file", "taken as", "code here"), shown) if shown else None
    for line in loss_lines(plan):
        print(line)
    for code in plan.open_codes:
        print(f"Say which code is meant: --code '{code.foreign.name}=KEY' (or =new, or =-).")


def _print_stored(name: str, plan: ExchangePlan, imported: Imported) -> None:
    lines: Sequence[str] = (f"Offsets: {fit_words(plan.fit)}", *stored_lines(imported))
    print(f"{name}: {' '.join(lines)}")
    for line in loss_lines(plan, imported):
        print(f"Notice: {line}", file=sys.stderr)


def print_plans(options: argparse.Namespace) -> None:
    """Print all plans as one JSON document, where that was asked for."""
    if options.dry_run and options.json:
        print_json(options.plans)
