"""How do the items vary and go together? One blocked pass over the answers, with or without gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import NoVariation, SpecError, TableError, TooFewData
from analysis.quant.moment_sums import MomentSums, sums_of
from analysis.results.caution import Caution

Array = npt.NDArray[np.float64]
Missing = Literal["pairwise", "listwise"]
Kind = Literal["pearson", "spearman"]

MINIMUM_ROWS = 5                # diagnosis-model, section 10: below five respondents nothing is computed
CONSTANT_RELATIVE_SD = 1e-10    # below this share of its size the spread of an item is rounding, not variation


@dataclass(frozen=True)
class Moments:
    """Means, covariances and numbers of cases of k items.

    counts          (k, k) rows in which both items are answered.
    mean            (k,) over all answers of an item.
    covariance      (k, k) of the rows in which both are answered; its diagonal uses all answers of an item.
    correlation     (k, k) of the rows in which both are answered, means and spreads from the same rows.
    row_mean, row_sd    mean and SD over respondents of the mean of their answered items; NaN from a matrix.
    total_r         (k,) correlation of each item with that mean; None from a matrix.
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
    total_r: Array | None = None

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
    The work is one product X'X, and for each gap the row that it stands in (three more products where gaps are many).
    """
    check_choice("missing", missing, get_args(Missing), place)
    X = item_matrix(items, place)
    keys = tuple(str(key) for key in items.columns)
    if missing == "listwise":
        gaps = np.isnan(X).any(axis=1)
        X = X[~gaps] if gaps.any() else X
    check_size(len(X), len(keys), minimum_items=minimum_items, place=place)
    return moments_of(sums_of(X, keys, place=place), place=place)


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


def moments_of(sums: MomentSums, *, place: str = "items") -> Moments:
    """Return the moments that follow from sums over all blocks.

    Parameters
    ----------
    sums : MomentSums
        Of all rows together.
    place : str
        Words for messages.

    Returns
    -------
    Moments
        As `item_moments` describes.

    Raises
    ------
    TooFewData, NoVariation
        Naming the item, or the pair of items that too few answered together.
    """
    counts, keys, shift = sums.counts, sums.keys, sums.shift
    _check_answered(counts, keys, place)
    firsts, own = sums.firsts, counts.diagonal()
    mean = firsts.diagonal() / own
    variance = (sums.squares - firsts**2 / counts) / (counts - 1)
    covariance = (sums.products - firsts * firsts.T / counts) / (counts - 1)
    check_varies(variance, np.abs(mean + shift), keys, place)
    correlation = covariance / np.sqrt(variance * variance.T)
    np.fill_diagonal(correlation, 1.0)
    rows = sums.n_answering
    row_mean = sums.row_sum / rows
    row_variance = (sums.row_squares - rows * row_mean**2) / (rows - 1)
    return Moments(keys, sums.n, sums.n_complete, counts, mean + shift, covariance, correlation,
                   row_mean + float(shift.mean()), float(np.sqrt(max(row_variance, 0.0))), _total_r(sums))


def _check_answered(counts: Array, keys: tuple[str, ...], place: str) -> None:
    own = counts.diagonal()
    for i in np.flatnonzero(own < MINIMUM_ROWS):
        raise TooFewData(f"{place}, item {keys[i]!r}", f"{int(own[i])} answer(s), at least {MINIMUM_ROWS} are needed.",
                         "Leave the item out.", int(own[i]))
    for i, j in np.argwhere(counts < MINIMUM_ROWS):
        raise TooFewData(f"{place}, items {keys[i]!r} and {keys[j]!r}",
                         f"only {int(counts[i, j])} respondent(s) answered both, at least {MINIMUM_ROWS} are needed.",
                         "Leave one of them out.", int(counts[i, j]))


def _total_r(sums: MomentSums) -> Array:
    """Return the correlation of each item with the row mean, NaN where that mean does not vary."""
    n, firsts = sums.counts.diagonal(), sums.firsts.diagonal()
    shared = sums.total_products - sums.total_firsts * firsts / n
    spread = (sums.total_squares - sums.total_firsts**2 / n) * (sums.squares.diagonal() - firsts**2 / n)
    scale = CONSTANT_RELATIVE_SD * (1.0 + abs(float(sums.shift.mean())))
    varies = spread > (n * scale**2) ** 2
    return np.asarray(shared / np.sqrt(np.where(varies, spread, np.nan)))


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
