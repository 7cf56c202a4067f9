"""How badly does a model fit, in which direction does it fit better, and how sharply? Normal-theory likelihood.

The misfit of all groups is F = 1/(2N) sum over patterns of n (log det Sigma + tr(Sigma^-1 T)), with T = S + (y - mu)(y
- mu)': minus the log-likelihood of a respondent but for a constant. Complete rows are one pattern; rows with gaps are
as many patterns as there are kinds of gap (full information maximum likelihood).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import lapack

from analysis.quant.correlations import Array
from analysis.quant.sem.ram import Block, Cells, State, Tangents, curvature, tangents
from analysis.quant.sem.sample import GroupSample, Pattern, Sample


@dataclass(frozen=True)
class Pull:
    """What the data say against the implied moments of one group, summed over its patterns."""

    value: float        # sum of n/2 (log det + trace)
    omega: Array        # sum of n (P - P T P)
    mean: Array         # sum of n P (y - mu)


class Likelihood:
    """Misfit of a model to a sample: value, gradient and information in the free parameters."""

    def __init__(self, sample: Sample, blocks: Sequence[Block], n_free: int, *, has_means: bool) -> None:
        self.sample, self.blocks, self.n_free, self.has_means = sample, tuple(blocks), n_free, has_means

    def pulls(self, x: Array) -> list[tuple[State, Pull]] | None:
        """Return state and pull of each group, or None where an implied covariance matrix is not positive definite."""
        found = []
        for group, block in zip(self.sample.groups, self.blocks, strict=True):
            try:
                state = block.state(x)
            except np.linalg.LinAlgError:
                return None
            pull = group_pull(group, state, has_means=self.has_means)
            if pull is None:
                return None
            found.append((state, pull))
        return found

    def value(self, pulls: list[tuple[State, Pull]]) -> float:
        """Return F."""
        return sum(pull.value for _, pull in pulls) / self.sample.n

    def gradient(self, pulls: list[tuple[State, Pull]]) -> Array:
        """Return dF/dx (q,)."""
        g = np.zeros(self.n_free)
        for block, (state, pull) in zip(self.blocks, pulls, strict=True):
            np.add.at(g, block.cells.target, cell_gradient(tangents(state, block.cells), pull))
        return g / self.sample.n

    def expected(self, pulls: list[tuple[State, Pull]]) -> Array:
        """Return the expected information per respondent (q, q)."""
        H = np.zeros((self.n_free, self.n_free))
        for block, group, (state, _) in zip(self.blocks, self.sample.groups, pulls, strict=True):
            gather(H, cell_expected(tangents(state, block.cells), state, group, has_means=self.has_means), block.cells)
        return H / self.sample.n

    def observed(self, pulls: list[tuple[State, Pull]]) -> Array:
        """Return the observed information per respondent (q, q): the second derivatives of F."""
        H = np.zeros((self.n_free, self.n_free))
        for block, group, (state, pull) in zip(self.blocks, self.sample.groups, pulls, strict=True):
            moves = tangents(state, block.cells)
            cells = cell_observed(moves, state, group, has_means=self.has_means)
            gather(H, cells + curvature(state, block.cells, pull.omega, pull.mean), block.cells)
        return H / self.sample.n

    def scores(self, pulls: list[tuple[State, Pull]], *, about_sample: bool = False,
               held: Sequence[int] = ()) -> list[Array]:
        """Return for each group the derivative of each respondent's log-likelihood (n, q)."""
        found = []
        for block, group, (state, _) in zip(self.blocks, self.sample.groups, pulls, strict=True):
            moves = tangents(state, block.cells)
            cells = cell_scores(moves, state, group, has_means=self.has_means, about_sample=about_sample)
            if held:
                expected = replace(group, patterns=(explained_rows(group, held),))
                cells = cells - cell_scores(moves, state, expected, has_means=self.has_means, about_sample=about_sample)
            S = np.zeros((len(cells), self.n_free))
            for column, target in enumerate(block.cells.target):
                S[:, target] += cells[:, column]
            found.append(S)
        return found


