"""Can two scales be told apart? The heterotrait-monotrait ratio of correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal

import numpy as np

from analysis.errors import TableError, TooFewData
from analysis.quant.correlations import Array, Correlations
from analysis.results.measurement import DistinctPair

HARD_TO_TELL_APART = 0.85       # Henseler, Ringle & Sarstedt 2015; diagnosis-model, section 3
TOGETHER = 0.90                 # the same sources: above it the two are reported together

Verdict = Literal["distinct", "hard_to_tell_apart", "together"]


def htmt(correlations: Correlations, scales: Mapping[str, Sequence[str]], *,
         mean: Literal["arithmetic", "geometric"] = "arithmetic") -> dict[tuple[str, str], float]:
    """Return the heterotrait-monotrait ratio of each pair of scales.

    Parameters
    ----------
    correlations : Correlations
        Of all items, after recoding of reverse items.
    scales : mapping of scale → item keys
        Scales with fewer than two items are left out: they have no correlation of their own.
    mean : {"arithmetic", "geometric"}
        Arithmetic is HTMT of Henseler 2015, geometric HTMT2 of Roemer 2021.

    Returns
    -------
    dict
        (first, second) → mean |r| between the scales over the square root of the product of mean |r| within each;
        0 and above, near 1 = not to be told apart. Where a mean within is 0 the ratio is infinite.

    References
    ----------
    Henseler, Ringle & Sarstedt 2015; Roemer, Schuberth & Henseler 2021.
    """
    size = np.abs(correlations.matrix)
    rows = {scale: _positions(correlations.keys, scale, items) for scale, items in scales.items() if len(items) > 1}
    within = {scale: _average(size[np.ix_(at, at)][np.triu_indices(len(at), 1)], mean) for scale, at in rows.items()}
    ratios = {}
    for first, second in combinations(rows, 2):
        between = _average(size[np.ix_(rows[first], rows[second])].ravel(), mean)
        own = float(np.sqrt(within[first] * within[second]))
        ratios[first, second] = between / own if own > 0 else float("inf")
    return ratios


def distinct_pairs(correlations: Correlations, scales: Mapping[str, Sequence[str]], *,
                   hard_to_tell_apart: float = HARD_TO_TELL_APART, together: float = TOGETHER,
                   ) -> tuple[DistinctPair, ...]:
    """Return each pair of scales with its ratio and verdict.

    Parameters
    ----------
    correlations, scales
        As in `htmt`.
    hard_to_tell_apart, together : float
        Ratios above which the verdict changes.

    Returns
    -------
    tuple of DistinctPair
        Largest ratio first.

    References
    ----------
    Henseler, Ringle & Sarstedt 2015.
    """
    def verdict(ratio: float) -> Verdict:
        if ratio > together:
            return "together"
        return "hard_to_tell_apart" if ratio > hard_to_tell_apart else "distinct"

    found = sorted(htmt(correlations, scales).items(), key=lambda entry: -entry[1])
    return tuple(DistinctPair(first, second, ratio, verdict(ratio)) for (first, second), ratio in found)


def _positions(keys: tuple[str, ...], scale: str, items: Sequence[str]) -> list[int]:
    unknown = [item for item in items if item not in keys]
    if unknown:
        raise TableError(f"scale {scale}", f"item {unknown[0]!r} is not in the data.", "Name only items that are.")
    if len(set(items)) < len(items):
        raise TooFewData(f"scale {scale}", "names an item twice.", "Name each item once.")
    return [keys.index(item) for item in items]


def _average(values: Array, mean: Literal["arithmetic", "geometric"]) -> float:
    if mean == "arithmetic":
        return float(values.mean())
    return float(np.exp(np.log(values).mean())) if (values > 0).all() else 0.0
