"""Exploratory factor solutions: fit beside one another, sorted loadings as table and map, correlations of factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.results.measurement import FactorSolution
from reports.content import Block, Cell, Column, Figure, Number, Paragraph, Row, Statement, Table
from reports.figures import Heatmap
from reports.measured.frame import Context, Part, anchor, told_warnings
from reports.measured.structure import item_label, structure_points, turned_items
from reports.numbers import printed, style_of_size, styles_of_sizes
from reports.sections.measurement_tables import LOADING_SHOWN, phi_table
from reports.sections.table_columns import columns_of

FEWEST_OF_A_FACTOR = 3      # items that load; fewer leave a factor to two items' correlation
MOST_FACTORS_WITH_ROOM = 7      # more leave small letters, narrow columns …
MOST_FACTORS_WITH_WORDINGS = 12     # … and, beyond this, none for the wordings
NARROW = 0.05               # of the table's width: the least that a loading with its sign takes
LEAST_TLI, GOOD_TLI = 0.90, 0.95    # usual, and Hu & Bentler 1999
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
    points += tuple(point for key, found in results.items() for point in structure_points(context, key, found))
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
    turned = turned_items(context, key)
    blocks: list[Block] = [_loadings(context, place, found, order, turned)]
    phi = phi_table(words, found, context.note(words.text("measured.phi_note")))
    if phi is not None:
        blocks.append(replace(phi, key=anchor("t-phi", place)))
    blocks.append(_map(context, place, found, order, turned))   # last: the tables before it fill their pages
    said = structure_points(context, key, found)
    if said:
        blocks.insert(0, Paragraph(said, "body"))
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
            Number(found.tli, "three", is_emphasised=found.tli is not None and found.tli < LEAST_TLI),
            Number(found.rmsr, "three"), Number(found.bic, "one"))))
    columns = columns_of(words, "measured.fit_", ("solution", 0.2), ("factors", 0.08, "right"), ("n", 0.08, "right"),
                         ("chi2", 0.1, "right"), ("df", 0.06, "right"), ("p", 0.08, "right"), ("rmsea", 0.17, "right"),
                         ("tli", 0.07, "right"), ("rmsr", 0.07, "right"), ("bic", 0.09, "right"))
    first = next(iter(results.values()))
    confidence = first.rmsea.confidence if first.rmsea else 0.9
    return Table("t-fit", words.say("measured.fit_title", n=len(rows)), columns, tuple(rows), "",
                 context.note(words.text("measured.fit_note", confidence=confidence, limit=LEAST_TLI,
                                                     good=GOOD_TLI)), is_dense=True)


def _loadings(context: Context, place: int, found: FactorSolution, order: Order, turned: frozenset[str]) -> Table:
    words, k = context.words, found.n_factors
    has_words = context.has_wordings(found.items)
    wordings, is_narrow = has_words and k <= MOST_FACTORS_WITH_WORDINGS, k > MOST_FACTORS_WITH_ROOM
    key_width, end = (0.096 if wordings else 0.13, 0.044) if is_narrow else (0.1 if wordings else 0.2, 0.08)
    wide = 0.0 if not wordings else 1 - key_width - 2 * end - NARROW * k if is_narrow else 0.34
    each = (1 - key_width - wide - 2 * end) / k
    columns = (Column(words.text("measure.item_key"), key_width),
               *((Column(words.text("measure.item_wording"), wide),) if wordings else ()),
               *(Column(words.text("measure.factor", number=number), each, "right") for number in range(1, k + 1)),
               Column("h²", end, "right"), Column("u²", end, "right"))
    rows = []
    for row, _ in order:
        cells: list[Cell] = [Statement(item_label(context, found.items[row], turned)),
                             *((Statement(context.wording(found.items[row])),) if wordings else ())]
        cells.extend(Number(value, style_of_size(value, LOADING_SHOWN), is_emphasised=abs(value or 0) >= LOADING_SHOWN,
                            is_light=abs(value or 0) < LOADING_SHOWN) for value in found.loadings[row])
        rows.append(Row((*cells, Number(found.communalities[row], "coefficient"),
                         Number(found.uniquenesses[row], "coefficient"))))
    rows.extend(_foot(context, found, has_wordings=wordings))
    title = words.say("measure.loading_title", n=k, items=len(found.items))
    note = [words.text("measured.loading_note"),
            *([words.text("measured.loading_turned")] if turned.intersection(found.items) else []),
            *([words.text("measured.loading_wordings")] if has_words and not wordings else [])]
    return Table(anchor("t-many-loadings" if is_narrow else "t-loadings", place), title, columns, tuple(rows),
                 described(context, found), _finer(context, found, note), is_dense=True)


def _finer(context: Context, found: FactorSolution, note: list[str]) -> str:
    """Return a note on loadings; it tells of further decimals where a loading stands right beside the limit."""
    words = context.words
    return context.note(words.with_finer(words.text("labels.between_sentences").join(note),
                                         styles_of_sizes(found.loadings, LOADING_SHOWN)))


def _foot(context: Context, found: FactorSolution, *, has_wordings: bool) -> list[Row]:
    """Return what each factor explains: the sum of squares, and its share of all items' variance."""
    spare = (Statement(""),) if has_wordings else ()
    end = (Statement(""), Statement(""))
    return [
        Row((Statement(context.words.text("measure.variance")), *spare,
             *(Number(value, "coefficient") for value in found.variance_explained), *end)),
        Row((Statement(context.words.text("measured.share_of_variance")), *spare,
             *(Number(value / len(found.items), "percent") for value in found.variance_explained), *end))]


