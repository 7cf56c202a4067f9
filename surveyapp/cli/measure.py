"""`surveyapp measure`: reliability and factors of any data file, no study needed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analysis.diagnosis.provenance import used_versions
from analysis.errors import AnalysisError
from analysis.quant.spec import run_spec, with_sample
from analysis.quant.spec_data import read_data_file
from reports.deliver import measurement_report_pdf
from reports.measured.frame import Subject
from surveyapp.cli.output import Subparsers, add_command, print_json, print_table, read_bytes
from surveyapp.errors import BadInput


def add_commands(commands: Subparsers) -> None:
    """Add the measure command."""
    command = add_command(commands, "measure", "measure any data file by a list of analyses", _measure, has_json=True)
    command.add_argument("file")
    command.add_argument("--spec", required=True, help="YAML list of analyses, see docs/measure.md")
    command.add_argument("--sheet", default="", help="sheet of a workbook; the first one by default")
    command.add_argument("--encoding", default="", help="encoding of a text file, instead of finding it out")
    command.add_argument("--keep-going", action="store_true",
                         help="leave out what the data do not allow, with its reason, instead of stopping")
    command.add_argument("--report", help="write a PDF measurement report to this file")
    command.add_argument("--language", choices=["en", "zh"], default="en")
    command.add_argument("--title", default="")


def _measure(options: argparse.Namespace) -> None:
    spec = _read_spec(options.spec)
    data = read_data_file(Path(options.file), sheet=options.sheet, encoding=options.encoding)
    if data.facts.other_sheets and not options.sheet:
        print(f"Notice: read sheet {data.facts.sheet!r}; not read: {', '.join(data.facts.other_sheets)}. "
              "Choose another one with --sheet.", file=sys.stderr)
    refusals: dict[str, AnalysisError] | None = {} if options.keep_going else None
    results = run_spec(data.frame, spec.analyses, refusals=refusals)
    for refusal in (refusals or {}).values():
        print(f"Notice: left out: {refusal}", file=sys.stderr)
    if refusals and not results:
        raise next(iter(refusals.values()))
    if options.report:
        subject = Subject(options.title or data.facts.name, data.facts.name, len(data.frame), facts=data.facts,
                          spec=spec.analyses, specification=spec.text, versions=used_versions(),
                          left_out=[str(refusal) for refusal in (refusals or {}).values()])
        shown = with_sample(results, data.frame, spec.analyses)
        Path(options.report).write_bytes(measurement_report_pdf(shown, subject, language=options.language))
    if options.json:
        print_json(results)
        return
    print_table(("analysis", "n", "figures"), [(key, row.get("n", ""), _figures(row)) for key, row in results.items()])
    if options.report:
        print(f"Wrote {options.report}.")


@dataclass(frozen=True)
class _Specification:
    analyses: list[dict[str, Any]]
    text: str


def _read_spec(path: str) -> _Specification:
    try:
        text = read_bytes(path).decode("utf-8-sig")
        spec = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput("{path} is not YAML: {error}", "Write a list of analyses, see docs/measure.md.", path=path,
                       error=str(error)) from None
    if not isinstance(spec, list) or not all(isinstance(entry, dict) for entry in spec):
        raise BadInput("{path} is not a list of analyses.", "Start each with `- id:`, see docs/measure.md.", path=path)
    return _Specification(spec, text)


def _figures(row: Mapping[str, Any]) -> str:
    """Return the figures of one analysis that fit on a line."""
    shown = []
    if "highest_held" in row:
        steps = "; ".join(f"{step['name']}: {_figures(step['result'])}" for step in row["steps"])
        return f"held up to {row['highest_held']}; {steps}"
    if isinstance(row.get("fit"), Mapping):
        fit = _scaled(row) if row.get("estimator") == "WLSMV" else row["fit"]
        shown = [_chi_square(fit["chi2"]), f"cfi {fit['cfi']:.3f}", f"srmr {fit['srmr']:.3f}",
                 *([_estimate("rmsea", fit["rmsea"])] if fit["rmsea"] else [])]
        return ", ".join(shown)
    for key, value in row.items():
        if isinstance(value, Mapping) and "value" in value:
            shown.append(_estimate(key, value))
        elif isinstance(value, float):
            shown.append(f"{key} {value:.3f}")
    return ", ".join(shown[:5])


def _scaled(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fit of ordinal items by which it is judged: before scaling N F is no chi-square."""
    fit, scaled = row["fit"], row["fit"]["scaled"]
    return {**fit, "chi2": scaled["chi2"], "cfi": scaled["cfi_scaled"], "rmsea": scaled["rmsea_scaled"]}


def _chi_square(test: Mapping[str, Any]) -> str:
    return f"chi2({test['df']}) {test['value']:.3f}"


def _estimate(key: str, value: Mapping[str, Any]) -> str:
    figure = value["value"]
    if figure is None:
        return f"{key} –"
    low, high = value.get("ci_low"), value.get("ci_high")
    return f"{key} {figure:.3f}" + (f" [{low:.3f}, {high:.3f}]" if low is not None and high is not None else "")
