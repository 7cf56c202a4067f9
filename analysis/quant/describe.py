"""Describing one variable: means, shares, intervals, tests against a midpoint, and a construct's level (model 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.privacy import MINIMUM_GROUP
from analysis.quant.scoring import construct_items, pomp, recoded_items, scale_range
from analysis.results.diagnosis import Level
from analysis.results.measurement import Estimate
from analysis.tables import AnswerTable
from instruments.schema import ConstructGroup, Direction

Numbers = NDArray[np.float64]

MINIMUM_TESTED = 30         # model 5 and 10: below this n there are figures but no tests
HIGH_SCORE_POMP = 62.5      # model 5: a score of 3.5 on 1..5 and more
LOW_SCORE_POMP = 37.5       # model 5: a score of 2.5 on 1..5 and less
HIGH_ANSWER_POMP = 75.0     # model 13: an answer of 4 or 5 on 1..5
LOW_ANSWER_POMP = 25.0      # model 13: an answer of 1 or 2 on 1..5
PROMOTER_FROM, DETRACTOR_TO = 9, 6      # Reichheld 2003: 9-10 promoters, 0-6 detractors
NPS_ADDED_CASES, NPS_ADDED_SHARE = 3.0, 0.25    # Rocks 2016: 3 cases, a quarter of them promoters, a quarter detractors
FINITE_POPULATION_SHARE = 0.10          # model 5: from this share of the population the corrected interval is added
TOLERANCE = 1e-9            # scores are means: 3.5 may come out a rounding error lower


def benjamini_hochberg(p: ArrayLike) -> Numbers:
    """Return the false discovery rate at which each test of a family would be declared.

    Parameters
    ----------
    p : array_like, shape (m,)
        p-values; NaN = not tested, stays NaN and does not count in m.

    Returns
    -------
    numpy.ndarray, shape (m,)
        Adjusted values q, 0..1, never below p, in the same order of size as p.

    References
    ----------
    Benjamini & Hochberg (1995), Controlling the false discovery rate.
    """
    values = np.asarray(p, dtype=float)
    q = np.full(values.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(values))
    if not len(tested):
        return q
    order = tested[np.argsort(values[tested], kind="stable")]
    m = len(order)
    raised = values[order] * m / np.arange(1, m + 1)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


def wilson(k: int, n: int, confidence: float = 0.95) -> Estimate:
    """Return a share with its Wilson score interval.

    Parameters
    ----------
    k, n : int
        Cases that have the property, cases in all.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        Share and limits in 0..1; all None when n is 0.

    References
    ----------
    Wilson (1927); Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion.
    """
    if n == 0:
        return Estimate(None, None, None, 0, "Wilson score interval", confidence)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    share = k / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if k == 0 else float(centre - half)
    high = 1.0 if k == n else float(centre + half)
    return Estimate(share, low, high, n, "Wilson score interval", confidence)


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return a mean with its t interval.

    Parameters
    ----------
    values : array_like, shape (n,)
        Values; NaN are left out.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        ``mean ± t(n - 1) * sd / sqrt(n)`` in the unit of the values; no interval below n = 2, no mean at n = 0.
    """
    x = _known(values)
    n = len(x)
    mean = float(x.mean()) if n else None
    if mean is None or n < 2:  # noqa: PLR2004 - an SD needs two values
        return Estimate(mean, None, None, n, "t interval of the mean", confidence)
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * float(x.std(ddof=1)) / np.sqrt(n)
    return Estimate(mean, float(mean - half), float(mean + half), n, "t interval of the mean", confidence)


def finite_population_interval(values: ArrayLike, population: int, confidence: float = 0.95) -> Estimate:
    """Return a mean with the interval that holds when a good part of a known population answered.

    Parameters
    ----------
    values : array_like, shape (n,)
        Values; NaN are left out.
    population : int
        People in the population, N; at least n.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        As `mean_interval` with the standard error times ``sqrt((N - n) / (N - 1))``; use it when n / N exceeds
        `FINITE_POPULATION_SHARE`. When N is below n (a stale headcount) the plain interval is returned.

    References
    ----------
    Cochran (1977), Sampling Techniques, chapter 2.
    """
    plain = mean_interval(values, confidence)
    if plain.value is None or plain.ci_low is None or population < plain.n:
        return plain
    half = (plain.value - plain.ci_low) * np.sqrt((population - plain.n) / (population - 1))
    return Estimate(plain.value, float(plain.value - half), float(plain.value + half), plain.n,
                    f"t interval of the mean, corrected for a population of {population}", confidence)


