"""Does a model of ordinal items fit, and what are its parameters? The entry for WLSMV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import SpecError
from analysis.quant.correlations import Array
from analysis.quant.ordinal.polychoric import ZeroCells
from analysis.quant.sem.ordinal_fit import ordinal_fit_of
from analysis.quant.sem.ordinal_model import OrdinalFit, fit_ordinal
from analysis.quant.sem.ordinal_reliability import ordinal_reliability
from analysis.quant.sem.ordinal_report import (
    ordinal_group_moments,
    ordinal_parameters,
    ordinal_shares,
    whole_state,
)
from analysis.quant.sem.ordinal_sample import OrdinalMissing, OrdinalSample, ordinal_sample
from analysis.quant.sem.ordinal_test import weighted_of
from analysis.quant.sem.syntax import ModelText, parse_model
from analysis.quant.sem.table import TableOptions, parameter_table
from analysis.quant.sem.variables import variables_of
from analysis.results.caution import Caution
from analysis.results.sem import SemResult

WLSMV = "WLSMV"
METHOD = ("diagonally weighted least squares of thresholds and polychoric correlations, robust errors, "
          "scaled and shifted test")
NEGATIVE = -1e-10
FEW_PER_PARAMETER = 5           # Bentler & Chou 1987
NOT_EQUAL = ("intercepts", "residuals")         # without a free parameter of their own in the delta parameterisation


@dataclass(frozen=True)
class OrdinalOptions:
    """How a model of ordinal items is completed and estimated.

    `std_lv`: factors get variance one instead of a first loading of one. `equal`, `partial`: what is equal across
    groups ("loadings", "thresholds", …), and which parameters (such as "x1|t2") stay free in spite of it. With equal
    thresholds the scales of the items and the means of the factors are free in later groups; with `free_intercepts`
    (thresholds equal, loadings not) the intercepts of the items instead of the means. `missing`: "listwise" or
    "pairwise". `zero_cells`: as for polychoric correlations.
    """

    missing: OrdinalMissing = "listwise"
    std_lv: bool = False
    group: str | None = None
    equal: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    orthogonal: bool = False
    free_intercepts: bool = False
    zero_cells: ZeroCells = "keep"
    confidence: float = 0.95


def ordinal_sem(model: str | ModelText, data: pd.DataFrame | OrdinalSample, options: OrdinalOptions | None = None, *,
                place: str = "model") -> SemResult:
    """Return a fitted model of ordinal items.

    Parameters
    ----------
    model : str or ModelText
        Model text, as `parse_model` reads it; every observed variable is an ordinal item, explained by factors.
    data : DataFrame (n, …) or OrdinalSample
        Answers as numbers with missing = NaN, or what `ordinal_sample` made of them for the model's items in order.
    options : OrdinalOptions
        Treatment of gaps, groups.
    place : str
        Words for messages.

    Returns
    -------
    SemResult
        Estimator WLSMV with the delta parameterisation; the test to judge by is `fit.scaled`.

    Raises
    ------
    AnalysisError
        Of `ordinal_sample` and `fit_ordinal`, with place, reason and remedy.

    References
    ----------
    Muthen, du Toit & Spisic 1997; Asparouhov & Muthen 2010; Savalei 2021; Rosseel 2012.
    """
    return ordinal_result(fitted_ordinal(model, data, options, place=place), options, place=place)


def fitted_ordinal(model: str | ModelText, data: pd.DataFrame | OrdinalSample, options: OrdinalOptions | None = None, *,
                   place: str = "model") -> OrdinalFit:
    """Return a model of ordinal items at its best parameters.

    Parameters
    ----------
    model, data, options, place
        As in `ordinal_sem`.

    Returns
    -------
    OrdinalFit
        For further questions, such as invariance.
    """
    options = options or OrdinalOptions()
    for name in options.equal:
        if name in NOT_EQUAL:
            raise SpecError(place, f"equal: {name!r} has no parameter with ordinal items.",
                            "Use loadings and thresholds.")
    text = parse_model(model, place=place) if isinstance(model, str) else model
    sample = data if isinstance(data, OrdinalSample) else ordinal_sample(
        data, variables_of(text, place=place).observed, group=options.group, missing=options.missing,
        zero_cells=options.zero_cells, place=place)
    table = parameter_table(text, TableOptions(
        std_lv=options.std_lv, has_means=True, groups=tuple(group.label for group in sample.groups),
        equal=options.equal, partial=options.partial, fixed_x=False, orthogonal=options.orthogonal,
        thresholds=sample.thresholds, free_intercepts=options.free_intercepts), place=place)
    return fit_ordinal(table, sample, place=place)


def ordinal_result(fitted: OrdinalFit, options: OrdinalOptions | None = None, *, place: str = "model") -> SemResult:
    """Return all that is said of a fitted model of ordinal items.

    Parameters
    ----------
    fitted : OrdinalFit
        A model at its parameters.
    options, place
        As in `ordinal_sem`.

    Returns
    -------
    SemResult
        As `ordinal_sem` describes.
    """
    options, sample = options or OrdinalOptions(), fitted.sample
    weighted = weighted_of(fitted, place=place)
    vcov = weighted.vcov / sample.n_tested
    return SemResult(
        n=sample.n, n_dropped=sample.dropped, groups=fitted.table.groups, estimator=WLSMV, missing=sample.missing,
        method=METHOD, confidence=options.confidence, steps=fitted.steps,
        parameters=ordinal_parameters(fitted, vcov, options.confidence), fit=ordinal_fit_of(fitted, weighted),
        r_squared=ordinal_shares(fitted), moments=ordinal_group_moments(fitted),
        reliability=ordinal_reliability(fitted), warnings=tuple(_cautions(fitted, vcov)))


def _cautions(fitted: OrdinalFit, vcov: Array) -> Iterator[Caution]:
    sample, table = fitted.sample, fitted.table
    for g, group in enumerate(sample.groups):
        where = f" in {group.label}" if len(sample.groups) > 1 else ""
        for told in group.cautions:
            yield replace(told, about=tuple(name + where for name in told.about) or ((group.label,) if where else ()))
        if np.linalg.eigvalsh(group.correlations)[0] <= 0:
            yield Caution("correlations_not_positive_definite", (group.label,) if where else ())
        yield from _improper(fitted, g, where)
    uncertain = [row.key for row in table.rows if row.free and vcov[row.free - 1, row.free - 1] <= 0]
    if uncertain:
        yield Caution("no_standard_error", tuple(dict.fromkeys(uncertain)))
    structural = len({row.free for row in table.rows if row.free and row.op != "|"})
    if sample.n < FEW_PER_PARAMETER * structural:
        yield Caution("few_respondents", (f"{sample.n / structural:.2f} per parameter beside thresholds",))
    if fitted.df == 0:
        yield Caution("saturated_model")
    if sample.dropped:
        yield Caution("rows_dropped", (str(sample.dropped),))


def _improper(fitted: OrdinalFit, g: int, where: str) -> Iterator[Caution]:
    block = fitted.blocks[g]
    state = whole_state(block, fitted.cuts[g], fitted.x)
    negative = [name for name, own in zip(block.names, state.S.diagonal(), strict=True) if own < NEGATIVE]
    if negative:
        yield Caution("negative_variance", tuple(name + where for name in negative))
    latent = state.V[block.p:, block.p:]
    if len(latent) and np.linalg.eigvalsh(latent)[0] < NEGATIVE:
        yield Caution("latent_covariance_not_positive_definite", tuple(name + where for name in block.names[block.p:]))
