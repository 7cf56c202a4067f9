"""Groups side by side: what may be shown of them, and tests where each is large enough (model 5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.privacy import MINIMUM_GROUP, PrintRegister, is_unanimous, suppress_cells
from analysis.quant.intervals import TOLERANCE, benjamini_hochberg, known_values, mean_interval
from analysis.results.comparisons import GroupComparison, GroupFigure
from analysis.results.measurement import Estimate

MINIMUM_COMPARED = 30       # model 5: groups are tested when each has so many
SCORE_DIGITS = 9            # scores that differ by less are the same score


def welch(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the difference of two means with Welch's interval.

    Parameters
    ----------
    first, second : array_like, shape (n,) and (m,)
        Values of two independent groups; NaN are left out.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        Mean of the first minus mean of the second, in the unit of the values; n = both groups together. No interval
        when a group has fewer than two values, no difference when one has none.

    References
    ----------
    Welch (1947), The generalization of Student's problem when several different population variances are involved.
    """
    a, b = known_values(first), known_values(second)
    n = len(a) + len(b)
    method = "Welch interval of the difference"
    if not (len(a) and len(b)):
        return Estimate(None, None, None, n, method, confidence)
    difference = float(a.mean() - b.mean())
    error, degrees = _welch_error(a, b)
    if error is None:
        return Estimate(difference, None, None, n, method, confidence)
    half = float(stats.t.ppf((1 + confidence) / 2, degrees)) * error if error > 0 else 0.0
    return Estimate(difference, difference - half, difference + half, n, method, confidence)


