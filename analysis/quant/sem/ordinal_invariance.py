"""Do ordinal items measure the same in every group? Thresholds, loadings and intercepts, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.linalg import null_space

from analysis.quant.correlations import Array
from analysis.quant.sem.indices import chi_square
from analysis.quant.sem.ladder import Ladder, Releases, Rung
from analysis.quant.sem.modification import repeated
from analysis.quant.sem.ordinal_model import OrdinalFit
from analysis.quant.sem.ordinal_sample import OrdinalSample, ordinal_sample
from analysis.quant.sem.ordinal_scores import ordinal_releases
from analysis.quant.sem.ordinal_test import Weighted, weighted_of
from analysis.quant.sem.step_rule import step_fails
from analysis.quant.sem.syntax import ModelText, parse_model
from analysis.quant.sem.table import Parameter, ParameterTable
from analysis.quant.sem.variables import variables_of
from analysis.quant.sem.wlsmv import OrdinalOptions, fitted_ordinal, ordinal_result
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
BY_NAME = {step.name: step for step in STEPS}
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
        be (`step_fails`). For a step that is not held scaled score tests (`ordinal_scores`) of its new equalities and
        of the intercepts that it sets to zero name what to free; the step is repeated with these freed, as in
        `invariance` (`partial_steps`). With an item of two categories only configural and scalar can be told apart, and
        the caution `binary_items` says so. An item of three categories adds no restriction in the step of thresholds;
        parameters that cannot be tested alone are named (`not_testable`).

    Notes
    -----
    A small sample holds easily: a step that is held is no proof of equality. Freed after looking at the data, a
    partial step is exploration and wants new data.

    References
    ----------
    Millsap & Yun-Tein 2004; Wu & Estabrook 2016; Satorra 1989; Satorra 2000; Chen 2007; Putnick & Bornstein 2016.
    """
    options = replace(options or OrdinalOptions(), group=group, equal=(), partial=(), free_intercepts=False)
    text = parse_model(model, place=place) if isinstance(model, str) else model
    sample = ordinal_sample(data, variables_of(text, place=place).observed, group=group, missing=options.missing,
                            zero_cells=options.zero_cells, place=place)
    binary = tuple(name for name, count in sample.thresholds if count == 1)
    ladder = Ladder(_Weighted(text, sample, options, place), [key.replace(" ", "") for key in partial])
    for step in BINARY_STEPS if binary else STEPS:
        ladder.climb(step.name, takes_partial=bool(step.equal))
    told = (Caution("binary_items", binary),) if binary else ()
    return ladder.climbed(_scaled(ladder.steps[0].result).cfi_scaled, told)


@dataclass(frozen=True)
class _Weighted:
    """Steps fitted by weighted least squares."""

    text: ModelText
    sample: OrdinalSample
    options: OrdinalOptions
    place: str

    def fitted(self, name: str, partial: tuple[str, ...], place: str) -> Rung[OrdinalFit]:
        step, where = BY_NAME[name], f"{self.place}, step {place}"
        options = replace(self.options, equal=step.equal, free_intercepts=step.free_intercepts, partial=partial)
        fitted = fitted_ordinal(self.text, self.sample, options, place=where)
        return Rung(ordinal_result(fitted, options, place=where), fitted)

    def compared(self, name: str, partial: tuple[str, ...], here: Rung[OrdinalFit],
                 before: Rung[OrdinalFit] | None) -> InvarianceStep:
        test = None if before is None else difference_test(before.fitted, here.fitted)
        return _described(BY_NAME[name], partial, here.result, test, before.result if before else None)

    def releases(self, name: str, here: Rung[OrdinalFit], before: Rung[OrdinalFit]) -> Releases:
        rows = newly_held(here.fitted.table, before.fitted.table, dict(self.sample.thresholds))
        tests = ordinal_releases(here.fitted, rows, place=f"{self.place}, step {name}")
        known = {test.parameter for test in tests}
        return Releases(tests, tuple(dict.fromkeys(row.key for row in rows if row.key not in known)))


def newly_held(table: ParameterTable, before: ParameterTable, thresholds: Mapping[str, int]) -> list[Parameter]:
    """Return the parameters that a step holds and the one before did not.

    Parameters
    ----------
    table, before : ParameterTable
        Of the step and of the one before.
    thresholds : mapping
        Item → number of its thresholds.

    Returns
    -------
    list of Parameter
        Those that now equal an earlier group's, and intercepts of later groups that are zero where thresholds are
        equal: every one that was free before, and those of items of three or more categories, whose intercept is not
        the same as their threshold.
    """
    old = {row.key for row in before.rows if row.equal_to}
    was_free = {row.key for row in before.rows if row.op == "~1" and row.free and row.group}
    items = table.variables.observed

    def is_zero(row: Parameter) -> bool:
        return (row.op == "~1" and row.lhs in items and row.group > 0 and not row.free
                and (row.key in was_free or (thresholds[row.lhs] > 1 and not was_free)))

    shares = [row for row in repeated(table) if row.equal_to and row.key not in old]
    has_place = any(row.op == "|" and row.equal_to for row in table.rows)
    return shares + [row for row in table.rows if has_place and is_zero(row)]


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
               before: SemResult | None) -> InvarianceStep:
    plain = InvarianceStep(step.name, step.equal, partial, result, test, _difference_rmsea(test, result), None, None,
                           None, None, None, None, None)
    if before is None:
        return plain
    now, then = result.fit, before.fit
    a, b = _scaled(result), _scaled(before)
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
