"""Did a score change otherwise in some units than in others? Two changes compared, which proves no effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.errors import SpecError
from analysis.quant.intervals import TOLERANCE
from analysis.quant.waves.change import Numbers, change_of
from analysis.quant.waves.scores import TwoWaves
from analysis.results.measurement import Estimate

LEAST = 2                   # a spread needs two values
UNLINKED = ("difference of two changes of means, Welch-Satterthwaite interval over four groups; the same people may be "
            "in both waves, so it is wider than it need be, not narrower")
LINKED = "difference of the mean changes of linked people, Welch interval"


@dataclass(frozen=True)
class ChangeContrast:
    """Changes on both sides, second wave minus first, and how far they are apart."""

    covered: Estimate
    others: Estimate
    difference: Estimate            # change of the covered minus change of the others
    p_value: float | None
    counts: tuple[int, int, int, int]       # scores: covered first, covered second, others first, others second


def contrast_of_changes(score: Numbers, waves: TwoWaves, is_covered: NDArray[np.bool_], is_other: NDArray[np.bool_],
                        confidence: float = 0.95) -> ChangeContrast:
    """Return the change of a score on two sides, and the difference of the changes.

    Parameters
    ----------
    score : numpy.ndarray (n,)
        Score of each row, missing = NaN.
    waves : TwoWaves
        Which row is of which wave, and who is linked.
    is_covered, is_other : numpy.ndarray (n,) of bool
        Rows of either side; nobody is on both. Rows on neither (unit not stated) count nowhere.
    confidence : float
        Coverage.

    Returns
    -------
    ChangeContrast
        ``(m12 - m11) - (m22 - m21)``. Where people are not linked its variance is the sum of the four ``s^2 / n`` with
        the degrees of freedom of Welch and Satterthwaite: equal to least squares with side, wave and their product and
        HC2 errors. Where they are linked, the mean changes of the pairs of either side are compared (Welch). No
        interval and no p where a group has fewer than two scores.

    Raises
    ------
    SpecError
        When a row is on both sides.

    References
    ----------
    Satterthwaite (1946); MacKinnon & White (1985); Imbens & Kolesar (2016) on HC2 with few in a cell.
    """
    if bool((is_covered & is_other).any()):
        raise SpecError("contrast of changes", "a row is on both sides.", "Name each unit on one side.")
    sides = [_side(score, waves, rows) for rows in (is_covered, is_other)]
    here, there = (change_of(np.where(rows, score, np.nan), waves, confidence)[0] for rows in (is_covered, is_other))
    method = UNLINKED if waves.people is None else LINKED
    n = sum(len(group) for side in sides for group in side)
    if here.value is None or there.value is None:
        return ChangeContrast(here, there, Estimate(None, None, None, n, method, confidence), None, _counts(sides))
    value = here.value - there.value
    error, degrees = _error([group for side in sides for group in _spread_groups(side, waves)])
    if error is None:
        return ChangeContrast(here, there, Estimate(value, None, None, n, method, confidence), None, _counts(sides))
    half = float(stats.t.ppf((1 + confidence) / 2, degrees)) * error if error > TOLERANCE else 0.0
    estimate = Estimate(value, value - half, value + half, n, method, confidence)
    return ChangeContrast(here, there, estimate, _p(value, error, degrees), _counts(sides))


def _side(score: Numbers, waves: TwoWaves, rows: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """Return the scores compared on one side: of linked people where there are, otherwise of everybody in each wave."""
    known = rows & np.isfinite(score)
    if waves.people is None:
        return score[known & ~waves.is_second], score[known & waves.is_second]
    pairs = waves.pairs()
    both = pairs[known[pairs[:, 0]] & known[pairs[:, 1]]]
    return score[both[:, 0]], score[both[:, 1]]


def _spread_groups(side: tuple[Numbers, Numbers], waves: TwoWaves) -> list[Numbers]:
    return list(side) if waves.people is None else [side[1] - side[0]]


def _error(groups: list[Numbers]) -> tuple[float | None, float]:
    """Return the standard error of a sum of signed means, and its degrees of freedom."""
    if min(map(len, groups)) < LEAST:
        return None, 0.0
    parts = np.array([group.var(ddof=1) / len(group) for group in groups])
    total = float(parts.sum())
    if total <= TOLERANCE**2:
        return 0.0, 1.0
    degrees = total**2 / float((parts**2 / np.array([len(group) - 1 for group in groups])).sum())
    return float(np.sqrt(total)), degrees


def _p(value: float, error: float, degrees: float) -> float:
    if error <= TOLERANCE:
        return 1.0 if abs(value) <= TOLERANCE else 0.0
    return float(2 * stats.t.sf(abs(value) / error, degrees))


def _counts(sides: list[tuple[Numbers, Numbers]]) -> tuple[int, int, int, int]:
    (first, second), (other_first, other_second) = sides
    return len(first), len(second), len(other_first), len(other_second)
