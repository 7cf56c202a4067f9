"""`surveyapp measure`: reliability and factors of any data file, no study needed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis.diagnosis.provenance import used_versions
from analysis.errors import AnalysisError
from analysis.quant.spec.blocks import of_single_answers, run_blocks
from analysis.quant.spec.data import read_data_file
from analysis.quant.spec.parquet import ParquetTable, is_parquet, parquet_table
from analysis.quant.spec.run import columns_named, run_spec, with_sample
from analysis.results.datafile import DataFacts
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
    refusals: dict[str, AnalysisError] | None = {} if options.keep_going else None
    facts, frame, results = _measured(options, spec, refusals)
    for refusal in (refusals or {}).values():
        print(f"Notice: left out: {refusal}", file=sys.stderr)
    if refusals and not results:
        raise next(iter(refusals.values()))
    if options.report:
        subject = Subject(options.title or facts.name, facts.name, facts.n_rows, facts=facts,
                          spec=spec.analyses, specification=spec.text, versions=used_versions(),
                          left_out=[str(refusal) for refusal in (refusals or {}).values()])
        shown = results if frame is None else with_sample(results, frame, spec.analyses)
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


def _measured(options: argparse.Namespace, spec: _Specification, refusals: dict[str, AnalysisError] | None,
              ) -> tuple[DataFacts, pd.DataFrame | None, dict[str, dict[str, Any]]]:
    """Return what the file says of itself, its table where it was read whole, and the results."""
    path = Path(options.file)
    if is_parquet(path):
        return _measured_parquet(parquet_table(path), options, spec, refusals)
    data = read_data_file(path, sheet=options.sheet, encoding=options.encoding)
    if data.facts.other_sheets and not options.sheet:
        print(f"Notice: read sheet {data.facts.sheet!r}; not read: {', '.join(data.facts.other_sheets)}. "
              "Choose another one with --sheet.", file=sys.stderr)
    return data.facts, data.frame, run_spec(data.frame, spec.analyses, refusals=refusals)


def _measured_parquet(table: ParquetTable, options: argparse.Namespace, spec: _Specification,
                      refusals: dict[str, AnalysisError] | None,
                      ) -> tuple[DataFacts, pd.DataFrame | None, dict[str, dict[str, Any]]]:
    """Read block by block where all analyses rest on sums, else the columns that they name."""
    if options.sheet or options.encoding:
        raise BadInput("{path} has neither sheets nor an encoding.", "Leave --sheet and --encoding out.",
                       path=table.facts.name)
    asked = of_single_answers(spec.analyses)
    if not asked:
        if options.report:
            print("Notice: read in blocks; how answers are missing together is not told.", file=sys.stderr)
        return table.facts, None, run_blocks(table.blocks, table.columns, spec.analyses, refusals=refusals)
    frame = table.whole(columns_named(spec.analyses) or table.columns, asked)
    return table.facts, frame, run_spec(frame, spec.analyses, refusals=refusals)


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
