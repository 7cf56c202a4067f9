"""The command line: one file per noun; messages for people on stderr, one JSON document on stdout with --json."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from analysis.errors import AnalysisError
from instruments.errors import InstrumentError
from surveyapp.cli import (
    account,
    customers,
    demo,
    diagnose,
    instrument,
    interviews,
    measure,
    report,
    responses,
    serve,
    study,
    template,
    test,
)
from surveyapp.errors import AppError, BadInput

GROUPS = (demo, serve, template, instrument, study, responses, interviews, customers, measure, diagnose, report,
          account, test)
REFUSED, USAGE = 1, 2
ROWS_SHOWN = 50


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    top = argparse.ArgumentParser(prog="surveyapp", description=(
        "Runs questionnaires and interviews, measures them, diagnoses problems and causes, and writes the report."))
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for group in GROUPS:
        group.add_commands(commands)
    return top


def run(arguments: Sequence[str]) -> int:
    """Run one command; 0 = done, 1 = refused with a message, 2 = wrong usage. Without a command: the demo."""
    options = parser().parse_args(list(arguments) or ["demo"])
    try:
        options.deed(options)
    except BadInput as error:
        return _refuse(error, *[str(row) for row in error.rows[:ROWS_SHOWN]])
    except (AppError, InstrumentError, AnalysisError, OSError) as error:
        return _refuse(error)
    except KeyboardInterrupt:
        return REFUSED
    return 0


def _refuse(error: Exception, *rows: str) -> int:
    print(f"surveyapp: {error}", file=sys.stderr)
    for row in rows:
        print(f"  {row}", file=sys.stderr)
    return REFUSED
