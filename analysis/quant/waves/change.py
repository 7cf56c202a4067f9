"""By how much did a score change between two waves? Unlinked, linked, and weighted to the same units."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.quant.compare import welch, welch_p
from analysis.quant.intervals import TOLERANCE, mean_interval
from analysis.quant.waves.scores import TwoWaves
from analysis.quant.weights.raking import rake
from analysis.quant.weights.weighted import weighted_mean
from analysis.results.measurement import Estimate
from analysis.results.waves import LinkedPeople

Numbers = NDArray[np.float64]

FEWEST_PAIRS = 2
UNLINKED = "Welch interval; the same people may be in both waves, so it is wider than it need be, not narrower"
LINKED = "t interval of the mean change of people who are in both waves"


def change_of(score: Numbers, waves: TwoWaves, confidence: float = 0.95) -> tuple[Estimate, float | None]:
    """Return the difference of the means, second minus first, and its p.

    Parameters
    ----------
    score : numpy.ndarray (n,)
        Score of each row, missing = NaN.
    waves : TwoWaves
        Which row is of which wave, and who is linked.
    confidence : float
        Coverage.

    Returns
    -------
    tuple of Estimate and float or None
        Where people are linked, of the pairs alone. Otherwise Welch's: anonymous waves are samples that overlap without
        being linked, and leaving out the covariance of the same people's two answers, which is positive, makes the
        interval conservative.

    References
    ----------
    Welch (1947); Kish (1965), Survey sampling, section 12.4.
    """
    if waves.people is not None:
        first, second = paired_scores(score, waves)
        return _paired_change(second - first, confidence)
    first, second = score[~waves.is_second], score[waves.is_second]
    found = welch(second, first, confidence)
    return Estimate(found.value, found.ci_low, found.ci_high, found.n, UNLINKED, confidence), welch_p(second, first)


def linked_people(score: Numbers, waves: TwoWaves, confidence: float = 0.95) -> LinkedPeople | None:
    """Return who took part in both waves, and how the others differ from them.

    Parameters
    ----------
    score : numpy.ndarray (n,)
        Score of each row.
    waves : TwoWaves
        The waves; None is returned where people are not linked.
    confidence : float
        Coverage.

    Returns
    -------
    LinkedPeople or None
        With the correlation of the two scores and, for those who left and who joined, the difference to those who
        stayed (Welch).
    """
    if waves.people is None:
        return None
    pairs, known = waves.pairs(), np.isfinite(score)
    stayed = np.zeros(len(score), dtype=bool)
    stayed[pairs.ravel()] = True
    before, after = ~waves.is_second & known, waves.is_second & known
    first, second = paired_scores(score, waves)
    varies = len(first) > FEWEST_PAIRS and min(first.std(), second.std()) > TOLERANCE
    left, joined = before & ~stayed, after & ~stayed
    return LinkedPeople(
        len(first), int(left.sum()), int(joined.sum()), float(np.corrcoef(first, second)[0, 1]) if varies else None,
        welch(score[left], score[before & stayed], confidence) if left.any() else None,
        welch(score[joined], score[after & stayed], confidence) if joined.any() else None)


def reweighted_change(score: Numbers, waves: TwoWaves, confidence: float = 0.95) -> Estimate | None:
    """Return the difference that would be seen if the second wave had the first wave's shares of units.

    Parameters
    ----------
    score : numpy.ndarray (n,)
        Score of each row.
    waves : TwoWaves
        The waves, with units.
    confidence : float
        Coverage, normal.

    Returns
    -------
    Estimate or None
        Over people of units that are in both waves; None without units or with fewer than two in common.

    References
    ----------
    Saerndal, Swensson & Wretman (1992), chapter 7 (post-stratification).
    """
    if waves.units is None:
        return None
    units, known = np.array(waves.units, dtype=object), np.isfinite(score)
    one, other = (({unit for unit in units[known & side] if unit is not None})
                  for side in (~waves.is_second, waves.is_second))
    shared = sorted(one & other)
    if len(shared) < 2:  # noqa: PLR2004 - one unit has no shares
        return None
    used = known & np.isin(units, shared)
    before, after = used & ~waves.is_second, used & waves.is_second
    names, counts = np.unique(units[before].astype(str), return_counts=True)
    margin = pd.DataFrame({"unit": units[after]})
    weights = rake(margin, {"unit": dict(zip(names.tolist(), counts.tolist(), strict=True))}).weights
    second = weighted_mean(pd.Series(score[after]), weights, margins=margin, confidence=confidence)
    first = mean_interval(score[before], confidence)
    if second.mean.value is None or first.value is None or second.standard_error is None:
        return None
    error = float(np.hypot(second.standard_error, score[before].std(ddof=1) / np.sqrt(before.sum())))
    half = float(stats.norm.ppf((1 + confidence) / 2)) * error
    difference = second.mean.value - first.value
    return Estimate(difference, difference - half, difference + half, int(used.sum()),
                    "second wave weighted to the first wave's units", confidence)


def paired_scores(score: Numbers, waves: TwoWaves) -> tuple[Numbers, Numbers]:
    """Return first and second scores of people who have both.

    Parameters
    ----------
    score : numpy.ndarray (n,)
        Score of each row.
    waves : TwoWaves
        The waves, with people.

    Returns
    -------
    tuple of numpy.ndarray (m,)
        In the same order of people.
    """
    pairs = waves.pairs()
    first, second = score[pairs[:, 0]], score[pairs[:, 1]]
    both = np.isfinite(first) & np.isfinite(second)
    return first[both], second[both]


def _paired_change(change: Numbers, confidence: float) -> tuple[Estimate, float | None]:
    found = mean_interval(change, confidence)
    estimate = Estimate(found.value, found.ci_low, found.ci_high, found.n, LINKED, confidence)
    if found.value is None or len(change) < FEWEST_PAIRS:
        return estimate, None
    error = float(change.std(ddof=1)) / np.sqrt(len(change))
    if error <= TOLERANCE:
        return estimate, 1.0 if abs(found.value) <= TOLERANCE else 0.0
    return estimate, float(2 * stats.t.sf(abs(found.value) / error, len(change) - 1))
