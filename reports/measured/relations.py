"""How items and scales go together: correlations with intervals, and how well scales can be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.results.datafile import CorrelationTable
from reports.content import Block, Cell, Column, Figure, Number, Row, Statement, Table
from reports.figures import Heatmap
from reports.measured.frame import Context, Part, anchor, told_warnings
from reports.numbers import Beside, printed, style_beside, style_of_size, styles_of_sizes

MOST_WITH_INTERVALS = 6     # columns of a table that still have room for intervals
MOST_IN_TABLE = 12          # variables; more are a map of cells
BOLD_FROM = 0.30
MOST_PAIRS, SHOWN_OF_MANY = 36, 15      # of nine scales every pair is printed
HTMT_LIMIT, HTMT_SEPARATE = 0.85, 0.90     # Henseler et al. 2015


def build(context: Context, results: Mapping[str, CorrelationTable]) -> list[Part]:
    """Return each table of correlations: few variables with intervals, many as a map."""
    return [_part(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _part(context: Context, place: int, key: str, found: CorrelationTable) -> Part:
    words = context.words
    pairs = [(abs(value), found.names[row], found.names[column], value)
             for row, line in enumerate(found.correlations) for column, value in enumerate(line)
             if column < row and value is not None]
    largest = max(pairs, default=(0.0, "–", "–", None))
    told: dict[str, Any] = {"k": len(found.names), "first": context.name(largest[1]),
                            "second": context.name(largest[2]),
                            "r": largest[3]}
    blocks: list[Block] = ([_table(context, place, found, told)] if len(found.names) <= MOST_IN_TABLE
                           else [_map(context, place, found, told)])
    return Part("relations", words.say("measured.relations_title", **told), tuple(blocks),
                (words.say("measured.relations_point", **told),),
                told_warnings(words, found.warnings, context.title(key)))


def _beside_limits(htmt: float | None) -> Beside:
    return style_beside(htmt, (HTMT_LIMIT, HTMT_SEPARATE))


def _note(context: Context, found: CorrelationTable, of_map: Sequence[str] = ()) -> str:
    """Return how the correlations were computed; below the map, of the styles in which they stand, what is bold."""
    words = context.words
    pair_n = [n for row, line in enumerate(found.pair_n) for n in line[:row]]
    parts = [words.text(f"measured.relations_kind_{found.method}"), words.text(f"measured.missing_{found.missing}")]
    parts.append(words.text("measured.relations_n", low=min(pair_n), high=max(pair_n))
                 if pair_n and min(pair_n) != max(pair_n) else words.text("measured.relations_one_n", n=found.n))
    if of_map:
        parts.append(words.text("measured.bold_from", limit=BOLD_FROM))
    elif any(alpha is not None for alpha in found.alphas):
        parts.append(words.text("measured.relations_alpha"))
    return context.note(words.with_finer(words.text("labels.between_sentences").join(parts), of_map))


def _table(context: Context, place: int, found: CorrelationTable, told: Mapping[str, Any]) -> Table:
    words, k = context.words, len(found.names)
    has_intervals = k - 1 <= MOST_WITH_INTERVALS
    wide = 0.24 if k <= MOST_WITH_INTERVALS else 0.19
    spread = 0.08 if k <= MOST_WITH_INTERVALS else 0.06
    each = (1 - wide - 2 * spread) / max(k, 1)
    columns = (Column(words.text("measured.relations_variable"), wide), Column("M", spread, "right"),
               Column("SD", spread, "right"), *(Column(str(number), each, "right") for number in range(1, k + 1)))
    rows = []
    for row, name in enumerate(found.names):
        cells: list[Cell] = [Statement(f"{row + 1}. {context.name(name)}"), Number(found.means[row], "mean"),
                             Number(found.sds[row], "mean")]
        for column in range(k):
            cells.append(_cell(found, row, column, has_intervals=has_intervals))
        rows.append(Row(tuple(cells)))
    legend = words.text("measured.relations_interval" if has_intervals else "measured.relations_weight",
                        confidence=found.confidence)
    return Table(anchor("t-correlations", place), words.say("measured.relations_table", **told), columns, tuple(rows),
                 "", words.text("labels.between_sentences").join([_note(context, found), legend]),
                 is_dense=True)


def _cell(found: CorrelationTable, row: int, column: int, *, has_intervals: bool) -> Cell:
    if column > row:
        return Statement("")
    if column == row:
        alpha = found.alphas[row]
        return Statement("—" if alpha is None else f"({printed(alpha, 'coefficient')})")
    value, p = found.correlations[row][column], found.p_values[row][column]
    if has_intervals:
        return Number(value, "coefficient", found.ci_low[row][column], found.ci_high[row][column],
                      is_light=p is None or p >= 0.05)  # noqa: PLR2004  # the usual level, named in the note
    return Number(value, "coefficient", is_emphasised=p is not None and p < 0.01,  # noqa: PLR2004  # named in the note
                  is_light=p is None or p >= 0.05)  # noqa: PLR2004  # the usual level, named in the note


def _map(context: Context, place: int, found: CorrelationTable, told: Mapping[str, Any]) -> Figure:
    words = context.words
    values = tuple(tuple(value if column < row else None for column, value in enumerate(line[:-1]))
                   for row, line in enumerate(found.correlations))[1:]
    texts = tuple(tuple(printed(value, style_of_size(value, BOLD_FROM)) for value in line) for line in values)
    has_names = any(context.name(name) != name for name in found.names)
    rows, heads = found.names[1:], found.names[:-1]
    if has_names:       # names are too long for the heads: numbers stand for them
        rows = tuple(f"{number}. {context.name(name)}" for number, name in enumerate(found.names, start=1))
        heads = tuple(str(number) for number in range(1, len(found.names)))
        values, texts = ((None,) * len(heads), *values), (("",) * len(heads), *texts)
    chart = Heatmap(rows, heads, values, texts, BOLD_FROM)
    return Figure(anchor("f-correlations", place), words.say("measured.relations_map", **told), chart,
                  words.text("measured.relations_alt", **told), "",
                  _note(context, found, styles_of_sizes(values, BOLD_FROM)))


def build_pairs(context: Context, results: Mapping[str, Any]) -> list[Part]:
    """Return the heterotrait-monotrait ratios of pairs of scales."""
    return [_pairs(context, place, found) for place, found in enumerate(results.values())]


def _shown(pairs: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return all pairs, or of many only the highest and every one that is hard to tell apart."""
    if len(pairs) <= MOST_PAIRS:
        return pairs
    return [pair for place, pair in enumerate(pairs) if place < SHOWN_OF_MANY or pair["verdict"] != "distinct"]


