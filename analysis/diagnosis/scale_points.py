"""Thresholds that are stated in points of a scale from 1 to 5, on scales of other ends."""

from __future__ import annotations

REFERENCE_LOW, REFERENCE_WIDTH = 1.0, 4.0       # thresholds in points are stated on a scale of 1 to 5


def on_scale(points: float, low: float, high: float) -> float:
    """Return a threshold stated on 1..5 on a scale of other ends.

    Parameters
    ----------
    points : float
        On a scale of 1 to 5.
    low, high : float
        Ends of the other scale.

    Returns
    -------
    float
        The same place in percent of the maximum.
    """
    return low + (points - REFERENCE_LOW) / REFERENCE_WIDTH * (high - low)


def as_percent(points: float) -> float:
    """Return a threshold stated on 1..5 as percent of the maximum possible.

    Parameters
    ----------
    points : float

    Returns
    -------
    float
        0..100.
    """
    return (points - REFERENCE_LOW) / REFERENCE_WIDTH * 100
