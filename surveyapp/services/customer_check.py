"""What is in a customer file, a completeness file or a relations file: checked, told in counts, shown in a few rows.

Used by commands and jobs, and by a child process for the web, which loads no analyses.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import pandas as pd

from analysis.customers.cells import texts, with_known_heads
from analysis.customers.reading import read_customers
from analysis.customers.record_file import AGE, HAS, TIER, TYPE, UNIT, record_completeness
from analysis.customers.relation_file import COLUMNS, read_relations
from analysis.errors import TableError
from analysis.quant.spec.data import read_table
from instruments.template import ValueModel
from surveyapp.errors import marked
from surveyapp.models.customer import COMPLETENESS, CUSTOMERS
from surveyapp.services.customer import FileColumn, FileReport, Notice

SHOWN_ROWS = 5
OLD_KIND = "customer"       # prefix of the warnings on columns, whatever the file


@dataclass(frozen=True)
class CheckedFile:
    """A file as it is stored, and what the reader should know of it."""

    frame: pd.DataFrame
    report: FileReport


def check_file(kind: str, content: bytes, name: str, model: ValueModel) -> CheckedFile:
    """Return the file with only the columns that are known; TableError where it cannot be used."""
    frame = read_table(io.BytesIO(content), PurePath(name).name)
    return check_table(kind, frame, name, model)


def check_table(kind: str, frame: pd.DataFrame, name: str, model: ValueModel) -> CheckedFile:
    """Return the table with only the columns that are known; TableError where it cannot be used."""
    if kind == CUSTOMERS:
        frame = with_known_heads(frame, {field.key: field.name for field in model.fields})
        notices, known = list(_customer_notices(frame, model, name)), [field.key for field in model.fields]
    elif kind == COMPLETENESS:
        notices, known = list(_record_notices(frame, model, name)), _record_columns(model)
    else:
        notices, known = list(_relation_notices(frame, model, name)), list(COLUMNS)
    strange = [str(head) for head in frame.columns if head not in known]
    if strange:
        notices.append(Notice(marked("Columns that are not known here are not kept: {columns}."),
                              {"columns": ", ".join(strange)}))
    kept = frame[[head for head in frame.columns if head in known]]
    return CheckedFile(kept, FileReport(len(kept), tuple(notices), tuple(_columns(kept)), _rows(kept)))


def _columns(frame: pd.DataFrame) -> Iterator[FileColumn]:
    for head in frame.columns:
        column = frame[head]
        empty = column.isna() | (texts(column) == "") if not pd.api.types.is_numeric_dtype(column) else column.isna()
        yield FileColumn(str(head), int((~empty).sum()))


def _rows(frame: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    first = frame.head(SHOWN_ROWS)
    cells = [texts(first[head]).tolist() for head in first.columns]
    return tuple(zip(*cells, strict=True)) if cells else ()


def _customer_notices(frame: pd.DataFrame, model: ValueModel, name: str) -> Iterator[Notice]:
    """Yield what was wrong with the file and what becomes of it; nothing is left out silently."""
    found = read_customers(frame, model, place=name)
    yield Notice(marked("{n} customers are in the file."), {"n": len(found.frame)})
    counted: list[tuple[int, str, Mapping[str, object]]] = [
        (found.n_duplicate_rows, marked("{n} rows repeat a customer; the first of each counts."), {}),
        (found.n_without_key, marked("{n} rows have no customer code and are left out."), {}),
        *((n, marked("column {field}: {n} negative values count as empty."), {"field": field})
          for field, n in found.n_negative.items()),
        (found.n_unknown_tier,
         marked("column tier: {n} values are not known to the value model and count as empty."), {}),
        (found.n_impossible_tenure, marked("column tenure_months: {n} impossible values count as empty."), {}),
    ]
    yield from (Notice(words, {"n": n, **values}) for n, words, values in counted if n)
    missing = [f"{field} {share:.0%}" for field, share in found.missing_share.items() if share > 0]
    if missing:
        yield Notice(marked("Empty cells: {columns}."), {"columns": ", ".join(missing)})


def _record_columns(model: ValueModel) -> list[str]:
    fields = [field.key for one in model.field_classes for field in one.fields]
    return [model.key_field, UNIT, TIER, TYPE, *(sign + key for key in fields for sign in (HAS, AGE)),
            *(AGE + one.key for one in model.field_classes)]


def _record_notices(frame: pd.DataFrame, model: ValueModel, name: str) -> Iterator[Notice]:
    if not model.field_classes:
        raise TableError(name, "the study's value model has no classes of record fields.",
                         "Add `records` to its customer-value.yaml.")
    found = record_completeness(frame, model, place=name)
    yield Notice(marked("{n} customers are in the file."), {"n": found.n_customers})
    if found.completeness is not None:
        words = marked("{share} of the fields are filled; fields that do not apply to a customer are not counted.")
        yield Notice(words, {"share": f"{found.completeness:.0%}"})
    if found.stale is not None:
        yield Notice(marked("{share} of the filled fields are older than their class allows."),
                     {"share": f"{found.stale:.0%}"})
    counted = [
        (found.n_duplicate_rows, marked("{n} rows repeat a customer; the first of each counts.")),
        (found.n_without_key, marked("{n} rows have no customer code and are left out.")),
        (found.n_age_of_empty, marked("{n} ages stand at fields that are not filled and are not used.")),
    ]
    yield from (Notice(words, {"n": n}) for n, words in counted if n)
    absent = [field.key for one in model.field_classes for field in one.fields if HAS + field.key not in frame.columns]
    if absent:
        yield Notice(marked("Of these fields the file says nothing: {columns}."), {"columns": ", ".join(absent)})


def _relation_notices(frame: pd.DataFrame, model: ValueModel, name: str) -> Iterator[Notice]:
    found = read_relations(frame, model, place=name)
    yield Notice(marked("{n} pairs are in the file."), {"n": found.n_rows})
    counted = [
        (int((~found.has_basis).sum()), marked("{n} pairs have no legal basis and are not used.")),
        (found.n_with_themselves, marked("{n} pairs connect a customer with itself and are not used.")),
        (found.n_repeated, marked("{n} pairs are stated before and count once.")),
    ]
    yield from (Notice(words, {"n": n}) for n, words in counted if n)
