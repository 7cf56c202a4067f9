"""How well do two halves of a scale agree? Split halves and the lower bounds of reliability."""

from __future__ import annotations

from itertools import combinations, islice
from math import comb

import numpy as np
import pandas as pd

from analysis.errors import TooFewData
from analysis.quant.correlations import Array, Missing, Moments, item_moments
from analysis.quant.factors.extraction import squared_multiple_correlations
from analysis.quant.scales.item_table import coefficient_alpha
from analysis.results.scales import Halves, LowerBounds, SplitHalf

MOST_SPLITS = 100_000           # up to 20 items all splits (92,378) are seen; psych samples from 10,000 on
SAMPLED_SPLITS = 10_000         # psych::splitHalf
BLOCK_SPLITS = 8192
QUANTILES = (0.025, 0.5, 0.975)
SEARCHES = 8                    # sampled splits from which items are exchanged until no exchange helps
MINIMUM_ITEMS = 3


def split_half(items: pd.DataFrame, *, missing: Missing = "pairwise", seed: int = 0,
               place: str = "items") -> SplitHalf:
    """Return the split-half reliability of a scale.

    Parameters
    ----------
    items : DataFrame (n, k)
        Answers after recoding of reverse items, k >= 3; missing = NaN.
    missing : {"pairwise", "listwise"}
        As in `correlations.item_moments`.
    seed : int
        Of the sample of splits, drawn where there are more than 100,000.
    place : str
        Words for messages.

    Returns
    -------
    SplitHalf
        Of a split into A and B with C_AB the sum of the covariances between them: r = C_AB / sqrt(C_AA C_BB), stepped
        up 2r/(1 + r), and Guttman's 4 C_AB / sum C. First/second and odd/even use covariances; best, worst, mean and
        quantiles are of 4 R_AB / sum R over all splits into floor(k/2) and the rest. A sample is improved by exchanges
        of items, so that its best and worst are those of a search (`is_sampled`).

    Notes
    -----
    With an odd number of items there are C(k, (k-1)/2) splits; psych::splitHalf 2.2.9 looks at the first half of them.

    References
    ----------
    Guttman 1945; Revelle 1979 (beta); Revelle, psych::splitHalf.
    """
    return split_half_of(item_moments(items, missing=missing, minimum_items=MINIMUM_ITEMS, place=place),
                         missing=missing, seed=seed, place=place)


