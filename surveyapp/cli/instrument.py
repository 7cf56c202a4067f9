"""`surveyapp instrument`: questionnaires as files, checked and converted."""

from __future__ import annotations

import argparse
from pathlib import Path

from instruments.checks import check_instrument
from instruments.errors import CheckFailed
from instruments.formats import read_definition
from instruments.formats.xlsform import write_xlsform
from instruments.loader import dump_instrument
from surveyapp.cli.output import Subparsers, add_command, add_group
from surveyapp.errors import BadInput

FORMATS = ("yaml", "xlsform")


def add_commands(commands: Subparsers) -> None:
    """Add the instrument commands."""
    group = add_group(commands, "instrument", "questionnaire files")
    check = add_command(group, "check", "read a questionnaire file and say what is wrong with it", _check)
    check.add_argument("file")
    convert = add_command(group, "convert", "write a questionnaire in other formats", _convert)
    convert.add_argument("file")
    convert.add_argument("--to", default="yaml,xlsform", help="yaml, xlsform or both, with a comma")
    convert.add_argument("--out", default=".", help="folder to write to")


def _check(options: argparse.Namespace) -> None:
    instrument, loss = read_definition(Path(options.file))
    for entry in loss.entries:
        print(f"Notice: {entry}")
    findings = check_instrument(instrument)
    for finding in findings:
        if not finding.is_error:
            print(f"Warning: {finding}")
    errors = tuple(finding for finding in findings if finding.is_error)
    if errors:
        raise CheckFailed(options.file, errors)
    print(f"{options.file}: sound ({len(instrument.items)} items, languages {', '.join(instrument.languages)}).")


def _convert(options: argparse.Namespace) -> None:
    targets = list(dict.fromkeys(target.strip() for target in options.to.split(",")))
    unknown = [target for target in targets if target not in FORMATS]
    if unknown:
        raise BadInput("There is no format {target}.", "Use yaml, xlsform or both.", target=repr(unknown[0]))
    instrument, loss = read_definition(Path(options.file))
    for entry in loss.entries:
        print(f"Notice: {entry}")
    stem = Path(options.out) / Path(options.file).stem
    stem.parent.mkdir(parents=True, exist_ok=True)
    for target in targets:
        if target == "yaml":
            path = stem.with_suffix(".yaml")
            path.write_text(dump_instrument(instrument), encoding="utf-8")
        else:
            path = stem.with_suffix(".xlsx")
            write_xlsform(instrument, path)
        print(f"Wrote {path}.")