def gather(total: Array, cells: Array, which: Cells) -> None:
    """Add a matrix over cells to one over free parameters.

    Parameters
    ----------
    total : array (q, q)
        Changed in place.
    cells : array (k, k)
        Values by cell.
    which : Cells
        Their targets.

    Returns
    -------
    None
    """
    np.add.at(total, (which.target[:, None], which.target[None, :]), cells)


def inverse_and_log_det(M: Array) -> tuple[Array, float] | None:
    """Return inverse and log determinant of a symmetric matrix, or None where it is not positive definite.

    Parameters
    ----------
    M : array (p, p)
        Symmetric.

    Returns
    -------
    tuple or None
        By Cholesky.
    """
    factor, failed = lapack.dpotrf(M, lower=1)
    if failed:
        return None
    inverse, failed = lapack.dpotri(factor, lower=1)
    if failed:
        return None
    whole = np.tril(inverse)
    return whole + np.tril(inverse, -1).T, 2.0 * float(np.log(factor.diagonal()).sum())


def group_pull(group: GroupSample, state: State, *, has_means: bool) -> Pull | None:
    """Return what one group says against the implied moments.

    Parameters
    ----------
    group : GroupSample
        Its data.
    state : State
        Implied moments.
    has_means : bool
        Whether means are part of the model; else they are taken as they are.

    Returns
    -------
    Pull or None
        None where the implied covariance matrix is not positive definite.
    """
    omega, mean, value = np.zeros((state.p, state.p)), np.zeros(state.p), 0.0
    for pattern in group.patterns:
        sigma, mu = _part(state, pattern)
        solved = inverse_and_log_det(sigma)
        if solved is None:
            return None
        P, log_det = solved
        T, d = _deviation(pattern, mu, has_means)
        value += pattern.n / 2 * (log_det + float((P * T).sum()))
        own = pattern.n * (P - P @ T @ P)
        if pattern.is_complete:
            omega += own
            mean += pattern.n * (P @ d)
        else:
            omega[np.ix_(pattern.seen, pattern.seen)] += own
            mean[pattern.seen] += pattern.n * (P @ d)
    return Pull(value, omega, mean)


def _inverse(M: Array) -> Array:
    return np.asarray(np.linalg.inv(M), dtype=np.float64)


def _part(state: State, pattern: Pattern) -> tuple[Array, Array]:
    if pattern.is_complete:
        return state.sigma, state.mu
    return state.sigma[np.ix_(pattern.seen, pattern.seen)], state.mu[pattern.seen]


def _deviation(pattern: Pattern, mu: Array, has_means: bool) -> tuple[Array, Array]:
    if not has_means:
        return pattern.cov, np.zeros(len(mu))
    d = pattern.mean - mu
    return pattern.cov + np.outer(d, d), d


def cell_gradient(moves: Tangents, pull: Pull) -> Array:
    """Return the derivative of a group's misfit by each cell.

    Parameters
    ----------
    moves : Tangents
        Of k cells.
    pull : Pull
        Of the group.

    Returns
    -------
    array (k,)
        w l' omega r - d' pull.
    """
    return np.asarray(moves.weight * (moves.left * (pull.omega @ moves.right)).sum(axis=0) - pull.mean @ moves.mean)


def _cell_product(moves: Tangents, X: Array, Y: Array) -> Array:
    """Return tr(X D_l Y D_k) / 2 for symmetric X and Y, D = w (l r' + r l'); symmetrised."""
    XL, XR = X @ moves.left, X @ moves.right
    lXl, lXr, rXr = moves.left.T @ XL, moves.left.T @ XR, moves.right.T @ XR
    if X is Y:
        return np.asarray(np.outer(moves.weight, moves.weight) * (lXr * lXr.T + lXl * rXr))
    YL, YR = Y @ moves.left, Y @ moves.right
    lYl, lYr, rYr = moves.left.T @ YL, moves.left.T @ YR, moves.right.T @ YR
    both = lXr * lYr.T + lYr * lXr.T + lXl * rYr + rXr * lYl
    return np.asarray(np.outer(moves.weight, moves.weight) / 2 * both)


