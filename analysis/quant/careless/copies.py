"""Do two responses agree more than two people would? Near-identical answer vectors against what chance gives.

The largest share of equal answers (Kuriakose & Robbins 2016) is a bad alarm by itself: it depends on the number of
items, points and people and on how alike people think (Simmons, Mercer, Schwarzer & Kennedy 2016). So no fixed share is
used. Answers are drawn anew with the observed marginals and correlations of the items, and the distribution of
agreement so drawn is centred and scaled on the bulk of the observed one (an empirical null, Efron 2004). Two limits
follow: one that hardly any single pair reaches, and a lower one at which nobody has many partners.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse, special
from scipy.sparse.csgraph import connected_components

from analysis.privacy import MINIMUM_GROUP
from analysis.results.integrity import CopyFinding

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

EXPECTED_PAIRS = 0.05       # pairs by chance at the limit: bounds the chance of one false pair or more (Bonferroni)
MINIMUM_RESPONSES = 20      # fewer do not show what agreement is usual
MINIMUM_ITEMS = 10          # below it identical answers are common among honest people (Simmons et al. 2016)
BOTH_ANSWERED = 0.8         # share of the items that both of a pair must have answered
FLAT_SHARE = 0.75           # this share of equal answers, or of end points, makes a response flat: it agrees with such
FEW_POINTS = 3              # points in use at which an end point is nothing special
N_DRAWS = 4                 # data sets drawn for the expectation
DRAWN_PAIRS = 1_000_000     # pairs wanted in all draws; more draws of small data
MOST_DRAWS = 12
BLOCK = 512                 # responses compared at once
STEPS = 400                 # shares of agreement are counted in steps of 1/400
BULK = (0.50, 0.90)         # quantiles of the pairs on which the expectation is centred and scaled ...
BEST = 0.75                 # ... and of everybody's best agreement, which sees how far styles of answering differ
TAIL = 0.999                # above this quantile the drawn tail is continued as a straight line on the log scale
FEWEST_DRAWN = 20           # drawn pairs beyond which the tail is noise
SHOWN_QUANTILES = (0.05, 0.50, 0.95)
GROUP_DEGREE = 0.1          # partners by chance at the lower limit, per response
FEWEST_PARTNERS = 4         # a group of five: smaller ones are never told
PARTNERS_FACTOR = 2.0       # times the most partners that anybody has in any draw
EDGE = 1e-9
ROUNDING = 1e-3             # a share computed in single precision may fall short of its step


@dataclass(frozen=True)
class Copies:
    """The finding, and who is in a cluster (never printed): cluster number per response, -1 = in none."""

    finding: CopyFinding
    cluster: NDArray[np.int64]


def near_copies(answers: ArrayLike, *, seed: int = 1, expected_pairs: float = EXPECTED_PAIRS,
                minimum: int = MINIMUM_GROUP) -> Copies:
    """Return which responses agree with another one more than chance explains.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Ratings as given, missing = NaN.
    seed : int, optional
        Of the draws.
    expected_pairs : float, optional
        Pairs that chance may put at or above the limit, 0..1.
    minimum : int, optional
        Responses a cluster needs; smaller ones count in `n_pairs` only: one person who answered twice is no stuffing,
        and may not be told.

    Returns
    -------
    Copies
        Agreement of a pair is the share, 0..1, of the items both answered on which they gave the same answer; pairs
        with fewer than 80 % of the items in common are not compared, nor are responses of which three quarters of the
        answers are equal, or end points (those agree with each other without having been copied). Status `too_alike`
        where even identical answers are to be expected by chance: nothing can be said then.

    Notes
    -----
    The draws are a Gaussian copula with the items' own marginals and gaps; correlations of normal scores are corrected
    for coarseness by the standard deviation of each item's scores. ``logit(agreement)`` of the draws is mapped linearly
    so that its median over all pairs is that observed, and neither its 90 % point nor the upper quartile of everybody's
    best agreement falls short of it: what is found must stand out from the other three quarters of the responses.
    `threshold` is the smallest share at or above which at most `expected_pairs` pairs are expected; above the 99.9 %
    point of the draws the tail is continued log-linearly, which overstates it as the true one bends down. A group is
    who has, at the share at which chance gives 0.1 partners a response, at least twice the partners that anybody has in
    the draws (never fewer than four). Alike is who is in such a pair or group; clusters are their connected components.

    References
    ----------
    Kuriakose & Robbins (2016), Don't get duped: fraud through duplication in public opinion surveys. Simmons, Mercer,
    Schwarzer & Kennedy (2016), Evaluating a new proposal for detecting data falsification in surveys. Efron (2004),
    Large-scale simultaneous hypothesis testing: the choice of a null hypothesis.
    """
    X = np.asarray(answers, dtype=float)
    X = X[:, [len(np.unique(column[np.isfinite(column)])) > 1 for column in X.T]] if len(X) else X
    n, k = X.shape
    kept = np.isfinite(X).sum(axis=1) >= BOTH_ANSWERED * k
    flat = kept & is_flat(X)
    rows = np.flatnonzero(kept & ~flat)
    if k < MINIMUM_ITEMS:
        return _nothing("too_few_items", n, k, int(flat.sum()))
    if len(rows) < MINIMUM_RESPONSES:
        return _nothing("too_few_people", n, k, int(flat.sum()))
    Y = X[rows]
    seen = _agreement(Y)
    null = _expectation(Y, seen, seed)
    limit = _limit(null.density, seen.counts.sum(), expected_pairs)
    group = _limit(null.density, seen.counts.sum(), GROUP_DEGREE * len(Y) / 2)
    if limit is None or group is None:
        return _nothing("too_alike", n, k, int(flat.sum()))
    pairs = _pairs_from(Y, group)
    strong = pairs[pairs[:, 2] >= limit]
    linked = np.concatenate([strong, _in_groups(pairs, len(rows), null.partners(group))])
    cluster = np.full(n, -1, dtype=np.int64)
    sizes = _clusters(linked, rows, cluster, minimum)
    return Copies(CopyFinding(
        "assessed", n, k, int(flat.sum()), limit / STEPS, len(strong),
        float(null.density[limit:].sum() * seen.counts.sum()), int(sum(sizes)), len(sizes), max(sizes, default=0),
        _quantiles(null.best()), _quantiles(seen.best)), cluster)


def is_flat(answers: ArrayLike) -> Mask:
    """Return who gave one and the same answer, or an end point, to three quarters of the items answered, or more.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Ratings as given, missing = NaN.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        False for who answered nothing.
    """
    X = np.asarray(answers, dtype=float)
    answered = np.isfinite(X).sum(axis=1)
    most = np.zeros(len(X), dtype=int)
    for value in np.unique(X[np.isfinite(X)]):
        most = np.maximum(most, (value == X).sum(axis=1))
    if answered.any():
        ends = np.array([_at_ends(column) for column in X.T]).T
        most = np.maximum(most, ends.sum(axis=1))
    return np.asarray((answered > 0) & (most >= FLAT_SHARE * answered))


def _at_ends(column: Numbers) -> Mask:
    """Return who gave an end point; nobody where only three points or fewer were used."""
    used = np.unique(column[np.isfinite(column)])
    return np.isin(column, used[[0, -1]]) if len(used) > FEW_POINTS else np.zeros(len(column), dtype=bool)


@dataclass(frozen=True)
class _Agreement:
    """How often each share of agreement occurs among all pairs (in steps), and everybody's best."""

    counts: Numbers
    best: Numbers


