"""Do ordinal items measure the same in every group? Thresholds, loadings and intercepts, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.linalg import null_space

from analysis.quant.correlations import Array
from analysis.quant.sem.indices import chi_square
from analysis.quant.sem.ordinal_model import OrdinalFit
from analysis.quant.sem.ordinal_sample import ordinal_sample
from analysis.quant.sem.ordinal_test import Weighted, weighted_of
from analysis.quant.sem.step_rule import highest_held, step_fails
from analysis.quant.sem.syntax import ModelText, parse_model
from analysis.quant.sem.variables import variables_of
from analysis.quant.sem.wlsmv import WLSMV, OrdinalOptions, fitted_ordinal, ordinal_result
from analysis.results.caution import Caution
from analysis.results.measurement import Estimate
from analysis.results.sem import ChiSquare, Invariance, InvarianceStep, ScaledFit, SemResult


@dataclass(frozen=True)
class _Step:
    """What is equal, and whether intercepts of later groups are free."""

    name: str
    equal: tuple[str, ...]
    free_intercepts: bool = False


STEPS = (_Step("configural", ()), _Step("thresholds", ("thresholds",), free_intercepts=True),
         _Step("metric", ("thresholds", "loadings"), free_intercepts=True),
         _Step("scalar", ("thresholds", "loadings")))
BINARY_STEPS = (STEPS[0], STEPS[3])     # one threshold tells neither an intercept nor a scale


def ordinal_invariance(model: str | ModelText, data: pd.DataFrame, group: str, options: OrdinalOptions | None = None, *,
                       partial: Sequence[str] = (), place: str = "model") -> Invariance:
    """Return whether a model of ordinal items measures the same in every group.

    Parameters
    ----------
    model : str or ModelText
        Model of ordinal items.
    data : DataFrame (n, …)
        Answers and the column of groups; every group must have every category.
    group : str
        Column that parts the respondents.
    options : OrdinalOptions
        Treatment of gaps; `equal`, `partial`, `group` and `free_intercepts` are set here.
    partial : sequence of str
        Parameters that stay free in every step that would set them equal, such as "x1|t2", "f=~x1" or "x1~1".
    place : str
        Words for messages.

    Returns
    -------
    Invariance
        Steps configural, thresholds (scales and intercepts of later groups free), metric (loadings too), scalar
        (intercepts zero, means of the factors free). Each is tested against the one before by Satorra's difference of
        2000, scaled and shifted. A step fails when that is significant and the scaled CFI or RMSEA loses more than may
        be (`step_fails`). With an item of two categories only configural and scalar can be told apart, and the caution
        `binary_items` says so. An item of three categories adds no restriction in the step of thresholds.

    References
    ----------
    Millsap & Yun-Tein 2004; Wu & Estabrook 2016; Satorra 2000; Chen 2007; Putnick & Bornstein 2016.
    """
    options = replace(options or OrdinalOptions(), group=group, equal=(), partial=(), free_intercepts=False)
    text = parse_model(model, place=place) if isinstance(model, str) else model
    sample = ordinal_sample(data, variables_of(text, place=place).observed, group=group, missing=options.missing,
                            zero_cells=options.zero_cells, place=place)
    binary = tuple(name for name, count in sample.thresholds if count == 1)
    chosen = BINARY_STEPS if binary else STEPS
    steps: list[InvarianceStep] = []
    before: OrdinalFit | None = None
    for step in chosen:
        kept = tuple(partial) if step.equal else ()
        asked = replace(options, equal=step.equal, free_intercepts=step.free_intercepts, partial=kept)
        fitted = fitted_ordinal(text, sample, asked, place=f"{place}, step {step.name}")
        result = ordinal_result(fitted, asked, place=place)
        test = None if before is None else difference_test(before, fitted)
        steps.append(_described(step, kept, result, test, steps[-1] if steps else None))
        before = fitted
    return Invariance(n=sample.n, groups=tuple(one.label for one in sample.groups), estimator=WLSMV, steps=tuple(steps),
                      highest_held=highest_held(steps), warnings=(Caution("binary_items", binary),) if binary else ())


def difference_test(free: OrdinalFit, equal: OrdinalFit) -> ChiSquare:
    """Return the scaled and shifted test of what one model sets equal beyond another.

    Parameters
    ----------
    free, equal : OrdinalFit
        Models of the same sample; the second is the first with restrictions.

    Returns
    -------
    ChiSquare
        a (N F_equal - N F_free) + b with a and b from P^-1 A' (A P^-1 A')^-1 A P^-1 J' W Gamma W J, P = J' W J; A spans
        the directions of the free model that the other does not have.

    References
    ----------
    Satorra 2000; Asparouhov & Muthen 2006; Rosseel 2012, lavaan::lavTestLRT.
    """
    df = equal.df - free.df
    name = "scaled and shifted difference (Satorra 2000)"
    if df <= 0:
        return chi_square(0.0, 0, name)
    wide, narrow = weighted_of(free), weighted_of(equal)
    product = _restricted(wide, narrow)
    first, second = float(np.trace(product)), float((product * product.T).sum())
    a = float(np.sqrt(df / second))
    return chi_square(max(a * (equal.chi2 - free.chi2) + df - a * first, 0.0), df, name, 1.0 / a)


def _restricted(wide: Weighted, narrow: Weighted) -> Array:
    J, w = wide.slopes, wide.weights
    moves = np.linalg.lstsq(J, narrow.slopes, rcond=None)[0]
    A = null_space(moves.T).T
    inverse = wide.inverse
    middle = inverse @ A.T @ np.linalg.solve(A @ inverse @ A.T, A @ inverse)
    pull = J * w[:, None]
    return np.asarray(middle @ (pull.T @ wide.gamma @ pull))


def _described(step: _Step, partial: tuple[str, ...], result: SemResult, test: ChiSquare | None,
               before: InvarianceStep | None) -> InvarianceStep:
    plain = InvarianceStep(step.name, step.equal, partial, result, test, _difference_rmsea(test, result), None, None,
                           None, None, None, None, None)
    if before is None:
        return plain
    now, then = result.fit, before.result.fit
    a, b = _scaled(result), _scaled(before.result)
    cfi, rmsea = _minus(a.cfi_scaled, b.cfi_scaled), _minus(_value(a.rmsea_scaled), _value(b.rmsea_scaled))
    return replace(
        plain, delta_cfi=_minus(now.cfi, then.cfi), delta_rmsea=_minus(_value(now.rmsea), _value(then.rmsea)),
        delta_srmr=_minus(now.srmr, then.srmr), delta_cfi_scaled=cfi, delta_rmsea_scaled=rmsea,
        delta_cfi_robust=_minus(a.cfi_robust, b.cfi_robust),
        delta_rmsea_robust=_minus(_value(a.rmsea_robust), _value(b.rmsea_robust)),
        is_held=not step_fails(test, cfi, rmsea))


def _difference_rmsea(test: ChiSquare | None, result: SemResult) -> float | None:
    if test is None or not test.df:
        return None
    return float((max(test.value / test.df - 1, 0.0) / result.n * len(result.groups)) ** 0.5)


def _scaled(result: SemResult) -> ScaledFit:
    return result.fit.scaled or ScaledFit(None, None, None, None, None, None, None, None)


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b
