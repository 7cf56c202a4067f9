"""`surveyapp interviews import` of other coding programs' files: the report of what comes in, and the import itself."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from surveyapp.cli.output import print_json, print_table
from surveyapp.errors import BadInput
from surveyapp.models.study import Study
from surveyapp.services.exchange_codes import HOW
from surveyapp.services.exchange_file import read_project_file
from surveyapp.services.exchange_import import Imported, import_exchange
from surveyapp.services.exchange_plan import ADD, SAME, Choices, ExchangePlan, KnownNames, plan_exchange
from surveyapp.services.exchange_report import fit_words, loss_lines, stored_lines
from surveyapp.services.identity_key import count_replacements, known_replacements, names_to_look_for

DEEDS = {ADD: "new interview", SAME: "codings for the interview that is here"}


def choices_of(options: argparse.Namespace) -> Choices:
    """Return what the command says of the import."""
    codes = dict(_pair(words) for words in options.code)
    return Choices(options.consent is not False, options.pseudonymise, codes, options.offsets or "",
                   tuple(options.further))


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