def _map(context: Context, place: int, found: FactorSolution, order: Order, turned: frozenset[str]) -> Figure:
    words = context.words
    values = tuple(found.loadings[row] for row, _ in order)
    texts = tuple(tuple(printed(value, style_of_size(value, LOADING_SHOWN)) for value in line) for line in values)
    breaks = tuple(at for at in range(1, len(order)) if order[at][1] != order[at - 1][1])
    rows = tuple(context.item(key).replace(key, item_label(context, key, turned), 1).replace("）  ", "）", 1)
                 for key in (found.items[row] for row, _ in order))
    heads = tuple(words.text("measure.factor", number=number) for number in range(1, found.n_factors + 1))
    clear = sum(_n_large(line) == 1 for line in values)
    double, none = sum(_n_large(line) > 1 for line in values), sum(_n_large(line) == 0 for line in values)
    told: dict[str, Any] = {"n": found.n_factors, "items": len(rows), "clear": clear, "double": double, "none": none}
    chart = Heatmap(rows, heads, values, texts, LOADING_SHOWN, breaks)
    note = [words.text("measured.map_note"),
            *([words.text("measured.loading_turned")] if turned.intersection(found.items) else [])]
    return Figure(anchor("f-loadings", place), words.say("measured.map_title", **told), chart,
                  words.text("measured.map_alt", **told), "", _finer(context, found, note))


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
    return [*said, *_thin(context, title, found), *_misfit(context, title, found)]


def _thin(context: Context, title: str, found: FactorSolution) -> list[Statement]:
    """Return which factors no item loads on, and which too few."""
    words = context.words
    held = {words.text("measure.factor", number=factor + 1): sum(
        abs(line[factor] or 0) >= LOADING_SHOWN for line in found.loadings) for factor in range(found.n_factors)}
    empty = [name for name, n in held.items() if n == 0]
    thin = [name for name, n in held.items() if 0 < n < FEWEST_OF_A_FACTOR]
    return [words.say(f"measured.warn_{kind}", title=title, factors=words.join(names))
            for kind, names in (("empty", empty), ("thin", thin)) if names]


def _misfit(context: Context, title: str, found: FactorSolution) -> list[Statement]:
    if found.tli is None or found.tli >= LEAST_TLI:
        return []
    return [context.words.say("measured.warn_tli", title=title, tli=found.tli, limit=LEAST_TLI, good=GOOD_TLI)]
