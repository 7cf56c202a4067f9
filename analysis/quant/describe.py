"""A construct's level, and what was answered item by item (model 4, 5 and 13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.privacy import MINIMUM_GROUP
from analysis.quant.intervals import (
    TOLERANCE,
    benjamini_hochberg,
    finite_population_interval,
    known_values,
    mean_interval,
    net_promoter,
    one_sided_t,
    wilson,
)
from analysis.quant.scoring import construct_items, pomp, recoded_items, scale_range
from analysis.results.diagnosis import Level
from analysis.results.measurement import Estimate
from analysis.tables import AnswerTable
from instruments.schema import ConstructGroup, Direction

__all__ = [
    "LevelRules", "benjamini_hochberg", "construct_frequencies", "finite_population_interval", "frequencies",
    "item_shares", "item_tests", "mean_interval", "net_promoter", "one_sided_t", "scale_level", "wilson",
]

Numbers = NDArray[np.float64]

MINIMUM_TESTED = 30         # model 5 and 10: below this n there are figures but no tests
HIGH_SCORE_POMP = 62.5      # model 5: a score of 3.5 on 1..5 and more
LOW_SCORE_POMP = 37.5       # model 5: a score of 2.5 on 1..5 and less
HIGH_ANSWER_POMP = 75.0     # model 13: an answer of 4 or 5 on 1..5
LOW_ANSWER_POMP = 25.0      # model 13: an answer of 1 or 2 on 1..5


@dataclass(frozen=True)
class LevelRules:
    """What a level is computed by: ends of the scale and the study's own values."""

    low: float = 1
    high: float = 5
    confidence: float = 0.95
    minimum_shown: int = MINIMUM_GROUP
    minimum_tested: int = MINIMUM_TESTED
    high_score_pomp: float = HIGH_SCORE_POMP
    low_score_pomp: float = LOW_SCORE_POMP


DEFAULT_RULES = LevelRules()


def scale_level(construct_key: str, group: ConstructGroup, direction: Direction, plain: pd.Series,
                corrected: pd.Series, *, tau: float | None, balanced: pd.Series | None = None,
                rules: LevelRules = DEFAULT_RULES) -> Level:
    """Return the level of a construct: all of it but q values, status and item figures.

    Parameters
    ----------
    construct_key, group, direction
        The construct; `direction` decides which end is unfavourable.
    plain, corrected : pandas.Series
        Scores in scale points, plain and freed of answering style; NaN are left out of each by itself.
    tau : float or None
        Border of the one-sided test H0: mean <= tau; None = no test.
    balanced : pandas.Series, optional
        Balanced scores, for the second check.
    rules : LevelRules, optional
        Ends of the scale, coverage, scores needed for any figure (5) and for a test (30), borders of (un)favourable.

    Returns
    -------
    Level
        Mean, SD, t interval, POMP, share unfavourable with Wilson interval (score >= 3.5 on 1..5 when high is bad,
        <= 2.5 when high is good) and favourable, t and p on plain scores, p on corrected scores. The p of the mirror
        test is ``1 - p``. Status is "insufficient" until the caller has judged.
    """
    scores = known_values(plain)
    freed = known_values(corrected)
    if len(scores) < max(rules.minimum_shown, 2):
        return _unshown(construct_key, group, len(scores), len(freed))
    mean = mean_interval(scores, rules.confidence)
    n_bad, n_good = _bad_and_good(scores, direction, rules)
    t, p = _test(scores, tau, rules.minimum_tested)
    return Level(
        construct=construct_key, group=group, n=len(scores), mean=mean.value,
        sd=float(scores.std(ddof=1)), ci_low=mean.ci_low, ci_high=mean.ci_high,
        pomp=_pomp(mean.value, rules), pomp_low=_pomp(mean.ci_low, rules), pomp_high=_pomp(mean.ci_high, rules),
        unfavourable=wilson(n_bad, len(scores), rules.confidence), favourable=n_good / len(scores),
        corrected_mean=_shown_mean(freed, rules), n_corrected=len(freed), t=t, p_value=p, q_value=None,
        p_corrected=_test(freed, tau, rules.minimum_tested)[1], q_corrected=None, q_mirror=None,
        q_mirror_corrected=None, status="insufficient",
        balanced_mean=None if balanced is None else _shown_mean(known_values(balanced), rules))


def item_shares(table: AnswerTable, construct_key: str, *, confidence: float = 0.95) -> dict[str, Estimate]:
    """Return per item the share of answers at the bad end after recoding.

    Parameters
    ----------
    table : AnswerTable
        Raw answers.
    construct_key : str
        Key of the construct.
    confidence : float, optional
        Coverage of the intervals.

    Returns
    -------
    dict[str, Estimate]
        Item → share 0..1 among those who answered, with Wilson interval and n: recoded answers >= 4 of 5 when high is
        bad (problem, cause), <= 2 when high is good; on other scales the same places in percent of the maximum.
    """
    shares: dict[str, Estimate] = table.remembered.once(
        ("item_shares", construct_key, confidence), lambda: _item_shares(table, construct_key, confidence))
    return dict(shares)


