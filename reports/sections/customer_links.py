"""Connected customers, and where customers of an earlier date are now."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.crossed import HiddenPlaces, hidden_places
from analysis.diagnosis.told_customers import hidden_of_kinds
from analysis.privacy import told_count
from analysis.results.customers import Connections, StageMoves
from reports.content import Block, Columns, Figure, Heading, Number, Paragraph, Row, Statement, Table
from reports.figures import Matrix, MatrixCell
from reports.numbers import HIDDEN, printed
from reports.sections.customer_source import CustomerSource
from reports.sections.table_columns import columns_of

SHADES = (0.05, 0.2, 0.4, 0.6)          # share of a row from which a cell is a shade darker
Counts = Mapping[str, Mapping[str, int]]


# ---- connections ----------------------------------------------------------------------------------------------------
def connection_blocks(study: CustomerSource) -> list[Block]:
    """Return what is known of connected customers; nothing where no connection is recorded."""
    found, words = study.picture.connections, study.words
    if found is None or not (found.n_groups or found.n_rows):
        return []
    blocks: list[Block] = [Heading(words.text("connected.head")), Paragraph((_summary(study, found),))]
    if found.has_pairs:
        blocks.append(Paragraph((_pairs(study, found),), "small"))
    management, kinds = _management(study, found), _kinds(study, found)
    if kinds:
        blocks.append(Columns((kinds,), (management,), "7-5"))
    else:
        blocks.append(management)
    return blocks


def _summary(study: CustomerSource, found: Connections) -> Statement:
    if told_count(found.n_customers, study.minimum_group) is None:
        return study.words.say("connected.few", minimum=study.minimum_group)
    key = "connected.summary" if found.aum is None else "connected.summary_aum"
    return study.words.say(key, groups=found.n_groups, n=found.n_customers, largest=found.largest, aum=found.aum,
                           unit=words_after(study),
                           share=found.aum_share, trace=("data.linked_groups_count",))


def words_after(study: CustomerSource) -> str:
    """Return the unit as it follows an amount, "" where none is known."""
    return study.words.text("file.unit_after", unit=study.money) if study.money else ""


def _pairs(study: CustomerSource, found: Connections) -> Statement:
    return study.words.say("connected.pairs", rows=found.n_rows, used=found.n_used, without=found.n_without_basis,
                           strangers=found.n_unknown_customer, selves=found.n_with_themselves,
                           repeated=found.n_repeated)


def _told(n: int | None, study: CustomerSource) -> Number:
    """Return a number of groups or pairs, hidden where they may be few people."""
    return Number(None if n is None else float(n), "count",
                  is_hidden=n is not None and told_count(n, study.minimum_group) is None)


def _management(study: CustomerSource, found: Connections) -> Table:
    words = study.words
    entries: list[tuple[str, int | None]] = [
        ("connected.one_manager", found.n_one_manager), ("connected.split", found.n_split),
        ("connected.no_manager", found.n_no_manager), ("connected.reaching", found.n_reaching_higher),
        ("connected.upper", found.n_upper_connected)]
    rows = [Row((Statement(words.text(key)), _told(n, study))) for key, n in entries if n is not None]
    rows += [Row((Statement(words.text("connected.of_size", size=size)),
                  Number(None if n is None else float(n), "count", is_hidden=n is None)))
             for size, n in found.by_size.items()]
    columns = columns_of(words, "connected.column_", ("what", 0.74, "left"), ("n", 0.26, "right"))
    return Table("t-connected", words.say("connected.management"), columns, tuple(rows), "",
                 words.text("connected.management_source"), is_dense=True)


def _kinds(study: CustomerSource, found: Connections) -> Table | None:
    if not found.by_type:
        return None
    words, hidden = study.words, hidden_of_kinds(found, study.minimum_group)
    rows = tuple(Row((
        Statement(study.name_of("relation_types", kind.key)),
        *(_hidden_or(None if (kind.key, field) in hidden else getattr(kind, field))
          for field in ("n_pairs", "n_used", "n_without_basis", "n_groups", "n_customers")))) for kind in found.by_type)
    columns = columns_of(words, "connected.column_", ("kind", 0.3, "left"), ("pairs", 0.13, "right"),
                         ("used", 0.13, "right"), ("without", 0.16, "right"), ("groups", 0.13, "right"),
                         ("customers", 0.15, "right"))
    return Table("t-connections", words.say("connected.kinds"), columns, rows, "",
                 words.text("connected.kinds_source", minimum=study.minimum_group), is_dense=True)


def _hidden_or(n: int | None) -> Number:
    return Number(None if n is None else float(n), "count", is_hidden=n is None)


# ---- between two dates ----------------------------------------------------------------------------------------------
def move_blocks(study: CustomerSource) -> list[Block]:
    """Return where customers of an earlier date are now: stages between two files, tiers within a file or between."""
    moves, words = study.picture.moves, study.words
    tiers = moves.tiers if moves and moves.tiers else study.picture.transitions
    blocks: list[Block] = []
    if moves is not None and moves.n_both:
        blocks.append(_stage_figure(study, moves))
    if tiers and (table := _tier_table(study, tiers)):
        blocks.append(table)
    if not blocks:
        return []
    head: list[Block] = [Heading(words.text("moves.head"))]
    if moves is not None and moves.n_both:
        head.append(Paragraph((words.say("moves.summary", both=moves.n_both, left=_count(moves.n_left, study),
                                         joined=_count(moves.n_joined, study)),)))
    return [*head, *blocks]


def _count(n: int, study: CustomerSource) -> str:
    told = told_count(n, study.minimum_group)
    return HIDDEN if told is None else printed(float(n), "count")


def _stage_figure(study: CustomerSource, moves: StageMoves) -> Figure:
    words = study.words
    then = study.stages(set(moves.stages))
    now = study.stages({key for row in moves.stages.values() for key in row})
    hidden = hidden_places(moves.stages, study.minimum_group)
    rows, cells = [], []
    for key in then:
        counts = moves.stages[key]
        total = sum(counts.values())
        rows.append((study.stage(key), HIDDEN if key in hidden.rows else printed(float(total), "count")))
        cells.append(tuple(_cell(counts.get(to, 0), total, is_hidden=(key, to) in hidden.cells) for to in now))
    stayed = sum(row.get(key, 0) for key, row in moves.stages.items())
    # How many stayed is one more total of the table: beside it a hidden cell of those who stayed could be worked out.
    is_told = not any((key, key) in hidden.cells for key in moves.stages)
    title = words.say("moves.title" if is_told else "moves.title_plain", n=moves.n_both, stayed=stayed)
    alt = words.text("moves.alt" if is_told else "moves.alt_plain", rows=len(rows), columns=len(now), n=moves.n_both,
                     stayed=stayed)
    unit = (words.text("moves.unit_dated", before=moves.before_on, now=moves.now_on)
            if moves.before_on and moves.now_on else words.text("moves.unit"))
    return Figure("f-moves", title, Matrix(tuple(rows), tuple(study.stage(key) for key in now), tuple(cells)), alt,
                  unit, words.text("moves.source", minimum=study.minimum_group))


def _cell(n: int, total: int, *, is_hidden: bool) -> MatrixCell:
    if n == 0:
        return MatrixCell("–")
    if is_hidden:
        return MatrixCell(HIDDEN)
    return MatrixCell(printed(float(n), "count"), step=sum(n / total >= border for border in SHADES))


def _tier_table(study: CustomerSource, tiers: Counts) -> Table | None:
    """Return for each tier then how many stand higher, the same or lower now, audited with their totals."""
    words = study.words
    counts = {key: _directions(study, key, row) for key, row in tiers.items()}
    hidden = hidden_places(counts, study.minimum_group)
    rows = [Row((Statement(study.tier(key)), _shown(hidden, key, "", sum(row.values())),
                 *(_shown(hidden, key, way, row.get(way, 0)) for way in ("up", "same", "down"))))
            for key, row in sorted(counts.items(), key=lambda pair: tier_order(study, pair[0]))]
    columns = columns_of(words, "moves.column_", ("then", 0.4, "left"), ("n", 0.15, "right"), ("up", 0.15, "right"),
                         ("same", 0.15, "right"), ("down", 0.15, "right"))
    return Table("t-tier-moves", words.say("moves.tiers"), columns, tuple(rows), "",
                 words.text("moves.tiers_source", minimum=study.minimum_group), is_dense=True) if rows else None


def _directions(study: CustomerSource, key: str, row: Mapping[str, int]) -> dict[str, int]:
    kind, _, then = key.rpartition(".")
    order = [tier.key for tier in study.model.tiers.get(kind, ())] if study.model else []
    found = {"up": 0, "same": 0, "down": 0}
    for now, n in row.items():
        if then in order and now in order:
            step = order.index(now) - order.index(then)
            found["up" if step > 0 else "down" if step < 0 else "same"] += n
    return found


def tier_order(study: CustomerSource, key: str) -> tuple[int, int]:
    """Return the place of "type.tier" in the order of the value model, unknown ones last."""
    kind, _, tier = key.rpartition(".")
    kinds = list(study.model.tiers) if study.model else []
    order = [one.key for one in study.model.tiers.get(kind, ())] if study.model else []
    return (kinds.index(kind) if kind in kinds else len(kinds), order.index(tier) if tier in order else len(order))


def _shown(hidden: HiddenPlaces, row: str, column: str, n: int) -> Number:
    is_hidden = row in hidden.rows if not column else (row, column) in hidden.cells
    return Number(float(n), "count", is_hidden=is_hidden and n > 0)
