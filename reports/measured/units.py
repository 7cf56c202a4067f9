"""Units of people (departments, branches): how much lies between them, and what can be said of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.units import UnitView, UnitViews
from analysis.results.weights import WeightedMeans
from reports.content import Block, Column, Number, Row, Statement, Table
from reports.measured.frame import Context, Part, Widths, anchor, fitted, told_warnings

MOST_UNITS = 60


def build(context: Context, results: Mapping[str, UnitViews]) -> list[Part]:
    """Return each score by its units."""
    words, place = context.words, 0
    parts: list[Part] = []
    for key, found in results.items():
        blocks: list[Block] = [_summary(context, len(parts), found)]
        warnings: list[Statement] = []
        for view in found.views:
            blocks.append(_units(context, place, view))
            warnings.extend(told_warnings(words, view.warnings, context.name(view.outcome)))
            place += 1
        high = max(found.views, key=lambda view: view.icc1.value or 0.0)
        told: dict[str, Any] = {"title": context.title(key), "outcome": context.name(high.outcome),
                                "icc": high.icc1.value, "n": len(found.views)}
        parts.append(Part("groups", words.say("measured.units_title", **told), tuple(blocks),
                          (words.say("measured.units_point", **told),), tuple(warnings)))
    return parts


def _summary(context: Context, place: int, found: UnitViews) -> Table:
    words = context.words
    rows = tuple(Row((
        Statement(context.name(view.outcome)), Number(float(view.n), "count"), Number(float(view.n_units), "count"),
        Number(view.icc1.value, "coefficient", view.icc1.ci_low, view.icc1.ci_high),
        Number(view.icc2.value, "coefficient", view.icc2.ci_low, view.icc2.ci_high), Number(view.p_value, "p"),
        Number(view.design_effect, "mean"), Number(view.rwg_median, "coefficient"))) for view in found.views)
    widths: Widths = [("score", 0.24, "left"), ("n", 0.08, "right"), ("units", 0.08, "right"), ("icc1", 0.18, "right"),
                      ("icc2", 0.18, "right"), ("p", 0.08, "right"), ("deff", 0.08, "right"), ("rwg", 0.08, "right")]
    return Table(anchor("t-icc", place), words.say("measured.icc_title", n=len(rows)),
                 fitted(words, "measured.units_column_", widths), rows, "",
                 context.note(words.text("measured.icc_note")), is_dense=True)


def _units(context: Context, place: int, view: UnitView) -> Table:
    words = context.words
    rows = tuple(Row((
        Statement(one.key), Number(float(one.n), "count"),
        Number(one.mean.value, "mean", one.mean.ci_low, one.mean.ci_high),
        Number(one.pooled.value, "mean", one.pooled.ci_low, one.pooled.ci_high), Number(one.shrinkage, "percent"),
        Number(one.rwg, "coefficient"))) for one in view.units[:MOST_UNITS])
    widths: Widths = [("unit", 0.26, "left"), ("n", 0.08, "right"), ("mean", 0.22, "right"), ("pooled", 0.22, "right"),
                      ("shrinkage", 0.12, "right"), ("rwg", 0.1, "right")]
    return Table(anchor("t-units", place), words.say("measured.units_table", outcome=context.name(view.outcome),
                                                     n=view.n_units), fitted(words, "measured.units_column_", widths),
                 rows, "", context.note(words.text("measured.units_note")), is_dense=True)


def build_weights(context: Context, results: Mapping[str, WeightedMeans]) -> list[Part]:
    """Return the margins before and after weighting, and the means under the weights."""
    return [_weights(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _weights(context: Context, place: int, key: str, found: WeightedMeans) -> Part:
    words, weighting, title = context.words, found.weighting, context.title(key)
    rows = tuple(Row((
        Statement(f"{one.variable}: {one.category}"), Number(float(one.n), "count"),
        Number(one.share_answered, "percent1"),
        Number(one.share_wanted, "percent1"), Number(one.share_weighted, "percent1"))) for one in weighting.margins)
    widths: Widths = [("category", 0.4, "left"), ("n", 0.12, "right"), ("answered", 0.16, "right"),
                      ("wanted", 0.16, "right"), ("weighted", 0.16, "right")]
    told: dict[str, Any] = {"title": title, "deff": weighting.design_effect, "n": found.n,
                            "effective": weighting.n_effective}
    note = words.text("measured.weights_note", low=weighting.smallest, high=weighting.largest, **told)
    margins = Table(anchor("t-margins", place), words.say("measured.margins_title", n=len(rows)),
                    fitted(words, "measured.weights_column_", widths), rows, "", context.note(note), is_dense=True)
    means = tuple(Row((
        Statement(context.name(one.outcome)), Number(float(one.n), "count"),
        Number(one.plain.value, "mean", one.plain.ci_low, one.plain.ci_high),
        Number(one.mean.value, "mean", one.mean.ci_low, one.mean.ci_high), Number(one.design_effect, "mean")))
        for one in found.means)
    columns = (Column(words.text("measured.weights_column_score"), 0.3),
               Column(words.text("measured.weights_column_n"), 0.1, "right"),
               Column(words.text("measured.weights_column_plain"), 0.24, "right"),
               Column(words.text("measured.weights_column_mean"), 0.24, "right"),
               Column(words.text("measured.weights_column_deff"), 0.12, "right"))
    table = Table(anchor("t-weighted", place), words.say("measured.weighted_title", n=len(means)), columns, means, "",
                  "", is_dense=True)
    warnings = list(told_warnings(words, weighting.warnings, title))
    for one in found.means:
        warnings.extend(told_warnings(words, one.warnings, context.name(one.outcome)))
    return Part("groups", words.say("measured.weights_title", **told), (margins, table),
                (words.say("measured.weights_point", **told),), tuple(warnings))
