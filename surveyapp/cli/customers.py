"""`surveyapp customers`: the customer file and the files beside it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from analysis.privacy import MINIMUM_GROUP
from analysis.results.customers import CustomerPicture
from analysis.told_figures import is_figure_hidden
from instruments.codec import to_document
from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, print_table, read_bytes
from surveyapp.db.session import read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.jobs.customers import compute_picture, connected_groups
from surveyapp.models.customer import CUSTOMERS, KINDS
from surveyapp.services.customer import checked_day, find_file, list_files, remove_file
from surveyapp.services.customer_import import import_file, read_file
from surveyapp.services.study import get_study


def add_commands(commands: Subparsers) -> None:
    """Add the customer commands."""
    group = add_group(commands, "customers", "the customer file, completeness of records, connections")
    load = add_command(group, "import", "take over a file (CSV or XLSX, pseudonymous)", _import)
    load.add_argument("study")
    load.add_argument("file")
    load.add_argument("--kind", choices=KINDS, default=CUSTOMERS, help="what the file holds; the usual: %(default)s")
    load.add_argument("--as-on", metavar="DAY", default="", help="day that the file speaks of, e.g. 2026-06-30")
    load.add_argument("--check", action="store_true", help="say what is in the file and store nothing")
    load.set_defaults(kind=CUSTOMERS, as_on="", check=False)
    show = add_command(group, "show", "show the files and their figures", _show, has_json=True)
    show.add_argument("study")
    groups = add_command(group, "groups", "write connected groups with the manager who should lead each", _groups)
    groups.add_argument("study")
    groups.add_argument("-o", "--output", required=True, help="CSV file; for the organisation's own work")
    remove = add_command(group, "remove", "delete a file with everything in it", _remove)
    remove.add_argument("study")
    remove.add_argument("number", type=int, help="number of the file, as `show` lists it")


def _import(options: argparse.Namespace) -> None:
    open_database()
    content, name, as_on = read_bytes(options.file), Path(options.file).name, checked_day(options.as_on)
    if options.check:
        report = read_file(get_study(read_session(), options.study), content, name, options.kind, as_on).report
        print(f"{name}: {report.n_rows} rows can be taken over; nothing is stored.")
    else:
        with transaction() as session:
            study = get_study(session, options.study)
            file, report = import_file(session, study, content, name, options.kind, as_on=as_on)
            print(f"Imported {file.n_rows} rows of {file.name} into {study.name}.")
    for notice in report.notices:
        print(f"Notice: {notice}", file=sys.stderr)


def _show(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    files = list_files(read_session(), study)
    picture = compute_picture(study) if find_file(read_session(), study) else None
    if options.json:
        print_json({"files": [{"number": file.id, "kind": file.kind, "name": file.name, "rows": file.n_rows,
                               "as_on": file.as_on} for file in files],
                    "figures": _told(picture) if picture else None,
                    "records": to_document(picture.records) if picture and picture.records else None,
                    "connections": to_document(picture.connections) if picture and picture.connections else None,
                    "warnings": list(picture.warnings) if picture else []})
        return
    print_table(("number", "kind", "file", "rows", "as on"),
                [(str(file.id), file.kind, file.name, str(file.n_rows), file.as_on or "–") for file in files])
    if picture:
        print_table(("figure", "value"), [(name, "–" if value is None else f"{value:,.10g}")
                                          for name, value in sorted(_told(picture).items())])
        for warning in picture.warnings:
            print(f"Notice: {warning}", file=sys.stderr)


def _told(picture: CustomerPicture) -> dict[str, float | None]:
    """Return the figures as they may be told: None where there is none, or where few customers stand behind it."""
    return {name: None if is_figure_hidden(picture, name, MINIMUM_GROUP) else value
            for name, value in picture.figures.items()}


def _groups(options: argparse.Namespace) -> None:
    open_database()
    table = connected_groups(get_study(read_session(), options.study))
    try:
        table.to_csv(options.output, index=False, encoding="utf-8-sig")
    except OSError as error:
        raise BadInput("{path} cannot be written: {error}", "Choose another place.", path=options.output,
                       error=str(error.strerror)) from None
    print(f"Wrote {len(table)} groups to {options.output}.")


def _remove(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        remove_file(session, get_study(session, options.study), options.number)
    print(f"File {options.number} is deleted.")
