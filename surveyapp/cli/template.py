"""`surveyapp template`: study templates as folder or zip."""

from __future__ import annotations

import argparse
from pathlib import Path

from analysis.diagnosis.metrics import check_paths
from analysis.diagnosis.thresholds import resolve_thresholds
from instruments.checks import check_template
from instruments.errors import CheckFailed
from instruments.template_loader import catalogue, export_template
from surveyapp.cli.output import Subparsers, add_command, add_group
from surveyapp.services.template import find_template


def add_commands(commands: Subparsers) -> None:
    """Add the template commands."""
    group = add_group(commands, "template", "study templates")
    add_command(group, "list", "list the templates of the catalogue", _list)
    check = add_command(group, "check", "check a template folder or zip", _check)
    check.add_argument("path")
    export = add_command(group, "export", "write a template as one zip, without data", _export)
    export.add_argument("name")
    export.add_argument("file")


def _list(_options: argparse.Namespace) -> None:
    for key in catalogue():
        template = find_template(key)
        print(f"{key}  {template.version}  {template.title.get('en', '')}")


def _check(options: argparse.Namespace) -> None:
    template = find_template(options.path)
    findings = check_template(template)
    errors = tuple(finding for finding in findings if finding.is_error)
    for finding in findings:
        if not finding.is_error:
            print(f"Warning: {finding}")
    if errors:
        raise CheckFailed(options.path, errors)
    # What only the analysis knows: which thresholds exist, and which metric paths somebody produces.
    resolve_thresholds(template.thresholds)
    check_paths(template)
    items = sum(len(instrument.items) for instrument in template.instruments)
    print(f"{options.path}: sound ({len(template.instruments)} questionnaires, {items} items).")


def _export(options: argparse.Namespace) -> None:
    export_template(options.name, Path(options.file))
    print(f"Wrote {options.file}.")