def welch_p(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return the two-sided p of Welch's test that two means are equal.

    Parameters
    ----------
    first, second : array_like, shape (n,) and (m,)
        Values of two independent groups; NaN are left out.

    Returns
    -------
    float or None
        p; None when a group has fewer than two values. Without any variance 1 for equal means, 0 for different ones.
    """
    a, b = known_values(first), known_values(second)
    error, degrees = _welch_error(a, b)
    if error is None:
        return None
    difference = abs(float(a.mean() - b.mean()))
    if error <= TOLERANCE:
        return 1.0 if difference <= TOLERANCE else 0.0
    return float(2 * stats.t.sf(difference / error, degrees))


def group_means(values: pd.Series, groups: pd.Series, *, minimum: int = MINIMUM_GROUP,
                register: PrintRegister | None = None, order: Sequence[str] = (),
                hidden_counts: Collection[str] = (), confidence: float = 0.95) -> tuple[GroupFigure, ...]:
    """Return a construct's mean in each group, hidden where it would speak of too few people or of each of them.

    Parameters
    ----------
    values : pandas.Series, index respondent, name construct
        Scores; missing ones belong to no group. Their overall mean counts as printed.
    groups : pandas.Series, index respondent, name profile item
        Group of each respondent; missing or empty = not stated.
    minimum : int, optional
        Scores a group needs; `privacy.MINIMUM_CROSSED` when the groups cross two attributes.
    register : PrintRegister, optional
        Ledger of everything printed for the study; pass the same one for every table, the most important first.
    order : Sequence[str], optional
        Order of the groups; others follow by name.
    hidden_counts : Collection[str], optional
        Groups whose size is hidden elsewhere: their means are too, because a mean is printed with its number.
    confidence : float, optional
        Coverage of the intervals.

    Returns
    -------
    tuple[GroupFigure, ...]
        One per non-empty group; hidden ones hold None. A group in which fewer than two people have another score than
        most is hidden like one that is too small, see `privacy.is_unanimous`.
    """
    known = values.dropna()
    stated = groups.reindex(known.index)
    stated = stated[stated.notna() & (stated != "")]
    members = {str(key): frozenset(map(str, rows)) for key, rows in stated.groupby(stated, sort=True).groups.items()}
    ledger = register if register is not None else PrintRegister(minimum)
    construct, profile_item = str(values.name), str(groups.name)
    unsafe = _unsafe_groups(known, members, hidden_counts, max(minimum, ledger.minimum))
    hidden = ledger.print_table(construct, members, minimum, map(str, known.index), unsafe)
    place = {key: number for number, key in enumerate(order)}
    keys = sorted(members, key=lambda key: (place.get(key, len(place)), key))
    return tuple(GroupFigure(construct, profile_item, key, None, None, None, None, is_hidden=True) if key in hidden
                 else _figure(construct, profile_item, key, known[stated.index[stated == key]], confidence)
                 for key in keys)


def _unsafe_groups(known: pd.Series, members: Mapping[str, frozenset[str]], hidden_counts: Collection[str],
                   minimum: int) -> set[str]:
    """Return groups to hide whatever their size; those hidden together must not be of one mind either."""
    scores = dict(zip(map(str, known.index), known.round(SCORE_DIGITS), strict=True))
    unsafe = {key for key, people in members.items()
              if key in hidden_counts or is_unanimous(scores[person] for person in people)}
    sizes = {key: len(people) for key, people in members.items()}
    while unsafe:
        hidden = suppress_cells(sizes, minimum, unsafe)
        shown = sorted((n, key) for key, n in sizes.items() if key not in hidden)
        if not shown or not is_unanimous(scores[person] for key in hidden for person in members[key]):
            break
        unsafe.add(shown[0][1])
    return unsafe


def group_comparisons(values: pd.Series, groups: pd.Series, figures: Sequence[GroupFigure], *,
                      minimum_compared: int = MINIMUM_COMPARED,
                      confidence: float = 0.95) -> tuple[GroupComparison, ...]:
    """Return the pairwise differences between groups that are shown and large enough for a test.

    Parameters
    ----------
    values, groups : pandas.Series
        As given to `group_means`.
    figures : Sequence[GroupFigure]
        What `group_means` returned for them; hidden groups are never compared.
    minimum_compared : int, optional
        Scores that each of the two groups needs; default 30.
    confidence : float, optional
        Coverage of the intervals.

    Returns
    -------
    tuple[GroupComparison, ...]
        Unadjusted; pass all of a study together through `adjust_comparisons`.
    """
    large = [figure.choice for figure in figures if figure.n is not None and figure.n >= minimum_compared]
    scores = {key: values[(groups.reindex(values.index) == key).to_numpy(dtype=bool)] for key in large}
    found = []
    for first, second in combinations(large, 2):
        p = welch_p(scores[first], scores[second])
        if p is not None:
            found.append(GroupComparison(str(values.name), str(groups.name), first, second,
                                         welch(scores[first], scores[second], confidence), p))
    return tuple(found)


def adjust_comparisons(comparisons: Sequence[GroupComparison]) -> tuple[GroupComparison, ...]:
    """Return the comparisons with q values over all of them.

    Parameters
    ----------
    comparisons : Sequence[GroupComparison]
        All group comparisons of a study.

    Returns
    -------
    tuple[GroupComparison, ...]
        The same with `q_value` by Benjamini-Hochberg.
    """
    q = benjamini_hochberg([comparison.p_value for comparison in comparisons])
    return tuple(replace(comparison, q_value=float(value)) for comparison, value in zip(comparisons, q, strict=True))


def _figure(construct: str, profile_item: str, key: str, scores: pd.Series, confidence: float) -> GroupFigure:
    mean = mean_interval(scores, confidence)
    return GroupFigure(construct, profile_item, key, mean.n, mean.value, mean.ci_low, mean.ci_high, is_hidden=False)


def _welch_error(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float | None, float]:
    """Return standard error of the difference and Welch-Satterthwaite degrees of freedom; None below two values."""
    if min(len(a), len(b)) < 2:  # noqa: PLR2004 - a variance needs two values
        return None, 0.0
    parts = [float(x.var(ddof=1)) / len(x) for x in (a, b)]
    total = sum(parts)
    if total <= TOLERANCE**2:
        return 0.0, float(len(a) + len(b) - 2)
    degrees = total**2 / sum(part**2 / (len(x) - 1) for part, x in zip(parts, (a, b), strict=True))
    return float(np.sqrt(total)), degrees
