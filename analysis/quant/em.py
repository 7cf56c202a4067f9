"""What would means and covariances be had nobody left a gap? Maximum likelihood by the EM algorithm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import NotConverged, TooFewData
from analysis.quant.correlations import Array

Index = npt.NDArray[np.intp]
MOST_STEPS = 2000
GOAL = 1e-10            # largest change of a standardised moment in one step


@dataclass(frozen=True)
class EmMoments:
    """Means (p,) and covariances (p, p) of normal answers with gaps; rows that hold an answer; steps taken."""

    mean: Array
    cov: Array
    n: int
    steps: int


@dataclass(frozen=True)
class _Kind:
    """Rows that answer the same items: their number and moments, divisor n."""

    seen: Index
    unseen: Index
    n: int
    mean: Array
    cov: Array


def em_moments(X: Array, *, place: str = "items") -> EmMoments:
    """Return the maximum likelihood means and covariances of answers with gaps.

    Parameters
    ----------
    X : array (n, p)
        Numeric answers, missing = NaN; rows without any answer do not count.
    place : str
        Words for messages.

    Returns
    -------
    EmMoments
        Of a multivariate normal; right where answers are missing at random given the others. Divisor n.

    Raises
    ------
    TooFewData
        When two items are never answered together, so that nothing is known of how they go together.
    NotConverged
        When the steps do not end.

    Notes
    -----
    Each step fills in for every kind of gap the expected sums given what is answered, with sums of squares enlarged by
    what the answers leave open. Steps are extrapolated (squared iterative methods) and checked to stay proper.

    References
    ----------
    Dempster, Laird & Rubin 1977; Varadhan & Roland 2008.
    """
    answered = ~np.isnan(X)
    X, answered = X[answered.any(axis=1)], answered[answered.any(axis=1)]
    _check_pairs(answered, place)
    kinds = _kinds(X, answered)
    centre, spread = np.nanmean(X, axis=0), np.nanstd(X, axis=0)
    kinds = [_Kind(k.seen, k.unseen, k.n, (k.mean - centre[k.seen]) / spread[k.seen],
                   k.cov / np.outer(spread[k.seen], spread[k.seen])) for k in kinds]
    mean, cov, steps = _converged(kinds, X.shape[1], len(X), place)
    return EmMoments(mean * spread + centre, cov * np.outer(spread, spread), len(X), steps)


def _check_pairs(answered: Array, place: str) -> None:
    together = answered.astype(float).T @ answered.astype(float)
    if (together < 1).any():
        i, j = np.argwhere(together < 1)[0]
        raise TooFewData(place, f"variables {i + 1} and {j + 1} are never answered by the same person.",
                         "Leave one of them out, or collect answers to both.", 0)


def _kinds(X: Array, answered: Array) -> list[_Kind]:
    codes, where = np.unique(answered, axis=0, return_inverse=True)
    found = []
    for at, code in enumerate(codes):
        seen = np.flatnonzero(code)
        rows = X[where.ravel() == at][:, seen]
        mean = rows.mean(axis=0)
        centred = rows - mean
        found.append(_Kind(seen, np.flatnonzero(~code), len(rows), mean, centred.T @ centred / len(rows)))
    return found


def _converged(kinds: list[_Kind], p: int, n: int, place: str) -> tuple[Array, Array, int]:
    theta = np.concatenate([np.zeros(p), np.eye(p).ravel()])
    for step in range(1, MOST_STEPS):
        first = _step(theta, kinds, p, n)
        second = _step(first, kinds, p, n)
        r, v = first - theta, second - 2 * first + theta
        if np.abs(second - first).max() < GOAL:
            return second[:p], second[p:].reshape(p, p), 2 * step
        length = -max(1.0, float(np.linalg.norm(r) / max(float(np.linalg.norm(v)), np.finfo(float).tiny)))
        leap = theta - 2 * length * r + length**2 * v
        theta = _step(leap, kinds, p, n) if _is_proper(leap, p) else second
    raise NotConverged(place, "means and covariances of the answers with gaps do not settle.",
                       "Leave out items that few people answered together.")


def _is_proper(theta: Array, p: int) -> bool:
    return bool(np.linalg.eigvalsh(theta[p:].reshape(p, p))[0] > 0)


def _step(theta: Array, kinds: list[_Kind], p: int, n: int) -> Array:
    mean, cov = theta[:p], theta[p:].reshape(p, p)
    total, square = np.zeros(p), np.zeros((p, p))
    for kind in kinds:
        carry = np.zeros((p, len(kind.seen)))
        carry[kind.seen, np.arange(len(kind.seen))] = 1.0
        own = kind.cov
        if len(kind.unseen):
            between = cov[np.ix_(kind.unseen, kind.seen)]
            carry[kind.unseen] = np.linalg.solve(cov[np.ix_(kind.seen, kind.seen)], between.T).T
            square[np.ix_(kind.unseen, kind.unseen)] += kind.n * (cov[np.ix_(kind.unseen, kind.unseen)]
                                                                  - carry[kind.unseen] @ between.T)
        filled = mean + carry @ (kind.mean - mean[kind.seen])
        total += kind.n * filled
        square += kind.n * (carry @ own @ carry.T + np.outer(filled, filled))
    new = total / n
    spread = square / n - np.outer(new, new)
    return np.concatenate([new, ((spread + spread.T) / 2).ravel()])
