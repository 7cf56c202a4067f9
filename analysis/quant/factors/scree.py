"""Where does the scree of the eigenvalues bend? Kaiser, acceleration factor, optimal coordinates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import TooFewData
from analysis.quant.correlations import Array
from analysis.results.factor_number import Scree

FEWEST = 3                      # a bend needs three points


def scree(eigenvalues: Sequence[float], random: Sequence[float] | None = None, *, place: str = "items") -> Scree:
    """Return the scree test in figures.

    Parameters
    ----------
    eigenvalues : sequence of float
        Of the correlations, k >= 3, falling.
    random : sequence of float, optional
        Eigenvalues of random data that an optimal coordinate must exceed; by default 1 (Kaiser).
    place : str
        Words for messages.

    Returns
    -------
    Scree
        Acceleration e(i-1) - 2 e(i) + e(i+1); the number before its largest value, looked for while e(i-1) exceeds 1.
        Predicted e(i) from the line through e(i+1) and the last; `n_optimal` counts the leading eigenvalues that
        exceed both their prediction and the random one. Kaiser counts eigenvalues above 1.

    References
    ----------
    Cattell 1966; Kaiser 1960; Raîche, Walls, Magis, Riopel & Blais 2013.
    """
    values = np.asarray(eigenvalues, dtype=np.float64)
    k = len(values)
    if k < FEWEST:
        raise TooFewData(place, f"{k} eigenvalue(s), a bend needs {FEWEST}.", "Name more items.", k)
    limit = np.ones(k) if random is None else np.asarray(random, dtype=np.float64)
    bend = values[:-2] - 2 * values[1:-1] + values[2:]
    predicted = _predicted(values)
    kaiser = int((values > 1.0).sum())
    above = np.append((values[:-2] > predicted) & (values[:-2] > limit[:-2]), [False, False])
    seen = bend[: max(kaiser, 1)]
    return Scree(
        eigenvalues=tuple(values.tolist()), acceleration=(None, *(float(b) for b in bend), None),
        predicted=(*(float(p) for p in predicted), None, None), n_acceleration=1 + int(seen.argmax()),
        n_optimal=int(np.argmin(above)), n_kaiser=kaiser)


def _predicted(values: Array) -> Array:
    """Return what the line through the next and the last eigenvalue says of each but the last two."""
    k = len(values)
    place = np.arange(k - 2)
    slope = (values[-1] - values[1:-1]) / (k - 2 - place)
    return np.asarray(values[1:-1] - slope)
