"""What an outcome goes with: weights, dominance and relative weights of predictors with intervals. No causes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.drivers import DriverAnalysis
from reports.content import Block, Figure, Number, Row, Statement, Table
from reports.figures import Forest, ForestRow
from reports.measured.frame import Context, Part, Widths, anchor, fitted, told_warnings, when
from reports.numbers import with_interval

INTERCEPT = "(intercept)"     # its key among the coefficients
SURE = 0.05


def build(context: Context, results: Mapping[str, DriverAnalysis]) -> list[Part]:
    """Return the predictors of each outcome."""
    return [_part(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _part(context: Context, place: int, key: str, found: DriverAnalysis) -> Part:
    words = context.words
    ordered = sorted(found.drivers, key=lambda one: -abs(one.relative_weight.value or 0.0))
    r2 = found.regression.r_squared
    told: dict[str, Any] = {
        "outcome": context.name(found.outcome), "n": found.n, "k": len(ordered), "first": context.name(ordered[0].key),
        "r2": r2.value, "r2_text": with_interval(r2.value, r2.ci_low, r2.ci_high, "coefficient", words.language)}
    blocks: list[Block] = []
    if all(one.general_dominance is not None for one in ordered):
        blocks.append(_figure(context, place, found, told))
    blocks.append(_table(context, place, found, told))
    blocks.append(_regression(context, place, found, told))
    warnings = (*told_warnings(words, found.warnings, context.title(key)),
                *told_warnings(words, found.regression.warnings, context.title(key)))
    return Part("drivers", words.say("measured.drivers_title", **told), tuple(blocks),
                (words.say("measured.drivers_point", **told),), tuple({told.text: told for told in warnings}.values()))


def _figure(context: Context, place: int, found: DriverAnalysis, told: Mapping[str, Any]) -> Figure:
    words = context.words
    ordered = sorted(found.drivers, key=lambda one: -((one.general_dominance.value or 0.0) if one.general_dominance
                                                      else 0.0))
    rows, high = [], 0.05
    for one in ordered:
        estimate = one.general_dominance or one.relative_weight
        rows.append(ForestRow(context.name(one.key), estimate.value, estimate.ci_low, estimate.ci_high, None, "", False,
                              with_interval(estimate.value, estimate.ci_low, estimate.ci_high, "coefficient",
                                            words.language)))
        high = max(high, estimate.ci_high or estimate.value or 0.0)
    step = 0.1 if high > 0.3 else 0.05  # noqa: PLR2004  # at most ten lines
    n_steps = int(high / step) + 1
    ticks = tuple((round(step * place, 2), f"{step * place:.2f}") for place in range(n_steps + 1))
    chart = Forest(tuple(rows), 0.0, step * n_steps, ticks, words.text("measured.drivers_axis"),
                   words.text("measured.drivers_head"), is_bar=True)
    return Figure(anchor("f-drivers", place), words.say("measured.drivers_figure", **told), chart,
                  words.text("measured.drivers_alt", value=rows[0].text, **told), "",
                  context.note(words.text("measured.drivers_figure_note", n=found.n_resamples)))


def _table(context: Context, place: int, found: DriverAnalysis, told: Mapping[str, Any]) -> Table:
    words = context.words
    has_corrected = any(one.beta_corrected is not None for one in found.drivers)
    rows = []
    for one in sorted(found.drivers, key=lambda one: -abs(one.relative_weight.value or 0.0)):
        corrected = one.beta_corrected
        rows.append(Row((
            Statement(context.name(one.key)), Number(one.r.value, "coefficient"),
            Number(one.beta.value, "coefficient", one.beta.ci_low, one.beta.ci_high,
                   is_emphasised=one.q_minimal < SURE),
            *((Number(corrected.value, "coefficient", corrected.ci_low, corrected.ci_high) if corrected
               else Number(None),) if has_corrected else ()),
            Number(one.relative_weight.value, "coefficient", one.relative_weight.ci_low, one.relative_weight.ci_high),
            Number(one.share, "percent"), Number(one.q_minimal, "p"), Number(one.vif, "one"))))
    widths: Widths = [("predictor", 0.22, "left"), ("r", 0.07, "right"), ("beta", 0.18, "right"),
                      *when(has_corrected, ("corrected", 0.18, "right")), ("weight", 0.18, "right"),
                      ("share", 0.07, "right"), ("q", 0.07, "right"), ("vif", 0.06, "right")]
    return Table(anchor("t-drivers", place), words.say("measured.drivers_table", **told),
                 fitted(words, "measured.drivers_column_", widths), tuple(rows), "", context.note(words.text(
                     "measured.drivers_note", delta=found.delta, resamples=found.n_resamples, **told)), is_dense=True)


def _regression(context: Context, place: int, found: DriverAnalysis, told: Mapping[str, Any]) -> Table:
    words, regression = context.words, found.regression
    rows = tuple(Row((
        Statement(words.text("measured.regression_intercept") if one.key == INTERCEPT else context.name(one.key)),
        Number(one.b.value, "coefficient", one.b.ci_low, one.b.ci_high),
        Number(one.standard_error, "coefficient"), Number(one.t, "mean"), Number(one.p_value, "p"),
        Number(one.beta, "coefficient"))) for one in regression.coefficients)
    widths: Widths = [("predictor", 0.3, "left"), ("b", 0.26, "right"), ("se", 0.1, "right"), ("t", 0.1, "right"),
                      ("p", 0.1, "right"), ("beta_alone", 0.1, "right")]
    note = words.text("measured.regression_note", f=regression.f, df1=regression.df1, df2=regression.df2,
                      p=regression.p_value, adjusted=regression.r_squared_adjusted, **told)
    return Table(anchor("t-regression", place), words.say("measured.regression_title", **told),
                 fitted(words, "measured.drivers_column_", widths), rows, "", context.note(note), is_dense=True)
