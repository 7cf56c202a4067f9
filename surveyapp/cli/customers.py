"""`surveyapp customers`: the customer-value file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, read_bytes
from surveyapp.db.session import transaction
from surveyapp.services.customer import import_customers
from surveyapp.services.study import get_study


def add_commands(commands: Subparsers) -> None:
    """Add the customer commands."""
    group = add_group(commands, "customers", "the customer-value file")
    load = add_command(group, "import", "import a customer file (CSV or XLSX, pseudonymous)", _import)
    load.add_argument("study")
    load.add_argument("file")


def _import(options: argparse.Namespace) -> None:
    open_database()
    content = read_bytes(options.file)
    with transaction() as session:
        study = get_study(session, options.study)
        loaded = import_customers(session, study, content, Path(options.file).name)
    print(f"Imported {loaded.file.n_rows} rows of {loaded.file.name} into {study.name}.")
    for notice in loaded.notices:
        print(f"Notice: {notice}", file=sys.stderr)
