"""Do two categorical answers go together, and in which cells? Chi-square, Cramér's V, what is left over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import TableError, TooFewData
from analysis.quant.groups.noncentral import Numbers, chi2_limits
from analysis.quant.groups.samples import labels_of, ordered_labels
from analysis.quant.intervals import holm
from analysis.results.groups import TableCell, TableComparison
from analysis.results.measurement import Estimate

SMALL_EXPECTED = 5.0        # Cochran 1954: expected counts below this make chi-square doubtful …
SMALL_SHARE = 0.20          # … in more than a fifth of the cells; below 1 in any
N_TABLES = 10_000           # tables drawn where they are; their SE at p = .05 is .002 …
FEWEST_TABLES, MOST_CELLS = 999, 4_000_000      # … and fewer of large tables, so that it stays a matter of seconds
METHOD = "chi-square test of independence"


def compare_shares(rows: pd.Series, columns: pd.Series, *, confidence: float = 0.95, seed: Sequence[int] = (0,),
                   place: str = "comparison") -> TableComparison:
    """Return how two categorical variables go together.

    Parameters
    ----------
    rows, columns : pandas.Series (n,)
        Words or codes in the same order of respondents; a row with either missing is left out.
    confidence : float
        Coverage of the interval of V.
    seed : sequence of int
        Seed of the drawn tables, used only where expected counts are small.
    place : str
        Words for messages.

    Returns
    -------
    TableComparison
        As `table_comparison`; `left_out` is warned of.

    Raises
    ------
    TooFewData
        When a variable has fewer than two categories among the rows used.
    """
    first, second = labels_of(rows), labels_of(columns)
    if len(first) != len(second):
        raise TableError(place, f"{len(first)} and {len(second)} rows do not fit.", "Give both for the same people.")
    known = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    names = ordered_labels([a for a, _ in known]), ordered_labels([b for _, b in known])
    place_of = [{name: i for i, name in enumerate(keys)} for keys in names]
    counts = np.zeros((len(names[0]), len(names[1])))
    for a, b in known:
        counts[place_of[0][a], place_of[1][b]] += 1
    warned = ("left_out",) if len(known) < len(first) else ()
    return table_comparison(counts, names, (str(rows.name), str(columns.name)), confidence=confidence, seed=seed,
                            place=place, warned=warned)


def table_comparison(counts: Numbers, names: tuple[Sequence[str], Sequence[str]], variables: tuple[str, str], *,
                     confidence: float = 0.95, seed: Sequence[int] = (0,), place: str = "comparison",
                     warned: tuple[str, ...] = ()) -> TableComparison:
    """Return chi-square, Cramér's V and residuals of a table of counts.

    Parameters
    ----------
    counts : numpy.ndarray, shape (r, c)
        How many people are in each cell; empty rows and columns are dropped with the warning `empty_category`.
    names : tuple of two sequences
        Names of the rows and of the columns.
    variables : tuple of str
        What the rows and the columns are.
    confidence : float
        Coverage of the interval of V.
    seed : sequence of int
        Seed of the drawn tables.
    place : str
        Words for messages.
    warned : tuple of str
        Warnings to begin with.

    Returns
    -------
    TableComparison
        Chi-square without continuity correction; ``V = sqrt(chi2 / (n (min(r, c) - 1)))`` with the limits of the
        noncentral chi-square; Bergsma's V without the upward bias; Pearson and adjusted residuals with Holm's p over
        all cells. `small_expected` is warned of after Cochran's rule; p is then also drawn from `N_TABLES` tables
        with the same margins (fewer where they are very large).

    Raises
    ------
    TooFewData
        With fewer than two categories that somebody is in.
    TableError
        When a count is negative or not finite.

    References
    ----------
    Pearson (1900); Cramér (1946); Bergsma (2013), A bias-correction for Cramér's V; Smithson (2003); Haberman (1973),
    The analysis of residuals in cross-classified tables; Cochran (1954); Patefield (1981).
    """
    kept, keys, has_empty = _without_empty(np.asarray(counts, dtype=float), names, place)
    n = int(kept.sum())
    row, column = kept.sum(axis=1), kept.sum(axis=0)
    expected = np.outer(row, column) / n
    chi2 = float(((kept - expected) ** 2 / expected).sum())
    df = (len(row) - 1) * (len(column) - 1)
    is_sparse = bool((expected < SMALL_EXPECTED).mean() > SMALL_SHARE or expected.min() < 1)
    warnings = warned + ("empty_category",) * has_empty + ("small_expected",) * is_sparse
    drawn = _drawn_p(row, column, expected, chi2, seed) if is_sparse else None
    return TableComparison(variables[0], variables[1], n, keys[0], keys[1], chi2, df, float(stats.chi2.sf(chi2, df)),
                           drawn, _cramers_v(chi2, df, n, min(kept.shape) - 1, confidence),
                           _corrected_v(chi2, n, kept.shape), _cells(kept, expected, keys), METHOD, warnings)


def _without_empty(counts: Numbers, names: tuple[Sequence[str], Sequence[str]], place: str,
                   ) -> tuple[Numbers, tuple[tuple[str, ...], tuple[str, ...]], bool]:
    if counts.size and (not np.isfinite(counts).all() or counts.min() < 0):
        raise TableError(place, "a count is negative or not finite.", "Give how many people are in each cell.")
    rows, columns = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    for kind, used in (("row", rows), ("column", columns)):
        if used.sum() < 2:  # noqa: PLR2004 - an association needs two categories
            raise TooFewData(place, f"the {kind} variable has {int(used.sum())} categories with people.",
                             "It needs two.", int(counts.sum()))
    keys = (tuple(name for name, used in zip(names[0], rows, strict=True) if used),
            tuple(name for name, used in zip(names[1], columns, strict=True) if used))
    return counts[rows][:, columns], keys, not (rows.all() and columns.all())


def _cramers_v(chi2: float, df: int, n: int, width: int, confidence: float) -> Estimate:
    low, high = chi2_limits(chi2, df, confidence)
    return Estimate(float(np.sqrt(chi2 / (n * width))), float(np.sqrt(min(low / (n * width), 1.0))),
                    float(np.sqrt(min(high / (n * width), 1.0))), n, "Cramér's V, noncentral chi-square interval",
                    confidence)


def _corrected_v(chi2: float, n: int, shape: tuple[int, ...]) -> float:
    """Return Bergsma's V: what chance alone adds to chi-square and to the number of categories is taken out."""
    r, c = shape
    association = max(chi2 / n - (r - 1) * (c - 1) / (n - 1), 0.0)
    width = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(min(association / width, 1.0))) if width > 0 else 0.0


