"""How the items of scales were answered: bars of their distributions, and the table of item statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.results.measurement import ItemStatistics, Reliability
from reports.content import Block, Cell, Figure, Number, Row, Statement, Table
from reports.figures import Distribution, DistributionRow
from reports.measured.frame import Context, Part, Widths, anchor, fitted, when
from reports.numbers import printed

MOST_ROWS = 34              # of a figure that still fits a page with the heading above it …
MOST_ROWS_WITH_WORDINGS = 14    # … where each has two lines: two such figures share a page
MOST_POINTS = 11
CEILING = 0.15              # Terwee et al. 2007: more people than this at an end of the scale
Scales = Mapping[str, Reliability]


def build(context: Context, results: Scales) -> list[Part]:
    """Return distributions and item statistics of all scales together."""
    words = context.words
    shown = {key: r.items for key, r in results.items()}
    sheets = _sheets(shown, _most_rows(context, shown))
    among = tuple(row for scales in sheets for row in _rows(context, scales))
    blocks: list[Block] = [_figure(context, place, scales, among) for place, scales in enumerate(sheets)]
    blocks.append(item_table(context, shown))
    n = sum(len(items) for items in shown.values())
    return [Part("items", words.say("measured.items_title", n=n, scales=len(shown)), tuple(blocks))]


def points_of(items: Sequence[ItemStatistics]) -> tuple[str, ...]:
    """Return the answers that occur in the items of a scale, from the lowest to the highest."""
    found = {answer for item in items for answer in item.frequencies}
    return tuple(sorted(found, key=float))


def _most_rows(context: Context, scales: Mapping[str, Sequence[ItemStatistics]]) -> int:
    has_words = context.has_wordings([item.key for items in scales.values() for item in items])
    return MOST_ROWS_WITH_WORDINGS if has_words else MOST_ROWS


def _sheets(scales: Mapping[str, Sequence[ItemStatistics]], most: int) -> list[dict[str, Sequence[ItemStatistics]]]:
    """Return the scales in groups that share a figure: the same answers, and no more rows than a page holds."""
    sheets: list[dict[str, Sequence[ItemStatistics]]] = []
    for key, items in scales.items():
        points = points_of(items)
        if not 1 < len(points) <= MOST_POINTS:
            continue
        rows = len(items) + 1
        for sheet in sheets:
            held = sum(len(own) + 1 for own in sheet.values())
            if points_of(next(iter(sheet.values()))) == points and held + rows <= most:
                sheet[key] = items
                break
        else:
            sheets.append({key: items})
    return sheets


def _rows(context: Context, scales: Mapping[str, Sequence[ItemStatistics]]) -> tuple[DistributionRow, ...]:
    points = points_of(next(iter(scales.values())))
    rows: list[DistributionRow] = []
    for key, items in scales.items():
        rows.append(DistributionRow(context.title(key)))
        rows.extend(_bar(context, item, points) for item in items)
    return tuple(rows)


def _figure(context: Context, place: int, scales: Mapping[str, Sequence[ItemStatistics]],
            among: tuple[DistributionRow, ...]) -> Figure:
    words = context.words
    points = points_of(next(iter(scales.values())))
    named = [item for items in scales.values() for item in items if item.mean is not None]
    high, low = max(named, key=lambda item: item.mean or 0.0), min(named, key=lambda item: item.mean or 0.0)
    told: dict[str, Any] = {"n": len(named), "low": low.key, "low_mean": low.mean, "high": high.key,
                            "high_mean": high.mean}
    heads = tuple(words.text(f"measured.items_head_{key}") for key in ("mean", "sd", "n"))
    chart = Distribution(_rows(context, scales), _point_names(context, scales, points), heads, among)
    return Figure(anchor("f-items", place), words.say("measured.items_figure_title", **told), chart,
                  words.text("measured.items_alt", **told), words.text("measured.items_unit"),
                  context.note(words.text("measured.items_figure_note")))


def _point_names(context: Context, scales: Mapping[str, Sequence[ItemStatistics]],
                 points: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of the answers where they are the same for every item that was not turned round."""
    known = context.answers or (context.facts.value_labels if context.facts else {})
    labels = [known.get(item.key, {}) for items in scales.values() for item in items if not item.is_reverse]
    named = [{point: found[point] for point in points if found.get(point)} for found in labels]
    if named and all(found == named[0] for found in named):
        return tuple(f"{point} {named[0][point]}" if point in named[0] else point for point in points)
    return points


def _bar(context: Context, item: ItemStatistics, points: tuple[str, ...]) -> DistributionRow:
    total = sum(item.frequencies.values()) or 1
    label = context.item(item.key).replace(item.key, _label(context, item), 1)
    label = label.replace("）  ", "）", 1)      # a full-width bracket brings its own space
    figures = (printed(item.mean, "mean"), printed(item.sd, "mean"), printed(float(item.n), "count"))
    return DistributionRow(label, tuple(item.frequencies.get(point, 0) / total for point in points), figures)


def _label(context: Context, item: ItemStatistics) -> str:
    return f"{item.key}{context.words.text('measure.reversed') if item.is_reverse else ''}"


def item_table(context: Context, scales: Mapping[str, Sequence[ItemStatistics]]) -> Table:
    """Return the statistics of every item under its scale."""
    words = context.words
    keys = [item.key for items in scales.values() for item in items]
    has_words = context.has_wordings(keys)
    has_shape = any(getattr(item, "skew", None) is not None for items in scales.values() for item in items)
    rows: list[Row] = []
    for key, items in scales.items():
        rows.append(Row((Statement(context.title(key)),), is_group=True))
        ends = _ends(items)
        rows.extend(Row((Statement(_label(context, item)),
                         *((Statement(context.wording(item.key)),) if has_words else ()),
                         *_figures(item, ends, has_shape=has_shape))) for item in items)
    widths: Widths = [("key", 0.11, "left"), *when(has_words, ("wording", 0.3, "left")),
              ("n", 0.08, "right"), ("mean", 0.07, "right"), ("sd", 0.07, "right"),
              *when(has_shape, ("skew", 0.08, "right"), ("kurtosis", 0.08, "right")),
              ("floor", 0.085, "right"), ("ceiling", 0.085, "right"),
              ("rest", 0.08, "right"), ("dropped", 0.09, "right")]
    columns = fitted(words, "measured.items_column_", widths)
    return Table("t-items", words.say("measured.items_table_title", n=len(keys)), columns, tuple(rows), "",
                 context.note(words.text("measured.items_note_shape" if has_shape else "measured.items_note")),
                 is_dense=True)


def _ends(items: Sequence[ItemStatistics]) -> tuple[str, str] | None:
    points = points_of(items)
    return (points[0], points[-1]) if 1 < len(points) <= MOST_POINTS else None


def _figures(item: ItemStatistics, ends: tuple[str, str] | None, *, has_shape: bool) -> list[Cell]:
    total = sum(item.frequencies.values())
    shares = [None if ends is None or not total else item.frequencies.get(end, 0) / total for end in ends or ("", "")]
    shape = [Number(getattr(item, name, None), "mean") for name in ("skew", "kurtosis")] if has_shape else []
    return [Number(float(item.n), "count"), Number(item.mean, "mean"), Number(item.sd, "mean"), *shape,
            *(Number(share, "percent1", is_emphasised=share is not None and share > CEILING) for share in shares),
            Number(item.item_rest_r, "coefficient"), Number(item.alpha_if_dropped, "coefficient")]
