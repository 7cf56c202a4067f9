"""How do the items vary and go together? One blocked pass over the answers, with or without gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import NoVariation, SpecError, TableError, TooFewData
from analysis.results.caution import Caution

Array = npt.NDArray[np.float64]
Missing = Literal["pairwise", "listwise"]
Kind = Literal["pearson", "spearman"]

MINIMUM_ROWS = 5                # diagnosis-model, section 10: below five respondents nothing is computed
BLOCK_CELLS = 1 << 17           # one megabyte of answers at a time stays in the processor's cache
CONSTANT_RELATIVE_SD = 1e-10    # below this share of its size the spread of an item is rounding, not variation


@dataclass(frozen=True)
class Moments:
    """Means, covariances and numbers of cases of k items.

    counts          (k, k) rows in which both items are answered.
    mean            (k,) over all answers of an item.
    covariance      (k, k) of the rows in which both are answered; its diagonal uses all answers of an item.
    correlation     (k, k) of the rows in which both are answered, means and spreads from the same rows.
    row_mean, row_sd    mean and SD over respondents of the mean of their answered items; NaN from a matrix.
    """

    keys: tuple[str, ...]
    n: int
    n_complete: int
    counts: Array
    mean: Array
    covariance: Array
    correlation: Array
    row_mean: float
    row_sd: float

    def correlations(self) -> Correlations:
        """Return the product-moment correlations with their number of rows."""
        return Correlations(self.keys, self.n, self.correlation, "pearson")


@dataclass(frozen=True)
class Correlations:
    """A (k, k) correlation matrix of named items, the rows it came from, its kind and what to know about it."""

    keys: tuple[str, ...]
    n: int
    matrix: Array
    kind: str = "pearson"
    cautions: tuple[Caution, ...] = ()


@dataclass
class _Sums:
    """Running sums over blocks of rows; entry [i, j] uses the rows in which both items are answered."""

    counts: Array           # rows
    firsts: Array           # sum of item i
    squares: Array          # sum of squares of item i
    products: Array         # sum of item i times item j
    n_complete: int = 0
    n_answering: int = 0    # rows with at least one answer
    row_sum: float = 0.0    # of row means, measured from the mean of the shift
    row_squares: float = 0.0


def item_matrix(items: pd.DataFrame, place: str = "items") -> Array:
    """Return the answers as one block of numbers.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, missing = NaN or NA.
    place : str
        Words for messages.

    Returns
    -------
    array (n, k)
        float64, missing = NaN; a view of the frame where it can be.

    Raises
    ------
    TableError
        When an item occurs twice or holds something other than numbers.
    """
    repeated = items.columns[items.columns.duplicated()]
    if len(repeated):
        raise TableError(place, f"item {str(repeated[0])!r} occurs twice.", "Name each item once.")
    for key, dtype in zip(items.columns, items.dtypes, strict=True):
        if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_complex_dtype(dtype):
            raise TableError(f"{place}, item {str(key)!r}", "holds something other than numbers.",
                             "Code its answers as numbers and leave missing answers empty.")
    matrix: Array = items.to_numpy(dtype=np.float64, na_value=np.nan)
    return matrix


def check_size(n: int, k: int, *, minimum_items: int, place: str = "items") -> None:
    """Refuse a table that is too small.

    Parameters
    ----------
    n, k : int
        Rows and items.
    minimum_items : int
        Fewest items the statistic needs.
    place : str
        Words for messages.

    Raises
    ------
    TooFewData
        With fewer items, or fewer rows than `MINIMUM_ROWS`.
    """
    if k < minimum_items:
        raise TooFewData(place, f"{k} item(s) given, at least {minimum_items} are needed.", "Name more items.", n)
    if n < MINIMUM_ROWS:
        raise TooFewData(place, f"{n} row(s) of answers, at least {MINIMUM_ROWS} are needed.",
                         "Collect more answers before computing this.", n)


def item_moments(items: pd.DataFrame, *, missing: Missing = "pairwise", minimum_items: int = 2,
                 place: str = "items") -> Moments:
    """Return means, covariances and correlations of the items.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, missing = NaN.
    missing : {"pairwise", "listwise"}
        Pairwise uses for each pair all rows with both answers; listwise only rows without a gap.

    Returns
    -------
    Moments
        In the units of the answers. `n` counts all rows given (pairwise) or the complete rows (listwise).

    Notes
    -----
    Sums are taken around the item means of the first block, so that large values with a small spread lose no digits.
    The work is one product X'X per block without gaps and four per block with gaps.
    """
    check_choice("missing", missing, get_args(Missing), place)
    X = item_matrix(items, place)
    keys = tuple(str(key) for key in items.columns)
    if missing == "listwise":
        gaps = np.isnan(X).any(axis=1)
        X = X[~gaps] if gaps.any() else X
    check_size(len(X), len(keys), minimum_items=minimum_items, place=place)
    shift = _shift(X)
    return _finish(_sums(X, shift, place), shift, keys, len(X), place)


def correlation_matrix(items: pd.DataFrame, *, kind: Kind = "pearson", missing: Missing = "pairwise",
                       minimum_items: int = 2, place: str = "items") -> Correlations:
    """Return product-moment or rank correlations of the items.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, missing = NaN.
    kind : {"pearson", "spearman"}
        Spearman ranks within each pair of items (mid-ranks for ties).
    missing : {"pairwise", "listwise"}
        As in `item_moments`.

    Returns
    -------
    Correlations
        Values in -1..1; NoVariation is raised where an item never varies.
    """
    check_choice("correlation", kind, get_args(Kind), place)
    moments = item_moments(items, missing=missing, minimum_items=minimum_items, place=place)
    if kind == "pearson":
        return moments.correlations()
    frame = items.dropna() if missing == "listwise" else items
    ranked: Array = frame.astype("float64").corr(method="spearman").to_numpy()
    return Correlations(moments.keys, moments.n, ranked, kind)


def check_choice(option: str, value: object, known: tuple[str, ...], place: str) -> None:
    """Refuse a word that an option does not know.

    Parameters
    ----------
    option, value
        Name of the option and what was given.
    known : tuple of str
        What it may be.
    place : str
        Words for messages.

    Raises
    ------
    SpecError
        Naming the known words.
    """
    if value not in known:
        raise SpecError(place, f"{option}={value!r} is not known.", f"Use one of: {', '.join(known)}.")


def _shift(X: Array) -> Array:
    first = X[: max(256, BLOCK_CELLS // X.shape[1])]
    answered = np.isfinite(first)
    total = np.where(answered, first, 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(answered.sum(axis=0), 1), dtype=np.float64)


def _blocks(X: Array) -> Iterator[Array]:
    step = max(256, BLOCK_CELLS // X.shape[1])
    for start in range(0, len(X), step):
        yield X[start:start + step]


def _sums(X: Array, shift: Array, place: str) -> _Sums:
    k = X.shape[1]
    sums = _Sums(np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k)))
    for block in _blocks(X):
        Z = block - shift
        with np.errstate(invalid="ignore", over="ignore"):      # what is not finite is met below
            products = Z.T @ Z
        if np.isfinite(products.diagonal()).all():
            _add_complete(sums, Z, products)
        else:
            if np.isinf(Z).any():
                raise TableError(place, "an answer is infinite.", "Replace it or leave it empty.")
            gaps = np.isnan(Z).any(axis=1)
            _add_with_gaps(sums, Z[gaps], shift)
            whole = Z[~gaps]
            _add_complete(sums, whole, whole.T @ whole)
    return sums


def _add_complete(sums: _Sums, Z: Array, products: Array) -> None:
    m, k = Z.shape
    total = Z.sum(axis=0)
    sums.counts += m
    sums.firsts += total[:, None]
    sums.squares += products.diagonal()[:, None]
    sums.products += products
    sums.n_complete += m
    sums.n_answering += m
    sums.row_sum += float(total.sum()) / k
    sums.row_squares += float(products.sum()) / k**2


def _add_with_gaps(sums: _Sums, Z: Array, shift: Array) -> None:
    M = (~np.isnan(Z)).astype(np.float64)
    filled = np.where(M > 0, Z, 0.0)
    sums.counts += M.T @ M
    sums.firsts += filled.T @ M
    sums.squares += (filled**2).T @ M
    sums.products += filled.T @ filled
    answered = M.sum(axis=1)
    some = answered > 0
    row = (filled.sum(axis=1) + M @ shift)[some] / answered[some] - float(shift.mean())
    sums.n_answering += int(some.sum())
    sums.row_sum += float(row.sum())
    sums.row_squares += float(row @ row)


def _finish(sums: _Sums, shift: Array, keys: tuple[str, ...], n: int, place: str) -> Moments:
    counts = sums.counts
    own = counts.diagonal()
    for i in np.flatnonzero(own < MINIMUM_ROWS):
        raise TooFewData(f"{place}, item {keys[i]!r}", f"{int(own[i])} answer(s), at least {MINIMUM_ROWS} are needed.",
                         "Leave the item out.", int(own[i]))
    for i, j in np.argwhere(counts < MINIMUM_ROWS):
        raise TooFewData(f"{place}, items {keys[i]!r} and {keys[j]!r}",
                         f"only {int(counts[i, j])} respondent(s) answered both, at least {MINIMUM_ROWS} are needed.",
                         "Leave one of them out.", int(counts[i, j]))
    firsts = sums.firsts
    mean = firsts.diagonal() / own
    variance = (sums.squares - firsts**2 / counts) / (counts - 1)
    covariance = (sums.products - firsts * firsts.T / counts) / (counts - 1)
    check_varies(variance, np.abs(mean + shift), keys, place)
    correlation = covariance / np.sqrt(variance * variance.T)
    np.fill_diagonal(correlation, 1.0)
    rows = sums.n_answering
    row_mean = sums.row_sum / rows
    row_variance = (sums.row_squares - rows * row_mean**2) / (rows - 1)
    return Moments(keys, n, sums.n_complete, counts, mean + shift, covariance, correlation,
                   row_mean + float(shift.mean()), float(np.sqrt(max(row_variance, 0.0))))


def check_varies(variance: Array, size: Array, keys: tuple[str, ...], place: str = "items") -> None:
    """Refuse an item whose variance is zero but for rounding.

    Parameters
    ----------
    variance : array (k, k)
        Variance of item i over the rows in which item j is answered too.
    size : array (k,)
        Magnitude of each item's answers, against which rounding is measured.
    keys : tuple of str
        Item names.
    place : str
        Words for messages.

    Raises
    ------
    NoVariation
        Naming the first such item, or the pair in whose shared rows it does not vary.
    """
    flat = variance <= (CONSTANT_RELATIVE_SD * np.maximum(1.0, size))[:, None] ** 2
    for i in np.flatnonzero(flat.diagonal()):
        raise NoVariation(f"{place}, item {keys[i]!r}", "all answers are the same.", "Leave the item out.")
    for i, j in np.argwhere(flat):
        raise NoVariation(f"{place}, items {keys[i]!r} and {keys[j]!r}",
                          f"{keys[i]!r} never varies among those who answered {keys[j]!r}.", "Leave one of them out.")
