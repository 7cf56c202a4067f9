"""What does an outcome go with, all predictors together? Least squares with exact limits of the share explained."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from analysis.errors import NoVariation, SpecError, TableError, TooFewData
from analysis.quant.dominance import Numbers, vif
from analysis.results.drivers import Coefficient, Regression
from analysis.results.measurement import Estimate

HIGH_VIF = 5.0              # Hair et al. 2019: from here weights of single predictors are hard to tell apart
METHOD = "ordinary least squares on complete rows"
INTERCEPT = "(intercept)"
_SAME = 1e-10               # a smallest eigenvalue of the correlations below this: predictors repeat each other
_CONSTANT = 1e-10           # of the size of a score
_LEFT_OUT = 1e-13           # of the mixture that is R squared's distribution
_MOST_PARTS = 20_000        # beyond so many parts every so-and-so-manieth is taken: the mixture is smooth there
_NEAR_ONE = 1e-9


def linear_regression(predictors: pd.DataFrame, outcome: pd.Series, *, confidence: float = 0.95,
                      place: str = "regression") -> Regression:
    """Return the least-squares regression of an outcome on all predictors together.

    Parameters
    ----------
    predictors : pandas.DataFrame (n, k)
        Numbers; missing = NaN.
    outcome : pandas.Series (n,)
        Numbers, in the same order; rows with anything missing are left out.
    confidence : float
        Coverage.
    place : str
        Words for messages.

    Returns
    -------
    Regression
        Weights in the units of the data and standardised, t tests, R squared with its exact interval for scores that
        are normal together, VIF and tolerance. Warnings: `left_out`, `high_vif`.

    Raises
    ------
    TooFewData
        When no degree of freedom is left.
    NoVariation
        When a score does not vary, or predictors repeat each other.
    TableError
        When a column holds no numbers or an infinite one.

    References
    ----------
    Cohen, Cohen, West & Aiken (2003), Applied multiple regression.
    """
    rows = complete_rows(predictors, outcome, place)
    x = rows.to_numpy(dtype=float)
    (n, q), k = x.shape, x.shape[1] - 1
    mean, sd = x.mean(axis=0), x.std(axis=0, ddof=1)
    R = np.corrcoef(x, rowvar=False)
    inverse = np.linalg.inv(R[:k, :k])
    beta = inverse @ R[:k, k]
    explained, df = float(beta @ R[:k, k]), n - q
    residual_variance = max(1 - explained, 0.0) * float(sd[k]) ** 2 * (n - 1) / df
    b = beta * sd[k] / sd[:k]
    scaled = inverse / np.outer(sd[:k], sd[:k]) / (n - 1)
    error = np.sqrt(residual_variance * scaled.diagonal())
    start = float(mean[k] - b @ mean[:k])
    start_error = float(np.sqrt(residual_variance * (1 / n + mean[:k] @ scaled @ mean[:k])))
    inflation = vif(R[:k, :k])
    half = float(stats.t.ppf((1 + confidence) / 2, df))
    first = _coefficient(INTERCEPT, start, start_error, half, df, n, confidence, None)
    lines = tuple(_coefficient(str(key), float(b[i]), float(error[i]), half, df, n, confidence,
                               (float(beta[i]), float(inflation[i]))) for i, key in enumerate(predictors.columns))
    warnings = ("left_out",) * (n < len(predictors)) + ("high_vif",) * bool(inflation.max() >= HIGH_VIF)
    f = np.inf if explained >= 1 else explained / k / ((1 - explained) / df)
    return Regression(str(outcome.name), n, (first, *lines), r_squared_interval(explained, n, k, confidence),
                      1 - (1 - explained) * (n - 1) / df, float(f), k, df, float(stats.f.sf(f, k, df)),
                      float(np.sqrt(residual_variance)), METHOD, warnings)


def complete_rows(predictors: pd.DataFrame, outcome: pd.Series, place: str) -> pd.DataFrame:
    """Return the rows without a gap, predictors first, outcome last, after every check that a regression needs.

    Parameters
    ----------
    predictors : pandas.DataFrame (n, k)
        Numbers.
    outcome : pandas.Series (n,)
        Numbers, in the same order.
    place : str
        Words for messages.

    Returns
    -------
    pandas.DataFrame (m, k + 1)
        float64.

    Raises
    ------
    TooFewData, NoVariation, TableError, SpecError
        As `linear_regression`.
    """
    if outcome.name in predictors.columns:
        raise SpecError(place, f"{outcome.name} is both predictor and outcome.", "Take it out of the predictors.")
    table = pd.concat([predictors.reset_index(drop=True), outcome.reset_index(drop=True)], axis=1)
    for key, dtype in zip(table.columns, table.dtypes, strict=True):
        if not pd.api.types.is_numeric_dtype(dtype):
            raise TableError(f"{place}, column {str(key)!r}", "holds something other than numbers.",
                             "Code its answers as numbers and leave missing ones empty.")
    table = table.astype("float64")
    if np.isinf(table.to_numpy()).any():
        raise TableError(place, "a score is infinite.", "Mend it or leave it empty.")
    rows = table.dropna()
    k, n = predictors.shape[1], len(rows)
    if k < 1 or n < k + 2:
        raise TooFewData(place, f"{n} complete rows are too few for {k} predictors.",
                         "Collect more answers or take fewer predictors.", n)
    spread, size = rows.std(ddof=0), rows.abs().max()
    for key in spread.index[~(spread > _CONSTANT * size)]:
        raise NoVariation(f"{place}, score {key}", "it is the same for everybody.",
                          "Leave it out; nothing can go with it.")
    among = np.atleast_2d(np.corrcoef(rows.iloc[:, :k].to_numpy(), rowvar=False))
    if np.linalg.eigvalsh(among)[0] < _SAME:
        raise NoVariation(place, "some predictors repeat others exactly.", "Leave one of them out.")
    return rows


def r_squared_interval(r_squared: float, n: int, k: int, confidence: float = 0.95) -> Estimate:
    """Return the share of variance explained with its exact interval.

    Parameters
    ----------
    r_squared : float
        Observed share, 0..1.
    n, k : int
        Rows and predictors.
    confidence : float
        Coverage for scores that are normal together (predictors drawn with the people, not set).

    Returns
    -------
    Estimate
        Limits 0..1.

    References
    ----------
    Lee (1971), Some results on the sampling distribution of the multiple correlation coefficient; Kelley (2007).
    """
    tail, method = (1 - confidence) / 2, "R squared, exact interval"

    def limit(share: float) -> float:
        if _share_below(r_squared, 0.0, n, k) <= share:
            return 0.0
        high = r_squared
        while _share_below(r_squared, high, n, k) > share and 1 - high > _NEAR_ONE:
            high = 1 - (1 - high) / 2
        if 1 - high <= _NEAR_ONE:
            return 1.0
        return float(optimize.brentq(lambda true: _share_below(r_squared, true, n, k) - share, 0.0, high, xtol=1e-12))

    if 1 - r_squared <= _NEAR_ONE:
        return Estimate(r_squared, r_squared, 1.0, n, method, confidence)
    return Estimate(r_squared, limit(1 - tail), limit(tail), n, method, confidence)


def _share_below(observed: float, true: float, n: int, k: int) -> float:
    """Return P(R squared <= observed): beta distributions, mixed by a negative binomial."""
    if true <= 0:
        return float(special.betainc(k / 2, (n - k - 1) / 2, observed))
    size = (n - 1) / 2
    low, high = stats.nbinom.ppf([_LEFT_OUT, 1 - _LEFT_OUT], size, 1 - true)
    step = max(1, int((high - low) / _MOST_PARTS))
    extra: Numbers = np.arange(max(low, 0), high + 1, step)
    weight = stats.nbinom.pmf(extra, size, 1 - true)
    weight /= weight.sum()
    return float(weight @ special.betainc(k / 2 + extra, (n - k - 1) / 2, observed))


def _coefficient(key: str, b: float, error: float, half: float, df: int, n: int, confidence: float,
                 extra: tuple[float, float] | None) -> Coefficient:
    t = b / error if error > 0 else float(np.copysign(np.inf, b))
    estimate = Estimate(b, b - half * error, b + half * error, n, "t interval", confidence)
    beta, inflation = extra if extra else (None, None)
    return Coefficient(key, estimate, error, t, float(2 * stats.t.sf(abs(t), df)), beta, inflation,
                       1 / inflation if inflation else None)
