"""A study's constructs beside other organisations' norm packages: identical items only, where enough have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.quant.intervals import benjamini_hochberg
from analysis.quant.norms.package import MINIMUM_N
from analysis.quant.scoring import construct_items, recoded_items
from analysis.results.measurement import Estimate
from analysis.results.norms import Benchmark, NoBenchmark, NormPackage, NormScale
from analysis.tables import AnswerTable
from instruments.comparison import is_identical
from instruments.schema import Instrument, Item

METHOD = "mean minus the mean of the organisations' means, each weighing alike; Welch-Satterthwaite interval"
HALF = 0.5                  # of a construct's items must be identical
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class NormRules:
    """Organisations and people needed, what counts as a difference, and the borders of the model."""

    minimum_organisations: int = 3
    minimum_n: int = MINIMUM_N
    smallest_difference: float = 0.25   # scale points of 1 to 5; model 5
    q_border: float = 0.05
    least_alpha: float = 0.60
    confidence: float = 0.95
    minimum_shown_range: int = 5        # organisations that hide which of the extreme means is whose


def benchmarks(table: AnswerTable, packages: Sequence[NormPackage], rules: NormRules | None = None,
               ) -> tuple[Benchmark, ...]:
    """Return every construct of a questionnaire beside other organisations.

    Parameters
    ----------
    table : AnswerTable
        Answers of the study's valid respondents.
    packages : sequence of NormPackage
        One an organisation.
    rules : NormRules, optional
        Borders.

    Returns
    -------
    tuple of Benchmark
        Over the items that are identical (hash of meaning, and of the words in every language both have) in enough
        organisations. Difference of this study's mean to the mean of the organisations' means, with
        ``SE^2 = s^2/n + sum(s_k^2/n_k)/K^2`` and Satterthwaite's degrees of freedom: it speaks of these K
        organisations, not of all there are. Word: `higher` or `lower` where q (Benjamini-Hochberg over the constructs)
        is at most the border and the difference at least the smallest of interest; `near` where the interval lies
        within it; otherwise `cannot_tell`. Nothing is compared, with the reason, where too few organisations have the
        items.

    References
    ----------
    Welch (1947); Satterthwaite (1946); Benjamini & Hochberg (1995); Lakens, Scheel & Isager (2018) on equivalence.
    """
    rule = rules or NormRules()
    found = [_benchmark(table, construct.key, packages, rule) for construct in table.instrument.constructs
             if construct_items(table.instrument, construct.key)]
    p = np.array([np.nan if one.q_value is None else one.q_value for one in found], dtype=float)
    return tuple(_judged(one, float(q), rule, table.instrument)
                 for one, q in zip(found, benjamini_hochberg(p), strict=True))


def identical_items(instrument: Instrument, items: Sequence[Item], scale: NormScale) -> tuple[str, ...]:
    """Return the items that a package's scale has with the same meaning and the same words.

    Parameters
    ----------
    instrument : Instrument
        The study's questionnaire.
    items : sequence of Item
        Of one construct.
    scale : NormScale
        Of another organisation.

    Returns
    -------
    tuple of str
        Keys: equal hash of kind, key direction and scale values, and equal words in every language both have, of which
        there must be one.
    """
    theirs = {item.key: item for item in scale.items}
    return tuple(item.key for item in items if item.key in theirs and is_identical(
        instrument, item, theirs[item.key].meaning, theirs[item.key].wordings))


def scale_alpha(covariances: Numbers) -> float | None:
    """Return Cronbach's alpha from covariances of items.

    Parameters
    ----------
    covariances : numpy.ndarray (k, k)

    Returns
    -------
    float or None
        None of a single item or without variance.
    """
    k, total = len(covariances), float(covariances.sum())
    if k < 2 or total <= 0:  # noqa: PLR2004 - of one item there is no alpha
        return None
    return k / (k - 1) * (1 - float(np.trace(covariances)) / total)


@dataclass(frozen=True)
class _Moments:
    """Number of people, mean and variance of a score over some items, and its alpha."""

    n: int
    mean: float
    variance: float
    alpha: float | None


def _benchmark(table: AnswerTable, construct: str, packages: Sequence[NormPackage], rule: NormRules) -> Benchmark:
    instrument, items = table.instrument, construct_items(table.instrument, construct)
    scales = [scale for package in packages for scale in package.scales
              if (scale.construct, scale.audience) == (construct, instrument.audience) and scale.n >= rule.minimum_n]
    same = [(scale, frozenset(identical_items(instrument, items, scale))) for scale in scales]
    keys, used = _shared([item.key for item in items], same, rule.minimum_organisations)
    told = [moments_of(scale, keys) for scale in used] if keys else []
    others = [one for one in told if _is_sound(one.alpha, rule)]
    own = _own(table, construct, keys)
    reason = _reason(len(used), len(keys), len(items), own, others, rule)
    apart = tuple(item.key for item in items if item.key not in keys)
    found = Benchmark(construct, instrument.audience, reason, len(others), keys, apart)
    return found if reason else _compared(found, own, others, rule)


def _shared(keys: Sequence[str], same: Sequence[tuple[NormScale, frozenset[str]]], minimum: int,
            ) -> tuple[tuple[str, ...], list[NormScale]]:
    """Return the most items that enough organisations have all of, and those organisations."""
    count = {key: sum(key in own for _, own in same) for key in keys}
    kept = [key for key in keys if count[key] >= minimum]
    while kept:
        used = [scale for scale, own in same if own.issuperset(kept)]
        if len(used) >= minimum:
            return tuple(kept), used
        kept.remove(min(kept, key=lambda key: (count[key], -keys.index(key))))
    return (), [scale for scale, own in same if own]


def moments_of(scale: NormScale, keys: Sequence[str]) -> _Moments:
    """Return number of people, mean, variance and alpha of the mean of some items of a package's scale.

    Parameters
    ----------
    scale : NormScale
    keys : sequence of str
        Items of the scale.

    Returns
    -------
    _Moments
        Exact: the variance of a mean of items follows from their covariances.
    """
    places = [[item.key for item in scale.items].index(key) for key in keys]
    block = np.array(scale.covariances, dtype=float)[np.ix_(places, places)]
    mean = float(np.mean([scale.items[place].mean for place in places]))
    return _Moments(scale.n, mean, float(block.sum()) / len(keys) ** 2, scale_alpha(block))


def _own(table: AnswerTable, construct: str, keys: Sequence[str]) -> _Moments | None:
    people = recoded_items(table, construct)[list(keys)].dropna().to_numpy(dtype=float)
    if not keys or len(people) < 2:  # noqa: PLR2004 - a variance needs two
        return None
    block = np.atleast_2d(np.cov(people, rowvar=False, ddof=1))
    return _Moments(len(people), float(people.mean()), float(block.sum()) / len(keys) ** 2, scale_alpha(block))


def _is_sound(alpha: float | None, rule: NormRules) -> bool:
    return alpha is None or alpha >= rule.least_alpha


def _reason(n_same: int, n_keys: int, n_items: int, own: _Moments | None, others: Sequence[_Moments],
            rule: NormRules) -> NoBenchmark:
    if n_same < rule.minimum_organisations:
        return "too_few_organisations"
    if not n_keys or n_keys < HALF * n_items:
        return "few_identical_items"
    if own is None or own.n < rule.minimum_n:
        return "too_few_people"
    if not _is_sound(own.alpha, rule):
        return "low_alpha"
    if len(others) < rule.minimum_organisations:
        return "too_few_organisations"
    return "" if own.variance > 0 and all(other.variance > 0 for other in others) else "no_variation"


def _compared(found: Benchmark, own: _Moments | None, others: Sequence[_Moments], rule: NormRules) -> Benchmark:
    if own is None:
        return found
    k = len(others)
    means = [other.mean for other in others]
    parts = [(own.variance / own.n, own.n), *((other.variance / other.n / k**2, other.n) for other in others)]
    square = sum(part for part, _ in parts)
    degrees = square**2 / sum(part**2 / (n - 1) for part, n in parts)
    error, value = float(np.sqrt(square)), own.mean - float(np.mean(means))
    half = float(stats.t.ppf((1 + rule.confidence) / 2, degrees)) * error
    shows_range = k >= rule.minimum_shown_range
    return replace(
        found, n=own.n, mean=own.mean, n_others=sum(other.n for other in others), mean_others=float(np.mean(means)),
        lowest=min(means) if shows_range else None, highest=max(means) if shows_range else None,
        difference=Estimate(value, value - half, value + half, own.n + sum(other.n for other in others), METHOD,
                            rule.confidence),
        q_value=float(2 * stats.t.sf(abs(value) / error, degrees)))


def _judged(found: Benchmark, q: float, rule: NormRules, instrument: Instrument) -> Benchmark:
    estimate = found.difference
    if estimate is None or estimate.value is None or estimate.ci_low is None or estimate.ci_high is None:
        return replace(found, q_value=None)
    smallest = rule.smallest_difference / 4 * _width(instrument, found.construct)
    if q <= rule.q_border and abs(estimate.value) >= smallest:
        return replace(found, q_value=q, word="higher" if estimate.value > 0 else "lower")
    is_near = -smallest < estimate.ci_low and estimate.ci_high < smallest
    return replace(found, q_value=q, word="near" if is_near else "cannot_tell")


def _width(instrument: Instrument, construct: str) -> float:
    scales: Mapping[str, float] = {scale.key: float(scale.high - scale.low) for scale in instrument.scales
                                   if scale.points}
    return next(scales[item.scale] for item in construct_items(instrument, construct) if item.scale)
