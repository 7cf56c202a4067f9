"""One factor in two waves with more and more equal parameters: the engine behind the evidence of invariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.quant.sem.fit import ModelOptions, sem
from analysis.quant.sem.invariance import chi_square_difference
from analysis.quant.waves.invariance import FEWEST_INVARIANT, LEAST_CFI, holds
from analysis.results.sem import SemResult
from analysis.results.waves import InvarianceStep, StepLevel

FACTOR, WAVE = "waves_factor", "waves_wave"
LEVELS: tuple[tuple[StepLevel, tuple[str, ...]], ...] = (
    ("configural", ()), ("metric", ("loadings",)), ("scalar", ("loadings", "intercepts")))


def one_factor_in_two_waves(items: pd.DataFrame, waves: pd.Series,
                            ) -> tuple[tuple[InvarianceStep, ...], tuple[str, ...]]:
    """Return how well one factor fits two waves step by step, and the items that had to differ.

    Parameters
    ----------
    items : pandas.DataFrame (n, k)
        Complete recoded answers of both waves, three items or more.
    waves : pandas.Series (n,)
        False = first, True = second.

    Returns
    -------
    tuple of tuple of InvarianceStep and tuple of str
        Configural, metric, scalar, with robust indices of maximum likelihood (factor variance one, so no item is taken
        to be equal beforehand). Where a step does not hold, the item whose loading and intercept explain most of the
        misfit is let go, one at a time, until the scalar step holds (`partial`) or two items are left. Nothing where a
        model has no solution.

    References
    ----------
    Meredith (1993); Byrne, Shavelson & Muthén (1989); Yoon & Millsap (2007), Detecting violations of factorial
    invariance using data-based specification searches.
    """
    names = [f"i{place}" for place in range(items.shape[1])]
    data = items.set_axis(names, axis=1).assign(**{WAVE: np.where(waves.to_numpy(dtype=bool), "second", "first")})
    model = f"{FACTOR} =~ {' + '.join(names)}"
    try:
        configural, metric, scalar = (_step(model, data, level, equal) for level, equal in LEVELS)
        metric, scalar = metric.beside(configural), scalar.beside(metric)
        steps = (configural.step, metric.step, scalar.step)
        if configural.step.cfi < LEAST_CFI or (
                holds(configural.step, metric.step) and holds(metric.step, scalar.step)):
            return steps, ()
        before = metric if holds(configural.step, metric.step) else configural
        freed, last = _search(model, data, names, before)
    except AnalysisError:
        return (), ()
    return (*steps, last), tuple(str(items.columns[names.index(name)]) for name in freed)


@dataclass(frozen=True)
class _Fit:
    """A step with the model behind it."""

    step: InvarianceStep
    result: SemResult

    def beside(self, before: _Fit) -> _Fit:
        """Return this step with its test beside a looser one."""
        return replace(self, step=replace(self.step, difference=chi_square_difference(self.result, before.result)))


def _search(model: str, data: pd.DataFrame, names: Sequence[str], before: _Fit) -> tuple[list[str], InvarianceStep]:
    """Return the items let go beside the last step that held, and the scalar step without them."""
    needs_loadings = before.step.level == "configural"
    freed: list[str] = []
    while True:
        rest = [name for name in names if name not in freed]
        tried = [(_step(model, data, "partial", LEVELS[-1][1], _partial([*freed, name], needs_loadings)), name)
                 for name in rest]
        best, name = min(tried, key=lambda pair: (pair[0].step.chi2, pair[1]))
        last = best.beside(before).step
        freed.append(name)
        if holds(before.step, last) or len(rest) - 1 <= FEWEST_INVARIANT:
            return freed, last


def _partial(freed: Sequence[str], has_loadings: bool) -> tuple[str, ...]:
    keys = [f"{name}~1" for name in freed]
    return (*keys, *(f"{FACTOR}=~{name}" for name in freed)) if has_loadings else tuple(keys)


def _step(model: str, data: pd.DataFrame, level: StepLevel, equal: tuple[str, ...], partial: tuple[str, ...] = (),
          ) -> _Fit:
    found = sem(model, data, ModelOptions(estimator="MLR", std_lv=True, meanstructure=True, group=WAVE, equal=equal,
                                          partial=partial), place="invariance of waves")
    cfi, rmsea = _robust(found)
    return _Fit(InvarianceStep(level, found.fit.chi2.value, found.fit.chi2.df, cfi, rmsea), found)


def _robust(found: SemResult) -> tuple[float, float]:
    """Return CFI and RMSEA, robust where they could be computed."""
    scaled, fit = found.fit.scaled, found.fit
    cfi = scaled.cfi_robust if scaled is not None and scaled.cfi_robust is not None else fit.cfi
    rmsea = scaled.rmsea_robust if scaled is not None and scaled.rmsea_robust is not None else fit.rmsea
    return (1.0 if cfi is None else cfi), (0.0 if rmsea is None or rmsea.value is None else rmsea.value)
