"""How often does each pair of categories occur together? The tables of all pairs from one product X'X."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from analysis.errors import NoVariation, TableError, TooFewData
from analysis.quant.correlations import MINIMUM_ROWS, Array, Missing, check_choice, check_size, item_matrix
from analysis.quant.moment_sums import BLOCK_CELLS
from analysis.quant.ordinal.binormal import INFINITE
from analysis.results.caution import Caution

Codes = npt.NDArray[np.int16]
Index = npt.NDArray[np.int64]

MOST_CATEGORIES = 20            # more distinct answers are a quantity, whose ordinary correlation loses nothing
FEWEST_CATEGORIES = 2
GAP = -1                        # code of a missing answer
EXACT_IN_FLOAT32 = 1 << 23      # rows whose count a 32-bit product still holds exactly


@dataclass(frozen=True)
class OrdinalTables:
    """Coded answers of k items and all their tables; pairs p in the order (0, 1), (0, 2) … (k - 2, k - 1).

    codes       (n, k) category of each answer, from 0; `GAP` where it is missing.
    levels      the answers that each category stands for, rising.
    counts      (k, m) answers in each category, m the largest number of categories, padded with 0.
    first, second   (p,) the items of each pair.
    tables      (p, m, m) respondents in each pair of categories, over those who answered both.
    thresholds  (k, m - 1) cuts of the standard normal variable behind each item, padded with `INFINITE`.
    """

    keys: tuple[str, ...]
    n: int
    n_complete: int
    missing: Missing
    codes: Codes
    levels: tuple[tuple[float, ...], ...]
    counts: Array
    first: Index
    second: Index
    tables: Array
    thresholds: Array
    cautions: tuple[Caution, ...] = ()

    @property
    def n_thresholds(self) -> tuple[int, ...]:
        """Number of thresholds of each item."""
        return tuple(len(levels) - 1 for levels in self.levels)

    @property
    def pair_counts(self) -> Array:
        """Respondents who answered both items, (p,)."""
        return np.asarray(self.tables.sum(axis=(1, 2)))


def ordinal_tables(items: pd.DataFrame, *, missing: Missing = "pairwise", levels: Sequence[float] | None = None,
                   place: str = "items") -> OrdinalTables:
    """Return the tables of all pairs of items and the thresholds of each.

    Parameters
    ----------
    items : DataFrame (n, k)
        Ordered answers as numbers, at most `MOST_CATEGORIES` distinct ones an item; missing = NaN.
    missing : {"pairwise", "listwise"}
        Pairwise: each table from the rows with both answers, thresholds from all answers of the item, as psych and
        lavaan do. Listwise: only rows without a gap.
    levels : sequence of float, optional
        The answers that could have been given. One that nobody gave is named in a caution `empty_category`; it has
        no threshold of its own, since its cut cannot be told from the next.
    place : str
        Words for messages.

    Returns
    -------
    OrdinalTables
        Thresholds are normal quantiles of the cumulative shares.

    Raises
    ------
    AnalysisError
        TableError for a quantity, an infinite answer or one outside `levels`; NoVariation for a single category;
        TooFewData for too few rows, answers of an item, or answers of a pair.

    Notes
    -----
    One-hot columns of a block of rows are multiplied with themselves; the product holds every table of the block.
    """
    check_choice("missing", missing, get_args(Missing), place)
    X = item_matrix(items, place)
    keys = tuple(str(key) for key in items.columns)
    if missing == "listwise":
        X = X[~np.isnan(X).any(axis=1)]
    check_size(len(X), len(keys), minimum_items=2, place=place)
    if np.isinf(X).any():
        raise TableError(place, "an answer is infinite.", "Replace it or leave it empty.")
    codes, found = _coded(X)
    _check_levels(found, keys, levels, place)
    cautions = _empty_categories(found, keys, levels)
    return _tabulated(codes, found, keys, missing, cautions, place)


def _coded(X: Array) -> tuple[Codes, tuple[tuple[float, ...], ...]]:
    """Return codes (n, k) and the distinct answers of each item."""
    codes = np.full(X.shape, GAP, dtype=np.int16)
    levels: list[tuple[float, ...]] = []
    for j in range(X.shape[1]):
        column = X[:, j]
        known = ~np.isnan(column)
        answered = column if known.all() else column[known]
        values, coded = _distinct(answered)
        codes[known, j] = coded
        levels.append(tuple(values.tolist()))
    return codes, tuple(levels)


def _distinct(answers: Array) -> tuple[Array, npt.NDArray[np.int16]]:
    """Return the distinct answers, rising, and the place of each answer among them."""
    if not len(answers):
        return np.empty(0), np.empty(0, dtype=np.int16)
    low = answers.min()
    if answers.max() - low <= MOST_CATEGORIES:          # whole numbers near together need no sorting
        steps = (answers - low).astype(np.int16)
        if np.array_equal(steps + low, answers):
            seen = np.bincount(steps) > 0
            return low + np.flatnonzero(seen), (np.cumsum(seen) - 1).astype(np.int16)[steps]
    values, coded = np.unique(answers, return_inverse=True)
    return values, coded.astype(np.int16) if len(values) <= MOST_CATEGORIES else np.zeros(len(answers), np.int16)


def _check_levels(found: tuple[tuple[float, ...], ...], keys: tuple[str, ...], levels: Sequence[float] | None,
                  place: str) -> None:
    for key, values in zip(keys, found, strict=True):
        where = f"{place}, item {key!r}"
        if not values:
            raise TooFewData(where, f"0 answer(s), at least {MINIMUM_ROWS} are needed.", "Leave the item out.", 0)
        if len(values) > MOST_CATEGORIES:
            raise TableError(where, f"has {len(values)} distinct answers, too many for an ordinal item.",
                             f"Group them into at most {MOST_CATEGORIES}, or use correlation: pearson.")
        if len(values) < FEWEST_CATEGORIES:
            raise NoVariation(where, "all answers are the same.", "Leave the item out.")
        strange = [value for value in values if levels is not None and value not in levels]
        if strange:
            raise TableError(where, f"{strange[0]:g} is not one of the answers that could be given.",
                             "Mend the answer or the range.")


def _empty_categories(found: tuple[tuple[float, ...], ...], keys: tuple[str, ...],
                      levels: Sequence[float] | None) -> tuple[Caution, ...]:
    empty = {key: [level for level in levels or () if level not in values]
             for key, values in zip(keys, found, strict=True)}
    return tuple(Caution("empty_category", (key,), f"{', '.join(f'{level:g}' for level in unused)}")
                 for key, unused in empty.items() if unused)


def _tabulated(codes: Codes, levels: tuple[tuple[float, ...], ...], keys: tuple[str, ...], missing: Missing,
               cautions: tuple[Caution, ...], place: str) -> OrdinalTables:
    k, m = len(keys), max(map(len, levels))
    counts = np.array([np.bincount(column[column != GAP], minlength=m) for column in codes.T], dtype=np.float64)
    first, second = np.triu_indices(k, 1)
    tables = pair_tables(codes, m)
    _check_counts(counts, tables, first, second, keys, place)
    n_complete = len(codes) if missing == "listwise" else int((codes != GAP).all(axis=1).sum())
    return OrdinalTables(keys, len(codes), n_complete, missing, codes, levels, counts, first, second, tables,
                         _thresholds(counts, levels), (*cautions, *_empty_cells(tables, first, second, keys, levels)))


def pair_tables(codes: Codes, m: int) -> Array:
    """Return the tables of all pairs of items.

    Parameters
    ----------
    codes : array (n, k)
        Categories from 0 to m - 1; `GAP` for none.
    m : int
        Categories.

    Returns
    -------
    array (k (k - 1) / 2, m, m)
        Blocks of X'X of the one-hot columns, summed over blocks of rows.
    """
    n, k = codes.shape
    step = min(max(256, BLOCK_CELLS // (k * m)), EXACT_IN_FLOAT32)
    columns = np.arange(m, dtype=np.int16)
    total = np.zeros((k * m, k * m))
    for start in range(0, n, step):
        block = codes[start:start + step]
        hot = (block[:, :, None] == columns).reshape(len(block), k * m).astype(np.float32)
        total += hot.T @ hot
    first, second = np.triu_indices(k, 1)
    return np.asarray(total.reshape(k, m, k, m)[first, :, second, :])


def _check_counts(counts: Array, tables: Array, first: Index, second: Index, keys: tuple[str, ...],
                  place: str) -> None:
    for j in np.flatnonzero(counts.sum(axis=1) < MINIMUM_ROWS):
        n = int(counts[j].sum())
        raise TooFewData(f"{place}, item {keys[j]!r}", f"{n} answer(s), at least {MINIMUM_ROWS} are needed.",
                         "Leave the item out.", n)
    both = tables.sum(axis=(1, 2))
    for pair in np.flatnonzero(both < MINIMUM_ROWS):
        raise TooFewData(f"{place}, items {keys[first[pair]]!r} and {keys[second[pair]]!r}",
                         f"only {int(both[pair])} respondent(s) answered both, at least {MINIMUM_ROWS} are needed.",
                         "Leave one of them out.", int(both[pair]))
    flat = ((tables.sum(axis=2) > 0).sum(axis=1) < FEWEST_CATEGORIES) | (
        (tables.sum(axis=1) > 0).sum(axis=1) < FEWEST_CATEGORIES)
    for pair in np.flatnonzero(flat):
        raise NoVariation(f"{place}, items {keys[first[pair]]!r} and {keys[second[pair]]!r}",
                          "one of them never varies among those who answered both.", "Leave one of them out.")


def _thresholds(counts: Array, levels: tuple[tuple[float, ...], ...]) -> Array:
    share = np.cumsum(counts, axis=1)[:, :-1] / counts.sum(axis=1, keepdims=True)
    cuts = np.full(share.shape, INFINITE)
    for j, values in enumerate(levels):
        cuts[j, :len(values) - 1] = ndtri(share[j, :len(values) - 1])
    return cuts


def _empty_cells(tables: Array, first: Index, second: Index, keys: tuple[str, ...],
                 levels: tuple[tuple[float, ...], ...]) -> tuple[Caution, ...]:
    sizes = np.array([len(values) for values in levels])
    empty = sizes[first] * sizes[second] - (tables > 0).sum(axis=(1, 2))
    pairs = np.flatnonzero(empty)
    if not len(pairs):
        return ()
    return (Caution("empty_cells", pair_names(keys, first, second, pairs), str(int(empty.sum()))),)


def pair_names(keys: tuple[str, ...], first: Index, second: Index, pairs: Index) -> tuple[str, ...]:
    """Return how cautions name pairs of items.

    Parameters
    ----------
    keys : tuple of str
        Items.
    first, second : array (p,)
        Items of all pairs.
    pairs : array
        Those meant.

    Returns
    -------
    tuple of str
        Such as "A1 ~~ A2".
    """
    return tuple(f"{keys[first[pair]]} ~~ {keys[second[pair]]}" for pair in pairs)
