"""A released table as SPSS, Stata or Parquet file, with labels, codes and missing values; used by jobs and commands."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from instruments.schema import MISSING_CODES
from surveyapp.errors import Refused
from surveyapp.services.export_layout import FileLayout, Variable
from surveyapp.services.export_names import DTA, SAV, FormatLimits, within_limits

LETTERS: Mapping[int, str] = {-91: "a", -92: "b", -93: "c", -94: "d"}
TEXT_CODES = ("-91", "-92", "-94")      # SPSS takes three missing words; an open answer cannot be refused
ROW_GROUP = 20_000                      # people in a row group of Parquet
STATA_VERSION = 15                      # pyreadstat's word for the file format of Stata 14 and later (118)
NAN = float("nan")


def write_sav(layout: FileLayout, path: Path, title: str) -> dict[str, str]:
    """Write the table as SPSS file and return the names that had to be changed."""
    fitted, renamed = within_limits(layout, SAV)
    frame = _frame(fitted, SAV)
    numbers = [variable for variable in fitted.variables if variable.kind == "number"]
    texts = [variable for variable in fitted.variables if variable.kind == "text"]
    pyreadstat.write_sav(
        frame, path, file_label=SAV.cut(title, 64), row_compress=True,
        column_labels={variable.name: variable.label for variable in fitted.variables},
        variable_value_labels={variable.name: _value_labels(fitted, variable) for variable in numbers
                               if variable.values or variable.has_missing},
        missing_ranges={
            **{variable.name: [{"lo": min(MISSING_CODES), "hi": max(MISSING_CODES)}] for variable in numbers
               if variable.has_missing},
            **{variable.name: list(TEXT_CODES) for variable in texts if variable.has_missing}},
        variable_measure={variable.name: _measure(variable) for variable in fitted.variables},
        variable_format={variable.name: _format(variable, frame[variable.name]) for variable in numbers},
        note=_notes(fitted, renamed))
    return renamed


def write_dta(layout: FileLayout, path: Path, title: str) -> dict[str, str]:
    """Write the table as Stata file, the kinds of empty as .a to .d, and return the names that had to be changed."""
    fitted, renamed = within_limits(layout, DTA)
    frame = _frame(fitted, DTA)
    labels: dict[str, dict[Any, str]] = {}
    declared: dict[str, list[str]] = {}
    for variable in fitted.variables:
        if variable.kind != "number":
            continue
        codes = _codes_in(frame[variable.name]) if variable.has_missing else []
        if variable.values or codes:
            labels[variable.name] = dict(variable.values)
        if codes:
            declared[variable.name] = [LETTERS[code] for code in codes]
            labels[variable.name] |= {LETTERS[code]: fitted.missing[code] for code in codes}
            frame[variable.name] = _lettered(frame[variable.name])
    pyreadstat.write_dta(
        frame, path, file_label=DTA.cut(title, 80), version=STATA_VERSION,
        column_labels={variable.name: variable.label for variable in fitted.variables},
        variable_value_labels={name: words for name, words in labels.items() if words},
        missing_user_values=declared)
    return renamed


def write_parquet(layout: FileLayout, path: Path, title: str) -> dict[str, str]:
    """Write the table as Parquet in row groups; labels, codes and notes stand in the fields' metadata."""
    schema = pa.schema(
        [pa.field(variable.name, pa.float64() if variable.kind == "number" else pa.string(),
                  metadata={b"surveyapp": orjson.dumps(field_document(layout, variable))})
         for variable in layout.variables],
        metadata={b"surveyapp": orjson.dumps({
            "title": title, "table": layout.table.name, "language": layout.language,
            "missing": {str(code): words for code, words in layout.missing.items()}})})
    held: list[Any] = []
    n_held = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for columns in layout.columns():
            held.append(pa.record_batch([pa.array(column, field.type) for column, field in
                                         zip(columns, schema, strict=True)], schema=schema))
            n_held += held[-1].num_rows
            if n_held >= ROW_GROUP:
                writer.write_table(pa.Table.from_batches(held, schema))
                held, n_held = [], 0
        writer.write_table(pa.Table.from_batches(held, schema))
    return {}


def field_document(layout: FileLayout, variable: Variable) -> dict[str, Any]:
    """Return what a program must know of one column to label it."""
    document: dict[str, Any] = {"label": variable.label, "measure": variable.measure}
    if variable.values:
        document["values"] = {str(value): words for value, words in variable.values.items()}
    if variable.codes:
        document["codes"] = {str(code): value for value, code in variable.codes.items()}
    if variable.has_missing:
        document["missing"] = sorted(layout.missing)
    for name, value in (("item", variable.item), ("choice", variable.choice), ("notes", list(variable.notes))):
        if value:
            document[name] = value
    return document


# ---- one narrow frame -----------------------------------------------------------------------------------------------
def _frame(layout: FileLayout, limits: FormatLimits) -> pd.DataFrame:
    """Return the table as a frame, numbers as float64 with NaN for nothing at all."""
    held: list[Any] = [array("d") if variable.kind == "number" else [] for variable in layout.variables]
    for columns in layout.columns():
        for place, column in enumerate(columns):
            if isinstance(held[place], array):
                held[place].extend(column if None not in column else [NAN if x is None else x for x in column])
            else:
                held[place].extend(column)
    for variable, values in zip(layout.variables, held, strict=True):
        if variable.kind == "text":
            _check_length(variable, values, limits)
    return pd.DataFrame({
        variable.name: np.frombuffer(values, dtype=float) if isinstance(values, array)
        else pd.Series(values, dtype=object)
        for variable, values in zip(layout.variables, held, strict=True)}, copy=False)


def _check_length(variable: Variable, texts: Sequence[str], limits: FormatLimits) -> None:
    longest = max(map(limits.length, texts), default=0)
    if longest > limits.longest_text:
        raise Refused("{column}: a text of {n} is longer than the {most} that {format} holds.",
                      "Export this questionnaire as CSV, XLSX or Parquet.", column=variable.name, n=longest,
                      most=limits.longest_text, format=limits.format)


def _codes_in(column: pd.Series) -> list[int]:
    return [code for code in LETTERS if (column == code).any()]


def _lettered(column: pd.Series) -> pd.Series:
    """Return a column of numbers with letters for the kinds of empty."""
    found = column.astype(object).where(column.notna(), None)
    for code, letter in LETTERS.items():
        found[column == code] = letter
    return found


def _value_labels(layout: FileLayout, variable: Variable) -> dict[int | float, str]:
    return dict([*variable.values.items(), *(layout.missing.items() if variable.has_missing else ())])


def _measure(variable: Variable) -> str:
    return "nominal" if variable.kind == "text" else variable.measure


def _format(variable: Variable, column: pd.Series) -> str:
    """Return width and decimals as SPSS shows them."""
    known = column[np.isfinite(column.to_numpy())]
    is_whole = bool((known == np.floor(known)).all())
    width = max(4, len(f"{known.abs().max():.0f}") + 1 if len(known) else 4)
    return f"F{min(width, 40)}.0" if is_whole else f"F{min(width + 3, 40)}.2"


def _notes(layout: FileLayout, renamed: Mapping[str, str]) -> list[str]:
    notes = [f"{variable.name}: {'; '.join(variable.notes)}" for variable in layout.variables if variable.notes]
    notes += [f"{new} = {old}" for old, new in renamed.items()]
    # A line of an SPSS document holds 80 bytes.
    return [SAV.cut(note, 80) for note in notes] or [layout.table.name]