def _item_shares(table: AnswerTable, construct_key: str, confidence: float) -> dict[str, Estimate]:
    low, high = scale_range(table.instrument, construct_key)
    is_high_bad = table.instrument.construct(construct_key).direction == "higher_is_worse"
    shares: dict[str, Estimate] = {}
    for key, answers in recoded_items(table, construct_key).items():
        place = pomp(known_values(answers), low, high)
        bad = place >= HIGH_ANSWER_POMP - TOLERANCE if is_high_bad else place <= LOW_ANSWER_POMP + TOLERANCE
        shares[str(key)] = wilson(int(bad.sum()), len(place), confidence)
    return shares


def item_tests(items: pd.DataFrame, tau: float, *, minimum_tested: int = MINIMUM_TESTED) -> dict[str, float | None]:
    """Return per item the one-sided p that its mean exceeds a border, for scales that do not hold together.

    Parameters
    ----------
    items : pandas.DataFrame, respondent × item
        Recoded items freed of answering style (`scoring.corrected_items`), missing = NaN.
    tau : float
        Border of H0: mean <= tau.
    minimum_tested : int, optional
        Answers needed for a test.

    Returns
    -------
    dict[str, float or None]
        Item → p, unadjusted; the mirror test has ``1 - p``; None below the minimum.
    """
    return {str(key): _test(known_values(column), tau, minimum_tested)[1] for key, column in items.items()}


def frequencies(table: AnswerTable, item_keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Return how often each point of the scale was chosen, raw.

    Parameters
    ----------
    table : AnswerTable
        Raw answers.
    item_keys : Iterable[str]
        Rating items.

    Returns
    -------
    dict[str, tuple[int, ...]]
        Item → counts from the lowest to the highest point of its scale, not recoded; missing answers are not counted.
    """
    counts: dict[str, tuple[int, ...]] = {}
    for key in item_keys:
        scale = table.instrument.scale(str(table.instrument.item(key).scale))
        answers = known_values(table.values[key])
        counts[key] = tuple(int((answers == point).sum()) for point in sorted(point.value for point in scale.points))
    return counts


def construct_frequencies(table: AnswerTable, construct_key: str) -> dict[str, tuple[int, ...]]:
    """Return `frequencies` of the items of one construct.

    Parameters
    ----------
    table : AnswerTable
        Raw answers.
    construct_key : str
        Key of the construct.

    Returns
    -------
    dict[str, tuple[int, ...]]
        Item → counts, in the order of the questionnaire.
    """
    keys = [item.key for item in construct_items(table.instrument, construct_key) if item.key in table.values.columns]
    counts: dict[str, tuple[int, ...]] = table.remembered.once(
        ("frequencies", construct_key), lambda: frequencies(table, keys))
    return dict(counts)


def _pomp(value: float | None, rules: LevelRules) -> float | None:
    return None if value is None else float(pomp(value, rules.low, rules.high))


def _shown_mean(scores: Numbers, rules: LevelRules) -> float | None:
    return float(scores.mean()) if len(scores) >= max(rules.minimum_shown, 1) else None


def _bad_and_good(scores: Numbers, direction: Direction, rules: LevelRules) -> tuple[int, int]:
    """Return how many scores lie at the unfavourable and at the favourable end."""
    place = pomp(scores, rules.low, rules.high)
    n_high = int((place >= rules.high_score_pomp - TOLERANCE).sum())
    n_low = int((place <= rules.low_score_pomp + TOLERANCE).sum())
    return (n_high, n_low) if direction == "higher_is_worse" else (n_low, n_high)


def _test(scores: Numbers, tau: float | None, minimum: int) -> tuple[float | None, float | None]:
    """Return t and p, None where the test is not allowed or t has no finite value."""
    if tau is None or len(scores) < max(minimum, 2):
        return None, None
    t, p = one_sided_t(scores, tau)
    return (t if np.isfinite(t) else None), p


def _unshown(construct_key: str, group: ConstructGroup, n: int, n_corrected: int) -> Level:
    return Level(construct=construct_key, group=group, n=n, mean=None, sd=None, ci_low=None, ci_high=None, pomp=None,
                 pomp_low=None, pomp_high=None, unfavourable=None, favourable=None, corrected_mean=None,
                 n_corrected=n_corrected, t=None, p_value=None, q_value=None, p_corrected=None, q_corrected=None,
                 q_mirror=None, q_mirror_corrected=None, status="insufficient")
