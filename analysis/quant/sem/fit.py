"""Does a model of items, factors and paths fit the answers, and what are its parameters? The entry of this package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import ModelSyntaxError, SpecError
from analysis.quant.sem.baseline import independence
from analysis.quant.sem.cautions import cautions_of
from analysis.quant.sem.covariance import ESTIMATORS, Estimator, sandwich_of
from analysis.quant.sem.indices import model_fit
from analysis.quant.sem.model import Fitted, fit_table
from analysis.quant.sem.reliability import factor_pairs, factor_reliability
from analysis.quant.sem.report import group_moments, model_parameters, r_squared
from analysis.quant.sem.robust import scaled_fit
from analysis.quant.sem.sample import Missing, Sample, sample_of
from analysis.quant.sem.syntax import ModelText, parse_model
from analysis.quant.sem.table import TableOptions, parameter_table
from analysis.quant.sem.variables import variables_of
from analysis.results.sem import SemResult

METHODS = {"ML": "maximum likelihood", "MLR": "maximum likelihood, Huber-White errors, Yuan-Bentler test",
           "MLM": "maximum likelihood, robust errors, Satorra-Bentler test"}


@dataclass(frozen=True)
class ModelOptions:
    """How a model is completed and estimated.

    `std_lv`: factors get variance one instead of a first loading of one. `equal`, `partial`: what is equal across
    groups, and which parameters stay free in spite of it. `fixed_x`: moments of observed predictors are held at the
    sample's. `missing`: "listwise" or "fiml". `estimator`: "ML", "MLR" or "MLM".
    """

    estimator: Estimator = "ML"
    missing: Missing = "listwise"
    std_lv: bool = False
    meanstructure: bool = False
    group: str | None = None
    equal: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    fixed_x: bool = True
    orthogonal: bool = False
    confidence: float = 0.95


def sem(model: str | ModelText, data: pd.DataFrame | Sample, options: ModelOptions | None = None, *,
        place: str = "model") -> SemResult:
    """Return a fitted confirmatory factor, path or structural model.

    Parameters
    ----------
    model : str or ModelText
        Model text, as `parse_model` reads it; completed as lavaan's cfa and sem do (`parameter_table`).
    data : DataFrame (n, …) or Sample
        Answers with missing = NaN, or moments (`moments_sample`) of the observed variables in the model's order.
    options : ModelOptions
        Estimator, treatment of gaps, groups.

    Returns
    -------
    SemResult
        Parameters by maximum likelihood, F = log det Sigma + tr(S Sigma^-1) (+ means), S with divisor n. Standard
        errors from expected information (ML), observed information (fiml), or robust. Intervals are estimate ± z se.

    Raises
    ------
    ModelSyntaxError, SpecError, TableError, TooFewData, NoVariation, NotIdentified, NotConverged
        With place, reason and remedy.

    References
    ----------
    Jöreskog 1969; McArdle & McDonald 1984; Rosseel 2012.
    """
    return result_of(fitted_model(model, data, options, place=place), options, place=place)


def fitted_model(model: str | ModelText, data: pd.DataFrame | Sample, options: ModelOptions | None = None, *,
                 start: Sequence[float] | None = None, place: str = "model") -> Fitted:
    """Return a model at its best parameters, without what is said of it.

    Parameters
    ----------
    model, data, options, place
        As in `sem`.
    start : sequence of float, optional
        Where the search begins.

    Returns
    -------
    Fitted
        For further questions: scores, modification indices, resampling.
    """
    options = options or ModelOptions()
    _check(options, place)
    _check_groups(options, place)
    text = parse_model(model, place=place) if isinstance(model, str) else model
    _check_ops(text, place)
    completed = TableOptions(std_lv=options.std_lv, has_means=options.meanstructure or options.missing == "fiml",
                             equal=options.equal, partial=options.partial, fixed_x=options.fixed_x,
                             orthogonal=options.orthogonal)
    if isinstance(data, Sample):
        sample = data
    else:
        named = variables_of(text, place=place)
        sample = sample_of(data, named.observed, group=options.group, missing=options.missing,
                           exogenous=named.exogenous if options.fixed_x else (), place=place)
    table = parameter_table(text, replace(completed, groups=tuple(group.label for group in sample.groups)), place=place)
    begin = None if start is None else np.asarray(start, dtype=np.float64)
    return fit_table(table, sample, start=begin, place=place)


def result_of(fitted: Fitted, options: ModelOptions | None = None, *, place: str = "model") -> SemResult:
    """Return all that is said of a fitted model.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    options, place
        As in `sem`.

    Returns
    -------
    SemResult
        As `sem` describes.
    """
    options = options or ModelOptions()
    sandwich = sandwich_of(fitted, options.estimator, place=place)
    baseline = independence(fitted)
    scaled = scaled_fit(fitted, sandwich, options.estimator, baseline)
    sample = fitted.sample
    return SemResult(
        n=sample.n, n_dropped=sample.dropped, groups=tuple(group.label for group in sample.groups),
        estimator=options.estimator, missing=sample.missing, method=METHODS[options.estimator],
        confidence=options.confidence, steps=fitted.found.steps,
        parameters=model_parameters(fitted, sandwich.vcov, options.confidence), fit=model_fit(fitted, scaled, baseline),
        r_squared=r_squared(fitted), moments=group_moments(fitted), reliability=factor_reliability(fitted),
        pairs=factor_pairs(fitted), warnings=cautions_of(fitted, sandwich))


def _check(options: ModelOptions, place: str) -> None:
    if options.estimator not in ESTIMATORS:
        raise SpecError(place, f"estimator={options.estimator!r} is not known.",
                        f"Use one of: {', '.join(ESTIMATORS)}.")


    if options.estimator == "MLM" and options.missing == "fiml":
        raise SpecError(place, "MLM needs complete rows.", "Use estimator: MLR with missing: fiml.")


def _check_groups(options: ModelOptions, place: str) -> None:
    if options.equal and options.group is None:
        raise SpecError(place, "equal parameters need groups.", "Name their column by `group`, or use one label.")
    if options.partial and not options.equal:
        raise SpecError(place, "partial names exceptions, and nothing is equal.", "Say what is `equal`.")


def _check_ops(text: ModelText, place: str) -> None:
    for row in text.statements:
        if row.op == "|":
            raise ModelSyntaxError(f"{place}, line {row.line}", "thresholds belong to ordered items.",
                                   "Use estimator: WLSMV, or leave the line out.")
