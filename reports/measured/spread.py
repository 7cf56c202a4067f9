"""How the answers to items are spread: moments and the shares at both ends of the scale, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.scales import ItemDistribution, ItemDistributions
from reports.content import Cell, Number, Row, Statement, Table
from reports.measured.frame import Context, Part, Widths, fitted, told_together, when

END_SHARE = 0.15                    # Terwee et al. 2007
SKEW_LIMIT, KURTOSIS_LIMIT = 2.0, 7.0       # West, Finch & Curran 1995
Found = Mapping[str, ItemDistributions]


def build(context: Context, results: Found) -> list[Part]:
    """Return the distributions of all items, under the analysis that asked for them."""
    words = context.words
    items = [item for found in results.values() for item in found.items]
    told: dict[str, Any] = {"n": len(items), "ends": sum(_is_at_an_end(item) for item in items),
                            "skewed": sum(_is_skewed(item) for item in items)}
    warnings = tuple(warning for key, found in results.items()
                     for warning in told_together(words, found.warnings, context.title(key)))
    return [Part("items", words.say("measured.spread_title", **told), (_table(context, results, items),),
                 (words.say("measured.spread_point", **told),), warnings)]


def _is_at_an_end(item: ItemDistribution) -> bool:
    return max(item.floor_share, item.ceiling_share) > END_SHARE


def _is_skewed(item: ItemDistribution) -> bool:
    return abs(item.skew or 0.0) > SKEW_LIMIT or abs(item.kurtosis or 0.0) > KURTOSIS_LIMIT


def _table(context: Context, results: Found, items: list[ItemDistribution]) -> Table:
    words = context.words
    has_words = context.has_wordings([item.key for item in items])
    rows: list[Row] = []
    for key, found in results.items():
        if len(results) > 1:
            rows.append(Row((Statement(context.title(key)),), is_group=True))
        rows.extend(_row(context, item, has_words=has_words) for item in found.items)
    widths: Widths = [("key", 0.09, "left"), *when(has_words, ("wording", 0.24, "left")), ("n", 0.07, "right"),
                      ("missing", 0.08, "right"), ("mean", 0.06, "right"), ("sd", 0.06, "right"),
                      ("median", 0.08, "right"), ("range", 0.07, "right"), ("skew", 0.08, "right"),
                      ("kurtosis", 0.08, "right"), ("floor", 0.08, "right"), ("ceiling", 0.085, "right")]
    ends = {(found.low, found.high) for found in results.values()}
    scale = (words.text("measured.spread_scale", low=_plain(next(iter(ends))[0]), high=_plain(next(iter(ends))[1]))
             if len(ends) == 1 else "")
    note = words.text("measured.spread_note", scale=scale)
    return Table("t-spread", words.say("measured.spread_table", n=len(items)),
                 fitted(words, "measured.spread_column_", widths), tuple(rows), "", context.note(note), is_dense=True)


def _row(context: Context, item: ItemDistribution, *, has_words: bool) -> Row:
    cells: list[Cell] = [
        Statement(item.key), *((Statement(context.wording(item.key)),) if has_words else ()),
        Number(float(item.n), "count"), Number(float(item.n_missing), "count"), Number(item.mean, "mean"),
        Number(item.sd, "mean"), Number(item.median, "one"),
        Statement(f"{_plain(item.minimum)}–{_plain(item.maximum)}"),
        Number(item.skew, "mean", is_emphasised=abs(item.skew or 0.0) > SKEW_LIMIT),
        Number(item.kurtosis, "mean", is_emphasised=abs(item.kurtosis or 0.0) > KURTOSIS_LIMIT),
        *(Number(share, "percent1", is_emphasised=share > END_SHARE) for share in (item.floor_share,
                                                                                 item.ceiling_share))]
    return Row(tuple(cells))


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")
