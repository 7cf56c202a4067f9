"""Reads a customer file by the value model: checks it, counts what is wrong, drops nothing silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.customers.cells import (
    Faults,
    check_heads,
    check_known,
    check_whole,
    numbers,
    texts,
    with_known_heads,
    words,
)
from analysis.customers.identifiers import refuse_identifiers
from analysis.customers.inputs import NOT_COUNTED_AS_CONTENT
from analysis.results.customers import FieldQuality
from instruments.template import CustomerField, ValueModel

IMPOSSIBLE_TENURE_MONTHS = 1200      # a hundred years: longer is a typing error
NUMBER_TYPES = frozenset({"decimal", "integer"})
TYPE_FIELD = "customer_type"


@dataclass(frozen=True)
class CustomerFile:
    """A checked file: one row a customer, index the key; every field of the model is a column.

    Amounts and counts are float64 with NaN for empty, words are categories with "" for empty. `present` names the
    fields the file really has.
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
    fields: tuple[FieldQuality, ...] = ()


def read_customers(frame: pd.DataFrame, model: ValueModel, place: str = "customer file") -> CustomerFile:
    """Check a customer file and return it clean, with counts of everything that was wrong.

    Parameters
    ----------
    frame : DataFrame, rows × columns
        As read from the file, headed by the fields' keys or names; columns that the model does not know are named in
        a warning and not used.
    model : ValueModel
        Fields with their types, bounds and tiers.
    place : str
        What the file is called in messages.

    Returns
    -------
    CustomerFile
        Of rows with the same key the first stays. A negative value where the field has a minimum, and an impossible
        tenure, become empty and are counted. Rows without a key are left out and counted. Completeness is the share
        (0..1) of filled cells over the file's fields but the key, relation group and manager, and over the customers
        whom a field applies to.

    Raises
    ------
    TableError
        When a required column is missing, a number or type cannot be read, or a column identifies customers;
        TableFaults with every place where several cells cannot be read.
    """
    frame = with_known_heads(frame, {field.key: field.name for field in model.fields})
    known = [field.key for field in model.fields]
    refuse_identifiers(frame, known, [field.key for field in model.fields if field.type in NUMBER_TYPES], place)
    check_heads(frame, model.required, place)
    faults = Faults(place)
    columns = {field.key: _column(frame, field, model, faults) for field in model.fields}
    faults.raise_if_any()
    keys = pd.Series(columns[model.key_field])
    has_key = (keys != "").to_numpy()
    is_repeated = has_key & keys.duplicated().to_numpy()
    clean = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), copy=False)
    if not has_key.all() or is_repeated.any():
        clean = clean[has_key & ~is_repeated]
    clean.index = pd.Index(clean[model.key_field].array, name=None)
    present = tuple(key for key in known if key in frame.columns)
    tally = _Tally(clean, model, present)
    unknown = [str(column) for column in frame.columns if column not in known]
    return CustomerFile(
        frame=tally.frame, present=present, n_rows=len(frame), n_duplicate_rows=int(is_repeated.sum()),
        n_without_key=int((~has_key).sum()), n_negative=tally.n_negative, n_unknown_tier=tally.n_unknown_tier,
        n_impossible_tenure=tally.n_impossible_tenure, missing_share=tally.missing_share,
        completeness=tally.completeness, n_incomplete=tally.n_incomplete, fields=tally.fields,
        warnings=(f"customer_columns_not_used: {', '.join(unknown)}",) if unknown else ())


def _column(frame: pd.DataFrame, field: CustomerField, model: ValueModel,
            faults: Faults) -> NDArray[np.float64] | pd.Categorical | pd.Series:
    if field.type in NUMBER_TYPES:
        found = numbers(frame, field.key, faults)
        if field.type == "integer":
            check_whole(found, field.key, faults)
        return found
    if field.key == model.key_field:
        return texts(frame[field.key]).reset_index(drop=True)
    column = words(frame, field.key)
    if field.values:
        check_known(column, field.key, field.values, faults)
    return column


