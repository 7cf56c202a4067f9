"""How far does alpha move when respondents are drawn anew? Percentile and BCa intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import NoVariation, SpecError
from analysis.quant.correlations import MINIMUM_ROWS, Array, Missing, item_matrix, item_moments
from analysis.quant.scales.item_table import coefficient_alpha
from analysis.results.measurement import Estimate
from analysis.results.scales import ResampledAlpha

N_RESAMPLES = 2000              # as elsewhere in the product; the error of a 95 % limit is then about 3 % of its width
FEWEST_RESAMPLES = 100
BLOCK_CELLS = 4_000_000         # draws held in memory at a time
PATTERN_SHARE = 8               # patterns are drawn as such where there are eight times as many rows


@dataclass(frozen=True)
class _Features:
    """What must be summed over the rows of a resample: one column a sum, one row a pattern of answers."""

    values: Array           # (u, q)
    weights: Array          # (u,) rows with this pattern
    k: int
    is_complete: bool


def bootstrap_alpha(items: pd.DataFrame, *, n_resamples: int = N_RESAMPLES, confidence: float = 0.95, seed: int = 0,
                    missing: Missing = "pairwise", place: str = "items") -> ResampledAlpha:
    """Return alpha with intervals from resampled respondents.

    Parameters
    ----------
    items : DataFrame (n, k)
        Answers after recoding of reverse items, k >= 2, n >= 5; missing = NaN.
    n_resamples : int
        Resamples of n respondents with replacement, 100 or more.
    confidence : float
        Coverage of both intervals, 0..1.
    seed : int
        Of the draws; the same seed gives the same result.
    missing : {"pairwise", "listwise"}
        Pairwise resamples all rows and takes each covariance from the rows with both answers.
    place : str
        Words for messages.

    Returns
    -------
    ResampledAlpha
        Percentile interval, and BCa: z0 from the share of resamples below alpha, acceleration from the jackknife.
        Resamples whose sum of covariances is not positive are left out and counted in a warning
        (`undefined_resamples: COUNT`).

    Notes
    -----
    Equal rows are put together first. Without gaps alpha needs only the sums of the answers, of their squares and of
    the squared row total, k + 2 numbers a row, so that a resample is one line of a matrix product.

    References
    ----------
    Efron 1987; Efron & Tibshirani 1993; Cronbach 1951.
    """
    _check_options(n_resamples, confidence, place)
    moments = item_moments(items, missing=missing, place=place)
    X = item_matrix(items, place)
    if missing == "listwise":
        X = X[~np.isnan(X).any(axis=1)]
    alpha = coefficient_alpha(moments.covariance)
    if alpha is None:
        raise NoVariation(place, "the sum of the items does not vary.", "Recode reverse items.")
    features = _features(X - moments.mean)
    draws = np.concatenate([_alphas(counts @ features.values, features)
                            for counts in _resamples(features, n_resamples, seed)])
    known = np.sort(draws[np.isfinite(draws)])
    if len(known) < FEWEST_RESAMPLES // 2:
        raise NoVariation(place, "alpha is undefined in most resamples.", "Collect more answers.")
    lost = n_resamples - len(known)
    tail = (1 - confidence) / 2
    plain = np.quantile(known, (tail, 1 - tail))
    low, high = np.quantile(known, _bca_levels(known, alpha, _jackknife(features), confidence))
    return ResampledAlpha(
        n=len(X), k=features.k, alpha=alpha, standard_error=float(known.std(ddof=1)),
        percentile=Estimate(alpha, float(plain[0]), float(plain[1]), len(X), "bootstrap percentiles", confidence),
        bca=Estimate(alpha, float(low), float(high), len(X), "bootstrap, bias-corrected and accelerated", confidence),
        n_resamples=n_resamples, n_patterns=len(features.weights), seed=seed, missing=missing,
        method=f"{n_resamples} resamples of respondents",
        warnings=(f"undefined_resamples: {lost}",) if lost else ())


def _check_options(n_resamples: int, confidence: float, place: str) -> None:
    if n_resamples < FEWEST_RESAMPLES:
        raise SpecError(place, f"{n_resamples} resamples are too few for an interval.",
                        f"Ask for {FEWEST_RESAMPLES} or more.")
    if not 0 < confidence < 1:
        raise SpecError(place, f"confidence={confidence} is not a share.", "Give a number between 0 and 1.")


def _features(Z: Array) -> _Features:
    """Return the distinct rows of centred answers with what alpha needs of each."""
    patterns, weights = _distinct_rows(Z)
    k = Z.shape[1]
    gaps = np.isnan(patterns)
    if not gaps.any():
        total = patterns.sum(axis=1)
        values = np.column_stack([patterns, (patterns**2).sum(axis=1), total**2])
        return _Features(values, weights, k, is_complete=True)
    M = (~gaps).astype(np.float64)
    filled = np.where(gaps, 0.0, patterns)
    parts = ((a[:, :, None] * b[:, None, :]).reshape(len(M), -1) for a, b in ((M, M), (filled, M), (filled, filled)))
    return _Features(np.concatenate(list(parts), axis=1), weights, k, is_complete=False)


def _distinct_rows(Z: Array) -> tuple[Array, Array]:
    """Return each different row once with its number; rows with continuous answers mostly differ and are left as is."""
    codes = np.zeros(len(Z), dtype=np.int64)
    for column in Z.T:
        _, place = np.unique(column, return_inverse=True)      # NaN are alike
        codes = np.unique(codes * (int(place.max()) + 1) + place, return_inverse=True)[1]
    _, first, counts = np.unique(codes, return_index=True, return_counts=True)
    return Z[first], counts.astype(np.float64)


def _alphas(sums: Array, features: _Features, n: float | None = None) -> Array:
    """Return alpha of sums (b, q) over rows, NaN where the total does not vary."""
    k = features.k
    if features.is_complete:
        rows = features.weights.sum() if n is None else n
        firsts = sums[:, :k]
        trace = sums[:, k] - (firsts**2).sum(axis=1) / rows
        total = sums[:, k + 1] - firsts.sum(axis=1) ** 2 / rows
    else:
        counts, firsts, products = (part.reshape(-1, k, k) for part in np.split(sums, 3, axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            C = (products - firsts * np.swapaxes(firsts, 1, 2) / counts) / (counts - 1)
        C[counts < MINIMUM_ROWS] = np.nan
        trace, total = np.trace(C, axis1=1, axis2=2), C.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(total > 0, k / (k - 1) * (1 - trace / total), np.nan))


def _resamples(features: _Features, n_resamples: int, seed: int) -> Iterator[Array]:
    """Yield how often each pattern was drawn, (b, u)."""
    rng = np.random.default_rng(seed)
    u, n = len(features.weights), int(features.weights.sum())
    step = max(1, BLOCK_CELLS // max(u if n > PATTERN_SHARE * u else n, features.values.shape[1], 1))
    pattern = np.repeat(np.arange(u), features.weights.astype(np.int64))
    for start in range(0, n_resamples, step):
        b = min(step, n_resamples - start)
        if n > PATTERN_SHARE * u:
            yield rng.multinomial(n, features.weights / n, size=b).astype(np.float64)
        else:
            drawn = pattern[rng.integers(0, n, size=(b, n), dtype=np.int32)] + np.arange(b)[:, None] * u
            yield np.bincount(drawn.ravel(), minlength=b * u).reshape(b, u).astype(np.float64)


def _jackknife(features: _Features) -> tuple[Array, Array]:
    """Return alpha without one row of each pattern, and how many rows have the pattern."""
    whole = features.weights @ features.values
    step = max(1, BLOCK_CELLS // features.values.shape[1])
    n = float(features.weights.sum()) - 1
    left = [_alphas(whole - features.values[start:start + step], features, n)
            for start in range(0, len(features.values), step)]
    return np.concatenate(left), features.weights


def _bca_levels(draws: Array, alpha: float, jackknife: tuple[Array, Array], confidence: float) -> Array:
    """Return the shares at which the sorted draws are read off."""
    values, weights = jackknife
    known = np.isfinite(values)
    values, weights = values[known], weights[known]
    away = np.average(values, weights=weights) - values
    spread = float((weights * away**2).sum()) ** 1.5
    acceleration = float((weights * away**3).sum()) / (6 * spread) if spread > 0 else 0.0
    below = (np.count_nonzero(draws < alpha) + 0.5 * np.count_nonzero(draws == alpha)) / len(draws)
    bias = stats.norm.ppf(np.clip(below, 0.5 / len(draws), 1 - 0.5 / len(draws)))
    z = bias + stats.norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    return np.asarray(stats.norm.cdf(bias + z / (1 - acceleration * z)))
