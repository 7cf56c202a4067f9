"""The command line: one file per noun; messages for people on stderr, one JSON document on stdout with --json."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from analysis.errors import AnalysisError
from instruments.errors import InstrumentError
from surveyapp.errors import AppError, BadInput

# Command → module; only the module of the command that is called is imported, because some bring pandas along.
MODULES = {
    "demo": "demo", "serve": "serve", "worker": "serve", "template": "template", "instrument": "instrument",
    "study": "study", "invitations": "invitations", "people": "people", "responses": "responses",
    "interviews": "interviews", "customers": "customers", "measure": "measure", "pilot": "pilot",
    "norms": "norms",
    "plan": "plan", "diagnose": "diagnose", "report": "report", "account": "account", "webhook": "webhook",
    "package": "package",
    "backup": "backup", "restore": "backup", "check": "backup",
    "test": "test", "wave-change": "wave_change",
    "release": "release", "actions": "action",
}
REFUSED = 1
ROWS_SHOWN = 50


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of one command, or of every command."""
    top = argparse.ArgumentParser(prog="surveyapp", description=(
        "Runs questionnaires and interviews, measures them, diagnoses problems and causes, and writes the report."))
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    modules = [MODULES[command]] if command in MODULES else sorted(set(MODULES.values()))
    for name in modules:
        import_module(f"surveyapp.cli.{name}").add_commands(commands)
    return top


def run(arguments: Sequence[str]) -> int:
    """Run one command; 0 = done, 1 = refused with a message, 2 = wrong usage. Without a command: the demo."""
    arguments = list(arguments) or ["demo"]
    from surveyapp.cli.output import do_command  # it brings the database along, which --help can do without

    known = parser(arguments[0])
    options, rest = known.parse_known_args(arguments)
    if options.command == "test":
        options.pytest = rest           # argparse itself does not hand on what begins with a dash
    elif rest:
        known.error(f"unknown argument: {rest[0]}")
    if options.command is None:
        known.error("name a command")
    try:
        do_command(options)
    except BadInput as error:
        return _refuse(error, *[str(row) for row in error.rows[:ROWS_SHOWN]])
    except (AppError, InstrumentError, AnalysisError) as error:
        return _refuse(error)
    except OSError as error:
        return _refuse(_named(error))
    except KeyboardInterrupt:
        return REFUSED
    return 0


def _named(error: OSError) -> Exception:
    """Return a refusal by the system in words; one about a file names it and what to do."""
    if not error.filename:
        return error
    return BadInput("{path}: {words}.", "Check that the folder exists and that you may read and write there.",
                    path=error.filename, words=error.strerror)


def _refuse(error: Exception, *rows: str) -> int:
    print(f"surveyapp: {error}", file=sys.stderr)
    for row in rows:
        print(f"  {row}", file=sys.stderr)
    return REFUSED
