"""What a later wave shows: change of each scale, beside other units, and what may be said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analysis.results.waves import ScaleWaves
from reports.content import Block, Callout, Figure, Heading, Paragraph, Row, Section, Stack, Statement, Table
from reports.figures import Forest, ForestRow
from reports.kinds.progress_facts import Progress
from reports.numbers import printed
from reports.sections.changes_since import comparison_blocks, questionnaire_of, reading_of
from reports.sections.follow_up import contrasts_table
from reports.sections.table_columns import columns_of

LEAST_AXIS = 0.5
GROUPS = ("problem", "cause", "outcome")


def changes(of: Progress) -> Section:
    """Return the change of every scale that could be compared, drawn and in tables."""
    words, study = of.words, of.study
    changed = sum(one.verdict == "changed" for one in of.compared)
    blocks: list[Block] = []
    for key in ("worse", "good"):
        rows = [one for one in of.compared if _is_bad(of, one) == (key == "worse")]
        if rows:
            blocks.append(_figure(of, key, rows))
    for comparison in study.changes:
        blocks += [Heading(questionnaire_of(study, comparison)), *comparison_blocks(study, comparison, _small(of))]
    title = words.say("progress.changes" if changed else "progress.changes_none", n=len(of.compared), changed=changed)
    return Section("changes", words.text("progress.part_changes"), title, tuple(blocks),
                   words.say("progress.changes_lead"))


def _small(of: Progress) -> list[Statement]:
    """Return from which size on a change is called one, as an interval off zero alone does not make it one."""
    least = of.found.smallest_change
    return [of.words.say("progress.small", least=least)] if least else []


def _is_bad(of: Progress, one: ScaleWaves) -> bool:
    construct = of.study.construct(one.scale)
    return construct is not None and construct.direction == "higher_is_worse"


def _figure(of: Progress, key: str, scales: Sequence[ScaleWaves]) -> Figure:
    words, first, second = of.words, of.study.wave(of.found.first), of.study.wave(of.found.second)
    rows = tuple(ForestRow(of.label(one.scale), one.difference.value, one.difference.ci_low, one.difference.ci_high,
                           is_highlighted=one.verdict == "changed", text=_signed(of, one),
                           is_withheld=one.verdict == "withheld") for one in scales)
    chart = _forest(rows, words.text(f"progress.axis_{key}"), words.text("progress.change_head"))
    largest = max(scales, key=lambda one: abs(one.difference.value or 0.0))
    alt = words.text("progress.figure_alt_changed", n=len(rows), name=of.study.name(largest.scale),
                     value=_signed(of, largest), changed=sum(one.verdict == "changed" for one in scales))
    withheld = [one.scale for one in scales if one.verdict == "withheld"]
    hollow = [words.text("progress.change_withheld", names=of.study.names(withheld))] if withheld else []
    told = words.text("labels.between_sentences")
    return Figure(f"f-change-{key}", words.say(f"progress.figure_{key}", first=first, second=second), chart,
                  told.join([alt, *hollow]), words.text("progress.change_unit"), told.join([_source(of), *hollow]))


def _source(of: Progress) -> str:
    return of.words.text("progress.change_source", first=of.study.wave(of.found.first, "dated"),
                         second=of.study.wave(of.found.second, "dated"))


def _forest(rows: tuple[ForestRow, ...], axis: str, head: str) -> Forest:
    """Return differences on an axis that reaches as far on both sides of zero."""
    reach = max([abs(end) for row in rows for end in (row.low, row.high, row.value) if end is not None], default=0.0)
    end = max(math.ceil(reach * 2) / 2, LEAST_AXIS)
    ticks = tuple((value, printed(value, "signed")) for value in (-end, -end / 2, 0.0, end / 2, end))
    return Forest(rows, -end, end, ticks, axis, head, reference=0.0)


def _signed(of: Progress, one: ScaleWaves) -> str:
    found = one.difference
    return of.study.estimate(found.value, found.ci_low, found.ci_high, "signed")


# ---- beside other units ----------------------------------------------------------------------------------------------
def covered(of: Progress) -> Section:
    """Return the change where each measure applies beside that of the other units."""
    words, shown = of.words, []
    for row, one in of.contrasts:
        found = one.difference
        if found is not None and found.value is not None:
            label = words.text("progress.covered_row", name=of.label(one.construct), measure=row.action.measure)
            shown.append(ForestRow(label, found.value, found.ci_low, found.ci_high,
                                   is_highlighted=one.verdict == "apart",
                                   text=of.study.estimate(found.value, found.ci_low, found.ci_high, "signed")))
    blocks: list[Block] = []
    if shown:
        chart = _forest(tuple(shown), words.text("progress.covered_axis"), words.text("progress.change_head"))
        largest = max(shown, key=lambda row: abs(row.value or 0.0))
        alt = words.text("progress.covered_alt", n=len(shown), name=largest.label, value=largest.text)
        blocks.append(Figure("f-covered", words.say("progress.covered_figure"), chart, alt,
                             words.text("progress.covered_unit"), _source(of)))
    blocks.append(contrasts_table(of.study, of.found) if of.contrasts
                  else Paragraph((words.say("progress.covered_none_judged"),)))
    # Behind the figure: a box that fills the foot of a page would stand apart from what it warns of.
    blocks.append(Callout("warning", words.text("followup.no_proof"), (words.say("followup.no_proof_more"),)))
    key = ("covered_fell" if of.is_fall else "covered" if of.n_apart else "covered_not" if of.n_judged
           else "covered_nothing")
    return Section("covered", words.text("progress.part_covered"), words.say(f"progress.{key}", a=of.n_apart),
                   tuple(blocks), words.say("progress.covered_lead"), starts_page=False)


# ---- reading ---------------------------------------------------------------------------------------------------------
def readings(of: Progress) -> Section:
    """Return each problem, cause and outcome with what acts on it, its change, and what may be said."""
    words, rows, n = of.words, [], 0
    for group in GROUPS:
        own = [one for one in of.scales if _group(of, one) == group]
        if own:
            rows.append(Row((Statement(words.text(f"progress.group_{group}")),), is_group=True))
            rows += [_reading(of, one) for one in own]
            n += len(own)
    if not rows:
        return Section("reading", words.text("progress.part_reading"), words.say("progress.reading_title"), ())
    columns = columns_of(words, "progress.column_", ("name", 0.21), ("acts", 0.13), ("change", 0.185, "right"),
                         ("sure", 0.205), ("found", 0.27))
    table = Table("t-readings", words.say("progress.reading_table", n=n), columns, tuple(rows), "",
                  words.text("progress.reading_source"), is_dense=True)
    return Section("reading", words.text("progress.part_reading"), words.say("progress.reading_title"), (table,),
                   starts_page=False)


def _group(of: Progress, one: ScaleWaves) -> str:
    construct = of.study.construct(one.scale)
    return construct.group if construct is not None else ""


def _reading(of: Progress, one: ScaleWaves) -> Row:
    words = of.words
    acting = [row for row in of.carried if any(found.construct == one.scale for found in row.contrasts)]
    acts = tuple(words.say("progress.acts", measure=row.action.measure,
                           progress=words.text(f"progress.acts_{row.action.progress}")) for row in acting)
    is_told = one.verdict != "refused"
    sure = words.say(f"changes.invariance_{one.invariance.word}") if is_told else Statement("–")
    return Row((Statement(of.label(one.scale)),
                Stack(acts, has_head=False) if acts else words.say("progress.acts_none"),
                Statement(_signed(of, one) if is_told else "–", {"difference": one.difference}), sure, _said(of, one)))


def _said(of: Progress, one: ScaleWaves) -> Statement:
    if one.verdict == "refused":
        return of.words.say("progress.say_refused")
    found = reading_of(of.study, one)
    if found == "same" and one.detectable is not None:
        return of.words.say("progress.say_same", least=one.detectable.value)
    return of.words.say("progress.say_same_unknown" if found == "same" else f"progress.say_{found}")
