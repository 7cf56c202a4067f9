"""How far the unitizing alphas vary when texts are drawn again: many resamples at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.qual.unitizing import GAP, Continuum, overlaps_of

Numbers = NDArray[np.float64]
ANY = "any"
_TINY = 1e-9                # lengths are whole characters
FEWEST_DRAWN = 2            # every second resample must have something to say, or there is no interval


def unitized_intervals(texts: Sequence[Continuum], counts: Numbers) -> Mapping[str, tuple[float, float]]:
    """Return 95 % percentile intervals of uα, |uα and cuα over resampled texts.

    Parameters
    ----------
    texts : sequence of Continuum
        As for `unitized_alpha`.
    counts : array, shape (draws, texts)
        How often each resample holds each text.

    Returns
    -------
    mapping of str to (float, float)
        Under all_values, any_code and codes_only; what is undefined in most resamples is left out.
    """
    draws = unitized_draws(texts, counts)
    found = {}
    for name, values in draws.items():
        finite = values[np.isfinite(values)]
        if len(finite) * FEWEST_DRAWN >= len(values) > 0:
            low, high = np.quantile(finite, [0.025, 0.975])
            found[name] = (float(low), float(high))
    return found


def unitized_draws(texts: Sequence[Continuum], counts: Numbers) -> Mapping[str, Numbers]:
    """Return uα, |uα and cuα of each resample, NaN where undefined.

    Parameters
    ----------
    texts : sequence of Continuum
        As for `unitized_alpha`.
    counts : array, shape (draws, texts)
        How often each resample holds each text.

    Returns
    -------
    mapping of str to array, shape (draws,)
        Under all_values, any_code and codes_only.
    """
    values = sorted({value for text in texts for sections in text.coders for _, _, value in sections})
    shared = [overlaps_of(text) for text in texts]
    pooled = [overlaps_of(text.pooled(ANY)) for text in texts]
    lengths = counts @ np.array([_lengths(each.lengths, [GAP, *values]) for each in shared]).reshape(len(texts), -1)
    lengths = lengths.reshape(len(counts), len(values) + 1, len(values) + 1)
    some = (counts @ np.array([_lengths(each.lengths, [GAP, ANY]) for each in pooled]).reshape(len(texts), -1))
    return {
        "all_values": _alphas(lengths, counts @ _pairs([each.self_pairs for each in shared], [GAP, *values])),
        "any_code": _alphas(some.reshape(len(counts), 2, 2),
                            counts @ _pairs([each.self_pairs for each in pooled], [GAP, ANY])),
        "codes_only": _alphas(lengths[:, 1:, 1:], counts @ _pairs([each.coded_pairs for each in shared], values))}


def _lengths(found: Mapping[tuple[str, str], float], values: Sequence[str]) -> list[list[float]]:
    return [[found.get((a, b), 0.0) for b in values] for a in values]


def _pairs(found: Sequence[Mapping[str, float]], values: Sequence[str]) -> Numbers:
    return np.array([[each.get(value, 0.0) for value in values] for each in found]).reshape(len(found), len(values))


def _alphas(lengths: Numbers, pairs: Numbers) -> Numbers:
    """Return 1 - observed / expected of each resample, as `unitized_alpha` has it of one."""
    by_value = lengths.sum(axis=2)
    total = by_value.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        divisor = total - pairs.sum(axis=1) / total
        expected = total - (by_value**2 - pairs).sum(axis=1) / divisor
        alphas = 1 - (total - np.trace(lengths, axis1=1, axis2=2)) / expected
    return np.where((divisor > _TINY) & (expected > _TINY), alphas, np.nan)
