"""How customers experience the facets, what matters to them, and where staff see it otherwise (section 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from analysis.diagnosis.levels import NOT_A_SCALE, UNCHECKABLE_TAG, construct_level
from analysis.diagnosis.surveyed import Surveyed
from analysis.errors import AnalysisError
from analysis.quant.associate import driver_dominance
from analysis.quant.intervals import mean_interval, net_promoter
from analysis.quant.scoring import pomp
from analysis.results.diagnosis import CustomerStatus, FacetFinding, Gap, Level, Quadrant
from analysis.results.measurement import Estimate

SECTION = 6                 # section of the model; keeps this stream of random numbers apart from the others
MOST_PREDICTORS = 8         # model 14: general dominance is exact up to eight
FEWEST_FACETS = 2           # one facet has no mean of facets to lie on a side of


def facet_findings(side: Surveyed, thresholds: Mapping[str, float], *, seed: int,
                   n_resamples: int) -> tuple[FacetFinding, ...]:
    """Return each facet of customer experience with status, importance and quadrant.

    Parameters
    ----------
    side : Surveyed
        Customers.
    thresholds : Mapping[str, float]
    seed : int
        Of the study.
    n_resamples : int
        Resamples of customers for derived importance.

    Returns
    -------
    tuple of FacetFinding
        Status for the mirrored problem: supports when the POMP interval lies entirely below `experience_weak_pomp`,
        against when entirely above `experience_good_pomp`, on plain and style-corrected scores; none below
        `minimum_n_customers`, where the items are no scale and where too many responses were excluded.
    """
    levels = [_level(side, construct.key, thresholds) for construct in side.of_group("experience")]
    stated = _stated_importance(side, thresholds)
    derived = _derived_importance(side, thresholds, seed, n_resamples)
    findings = [FacetFinding(
        level=level, status=_status(side, level, thresholds), importance_stated=stated.get(level.construct),
        importance_derived=_value(derived.get(level.construct)), derived_low=_low(derived.get(level.construct)),
        derived_high=_high(derived.get(level.construct)), quadrant=None, quadrant_stated=None, quadrant_derived=None,
        mirrors=side.instrument.construct(level.construct).mirrors) for level in levels]
    return tuple(_with_quadrants(findings, stated, derived, thresholds))


def _level(side: Surveyed, key: str, thresholds: Mapping[str, float]) -> Level:
    level = construct_level(side, side.instrument.construct(key), thresholds, is_tested=False)
    return level if side.is_style_checkable else replace(level, tags=(UNCHECKABLE_TAG,))


def _status(side: Surveyed, level: Level, thresholds: Mapping[str, float]) -> CustomerStatus:
    is_judged = (level.n >= thresholds["minimum_n_customers"] and level.quality != NOT_A_SCALE
                 and side.screening.verdict != "no_grades")
    if not is_judged or level.pomp_low is None or level.pomp_high is None:
        return "none"
    intervals = [(level.pomp_low, level.pomp_high)]
    if side.is_style_checkable:
        intervals.append(_corrected_interval(side, level, thresholds))
    if all(high < thresholds["experience_weak_pomp"] for _, high in intervals):
        return "supports"
    return "against" if all(low > thresholds["experience_good_pomp"] for low, _ in intervals) else "uncertain"


def _corrected_interval(side: Surveyed, level: Level, thresholds: Mapping[str, float]) -> tuple[float, float]:
    mean = mean_interval(side.scores.corrected[level.construct], thresholds["confidence"])
    if mean.ci_low is None or mean.ci_high is None or mean.n < thresholds["minimum_n_customers"]:
        return -np.inf, np.inf
    low, high = side.range_of(level.construct)
    return float(pomp(mean.ci_low, low, high)), float(pomp(mean.ci_high, low, high))


# ---- importance -----------------------------------------------------------------------------------------------------
def _stated_importance(side: Surveyed, thresholds: Mapping[str, float]) -> dict[str, Estimate]:
    result = {}
    for item in side.instrument.items_of_role("importance"):
        if item.importance_of is None or item.key not in side.valid.values.columns:
            continue
        answers = side.valid.values[item.key].dropna()
        if len(answers) >= thresholds["minimum_n_description"]:
            result[item.importance_of] = mean_interval(answers, thresholds["confidence"])
    return result


def importance_places(side: Surveyed) -> dict[str, tuple[str, float, float]]:
    """Return which item states the importance of each facet, with the ends of its scale.

    Parameters
    ----------
    side : Surveyed
        Customers.

    Returns
    -------
    dict[str, tuple[str, float, float]]
        Facet → item key, lowest and highest point.
    """
    places = {}
    for item in side.instrument.items_of_role("importance"):
        if item.importance_of is not None and item.scale is not None and item.key in side.valid.values.columns:
            scale = side.instrument.scale(item.scale)
            places[item.importance_of] = (item.key, float(scale.low), float(scale.high))
    return places


def _derived_importance(side: Surveyed, thresholds: Mapping[str, float], seed: int,
                        n_resamples: int) -> dict[str, Estimate]:
    outcomes = side.of_group("outcome")
    facets = [construct.key for construct in side.of_group("experience")
              if side.verdict_of(construct.key) != NOT_A_SCALE]
    if not outcomes or not FEWEST_FACETS <= len(facets) <= MOST_PREDICTORS:
        return {}
    scores = side.scores.plain[[*facets, outcomes[0].key]].dropna()
    if len(scores) < thresholds["minimum_n_customers"]:
        return {}
    def compute() -> dict[str, Estimate]:
        try:
            return driver_dominance(scores[facets], scores[outcomes[0].key], n_resamples=n_resamples,
                                    seed=[seed, SECTION], confidence=thresholds["confidence"])
        except AnalysisError:       # scores without variation have no drivers; the stated importance remains
            return {}

    drivers: dict[str, Estimate] = side.scores.remembered.once(
        ("drivers", tuple(facets), n_resamples, seed, thresholds["confidence"]), compute)
    return drivers


# ---- quadrants ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Axis:
    """One figure of a facet against the mean of all facets."""

    is_high: bool
    is_clear: bool


def _with_quadrants(findings: Sequence[FacetFinding], stated: Mapping[str, Estimate],
                    derived: Mapping[str, Estimate], thresholds: Mapping[str, float]) -> list[FacetFinding]:
    performance = _axes({finding.level.construct: (finding.level.pomp, finding.level.pomp_low, finding.level.pomp_high)
                         for finding in findings if finding.level.n >= thresholds["metric_minimum_n"]})
    by_stated = _axes({key: (mean.value, mean.ci_low, mean.ci_high) for key, mean in stated.items()
                       if mean.n >= thresholds["metric_minimum_n"]})
    by_derived = _axes({key: (weight.value, weight.ci_low, weight.ci_high) for key, weight in derived.items()})
    result = []
    for finding in findings:
        key = finding.level.construct
        first = _quadrant(performance.get(key), by_stated.get(key))
        second = _quadrant(performance.get(key), by_derived.get(key))
        is_large = finding.level.n >= thresholds["derived_importance_n"]
        chosen = (second or first) if is_large else (first or second)
        result.append(replace(finding, quadrant=chosen, quadrant_stated=first, quadrant_derived=second))
    return result


def _axes(figures: Mapping[str, tuple[float | None, float | None, float | None]]) -> dict[str, _Axis]:
    known = {key: (value, low, high) for key, (value, low, high) in figures.items()
             if value is not None and low is not None and high is not None}
    if len(known) < FEWEST_FACETS:
        return {}
    line = sum(value for value, _, _ in known.values()) / len(known)
    return {key: _Axis(value >= line, is_clear=not low <= line <= high) for key, (value, low, high) in known.items()}


def _quadrant(performance: _Axis | None, importance: _Axis | None) -> Quadrant | None:
    if performance is None or importance is None:
        return None
    if not (performance.is_clear and importance.is_clear):
        return "borderline"
    if importance.is_high:
        return "keep_up" if performance.is_high else "concentrate_here"
    return "possible_overkill" if performance.is_high else "low_priority"


# ---- the problems' side ---------------------------------------------------------------------------------------------
def customer_statuses(findings: Sequence[FacetFinding]) -> dict[str, CustomerStatus]:
    """Return what customers say of each problem that a facet mirrors.

    Parameters
    ----------
    findings : sequence of FacetFinding

    Returns
    -------
    dict[str, CustomerStatus]
        Supports if any facet supports, against only if all are against, none if none could be judged.
    """
    by_problem: dict[str, list[CustomerStatus]] = {}
    for finding in findings:
        for problem in finding.mirrors:
            by_problem.setdefault(problem, []).append(finding.status)
    return {problem: _joint_status(statuses) for problem, statuses in by_problem.items()}


def _joint_status(statuses: Sequence[CustomerStatus]) -> CustomerStatus:
    if "supports" in statuses:
        return "supports"
    known = set(statuses)
    return next(iter(known)) if len(known) == 1 else "uncertain"


def view_gaps(problems: Sequence[Level], findings: Sequence[FacetFinding],
              thresholds: Mapping[str, float]) -> dict[str, tuple[Gap, ...]]:
    """Return how far customers and staff lie apart on mirrored pairs.

    Parameters
    ----------
    problems : sequence of Level
        Staff view.
    findings : sequence of FacetFinding
        Customer view.
    thresholds : Mapping[str, float]

    Returns
    -------
    dict[str, tuple of Gap]
        Problem → ``(100 - POMP customer) - POMP problem`` in POMP points with a normal interval from independent
        standard errors; positive = customers feel it more than staff think. Flagged when the interval excludes 0 and
        the gap is at least `gap_points`, both sides large enough for a test. Items differ between the two: indicative.
    """
    levels = {level.construct: level for level in problems}
    gaps: dict[str, tuple[Gap, ...]] = {}
    for finding in findings:
        for problem in finding.mirrors:
            gap = _gap(levels.get(problem), finding.level, thresholds)
            if gap is not None:
                gaps[problem] = (*gaps.get(problem, ()), gap)
    return gaps


def _gap(problem: Level | None, facet: Level, thresholds: Mapping[str, float]) -> Gap | None:
    if problem is None or problem.pomp is None or facet.pomp is None:
        return None
    value = (100 - facet.pomp) - problem.pomp
    error = np.hypot(_pomp_error(problem), _pomp_error(facet))
    half = float(stats.norm.ppf((1 + thresholds["confidence"]) / 2) * error)
    is_tested = problem.n >= thresholds["minimum_n_tests"] and facet.n >= thresholds["minimum_n_customers"]
    is_flagged = is_tested and abs(value) >= thresholds["gap_points"] and abs(value) > half
    return Gap(problem.construct, facet.construct, value, value - half, value + half, is_flagged)


def _pomp_error(level: Level) -> float:
    """Return the standard error in POMP points, read from the t interval so that any scale's ends fit."""
    if level.pomp_low is None or level.pomp_high is None or level.ci_low is None or level.ci_high is None:
        return 0.0
    if level.sd is None or level.ci_high <= level.ci_low:
        return 0.0
    per_point = (level.pomp_high - level.pomp_low) / (level.ci_high - level.ci_low)
    return float(level.sd / np.sqrt(level.n) * per_point)


def recommendation(side: Surveyed, thresholds: Mapping[str, float]) -> Estimate | None:
    """Return the net promoter score of the audience that was asked the recommendation item.

    Parameters
    ----------
    side : Surveyed
    thresholds : Mapping[str, float]
        Below `minimum_n_description` answers there is none.

    Returns
    -------
    Estimate or None
        -100..100 with adjusted-Wald interval.
    """
    for item in side.instrument.items_of_role("nps"):
        if item.key in side.valid.values.columns:
            answers = side.valid.values[item.key].dropna()
            if len(answers) >= thresholds["minimum_n_description"]:
                return net_promoter(answers, thresholds["confidence"])
    return None


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


def _low(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.ci_low


def _high(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.ci_high
