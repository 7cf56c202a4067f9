"""Impact, feasibility and priority of measures, and how stable their order is (section 11 of the model)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.results.measures import low_effort
from instruments.template import Measure, RuleDefaults

Numbers = NDArray[np.float64]

FULL_STRENGTH = 3           # strengths of `address` run 0..3
TOP_RANKS = 3
RANGE_PERCENT = (10.0, 50.0, 90.0)
IMPACT_PARTS = ("problem", "cause", "customer")
FEASIBILITY_PARTS = ("low_effort", "readiness", "support")
RANKING_STREAM = 11         # section of the model: keeps this stream of random numbers apart from the others


@dataclass(frozen=True)
class Weights:
    """What measures are judged by, one row a draw (one row only: the point estimate).

    problems    draws × problems: evidence weight of the grade times severity
    causes      draws × causes: share of explanation w_c, or what stands in for it
    facets      draws × facets: importance times room for improvement
    readiness   draws × safeguards, 0..1, NaN = too few managers
    support     one per measure, share of interviewees 0..1, NaN = no interviews
    """

    problems: Numbers
    causes: Numbers
    facets: Numbers
    readiness: Numbers
    support: Numbers


@dataclass(frozen=True)
class Axes:
    """Keys behind the columns of `Weights`."""

    problems: tuple[str, ...]
    causes: tuple[str, ...]
    facets: tuple[str, ...]
    safeguards: tuple[str, ...]


@dataclass(frozen=True)
class Priorities:
    """Draws × measures; impact, feasibility and priority 0..100, NaN = missing; parts 0..1 along the last axis."""

    impact_parts: Numbers
    feasibility_parts: Numbers
    impact: Numbers
    feasibility: Numbers
    priority: Numbers


@dataclass(frozen=True)
class RankStability:
    """How often a measure is among the first three over all draws, and the middle of its ranks."""

    probability_top3: float
    median: float
    low: float
    high: float


def priorities(measures: Sequence[Measure], weights: Weights, axes: Axes, impact_weights: Numbers,
               feasibility_weights: Numbers) -> Priorities:
    """Return impact, feasibility and priority of measures.

    Parameters
    ----------
    measures : sequence of Measure
    weights : Weights
        D draws.
    axes : Axes
    impact_weights : ndarray, shape (D, 3)
        Of the parts problem, cause, customer.
    feasibility_weights : ndarray, shape (D, 3)
        Of the parts low effort, readiness, support.

    Returns
    -------
    Priorities
        Part = ``sum(weight * address / 3) / sum(weight)``, missing when the denominator is 0. Impact and feasibility
        are weighted means over the parts present, times 100; impact missing when no part is. Priority = square root
        of their product.
    """
    n_draws = len(impact_weights)
    parts = np.stack([
        _addressed(weights.problems, [measure.address_problem for measure in measures], axes.problems),
        _addressed(weights.causes, [measure.address_cause for measure in measures], axes.causes),
        _addressed(weights.facets, [measure.address_facet for measure in measures], axes.facets),
    ], axis=-1)
    effort = np.array([low_effort(measure.effort) for measure in measures], dtype=float)
    ease = np.stack([
        np.broadcast_to(effort, (n_draws, len(measures))),
        _readiness(weights.readiness, measures, axes.safeguards),
        np.broadcast_to(weights.support, (n_draws, len(measures))),
    ], axis=-1)
    impact = 100 * _weighted_mean(parts, impact_weights)
    feasibility = 100 * _weighted_mean(ease, feasibility_weights)
    return Priorities(parts, ease, impact, feasibility, np.sqrt(impact * feasibility))


def _addressed(weights: Numbers, addresses: Sequence[Mapping[str, int]], keys: Sequence[str]) -> Numbers:
    strengths = np.array([[address.get(key, 0) / FULL_STRENGTH for key in keys] for address in addresses], dtype=float)
    total = weights.sum(axis=1)[:, None]
    if not keys:
        return np.full((len(weights), len(addresses)), np.nan)
    return np.where(total > 0, (weights @ strengths.T) / np.where(total > 0, total, 1.0), np.nan)


def _readiness(readiness: Numbers, measures: Sequence[Measure], safeguards: Sequence[str]) -> Numbers:
    columns = []
    for measure in measures:
        own = readiness[:, [safeguards.index(key) for key in measure.safeguards if key in safeguards]]
        n_known = (~np.isnan(own)).sum(axis=1)
        columns.append(np.where(n_known > 0, np.nansum(own, axis=1) / np.maximum(n_known, 1), np.nan))
    return np.stack(columns, axis=1) if columns else np.empty((len(readiness), 0))


def _weighted_mean(parts: Numbers, weights: Numbers) -> Numbers:
    is_present = ~np.isnan(parts)
    spread = np.where(is_present, weights[:, None, :], 0.0)
    total = spread.sum(axis=-1)
    return np.where(total > 0, (spread * np.where(is_present, parts, 0.0)).sum(axis=-1)
                    / np.where(total > 0, total, 1.0), np.nan)


def point_weights(defaults: RuleDefaults) -> tuple[Numbers, Numbers]:
    """Return the stated weights of impact and feasibility as arrays of one row.

    Parameters
    ----------
    defaults : RuleDefaults

    Returns
    -------
    tuple of ndarray, each of shape (1, 3)
    """
    return (np.array([[defaults.impact_weights.get(part, 0.0) for part in IMPACT_PARTS]]),
            np.array([[defaults.feasibility_weights.get(part, 0.0) for part in FEASIBILITY_PARTS]]))


def drawn_weights(defaults: RuleDefaults, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Return drawn weights of impact and feasibility.

    Parameters
    ----------
    defaults : RuleDefaults
        Number of draws and concentration.
    rng : numpy.random.Generator

    Returns
    -------
    tuple of ndarray, each of shape (draws, 3)
        Dirichlet(concentration * weights); a part whose weight is 0 stays 0.
    """
    impact, feasibility = (_dirichlet(weights[0], defaults, rng) for weights in point_weights(defaults))
    return impact, feasibility


