"""Correlations of the normal variables behind ordinal items: a map, the thresholds, what to be careful about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.ordinal import Polychoric
from reports.content import Block, Column, Figure, Number, Row, Statement, Table
from reports.figures import Heatmap
from reports.measured.frame import Context, Part, anchor, told_warnings
from reports.numbers import printed, style_of_size, styles_of_sizes

BOLD_FROM = 0.30
MOST_THRESHOLDS = 10


def build(context: Context, results: Mapping[str, Polychoric]) -> list[Part]:
    """Return each matrix of polychoric correlations."""
    return [_part(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _part(context: Context, place: int, key: str, found: Polychoric) -> Part:
    words, title = context.words, context.title(key)
    values = tuple(tuple(value if column < row else None for column, value in enumerate(line[:-1]))
                   for row, line in enumerate(found.correlations))[1:]
    texts = tuple(tuple(printed(value, style_of_size(value, BOLD_FROM)) for value in line) for line in values)
    pairs = [(abs(value), row, column, value) for row, line in enumerate(found.correlations)
             for column, value in enumerate(line) if column < row and value is not None]
    _size, row, column, value = max(pairs, default=(0.0, 0, 0, None))
    errors = [error for line in found.standard_errors for error in line if error is not None]
    told: dict[str, Any] = {"title": title, "k": len(found.items), "first": found.items[row], "r": value,
                            "second": found.items[column], "n": found.n}
    chart = Heatmap(found.items[1:], found.items[:-1], values, texts, BOLD_FROM)
    note = words.text("measured.polychoric_note", alpha=printed(found.alpha, "coefficient"), n=found.n,
                      eigenvalue=found.smallest_eigenvalue, largest=max(errors, default=None),
                      missing=words.text(f"measured.missing_{found.missing}"))
    note = words.with_finer(words.text("labels.between_sentences").join(
        (note, words.text("measured.bold_from", limit=BOLD_FROM))), styles_of_sizes(values, BOLD_FROM))
    blocks: list[Block] = [Figure(anchor("f-polychoric", place), words.say("measured.polychoric_figure", **told), chart,
                                  words.text("measured.polychoric_alt", **told), "", context.note(note))]
    most = max((len(found.thresholds[item]) for item in found.items), default=0)
    if 0 < most <= MOST_THRESHOLDS:
        blocks.insert(0, _thresholds(context, place, found, most))      # parts at the end of a page; the map does not
    return Part("relations", words.say("measured.polychoric_title", **told), tuple(blocks),
                (words.say("measured.polychoric_point", **told),), told_warnings(words, found.cautions, title))


def _thresholds(context: Context, place: int, found: Polychoric, most: int) -> Table:
    words = context.words
    columns = (Column(words.text("measure.item_key"), 0.3), *(
        Column(f"τ{number}", 0.7 / most, "right") for number in range(1, most + 1)))
    rows = tuple(Row((Statement(context.item(item)), *(
        Number(found.thresholds[item][place], "mean") if place < len(found.thresholds[item]) else Statement("")
        for place in range(most)))) for item in found.items)
    return Table(anchor("t-thresholds", place), words.say("measured.thresholds_title", n=len(found.items)), columns,
                 rows, "", context.note(words.text("measured.thresholds_note")), is_dense=True)
