"""Groups of people side by side: means, ranks and shares with effect sizes and intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.groups import GroupComparisons, MeanComparison, RankComparison, TableComparison
from reports.content import Block, Cell, Column, Number, Row, Statement, Table
from reports.measured.frame import Context, Part, Widths, anchor, fitted, told_warnings
from reports.numbers import printed, with_interval

SURE = 0.05
MOST_PAIRS = 30
Outcome = MeanComparison | RankComparison | TableComparison


def build(context: Context, results: Mapping[str, GroupComparisons]) -> list[Part]:
    """Return every outcome of each comparison."""
    parts, place = [], 0
    for key, found in results.items():
        blocks: list[Block] = []
        warnings: list[Statement] = []
        outcomes: list[Outcome] = [*found.means, *found.ranks, *found.shares]
        for one in outcomes:
            blocks.extend(_tables(context, place, one))
            title = context.words.text("measured.groups_of", outcome=context.name(one.outcome), group=one.group)
            warnings.extend(told_warnings(context.words, one.warnings, title))
            place += 1
        n_sure = sum(q < SURE for q in found.q_values.values())
        told: dict[str, Any] = {"title": context.title(key), "n": len(found.q_values), "sure": n_sure}
        parts.append(Part("groups", context.words.say("measured.groups_title", **told), tuple(blocks),
                          (context.words.say("measured.groups_point", **told),), tuple(warnings)))
    return parts


def _tables(context: Context, place: int, found: Outcome) -> list[Block]:
    if isinstance(found, TableComparison):
        return [_shares(context, place, found)]
    if isinstance(found, RankComparison):
        return [_ranks(context, place, found), *_rank_pairs(context, place, found)]
    return [_means(context, place, found), *_mean_pairs(context, place, found)]


def _means(context: Context, place: int, found: MeanComparison) -> Table:
    words, welch = context.words, found.welch
    rows = tuple(Row((Statement(one.key), Number(float(one.n), "count"),
                      Number(one.mean.value, "mean", one.mean.ci_low, one.mean.ci_high), Number(one.sd, "mean"),
                      Number(one.median, "mean"))) for one in found.groups)
    effect = with_interval(found.omega_squared.value, found.omega_squared.ci_low, found.omega_squared.ci_high,
                           "three", words.language)
    note = words.text("measured.groups_welch", f=welch.f, df1=welch.df1, df2=welch.df2, p=welch.p_value, effect=effect)
    columns = _columns(context, ("mean", "sd", "median"))
    return Table(anchor("t-groups", place), _title(context, found), columns, rows, "", context.note(note),
                 is_dense=True)


def _columns(context: Context, figures: tuple[str, ...]) -> tuple[Column, ...]:
    widths: Widths = [("key", 0.34, "left"), ("n", 0.1, "right")]
    widths += [(figure, 0.28 if figure == "mean" else 0.14, "right") for figure in figures]
    return fitted(context.words, "measured.groups_column_", widths)


def _title(context: Context, found: Outcome) -> Statement:
    return context.words.say("measured.groups_table", outcome=context.name(found.outcome), group=found.group, n=found.n)


def _mean_pairs(context: Context, place: int, found: MeanComparison) -> list[Table]:
    rows = tuple(Row((
        Statement(context.words.text("measure.pair", first=one.first, second=one.second)),
        Number(one.difference.value, "mean", one.simultaneous.ci_low, one.simultaneous.ci_high),
        Number(one.p_value, "p"), Number(one.p_holm, "p"),
        Number(one.hedges_g.value, "coefficient", one.hedges_g.ci_low, one.hedges_g.ci_high)))
        for one in found.pairs[:MOST_PAIRS])
    return _pairs(context, place, rows, len(found.pairs), ("difference", "p", "holm", "g"))


def _rank_pairs(context: Context, place: int, found: RankComparison) -> list[Table]:
    rows = tuple(Row((
        Statement(context.words.text("measure.pair", first=one.first, second=one.second)), Number(one.z, "mean"),
        Number(one.p_value, "p"), Number(one.p_holm, "p"),
        Number(one.superiority.value, "coefficient", one.superiority.ci_low, one.superiority.ci_high)))
        for one in found.pairs[:MOST_PAIRS])
    return _pairs(context, place, rows, len(found.pairs), ("z", "p", "holm", "superiority"))


def _pairs(context: Context, place: int, rows: tuple[Row, ...], n: int, figures: tuple[str, ...]) -> list[Table]:
    if not rows:
        return []
    wide = {"difference": 0.24, "g": 0.24, "superiority": 0.24}
    widths: Widths = [("pair", 0.32, "left")]
    widths += [(figure, wide.get(figure, 0.1), "right") for figure in figures]
    note = "measured.groups_mean_pairs_note" if "g" in figures else "measured.groups_rank_pairs_note"
    return [Table(anchor("t-group-pairs", place), context.words.say("measured.groups_pairs_title", n=n),
                  fitted(context.words, "measured.groups_column_", widths), rows, "",
                  context.note(context.words.text(note)), is_dense=True)]


def _ranks(context: Context, place: int, found: RankComparison) -> Table:
    words = context.words
    rows = tuple(Row((Statement(one.key), Number(float(one.n), "count"), Number(rank, "one"),
                      Number(one.median, "mean"))) for one, rank in zip(found.groups, found.mean_ranks, strict=True))
    effect = with_interval(found.epsilon_squared.value, found.epsilon_squared.ci_low, found.epsilon_squared.ci_high,
                           "three", words.language)
    note = words.text("measured.groups_kruskal", h=found.h, df=found.df, p=found.p_value, effect=effect)
    return Table(anchor("t-groups", place), _title(context, found), _columns(context, ("rank", "median")), rows, "",
                 context.note(note), is_dense=True)


def _shares(context: Context, place: int, found: TableComparison) -> Table:
    words = context.words
    each = 0.7 / max(len(found.columns), 1)
    cells = {(cell.row, cell.column): cell for cell in found.cells}
    rows = []
    for row in found.rows:
        shown: list[Cell] = [Statement(row)]
        for column in found.columns:
            cell = cells[row, column]
            mark = "*" if cell.p_holm < SURE else ""
            shown.append(Statement(words.text("measured.groups_cell", n=cell.n, share=cell.share_of_row) + mark))
        rows.append(Row(tuple(shown)))
    effect = with_interval(found.cramers_v.value, found.cramers_v.ci_low, found.cramers_v.ci_high, "coefficient",
                           words.language)
    p = found.p_value if found.p_simulated is None else found.p_simulated
    note = words.text("measured.groups_chi2", chi2=found.chi2, df=found.df, p=p, effect=effect,
                      corrected=printed(found.cramers_v_corrected, "coefficient"))
    columns = (Column(words.text("measured.groups_column_key"), 0.3),
               *(Column(column, each, "right") for column in found.columns))
    return Table(anchor("t-groups", place), _title(context, found), columns, tuple(rows), "", context.note(note),
                 is_dense=True)
