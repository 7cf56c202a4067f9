"""Sums of money that would tell of one customer."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

DOMINANCE = 0.10        # p% rule: nobody may estimate another's part of a sum to within a tenth


def is_dominated(contributions: Iterable[float]) -> bool:
    """Return whether a sum tells so much of its largest part that it must not be printed (p% rule).

    Parameters
    ----------
    contributions : Iterable[float]
        What each customer or person adds to the sum.

    Returns
    -------
    bool
        True where all but the two largest together are less than `DOMINANCE` of the largest: the second could then
        estimate the first to within that share.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4 (p% rule).
    """
    values = np.abs(np.fromiter(contributions, dtype=float))
    if not len(values):
        return False
    largest = np.sort(np.partition(values, -min(2, len(values)))[-2:])[::-1]
    return bool(values.sum() - largest.sum() < DOMINANCE * largest[0])