def _one_hot(X: Numbers) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    values = np.unique(X[np.isfinite(X)])
    return (np.concatenate([(value == X) for value in values], axis=1).astype(np.float32),
            np.isfinite(X).astype(np.float32))


def _blocks(X: Numbers) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """Yield by blocks the first row and the agreement of its rows with all later ones in steps, -1 = not compared."""
    hot, known = _one_hot(X)
    k = X.shape[1]
    is_complete = bool(known.all())
    for start in range(0, len(X), BLOCK):
        equal = hot[start:start + BLOCK] @ hot[start:].T
        both = np.float32(k) if is_complete else known[start:start + BLOCK] @ known[start:].T
        share = (equal / np.maximum(both, 1) * STEPS + ROUNDING).astype(np.int32)
        if not is_complete:
            share[both < BOTH_ANSWERED * k] = -1
        share[np.tril_indices(len(share), 0, share.shape[1])] = -1
        yield start, share


def _agreement(X: Numbers) -> _Agreement:
    counts = np.zeros(STEPS + 1)
    best = np.full(len(X), -1)
    for start, share in _blocks(X):
        counts += np.bincount(share.ravel() + 1, minlength=STEPS + 2)[1:]
        best[start:] = np.maximum(best[start:], share.max(axis=0))
        best[start:start + len(share)] = np.maximum(best[start:start + len(share)], share.max(axis=1))
    return _Agreement(counts, best[best >= 0] / STEPS)