def one_sided_t(values: ArrayLike, tau: float,
                alternative: Literal["greater", "less"] = "greater") -> tuple[float, float]:
    """Return the one-sided t test of a mean against a border.

    Parameters
    ----------
    values : array_like, shape (n,)
        Values; NaN are left out; n must be 2 or more.
    tau : float
        The border, in the unit of the values.
    alternative : {"greater", "less"}, optional
        "greater" tests H0: mean <= tau; "less" tests H0: mean >= tau.

    Returns
    -------
    tuple[float, float]
        t with n - 1 degrees of freedom, and p. Without variance t is infinite with the sign of the difference (NaN and
        p = 1 when there is none). NaN, NaN below n = 2.
    """
    x = _known(values)
    if len(x) < 2:  # noqa: PLR2004 - an SD needs two values
        return float("nan"), float("nan")
    difference = float(x.mean()) - tau
    sd = float(x.std(ddof=1))
    if sd <= TOLERANCE:
        if abs(difference) <= TOLERANCE:
            return float("nan"), 1.0
        is_beyond = (difference > 0) == (alternative == "greater")
        return float(np.copysign(np.inf, difference)), 0.0 if is_beyond else 1.0
    t = difference / (sd / np.sqrt(len(x)))
    tail = stats.t.sf if alternative == "greater" else stats.t.cdf
    return float(t), float(tail(t, len(x) - 1))


def net_promoter(values: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the net promoter score with its adjusted Wald interval.

    Parameters
    ----------
    values : array_like, shape (n,)
        Answers 0..10 to the recommendation question; NaN are left out.
    confidence : float, optional
        Coverage of the interval.

    Returns
    -------
    Estimate
        Share of 9-10 minus share of 0-6 in points, -100..100. The interval adds 3 cases, 3/4 each to promoters and
        detractors, and is centred on the adjusted score; all None when n is 0.

    References
    ----------
    Rocks (2016), Interval estimation for the net promoter score. The American Statistician 70, 365-372.
    """
    x = _known(values)
    n = len(x)
    method = "adjusted Wald interval (Rocks 2016)"
    if n == 0:
        return Estimate(None, None, None, 0, method, confidence)
    promoters = float((x >= PROMOTER_FROM).sum())
    detractors = float((x <= DETRACTOR_TO).sum())
    cases = n + NPS_ADDED_CASES
    p = (promoters + NPS_ADDED_CASES * NPS_ADDED_SHARE) / cases
    d = (detractors + NPS_ADDED_CASES * NPS_ADDED_SHARE) / cases
    half = float(stats.norm.ppf((1 + confidence) / 2)) * np.sqrt((p + d - (p - d) ** 2) / cases)
    return Estimate(100 * (promoters - detractors) / n, float(100 * max(p - d - half, -1.0)),
                    float(100 * min(p - d + half, 1.0)), n, method, confidence)


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
        <= 2.5 when high is good) and favourable, t and p on plain scores, p on corrected scores. The p of the mirror test is
        ``1 - p``. Status is "insufficient" until the caller has judged.
    """
    scores = _known(plain)
    freed = _known(corrected)
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
        balanced_mean=None if balanced is None else _shown_mean(_known(balanced), rules))


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
        bad (problem, cause), <= 2 when high is good; on other scales the same places in percent of the maximum possible.
    """
    low, high = scale_range(table.instrument, construct_key)
    is_high_bad = table.instrument.construct(construct_key).direction == "higher_is_worse"
    shares: dict[str, Estimate] = {}
    for key, answers in recoded_items(table, construct_key).items():
        place = pomp(_known(answers), low, high)
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
    return {str(key): _test(_known(column), tau, minimum_tested)[1] for key, column in items.items()}


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
        answers = _known(table.values[key])
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
    return frequencies(table, keys)


def _known(values: ArrayLike) -> Numbers:
    x = np.asarray(values, dtype=float)
    return np.asarray(x[np.isfinite(x)])


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
