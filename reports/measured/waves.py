"""Two waves side by side: what changed, on what evidence, and how small a change could have been found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.waves import ScaleWaves, WaveComparison
from reports.content import Block, Bullets, Number, Row, Statement, Table
from reports.measured.frame import Context, Part, Widths, anchor, fitted, told_warnings


def build(context: Context, results: Mapping[str, WaveComparison]) -> list[Part]:
    """Return each comparison of two waves."""
    return [_part(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _part(context: Context, place: int, key: str, found: WaveComparison) -> Part:
    words = context.words
    n_changed = sum(one.verdict == "changed" for one in found.scales)
    told: dict[str, Any] = {"title": context.title(key), "first": found.first, "second": found.second,
                            "changed": n_changed, "n": len(found.scales)}
    blocks: list[Block] = [_scales(context, place, found, told), _evidence(context, place, found)]
    worst = [words.say("measured.waves_worst" if one.is_beyond else "measured.waves_worst_chance", unit=one.unit,
                       scale=context.name(one.scale), first=one.first, second=one.second,
                       expected=one.expected_second.value) for one in found.worst_units]
    if worst:
        blocks.append(Bullets(tuple(worst)))
    warnings = [*told_warnings(words, found.warnings, context.title(key)), *(
        told for one in found.scales for told in told_warnings(words, one.warnings, context.name(one.scale)))]
    return Part("waves", words.say("measured.waves_title", **told), tuple(blocks),
                (words.say("measured.waves_point", **told),), tuple(warnings))


def _scales(context: Context, place: int, found: WaveComparison, told: Mapping[str, Any]) -> Table:
    words = context.words
    rows = tuple(Row((
        Statement(context.name(one.scale)), Number(float(one.n_first), "count"), Number(float(one.n_second), "count"),
        Number(one.first.value, "mean"), Number(one.second.value, "mean"),
        Number(one.difference.value, "mean", one.difference.ci_low, one.difference.ci_high),
        Number(one.effect.value, "coefficient", one.effect.ci_low, one.effect.ci_high), Number(one.q_value, "p"),
        Statement(words.text(f"measured.wave_{one.verdict}")))) for one in found.scales)
    widths: Widths = [("scale", 0.2, "left"), ("n_first", 0.06, "right"), ("n_second", 0.06, "right"),
                      ("first", 0.07, "right"), ("second", 0.07, "right"), ("difference", 0.17, "right"),
                      ("g", 0.17, "right"), ("q", 0.07, "right"), ("verdict", 0.16, "left")]
    note = words.text("measured.waves_linked" if found.is_linked else "measured.waves_unlinked")
    return Table(anchor("t-waves", place), words.say("measured.waves_table", **told),
                 fitted(words, "measured.waves_column_", widths), rows, "", context.note(note), is_dense=True)


def _evidence(context: Context, place: int, found: WaveComparison) -> Table:
    words = context.words
    rows = tuple(Row((
        Statement(context.name(one.scale)), Statement(words.text(f"measured.invariance_{one.invariance.word}")),
        Statement(_items(context, one)), _without(one), Number(one.alpha_first, "coefficient"),
        Number(one.alpha_second, "coefficient"),
        Number(one.detectable.value if one.detectable else None, "mean"))) for one in found.scales)
    widths: Widths = [("scale", 0.2, "left"), ("invariance", 0.16, "left"), ("flagged", 0.18, "left"),
                      ("without", 0.18, "right"), ("alpha_first", 0.08, "right"), ("alpha_second", 0.08, "right"),
                      ("detectable", 0.12, "right")]
    return Table(anchor("t-wave-evidence", place), words.say("measured.waves_evidence", n=len(rows)),
                 fitted(words, "measured.waves_column_", widths), rows, "",
                 context.note(words.text("measured.waves_evidence_note")), is_dense=True)


def _items(context: Context, one: ScaleWaves) -> str:
    return context.words.text("labels.between").join([*one.flagged, *one.refused]) or "–"


def _without(one: ScaleWaves) -> Number:
    found = one.difference_without_flagged
    return Number(None) if found is None else Number(found.value, "mean", found.ci_low, found.ci_high)