def _pairs_from(X: Numbers, limit: int) -> NDArray[np.int64]:
    """Return the pairs at or above the limit: first, second, agreement in steps."""
    found = []
    for start, share in _blocks(X):
        pairs = np.argwhere(share >= limit)
        found.append(np.column_stack([pairs + start, share[pairs[:, 0], pairs[:, 1]]]))
    return np.concatenate(found).astype(np.int64)


def _in_groups(pairs: NDArray[np.int64], n: int, partners: int) -> NDArray[np.int64]:
    """Return the pairs of those who have so many partners."""
    many = np.bincount(pairs[:, :2].ravel(), minlength=n) >= partners
    return pairs[many[pairs[:, 0]] & many[pairs[:, 1]]]


def _clusters(pairs: NDArray[np.int64], rows: NDArray[np.int64], cluster: NDArray[np.int64], minimum: int) -> list[int]:
    """Number the clusters of linked responses in `cluster`, the largest first, and return their sizes."""
    n = len(rows)
    if not len(pairs):
        return []
    graph = sparse.coo_matrix((np.ones(len(pairs)), pairs[:, :2].T), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    sizes = np.bincount(label)
    order = [int(one) for one in np.argsort(-sizes, kind="stable") if sizes[one] >= minimum]
    for number, one in enumerate(order):
        cluster[rows[label == one]] = number
    return [int(sizes[one]) for one in order]


# ---- what chance gives ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Null:
    """What draws give: the density of agreement over the steps, on the observed scale, and the draws themselves."""

    copula: _Copula
    draws: tuple[_Agreement, ...]
    seed: int
    density: Numbers
    mapping: tuple[float, float, float]

    def best(self) -> Numbers:
        """Return everybody's best agreement in the draws."""
        return np.asarray(_map(np.concatenate([one.best for one in self.draws]), self.mapping))

    def partners(self, limit: int) -> int:
        """Return the number of partners at or above the limit that is improbable."""
        centre, own, factor = self.mapping
        drawn = special.expit(centre + (_logit(limit / STEPS) - own) / factor) * STEPS
        most = 0
        for number in range(len(self.draws)):
            pairs = _pairs_from(self.copula.sample(np.random.default_rng([self.seed, number])), int(drawn))
            most = max(most, int(np.bincount(pairs[:, :2].ravel()).max(initial=0)))
        return max(FEWEST_PARTNERS, int(np.ceil(PARTNERS_FACTOR * most)))


def _expectation(X: Numbers, seen: _Agreement, seed: int) -> _Null:
    copula = _Copula.of(X)
    n_pairs = len(X) * (len(X) - 1) / 2
    n_draws = int(np.clip(np.ceil(DRAWN_PAIRS / n_pairs), N_DRAWS, MOST_DRAWS))
    draws = tuple(_agreement(copula.sample(np.random.default_rng([seed, number]))) for number in range(n_draws))
    counts = np.asarray(np.sum([one.counts for one in draws], axis=0))
    mapping = _mapping(_Agreement(counts, np.concatenate([one.best for one in draws])), seen)
    return _Null(copula, draws, seed, _tail(_moved(counts / counts.sum(), mapping), counts.sum()), mapping)


@dataclass(frozen=True)
class _Copula:
    """What is needed to draw answers with the observed marginals, correlations and gaps."""

    root: Numbers
    cuts: tuple[Numbers, ...]
    values: tuple[Numbers, ...]
    gaps: Mask

    @classmethod
    def of(cls, X: Numbers) -> _Copula:
        scores, spread, cuts, values = [], [], [], []
        for column in X.T:
            known = column[np.isfinite(column)]
            value, count = np.unique(known, return_counts=True)
            edges = special.ndtri(np.clip(np.cumsum(count)[:-1] / len(known), EDGE, 1 - EDGE))
            density = np.concatenate([[0.0], np.exp(-edges**2 / 2) / np.sqrt(2 * np.pi), [0.0]])
            mean = (density[:-1] - density[1:]) * len(known) / count         # E(latent | answer)
            place = np.searchsorted(value, np.where(np.isfinite(column), column, value[0]))
            scores.append(np.where(np.isfinite(column), mean[place], 0.0))
            spread.append(np.sqrt((mean**2 * count).sum() / len(known)))
            cuts.append(edges)
            values.append(value)
        return cls(_root(np.column_stack(scores), np.isfinite(X), np.array(spread)), tuple(cuts), tuple(values),
                   ~np.isfinite(X))

    def sample(self, rng: np.random.Generator) -> Numbers:
        latent = rng.standard_normal(self.gaps.shape) @ self.root.T
        drawn = np.column_stack([value[np.searchsorted(edges, column)] for edges, value, column in
                                 zip(self.cuts, self.values, latent.T, strict=True)])
        drawn[self.gaps] = np.nan
        return drawn


def _root(scores: Numbers, known: Mask, spread: Numbers) -> Numbers:
    """Return a square root of the correlations of the latent variables behind the items."""
    weight = known.astype(float)
    covariance = scores.T @ scores / np.maximum(weight.T @ weight, 1)
    correlation = np.clip(covariance / np.outer(spread, spread) ** 2, -0.99, 0.99)
    np.fill_diagonal(correlation, 1.0)
    size, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(size, EDGE, None))
    return np.asarray(root / np.sqrt((root**2).sum(axis=1, keepdims=True)))


