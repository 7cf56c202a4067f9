"""Who and what was measured: rows, missing answers, patterns of what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.results.datafile import ItemAnswers, SampleAnswers
from reports.content import Block, Cell, Column, Facts, Number, Row, Statement, Table
from reports.measured.frame import Context, Part, Widths, anchor, fitted, told_warnings, when
from reports.numbers import printed

MOST_KEYS = 8               # items named in a pattern; the rest are counted


def build(context: Context, results: Mapping[str, SampleAnswers]) -> list[Part]:
    """Return sample size and missing answers of each table of items."""
    return [_part(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _part(context: Context, place: int, key: str, found: SampleAnswers) -> Part:
    words = context.words
    share = found.n_cells_missing / (found.n * len(found.items)) if found.n and found.items else None
    blocks: list[Block] = [Facts(_facts(context, found, share), is_wide=True), _items(context, place, found)]
    if found.patterns:
        blocks.append(_patterns(context, place, found))
    title = words.say("measured.answers_title", n=found.n, complete=found.n_complete)
    point = words.say("measured.answers_point", n=found.n, complete=found.n_complete, share=printed(share, "percent1"))
    return Part("answers", title, tuple(blocks), (point,), told_warnings(words, found.warnings, context.title(key)))


def _facts(context: Context, found: SampleAnswers, share: float | None) -> tuple[tuple[str, Statement], ...]:
    words = context.words
    total = found.n or 1
    rows = [("rows", words.say("measured.answers_rows_text", n=found.n)),
            ("complete", words.say("measured.of_rows", n=found.n_complete, share=found.n_complete / total)),
            ("empty", words.say("measured.of_rows", n=found.n_empty, share=found.n_empty / total)),
            ("missing", words.say("measured.of_answers", n=found.n_cells_missing, share=printed(share, "percent1")))]
    if found.n_patterns:
        rows.append(("patterns", words.say("measured.answers_patterns_text", n=found.n_patterns)))
    if found.n_duplicated:
        rows.append(("copies", words.say("measured.answers_copies_text", n=found.n_duplicated)))
    return tuple((words.text(f"measured.answers_{term}"), text) for term, text in rows)


def _items(context: Context, place: int, found: SampleAnswers) -> Table:
    words = context.words
    declared = context.facts.declared_missing if context.facts else {}
    keys = [item.key for item in found.items]
    has_words, has_declared = context.has_wordings(keys), any(key in declared for key in keys)
    rows = tuple(Row(_item(context, item, has_words=has_words, has_declared=has_declared)) for item in found.items)
    widths: Widths = [("key", 0.12, "left"), *when(has_words, ("wording", 0.36, "left")),
              ("n", 0.09, "right"), ("missing", 0.09, "right"), ("share", 0.1, "right"), ("range", 0.11, "right"),
              *when(has_declared, ("declared", 0.25, "left"))]
    columns = fitted(words, "measured.answers_column_", widths)
    n_items = sum(item.n_missing > 0 for item in found.items)
    return Table(anchor("t-answers", place), words.say("measured.answers_items_title", n=n_items, k=len(keys)), columns,
                 rows, "", context.note(words.text("measured.answers_items_note")), is_dense=True)


def _item(context: Context, item: ItemAnswers, *, has_words: bool, has_declared: bool) -> tuple[Cell, ...]:
    words = context.words
    declared = context.facts.declared_missing.get(item.key, {}) if context.facts else {}
    named = context.facts.value_labels.get(item.key, {}) if context.facts else {}
    reasons = words.text("labels.between").join(
        words.text("measured.answers_reason", value=f"{value} {named.get(value, '')}".strip(), n=n)
        for value, n in declared.items())
    total = item.n + item.n_missing
    span = "–".join(f"{end:.0f}" if end.is_integer() else f"{end:.2f}" for end in (item.lowest, item.highest)
                    if end is not None) or "–"
    return (Statement(item.key), *((Statement(context.wording(item.key)),) if has_words else ()),
            Number(float(item.n), "count"), Number(float(item.n_missing), "count"),
            Number(item.n_missing / total if total else None, "percent1"), Statement(span.replace("-", "−")),
            *((Statement(reasons),) if has_declared else ()))


def _patterns(context: Context, place: int, found: SampleAnswers) -> Table:
    words = context.words
    rows = []
    for pattern in found.patterns:
        named = words.text("labels.between").join(pattern.items[:MOST_KEYS])
        more = len(pattern.items) - MOST_KEYS
        text = words.text("measured.pattern_more", items=named, n=more) if more > 0 else named
        rows.append(Row((Statement(text), Number(float(len(pattern.items)), "count"),
                         Number(float(pattern.n), "count"), Number(pattern.n / found.n, "percent1"))))
    columns = (Column(words.text("measured.pattern_items"), 0.61),
               Column(words.text("measured.pattern_k"), 0.13, "right"),
               Column(words.text("measured.pattern_n"), 0.13, "right"),
               Column(words.text("measured.pattern_share"), 0.13, "right"))
    return Table(anchor("t-patterns", place), words.say("measured.pattern_title", n=len(rows), all=found.n_patterns),
                 columns, tuple(rows), "", context.note(words.text("measured.pattern_note")), is_dense=True)
