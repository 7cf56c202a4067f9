"""What must be added up over the answers so that means, covariances and correlations follow?

Sums of one block of rows can be merged with those of another, so that blocks may lie in several files or machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array

from analysis.errors import TableError

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int32]
Marks = npt.NDArray[np.bool_]

BLOCK_CELLS = 1 << 17           # one megabyte of answers at a time stays in the processor's cache
SUM_CELLS = 1 << 19             # sums may take more: what is done once a block then weighs less
FIRST_ROWS = 2000               # whose means are the origin
MANY_GAPS = 0.10                # share of gaps from which products of masks cost less than single gaps
FEW_COLUMNS = 4                 # columns that are turned into rows at a time, so that they stay near
NEAR_ZERO = 4.0                 # means of at most so many SDs lose no digit that counts (17 units of rounding)


@dataclass(frozen=True)
class MomentSums:
    """Sums over rows of answers measured from `shift`; entry [i, j] uses the rows in which both items are answered.

    shift                       (k,) what was taken from each answer, near the mean, so that no digits are lost.
    counts, firsts              (k, k) rows; sum of item i.
    squares, products           (k, k) sum of squares of item i; sum of item i times item j.
    total_firsts, total_squares, total_products
                                (k,) over the rows in which item i is answered: sum of the row mean, of its square, and
                                of its product with item i; the row mean is that of the answered items, measured from
                                the mean of `shift`.
    n, n_complete, n_answering  all rows, rows without a gap, rows with at least one answer.
    row_sum, row_squares        sums over the answering rows of the row mean and its square.
    """

    keys: tuple[str, ...]
    shift: Array
    counts: Array
    firsts: Array
    squares: Array
    products: Array
    total_firsts: Array
    total_squares: Array
    total_products: Array
    n: int = 0
    n_complete: int = 0
    n_answering: int = 0
    row_sum: float = 0.0
    row_squares: float = 0.0


@dataclass
class _Running:
    """The sums of MomentSums while they grow."""

    counts: Array
    firsts: Array
    squares: Array
    products: Array
    totals: Array           # (3, k): firsts, squares and products of the row means
    n_complete: int = 0
    n_answering: int = 0
    row_sum: float = 0.0
    row_squares: float = 0.0


def sums_of(X: Array, keys: tuple[str, ...], shift: Array | None = None, *, place: str = "items") -> MomentSums:
    """Return the sums of a block of answers.

    Parameters
    ----------
    X : array (n, k)
        Answers, missing = NaN.
    keys : tuple of str
        Item names.
    shift : array (k,), optional
        Point from which answers are measured; by default the means of the first rows.
    place : str
        Words for messages.

    Returns
    -------
    MomentSums
        One product X'X per cached block, and what the gaps take from the sums of each pair: for every gap its row, or
        three more products where gaps are many.

    Raises
    ------
    TableError
        When an answer is infinite.
    """
    k = X.shape[1]
    origin = _origin(X) if shift is None else shift
    sums = _Running(np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k)), np.zeros((3, k)))
    space = _Space(min(len(X), _rows(k)), k)
    has_gaps = False
    for block in _blocks(X):
        if not has_gaps:
            Z = block - origin if origin.any() else block
            with np.errstate(invalid="ignore", over="ignore"):      # what is not finite is met below
                products = Z.T @ Z
            has_gaps = not np.isfinite(products.diagonal()).all()
        if has_gaps:
            has_gaps = _add_with_gaps(sums, *space.measured(block, origin), origin, place)
        else:
            _add_complete(sums, Z, products)
    firsts, squares, products = sums.totals
    return MomentSums(keys, origin, sums.counts, sums.firsts, sums.squares, sums.products, firsts, squares, products,
                      len(X), sums.n_complete, sums.n_answering, sums.row_sum, sums.row_squares)


def merged(first: MomentSums, second: MomentSums) -> MomentSums:
    """Return the sums of two sets of rows together.

    Parameters
    ----------
    first, second : MomentSums
        Of the same items; each may have a shift of its own.

    Returns
    -------
    MomentSums
        With the shift of the first.

    Raises
    ------
    TableError
        When the two hold different items.
    """
    if first.keys != second.keys:
        raise TableError("blocks", "two blocks hold different items.", "Give every block the same columns in order.")
    other = _shifted(second, first.shift)
    return MomentSums(
        first.keys, first.shift, first.counts + other.counts, first.firsts + other.firsts,
        first.squares + other.squares, first.products + other.products, first.total_firsts + other.total_firsts,
        first.total_squares + other.total_squares, first.total_products + other.total_products, first.n + other.n,
        first.n_complete + other.n_complete, first.n_answering + other.n_answering, first.row_sum + other.row_sum,
        first.row_squares + other.row_squares)


def _shifted(sums: MomentSums, shift: Array) -> MomentSums:
    """Return the same sums measured from another point."""
    step = sums.shift - shift
    row_step = float(step.mean())
    counts, firsts = sums.counts, sums.firsts
    own, own_firsts = counts.diagonal(), firsts.diagonal()
    return MomentSums(
        sums.keys, shift, counts, firsts + counts * step[:, None],
        sums.squares + 2 * firsts * step[:, None] + counts * step[:, None] ** 2,
        sums.products + firsts * step[None, :] + firsts.T * step[:, None] + counts * np.outer(step, step),
        sums.total_firsts + own * row_step,
        sums.total_squares + 2 * sums.total_firsts * row_step + own * row_step**2,
        sums.total_products + sums.total_firsts * step + own_firsts * row_step + own * step * row_step,
        sums.n, sums.n_complete, sums.n_answering, sums.row_sum + sums.n_answering * row_step,
        sums.row_squares + 2 * sums.row_sum * row_step + sums.n_answering * row_step**2)


def _origin(X: Array) -> Array:
    """Return the means of the first rows; zero where they are near it and more rows come, which saves a subtraction."""
    first = X[:FIRST_ROWS]
    answered = np.isfinite(first)
    n = np.maximum(answered.sum(axis=0), 1)
    filled = np.where(answered, first, 0.0)
    mean = filled.sum(axis=0) / n
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.sqrt(np.where(answered, (first - mean) ** 2, 0.0).sum(axis=0) / n)
    is_near = np.isfinite(spread) & (np.abs(mean) <= NEAR_ZERO * spread)
    is_zero = len(X) > FIRST_ROWS and is_near.all()
    return np.zeros(len(mean)) if is_zero else np.asarray(mean, dtype=np.float64)


def _rows(k: int) -> int:
    return max(256, SUM_CELLS // k)


def _blocks(X: Array) -> Iterator[Array]:
    step = _rows(X.shape[1])
    for start in range(0, len(X), step):
        yield X[start:start + step]


class _Space:
    """Where blocks with gaps are worked on, made once when the first comes."""

    def __init__(self, m: int, k: int) -> None:
        self.shape = (m, k)

    @cached_property
    def _cells(self) -> Array:
        return np.empty(self.shape)

    @cached_property
    def _marks(self) -> Marks:
        return np.empty(self.shape, dtype=np.bool_)

    def measured(self, block: Array, origin: Array) -> tuple[Array, Marks]:
        """Return a block measured from the origin, row after row, to be changed, and where its gaps are."""
        Z = self._cells[: len(block)]
        width = Z.shape[1] if block.flags.c_contiguous else FEW_COLUMNS
        for j in range(0, Z.shape[1], width):
            Z[:, j:j + width] = block[:, j:j + width]
        if origin.any():
            Z -= origin
        return Z, np.isnan(Z, out=self._marks[: len(block)])


def _add_complete(sums: _Running, Z: Array, products: Array) -> None:
    m, k = Z.shape
    total = np.ones(m) @ Z
    row_sum, row_squares = float(total.sum()) / k, float(products.sum()) / k**2
    sums.counts += m
    sums.firsts += total[:, None]
    sums.squares += products.diagonal()[:, None]
    sums.products += products
    sums.totals += np.stack([np.full(k, row_sum), np.full(k, row_squares), products.sum(axis=1) / k])
    sums.n_complete += m
    sums.n_answering += m
    sums.row_sum += row_sum
    sums.row_squares += row_squares


def _add_with_gaps(sums: _Running, Z: Array, is_gap: Marks, shift: Array, place: str) -> bool:
    """Add a block, in which gaps become zero; return whether it had any."""
    m, k = Z.shape
    at = np.flatnonzero(is_gap)
    Z.ravel()[at] = 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        products = Z.T @ Z
    if not np.isfinite(products.diagonal()).all() and np.isinf(Z).any():
        raise TableError(place, "an answer is infinite.", "Replace it or leave it empty.")
    if not len(at):
        _add_complete(sums, Z, products)
        return False
    row, column = np.divmod(at.astype(np.int32), np.int32(k))
    gone = np.bincount(row, minlength=m)
    sums.products += products
    sums.n_complete += m - int(np.count_nonzero(gone))
    answered = k - gone
    total = Z @ np.ones(k) + float(shift.sum()) - np.bincount(row, weights=shift[column], minlength=m)
    mean = total / np.maximum(answered, 1) - float(shift.mean())
    mean[answered == 0] = 0.0
    _add_rows(sums, Z, mean, (row, column))
    sums.n_answering += int(np.count_nonzero(answered))
    if len(at) > MANY_GAPS * Z.size:
        _add_masked(sums, Z, is_gap)
    else:
        _add_single(sums, Z, products, row, column)
    return True


def _add_rows(sums: _Running, Z: Array, mean: Array, gaps: tuple[Index, Index]) -> None:
    """Add what the row means give, over the rows in which each item is answered."""
    (row, column), k = gaps, Z.shape[1]
    lost, all_sum, all_squares = mean[row], float(mean.sum()), float(mean @ mean)
    sums.totals += np.stack([all_sum - np.bincount(column, weights=lost, minlength=k),
                             all_squares - np.bincount(column, weights=lost * lost, minlength=k), mean @ Z])
    sums.row_sum += all_sum
    sums.row_squares += all_squares


def _add_masked(sums: _Running, Z: Array, is_gap: Marks) -> None:
    M = (~is_gap).astype(np.float64)
    sums.counts += M.T @ M
    sums.firsts += Z.T @ M
    sums.squares += (Z * Z).T @ M


def _add_single(sums: _Running, Z: Array, products: Array, row: Index, column: Index) -> None:
    """Add the sums of all rows less those of the rows in which the other item is a gap; Z is squared."""
    m, k = Z.shape
    ends = np.zeros(m + 1, dtype=np.int32)
    np.cumsum(np.bincount(row, minlength=m), out=ends[1:])
    gaps = csc_array((np.ones(len(row)), column, ends), shape=(k, m))
    sums.firsts += (np.ones(m) @ Z)[:, None] - (gaps @ Z).T
    sums.squares += products.diagonal()[:, None] - (gaps @ np.multiply(Z, Z, out=Z)).T
    own = np.bincount(column, minlength=k)
    sums.counts += m - own[:, None] - own[None, :] + _both_gaps(row, column, k)


def _both_gaps(row: Index, column: Index, k: int) -> Array:
    """Return the rows in which two items are gaps (k, k); gaps come row after row."""
    found = np.zeros(k * k, dtype=np.int64)
    first, apart = np.flatnonzero(row[1:] == row[:-1]), 1
    while len(first):
        found += np.bincount(column[first] * k + column[first + apart], minlength=k * k)
        apart += 1
        first = first[first < len(row) - apart]
        first = first[row[first] == row[first + apart]]
    pairs = found.reshape(k, k).astype(np.float64)
    return pairs + pairs.T + np.diag(np.bincount(column, minlength=k).astype(np.float64))
