"""Exploratory factor solutions: fit beside one another, sorted loadings as table and map, correlations of factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.results.measurement import FactorSolution
from reports.content import Block, Cell, Column, Figure, Number, Row, Statement, Table
from reports.figures import Heatmap
from reports.measured.frame import Context, Part, anchor, told_warnings
from reports.numbers import printed
from reports.sections.measurement_tables import LOADING_SHOWN, phi_table
from reports.sections.table_columns import columns_of

FEWEST_OF_A_FACTOR = 3      # items that load; fewer leave a factor to two items' correlation
MOST_FACTORS_WITH_WORDINGS = 7
MOST_FACTORS_WITH_ROOM = 12     # more need the room of the other columns, or minus signs touch the number before
FILLS_A_PAGE = 40           # rows of a map
TOLD_HERE = {"heywood", "thin_factor", "weak_item"}     # told with all their items or factors in one sentence
Order = list[tuple[int, int | None]]        # items by row, each with the factor it belongs to


def build(context: Context, results: Mapping[str, FactorSolution]) -> list[Part]:
    """Return the fit of all solutions in one table, then each solution."""
    words = context.words
    parts = [_solution(context, place, key, found) for place, (key, found) in enumerate(results.items())]
    first = parts[0]
    blocks = (_fit(context, results), *first.blocks)
    points = tuple(words.say(
        "measured.factors_point" if context.has_own_title(key) else "measured.factors_point_plain",
        title=context.title(key), n=found.n_factors, items=len(found.items),
        rmsea=printed(found.rmsea.value if found.rmsea else None, "three"), tli=printed(found.tli, "three"))
        for key, found in results.items())
    return [Part(first.chapter, first.title, blocks, points, first.warnings), *parts[1:]]


def order_of(found: FactorSolution) -> Order:
    """Return the items by the factor they load most on, largest first, each with that factor; None = on no factor."""
    strongest = []
    for row, loadings in enumerate(found.loadings):
        sizes = [abs(value or 0) for value in loadings]
        best = max(range(len(sizes)), key=sizes.__getitem__)
        strongest.append((row, best, sizes[best]))
    strongest.sort(key=lambda entry: (entry[1] if entry[2] >= LOADING_SHOWN else found.n_factors, -entry[2]))
    return [(row, best if size >= LOADING_SHOWN else None) for row, best, size in strongest]


def _solution(context: Context, place: int, key: str, found: FactorSolution) -> Part:
    words = context.words
    order = order_of(found)
    n_clear = sum(_n_large(found.loadings[row]) == 1 for row, _ in order)
    told: dict[str, Any] = {"n": found.n_factors, "items": len(found.items), "clear": n_clear,
                            "title": context.title(key)}
    blocks: list[Block] = [_loadings(context, place, found, order)]
    phi = phi_table(words, found, context.note(words.text("measured.phi_note")))
    if phi is not None:
        blocks.append(replace(phi, key=anchor("t-phi", place)))
    drawn = _map(context, place, found, order)
    blocks.insert(1 if len(order) > FILLS_A_PAGE else len(blocks), drawn)   # where it leaves the least of a page empty
    return Part("factors", words.say("measured.factors_title", **told), tuple(blocks), (),
                tuple(warnings_of(context, key, found, order)))


def _n_large(loadings: Sequence[float | None]) -> int:
    return sum(abs(value or 0) >= LOADING_SHOWN for value in loadings)


def described(context: Context, found: FactorSolution) -> str:
    """Return how a solution was got, in words."""
    words = context.words
    return words.text("measured.factors_how", method=_word(context, "measured.method_", found.method),
                      rotation=_word(context, "measured.rotation_", found.rotation),
                      correlation=_word(context, "measured.correlation_", found.correlation), n=found.n)


def _word(context: Context, prefix: str, value: str) -> str:
    key = prefix + value
    return context.words.text(key) if context.words.has(key) else value


def _fit(context: Context, results: Mapping[str, FactorSolution]) -> Table:
    words = context.words
    rows = []
    for key, found in results.items():
        rmsea = found.rmsea
        rows.append(Row((
            Statement(context.title(key)), Number(float(found.n_factors), "count"), Number(float(found.n), "count"),
            Number(found.chi2, "one"), Number(float(found.df), "count"), Number(found.p_value, "p"),
            Number(rmsea.value if rmsea else None, "three", rmsea.ci_low if rmsea else None,
                   rmsea.ci_high if rmsea else None),
            Number(found.tli, "three"), Number(found.rmsr, "three"), Number(found.bic, "one"))))
    columns = columns_of(words, "measured.fit_", ("solution", 0.2), ("factors", 0.08, "right"), ("n", 0.08, "right"),
                         ("chi2", 0.1, "right"), ("df", 0.06, "right"), ("p", 0.08, "right"), ("rmsea", 0.17, "right"),
                         ("tli", 0.07, "right"), ("rmsr", 0.07, "right"), ("bic", 0.09, "right"))
    first = next(iter(results.values()))
    confidence = first.rmsea.confidence if first.rmsea else 0.9
    return Table("t-fit", words.say("measured.fit_title", n=len(rows)), columns, tuple(rows), "",
                 context.note(words.text("measured.fit_note", confidence=confidence)), is_dense=True)


def _loadings(context: Context, place: int, found: FactorSolution, order: Order) -> Table:
    words, k = context.words, found.n_factors
    wordings = context.has_wordings(found.items) and k <= MOST_FACTORS_WITH_WORDINGS
    wide = 0.34 if wordings else 0.0
    is_wide = k > MOST_FACTORS_WITH_ROOM
    key_width = 0.1 if wordings else 0.13 if is_wide else 0.2
    end = 0.05 if is_wide else 0.08
    each = (1 - key_width - wide - 2 * end) / k
    columns = (Column(words.text("measure.item_key"), key_width),
               *((Column(words.text("measure.item_wording"), wide),) if wordings else ()),
               *(Column(words.text("measure.factor", number=number), each, "right") for number in range(1, k + 1)),
               Column("h²", end, "right"), Column("u²", end, "right"))
    rows = []
    for row, _ in order:
        cells: list[Cell] = [Statement(found.items[row]),
                             *((Statement(context.wording(found.items[row])),) if wordings else ())]
        cells.extend(Number(value, "coefficient", is_emphasised=abs(value or 0) >= LOADING_SHOWN,
                            is_light=abs(value or 0) < LOADING_SHOWN) for value in found.loadings[row])
        rows.append(Row((*cells, Number(found.communalities[row], "coefficient"),
                         Number(found.uniquenesses[row], "coefficient"))))
    rows.extend(_foot(context, found, has_wordings=wordings))
    title = words.say("measure.loading_title", n=k, items=len(found.items))
    return Table(anchor("t-loadings", place), title, columns, tuple(rows), described(context, found),
                 context.note(words.text("measured.loading_note")), is_dense=True)


def _foot(context: Context, found: FactorSolution, *, has_wordings: bool) -> list[Row]:
    """Return what each factor explains: the sum of squares, and its share of all items' variance."""
    spare = (Statement(""),) if has_wordings else ()
    end = (Statement(""), Statement(""))
    return [
        Row((Statement(context.words.text("measure.variance")), *spare,
             *(Number(value, "coefficient") for value in found.variance_explained), *end)),
        Row((Statement(context.words.text("measured.share_of_variance")), *spare,
             *(Number(value / len(found.items), "percent") for value in found.variance_explained), *end))]