def _drawn_p(row: Numbers, column: Numbers, expected: Numbers, chi2: float, seed: Sequence[int]) -> float:
    """Return the share of drawn tables with the same margins whose chi-square is as large; the observed one counts."""
    rng = np.random.default_rng(list(seed))
    n_tables = min(N_TABLES, max(FEWEST_TABLES, MOST_CELLS // expected.size))
    tables = stats.random_table(row, column).rvs(n_tables, random_state=rng)
    drawn = ((tables - expected) ** 2 / expected).sum(axis=(1, 2))
    reached = int((drawn >= chi2 * (1 - 1e-12)).sum())
    return (reached + 1) / (n_tables + 1)


def _cells(counts: Numbers, expected: Numbers, keys: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[TableCell, ...]:
    n = counts.sum()
    row, column = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    residual = (counts - expected) / np.sqrt(expected)
    adjusted = residual / np.sqrt((1 - row / n) * (1 - column / n))
    p = holm(2 * stats.norm.sf(np.abs(adjusted)).ravel()).reshape(counts.shape)
    return tuple(TableCell(one, other, int(counts[i, j]), float(expected[i, j]), float(counts[i, j] / row[i, 0]),
                           float(residual[i, j]), float(adjusted[i, j]), float(p[i, j]))
                 for i, one in enumerate(keys[0]) for j, other in enumerate(keys[1]))
