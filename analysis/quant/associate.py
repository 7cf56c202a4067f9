"""What goes with what: links from causes to problems, and drivers of an outcome (model 6 and 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import NoVariation, SpecError, TooFewData
from analysis.quant.attribution import StatedLink, stated_attribution, stated_shares
from analysis.quant.corrected_weights import corrected_weights, structural_weights, weights_as_found
from analysis.quant.dominance import (
    disattenuate,
    explained_variance,
    general_dominance,
    relative_weights,
    standardised_beta,
    vif,
)
from analysis.quant.minimal_effect import minimal_effect_p, testing_error
from analysis.quant.resampling import N_RESAMPLES, as_correlations, resample_correlations, resample_covariances
from analysis.results.measurement import Estimate

__all__ = [
    "LinkEstimates", "StatedLink", "cause_links", "centre_groups", "disattenuate", "driver_dominance",
    "explained_variance", "general_dominance", "minimal_effect_p", "relative_weights", "standardised_beta",
    "stated_attribution", "stated_shares", "vif",
]

Numbers = NDArray[np.float64]
Pair = tuple[str, str]      # cause, problem

DELTA = 0.10                # model 7: smallest standardised link of interest, from the model's simulation
CENTRING_GROUPS = 3         # model 7: department means are removed when at least so many departments ...
CENTRING_MINIMUM = 10       # ... have at least so many people
_NO_SPREAD = (0.0, 0.0, 0.0)
_TINY = 1e-10               # a smallest eigenvalue below this means that predictors repeat each other


@dataclass(frozen=True)
class LinkEstimates:
    """Standardised regression of every problem on all causes together; mappings are by (cause, problem).

    beta, se, lo, hi        weight, bootstrap SE, percentile interval
    p                       minimal-effect test H0 beta <= delta; `minimal_effect.link_rates` tells q
    freed                   pairs whose weight freed of unreliability was tested, not the one measured
    beta_dis, _lo, _hi      weight after correction for unreliability; None where a reliability is unknown
    beta_dis_se             standard error that it is tested with, None likewise
    general_dominance, …    mean gain in explained variance, with percentile interval; adds up to r_squared
    relative_weight, …      Johnson's weights, with percentile interval
    r                       correlation on the same rows and centred scores
    n, n_groups             complete rows used; groups whose means were removed, 1 = not centred
    r_squared, vif          by problem; by cause
    slope, …                points of the problem that go with one point of the cause, with percentile interval
    sd                      by construct: SD (ddof 1) of the centred scores, in scale points
    correlation             by pair of causes, covariates among them: correlation on the same rows
    covariates              causes that entered every regression and of which no pair is returned
    n_resamples             resamples that could be computed
    """

    beta: Mapping[Pair, float]
    se: Mapping[Pair, float]
    lo: Mapping[Pair, float]
    hi: Mapping[Pair, float]
    p: Mapping[Pair, float]
    beta_dis: Mapping[Pair, float | None]
    beta_dis_lo: Mapping[Pair, float | None]
    beta_dis_hi: Mapping[Pair, float | None]
    general_dominance: Mapping[Pair, float]
    general_dominance_lo: Mapping[Pair, float]
    general_dominance_hi: Mapping[Pair, float]
    relative_weight: Mapping[Pair, float]
    relative_weight_lo: Mapping[Pair, float]
    relative_weight_hi: Mapping[Pair, float]
    r: Mapping[Pair, float]
    n: int
    n_groups: int
    r_squared: Mapping[str, float]
    vif: Mapping[str, float]
    n_resamples: int
    sd: Mapping[str, float] = field(default_factory=dict)
    correlation: Mapping[Pair, float] = field(default_factory=dict)
    covariates: tuple[str, ...] = ()
    slope: Mapping[Pair, float] = field(default_factory=dict)
    slope_lo: Mapping[Pair, float] = field(default_factory=dict)
    slope_hi: Mapping[Pair, float] = field(default_factory=dict)
    freed: frozenset[Pair] = frozenset()
    beta_dis_se: Mapping[Pair, float | None] = field(default_factory=dict)


def centre_groups(scores: pd.DataFrame, groups: pd.Series | None, *, minimum_groups: int = CENTRING_GROUPS,
                  minimum_n: int = CENTRING_MINIMUM) -> tuple[pd.DataFrame, int]:
    """Return scores with the means of groups removed, where there are enough groups to do so.

    Parameters
    ----------
    scores : pandas.DataFrame, n × q
        Complete rows.
    groups : pandas.Series or None
        Group of each respondent; missing or empty = not stated; None = no groups.
    minimum_groups, minimum_n : int, optional
        Centre when at least 3 groups have at least 10 rows each.

    Returns
    -------
    tuple[pandas.DataFrame, int]
        Scores and number of groups G. Smaller and unstated groups are pooled; rows of a pool below `minimum_n` are
        dropped. Without centring all rows as they are and 1.
    """
    if groups is None:
        return scores, 1
    stated = groups.reindex(scores.index)
    stated = stated.where(stated.notna() & (stated != ""), None)
    sizes = stated.value_counts()
    large = set(sizes.index[sizes >= minimum_n])
    if len(large) < minimum_groups:
        return scores, 1
    number = {group: place for place, group in enumerate(sorted(large), start=1)}
    pooled = pd.Series([number.get(group, 0) for group in stated], index=scores.index)
    if (pooled == 0).sum() < minimum_n:
        pooled = pooled[pooled > 0]
    kept = scores.loc[pooled.index]
    return kept - kept.groupby(pooled).transform("mean"), int(pooled.nunique())


def cause_links(causes: pd.DataFrame, problems: pd.DataFrame, *,  # noqa: PLR0913 - each is one choice of the model
                groups: pd.Series | None = None,
                delta: float = DELTA, n_resamples: int = N_RESAMPLES, seed: Sequence[int], confidence: float = 0.95,
                reliabilities: Mapping[str, float] | None = None,
                covariates: Collection[str] = (), corrected_from: float = np.inf) -> LinkEstimates:
    """Return how each problem goes with all causes together, resampling respondents.

    Parameters
    ----------
    causes, problems : pandas.DataFrame, n × k and n × m
        Scores in scale points, one row a respondent; rows with a missing score in either are left out.
    groups : pandas.Series, optional
        Department of each respondent; its means are removed once, before resampling (`centre_groups`).
    delta : float, optional
        Smallest standardised weight of interest.
    n_resamples : int, optional
        Resamples, B.
    seed : sequence of int
        Seed of the stream, such as ``[study seed, 7]``.
    confidence : float, optional
        Coverage of the percentile intervals (linear interpolation).
    reliabilities : Mapping[str, float], optional
        Construct → reliability; taken as known. A problem is corrected when its own and all causes' are above 0;
        a covariate without one enters as it was measured.
    covariates : collection of str, optional
        Columns of `causes` too unreliable to be judged. They enter every regression, lest what they do be put down to
        causes that go with them; no pair of theirs is returned or counted among the tests.
    corrected_from : float, optional
        Complete rows from which the weight freed of unreliability is tested, where it is known. Unreliable causes leave
        part of what they do to the causes that go with them, and the more people answer the surer that part seems;
        in smaller surveys the correction costs more certainty than it takes away error (docs/validation.md).

    Returns
    -------
    LinkEstimates
        ``p = P(T(n - k - G) > (beta - delta) / SE)`` with SE of `testing_error` and G groups; with beta and SE freed
        of unreliability from `corrected_from` rows on.

    Raises
    ------
    TooFewData
        When no degree of freedom is left.
    NoVariation
        When a score does not vary, or causes repeat each other exactly.

    References
    ----------
    Murphy & Myors (1999), Testing the hypothesis that treatments have negligible effects: minimum-effect tests;
    Efron & Tibshirani (1993); Budescu (1993); Johnson (2000).
    """
    scores, n_groups = centre_groups(causes.join(problems).dropna(), groups)
    k, m, n = causes.shape[1], problems.shape[1], len(scores)
    degrees = n - k - n_groups
    if degrees < 1:
        raise TooFewData("links", f"{n} complete rows are too few for {k} causes.", "Collect more answers.", n)
    _check_variation(scores)
    x = scores.to_numpy(dtype=float)
    R = np.corrcoef(x, rowvar=False)
    if np.linalg.eigvalsh(R[:k, :k])[0] < _TINY:
        raise NoVariation("links", "some causes repeat others exactly.", "Leave one of them out.")
    covariances = resample_covariances(x, n_resamples=n_resamples, seed=seed)
    is_usable = _is_usable(as_correlations(covariances), k)
    draws = as_correlations(covariances[is_usable])
    names = _Names(tuple(map(str, causes.columns)), tuple(map(str, problems.columns)), (1 - confidence) / 2,
                   frozenset(covariates))
    beta, beta_draws = _wide(standardised_beta(R, k), m), _wide(standardised_beta(draws, k), m)
    se = beta_draws.std(axis=0, ddof=1)
    known = names.reliabilities(reliabilities or {})
    corrected = corrected_weights(R, draws, k, known, names.tail,
                                  structural_weights(R, k, known, se=se, degrees=degrees)[1])
    freed = corrected.is_known & (n >= corrected_from)
    p = minimal_effect_p(np.where(freed, corrected.value, beta),
                         np.where(freed, corrected.error, testing_error(R, k, se, degrees)), delta, degrees)
    sd = x.std(axis=0, ddof=1)
    slope_draws = beta_draws * _ratios(_spread(covariances[is_usable]) * sd, k)
    dominance, dominance_draws = _wide(general_dominance(R, k), m), _wide(general_dominance(draws, k), m)
    weights, weight_draws = _wide(relative_weights(R, k), m), _wide(relative_weights(draws, k), m)
    return LinkEstimates(
        beta=names.pairs(beta), se=names.pairs(se), lo=names.lower(beta_draws), hi=names.upper(beta_draws),
        p=names.pairs(p), beta_dis=names.known(corrected.value),
        beta_dis_lo=names.known(corrected.lo), beta_dis_hi=names.known(corrected.hi), freed=names.where(freed),
        beta_dis_se=names.known(corrected.error),
        general_dominance=names.pairs(dominance), general_dominance_lo=names.lower(dominance_draws),
        general_dominance_hi=names.upper(dominance_draws), relative_weight=names.pairs(weights),
        relative_weight_lo=names.lower(weight_draws), relative_weight_hi=names.upper(weight_draws),
        r=names.pairs(R[:k, k:]), n=n, n_groups=n_groups,
        r_squared=dict(zip(names.problems, explained_variance(R, k).tolist(), strict=True)),
        vif=dict(zip(names.causes, vif(R[:k, :k]).tolist(), strict=True)), n_resamples=len(draws),
        sd=dict(zip((*names.causes, *names.problems), sd.tolist(), strict=True)),
        covariates=tuple(cause for cause in names.causes if cause in names.covariates),
        slope=names.pairs(beta * _ratios(sd, k)), slope_lo=names.lower(slope_draws), slope_hi=names.upper(slope_draws),
        correlation={(a, b): float(R[i, j]) for i, a in enumerate(names.causes)
                     for j, b in enumerate(names.causes) if i != j})


def known_links(R: Numbers, causes: Sequence[str], problems: Sequence[str], *,  # noqa: PLR0913 - as found
                n: int, n_groups: int, spread: Mapping[Pair, tuple[float, float, float]], delta: float = DELTA,
                covariates: Collection[str] = (),
                corrected: Mapping[Pair, tuple[float | None, ...]] | None = None,
                confidence: float = 0.95) -> LinkEstimates:
    """Return the estimates that follow from a correlation matrix where nobody can be resampled any more.

    Parameters
    ----------
    R : numpy.ndarray, shape (k + m, k + m)
        Correlations of the scores that links are estimated from, causes first.
    causes, problems : sequence of str
    n, n_groups : int
        Rows and groups behind the matrix.
    spread : Mapping[Pair, tuple]
        Bootstrap SE and both percentile limits of each weight, as they were found.
    delta : float, optional
    covariates : collection of str, optional
        Those among the causes of which no pair is returned, see `cause_links`.
    corrected : Mapping[Pair, tuple], optional
        Weight freed of unreliability, both its limits and its standard error, as they were found, of the pairs that
        were tested by it. Without the error, as it was once found, the width of the interval tells it.
    confidence : float, optional
        Coverage of all limits.

    Returns
    -------
    LinkEstimates
        Weights, shares and tests anew; SE, interval and corrected weights as given.
    """
    k, m = len(causes), len(problems)
    names = _Names(tuple(causes), tuple(problems), (1 - confidence) / 2, frozenset(covariates))
    beta, dominance = _wide(standardised_beta(R, k), m), _wide(general_dominance(R, k), m)
    se = np.array([[spread.get((cause, problem), _NO_SPREAD)[0] for problem in problems] for cause in causes])
    freed = weights_as_found(corrected or {}, causes, problems, names.tail)
    p = minimal_effect_p(
        np.where(freed.is_known, freed.value, beta),
        np.where(freed.is_known, freed.error, testing_error(R, k, se, n - k - n_groups)), delta, n - k - n_groups)
    weights, shares = names.pairs(_wide(relative_weights(R, k), m)), names.pairs(dominance)
    low, high = ({pair: spread[pair][place] for pair in shares} for place in (1, 2))
    return LinkEstimates(
        beta=names.pairs(beta), se=names.pairs(se), lo=low, hi=high, p=names.pairs(p),
        beta_dis=names.known(freed.value), beta_dis_lo=names.known(freed.lo),
        beta_dis_hi=names.known(freed.hi), beta_dis_se=names.known(freed.error), freed=names.where(freed.is_known),
        general_dominance=shares, general_dominance_lo=shares, general_dominance_hi=shares,
        relative_weight=weights, relative_weight_lo=weights, relative_weight_hi=weights, r=names.pairs(R[:k, k:]), n=n,
        n_groups=n_groups, r_squared=dict(zip(problems, explained_variance(R, k).tolist(), strict=True)),
        vif=dict(zip(causes, vif(R[:k, :k]).tolist(), strict=True)), n_resamples=0,
        sd=dict.fromkeys((*causes, *problems), 1.0),
        covariates=tuple(cause for cause in causes if cause in names.covariates),
        correlation={(a, b): float(R[i, j]) for i, a in enumerate(causes) for j, b in enumerate(causes) if i != j},
        slope=shares, slope_lo=shares, slope_hi=shares)


def driver_dominance(predictors: pd.DataFrame, outcome: pd.Series, *, n_resamples: int = N_RESAMPLES,
                     seed: Sequence[int], confidence: float = 0.95) -> dict[str, Estimate]:
    """Return derived importance: the general dominance of each predictor of one outcome.

    Parameters
    ----------
    predictors : pandas.DataFrame, n × k
        Scores, at most 8 columns.
    outcome : pandas.Series
        Scores of the outcome; rows with anything missing are left out.
    n_resamples : int, optional
        Resamples of respondents.
    seed : sequence of int
        Seed of the stream.
    confidence : float, optional
        Coverage of the percentile intervals.

    Returns
    -------
    dict[str, Estimate]
        Predictor → share of the outcome's variance, 0..1; the values add up to R squared.

    Raises
    ------
    TooFewData, NoVariation, SpecError
        When rows, variation or room for an exact computation are lacking.

    References
    ----------
    Budescu (1993), Dominance analysis.
    """
    if outcome.name in predictors.columns:
        raise SpecError("drivers", f"{outcome.name} is both predictor and outcome.", "Take it out of the predictors.")
    scores = pd.concat([predictors, outcome], axis=1).dropna()
    k, n = predictors.shape[1], len(scores)
    if n < k + 2:
        raise TooFewData("drivers", f"{n} complete rows are too few for {k} predictors.", "Collect more answers.", n)
    _check_variation(scores)
    R = np.corrcoef(scores.to_numpy(dtype=float), rowvar=False)
    if np.linalg.eigvalsh(R[:k, :k])[0] < _TINY:
        raise NoVariation("drivers", "some predictors repeat others exactly.", "Leave one of them out.")
    draws = resample_correlations(scores, n_resamples=n_resamples, seed=seed)
    draws = draws[_is_usable(draws, k)]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    lower, upper = np.quantile(general_dominance(draws, k), tails, axis=0)
    method = f"general dominance, percentiles of {len(draws)} resamples"
    return {str(key): Estimate(float(value), float(low), float(high), n, method, confidence)
            for key, value, low, high in zip(predictors.columns, general_dominance(R, k), lower, upper, strict=True)}


@dataclass(frozen=True)
class _Names:
    """Turns arrays k × m into mappings by (cause, problem)."""

    causes: tuple[str, ...]
    problems: tuple[str, ...]
    tail: float
    covariates: frozenset[str]

    @property
    def judged(self) -> list[tuple[int, str]]:
        """Place and name of the causes of which pairs are returned."""
        return [(i, cause) for i, cause in enumerate(self.causes) if cause not in self.covariates]

    def pairs(self, values: Numbers) -> dict[Pair, float]:
        return {(cause, problem): float(values[i, j])
                for j, problem in enumerate(self.problems) for i, cause in self.judged}

    def known(self, values: Numbers) -> dict[Pair, float | None]:
        return {pair: None if np.isnan(value) else value for pair, value in self.pairs(values).items()}

    def where(self, holds: NDArray[np.bool_]) -> frozenset[Pair]:
        return frozenset(pair for pair, is_so in self.pairs(holds.astype(float)).items() if is_so)

    def reliabilities(self, known: Mapping[str, float]) -> Numbers:
        """Return what each score is corrected by; NaN where that is unknown."""
        return np.array([self._reliability(known, key) for key in (*self.causes, *self.problems)])

    def _reliability(self, known: Mapping[str, float], key: str) -> float:
        value = known.get(key, float("nan"))
        return 1.0 if key in self.covariates and not value > 0 else value

    def lower(self, draws: Numbers) -> dict[Pair, float]:
        return self.pairs(np.quantile(draws, self.tail, axis=0))

    def upper(self, draws: Numbers) -> dict[Pair, float]:
        return self.pairs(np.quantile(draws, 1 - self.tail, axis=0))


def _wide(values: Numbers, m: int) -> Numbers:
    """Return values as (..., k, m) also where there is one problem only."""
    return values[..., None] if m == 1 else values


def _check_variation(scores: pd.DataFrame) -> None:
    spread = scores.std(ddof=0)
    for key in spread.index[~(spread > _TINY)]:
        raise NoVariation(f"score {key}", "it is the same for everybody.", "Leave it out; nothing can go with it.")


def _is_usable(draws: Numbers, k: int) -> NDArray[np.bool_]:
    """Return in which resamples every score varies and no predictor repeats others."""
    is_usable: NDArray[np.bool_] = np.asarray(np.isfinite(draws).all(axis=(1, 2)))
    is_usable[is_usable] = np.linalg.eigvalsh(draws[is_usable][:, :k, :k])[:, 0] > _TINY
    if is_usable.sum() < 2:  # noqa: PLR2004 - an SD needs two values
        raise NoVariation("links", "hardly any resample of respondents varies.", "Collect more answers.")
    return is_usable


def _spread(covariances: Numbers) -> Numbers:
    return np.asarray(np.sqrt(np.diagonal(covariances, axis1=1, axis2=2)))


def _ratios(sd: Numbers, k: int) -> Numbers:
    """Return the SD of every problem over that of every cause, (..., k, m), from the SDs of all scores."""
    return np.asarray(sd[..., None, k:] / sd[..., :k, None])
