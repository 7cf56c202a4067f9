"""`surveyapp package`: a study's figures to be computed again elsewhere, without what belongs to people."""

from __future__ import annotations

import argparse
from pathlib import Path

from analysis.diagnosis.package import RULES
from analysis.diagnosis.provenance import used_versions
from analysis.results.package import Manifest, Reproduction
from surveyapp.cli.output import Subparsers, add_command, open_database, print_json, print_table, read_bytes
from surveyapp.db.session import read_session
from surveyapp.errors import BadInput, Refused
from surveyapp.jobs.package import run_package, write_package
from surveyapp.services.study import get_study, get_wave

RUN = "run"


def add_commands(commands: Subparsers) -> None:
    """Add the package command."""
    command = add_command(commands, "package", "write a reproducible package of a study, or run one", _package,
                          has_json=True)
    command.add_argument("study", help=f"a study to pack; or `{RUN}` and a package")
    command.add_argument("file", nargs="?", help="the package to run")
    command.add_argument("-o", "--out", help="the package to write")
    command.add_argument("--wave")


def _package(options: argparse.Namespace) -> None:
    if options.study == RUN and options.file:
        _run(options)
        return
    if options.file or not options.out:
        raise BadInput("It is not said where to write the package.", "Write: surveyapp package STUDY -o FILE.zip.")
    open_database()
    study = get_study(read_session(), options.study)
    manifest = write_package(study, get_wave(read_session(), study, options.wave), Path(options.out))
    if options.json:
        print_json({"file": options.out, "files": manifest.files, "columns_left_out": manifest.columns_left_out})
        return
    rows = ", ".join(f"{row.n_valid} of {row.audience}" for row in manifest.audiences)
    print(f"Wrote {options.out}: {rows}; {len(manifest.columns_left_out)} columns left out.")


def _run(options: argparse.Namespace) -> None:
    manifest, found = run_package(read_bytes(options.file), options.file)
    if options.json:
        print_json({"study": manifest.study, "versions": manifest.versions, "found": found})
    else:
        _show(manifest, found)
    if found.differing:
        raise Refused("{n} figures came out otherwise.", "Compare the versions of the program and its libraries.",
                      n=len(found.differing))


def _show(manifest: Manifest, found: Reproduction) -> None:
    print(f"{manifest.study}, wave {manifest.wave}, {manifest.template} {manifest.template_version}: "
          f"{len(found.reproduced)} figures reproduced.")
    here = used_versions()
    for name, version in manifest.versions.items():
        if here.get(name) != version:
            print(f"Notice: {name} was {version}, here it is {here.get(name, 'not installed')}.")
    if found.resampled:
        print_table(("resampled in another order of rows", "study", "package"), [
            (row.path, row.study, row.package) for row in found.resampled])
    for rule, paths in found.withheld.items():
        print(f"Withheld, {len(paths)} figures: {RULES[rule]}")
    if found.differing:
        print_table(("otherwise", "study", "package"), [(row.path, row.study, row.package) for row in found.differing])
