"""Reads a customer file by the value model: checks it, counts what is wrong, drops nothing silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.customers.identifiers import refuse_identifiers
from analysis.errors import TableError
from instruments.template import CustomerField, ValueModel

IMPOSSIBLE_TENURE_MONTHS = 1200      # a hundred years: longer is a typing error
NUMBER_TYPES = frozenset({"decimal", "integer"})
NOT_COUNTED_AS_CONTENT = frozenset({"relation_group", "rm_id"})     # most customers rightly have none (model 13)


@dataclass(frozen=True)
class CustomerFile:
    """A checked file: one row a customer, index the key; every field of the model is a column.

    Amounts and counts are float64 with NaN for empty, words are str with "" for empty. `present` names the fields
    the file really has.
    """

    frame: pd.DataFrame
    present: tuple[str, ...]
    n_rows: int
    n_duplicate_rows: int
    n_without_key: int
    n_negative: Mapping[str, int]
    n_unknown_tier: int
    n_impossible_tenure: int
    missing_share: Mapping[str, float]
    completeness: float | None
    n_incomplete: int | None
    warnings: tuple[str, ...]


def read_customers(frame: pd.DataFrame, model: ValueModel, place: str = "customer file") -> CustomerFile:
    """Check a customer file and return it clean, with counts of everything that was wrong.

    Parameters
    ----------
    frame : DataFrame, rows × columns
        As read from the file; columns that the model does not know are named in a warning and not used.
    model : ValueModel
        Fields with their types, bounds and tiers.
    place : str
        What the file is called in messages.

    Returns
    -------
    CustomerFile
        Of rows with the same key the first stays. A negative value where the field has a minimum, and an impossible
        tenure, become empty and are counted. Rows without a key are left out and counted. Completeness is the share
        (0..1) of filled cells over the file's fields but the key, relation group and manager.

    Raises
    ------
    TableError
        When a required column is missing, a number or type cannot be read, or a column identifies customers.
    """
    known = [field.key for field in model.fields]
    numeric = [field.key for field in model.fields if field.type in NUMBER_TYPES]
    refuse_identifiers(frame, known, numeric, place)
    _require_columns(frame, model, place)
    present = tuple(key for key in known if key in frame.columns)
    columns = {field.key: _column(frame, field, place) for field in model.fields}
    clean = pd.DataFrame(columns, index=range(len(frame)))
    has_key = clean[model.key_field] != ""
    is_repeated = has_key & clean[model.key_field].duplicated()
    clean = clean[has_key & ~is_repeated].set_index(model.key_field, drop=False)
    clean.index.name = None
    n_negative = {field.key: _blank_below(clean, field) for field in model.fields if field.minimum is not None}
    n_tenure = _blank_impossible_tenure(clean)
    content = [key for key in present if key != model.key_field and key not in NOT_COUNTED_AS_CONTENT]
    filled = pd.DataFrame({key: _is_filled(clean[key]) for key in content}, index=clean.index)
    missing_share = {key: float(1 - _is_filled(clean[key]).mean()) for key in present} if len(clean) else {}
    _fill_defaults(clean, model)
    n_unknown_tier = _settle_tiers(clean, model)
    unknown = [str(column) for column in frame.columns if column not in known]
    return CustomerFile(
        frame=clean, present=present, n_rows=len(frame), n_duplicate_rows=int(is_repeated.sum()),
        n_without_key=int((~has_key).sum()), n_negative=n_negative, n_unknown_tier=n_unknown_tier,
        n_impossible_tenure=n_tenure,
        missing_share=missing_share,
        completeness=float(filled.to_numpy().mean()) if filled.size else None,
        n_incomplete=int((~filled.all(axis=1)).sum()) if filled.size else None,
        warnings=(f"customer_columns_not_used: {', '.join(unknown)}",) if unknown else ())


def _require_columns(frame: pd.DataFrame, model: ValueModel, place: str) -> None:
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise TableError(place, f"column {twice!r} occurs twice.", "Keep one of them.")
    missing = [key for key in model.required if key not in frame.columns]
    if missing:
        raise TableError(place, f"required column {missing[0]!r} is missing.",
                         f"Add it; the file needs at least: {', '.join(model.required)}.")


def _column(frame: pd.DataFrame, field: CustomerField, place: str) -> np.ndarray:
    if field.type in NUMBER_TYPES:
        numbers = _numbers(frame, field.key, place)
        if field.type == "integer":
            _require_whole(numbers, field, place)
        return numbers
    if field.key not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    texts = np.array([_text(value) for value in frame[field.key]], dtype=object)
    if field.values:
        _require_values(texts, field, place)
    return texts


def _text(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _numbers(frame: pd.DataFrame, key: str, place: str) -> np.ndarray:
    if key not in frame.columns:
        return np.full(len(frame), np.nan)
    column = frame[key]
    if not pd.api.types.is_numeric_dtype(column):
        column = column.map(lambda value: value.replace(",", "").strip() or None if isinstance(value, str) else value)
    numbers: np.ndarray = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    unread = np.isnan(numbers) & column.notna().to_numpy()
    if unread.any():
        row = int(np.argmax(unread))
        raise TableError(f"{place}, column {key!r}, data row {row + 1}", f"{frame[key].iloc[row]!r} is not a number.",
                         "Write a number, or leave the cell empty.")
    if np.isinf(numbers).any():
        row = int(np.argmax(np.isinf(numbers)))
        raise TableError(f"{place}, column {key!r}, data row {row + 1}", f"{frame[key].iloc[row]} is not finite.",
                         "Write a number, or leave the cell empty.")
    return numbers


def _require_whole(numbers: np.ndarray, field: CustomerField, place: str) -> None:
    is_broken = ~np.isnan(numbers) & (numbers != np.floor(numbers))
    if is_broken.any():
        row = int(np.argmax(is_broken))
        raise TableError(f"{place}, column {field.key!r}, data row {row + 1}", f"{numbers[row]:g} is no whole number.",
                         "Write a whole number, or leave the cell empty.")


def _require_values(texts: np.ndarray, field: CustomerField, place: str) -> None:
    for row, text in enumerate(texts, start=1):
        if text and text not in field.values:
            raise TableError(f"{place}, column {field.key!r}, data row {row}", f"{text!r} is not known.",
                             f"Use one of: {', '.join(field.values)}.")


def _is_filled(column: pd.Series) -> pd.Series:
    return column.notna() & (column != "")


def _blank_below(clean: pd.DataFrame, field: CustomerField) -> int:
    is_below = clean[field.key] < field.minimum
    clean.loc[is_below, field.key] = np.nan
    return int(is_below.sum())


def _blank_impossible_tenure(clean: pd.DataFrame) -> int:
    if "tenure_months" not in clean.columns:
        return 0
    is_impossible = clean["tenure_months"] > IMPOSSIBLE_TENURE_MONTHS
    clean.loc[is_impossible, "tenure_months"] = np.nan
    return int(is_impossible.sum())


def _fill_defaults(clean: pd.DataFrame, model: ValueModel) -> None:
    for field in model.fields:
        if field.default is not None and field.type not in NUMBER_TYPES:
            clean.loc[clean[field.key] == "", field.key] = field.default


def _settle_tiers(clean: pd.DataFrame, model: ValueModel) -> int:
    """Write tiers by their key, also where the file uses a name; one its customer type lacks becomes empty."""
    names = {(kind, name): tier.key for kind, tiers in model.tiers.items() for tier in tiers
             for name in (tier.key, *tier.name.values())}
    kinds = clean["customer_type"] if "customer_type" in clean.columns else [next(iter(model.tiers), "")] * len(clean)
    n_unknown = 0
    for column in ("tier", "tier_12m_ago"):
        if column not in clean.columns:
            continue
        settled = [names.get((kind, text), "") for kind, text in zip(kinds, clean[column], strict=True)]
        if column == "tier":
            n_unknown = sum(bool(text) and not key for text, key in zip(clean[column], settled, strict=True))
        clean[column] = np.array(settled, dtype=object)
    return n_unknown
