"""`surveyapp instrument diff`: what differs between two versions of a questionnaire, and whether answers compare."""

from __future__ import annotations

import argparse
from pathlib import Path

from instruments.comparison import CHANGE_WORDS, compare_instruments, worst
from instruments.formats import read_definition
from instruments.schema import Instrument
from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table
from surveyapp.db.session import read_session
from surveyapp.services.study import get_instrument, get_study, instrument_of

WORDS = {"comparable": "comparable", "check": "look at it", "not_comparable": "NOT comparable"}
SUMMARY = {"comparable": "All answers stay comparable.",
           "check": "Answers can be put together; look at the changes marked so.",
           "not_comparable": "Some answers are not comparable; they are kept in columns of their own."}
LONGEST_CELL = 40       # characters of a wording in the table; --json prints it whole


def add_diff(group: Subparsers) -> None:
    """Add the command."""
    diff = add_command(group, "diff", "what differs between two versions, and whether answers stay comparable", _diff,
                       has_json=True)
    diff.add_argument("old", metavar="A", help="a questionnaire file, or with --study AUDIENCE@VERSION")
    diff.add_argument("new", metavar="B", help="a questionnaire file, or with --study AUDIENCE@VERSION or AUDIENCE")
    diff.add_argument("--study", help="compare two published versions of this study")


def _diff(options: argparse.Namespace) -> None:
    old, new = (_instrument(options, name) for name in (options.old, options.new))
    changes = compare_instruments(old, new)
    verdict = worst(changes)
    if options.json:
        print_json({"old": old.version, "new": new.version, "judgement": verdict, "changes": changes})
        return
    if not changes:
        print("There is no difference.")
        return
    print_table(("what", "change", "before", "now", "answers"), [
        (f"{change.part} {change.key}".strip(),
         CHANGE_WORDS[change.what] + (f" ({change.language})" if change.language else ""),
         _cell(change.old), _cell(change.new), WORDS[change.judgement]) for change in changes])
    print(SUMMARY[verdict])


def _instrument(options: argparse.Namespace, name: str) -> Instrument:
    if options.study is None:
        return read_definition(Path(name))[0]
    open_database()
    session = read_session()
    return instrument_of(get_instrument(session, get_study(session, options.study), name))


def _cell(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_CELL else words[:LONGEST_CELL - 1] + "…"
