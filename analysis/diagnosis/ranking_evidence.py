"""The weights measures are ranked by, from the findings and again from resamples of staff and customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.diagnosis.causes import HALFWAY_POMP
from analysis.diagnosis.customer_view import importance_places
from analysis.diagnosis.grades import IN_EVIDENCE
from analysis.diagnosis.links import Links, department_of, link_scores
from analysis.diagnosis.ranking import RANKING_STREAM, Axes, Weights
from analysis.diagnosis.suggested import suggestion_codes
from analysis.diagnosis.surveyed import Surveyed
from analysis.quant.associate import centre_groups, general_dominance
from analysis.quant.resampling import resample_counts
from analysis.results.diagnosis import CauseFinding, FacetFinding, InterviewEvidence, ProblemFinding
from instruments.template import Codebook, StrategyRules

Numbers = NDArray[np.float64]
STAFF_STREAM, CUSTOMER_STREAM = 1, 2


@dataclass(frozen=True)
class RankingEvidence:
    """Everything the ranking looks at; customers None where nobody was asked about experience."""

    staff: Surveyed
    customers: Surveyed | None
    problems: tuple[ProblemFinding, ...]
    causes: tuple[CauseFinding, ...]
    facets: tuple[FacetFinding, ...]
    links: Links
    interviews: Mapping[str, InterviewEvidence]     # by code
    codebook: Codebook | None
    thresholds: Mapping[str, float]
    seed: int


def ranking_axes(evidence: RankingEvidence, rules: StrategyRules) -> Axes:
    """Return the keys behind the columns of the weights.

    Parameters
    ----------
    evidence : RankingEvidence
    rules : StrategyRules

    Returns
    -------
    Axes
    """
    return Axes(problems=tuple(finding.level.construct for finding in evidence.problems),
                causes=tuple(finding.level.construct for finding in evidence.causes),
                facets=tuple(finding.level.construct for finding in evidence.facets),
                safeguards=tuple(safeguard.key for safeguard in rules.safeguards))


def point_evidence(evidence: RankingEvidence, rules: StrategyRules) -> Weights:
    """Return the weights of the point estimate: everybody counted once.

    Parameters
    ----------
    evidence : RankingEvidence
    rules : StrategyRules

    Returns
    -------
    Weights
        Of one row.
    """
    once = np.ones((1, evidence.staff.n))
    others = np.ones((1, evidence.customers.n)) if evidence.customers is not None else None
    return _weights(evidence, rules, once, others)


def drawn_evidence(evidence: RankingEvidence, rules: StrategyRules) -> Weights:
    """Return the weights in resamples of staff and of customers, grades fixed.

    Parameters
    ----------
    evidence : RankingEvidence
    rules : StrategyRules
        `defaults.weight_draws` resamples.

    Returns
    -------
    Weights
        One row a draw.
    """
    n_draws = rules.defaults.weight_draws
    customers = evidence.customers
    seeds = ([evidence.seed, RANKING_STREAM, stream] for stream in (STAFF_STREAM, CUSTOMER_STREAM))
    staff_blocks = resample_counts(evidence.staff.n, n_draws, next(seeds)) if evidence.staff.n else [
        np.zeros((n_draws, 0))]
    staff = [_staff_part(evidence, rules, counts) for counts in staff_blocks]
    facets = [np.zeros((n_draws, len(evidence.facets)))]
    if customers is not None and customers.n:
        facets = [_facet_weights(evidence, counts) for counts in resample_counts(customers.n, n_draws, next(seeds))]
    problems, causes, readiness = (np.concatenate(part) for part in zip(*staff, strict=True))
    return Weights(problems, causes, np.concatenate(facets), readiness, _support(evidence, rules))


def _weights(evidence: RankingEvidence, rules: StrategyRules, staff_counts: Numbers,
             customer_counts: Numbers | None) -> Weights:
    problems, causes, readiness = _staff_part(evidence, rules, staff_counts)
    facets = np.zeros((len(staff_counts), len(evidence.facets)))
    if customer_counts is not None and customer_counts.shape[1]:
        facets = _facet_weights(evidence, customer_counts)
    return Weights(problems, causes, facets, readiness, _support(evidence, rules))


# ---- staff ----------------------------------------------------------------------------------------------------------
def _staff_part(evidence: RankingEvidence, rules: StrategyRules, counts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    severity = _pomp_means(evidence.staff, [finding.level.construct for finding in evidence.problems], counts,
                           evidence.thresholds) / 100
    weight_of = rules.defaults.evidence_weight
    grades = np.array([weight_of.get(finding.grade or "", 0.0) for finding in evidence.problems], dtype=float)
    in_evidence = np.array([finding.grade in IN_EVIDENCE for finding in evidence.problems], dtype=float)
    problems = np.nan_to_num(grades * severity)
    causes = _cause_weights(evidence, counts, np.nan_to_num(in_evidence * severity))
    return problems, causes, _readiness(evidence, rules, counts)


def _pomp_means(side: Surveyed, keys: Sequence[str], counts: Numbers, thresholds: Mapping[str, float]) -> Numbers:
    """Return mean POMP per draw and construct; NaN where too few answered for the figure to be shown."""
    columns = {}
    for key in keys:
        low, high = side.range_of(key)
        columns[key] = (side.scores.plain[key] - low) / (high - low) * 100
    return _means(pd.DataFrame(columns, index=side.scores.plain.index), counts, thresholds["minimum_n_description"])


def _means(values: pd.DataFrame, counts: Numbers, minimum: float) -> Numbers:
    x = values.to_numpy(dtype=float)
    known = ~np.isnan(x)
    weight = counts @ known.astype(float)
    total = counts @ np.where(known, x, 0.0)
    is_enough = (known.sum(axis=0) >= minimum) & (weight > 0)
    return np.where(is_enough, total / np.where(weight > 0, weight, 1.0), np.nan)


def _cause_weights(evidence: RankingEvidence, counts: Numbers, severity: Numbers) -> Numbers:
    keys = [finding.level.construct for finding in evidence.causes]
    if evidence.links.estimates is None:
        above = _pomp_means(evidence.staff, keys, counts, evidence.thresholds) - HALFWAY_POMP
        return np.maximum(np.nan_to_num(above), 0.0)
    judged = list(dict.fromkeys(cause for cause, _ in evidence.links.estimates.beta))
    used = [*judged, *evidence.links.estimates.covariates]
    linked = list(dict.fromkeys(problem for _, problem in evidence.links.estimates.beta))
    scores = link_scores(evidence.staff)
    centred, _ = centre_groups(scores[[*used, *linked]].dropna(), department_of(evidence.staff))
    rows = scores.index.get_indexer(centred.index)
    dominance = _dominance(centred.to_numpy(dtype=float), counts[:, rows], len(used))[:, :len(judged)]
    places = [[finding.level.construct for finding in evidence.problems].index(problem) for problem in linked]
    shares = np.einsum("dcp,dp->dc", dominance, severity[:, places])
    result = np.zeros((len(counts), len(keys)))
    result[:, [keys.index(cause) for cause in judged]] = shares
    return result


def _dominance(x: Numbers, counts: Numbers, k: int) -> Numbers:
    """Return general dominance in each draw, draws × predictors × outcomes; 0 where a draw does not vary."""
    R = _correlations(x, counts)
    is_usable = np.asarray(np.isfinite(R).all(axis=(1, 2)))
    is_usable[is_usable] = np.linalg.eigvalsh(R[is_usable][:, :k, :k])[:, 0] > np.finfo(float).eps
    result = np.zeros((len(counts), k, x.shape[1] - k))
    if is_usable.any():
        found = general_dominance(R[is_usable], k)
        result[is_usable] = found.reshape(len(found), k, -1)
    return np.maximum(result, 0.0)


def _correlations(x: Numbers, counts: Numbers) -> Numbers:
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    rows, columns = np.triu_indices(z.shape[1])
    n = counts.sum(axis=1)[:, None]
    moments = counts @ np.hstack([z, z[:, rows] * z[:, columns]]) / np.where(n > 0, n, np.nan)
    means, products = moments[:, :z.shape[1]], moments[:, z.shape[1]:]
    covariance = np.empty((len(counts), z.shape[1], z.shape[1]))
    covariance[:, rows, columns] = covariance[:, columns, rows] = products
    covariance -= means[:, :, None] * means[:, None, :]
    spread = np.sqrt(np.maximum(np.diagonal(covariance, axis1=1, axis2=2), 0.0))
    spread = np.where(spread > 0, spread, np.nan)
    return np.asarray(covariance / (spread[:, :, None] * spread[:, None, :]))


def _readiness(evidence: RankingEvidence, rules: StrategyRules, counts: Numbers) -> Numbers:
    """Return readiness per draw and safeguard, 0..1; NaN where fewer managers answered than may be shown."""
    table = evidence.staff.valid
    columns = {}
    for safeguard in rules.safeguards:
        key = safeguard.readiness_item
        if key is None or key not in table.values.columns:
            columns[safeguard.key] = pd.Series(np.nan, index=table.values.index)
            continue
        scale = table.instrument.scale(table.instrument.item(key).scale or "")
        columns[safeguard.key] = (table.values[key].astype(float) - scale.low) / (scale.high - scale.low)
    return _means(pd.DataFrame(columns, index=table.values.index), counts, evidence.thresholds["readiness_minimum_n"])


# ---- customers ------------------------------------------------------------------------------------------------------
def _facet_weights(evidence: RankingEvidence, counts: Numbers) -> Numbers:
    """Return importance times room for improvement per draw and facet, 0 where either is unknown."""
    side = evidence.customers
    keys = [finding.level.construct for finding in evidence.facets]
    if side is None:
        return np.zeros((len(counts), len(keys)))
    room = (100 - _pomp_means(side, keys, counts, evidence.thresholds)) / 100
    derived = [finding.level.construct for finding in evidence.facets if finding.importance_derived is not None]
    is_derived = bool(derived) and (side.n >= evidence.thresholds["derived_importance_n"]
                                    or not importance_places(side))
    importance = _derived(side, keys, derived, counts) if is_derived else _stated(evidence, side, keys, counts)
    return np.nan_to_num(importance * room)


def _derived(side: Surveyed, keys: Sequence[str], derived: Sequence[str], counts: Numbers) -> Numbers:
    outcome = side.of_group("outcome")[0].key
    scores = side.scores.plain[[*derived, outcome]].dropna()
    rows = side.scores.plain.index.get_indexer(scores.index)
    dominance = _dominance(scores.to_numpy(dtype=float), counts[:, rows], len(derived))[:, :, 0]
    result = np.zeros((len(counts), len(keys)))
    result[:, [keys.index(key) for key in derived]] = dominance
    return result


def _stated(evidence: RankingEvidence, side: Surveyed, keys: Sequence[str], counts: Numbers) -> Numbers:
    places = importance_places(side)
    columns = {}
    for key in keys:
        item, low, high = places.get(key, ("", 0.0, 1.0))
        columns[key] = (side.valid.values[item].astype(float) - low) / (high - low) if item else pd.Series(
            np.nan, index=side.valid.values.index)
    return _means(pd.DataFrame(columns, index=side.valid.values.index), counts,
                  evidence.thresholds["minimum_n_description"])


# ---- interviews -----------------------------------------------------------------------------------------------------
def _support(evidence: RankingEvidence, rules: StrategyRules) -> Numbers:
    """Return per measure the share of interviewees who suggest it; NaN where nobody was asked."""
    shares, used = [], {key for key, one in evidence.interviews.items() if one.supports}
    for measure in rules.measures:
        codes = [code.key for code in suggestion_codes(evidence.codebook, measure.key, used)]
        found = [evidence.interviews[code] for code in codes if code in evidence.interviews]
        known = [code.supports / code.n_asked for code in found if code.n_asked]
        shares.append(max(known) if known else np.nan)
    return np.array(shares, dtype=float)
