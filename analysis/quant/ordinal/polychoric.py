"""Which correlations of normal variables are behind the tables? All pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.quant.correlations import Array, Correlations, Missing, check_choice
from analysis.quant.ordinal.binormal import Cells, cell_probabilities
from analysis.quant.ordinal.smoothing import SMALLEST_EIGENVALUE, smoothed
from analysis.quant.ordinal.tables import Index, OrdinalTables, ordinal_tables, pair_names
from analysis.results.caution import Caution

ZeroCells = Literal["keep", "add_half"]

BOUND = 1.0 - 1e-12             # nearer to +-1 a correlation is at the bound
SEEMS_PERFECT = 1.0 - 1e-6      # a search that ends beyond is on its way to the bound
STEEP_BEYOND = 0.9              # beyond this a likelihood with an inner maximum is steep …
LEAST_CURVATURE = 1e-3          # … per respondent; one that levels out (an empty cell of two by two) is not
STEP_AT_REST = 1e-11
MOST_STEPS = 100                # halving alone reaches the bound in 40
SMALLEST_PROBABILITY = 1e-16
PAIR = 2


@dataclass(frozen=True)
class PolychoricFit:
    """Tables with the correlation of each pair, (p,), and cautions of tables and search."""

    tables: OrdinalTables
    rho: Array
    cautions: tuple[Caution, ...]

    def matrix(self) -> Array:
        """Return the (k, k) matrix of correlations."""
        return square(self.rho, len(self.tables.keys))


def square(values: Array, k: int, diagonal: float = 1.0) -> Array:
    """Return a symmetric matrix from the values of its pairs.

    Parameters
    ----------
    values : array (k (k - 1) / 2,)
        In the order (0, 1), (0, 2) … (k - 2, k - 1).
    k : int
        Items.
    diagonal : float
        What stands on the diagonal.

    Returns
    -------
    array (k, k)
        Symmetric.
    """
    full = np.full((k, k), diagonal)
    first, second = np.triu_indices(k, 1)
    full[first, second] = values
    full[second, first] = values
    return full


def polychoric_fit(items: pd.DataFrame, *, missing: Missing = "pairwise", levels: Sequence[float] | None = None,
                   zero_cells: ZeroCells = "keep", place: str = "items") -> PolychoricFit:
    """Return the two-step polychoric correlations of all pairs of items.

    Parameters
    ----------
    items, missing, levels, place
        As in `tables.ordinal_tables`.
    zero_cells : {"keep", "add_half"}
        What to do with a table of two by two that has an empty cell, where the correlation runs to +-1. Keep says
        so in a caution `at_the_bound`; add_half moves half a respondent into the cell along the margins (what lavaan
        does unasked) and says `half_added`. Larger tables are never changed.

    Returns
    -------
    PolychoricFit
        Correlations in -1..1 that maximise the multinomial likelihood of each table, given the thresholds.

    References
    ----------
    Olsson 1979 (two-step estimator); Muthen 1984.
    """
    check_choice("zero_cells", zero_cells, get_args(ZeroCells), place)
    return fit_pairs(ordinal_tables(items, missing=missing, levels=levels, place=place), zero_cells)


def polychoric_correlations(items: pd.DataFrame, *, missing: Missing = "pairwise",
                            levels: Sequence[float] | None = None, zero_cells: ZeroCells = "keep",
                            smooth: bool = False, place: str = "items") -> Correlations:
    """Return polychoric correlations for the analyses that take a correlation matrix.

    Parameters
    ----------
    items, missing, levels, zero_cells, place
        As in `polychoric_fit`.
    smooth : bool
        Replace a matrix that is not positive definite by one near to it.

    Returns
    -------
    Correlations
        Of kind "polychoric", or "polychoric, smoothed" where the matrix was changed; with cautions.
    """
    fit = polychoric_fit(items, missing=missing, levels=levels, zero_cells=zero_cells, place=place)
    R, cautions, changed = definite(fit.matrix(), smooth=smooth)
    kind = "polychoric, smoothed" if changed else "polychoric"
    return Correlations(fit.tables.keys, fit.tables.n, R, kind, (*fit.cautions, *cautions))


def definite(R: Array, *, smooth: bool) -> tuple[Array, tuple[Caution, ...], bool]:
    """Return the matrix, smoothed if it must be and may be, what to say of it, and whether it was changed.

    Parameters
    ----------
    R : array (k, k)
        Correlations.
    smooth : bool
        Whether a matrix that is not positive definite may be changed.

    Returns
    -------
    R : array (k, k)
        As given, or smoothed.
    cautions : tuple of Caution
        Empty for a positive definite matrix.
    changed : bool
        Whether R is another.
    """
    least = float(np.linalg.eigvalsh(R)[0])
    if least > SMALLEST_EIGENVALUE:
        return R, (), False
    found = Caution("not_positive_definite", (), f"{least:.6g}")
    if not smooth:
        return R, (found,), False
    near = smoothed(R)
    return near, (found, Caution("smoothed", (), f"{np.abs(near - R).max():.6g}")), True


def fit_pairs(tables: OrdinalTables, zero_cells: ZeroCells = "keep") -> PolychoricFit:
    """Return the correlation of every pair by Newton's method, kept between the last points on both sides.

    Parameters
    ----------
    tables : OrdinalTables
        As `ordinal_tables` returns them.
    zero_cells : {"keep", "add_half"}
        As in `polychoric_fit`.

    Returns
    -------
    PolychoricFit
        With cautions `half_added`, `at_the_bound` and `not_converged` beside those of the tables.
    """
    counts, mended = _mended(tables) if zero_cells == "add_half" else (tables.tables, np.zeros(0, dtype=np.int64))
    a, b = tables.thresholds[tables.first], tables.thresholds[tables.second]
    rho, resting, curvature = _search(counts, a, b)
    is_flat = (np.abs(rho) > STEEP_BEYOND) & (curvature < LEAST_CURVATURE)
    bound = is_flat | (np.abs(rho) > SEEMS_PERFECT)
    rho = np.where(bound, np.sign(rho) * BOUND, rho)
    told: tuple[tuple[str, Index], ...] = (
        ("half_added", mended), ("at_the_bound", np.flatnonzero(bound)),
        ("not_converged", np.flatnonzero(~resting & ~bound)))
    cautions = [Caution(name, pair_names(tables.keys, tables.first, tables.second, pairs))
                for name, pairs in told if len(pairs)]
    return PolychoricFit(tables, rho, (*tables.cautions, *cautions))


def _mended(tables: OrdinalTables) -> tuple[Array, Index]:
    sizes = np.array([len(values) for values in tables.levels])
    small = (sizes[tables.first] == PAIR) & (sizes[tables.second] == PAIR)
    counts = tables.tables.copy()
    corner = counts[:, :2, :2]
    on = small & ((corner[:, 0, 0] == 0) | (corner[:, 1, 1] == 0))
    off = small & ((corner[:, 0, 1] == 0) | (corner[:, 1, 0] == 0)) & ~on
    corner[on] += [[0.5, -0.5], [-0.5, 0.5]]
    corner[off] += [[-0.5, 0.5], [0.5, -0.5]]
    return counts, np.flatnonzero(on | off)


def _search(counts: Array, a: Array, b: Array) -> tuple[Array, npt.NDArray[np.bool_], Array]:
    """Return rho (p,) where the score is zero, whether the search came to rest, and the curvature per respondent."""
    pairs, curvature = len(counts), np.zeros(len(counts))
    rho, low, high = _start(counts), np.full(pairs, -BOUND), np.full(pairs, BOUND)
    moving = np.arange(pairs)
    for _ in range(MOST_STEPS):
        score, bend = _score(counts[moving], cell_probabilities(a[moving], b[moving], rho[moving]))
        at = rho[moving]
        curvature[moving] = -bend
        low[moving] = np.where(score > 0, at, low[moving])
        high[moving] = np.where(score < 0, at, high[moving])
        with np.errstate(divide="ignore", invalid="ignore"):
            there = at - score / bend
        inside = (bend < 0) & (there > low[moving]) & (there < high[moving])
        there = np.where(inside, there, 0.5 * (low[moving] + high[moving]))
        there = np.where(score == 0, at, there)
        rho[moving] = there
        still = np.abs(there - at) > STEP_AT_REST
        moving = moving[still]
        if not len(moving):
            break
    resting = np.ones(pairs, dtype=bool)
    resting[moving] = False
    return rho, resting, np.asarray(curvature / counts.sum(axis=(1, 2)))


def _start(counts: Array) -> Array:
    """Return the ordinary correlation of the category numbers, a good first guess."""
    number = np.arange(counts.shape[1], dtype=np.float64)
    n = counts.sum(axis=(1, 2))
    rows, columns = counts.sum(axis=2), counts.sum(axis=1)
    mean_r, mean_c = rows @ number / n, columns @ number / n
    product = np.einsum("pij,i,j->p", counts, number, number) / n - mean_r * mean_c
    spread = (rows @ number**2 / n - mean_r**2) * (columns @ number**2 / n - mean_c**2)
    return np.asarray(np.clip(1.1 * product / np.sqrt(np.maximum(spread, 1e-12)), -0.95, 0.95))


def _score(counts: Array, cells: Cells) -> tuple[Array, Array]:
    """Return the first and second derivative of the log likelihood by rho."""
    p = np.maximum(cells.probability, SMALLEST_PROBABILITY)
    slope = cells.slope / p
    score = (counts * slope).sum(axis=(1, 2))
    return np.asarray(score), np.asarray((counts * (cells.bend / p - slope**2)).sum(axis=(1, 2)))
