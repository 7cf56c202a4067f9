"""`surveyapp test`: all tests of a checkout."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from surveyapp.cli.output import Subparsers
from surveyapp.errors import Refused

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def add_commands(commands: Subparsers) -> None:
    """Add the test command; what follows it is handed to pytest."""
    command = commands.add_parser("test", help="run all tests (of a checkout)", add_help=False)
    command.set_defaults(deed=_test, has_json=False)


def _test(options: argparse.Namespace) -> None:
    if not (CHECKOUT / "tests").is_dir():
        raise Refused("The tests are not part of an installed package.", "Run this in a checkout of the project.")
    done = subprocess.run([sys.executable, "-m", "pytest", *options.pytest], cwd=CHECKOUT, check=False)  # noqa: S603 - own interpreter
    if done.returncode:
        sys.exit(done.returncode)
