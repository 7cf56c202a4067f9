"""`surveyapp norms`: what a study hands to other organisations, and what it was handed."""

from __future__ import annotations

import argparse
from pathlib import Path

from surveyapp.cli.output import Subparsers, add_command, add_group, open_database, print_json, print_table, read_bytes
from surveyapp.db.session import read_session, transaction
from surveyapp.jobs.norm import make_package
from surveyapp.services.norm import import_package, imported_norms, kind_of, remove_import, set_kind
from surveyapp.services.norm_file import write_package
from surveyapp.services.study import get_study, get_wave


def add_commands(commands: Subparsers) -> None:
    """Add the norms commands."""
    group = add_group(commands, "norms", "norm packages: means and covariances for other organisations, without rows")
    export = add_command(group, "export", "write the norm package of a closed wave", _export)
    export.add_argument("study")
    export.add_argument("--out", required=True, help="JSON file to write")
    export.add_argument("--wave")
    export.add_argument("--kind", help="kind of this organisation; kept for the next time")
    load = add_command(group, "import", "take over the package of another organisation", _import)
    load.add_argument("study")
    load.add_argument("file")
    listing = add_command(group, "list", "list the packages of other organisations", _list, has_json=True)
    listing.add_argument("study")
    remove = add_command(group, "remove", "take a package of another organisation away", _remove)
    remove.add_argument("study")
    remove.add_argument("number", type=int)


def _export(options: argparse.Namespace) -> None:
    open_database()
    study = get_study(read_session(), options.study)
    if options.kind is not None:
        with transaction() as session:
            set_kind(session, get_study(session, study.id), options.kind)
    package = make_package(study, get_wave(read_session(), study, options.wave))
    path = Path(options.out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_package(package))
    print(f"Wrote {path}: {len(package.scales)} scales of a {package.kind}, no rows and no groups of people.")
    for key, reason in sorted(package.left_out.items()):
        print(f"  Left out: {key} ({reason.replace('_', ' ')}).")


def _import(options: argparse.Namespace) -> None:
    open_database()
    content = read_bytes(options.file)
    with transaction() as session:
        row = import_package(session, get_study(session, options.study), content)
        print(f"Package {row.id} of a {row.kind} is taken over.")


def _list(options: argparse.Namespace) -> None:
    open_database()
    session = read_session()
    study = get_study(session, options.study)
    found = imported_norms(session, study)
    if options.json:
        print_json({"kind": kind_of(session, study), "packages": [
            {"number": one.row.id, "kind": one.row.kind, "is_same_kind": one.is_same_kind,
             "collected": one.package.collected, "n_scales": len(one.package.scales), "n_items": one.n_items,
             "n_identical": one.n_identical} for one in found]})
        return
    print(f"Kind of this organisation: {kind_of(session, study) or 'not stated'}")
    print_table(("number", "kind", "collected", "scales", "identical items"), [
        (one.row.id, one.row.kind, one.package.collected or "-", len(one.package.scales),
         f"{one.n_identical} of {one.n_items}") for one in found])


def _remove(options: argparse.Namespace) -> None:
    open_database()
    with transaction() as session:
        remove_import(session, get_study(session, options.study), options.number)
    print(f"Package {options.number} is removed.")