def _pairs(context: Context, place: int, found: Mapping[str, Any]) -> Part:
    words = context.words
    pairs = sorted(found["pairs"], key=lambda pair: -(pair["htmt"] or 0))
    rows = tuple(Row((
        Statement(words.text("measure.pair", first=context.name(pair["first"]), second=context.name(pair["second"]))),
        Number(pair["htmt"], _beside_limits(pair["htmt"]), is_emphasised=(pair["htmt"] or 0) > HTMT_LIMIT),
        Number(pair["htmt2"], "coefficient"), words.say(f"distinct.{pair['verdict']}"))) for pair in _shown(pairs))
    columns = (Column(words.text("measure.pair_head"), 0.5), Column("HTMT", 0.12, "right"),
               Column("HTMT2", 0.12, "right"), Column(words.text("measure.pair_verdict"), 0.26))
    n_close = sum(pair["verdict"] != "distinct" for pair in pairs)
    title = words.say("measured.pairs_title" if n_close else "measured.pairs_title_none", n=len(pairs), close=n_close)
    note = words.text("measured.pairs_note", n=found["n"])
    if len(rows) < len(pairs):
        more = words.text("measured.pairs_more", n=len(pairs) - len(rows))
        note = f"{note} {more}" if words.language == "en" else note + more
    table = Table(anchor("t-pairs", place), words.say("measured.pairs_table", n=len(pairs)), columns, rows, "",
                  context.note(words.with_finer(note, (_beside_limits(pair["htmt"]) for pair in _shown(pairs)))),
                  is_dense=True)
    point = words.say("measured.pairs_point" if n_close else "measured.pairs_point_none", n=len(pairs), close=n_close)
    return Part("relations", title, (table,), (point,))
