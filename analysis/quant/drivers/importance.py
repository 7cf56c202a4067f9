"""Which predictor matters most? Weights, dominance and relative weights, with and without measurement error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import NoVariation, SpecError
from analysis.quant.dominance import (
    MAXIMUM_PREDICTORS,
    Numbers,
    complete_dominance,
    conditional_dominance,
    correct_for_unreliability,
    explained_variance,
    general_dominance,
    relative_weights,
    standardised_beta,
)
from analysis.quant.drivers.draws import alpha_of_items, draw_moments
from analysis.quant.drivers.minimal import minimal_r_squared_p, two_sided_minimal_effect_p
from analysis.quant.drivers.regression import complete_rows, linear_regression
from analysis.quant.intervals import benjamini_hochberg
from analysis.quant.resampling import N_RESAMPLES
from analysis.results.drivers import DominanceLevel, DominancePair, Driver, DriverAnalysis, Regression
from analysis.results.measurement import Estimate

DELTA = 0.10                # diagnosis-model 7: smallest standardised weight of interest
FEW_PER_PREDICTOR = 10      # rows per predictor below which weights are rough (Harrell 2015)
METHOD = "least squares, general dominance, relative weights; percentiles of resampled moment matrices"
_TINY = 1e-10
Figure = Callable[[Numbers, int], Numbers]


@dataclass(frozen=True)
class _Figures:
    """A matrix of correlations, predictors first, beside its resamples."""

    R: Numbers
    draws: Numbers
    n: int
    confidence: float

    def estimates(self, figure: Figure, name: str) -> list[Estimate]:
        k = len(self.R) - 1
        tails = [(1 - self.confidence) / 2, (1 + self.confidence) / 2]
        low, high = np.quantile(figure(self.draws, k), tails, axis=0)
        method = f"{name}, percentiles of {len(self.draws)} resamples"
        return [Estimate(float(value), float(one), float(other), self.n, method, self.confidence)
                for value, one, other in zip(figure(self.R, k), low, high, strict=True)]


def driver_analysis(predictors: pd.DataFrame, outcome: pd.Series, *, reliabilities: Mapping[str, float] | None = None,
                    items: Mapping[str, pd.DataFrame] | None = None, delta: float = DELTA,
                    n_resamples: int = N_RESAMPLES, seed: Sequence[int] = (0,),
                    confidence: float = 0.95) -> DriverAnalysis:
    """Return what an outcome goes with, all predictors together, by four measures of importance.

    Parameters
    ----------
    predictors : pandas.DataFrame (n, k)
        Scores, missing = NaN.
    outcome : pandas.Series (n,)
        Scores in the same order; rows with anything missing are left out.
    reliabilities : mapping of score → float, optional
        Reliabilities above 0 and up to 1, taken as known.
    items : mapping of score → pandas.DataFrame (n, j), optional
        Recoded items, same rows: the reliability is then Cronbach's alpha, resampled together with the scores, so that
        the corrected intervals count that it is estimated. `reliabilities` come first.
    delta : float
        Smallest standardised weight of interest.
    n_resamples : int
        Resamples of respondents, B.
    seed : sequence of int
        Seed of the stream.
    confidence : float
        Coverage.

    Returns
    -------
    DriverAnalysis
        Standardised weights, general dominance (exact, up to 8 predictors), Johnson's relative weights, each with
        percentile limits, plain and after correction of all correlations for unreliability; tests that a weight is no
        more than `delta` on either side; VIF. The corrected figures are None unless every reliability is known.
        Warnings: those of the regression, and `few_rows` (below 10 a predictor), `too_many_for_dominance`,
        `corrected_not_positive_definite` (reliabilities too low for the correlations: the corrected matrix was smoothed
        and its figures are rough), `corrected_resamples_rough` (the same in more than 5 % of the resamples),
        `unreliable` (a reliability below 0.60).

    Raises
    ------
    TooFewData, NoVariation, TableError, SpecError
        As `linear_regression`; SpecError for a reliability that cannot be.

    References
    ----------
    Budescu (1993); Azen & Budescu (2003); Johnson (2000); Murphy & Myors (1999); Charles (2005), The correction for
    attenuation due to measurement error; Thomas et al. (2014) on the limits of relative weights.
    """
    place = f"drivers of {outcome.name}"
    plain = linear_regression(predictors, outcome, confidence=confidence, place=place)
    rows = complete_rows(predictors, outcome, place)
    names = [str(key) for key in rows.columns]
    given = {key: table.reset_index(drop=True).loc[rows.index] for key, table in (items or {}).items()}
    drawn = draw_moments(rows.set_axis(names, axis=1), given, n_resamples=n_resamples, seed=seed)
    usable = _usable(drawn.correlations, len(names) - 1, place)
    R = np.corrcoef(rows.to_numpy(), rowvar=False)
    figures = _Figures(R, drawn.correlations[usable], len(rows), confidence)
    known = _reliabilities(names, reliabilities or {}, given, place)
    corrected, rough = (None, (False, 0)) if len(known) < len(names) else _corrected(
        figures, known, np.column_stack([np.full(len(usable), known[key]) if key in (reliabilities or {})
                                         else drawn.alphas[:, i] for i, key in enumerate(names)])[usable])
    drivers = _drivers(names, figures, corrected, plain, delta)
    return DriverAnalysis(
        plain.outcome, plain.n, delta, plain, minimal_r_squared_p(plain, delta), drivers, _pairs(names, figures), known,
        float(explained_variance(corrected.R)[0]) if corrected else None, len(figures.draws), rough[1], tuple(seed),
        METHOD, plain.warnings + _warnings(plain, known, rough, len(figures.draws)))


def _usable(draws: Numbers, k: int, place: str) -> NDArray[np.bool_]:
    """Return which resamples have every score vary and no predictor repeat others."""
    varies = np.asarray(np.isfinite(draws).all(axis=(1, 2)))
    found = varies.copy()
    found[varies] = np.linalg.eigvalsh(draws[varies][:, :k, :k])[:, 0] > _TINY
    if found.sum() < 2:  # noqa: PLR2004 - an SD needs two values
        raise NoVariation(place, "hardly any resample of respondents varies.", "Collect more answers.")
    return found


def _reliabilities(names: list[str], stated: Mapping[str, float], items: Mapping[str, pd.DataFrame], place: str,
                   ) -> dict[str, float]:
    strangers = sorted({*stated, *items} - set(names))
    if strangers:
        raise SpecError(place, f"reliability of {strangers[0]!r}, which is not in the analysis.", "Leave it out.")
    found: dict[str, float] = {}
    for key in names:
        value = stated[key] if key in stated else alpha_of_items(items[key].to_numpy()) if key in items else np.nan
        if key in stated and not 0 < value <= 1:
            raise SpecError(place, f"a reliability of {value:g} for {key} cannot be.", "Give one above 0, at most 1.")
        if value > 0:
            found[key] = float(value)
    return found


def _corrected(figures: _Figures, known: Mapping[str, float], alphas: Numbers) -> tuple[_Figures, tuple[bool, int]]:
    """Return figures without measurement error; whether the matrix, and how many of its resamples, were rough."""
    R, is_rough = correct_for_unreliability(figures.R, list(known.values()))
    sound = (alphas > 0).all(axis=1)
    draws, rough = correct_for_unreliability(figures.draws[sound], alphas[sound])
    return _Figures(R, draws, figures.n, figures.confidence), (bool(is_rough), int(rough.sum() + (~sound).sum()))


def _drivers(names: list[str], figures: _Figures, corrected: _Figures | None, plain: Regression, delta: float,
             ) -> tuple[Driver, ...]:
    k = len(names) - 1
    beta_draws = standardised_beta(figures.draws, k)
    error = beta_draws.std(axis=0, ddof=1)
    p = two_sided_minimal_effect_p(standardised_beta(figures.R, k), error, delta, plain.df2)
    q = benjamini_hochberg(p)
    columns = {name: figures.estimates(figure, words) for name, (figure, words) in _FIGURES.items()}
    without = None if corrected is None else {
        name: corrected.estimates(figure, f"{words} corrected for unreliability")
        for name, (figure, words) in _FIGURES.items() if name != "r"}
    is_exact = k <= MAXIMUM_PREDICTORS
    dominance = figures.estimates(general_dominance, "general dominance") if is_exact else None
    dominance_corrected = corrected.estimates(general_dominance, "general dominance corrected for unreliability") if (
        corrected is not None and is_exact) else None
    first = _share_first(figures) if is_exact else None
    gains = conditional_dominance(figures.R, k) if is_exact else None
    explained = plain.r_squared.value or 0.0
    return tuple(Driver(
        key=names[i], r=columns["r"][i], beta=columns["beta"][i], beta_error=float(error[i]), p_minimal=float(p[i]),
        q_minimal=float(q[i]), general_dominance=dominance[i] if dominance else None,
        share=_share(dominance[i].value, explained) if dominance else None,
        share_of_resamples_first=float(first[i]) if first is not None else None,
        relative_weight=columns["weight"][i], beta_corrected=without["beta"][i] if without else None,
        general_dominance_corrected=dominance_corrected[i] if dominance_corrected else None,
        relative_weight_corrected=without["weight"][i] if without else None,
        vif=plain.coefficients[i + 1].vif or np.nan, tolerance=plain.coefficients[i + 1].tolerance or np.nan,
        conditional_dominance=tuple(gains[i].tolist()) if gains is not None else ()) for i in range(k))


_FIGURES: Mapping[str, tuple[Figure, str]] = {
    "r": (lambda R, k: R[..., :k, k], "correlation"),
    "beta": (standardised_beta, "standardised weight"),
    "weight": (relative_weights, "relative weight"),
}


def _share(part: float | None, whole: float) -> float | None:
    return part / whole if part is not None and whole > 0 else None


def _share_first(figures: _Figures) -> Numbers:
    """Return how often each predictor has the largest general dominance."""
    first = general_dominance(figures.draws).argmax(axis=-1)
    return np.bincount(first, minlength=len(figures.R) - 1) / len(first)


def _pairs(names: list[str], figures: _Figures) -> tuple[DominancePair, ...]:
    k = len(names) - 1
    if k > MAXIMUM_PREDICTORS:
        return ()
    complete, complete_draws = complete_dominance(figures.R), complete_dominance(figures.draws).mean(axis=0)
    gains, general = conditional_dominance(figures.R), general_dominance(figures.R)
    drawn = general_dominance(figures.draws)
    found = []
    for one, other in combinations(range(k), 2):
        a, b = (one, other) if general[one] >= general[other] else (other, one)
        level: DominanceLevel = ("complete" if complete[a, b] else "conditional" if (gains[a] > gains[b]).all()
                                 else "general" if general[a] > general[b] else "none")
        found.append(DominancePair(names[a], names[b], level, float(complete_draws[a, b]),
                                   float((drawn[:, a] > drawn[:, b]).mean())))
    return tuple(found)


def _warnings(plain: Regression, known: Mapping[str, float], rough: tuple[bool, int], n_draws: int) -> tuple[str, ...]:
    often = 0.05
    unreliable = 0.60       # diagnosis-model 3: below it a scale is not one
    told = {"few_rows": plain.n < FEW_PER_PREDICTOR * plain.df1,
            "too_many_for_dominance": plain.df1 > MAXIMUM_PREDICTORS,
            "unreliable": any(value < unreliable for value in known.values()),
            "corrected_not_positive_definite": rough[0], "corrected_resamples_rough": rough[1] > often * n_draws}
    return tuple(name for name, is_so in told.items() if is_so)
