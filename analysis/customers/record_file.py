"""The completeness file: which fields of the records are filled and how old they are, without what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.customers.cells import Faults, check_heads, check_whole, numbers, texts, words
from analysis.customers.identifiers import refuse_identifiers
from analysis.errors import TableError
from analysis.privacy import MINIMUM_GROUP, suppress_cells
from analysis.results.customers import RecordCompleteness, RecordFigure
from instruments.customer_records import FieldClass, RecordField
from instruments.template import ValueModel

HAS, AGE = "has_", "age_days_"
UNIT, TIER, TYPE = "unit", "tier", "customer_type"
NO_UNIT, NO_TIER = "", "unknown"
OLDEST_DAYS = 36_525        # a hundred years: older is a typing error
ONE, ZERO = ("1", "1.0"), ("0", "0.0", "")
Mask = NDArray[np.bool_]
Ages = NDArray[np.float32]


@dataclass(frozen=True)
class _Cells:
    """One record field over all customers."""

    of_class: FieldClass
    field: RecordField
    applies: Mask
    is_filled: Mask
    age: Ages                           # NaN = not known

    @property
    def is_aged(self) -> Mask:
        return ~np.isnan(self.age) if self.of_class.stale_after_days is not None else np.zeros(len(self.age), bool)

    @property
    def is_stale(self) -> Mask:
        limit = self.of_class.stale_after_days
        return self.age > limit if limit is not None else np.zeros(len(self.age), bool)


@dataclass(frozen=True)
class _File:
    keys: pd.Series
    cells: tuple[_Cells, ...]
    groups: Mapping[str, pd.Categorical]    # unit, tier
    n_rows: int
    n_duplicate_rows: int
    n_without_key: int
    n_age_of_empty: int
    warnings: tuple[str, ...]


def record_completeness(frame: pd.DataFrame, model: ValueModel, *, customers: pd.DataFrame | None = None,
                        minimum: int = MINIMUM_GROUP, place: str = "completeness file") -> RecordCompleteness:
    """Return how complete and how old the records are, by class, field, unit and tier.

    Parameters
    ----------
    frame : DataFrame, rows × columns
        The key column, `has_<field>` 0 or 1 and `age_days_<field>` (or `age_days_<class>` for all fields of a class);
        optional `unit`, `tier` and `customer_type`.
    model : ValueModel
        Classes with their fields and the age in days from which a field is stale.
    customers : DataFrame, customers × columns, optional
        Index the key; `customer_type` and `tier_key` stand in where the file does not state them.
    minimum : int
        People that must stand behind a figure of a group.
    place : str
        What the file is called in messages.

    Returns
    -------
    RecordCompleteness
        Shares run over the fields that apply to a customer's type. A field is stale when its age exceeds that of its
        class; only filled fields with a known age are judged. Groups too small are hidden, and others with them, so
        that none follows from the total.

    Raises
    ------
    TableError
        When the file holds content, identifies customers or lacks the key; TableFaults with every place.
    """
    file = _read(frame, model, customers, place)
    every = np.ones(len(file.keys), dtype=bool)
    total = _figure("", file.cells, every)
    stale = np.zeros(len(file.keys), dtype=bool)
    lacks = np.zeros(len(file.keys), dtype=bool)
    for cell in file.cells:
        stale |= cell.is_stale
        lacks |= cell.applies & ~cell.is_filled
    has_age = any(cell.is_aged.any() for cell in file.cells)
    unknown = None if customers is None else int((customers.index.get_indexer(pd.Index(file.keys)) < 0).sum())
    classes = list(dict.fromkeys(cell.of_class.key for cell in file.cells))
    units = _grouped(file.groups.get(UNIT), file.cells, minimum)
    return RecordCompleteness(
        n_rows=file.n_rows, n_customers=len(file.keys), n_duplicate_rows=file.n_duplicate_rows,
        n_without_key=file.n_without_key, n_unknown_customers=unknown, completeness=total.filled,
        n_incomplete=int(lacks.sum()) if len(file.keys) else None,
        n_stale_records=int(stale.sum()) if has_age else None, stale=total.stale,
        median_age_days=total.median_age_days, n_age_of_empty=file.n_age_of_empty,
        by_class=tuple(_shown(key, [cell for cell in file.cells if cell.of_class.key == key], minimum)
                       for key in classes),
        by_field=tuple(_shown(cell.field.key, [cell], minimum) for cell in file.cells),
        by_unit=units, by_tier=_grouped(file.groups.get(TIER), file.cells, minimum),
        unit_by_class=_unit_by_class(file, classes, units), warnings=file.warnings)


# ---- reading --------------------------------------------------------------------------------------------------------
def _read(frame: pd.DataFrame, model: ValueModel, customers: pd.DataFrame | None, place: str) -> _File:
    pairs = [(one, field) for one in model.field_classes for field in one.fields]
    known = {model.key_field, UNIT, TIER, TYPE, *(AGE + one.key for one in model.field_classes),
             *(sign + field.key for _, field in pairs for sign in (HAS, AGE))}
    refuse_identifiers(frame, known, known - {model.key_field, UNIT, TIER, TYPE}, place)
    check_heads(frame, (model.key_field,), place)
    stated = [(one, field) for one, field in pairs if HAS + field.key in frame.columns]
    if not stated:
        raise TableError(place, "it has no column that says whether a field is filled.",
                         f"Head such columns {', '.join(HAS + field.key for _, field in pairs[:3])} …")
    faults = Faults(place)
    keys = texts(frame[model.key_field]).reset_index(drop=True)
    has_key = (keys != "").to_numpy()
    is_repeated = has_key & keys.duplicated().to_numpy()
    keep = has_key & ~is_repeated
    filled = {field.key: _flag(frame, HAS + field.key, faults) for _, field in stated}
    ages = {field.key: _age(frame, one, field, faults) for one, field in stated}
    faults.raise_if_any()
    kept_keys = keys[keep].reset_index(drop=True)
    groups = {name: _group(frame, name, keep, kept_keys, customers) for name in (TYPE, UNIT, TIER)}
    kept = slice(None) if keep.all() else keep
    cells, n_age_of_empty = [], 0
    for one, field in stated:
        applies = _applies(groups[TYPE], field)
        is_filled, age = filled.pop(field.key)[kept] & applies, ages.pop(field.key)[kept]
        n_age_of_empty += int((~np.isnan(age) & ~is_filled & applies).sum())
        age[~is_filled] = np.nan        # the column was made here and is nobody else's
        cells.append(_Cells(one, field, applies, is_filled, age))
    strange = [str(head) for head in frame.columns if head not in known]
    return _File(
        kept_keys, tuple(cells), {UNIT: groups[UNIT], TIER: _typed(groups[TYPE], groups[TIER])}, len(frame),
        int(is_repeated.sum()), int((~has_key).sum()), n_age_of_empty,
        (f"record_columns_not_used: {', '.join(strange)}",) if strange else ())


def _flag(frame: pd.DataFrame, column: str, faults: Faults) -> Mask:
    """Return whether a cell is 1, an empty one as 0; anything else could be content and is refused unquoted."""
    cells = frame[column]
    if pd.api.types.is_numeric_dtype(cells):
        values = cells.to_numpy(dtype=np.float32, na_value=np.nan)
        is_one, is_known = values == 1, (values == 0) | (values == 1) | np.isnan(values)
    else:
        found = pd.Categorical(texts(cells))
        is_one, is_known = (np.isin(np.asarray(found.categories), signs)[found.codes] for signs in (ONE, (*ONE, *ZERO)))
    faults.add(column, np.flatnonzero(~is_known), lambda _row: (
        "the cell is neither 0 nor 1.", "Write 1 where the field is filled and 0 where not; never what is in it."))
    return np.asarray(is_one, dtype=bool)


def _age(frame: pd.DataFrame, one: FieldClass, field: RecordField, faults: Faults) -> Ages:
    column = next((name for name in (AGE + field.key, AGE + one.key) if name in frame.columns), "")
    found = numbers(frame, column, faults)
    if column:
        check_whole(found, column, faults)
        is_strange = (found < 0) | (found > OLDEST_DAYS)
        faults.add(column, np.flatnonzero(is_strange), lambda row: (
            f"{found[row]:g} days is no age.", f"Write days from 0 to {OLDEST_DAYS}, or leave the cell empty."))
    return found.astype(np.float32)     # whole days up to a century are exact


def _group(frame: pd.DataFrame, name: str, keep: Mask, keys: pd.Series,
           customers: pd.DataFrame | None) -> pd.Categorical:
    """Return the group of each customer: as the file states it, otherwise as the customer file has it."""
    if name in frame.columns:
        return words(frame, name)[keep]
    column = {TIER: "tier_key", TYPE: TYPE}.get(name, "")
    if customers is None or column not in customers.columns:
        return words(frame[keep], "")
    known = pd.Categorical(customers[column].array)
    place = customers.index.get_indexer(pd.Index(keys))
    codes = np.where(place >= 0, known.codes[place], -1)
    names = known.categories.tolist()
    if "" not in names:
        names.append("")
    return pd.Categorical.from_codes(np.where(codes < 0, names.index(""), codes), categories=names)


def _applies(kinds: pd.Categorical, field: RecordField) -> Mask:
    """Return whom a field applies to; of whom the type is unknown, every field is asked."""
    fits = [not field.customer_types or kind in ("", *field.customer_types) for kind in kinds.categories]
    mask: Mask = np.array(fits, dtype=bool)[kinds.codes]
    return mask


def _typed(kinds: pd.Categorical, tiers: pd.Categorical) -> pd.Categorical:
    """Return "type.tier" of each customer, because each type has tiers of its own."""
    if list(tiers.categories) == [""]:
        return tiers
    names = [f"{kind}.{tier or NO_TIER}" if kind else tier or NO_TIER
             for kind in kinds.categories for tier in tiers.categories]
    codes = kinds.codes.astype(np.int32) * len(tiers.categories) + tiers.codes
    return pd.Categorical.from_codes(codes, categories=names) if len(set(names)) == len(names) else tiers


# ---- figures --------------------------------------------------------------------------------------------------------
def _figure(key: str, cells: Sequence[_Cells], mask: Mask) -> RecordFigure:
    n_cells = n_filled = n_aged = n_stale = 0
    days = np.zeros(1, dtype=np.int64)      # counts by age: whole days, of which a file has few different ones
    for cell in cells:
        n_cells += int((cell.applies & mask).sum())
        n_filled += int((cell.is_filled & mask).sum())
        is_aged = cell.is_aged & mask
        n_aged += int(is_aged.sum())
        n_stale += int((cell.is_stale & mask).sum())
        found = np.bincount(cell.age[mask & ~np.isnan(cell.age)].astype(np.int32), minlength=len(days))
        found[:len(days)] += days
        days = found
    return RecordFigure(key, int(mask.sum()), n_filled / n_cells if n_cells else None,
                        n_stale / n_aged if n_aged else None,
                        _median(days))


def _median(counts: NDArray[np.int64]) -> float | None:
    """Return the median of 0, 1, 2 … that were met so often; None where nothing was."""
    n, up_to = int(counts.sum()), np.cumsum(counts)
    if not n:
        return None
    return float(np.searchsorted(up_to, (n + 1) // 2) + np.searchsorted(up_to, n // 2 + 1)) / 2


def _shown(key: str, cells: Sequence[_Cells], minimum: int) -> RecordFigure:
    """Return a class or field over the customers it applies to, hidden where they are few."""
    applies = np.logical_or.reduce([cell.applies for cell in cells])
    n = int(applies.sum())
    return _figure(key, cells, applies) if n >= minimum else RecordFigure(key, None)


def _grouped(groups: pd.Categorical | None, cells: Sequence[_Cells], minimum: int) -> tuple[RecordFigure, ...]:
    if groups is None or not any(name and n for name, n in _sizes(groups).items()):
        return ()
    sizes = {name: n for name, n in _sizes(groups).items() if n}
    hidden = suppress_cells(sizes, minimum)
    places = {name: place for place, name in enumerate(groups.categories)}
    return tuple(RecordFigure(name, None) if name in hidden else
                 _figure(name, cells, groups.codes == places[name]) for name in sizes)


def _sizes(groups: pd.Categorical) -> dict[str, int]:
    counts = np.bincount(groups.codes, minlength=len(groups.categories)).tolist()
    return dict(zip(groups.categories, counts, strict=True))


def _unit_by_class(file: _File, classes: Sequence[str],
                   units: Sequence[RecordFigure]) -> dict[str, dict[str, float]]:
    """Return the share filled by unit and class; the same customers stand behind every class of a unit."""
    groups = file.groups[UNIT]
    result: dict[str, dict[str, float]] = {}
    for unit in units:
        if unit.is_hidden:
            continue
        mask = groups.codes == groups.categories.get_loc(unit.key)
        shares = {key: _figure(key, [cell for cell in file.cells if cell.of_class.key == key], mask).filled
                  for key in classes}
        result[unit.key] = {key: share for key, share in shares.items() if share is not None}
    return result
