"""How far do raters agree on what they rate? The six intraclass correlations of Shrout and Fleiss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import NoVariation, SpecError, TableError
from analysis.quant.correlations import Array, check_size, item_matrix
from analysis.results.measurement import Estimate
from analysis.results.scales import Intraclass, IntraclassForm

_TINY = 1e-12


@dataclass(frozen=True)
class _Squares:
    """Mean squares of subjects (between, within), raters and residual of n subjects by k raters."""

    n: int
    k: int
    between: float
    within: float
    raters: float
    residual: float


def intraclass(ratings: pd.DataFrame, *, confidence: float = 0.95, place: str = "ratings") -> Intraclass:
    """Return the intraclass correlations of ratings.

    Parameters
    ----------
    ratings : DataFrame (n, k)
        One row a subject, one column a rater, n >= 5, k >= 2; rows with a gap are left out and counted.
    confidence : float
        Coverage of the intervals, 0..1.
    place : str
        Words for messages.

    Returns
    -------
    Intraclass
        From the mean squares of the two-way table (B subjects, W within, J raters, E residual), for single raters and
        for the mean of k: ICC1 = (B - W)/(B + (k-1)W), raters differ from subject to subject; ICC2 = (B - E)/(B +
        (k-1)E + k(J - E)/n), the same random raters; ICC3 = (B - E)/(B + (k-1)E), these raters only. Intervals by F,
        for ICC2 with Satterthwaite's degrees of freedom; p of no agreement. Below 0 subjects differ less than raters
        do. Named warnings: `rows_left_out: N`, `negative: FORM`.

    Raises
    ------
    NoVariation
        Where all ratings of every rater are the same, or nothing but raters differs.

    References
    ----------
    Shrout & Fleiss 1979; McGraw & Wong 1996; Revelle, psych::ICC.
    """
    if not 0 < confidence < 1:
        raise SpecError(place, f"confidence={confidence} is not a share.", "Give a number between 0 and 1.")
    X = item_matrix(ratings, place)
    if np.isinf(X).any():
        raise TableError(place, "a rating is infinite.", "Replace it or leave it empty.")
    whole = X[~np.isnan(X).any(axis=1)]
    check_size(len(whole), X.shape[1], minimum_items=2, place=place)
    squares = _mean_squares(whole)
    scale = _TINY * max(1.0, float(np.abs(whole).max())) ** 2
    if squares.between <= scale:
        raise NoVariation(place, "the subjects do not differ.", "Rate subjects that differ.")
    if squares.residual <= scale:
        raise NoVariation(place, "the raters agree perfectly but for their level; there is no error to compare with.",
                          "Report that they agree.")
    forms = _forms(squares, confidence)
    lost = len(X) - len(whole)
    return Intraclass(
        n=squares.n, k=squares.k, forms=forms, method="two-way analysis of variance, F intervals",
        warnings=(*([f"rows_left_out: {lost}"] if lost else []),
                  *(f"negative: {form.name}" for form in forms if (form.estimate.value or 0.0) < 0)))


def _mean_squares(X: Array) -> _Squares:
    n, k = X.shape
    away = X - X.mean()
    rows, columns = away.mean(axis=1), away.mean(axis=0)
    between, raters = k * float(rows @ rows), n * float(columns @ columns)
    residual = float(((away - rows[:, None] - columns) ** 2).sum())
    return _Squares(n, k, between / (n - 1), (raters + residual) / (n * (k - 1)), raters / (k - 1),
                    residual / ((n - 1) * (k - 1)))


def _forms(s: _Squares, confidence: float) -> tuple[IntraclassForm, ...]:
    n, k = s.n, s.k
    one = (s.between / s.within, n - 1, n * (k - 1))
    two = (s.between / s.residual, n - 1, (n - 1) * (k - 1))
    single = ((s.between - s.within) / (s.between + (k - 1) * s.within),
              (s.between - s.residual) / (s.between + (k - 1) * s.residual + k * (s.raters - s.residual) / n),
              (s.between - s.residual) / (s.between + (k - 1) * s.residual))
    mean = ((s.between - s.within) / s.between, (s.between - s.residual) / (s.between + (s.raters - s.residual) / n),
            (s.between - s.residual) / s.between)
    ratio_one, ratio_two = _ratios(one, confidence), _ratios(two, confidence)
    low2, high2 = _random_raters(s, single[1], confidence)
    limits = (_single(ratio_one, k), (low2, high2), _single(ratio_two, k), tuple(1 - 1 / f for f in ratio_one),
              (_stepped(low2, k), _stepped(high2, k)), tuple(1 - 1 / f for f in ratio_two))
    found = []
    for name, value, test, (low, high) in zip(("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"), single + mean,
                                              (one, two, two) * 2, limits, strict=True):
        p_value = float(stats.f.sf(*test))
        found.append(IntraclassForm(name, Estimate(value, low, high, n, "F interval", confidence), test[0], test[1],
                                    test[2], p_value))
    return tuple(found)


def _ratios(test: tuple[float, int, int], confidence: float) -> tuple[float, float]:
    upper = (1 + confidence) / 2
    f, df1, df2 = test
    return f / float(stats.f.ppf(upper, df1, df2)), f * float(stats.f.ppf(upper, df2, df1))


def _single(ratios: tuple[float, float], k: int) -> tuple[float, float]:
    low, high = ((f - 1) / (f + k - 1) for f in ratios)
    return low, high


def _stepped(value: float, k: int) -> float:
    return k * value / (1 + (k - 1) * value)


def _random_raters(s: _Squares, icc: float, confidence: float) -> tuple[float, float]:
    n, k, ratio = s.n, s.k, s.raters / s.residual
    inner = n * (1 + (k - 1) * icc) - k * icc
    df = (k - 1) * (n - 1) * (k * icc * ratio + inner) ** 2 / (
        (n - 1) * k**2 * icc**2 * ratio**2 + inner**2)
    upper = (1 + confidence) / 2
    first, second = float(stats.f.ppf(upper, n - 1, df)), float(stats.f.ppf(upper, df, n - 1))
    rest = k * s.raters + (k * n - k - n) * s.residual
    return (n * (s.between - first * s.residual) / (first * rest + n * s.between),
            n * (second * s.between - s.residual) / (rest + n * second * s.between))