def _map(context: Context, place: int, found: FactorSolution, order: Order) -> Figure:
    words = context.words
    values = tuple(found.loadings[row] for row, _ in order)
    texts = tuple(tuple(printed(value, "coefficient") for value in line) for line in values)
    breaks = tuple(at for at in range(1, len(order)) if order[at][1] != order[at - 1][1])
    rows = tuple(context.item(found.items[row]) for row, _ in order)
    heads = tuple(words.text("measure.factor", number=number) for number in range(1, found.n_factors + 1))
    clear = sum(_n_large(line) == 1 for line in values)
    double, none = sum(_n_large(line) > 1 for line in values), sum(_n_large(line) == 0 for line in values)
    told: dict[str, Any] = {"n": found.n_factors, "items": len(rows), "clear": clear, "double": double, "none": none}
    chart = Heatmap(rows, heads, values, texts, LOADING_SHOWN, breaks)
    return Figure(anchor("f-loadings", place), words.say("measured.map_title", **told), chart,
                  words.text("measured.map_alt", **told), "", context.note(words.text("measured.map_note")))


def warnings_of(context: Context, key: str, found: FactorSolution, order: Order) -> list[Statement]:
    """Return what to be careful about in a solution."""
    words, title = context.words, context.title(key)
    further = tuple(word for word in found.warnings if word.partition(": ")[0] not in TOLD_HERE)
    said = list(told_warnings(words, further, title))
    if found.heywood_items:
        said.append(words.say("measured.warn_heywood", title=title, items=words.join(found.heywood_items)))
    lost = [found.items[row] for row, factor in order if factor is None]
    if lost:
        said.append(words.say("measured.warn_unloaded", title=title, items=words.join(lost)))
    thin = [words.text("measure.factor", number=factor + 1) for factor in range(found.n_factors)
            if sum(abs(line[factor] or 0) >= LOADING_SHOWN for line in found.loadings) < FEWEST_OF_A_FACTOR]
    if thin:
        said.append(words.say("measured.warn_thin", title=title, factors=words.join(thin)))
    return said
