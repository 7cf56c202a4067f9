"""Whether a model measures the same in every group: each step with what it costs, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.results.measurement import Estimate
from analysis.results.sem import Invariance, InvarianceStep
from reports.content import Block, Column, Number, Row, Statement, Table
from reports.measured.frame import Context, Part, Widths, anchor, fitted, told_warnings

ORDINAL = "WLSMV"               # estimator of ordinal items
SHOWN_P = 0.05                  # score tests above it are not printed


def build(context: Context, results: Mapping[str, Invariance]) -> list[Part]:
    """Return the steps of each test of invariance."""
    return [_part(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _part(context: Context, place: int, key: str, found: Invariance) -> Part:
    words, title = context.words, context.title(key)
    known = f"measured.step_{found.highest_held}"
    told: dict[str, Any] = {"title": title, "n": found.n, "groups": words.join(list(found.groups)),
                            "step": words.text(known) if words.has(known) else found.highest_held or "–"}
    blocks: list[Block] = [_steps(context, place, found, told)]
    rows = _released(context, found)
    if rows:
        blocks.append(_releases(context, place, rows, title, found.estimator))
    failed = [step for step in found.steps if step.is_held is False]
    warnings = list(told_warnings(words, found.warnings, title))
    if failed:
        warnings.append(words.say("measured.warn_not_held", title=title, step=_name(context, failed[0])))
    return Part("invariance", words.say("measured.invariance_title", **told), tuple(blocks),
                (words.say("measured.invariance_point", **told),), tuple(warnings))


def _name(context: Context, step: InvarianceStep) -> str:
    key = f"measured.step_{step.name}"
    name = context.words.text(key) if context.words.has(key) else step.name
    if not step.partial:
        return name
    return context.words.text("measured.step_partial", step=name, freed=context.words.join(list(step.partial)))


@dataclass(frozen=True)
class _Shown:
    """Which version of the figures a step is judged by."""

    chi2: float
    cfi: float | None
    rmsea: Estimate | None
    delta_cfi: float | None
    delta_rmsea: float | None


def _shown(step: InvarianceStep) -> _Shown:
    """Return scaled figures for ordinal items, robust ones where there are, plain ones else."""
    fit, scaled = step.result.fit, step.result.fit.scaled
    if step.result.estimator == ORDINAL and scaled is not None and scaled.chi2 is not None:
        return _Shown(scaled.chi2.value, scaled.cfi_scaled, scaled.rmsea_scaled, step.delta_cfi_scaled,
                      step.delta_rmsea_scaled)
    if step.delta_cfi_robust is not None and scaled is not None:
        return _Shown(fit.chi2.value, scaled.cfi_robust, scaled.rmsea_robust, step.delta_cfi_robust,
                      step.delta_rmsea_robust)
    return _Shown(fit.chi2.value, fit.cfi, fit.rmsea, step.delta_cfi, step.delta_rmsea)


def _steps(context: Context, place: int, found: Invariance, told: Mapping[str, Any]) -> Table:
    words, rows = context.words, []
    for step in (*found.steps, *found.partial_steps):
        fit, change = step.result.fit, step.difference
        shown = _shown(step)
        held = "–" if step.is_held is None else words.text("measured.held" if step.is_held else "measured.not_held")
        rows.append(Row((
            Statement(_name(context, step)), Number(shown.chi2, "one"), Number(float(fit.chi2.df), "count"),
            Number(shown.cfi, "three"), Number(shown.rmsea.value if shown.rmsea else None, "three"),
            Number(fit.srmr, "three"),
            Number(change.value if change else None, "one"), Number(float(change.df) if change else None, "count"),
            Number(change.p_value if change else None, "p"),
            Number(shown.delta_cfi, "four"), Number(shown.delta_rmsea, "three"), Statement(held))))
    widths: Widths = [("step", 0.18, "left"), ("chi2", 0.08, "right"), ("df", 0.06, "right"), ("cfi", 0.07, "right"),
                      ("rmsea_alone", 0.08, "right"), ("srmr", 0.07, "right"), ("change", 0.08, "right"),
                      ("change_df", 0.06, "right"), ("p", 0.08, "right"), ("delta_cfi", 0.08, "right"),
                      ("delta_rmsea", 0.09, "right"), ("held", 0.09, "left")]
    note = "measured.invariance_note_ordinal" if found.estimator == ORDINAL else "measured.invariance_note"
    return Table(anchor("t-invariance", place), words.say("measured.invariance_table", **told),
                 fitted(words, "measured.model_", widths), tuple(rows), "",
                 context.note(words.text(note, estimator=found.estimator)), is_dense=True)


def _released(context: Context, found: Invariance) -> tuple[Row, ...]:
    """Return the score tests that are significant before correction; scaled ones where there are."""
    return tuple(Row((Statement(_name(context, step)), Statement(one.parameter), Statement(one.group),
                      Number(one.chi2 if one.chi2_scaled is None else one.chi2_scaled, "one"),
                      Number(one.p_value, "p"), Number(one.p_holm, "p"), Number(one.epc, "coefficient")))
                 for step in (*found.steps, *found.partial_steps) for one in step.releases if one.p_value <= SHOWN_P)


def _releases(context: Context, place: int, rows: tuple[Row, ...], title: str, estimator: str) -> Table:
    words = context.words
    columns = (Column(words.text("measured.model_step"), 0.18), Column(words.text("measured.model_parameter"), 0.26),
               Column(words.text("measured.model_group"), 0.14), Column("χ²", 0.1, "right"),
               Column(words.text("measured.model_p"), 0.1, "right"), Column("p (Holm)", 0.12, "right"),
               Column("EPC", 0.1, "right"))
    note = "measured.releases_note_ordinal" if estimator == ORDINAL else "measured.releases_note"
    return Table(anchor("t-releases", place), words.say("measured.releases_title", title=title, n=len(rows)), columns,
                 rows, "", context.note(words.text(note)), is_dense=True)
