"""Do the items of a scale measure one thing consistently? Cronbach's alpha and what belongs beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import AnalysisError
from analysis.quant.correlations import Array, Missing, Moments, item_matrix, item_moments
from analysis.quant.moment_sums import BLOCK_CELLS
from analysis.quant.scales.item_table import Consistency, consistency, item_table
from analysis.quant.scales.omega import omega_of
from analysis.results.measurement import Estimate, ItemStatistics, Reliability

OMEGA_MINIMUM_N = 100           # diagnosis-model, section 3: omega of one factor from 100 respondents
OMEGA_MINIMUM_ITEMS = 3         # below three items one factor is not determined
PAIR = 2                        # two items: Spearman-Brown; nothing is left to drop
MOST_ANSWER_VALUES = 20         # an item with more distinct answers is a quantity; its frequencies say nothing
LOOKED_AT_FIRST = 4096          # answers looked at before a long column is counted


def cronbach_alpha(items: pd.DataFrame, *, missing: Missing = "pairwise", confidence: float = 0.95,
                   reverse: Collection[str] = (), place: str = "items", frequencies: bool = True,
                   omega_minimum_n: int = OMEGA_MINIMUM_N) -> Reliability:
    """Return the internal consistency of a scale with its item table.

    Parameters
    ----------
    items : DataFrame (n, k)
        Answers after recoding of reverse items, k >= 2, n >= 5; missing = NaN.
    missing : {"pairwise", "listwise"}
        Pairwise takes each covariance from the rows with both answers; listwise only rows without a gap.
    confidence : float
        Of the Feldt interval, 0..1.
    reverse : collection of str
        Items that were recoded; only marked in the item table.
    place : str
        Words for messages, e.g. the construct.
    frequencies : bool
        Count how often each answer was given (one more pass over the data).
    omega_minimum_n : int
        Rows from which omega total is computed.

    Returns
    -------
    Reliability
        alpha = k/(k-1) (1 - tr C / sum C) of the covariances C, -inf..1, with Feldt interval on n - 1 and
        (n - 1)(k - 1) degrees of freedom. n counts all rows given (pairwise) or the complete rows, as in psych.
        Standardised alpha, lambda 6 and average r are of C scaled to correlations; lambda 6 is None where items
        determine one another. `item_rest_r` correlates an item with the sum of the others, by C. `omega_total`
        (one minres factor, no interval) from `omega_minimum_n` rows and three items; `method` names items it turned.
        `spearman_brown` for two items. `standard_error` of alpha holds for normal items (Duhachek & Iacobucci 2004).
        Beside `item_rest_r` an item carries its correlation with the mean of the answered items, with the sum of the
        standardised items, and with that sum when its own place holds only what it shares (its SMC); and what the
        scale would be without it. Named warnings: `negative_item_rest: KEY` (perhaps not recoded), `alpha_negative`,
        `alpha_undefined`, `items_dependent`. Item means and SDs in units of the answers, over all answers of the item.

    References
    ----------
    Cronbach 1951; Feldt 1965; Duhachek & Iacobucci 2004; Guttman 1945; McDonald 1999; Revelle, psych::alpha.
    """
    moments = item_moments(items, missing=missing, place=place)
    counted = _all_frequencies(items, missing) if frequencies else [{} for _ in moments.keys]
    return reliability_of(moments, missing=missing, confidence=confidence, reverse=reverse, counted=counted,
                          place=place, omega_minimum_n=omega_minimum_n)


def reliability_of(moments: Moments, *, missing: Missing = "pairwise", confidence: float = 0.95,
                   reverse: Collection[str] = (), counted: Sequence[Mapping[str, int]] | None = None,
                   place: str = "items", omega_minimum_n: int = OMEGA_MINIMUM_N) -> Reliability:
    """Return the reliability of a scale from its moments.

    Parameters
    ----------
    moments : Moments
        Of k >= 2 items, or made of a covariance matrix with its number of rows.
    missing, confidence, reverse, place, omega_minimum_n
        As in `cronbach_alpha`.
    counted : list of dict, optional
        Frequencies of the answers of each item.

    Returns
    -------
    Reliability
        As `cronbach_alpha` describes.
    """
    C, k, n = moments.covariance, len(moments.keys), moments.n
    whole = consistency(C, n)
    items = item_table(moments, reverse, counted or [{} for _ in range(k)])
    return Reliability(
        n=n, n_complete=moments.n_complete, k=k, alpha=alpha_estimate(whole.alpha, n, k, confidence),
        alpha_standardised=whole.alpha_standardised, lambda6=whole.lambda6, average_r=whole.average_r, items=items,
        missing=missing, mean=_known(moments.row_mean), sd=_known(moments.row_sd),
        omega_total=_omega_total(moments, place, omega_minimum_n),
        spearman_brown=_spearman_brown(moments) if k == PAIR else None, median_r=whole.median_r,
        signal_to_noise=whole.signal_to_noise, standard_error=whole.standard_error,
        warnings=_warnings(whole, items))


def alpha_estimate(alpha: float | None, n: int, k: int, confidence: float = 0.95) -> Estimate:
    """Return alpha with Feldt's interval.

    Parameters
    ----------
    alpha : float or None
        Coefficient, -inf..1.
    n, k : int
        Respondents and items.
    confidence : float
        Coverage, 0..1.

    Returns
    -------
    Estimate
        1 - (1 - alpha) F, F the quantiles with n - 1 and (n - 1)(k - 1) degrees of freedom; all None without alpha.

    References
    ----------
    Feldt 1965.
    """
    if alpha is None:
        return Estimate(None, None, None, n, "Cronbach's alpha, Feldt interval", confidence)
    tail = (1 - confidence) / 2
    low, high = (1 - (1 - alpha) * float(stats.f.ppf(p, n - 1, (n - 1) * (k - 1))) for p in (1 - tail, tail))
    return Estimate(alpha, low, high, n, "Cronbach's alpha, Feldt interval", confidence)


def _warnings(whole: Consistency, items: tuple[ItemStatistics, ...]) -> tuple[str, ...]:
    """Return what a reader must know before the figures."""
    found = [f"negative_item_rest: {item.key}" for item in items if (item.item_rest_r or 0.0) < 0]
    if whole.alpha is None:
        found.append("alpha_undefined")
    elif whole.alpha < 0:
        found.append("alpha_negative")
    return (*found, *(["items_dependent"] if whole.lambda6 is None else []))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _spearman_brown(moments: Moments) -> float | None:
    r = float(moments.correlation[0, 1])
    return 2 * r / (1 + r) if r > -1 else None


def _omega_total(moments: Moments, place: str, minimum_n: int) -> Estimate | None:
    n, k = moments.n, len(moments.keys)
    if n < max(minimum_n, k + 1) or k < OMEGA_MINIMUM_ITEMS:
        return None
    try:
        found = omega_of(moments.correlations(), 1, place=place)
    except AnalysisError:       # alpha stands without omega; None says that it could not be computed
        return None
    turned = f"; turned: {', '.join(found.turned_items)}" if found.turned_items else ""
    return Estimate(found.omega_total, None, None, n, f"omega total, one minres factor{turned}")


def _all_frequencies(items: pd.DataFrame, missing: Missing) -> list[dict[str, int]]:
    X = item_matrix(items)
    if missing == "listwise":
        gaps = np.isnan(X).any(axis=1)
        X = X[~gaps] if gaps.any() else X
    return [answer_frequencies(X[:, i]) for i in range(X.shape[1])]


def answer_frequencies(column: Array) -> dict[str, int]:
    """Return how often each answer occurs.

    Parameters
    ----------
    column : array (n,)
        Answers of one item, missing = NaN.

    Returns
    -------
    dict
        Answer → count, lowest first; empty for more than `MOST_ANSWER_VALUES` distinct answers.
    """
    values = _distinct(column[:LOOKED_AT_FIRST])
    if len(values) > MOST_ANSWER_VALUES:
        return {}
    counts = np.zeros(len(values), dtype=np.int64)
    n_missing = 0
    for start in range(0, len(column), BLOCK_CELLS):
        block = column[start:start + BLOCK_CELLS]
        n_missing += int(np.count_nonzero(np.isnan(block)))
        counts += np.array([np.count_nonzero(block == value) for value in values], dtype=np.int64)
    if counts.sum() + n_missing < len(column):      # an answer that the first ones did not hold
        values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    if len(values) > MOST_ANSWER_VALUES:
        return {}
    return {f"{value:.15g}": int(count) for value, count in zip(values, counts, strict=True)}


def _distinct(column: Array) -> Array:
    return np.unique(column[~np.isnan(column)])
