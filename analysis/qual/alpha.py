"""Krippendorff's alpha for nominal, ordinal, interval and ratio data, one value or thousands of resamples at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.errors import TableError

Numbers = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval", "ratio"]

_TINY = 1e-9                # expected disagreement below this is a rounding error


def krippendorff_alpha(units: Sequence[Sequence[object]], level: Level = "nominal") -> float | None:
    """Return Krippendorff's alpha.

    Parameters
    ----------
    units : sequence of sequences
        One row a unit, one place a coder; None or NaN = not coded. Units with fewer than two values do not count.
    level : str, optional
        nominal (any values), ordinal, interval or ratio (numbers). Which squared difference two values have: 0 or 1;
        the ranks between them; (c - k)²; ((c - k) / (c + k))².

    Returns
    -------
    float or None
        ``1 - D_o / D_e``; 1 = perfect, 0 = as by chance; None without variation or without a pair.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    known = [[value for value in unit if not is_missing(value)] for unit in units]
    names, numbers = _scale(known, level)
    place = {value: position for position, value in enumerate(names)}
    counts = np.zeros((len(known), len(names)))
    for row, unit in enumerate(known):
        for value in unit:
            counts[row, place[_name(value, level)]] += 1
    return optional(alpha_of(coincidences(counts).sum(axis=0), level, numbers))


def coincidences(counts: Numbers) -> Numbers:
    """Return the coincidence matrices of units.

    Parameters
    ----------
    counts : array of float, shape (..., v)
        How many coders gave each of the v values.

    Returns
    -------
    array of float, shape (..., v, v)
        Pairs of values within the unit over the coders of the unit less one; their sum is what alpha is made of.
    """
    m = counts.sum(axis=-1)
    weight = np.where(m > 1, 1 / np.maximum(m - 1, 1), 0.0)
    pairs = counts[..., :, None] * counts[..., None, :]
    place = np.arange(counts.shape[-1])
    pairs[..., place, place] -= counts
    return np.asarray(pairs * weight[..., None, None])


def alpha_of(matrices: Numbers, level: Level = "nominal", values: Numbers | None = None) -> Numbers:
    """Return alpha of coincidence matrices.

    Parameters
    ----------
    matrices : array of float, shape (..., v, v)
        Summed coincidences.
    level : str, optional
        As in `krippendorff_alpha`.
    values : array of float, shape (v,), optional
        The numbers that the v values stand for, ascending; for interval and ratio.

    Returns
    -------
    array of float, shape (...)
        NaN without variation.
    """
    totals = matrices.sum(axis=-1)
    distances = _distances(totals, level, values)
    observed = (matrices * distances).sum(axis=(-2, -1))
    expected = (totals[..., :, None] * totals[..., None, :] * distances).sum(axis=(-2, -1))
    n = totals.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected > _TINY, 1 - (n - 1) * observed / expected, np.nan))


def optional(value: Numbers) -> float | None:
    """Return a figure, None for NaN.

    Parameters
    ----------
    value : array of one float
        A statistic.

    Returns
    -------
    float or None
        None where it is undefined.
    """
    return float(value) if np.isfinite(value) else None


def is_missing(value: object) -> bool:
    """Return whether a coder gave no value.

    Parameters
    ----------
    value : object
        A value of a unit.

    Returns
    -------
    bool
        True for None and NaN.
    """
    return value is None or (isinstance(value, float) and np.isnan(value))


def _scale(units: list[list[object]], level: Level) -> tuple[list[str | float], Numbers | None]:
    names = sorted({_name(value, level) for unit in units for value in unit})
    return names, None if level == "nominal" else np.array(names, dtype=float)


def _name(value: object, level: Level) -> str | float:
    if level == "nominal":
        return str(value)
    try:
        return float(value)  # type: ignore[arg-type]  # what is no number is refused just below
    except (TypeError, ValueError):
        raise TableError("units", f"{value!r} is no number, as {level} agreement needs.",
                         "Take nominal agreement, or give each value a number.") from None


def _distances(totals: Numbers, level: Level, values: Numbers | None) -> Numbers:
    """Return the squared differences of the values; those of ranks depend on how often each value occurs."""
    if level == "ordinal":
        reached = np.cumsum(totals, axis=-1)
        up_to, before = np.maximum(reached[..., :, None], reached[..., None, :]), reached - totals
        between = up_to - np.minimum(before[..., :, None], before[..., None, :])
        return np.asarray((between - (totals[..., :, None] + totals[..., None, :]) / 2) ** 2)
    if level == "nominal" or values is None:
        return 1.0 - np.eye(totals.shape[-1])
    difference, total = values[:, None] - values[None, :], values[:, None] + values[None, :]
    if level == "interval":
        return np.asarray(difference**2)
    return np.asarray(np.divide(difference, total, out=np.zeros_like(total), where=total != 0) ** 2)
