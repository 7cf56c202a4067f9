"""How much would the parameters of a model vary among samples? Resampled respondents, without a normal assumption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from scipy import stats

from analysis.errors import AnalysisError, NotConverged, SpecError
from analysis.quant.correlations import Array
from analysis.quant.resampling import N_RESAMPLES, resample_counts
from analysis.quant.sem.model import Fitted, fit_table
from analysis.quant.sem.report import with_definitions
from analysis.quant.sem.sample import GroupSample, Pattern, Sample, group_sample
from analysis.quant.sem.standardise import raw_values, standardised
from analysis.quant.sem.table import Parameter
from analysis.results.sem import BootstrapParameter

Interval = Literal["percentile", "bias_corrected", "bca"]
FEWEST_SHARE = 0.9          # of the resamples that must be estimable for an interval to be given


def bootstrap(fitted: Fitted, *, n_resamples: int = N_RESAMPLES, seed: Sequence[int] = (0,),
              interval: Interval = "percentile", confidence: float = 0.95, standard: bool = False,
              place: str = "model") -> tuple[BootstrapParameter, ...]:
    """Return the parameters over resamples of respondents, drawn within each group.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters, with rows.
    n_resamples : int
        Resamples, each estimated anew from the solution.
    seed : sequence of int
        Of the one stream of this analysis.
    interval : {"percentile", "bias_corrected", "bca"}
        Percentiles of the resampled values; shifted by the share below the estimate; or also allowing for a standard
        error that changes with the parameter (acceleration from the influence of each respondent on the estimate).
    confidence : float
        Of the intervals.
    standard : bool
        Standardised values (all variables) in place of raw ones.
    place : str
        Words for messages.

    Returns
    -------
    tuple of BootstrapParameter
        Free parameters and those defined from them. `n_resamples` counts those that could be estimated; moments of held
        predictors vary with the resample.

    Raises
    ------
    SpecError
        Where only a matrix is given.
    NotConverged
        When fewer than nine of ten resamples can be estimated.

    References
    ----------
    Efron 1987; Efron & Tibshirani 1993, ch. 14; MacKinnon, Lockwood & Williams 2004 (indirect effects).
    """
    if not fitted.sample.has_rows:
        raise SpecError(place, "resampling needs the answers, and only a matrix is given.", "Give the file of answers.")
    if interval not in get_args(Interval):
        raise SpecError(place, f"interval={interval!r} is not known.", f"Use one of: {', '.join(get_args(Interval))}.")
    estimate = _values(fitted, standard)
    drawn = []
    for sample in _resamples(fitted.sample, n_resamples, seed, place):
        try:
            drawn.append(_values(fit_table(fitted.table, sample, start=fitted.x, place=place), standard))
        except AnalysisError:
            continue
    if len(drawn) < FEWEST_SHARE * n_resamples:
        raise NotConverged(place, f"{n_resamples - len(drawn)} of {n_resamples} resamples could not be estimated.",
                           "Use a simpler model or more respondents; intervals from the rest would be wrong.")
    values = np.array(drawn)
    acceleration = _acceleration(fitted, standard) if interval == "bca" else np.zeros(len(estimate))
    rows = _rows(fitted)
    return tuple(_entry(row, float(estimate[at]), values[:, at], interval, confidence, float(acceleration[at]))
                 for at, row in enumerate(rows) if row.free or row.op == ":=")


def _rows(fitted: Fitted) -> list[Parameter]:
    return [*fitted.table.rows, *(Parameter(one.name, ":=", one.text.replace(" ", ""), 0)
                                  for one in fitted.table.definitions)]


def _values(fitted: Fitted, standard: bool) -> Array:
    version = standardised(fitted, observed=True) if standard else raw_values(fitted)
    return with_definitions(fitted, version).values


def _resamples(sample: Sample, n_resamples: int, seed: Sequence[int], place: str) -> Iterator[Sample]:
    streams = [_group_resamples(group, sample.names, n_resamples, [*seed, at], place)
               for at, group in enumerate(sample.groups)]
    for groups in zip(*streams, strict=True):
        if all(group is not None for group in groups):
            yield replace(sample, groups=tuple(group for group in groups if group is not None))


def _group_resamples(group: GroupSample, names: tuple[str, ...], n_resamples: int, seed: Sequence[int],
                     place: str) -> Iterator[GroupSample | None]:
    if group.is_complete:
        yield from _from_products(group, n_resamples, seed)
        return
    X = np.full((group.n, len(names)), np.nan)
    start = 0
    for pattern in group.patterns:
        X[start:start + pattern.n, pattern.seen] = pattern.rows
        start += pattern.n
    for counts in resample_counts(group.n, n_resamples, seed):
        for count in counts:
            try:
                yield group_sample(group.label, np.repeat(X, count.astype(int), axis=0), names, place)
            except AnalysisError:
                yield None


def _from_products(group: GroupSample, n_resamples: int, seed: Sequence[int]) -> Iterator[GroupSample]:
    """Yield resampled moments from counts, without ever writing out the rows."""
    rows = np.asarray(group.patterns[0].rows) - group.mean
    p = rows.shape[1]
    i, j = np.tril_indices(p)
    sums = np.hstack([rows, rows[:, i] * rows[:, j]])
    for counts in resample_counts(group.n, n_resamples, seed):
        for moments in counts @ sums / group.n:
            cov = np.empty((p, p))
            cov[i, j] = cov[j, i] = moments[p:]
            cov -= np.outer(moments[:p], moments[:p])
            mean = moments[:p] + group.mean
            pattern = Pattern(group.patterns[0].seen, group.n, mean, cov, None, is_complete=True)
            yield GroupSample(group.label, group.n, (pattern,), mean, cov)


def _acceleration(fitted: Fitted, standard: bool) -> Array:
    """Return the acceleration of each parameter, from each respondent's influence on it."""
    pulls = list(fitted.pulls)
    inverse = np.linalg.inv(fitted.likelihood.observed(pulls))
    influence = np.concatenate(fitted.likelihood.scores(pulls)) @ inverse
    version = standardised(fitted, observed=True) if standard else raw_values(fitted)
    moved = influence @ with_definitions(fitted, version).jacobian.T
    spread = (moved**2).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (moved**3).sum(axis=0) / (6 * spread**1.5)
    return np.where(np.isfinite(found), found, 0.0)


def _entry(row: Parameter, estimate: float, values: Array, interval: Interval, confidence: float,
           acceleration: float) -> BootstrapParameter:
    known = values[np.isfinite(values)]
    ends: tuple[float | None, float | None] = (None, None)
    levels = _levels(estimate, known, interval, confidence, acceleration)
    if levels is not None and len(known) >= FEWEST_SHARE * len(values):
        low, high = np.quantile(known, levels, method="median_unbiased")
        ends = float(low), float(high)
    return BootstrapParameter(row.lhs, row.op, row.rhs, estimate, float(known.std(ddof=1)), *ends, interval, len(known))


def _levels(estimate: float, values: Array, interval: Interval, confidence: float,
            acceleration: float) -> tuple[float, float] | None:
    tail = (1 - confidence) / 2
    if interval == "percentile":
        return tail, 1 - tail
    share = float((values < estimate).mean() + (values == estimate).mean() / 2)
    if share in {0.0, 1.0}:
        return None
    shift = float(stats.norm.ppf(share))

    def level(p: float) -> float:
        moved = shift + float(stats.norm.ppf(p))
        return float(stats.norm.cdf(shift + moved / (1 - acceleration * moved)))

    return level(tail), level(1 - tail)
