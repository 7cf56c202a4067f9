"""Krippendorff's alpha of ratings with many different values, and of thousands of resamples of the units.

A coincidence matrix for each unit grows with the square of the number of values; here the disagreement of each unit is
kept instead, and what is expected comes from how often each value occurs.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.results.raters import RatingLevel

Numbers = NDArray[np.float64]

_TINY = 1e-9                # expected disagreement below this is a rounding error
_BLOCK = 500                # values whose distances to all others are held at a time


class UnitDisagreements:
    """Units by values: how often each value occurs in each unit, and how far the raters of a unit are apart."""

    def __init__(self, counts: Numbers, level: RatingLevel, values: Numbers) -> None:
        """Keep `counts` (units, v), each unit with two ratings or more, of ascending `values` (v,)."""
        self.counts, self.level, self.values = counts, level, values
        self.sizes = counts.sum(axis=1)

    def alphas(self, weights: Numbers) -> Numbers:
        """Return alpha for each row of weights (B, units): how often each unit is counted; NaN without variation."""
        totals = weights @ self.counts
        n = totals.sum(axis=1)
        if self.level == "ordinal":
            pairs = [self._ordinal(one, total) for one, total in zip(weights, totals, strict=True)]
            observed, expected = (np.array(each) for each in zip(*pairs, strict=True))
        else:
            observed, expected = weights @ self._observed(), self._expected(totals)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(expected > _TINY, 1 - (n - 1) * observed / expected, np.nan))

    def _ordinal(self, weights: Numbers, totals: Numbers) -> tuple[float, float]:
        """Return observed and expected disagreement: squared distances of the mean ranks of the values."""
        ranks = np.cumsum(totals) - totals / 2
        ranks = ranks - ranks.mean()
        observed = 2 * (self.sizes * (self.counts @ ranks**2) - (self.counts @ ranks) ** 2) / (self.sizes - 1)
        return float(weights @ observed), _squares(totals, ranks)

    def _observed(self) -> Numbers:
        """Return the disagreement of each unit."""
        if self.level == "nominal":
            return np.asarray((self.counts * (self.sizes[:, None] - self.counts)).sum(axis=1) / (self.sizes - 1))
        if self.level == "interval":
            x = self.values - self.values.mean()
            return np.asarray(2 * (self.sizes * (self.counts @ x**2) - (self.counts @ x) ** 2) / (self.sizes - 1))
        found = np.zeros(len(self.counts))
        for start, distances in self._ratios():
            part = self.counts[:, start:start + len(distances)]
            found += (part * (self.counts @ distances.T)).sum(axis=1)
        return np.asarray(found / (self.sizes - 1))

    def _expected(self, totals: Numbers) -> Numbers:
        if self.level == "nominal":
            return np.asarray(totals.sum(axis=1) ** 2 - (totals**2).sum(axis=1))
        if self.level == "interval":
            x = self.values - self.values.mean()
            return np.asarray(2 * (totals.sum(axis=1) * (totals @ x**2) - (totals @ x) ** 2))
        found = np.zeros(len(totals))
        for start, distances in self._ratios():
            found += (totals[:, start:start + len(distances)] * (totals @ distances.T)).sum(axis=1)
        return found

    def _ratios(self) -> Iterator[tuple[int, Numbers]]:
        """Yield the squared relative distances of a block of values to all values."""
        for start in range(0, len(self.values), _BLOCK):
            some = self.values[start:start + _BLOCK, None]
            total = some + self.values[None, :]
            yield start, np.divide(some - self.values, total, out=np.zeros_like(total), where=total != 0) ** 2


def _squares(totals: Numbers, x: Numbers) -> float:
    return float(2 * (totals.sum() * (totals @ x**2) - (totals @ x) ** 2))