def split_half_of(moments: Moments, *, missing: Missing = "pairwise", seed: int = 0,
                  place: str = "items") -> SplitHalf:
    """Return the split-half reliability from moments.

    Parameters
    ----------
    moments : Moments
        Of k >= 3 items.
    missing, seed, place
        As in `split_half`.

    Returns
    -------
    SplitHalf
        As `split_half` describes.
    """
    C, keys = moments.covariance, moments.keys
    R = _standardised(C, place, moments.n)
    k = len(keys)
    masks, is_sampled = _splits(k, seed)
    values = split_coefficients(R, masks)
    best, worst = masks[int(values.argmax())], masks[int(values.argmin())]
    if is_sampled:
        best, worst = _searched(R, masks, values, 1.0), _searched(R, masks, values, -1.0)
    at_best, at_worst = (float(split_coefficients(R, mask[None])[0]) for mask in (best, worst))
    quantiles = np.quantile(values, QUANTILES)
    bounds = _bounds(R)
    return SplitHalf(
        n=moments.n, k=k, first_second=_halves(C, keys, np.arange(k) < (k + 1) // 2),
        odd_even=_halves(C, keys, np.arange(k) % 2 == 0), n_splits=len(values), is_sampled=is_sampled, best=at_best,
        worst=at_worst, mean=float(values.mean()),
        quantiles={f"{p:g}": float(q) for p, q in zip(QUANTILES, quantiles, strict=True)},
        best_halves=_named(keys, best), worst_halves=_named(keys, worst), alpha_standardised=bounds["lambda3"],
        lambda2=bounds["lambda2"], lambda6=_lambda6(R), missing=missing, seed=seed,
        method="Guttman split-half coefficient, " + ("sampled splits with exchanges" if is_sampled else "all splits"),
        warnings=("beta_negative",) if at_worst < 0 else ())


def lower_bounds(moments: Moments, *, seed: int = 0, place: str = "items") -> LowerBounds:
    """Return Guttman's six lower bounds of the reliability of the standardised items.

    Parameters
    ----------
    moments : Moments
        Of k >= 3 items.
    seed : int
        Of the sample of splits for lambda 4, from 21 items on.
    place : str
        Words for messages.

    Returns
    -------
    LowerBounds
        With V the sum of R and off-diagonal r: lambda1 = 1 - k/V; lambda2 = (sum r + sqrt(k/(k-1) sum r²))/V;
        lambda3 = k/(k-1) lambda1; lambda4 the best split half; lambda5 = lambda1 + 2 sqrt(max_j sum_i r_ij²)/V;
        lambda6 = 1 - sum(1 - SMC)/V; mu2 and mu3 continue mu0 = lambda3 and mu1 = lambda2.

    References
    ----------
    Guttman 1945; ten Berge & Zegers 1978; Revelle, psych::guttman.
    """
    R = _standardised(moments.covariance, place, moments.n)
    masks, is_sampled = _splits(len(R), seed)
    values = split_coefficients(R, masks)
    best = _searched(R, masks, values, 1.0) if is_sampled else masks[int(values.argmax())]
    figures = _bounds(R)
    lambda6 = _lambda6(R)
    return LowerBounds(
        n=moments.n, k=len(R), lambda1=figures["lambda1"], lambda2=figures["lambda2"], lambda3=figures["lambda3"],
        lambda4=float(split_coefficients(R, best[None])[0]), lambda5=figures["lambda5"], lambda6=lambda6,
        mu=(figures["lambda3"], figures["lambda2"], figures["mu2"], figures["mu3"]), lambda4_is_searched=is_sampled,
        method="lower bounds of the standardised items",
        warnings=("items_dependent",) if lambda6 is None else ())


def split_coefficients(C: Array, masks: Array) -> Array:
    """Return Guttman's split-half coefficient of splits.

    Parameters
    ----------
    C : array (k, k)
        Covariances or correlations with a positive sum V.
    masks : array (s, k)
        +1 for the items of one half, -1 for those of the other.

    Returns
    -------
    array (s,)
        4 C_AB / V = 1 - h'Ch / V.

    References
    ----------
    Guttman 1945.
    """
    found = [1.0 - ((block @ C) * block).sum(axis=1) / C.sum()
             for start in range(0, len(masks), BLOCK_SPLITS) for block in (masks[start:start + BLOCK_SPLITS],)]
    return np.concatenate(found)


def all_splits(k: int, most: int | None = None) -> Array:
    """Return the splits of k items into floor(k/2) and the rest, each once.

    Parameters
    ----------
    k : int
        Items.
    most : int, optional
        Only the first so many, in lexicographic order of the smaller half.

    Returns
    -------
    array (s, k)
        +1 and -1; s = C(k, k/2)/2 for an even k, C(k, (k-1)/2) for an odd one.
    """
    half = k // 2
    n = comb(k, half) // (2 if k % 2 == 0 else 1)
    n = n if most is None else min(n, most)
    chosen = np.array(list(islice(combinations(range(k), half), n)))
    masks = np.full((n, k), -1.0)
    np.put_along_axis(masks, chosen, 1.0, axis=1)
    return masks


def _splits(k: int, seed: int) -> tuple[Array, bool]:
    half = k // 2
    if comb(k, half) // (2 if k % 2 == 0 else 1) <= MOST_SPLITS:
        return all_splits(k), False
    order = np.random.default_rng(seed).random((SAMPLED_SPLITS, k)).argsort(axis=1)
    return np.where(order < half, 1.0, -1.0), True


def _searched(R: Array, masks: Array, values: Array, direction: float) -> Array:
    """Return the split that exchanges of two items no longer improve, from the best of the sampled ones."""
    starts = np.argsort(-direction * values, kind="stable")[:SEARCHES]
    found = [_exchanged(R, masks[i].copy(), direction) for i in starts]
    scores = [direction * float(split_coefficients(R, mask[None])[0]) for mask in found]
    return found[int(np.argmax(scores))]


def _exchanged(R: Array, h: Array, direction: float) -> Array:
    for _ in range(len(h) ** 2):
        a, b = np.flatnonzero(h > 0), np.flatnonzero(h < 0)
        pull = R @ h
        # Turning i from + to - and j from - to + changes h'Rh by this.
        change = 4 * (R.diagonal()[a] - pull[a])[:, None] + 4 * (R.diagonal()[b] + pull[b])[None, :]
        change = direction * (change - 8 * R[np.ix_(a, b)])
        i, j = np.unravel_index(int(change.argmin()), change.shape)
        if change[i, j] > -1e-12:  # noqa: PLR2004 - below it a change is rounding
            break
        h[a[i]], h[b[j]] = -1.0, 1.0
    return h


def _halves(C: Array, keys: tuple[str, ...], first: np.ndarray) -> Halves:
    between = float(C[np.ix_(first, ~first)].sum())
    own = float(C[np.ix_(first, first)].sum()) * float(C[np.ix_(~first, ~first)].sum())
    r = between / float(np.sqrt(own)) if own > 0 else 0.0
    one, two = _named(keys, np.where(first, 1.0, -1.0))
    return Halves(one, two, r, 2 * r / (1 + r) if r > -1 else None, 4 * between / float(C.sum()))


def _named(keys: tuple[str, ...], mask: Array) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (tuple(key for key, side in zip(keys, mask, strict=True) if side > 0),
            tuple(key for key, side in zip(keys, mask, strict=True) if side < 0))


def _standardised(C: Array, place: str, n: int) -> Array:
    if len(C) < MINIMUM_ITEMS:
        raise TooFewData(place, f"{len(C)} item(s) given, at least {MINIMUM_ITEMS} are needed.", "Name more items.", n)
    spread = np.sqrt(C.diagonal())
    R = np.asarray(C / np.outer(spread, spread))
    if R.sum() <= 0 or C.sum() <= 0:
        raise TooFewData(place, "the sum of the items has no variance; they cancel one another.",
                         "Recode reverse items.", n)
    return R


def _bounds(R: Array) -> dict[str, float]:
    k, total = len(R), float(R.sum())
    off = R - np.eye(k)
    shared, squares = float(off.sum()), off**2
    second, fourth, eighth = (float((off**power).sum()) for power in (2, 4, 8))
    ratio = k / (k - 1)
    found = {
        "lambda1": 1.0 - k / total, "lambda2": (shared + np.sqrt(second * ratio)) / total,
        "lambda3": float(coefficient_alpha(R) or 0.0),
        "lambda5": 1.0 - k / total + 2 * float(np.sqrt(squares.sum(axis=0).max())) / total,
        "mu2": (shared + np.sqrt(second + np.sqrt(ratio * fourth))) / total,
        "mu3": (shared + np.sqrt(second + np.sqrt(fourth + np.sqrt(ratio * eighth)))) / total}
    return {name: float(value) for name, value in found.items()}


def _lambda6(R: Array) -> float | None:
    smc = squared_multiple_correlations(R)
    return None if smc is None else float(1.0 - (1.0 - smc).sum() / R.sum())
