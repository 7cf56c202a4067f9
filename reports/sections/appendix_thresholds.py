"""Which grades change under other thresholds, and what the link model implies for a move of one cause."""

from __future__ import annotations

from analysis.diagnosis.thresholds import THRESHOLDS
from analysis.diagnosis.what_if import what_if
from analysis.results.sensitivity import ThresholdMove, WordChange
from analysis.results.what_if import ImpliedDifference
from reports.content import Block, Number, Paragraph, Row, Section, Statement, Table
from reports.sections.source import Source
from reports.sections.table_columns import columns_of

ONE_SD = 1.0
KINDS = {"grade": "grade", "severity": "band", "reading": "cause_reading"}


def moved_thresholds(study: Source) -> list[Section]:
    """Return the table of thresholds that change a grade, a band or a reading; nothing where none was tried."""
    words, found = study.words, study.diagnosis.sensitivity
    if found is None or not found.moves or not found.n_words:
        return []
    telling = [move for move in found.moves if move.changes]
    n_changed = len({change.path for move in telling for change in move.changes})
    title = words.say("moved.title" if telling else "moved.title_none", n=n_changed, total=found.n_words)
    blocks: list[Block] = [_table(study, telling)] if telling else []
    moved = {move.name for move in found.moves}
    steady = words.say("moved.steady", n=len(moved - {move.name for move in telling}), resamples=found.n_resamples)
    blocks.append(Paragraph((steady,), "small"))
    return [Section("moved-thresholds", words.text("part.appendix_b2"), title, tuple(blocks), words.say("moved.lead"),
                    is_appendix=True, starts_page=False, is_listed=False)]


def _table(study: Source, moves: list[ThresholdMove]) -> Table:
    words = study.words
    rows = tuple(Row((Statement(threshold_name(study, move.name)), Statement(f"{move.value:g}"),
                      Statement(f"{move.moved:g}"), Statement(_changes(study, move)))) for move in moves)
    columns = columns_of(words, "moved.", ("threshold", 0.32), ("used", 0.08, "right"), ("tried_at", 0.08, "right"),
                         ("changes", 0.52))
    return Table("t-moved", words.say("moved.table", n=len(rows)), columns, rows, "", words.text(
        "moved.source_not_issued" if any(_is_no_word(change) for move in moves for change in move.changes)
        else "moved.source"), is_dense=True)


def threshold_name(study: Source, name: str) -> str:
    """Return what a threshold means, in the report's language and the study's own words."""
    row = THRESHOLDS.get(name)
    return study.words.named(row.meaning.get(study.language, name)) if row else name


def _changes(study: Source, move: ThresholdMove) -> str:
    return study.words.text("moved.between").join(change_words(study, change) for change in move.changes)


def change_words(study: Source, change: WordChange) -> str:
    """Return one change in words: what it is of, its word now and its word then."""
    family, *between, kind = change.path.split(".")
    name = (study.words.text("causes.pair", cause=study.name(between[0]), problem=study.name(between[1]))
            if family == "link" else study.name(between[0]))
    return study.words.text(f"moved.change_{kind}", name=name, before=_word(study, kind, change.before),
                            after=_word(study, kind, change.after))


def _is_no_word(change: WordChange) -> bool:
    """Return whether a change leads from or to no word at all, which the note under the table explains."""
    return not change.path.endswith(".severity") and bool({None, "-"} & {change.before, change.after})


def _word(study: Source, kind: str, word: str | None) -> str:
    if word in (None, "-"):
        return study.words.text("moved.no_band" if kind == "severity" else "grade.not_issued")
    return study.words.text(f"{KINDS[kind]}.{word}")


def implied(study: Source) -> list[Section]:
    """Return what one SD of each cause goes with in each problem; nothing where no link is supported."""
    words, rows = study.words, []
    causes = dict.fromkeys(link.cause for link in study.diagnosis.links)
    found = [what_if(study.diagnosis, cause, ONE_SD, "sd") for cause in causes]
    for one in found:
        shown = sorted(one.shown, key=lambda row: -(row.points or 0.0))
        if shown:
            rows.append(Row((words.say("implied.cause", name=study.name(one.cause), sd=one.points),), is_group=True))
            rows.extend(_implied_row(study, one.cause, row) for row in shown)
    if not rows:
        return []
    columns = columns_of(words, "implied.", ("problem", 0.4), ("points", 0.3), ("pomp", 0.3))
    table = Table("t-implied", words.say("implied.table"), columns, tuple(rows), "", words.text(
        "implied.source", n=study.diagnosis.link_model.n, resamples=study.diagnosis.link_model.n_resamples),
        is_dense=True)
    return [Section("implied", words.text("part.appendix_b2"), words.say("implied.title"), (table,),
                    words.say("implied.lead"), is_appendix=True, starts_page=False, is_listed=False)]


def _implied_row(study: Source, cause: str, row: ImpliedDifference) -> Row:
    trace = (f"link.{cause}.{row.problem}.beta",)
    return Row((Statement(study.name(row.problem)), Number(row.points, "signed", row.low, row.high, trace),
                Number(row.pomp, "signed_points", row.pomp_low, row.pomp_high, trace)))
