"""Is each scale a scale, and how many dimensions do the problem and cause items hold? Section 3 of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError, NoVariation, TooFewData
from analysis.quant.correlations import Correlations, correlation_matrix
from analysis.quant.factors.exploratory import MINIMUM_ITEMS, factor_solution
from analysis.quant.factors.extraction import extract
from analysis.quant.factors.factor_fit import degrees_of_freedom
from analysis.quant.factors.factorability import factorability_of
from analysis.quant.factors.parallel import parallel_analysis_of
from analysis.quant.scales.distinctness import HARD_TO_TELL_APART, TOGETHER, distinct_pairs
from analysis.quant.scales.reliability import OMEGA_MINIMUM_N, PAIR, alpha_estimate, cronbach_alpha
from analysis.results.measurement import Estimate, Reliability, ScaleQuality, Structure

# Names and values of the diagnosis thresholds, which go over these; sources: diagnosis-model, section 3; Nunnally 1978
# (alpha); Henseler, Ringle & Sarstedt 2015 (htmt).
THRESHOLDS: Mapping[str, float] = MappingProxyType({
    "alpha_good": 0.80, "alpha_acceptable": 0.70, "alpha_limited": 0.60,
    "omega_minimum_n": OMEGA_MINIMUM_N, "structure_minimum_n": 150,
    "eigenvalue_ratio": 2.0, "loading_minimum": 0.40,
    "htmt_hard": HARD_TO_TELL_APART, "htmt_together": TOGETHER,
})

Verdict = Literal["good", "acceptable", "limited", "limited_few_answers", "not_a_scale", "cannot_judge"]


def scale_quality(construct_key: str, items: pd.DataFrame, *, thresholds: Mapping[str, float] | None = None,
                  reverse: Sequence[str] = ()) -> ScaleQuality:
    """Return what the reliability table says of one scale.

    Parameters
    ----------
    construct_key : str
        Name of the construct.
    items : DataFrame (n, k)
        Answers to its items after recoding; missing = NaN. Respondents without any answer to the scale do not count.
    thresholds : mapping
        Values over `THRESHOLDS`; other names are ignored.
    reverse : sequence of str
        Items that were recoded, only marked in the item table.

    Returns
    -------
    ScaleQuality
        `verdict` by alpha, for two items by Spearman-Brown (with Feldt's interval about it): good, acceptable, limited;
        below the lowest border "limited_few_answers" while the upper limit still reaches acceptable, otherwise
        "not_a_scale". "cannot_judge" with fewer than two items or five answers, or an item that never varies.
        `has_keying_doubt`: not a scale and an item-rest correlation is negative. `one_factor` from the gate of
        respondents and three items: first over second eigenvalue and the smallest loading of one minres factor.

    References
    ----------
    Diagnosis model, section 3; Eisinga, te Grotenhuis & Pelzer 2013 (two items).
    """
    limits = {**THRESHOLDS, **(thresholds or {})}
    answered = items[items.notna().any(axis=1)]
    place = f"scale {construct_key}"
    try:
        reliability = cronbach_alpha(answered, reverse=reverse, place=place,
                                     omega_minimum_n=int(limits["omega_minimum_n"]))
    except (TooFewData, NoVariation):
        return ScaleQuality(construct_key, "cannot_judge", None)
    verdict, doubt = _verdict_and_doubt(reliability, limits)
    if reliability.n < limits["structure_minimum_n"] or reliability.k < MINIMUM_ITEMS:
        return ScaleQuality(construct_key, verdict, reliability, doubt)
    ratio, loading = _one_factor(correlation_matrix(answered, place=place))
    is_one = ratio >= limits["eigenvalue_ratio"] and loading >= limits["loading_minimum"]
    return ScaleQuality(construct_key, verdict, reliability, doubt, "yes" if is_one else "no", ratio, loading)


def judged_quality(quality: ScaleQuality, thresholds: Mapping[str, float]) -> ScaleQuality:
    """Return a scale's measured figures with the verdict of other borders of reliability.

    Parameters
    ----------
    quality : ScaleQuality
        As `scale_quality` gives it.
    thresholds : mapping
        `alpha_good`, `alpha_acceptable`, `alpha_limited` over `THRESHOLDS`; other names are ignored.

    Returns
    -------
    ScaleQuality
    """
    if quality.reliability is None:
        return quality
    verdict, doubt = _verdict_and_doubt(quality.reliability, {**THRESHOLDS, **thresholds})
    return replace(quality, verdict=verdict, has_keying_doubt=doubt)


def _verdict_and_doubt(reliability: Reliability, limits: Mapping[str, float]) -> tuple[Verdict, bool]:
    verdict = _verdict(_judged(reliability), limits)
    return verdict, verdict == "not_a_scale" and any((item.item_rest_r or 0.0) < 0 for item in reliability.items)


def problem_cause_structure(items: pd.DataFrame, scales: Mapping[str, Sequence[str]], *, seed: int,
                            minimum_n: int | None = None,
                            thresholds: Mapping[str, float] | None = None) -> Structure:
    """Return how many dimensions the problem and cause items hold and which scales can be told apart.

    Parameters
    ----------
    items : DataFrame (n, k)
        Answers to all items of the scales after recoding; missing = NaN (pairwise). Respondents without any answer do
        not count.
    scales : mapping of construct → item keys
        Scales whose ratio of correlations is judged.
    seed : int
        Of parallel analysis and of the random starts of the rotation.
    minimum_n : int, optional
        Gate of respondents; the threshold `structure_minimum_n` (150) if not given.
    thresholds : mapping
        Values over `THRESHOLDS`; other names are ignored.

    Returns
    -------
    Structure
        `is_run` with `reason` "run", or not run with reason "too_few_respondents", "too_few_items" or "no_variation".
        The factor solution (minres, oblimin) has the number of components that rise above the 95th percentile of
        random data, at least one; it is None where it does not converge.

    References
    ----------
    Diagnosis model, section 3; Horn 1965; Henseler, Ringle & Sarstedt 2015.
    """
    limits = {**THRESHOLDS, **(thresholds or {})}
    answered = items[items.notna().any(axis=1)]
    if len(answered) < (limits["structure_minimum_n"] if minimum_n is None else minimum_n):
        return Structure(False, "too_few_respondents")
    if items.shape[1] < MINIMUM_ITEMS or len(answered) <= items.shape[1]:
        return Structure(False, "too_few_items" if items.shape[1] < MINIMUM_ITEMS else "too_few_respondents")
    try:
        correlations = correlation_matrix(answered, place="problem and cause items")
    except TooFewData:
        return Structure(False, "too_few_respondents")
    except NoVariation:
        return Structure(False, "no_variation")
    return _structure(correlations, scales, seed, limits)


def _structure(correlations: Correlations, scales: Mapping[str, Sequence[str]], seed: int,
               limits: Mapping[str, float]) -> Structure:
    parallel = parallel_analysis_of(correlations, seed=seed)
    n_factors = max(parallel.retain_components_p95, 1)
    while degrees_of_freedom(len(correlations.keys), n_factors) < 0:
        n_factors -= 1
    try:
        solution = factor_solution(correlations, n_factors, seed=seed)
    except AnalysisError:
        solution = None
    pairs = distinct_pairs(correlations, scales, hard_to_tell_apart=limits["htmt_hard"],
                           together=limits["htmt_together"])
    return Structure(True, "run", factorability_of(correlations), parallel, solution, pairs)


def _judged(reliability: Reliability) -> Estimate:
    if reliability.k > PAIR:
        return reliability.alpha
    return alpha_estimate(reliability.spearman_brown, reliability.n, reliability.k, reliability.alpha.confidence)


def _verdict(figure: Estimate, limits: Mapping[str, float]) -> Verdict:
    if figure.value is None or figure.ci_high is None:
        return "not_a_scale"        # the items cancel each other out: their sum does not vary
    steps: tuple[tuple[str, Verdict], ...] = (
        ("alpha_good", "good"), ("alpha_acceptable", "acceptable"), ("alpha_limited", "limited"))
    for name, verdict in steps:
        if figure.value >= limits[name]:
            return verdict
    return "limited_few_answers" if figure.ci_high >= limits["alpha_acceptable"] else "not_a_scale"


def _one_factor(correlations: Correlations) -> tuple[float, float]:
    """Return first over second eigenvalue and the smallest loading on one factor, signed to a positive sum."""
    R = correlations.matrix
    values = np.linalg.eigvalsh(R)
    loadings = extract(R, 1).loadings[:, 0]
    loadings = -loadings if loadings.sum() < 0 else loadings
    return float(values[-1] / max(float(values[-2]), np.finfo(float).tiny)), float(loadings.min())