class _Tally:
    """Counts what is wrong and what is filled, and blanks what cannot be; the frame is this object's own."""

    def __init__(self, clean: pd.DataFrame, model: ValueModel, present: tuple[str, ...]) -> None:
        self.frame, self.model, self.present = clean, model, present
        self.n_negative = {field.key: self._blank(field.key, clean[field.key] < field.minimum)
                           for field in model.fields if field.minimum is not None}
        self.n_impossible_tenure = (self._blank("tenure_months", clean["tenure_months"] > IMPOSSIBLE_TENURE_MONTHS)
                                    if "tenure_months" in clean.columns else 0)
        is_filled = {key: _is_filled(self.frame[key]) for key in present}
        self._fill_defaults()
        applies = {field.key: self._applies(field) for field in model.fields if field.key in is_filled}
        self.fields = tuple(
            FieldQuality(field.key, *_counts(is_filled[field.key], applies[field.key]),
                         self.n_negative.get(field.key, 0))
            for field in model.fields if field.key in is_filled) if len(clean) else ()
        self.missing_share = {field.key: 1 - field.n_filled / field.n_applicable if field.n_applicable else 0.0
                              for field in self.fields}
        content = [key for key in present if key != model.key_field and key not in NOT_COUNTED_AS_CONTENT]
        self.completeness, self.n_incomplete = _completeness(
            [(is_filled[key], applies[key]) for key in content], len(clean))
        self.n_unknown_tier = self._settle_tiers()

    def _blank(self, key: str, is_wrong: pd.Series) -> int:
        n = int(is_wrong.sum())
        if n:
            self.frame = self.frame.assign(**{key: self.frame[key].mask(is_wrong)})
        return n

    def _fill_defaults(self) -> None:
        for field in self.model.fields:
            column = self.frame[field.key]
            if field.default is None or field.type in NUMBER_TYPES or "" not in column.cat.categories:
                continue
            names = list(dict.fromkeys(word or field.default for word in column.cat.categories))
            place = np.array([names.index(word or field.default) for word in column.cat.categories], dtype=np.int32)
            self.frame = self.frame.assign(**{field.key: pd.Categorical.from_codes(
                place[column.cat.codes], categories=names)})

    def _applies(self, field: CustomerField) -> NDArray[np.bool_] | None:
        """Return whom a field applies to; None = everybody."""
        if not field.customer_types or TYPE_FIELD not in self.frame.columns:
            return None
        return np.asarray(self.frame[TYPE_FIELD].isin(field.customer_types), dtype=bool)

    def _settle_tiers(self) -> int:
        """Write tiers by their key, also where the file uses a name; one its customer type lacks becomes empty."""
        n_unknown = 0
        for column in ("tier", "tier_12m_ago"):
            if column in self.frame.columns:
                codes, keys, n = self._settled(self.frame[column].array)
                n_unknown = n if column == "tier" else n_unknown
                self.frame = self.frame.assign(**{column: pd.Categorical.from_codes(codes, categories=keys)})
        return n_unknown

    def _settled(self, stated: pd.Categorical) -> tuple[NDArray[np.int32], list[str], int]:
        keys = ["", *dict.fromkeys(tier.key for tiers in self.model.tiers.values() for tier in tiers)]
        first = next(iter(self.model.tiers), "")
        kinds = (self.frame[TYPE_FIELD].array if TYPE_FIELD in self.frame.columns
                 else pd.Categorical.from_codes(np.zeros(len(self.frame), dtype=np.int8), categories=[first]))
        place = np.zeros((len(kinds.categories), len(stated.categories)), dtype=np.int32)
        for row, kind in enumerate(kinds.categories):
            names = {name: tier.key for tier in self.model.tiers.get(kind, ()) for name in
                     (tier.key, *tier.name.values())}
            place[row] = [keys.index(names.get(word, "")) for word in stated.categories]
        codes = place[kinds.codes, stated.codes]
        is_stated = np.array([bool(word) for word in stated.categories], dtype=bool)[stated.codes]
        return codes, keys, int((is_stated & (codes == 0)).sum())


def _is_filled(column: pd.Series) -> NDArray[np.bool_]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        is_word = np.asarray(column.cat.categories != "", dtype=bool)
        return np.asarray(is_word[column.cat.codes])
    if pd.api.types.is_numeric_dtype(column):
        return np.asarray(column.notna(), dtype=bool)
    return np.asarray(column != "", dtype=bool)


def _counts(is_filled: NDArray[np.bool_], applies: NDArray[np.bool_] | None) -> tuple[int, int]:
    if applies is None:
        return len(is_filled), int(is_filled.sum())
    return int(applies.sum()), int((is_filled & applies).sum())


def _completeness(cells: list[tuple[NDArray[np.bool_], NDArray[np.bool_] | None]],
                  n: int) -> tuple[float | None, int | None]:
    """Return the share of filled cells among those that apply, and how many rows have an empty one."""
    if not cells or not n:
        return None, None
    n_cells = n_filled = 0
    lacks = np.zeros(n, dtype=bool)
    for is_filled, applies in cells:
        own, filled = _counts(is_filled, applies)
        n_cells, n_filled = n_cells + own, n_filled + filled
        lacks |= ~is_filled if applies is None else ~is_filled & applies
    return (n_filled / n_cells if n_cells else None), int(lacks.sum())
