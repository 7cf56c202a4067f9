"""How carelessly does each respondent seem to answer? The indices of the R package careless, and time per page.

Indices are shown, never acted on: who is left out is decided by the flags of `analysis.quant.careless.quality` alone.
Signs and missing answers follow careless 1.2.2, to which `tests/reference/careless` holds every index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Numbers = NDArray[np.float64]

SYNONYM_R = 0.60            # careless 1.2.2, psychsyn and psychant: item pairs that correlate beyond this
SYNONYM_MINIMUM_PAIRS = 3   # careless 1.2.2, psychsyn: pairs answered that the index needs
MAHAD_CONFIDENCE = 0.99     # careless 1.2.2, mahad: share of honest answers below the limit
PARTS = 3                   # careless 1.2.2, irv: parts of the questionnaire looked at one by one
FEWEST_ROWS = 2             # for a covariance

# Each index with the end of it at which careless answers lie (Meade & Craig 2012; Curran 2016; Dunn et al. 2018).
INDICES: Mapping[str, str] = MappingProxyType({
    "longstring": "high", "longstring_mean": "high", "irv": "low", "irv_1": "low", "irv_2": "low", "irv_3": "low",
    "evenodd": "high", "psychsyn": "low", "psychant": "high", "mahad": "high",
})


def longest_run(answers: ArrayLike) -> NDArray[np.int64]:
    """Return the longest run of equal answers of each respondent.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Raw answers **in the order shown**, missing = NaN.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Items in the longest run; a missing answer ends a run; 0 when nothing was answered.

    References
    ----------
    Johnson (2005); R package careless 1.2.2, ``longstring``; it differs only for who answered nothing
    (1 there).
    """
    values = np.asarray(answers, dtype=float)
    run = np.zeros(len(values), dtype=np.int64)
    longest = np.zeros(len(values), dtype=np.int64)
    for place in range(values.shape[1]):
        answered = np.isfinite(values[:, place])
        same = answered & (values[:, place] == values[:, place - 1]) if place else np.zeros(len(values), dtype=bool)
        run = np.where(same, run + 1, answered.astype(np.int64))
        longest = np.maximum(longest, run)
    return longest


def intra_individual_sd(answers: ArrayLike) -> Numbers:
    """Return each respondent's standard deviation over raw answers.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Raw answers, missing = NaN.

    Returns
    -------
    numpy.ndarray, shape (n,)
        SD with ddof 1 over the items answered; NaN with fewer than two.

    References
    ----------
    Dunn et al. (2018), Intra-individual response variability; R package careless, ``irv``.
    """
    values = np.asarray(answers, dtype=float)
    n = np.isfinite(values).sum(axis=1)
    mean = np.nansum(values, axis=1) / np.maximum(n, 1)
    squares = np.nansum((values - mean[:, None]) ** 2, axis=1)
    return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)

def mean_run(answers: ArrayLike) -> Numbers:
    """Return the mean length of the runs of equal answers of each respondent.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Raw answers **in the order shown**, missing = NaN.

    Returns
    -------
    numpy.ndarray, shape (n,)
        k over the number of runs, in items; each missing answer is a run of its own, as in the package. NaN when
        nothing was answered.

    References
    ----------
    R package careless 1.2.2, ``longstring(avg = TRUE)``.
    """
    values = np.asarray(answers, dtype=float)
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    # A comparison with NaN is unequal, so a missing answer begins a run and so does the answer after it.
    runs = 1 + (values[:, 1:] != values[:, :-1]).sum(axis=1)
    return np.where(np.isfinite(values).any(axis=1), values.shape[1] / runs, np.nan)


def variability_by_part(answers: ArrayLike, n_parts: int = PARTS) -> Numbers:
    """Return each respondent's standard deviation over raw answers in each part of the questionnaire.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Raw answers in the order shown, missing = NaN.
    n_parts : int, optional
        Parts of (nearly) equal length: item i of 1..k is in part p when ``(p - 1)(k - 1) / n_parts < i - 1 <=
        p (k - 1) / n_parts``, the first item in the first part.

    Returns
    -------
    numpy.ndarray, shape (n, n_parts)
        SD with ddof 1; NaN with fewer than two answers in a part.

    References
    ----------
    Dunn et al. (2018); R package careless 1.2.2, ``irv(split = TRUE)``, which cuts as R's ``cut`` does.
    """
    values = np.asarray(answers, dtype=float)
    k = values.shape[1]
    part = np.maximum(-(-np.arange(k) * n_parts // max(k - 1, 1)) - 1, 0)
    return np.column_stack([intra_individual_sd(values[:, part == p]) for p in range(n_parts)])


def mahalanobis(answers: ArrayLike) -> Numbers:
    """Return each respondent's squared Mahalanobis distance from the average answers.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Answers, missing = NaN; constant columns must have been dropped.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Squared distance with the pairwise covariance; a missing answer adds nothing, as in ``psych::outlier`` and
        ``careless::mahad``. A singular covariance is inverted in the least-squares sense. NaN for who answered nothing.

    References
    ----------
    Meade & Craig (2012), Identifying careless responses in survey data.
    """
    frame = pd.DataFrame(np.asarray(answers, dtype=float))
    covariance = frame.cov(min_periods=2).fillna(0.0).to_numpy()
    deviation = (frame - frame.mean()).fillna(0.0).to_numpy()
    distance = ((deviation @ np.linalg.pinv(covariance, hermitian=True)) * deviation).sum(axis=1)
    return np.where(frame.notna().any(axis=1).to_numpy(), distance, np.nan)


def even_odd(scales: Sequence[ArrayLike]) -> Numbers:
    """Return the even-odd consistency of each respondent over several scales.

    Parameters
    ----------
    scales : sequence of array_like, each of shape (n, k_s)
        Recoded answers scale by scale in questionnaire order, missing = NaN; two scales or more.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Within-person correlation of the half means (items 1, 3 … against 2, 4 …) over scales, stepped up by
        Spearman-Brown, not below -1; **high = consistent** (careless 1.2.1 and later turn the sign round). NaN when a
        half has no variance.

    References
    ----------
    Johnson (2005); R package careless 1.2.2, ``evenodd``.
    """
    halves = [np.asarray(scale, dtype=float) for scale in scales]
    odd = np.column_stack([_row_mean(half[:, 0::2]) for half in halves])
    even = np.column_stack([_row_mean(half[:, 1::2]) for half in halves])
    r = _row_correlation(odd, even)
    with np.errstate(divide="ignore"):
        stepped = 2 * r / (1 + r)
    return np.maximum(stepped, -1.0)


def consistency_of_persons(scales: Sequence[ArrayLike], *, minimum_alpha: float, fewest_scales: int) -> Numbers:
    """Return the even-odd consistency of each respondent over the scales that measure something.

    Parameters
    ----------
    scales : sequence of array_like, each of shape (n, k_s)
        Recoded answers scale by scale, missing = NaN.
    minimum_alpha : float
        Scales whose alpha in this sample is lower are left out: on them honest people disagree with themselves too.
    fewest_scales : int
        With fewer scales of two items or more left, a correlation over them says nothing: NaN for everybody.

    Returns
    -------
    numpy.ndarray, shape (n,)
        As `even_odd`, high = consistent.

    References
    ----------
    Jackson (1976), the individual reliability index; Johnson (2005); Curran (2016).
    """
    matrices = [np.asarray(scale, dtype=float) for scale in scales]
    steady = [values for values in matrices if values.shape[1] > 1 and _alpha(values) >= minimum_alpha]
    if len(steady) < max(fewest_scales, 2):
        return np.full(len(matrices[0]) if matrices else 0, np.nan)
    return even_odd(steady)


def synonym_pairs(answers: ArrayLike, critical_r: float = SYNONYM_R, *,
                  antonyms: bool = False) -> list[tuple[int, int]]:
    """Return the pairs of items that the whole sample answers alike.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Answers, missing = NaN (pairwise).
    critical_r : float, optional
        Pairs with a correlation above this.
    antonyms : bool, optional
        Pairs with a correlation below ``-critical_r`` instead.

    Returns
    -------
    list of (int, int)
        Places of the later and the earlier item.
    """
    values = np.asarray(answers, dtype=float)
    r = pd.DataFrame(values).corr(min_periods=2).to_numpy()
    later, earlier = np.tril_indices(values.shape[1], -1)
    with np.errstate(invalid="ignore"):
        chosen = r[later, earlier] < -abs(critical_r) if antonyms else r[later, earlier] > abs(critical_r)
    return list(zip(later[chosen].tolist(), earlier[chosen].tolist(), strict=True))


def psychometric_synonyms(answers: ArrayLike, critical_r: float = SYNONYM_R, *, antonyms: bool = False) -> Numbers:
    """Return how alike each respondent answers item pairs that the whole sample answers alike.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Answers, missing = NaN.
    critical_r : float, optional
        Pairs with a correlation above this are synonyms.
    antonyms : bool, optional
        Take pairs with a correlation below ``-critical_r`` instead.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Within-person correlation over the pairs answered; NaN with fewer than three pairs, without variance, and for
        everybody when the sample has no such pair. Within a pair the later item comes first, as in ``careless``; its
        random exchange inside pairs where a correlation fails is not imitated.

    References
    ----------
    Meade & Craig (2012); R package careless 1.2.2, ``psychsyn``.
    """
    values = np.asarray(answers, dtype=float)
    pairs = np.array(synonym_pairs(values, critical_r, antonyms=antonyms), dtype=int).reshape(-1, 2)
    first, second = values[:, pairs[:, 0]], values[:, pairs[:, 1]]
    n_pairs = (np.isfinite(first) & np.isfinite(second)).sum(axis=1)
    return np.where(n_pairs >= SYNONYM_MINIMUM_PAIRS, _row_correlation(first, second), np.nan)


def distances(answers: ArrayLike, confidence: float = MAHAD_CONFIDENCE) -> tuple[Numbers, float]:
    """Return the squared Mahalanobis distances and the limit above which an answer pattern is unusual.

    Parameters
    ----------
    answers : array_like, shape (n, k)
        Recoded answers, missing = NaN; items that never vary are left out.
    confidence : float, optional
        Share of multivariate normal answers below the limit.

    Returns
    -------
    numpy.ndarray, shape (n,), and float
        Distances, all NaN unless there are more respondents than items; quantile of chi-square with as many degrees of
        freedom as items.

    References
    ----------
    R package careless 1.2.2, ``mahad(flag = TRUE)``.
    """
    frame = pd.DataFrame(np.asarray(answers, dtype=float))
    frame = frame.loc[:, frame.max() > frame.min()]
    k = frame.shape[1]
    if k == 0 or len(frame) <= max(k, FEWEST_ROWS):
        return np.full(len(frame), np.nan), float("nan")
    return mahalanobis(frame), float(stats.chi2.ppf(confidence, k))


def fast_pages(page_seconds: ArrayLike, n_items: ArrayLike, seconds_per_item: float) -> Numbers:
    """Return the share of pages that each respondent left faster than they can be read.

    Parameters
    ----------
    page_seconds : array_like, shape (n, p)
        Time on each page, unknown = NaN.
    n_items : array_like, shape (n, p)
        Rating items shown on it.
    seconds_per_item : float
        Two by the model.

    Returns
    -------
    numpy.ndarray, shape (n,)
        0..1, over the pages with rating items whose time is known; NaN where there is none.

    References
    ----------
    Huang et al. (2012); Bowling et al. (2021), doi 10.1177/10944281211056520 (page time index).
    """
    seconds, items = np.asarray(page_seconds, dtype=float), np.asarray(n_items, dtype=float)
    known = np.isfinite(seconds) & (items > 0)
    with np.errstate(invalid="ignore"):
        fast = known & (seconds < seconds_per_item * items)
    n = known.sum(axis=1)
    return np.where(n > 0, fast.sum(axis=1) / np.maximum(n, 1), np.nan)


def careless_indices(raw: ArrayLike, recoded: ArrayLike, scales: Sequence[ArrayLike],
                     critical_r: float = SYNONYM_R) -> dict[str, Numbers]:
    """Return every index of each respondent.

    Parameters
    ----------
    raw : array_like, shape (n, k)
        Answers as given, reverse-keyed items too, **in the order shown**, missing = NaN.
    recoded : array_like, shape (n, m)
        Answers with reverse-keyed items turned round.
    scales : sequence of array_like, each of shape (n, k_s)
        Recoded answers scale by scale.
    critical_r : float, optional
        Of synonyms and antonyms.

    Returns
    -------
    dict of str to numpy.ndarray, shape (n,)
        Names of `INDICES`. `evenodd` has the sign of careless since 1.2.0: high = careless; NaN for all with fewer than
        two scales of two items. `longstring` is NaN for who answered nothing.
    """
    values = np.asarray(raw, dtype=float)
    answered = np.isfinite(values).any(axis=1)
    parts = variability_by_part(values)
    pairs = [scale for scale in scales if np.asarray(scale).shape[1] > 1]
    return {
        "longstring": np.where(answered, longest_run(values), np.nan), "longstring_mean": mean_run(values),
        "irv": intra_individual_sd(values), "irv_1": parts[:, 0], "irv_2": parts[:, 1], "irv_3": parts[:, 2],
        "evenodd": -even_odd(pairs) if len(pairs) > 1 else np.full(len(values), np.nan),
        "psychsyn": psychometric_synonyms(recoded, critical_r),
        "psychant": psychometric_synonyms(recoded, critical_r, antonyms=True),
        "mahad": distances(recoded)[0],
    }


def _alpha(values: Numbers) -> float:
    """Return Cronbach's alpha of pairwise covariances; -inf where the sum does not vary."""
    covariance = pd.DataFrame(values).cov(min_periods=2).fillna(0.0).to_numpy()
    k, total = len(covariance), float(covariance.sum())
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total) if total > 0 else -np.inf


def _row_mean(values: Numbers) -> Numbers:
    n = np.isfinite(values).sum(axis=1)
    return np.where(n > 0, np.nansum(values, axis=1) / np.maximum(n, 1), np.nan)


def _row_correlation(first: Numbers, second: Numbers) -> Numbers:
    """Return the correlation of two matrices row by row over the places both know; NaN without variance."""
    both = np.isfinite(first) & np.isfinite(second)
    n = np.maximum(both.sum(axis=1), 1)
    x = np.where(both, first, 0.0)
    y = np.where(both, second, 0.0)
    x = np.where(both, x - (x.sum(axis=1) / n)[:, None], 0.0)
    y = np.where(both, y - (y.sum(axis=1) / n)[:, None], 0.0)
    variances = (x**2).sum(axis=1) * (y**2).sum(axis=1)
    smallest = 1e-24  # rounding leaves a trace of variance where there is none
    return np.where(variances > smallest, (x * y).sum(axis=1) / np.sqrt(np.maximum(variances, smallest)), np.nan)