def _dirichlet(weights: Numbers, defaults: RuleDefaults, rng: np.random.Generator) -> Numbers:
    draws = np.zeros((defaults.weight_draws, len(weights)))
    is_used = weights > 0
    if is_used.any():
        draws[:, is_used] = rng.dirichlet(defaults.dirichlet_concentration * weights[is_used], defaults.weight_draws)
    return draws


def ranks(priority: Numbers, keys: Sequence[str]) -> Numbers:
    """Return ranks of measures within each draw.

    Parameters
    ----------
    priority : ndarray, shape (D, M)
        NaN = not ranked.
    keys : sequence of str, length M
        Ties are broken by key, alphabetically.

    Returns
    -------
    ndarray, shape (D, M)
        1 = highest; NaN where not ranked.
    """
    by_key = np.argsort(np.array(keys))
    ordered = priority[:, by_key]
    order = np.argsort(-np.nan_to_num(ordered, nan=-1.0), axis=1, kind="stable")
    result = np.empty_like(priority)
    places = np.broadcast_to(np.arange(1.0, priority.shape[1] + 1), priority.shape)
    np.put_along_axis(result, by_key[order], places, axis=1)
    return np.where(np.isnan(priority), np.nan, result)


def rank_stability(drawn_ranks: Numbers) -> list[RankStability | None]:
    """Return how stable the ranks of measures are.

    Parameters
    ----------
    drawn_ranks : ndarray, shape (D, M)
        As `ranks` returns them.

    Returns
    -------
    list of RankStability or None, length M
        Share of draws among the first three, median and 10-90 % range; None where a measure was never ranked.
    """
    result: list[RankStability | None] = []
    for column in drawn_ranks.T:
        known = column[~np.isnan(column)]
        if known.size == 0:
            result.append(None)
            continue
        low, median, high = np.percentile(known, RANGE_PERCENT)
        result.append(RankStability(float((known <= TOP_RANKS).mean()), float(median), float(low), float(high)))
    return result