def _seen(moves: Tangents, pattern: Pattern) -> Tangents:
    if pattern.is_complete:
        return moves
    at = pattern.seen
    return Tangents(moves.left[at], moves.right[at], moves.weight, moves.mean[at])


def cell_expected(moves: Tangents, state: State, group: GroupSample, *, has_means: bool) -> Array:
    """Return the expected information of a group by cell.

    Parameters
    ----------
    moves : Tangents
        Of k cells.
    state : State
        Implied moments.
    group : GroupSample
        Its data, of which only the patterns count.
    has_means : bool
        As in `group_pull`.

    Returns
    -------
    array (k, k)
        Sum over patterns of n (tr(P D_k P D_l) / 2 + d_k' P d_l).
    """
    total = np.zeros((moves.weight.size, moves.weight.size))
    for pattern in group.patterns:
        P = _inverse(_part(state, pattern)[0])
        part = _seen(moves, pattern)
        total += pattern.n * _cell_product(part, P, P)
        if has_means:
            total += pattern.n * (part.mean.T @ P @ part.mean)
    return total


def cell_observed(moves: Tangents, state: State, group: GroupSample, *, has_means: bool) -> Array:
    """Return the observed information of a group by cell, without the curvature of the moments.

    Parameters
    ----------
    moves, state, group, has_means
        As in `cell_expected`.

    Returns
    -------
    array (k, k)
        Sum over patterns of n (tr(P D_k M D_l) - tr(P D_k P D_l)/2 + d_k' P D_l P d + d_l' P D_k P d + d_k' P d_l),
        with M = P T P and d the distance of the means.
    """
    total = np.zeros((moves.weight.size, moves.weight.size))
    for pattern in group.patterns:
        sigma, mu = _part(state, pattern)
        P = _inverse(sigma)
        T, d = _deviation(pattern, mu, has_means)
        part = _seen(moves, pattern)
        own: Array = 2 * _cell_product(part, P, np.asarray(P @ T @ P, dtype=np.float64)) - _cell_product(part, P, P)
        if has_means:
            pull = P @ d
            PM = P @ part.mean
            turn = part.weight * (part.left * (part.right.T @ pull) + part.right * (part.left.T @ pull))
            mixed = PM.T @ turn
            own += mixed + mixed.T + part.mean.T @ PM
        total += pattern.n * own
    return total


def explained_rows(group: GroupSample, held: Sequence[int]) -> Pattern:
    """Return what predictors that are held say of every variable.

    Parameters
    ----------
    group : GroupSample
        Complete rows.
    held : sequence of int
        Positions of the predictors.

    Returns
    -------
    Pattern
        Rows replaced by their regressions on the predictors, about the same means.
    """
    pattern, at = group.patterns[0], list(held)
    centred = np.asarray(pattern.rows) - group.mean
    slopes = np.linalg.solve(group.cov[np.ix_(at, at)], group.cov[at])
    return replace(pattern, rows=centred[:, at] @ slopes + group.mean)


def cell_scores(moves: Tangents, state: State, group: GroupSample, *, has_means: bool,
                about_sample: bool = False) -> Array:
    """Return the derivative of each respondent's log-likelihood by each cell.

    Parameters
    ----------
    moves, state, group, has_means
        As in `cell_expected`; the group must have its rows.
    about_sample : bool
        Measure answers from the sample means even where the model has means: the fourth moments of the answers are
        wanted.

    Returns
    -------
    array (n, k)
        w ((z'l)(z'r) - l'Pr) + z'd with z = P (y - mu); rows in order of patterns.
    """
    found = []
    for pattern in group.patterns:
        sigma, mu = _part(state, pattern)
        P = _inverse(sigma)
        part = _seen(moves, pattern)
        Z = (np.asarray(pattern.rows) - (mu if has_means and not about_sample else pattern.mean)) @ P
        middle = (part.left * (P @ part.right)).sum(axis=0)
        own = part.weight * ((Z @ part.left) * (Z @ part.right) - middle)
        found.append(own + Z @ part.mean if has_means else own)
    return np.concatenate(found)
