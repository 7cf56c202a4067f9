"""What must be added up over the answers so that means, covariances and correlations follow?

Sums of one block of rows can be merged with those of another, so that blocks may lie in several files or machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import TableError

Array = npt.NDArray[np.float64]

BLOCK_CELLS = 1 << 17           # one megabyte of answers at a time stays in the processor's cache


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
        One product X'X per cached block without gaps, four per block with gaps.

    Raises
    ------
    TableError
        When an answer is infinite.
    """
    k = X.shape[1]
    origin = _first_means(X) if shift is None else shift
    sums = _Running(np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k)), np.zeros((3, k)))
    for block in _blocks(X):
        Z = block - origin
        with np.errstate(invalid="ignore", over="ignore"):      # what is not finite is met below
            products = Z.T @ Z
        if np.isfinite(products.diagonal()).all():
            _add_complete(sums, Z, products)
        else:
            if np.isinf(Z).any():
                raise TableError(place, "an answer is infinite.", "Replace it or leave it empty.")
            gaps = np.isnan(Z).any(axis=1)
            _add_with_gaps(sums, Z[gaps], origin)
            whole = Z[~gaps]
            _add_complete(sums, whole, whole.T @ whole)
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


def _first_means(X: Array) -> Array:
    first = X[: max(256, BLOCK_CELLS // X.shape[1])]
    answered = np.isfinite(first)
    total = np.where(answered, first, 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(answered.sum(axis=0), 1), dtype=np.float64)


def _blocks(X: Array) -> Iterator[Array]:
    step = max(256, BLOCK_CELLS // X.shape[1])
    for start in range(0, len(X), step):
        yield X[start:start + step]


def _add_complete(sums: _Running, Z: Array, products: Array) -> None:
    m, k = Z.shape
    total = Z.sum(axis=0)
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


def _add_with_gaps(sums: _Running, Z: Array, shift: Array) -> None:
    M = (~np.isnan(Z)).astype(np.float64)
    filled = np.where(M > 0, Z, 0.0)
    sums.counts += M.T @ M
    sums.firsts += filled.T @ M
    sums.squares += (filled**2).T @ M
    sums.products += filled.T @ filled
    answered = M.sum(axis=1)
    some = answered > 0
    row = np.zeros(len(Z))
    row[some] = (filled.sum(axis=1) + M @ shift)[some] / answered[some] - float(shift.mean())
    sums.totals += np.stack([row @ M, row**2 @ M, row @ filled])
    sums.n_answering += int(some.sum())
    sums.row_sum += float(row.sum())
    sums.row_squares += float(row @ row)