def _logit(share: Any) -> Any:
    return special.logit(np.clip(share, 0.5 / STEPS, 1 - 0.5 / STEPS))


def _mapping(drawn: _Agreement, seen: _Agreement) -> tuple[float, float, float]:
    """Return centre drawn, centre seen and the factor of the spread: the bulk decides, not the tail."""
    centre, high = (_logit(_share_at(drawn.counts, place)) for place in BULK)
    own, own_high = (_logit(_share_at(seen.counts, place)) for place in BULK)
    best, own_best = (_logit(np.quantile(one.best, BEST)) for one in (drawn, seen))
    return float(centre), float(own), max(1.0, float((own_high - own) / max(high - centre, EDGE)),
                                          float((own_best - own) / max(best - centre, EDGE)))


def _share_at(counts: Numbers, place: float) -> float:
    return float(np.interp(place, (np.cumsum(counts) - counts / 2) / counts.sum(), np.arange(STEPS + 1))) / STEPS


def _map(share: Any, mapping: tuple[float, float, float]) -> Any:
    centre, own, factor = mapping
    return special.expit(own + (_logit(share) - centre) * factor)


def _moved(density: Numbers, mapping: tuple[float, float, float]) -> Numbers:
    """Return the density over the steps after the mapping; each step falls on the next step upwards."""
    to = np.ceil(_map(np.arange(STEPS + 1) / STEPS, mapping) * STEPS - EDGE).astype(int)
    return np.bincount(np.clip(to, 0, STEPS), weights=density, minlength=STEPS + 1).astype(float)


def _tail(density: Numbers, n_pairs: float) -> Numbers:
    """Return the density with its upper end continued as a straight line of the log survival."""
    survival = np.cumsum(density[::-1])[::-1]
    start = int(np.searchsorted(-survival, -(1 - TAIL)))            # first step with no more than 0.1 % at or above it
    stop = int(np.searchsorted(-survival, -FEWEST_DRAWN / n_pairs))
    if not start + 1 < stop <= STEPS:
        return density
    steps = np.arange(start, stop)
    slope, level = np.polyfit(steps, np.log(survival[start:stop]), 1)
    line = np.exp(np.minimum(level + slope * np.arange(stop, STEPS + 1), np.log(survival[stop - 1])))
    survival[stop:] = np.maximum(survival[stop:], line)
    return np.asarray(survival - np.append(survival[1:], 0.0))


def _limit(density: Numbers, n_pairs: float, expected: float) -> int | None:
    """Return the smallest step at or above which no more pairs than that are expected; None = not even at the top."""
    above = np.cumsum(density[::-1])[::-1] * n_pairs
    fitting = np.flatnonzero(above <= expected)
    return int(fitting[0]) if len(fitting) else None


def _quantiles(values: Numbers) -> tuple[float, ...]:
    return tuple(float(value) for value in np.quantile(values, SHOWN_QUANTILES)) if len(values) else ()


def _nothing(status: Any, n: int, k: int, n_flat: int) -> Copies:
    return Copies(CopyFinding(status, n, k, n_flat, None, None, None, None, None, None),
                  np.full(n, -1, dtype=np.int64))
