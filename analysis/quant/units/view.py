"""What does a score say of units? One view: between and within, agreement, and each unit's mean, partly pooled."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import SpecError, TableError
from analysis.quant.groups.samples import Samples, group_summaries, labels_of, samples_of
from analysis.quant.units.pooling import RandomIntercept, pooled_means, random_intercept
from analysis.quant.units.sums import UnitSums, unit_sums
from analysis.quant.units.within import expected_variance, icc1, icc2, rwg_j
from analysis.results.measurement import Estimate
from analysis.results.units import ExpectedVariance, UnitMean, UnitView

SMALL_UNIT = 5              # people below which a unit's agreement and own mean say little
FEW_UNITS = 10              # units below which variances between them are rough (Maas & Hox 2005 advise more still)
METHOD = "one-way random effects, REML; unit means by empirical Bayes"


def unit_view(items: pd.DataFrame, units: pd.Series, *, name: str | None = None,
              answer_range: tuple[float, float] | None = None, null: ExpectedVariance | float = "uniform",
              confidence: float = 0.95, place: str = "units") -> UnitView:
    """Return how much of a score lies between units, and each unit's mean.

    Parameters
    ----------
    items : pandas.DataFrame (n, k)
        Answers to the items of one scale, recoded, missing = NaN; the score is the mean of those answered. One column
        may be a score already.
    units : pandas.Series (n,)
        Unit of each row, in the same order; missing or empty = not stated.
    name : str, optional
        What the score is called; by default the first column's name.
    answer_range : tuple of float, optional
        Lowest and highest answer; without it there is no rWG.
    null : str or float
        Spread of answers without agreement, see `expected_variance`, or its variance as a number above 0.
    confidence : float
        Coverage of all intervals.
    place : str
        Words for messages.

    Returns
    -------
    UnitView
        Warnings: `left_out`, `few_units`, `small_units`, `no_variance_between` (REML puts it at 0), `negative_icc`,
        `disagreement` (a unit disagrees more than chance, its rWG is set to 0).

    Raises
    ------
    TableError, TooFewData, NoVariation
        As `samples_of` and `unit_sums`.
    SpecError
        For a range or null that cannot be.

    References
    ----------
    Bliese (2000); Raudenbush & Bryk (2002); James, Demaree & Wolf (1984).
    """
    score = items.mean(axis=1).rename(name or str(items.columns[0]))
    samples = samples_of(score, units, place=place, minimum=1)
    sums = unit_sums(samples, place)
    model = random_intercept(sums)
    expected = None if answer_range is None else _expected(answer_range, null)
    agreement = dict.fromkeys(samples.keys) if expected is None else _agreement(items, units, samples.keys, expected)
    known = [value for value in agreement.values() if value is not None]
    between, within = sums.mean_squares
    share = icc1(sums, confidence)
    degrees = sums.n_units - 1, sums.n - sums.n_units
    half = float(stats.t.ppf((1 + confidence) / 2, sums.n_units - 1)) * model.grand_error
    return UnitView(
        outcome=str(score.name), unit=samples.group, n=sums.n, n_units=sums.n_units, mean_size=sums.mean_size,
        f=between / within, df1=degrees[0], df2=degrees[1], p_value=float(stats.f.sf(between / within, *degrees)),
        icc1=share, icc2=icc2(sums, confidence),
        grand_mean=Estimate(model.grand_mean, model.grand_mean - half, model.grand_mean + half, sums.n,
                            "REML random intercept, t with units - 1", confidence),
        between_variance=model.between, within_variance=model.within, icc1_reml=model.icc1,
        design_effect=1 + (sums.mean_size - 1) * max(share.value or 0.0, 0.0),
        rwg_mean=float(np.mean(known)) if known else None, rwg_median=float(np.median(known)) if known else None,
        expected_variance=expected, units=_units(samples, sums, model, agreement, confidence), method=METHOD,
        warnings=_warnings(samples, model, share.value, known))


def _expected(answer_range: tuple[float, float], null: ExpectedVariance | float) -> float:
    if not isinstance(null, str):
        if null > 0:
            return float(null)
        raise SpecError("rWG", f"an expected variance of {null} cannot be.", "Give a number above 0.")
    return expected_variance(round(answer_range[1] - answer_range[0]) + 1, null)


def _agreement(items: pd.DataFrame, units: pd.Series, keys: tuple[str, ...], expected: float,
               ) -> dict[str, float | None]:
    """Return rWG(j) of the people of each unit who answered every item; None below two."""
    x, labels = items.to_numpy(dtype=float), np.array(labels_of(units), dtype=object)
    if len(x) != len(labels):
        raise TableError("units", f"{len(x)} rows and {len(labels)} units do not fit.", "Give one unit to each row.")
    is_complete = np.isfinite(x).all(axis=1)
    found: dict[str, float | None] = {}
    for key in keys:
        rows = x[(labels == key) & is_complete]
        found[key] = rwg_j(rows.var(axis=0, ddof=1), expected) if len(rows) > 1 else None
    return found


def _units(samples: Samples, sums: UnitSums, model: RandomIntercept, agreement: dict[str, float | None],
           confidence: float) -> tuple[UnitMean, ...]:
    own = group_summaries(samples, confidence)
    pooled = pooled_means(sums, model, confidence)
    return tuple(UnitMean(group.key, group.n, group.mean, estimate, float(taken), agreement[group.key])
                 for group, estimate, taken in zip(own, pooled, model.shrinkage, strict=True))


def _warnings(samples: Samples, model: RandomIntercept, share: float | None, agreement: list[float]) -> tuple[str, ...]:
    told = {
        "left_out": samples.n_left_out > 0, "few_units": len(samples.keys) < FEW_UNITS,
        "small_units": bool(samples.sizes.min() < SMALL_UNIT), "no_variance_between": model.between <= 0,
        "negative_icc": share is not None and share < 0, "disagreement": 0.0 in agreement}
    return tuple(name for name, is_so in told.items() if is_so)
