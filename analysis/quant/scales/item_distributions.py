"""How are the answers of each item spread, and do many sit at the end of the scale?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import SpecError, TableError, TooFewData
from analysis.quant.correlations import CONSTANT_RELATIVE_SD, MINIMUM_ROWS, Array, check_size, item_matrix
from analysis.results.scales import ItemDistribution, ItemDistributions

END_SHARE = 0.15                # Terwee et al. 2007: more than 15 % at an end is a floor or ceiling effect
SKEW_LIMIT = 2.0                # West, Finch & Curran 1995: |skew| > 2 or |excess kurtosis| > 7 disturb normal theory
KURTOSIS_LIMIT = 7.0
GAP_SHARE = 0.05                # Schafer 1999: up to 5 % missing is of little consequence


def item_distributions(items: pd.DataFrame, *, limits: tuple[float, float] | None = None,
                       place: str = "items") -> ItemDistributions:
    """Return the distribution of each item.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers, missing = NaN; k >= 1, n >= 5.
    limits : tuple of two floats, optional
        Lowest and highest point of the answer scale; by default the lowest and highest answer over all items.
    place : str
        Words for messages.

    Returns
    -------
    ItemDistributions
        Mean, SD (n - 1), median; skew = m3 / s³ and excess kurtosis = m4 / s⁴ - 3 with central moments m over n and s
        over n - 1 (Joanes & Gill's b1 and b2, as psych::describe), None for an item that does not vary; shares at the
        lowest and highest point, 0..1 of those who answered. Missing answers count in `n_missing` only. Named
        warnings: `floor: KEY`, `ceiling: KEY` (more than 15 %, for items with up to 20 distinct answers),
        `skewed: KEY`, `constant: KEY`, `gaps: KEY` (more than 5 % missing).

    Raises
    ------
    TooFewData
        Naming an item with fewer than five answers.

    References
    ----------
    Joanes & Gill 1998; Terwee et al. 2007; West, Finch & Curran 1995.
    """
    X = item_matrix(items, place)
    keys = tuple(str(key) for key in items.columns)
    check_size(len(X), len(keys), minimum_items=1, place=place)
    _check_answers(X, keys, place)
    low, high = _ends(X, limits, place)
    found = tuple(_distribution(key, X[:, i], low, high) for i, key in enumerate(keys))
    return ItemDistributions(len(X), low, high, found, "moments, missing answers left out",
                             tuple(word for item in found for word in _warnings(item)))


def _check_answers(X: Array, keys: tuple[str, ...], place: str) -> None:
    if np.isinf(X).any():
        raise TableError(place, "an answer is infinite.", "Replace it or leave it empty.")
    for key, n in zip(keys, (~np.isnan(X)).sum(axis=0), strict=True):
        if n < MINIMUM_ROWS:
            raise TooFewData(f"{place}, item {key!r}", f"{n} answer(s), at least {MINIMUM_ROWS} are needed.",
                             "Leave the item out.", int(n))


def _ends(X: Array, limits: tuple[float, float] | None, place: str) -> tuple[float, float]:
    seen = float(np.nanmin(X)), float(np.nanmax(X))
    if limits is None:
        return seen
    if not limits[0] < limits[1]:
        raise SpecError(place, f"the range {limits[0]:g} to {limits[1]:g} is empty.", "Give the lowest point first.")
    if seen[0] < limits[0] or seen[1] > limits[1]:
        raise TableError(place, f"answers from {seen[0]:g} to {seen[1]:g} lie outside the range {limits[0]:g} to "
                         f"{limits[1]:g}.", "Mend the answers or the range.")
    return limits


def _distribution(key: str, column: Array, low: float, high: float) -> ItemDistribution:
    x = column[~np.isnan(column)]
    n, mean = len(x), float(x.mean())
    away = x - mean
    sd = float(np.sqrt(float(away @ away) / (n - 1)))
    varies = sd > CONSTANT_RELATIVE_SD * max(1.0, abs(mean))
    return ItemDistribution(
        key=key, n=n, n_missing=len(column) - n, mean=mean, sd=sd if varies else 0.0, median=float(np.median(x)),
        minimum=float(x.min()), maximum=float(x.max()),
        skew=float((away**3).mean()) / sd**3 if varies else None,
        kurtosis=float((away**4).mean()) / sd**4 - 3.0 if varies else None,
        floor_share=float((x == low).mean()), ceiling_share=float((x == high).mean()), n_values=len(np.unique(x)))


def _warnings(item: ItemDistribution) -> list[str]:
    most_points = 20                # beyond it the item is a quantity, whose lowest value is no floor
    is_scale = item.n_values <= most_points
    skewed = abs(item.skew or 0.0) > SKEW_LIMIT or abs(item.kurtosis or 0.0) > KURTOSIS_LIMIT
    return [f"{word}: {item.key}" for word, holds in (
        ("floor", is_scale and item.floor_share > END_SHARE), ("ceiling", is_scale and item.ceiling_share > END_SHARE),
        ("skewed", skewed), ("constant", item.skew is None),
        ("gaps", item.n_missing > GAP_SHARE * (item.n + item.n_missing))) if holds]
