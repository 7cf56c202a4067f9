"""`surveyapp test`: all tests of a checkout."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from surveyapp.cli.output import Subparsers
from surveyapp.errors import Refused

# A worker takes a processor, a PostgreSQL server, a browser and about 1 GB; what the user writes comes later and wins.
SPREAD = ("-n", "auto", "--maxprocesses", "4", "--dist", "worksteal")
CHECKOUT = Path(__file__).resolve().parent.parent.parent


def add_commands(commands: Subparsers) -> None:
    """Add the test command; what follows it is handed to pytest."""
    command = commands.add_parser("test", help="run all tests (of a checkout)", add_help=False)
    command.set_defaults(deed=_test, has_json=False)


def _test(options: argparse.Namespace) -> None:
    if not (CHECKOUT / "tests").is_dir():
        raise Refused("The tests are not part of an installed package.", "Run this in a checkout of the project.")
    command = [sys.executable, "-m", "pytest", *spread(options.pytest), *options.pytest]
    done = subprocess.run(command, cwd=CHECKOUT, check=False)  # noqa: S603 - own interpreter
    if done.returncode:
        sys.exit(done.returncode)


def spread(arguments: list[str]) -> tuple[str, ...]:
    """Return what spreads the tests over the processors; nothing where the user wants to see their output at once."""
    alone = {"-s", "--capture=no", "--pdb", "--trace", "no:xdist", "-pno:xdist"}
    return () if alone.intersection(arguments) else SPREAD
