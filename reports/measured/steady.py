"""How far exploratory factors can be relied on: loadings with intervals, and how well scores determine their factor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.results.measurement import FactorScoring, LoadingIntervals
from reports.content import Block, Cell, Column, Number, Row, Statement, Table
from reports.measured.factors import described, order_of, warnings_of
from reports.measured.frame import Context, Part, anchor, told_together
from reports.numbers import printed, style_beside, style_of_size, styles_of_sizes
from reports.sections.measurement_tables import LOADING_SHOWN

MOST_COLUMNS = 5            # factors whose loadings and intervals stand side by side
LEAST_DETERMINACY = 0.80    # Gorsuch 1983


def build_intervals(context: Context, results: Mapping[str, LoadingIntervals]) -> list[Part]:
    """Return the loadings and factor correlations of each solution with their intervals."""
    return [_intervals(context, key, found, list(results)[:place]) for place, (key, found) in
            enumerate(results.items())]


def _intervals(context: Context, key: str, found: LoadingIntervals, before: list[str]) -> Part:
    words, solution, place = context.words, found.solution, len(before)
    order = order_of(solution)
    sure = sum(factor is not None and _is_sure(found, row, factor) for row, factor in order)
    told: dict[str, Any] = {"title": context.title(key), "items": len(order), "sure": sure, "n": solution.n_factors,
                            "resamples": found.n_resamples - found.n_failed, "shown": LOADING_SHOWN,
                            "confidence": found.confidence}
    blocks: list[Block] = []
    for number, factors in enumerate(_sheets(solution.n_factors)):
        blocks.append(_loadings(context, f"{anchor('t-intervals', place)}{f'-part-{number + 1}' if number else ''}",
                                found, factors))
        if solution.phi is not None and solution.n_factors > 1:
            blocks.append(_phi(context, f"{anchor('t-intervals-phi', place)}{f'-part-{number + 1}' if number else ''}",
                               found, factors))
    warnings = (*warnings_of(context, key, solution, order),
                *told_together(words, found.warnings, context.title(key)))
    return Part("factors", words.say("measured.intervals_title", **told), tuple(blocks),
                (words.say("measured.intervals_point", **told),), warnings)


def _is_sure(found: LoadingIntervals, row: int, factor: int) -> bool:
    low, high = found.ci_low[row][factor] or 0.0, found.ci_high[row][factor] or 0.0
    return low >= LOADING_SHOWN or high <= -LOADING_SHOWN


def _sheets(n_factors: int) -> list[range]:
    return [range(start, min(start + MOST_COLUMNS, n_factors)) for start in range(0, n_factors, MOST_COLUMNS)]


def _heads(context: Context, first: str, width: float, factors: range) -> tuple[Column, ...]:
    each = (1 - width) / len(factors)
    return (Column(first, width), *(Column(context.words.text("measure.factor", number=factor + 1), each, "right")
                                    for factor in factors))


def _loadings(context: Context, key: str, found: LoadingIntervals, factors: range) -> Table:
    words, solution = context.words, found.solution
    rows = []
    for row, _ in order_of(solution):
        cells: list[Cell] = [Statement(solution.items[row])]
        for factor in factors:
            value = solution.loadings[row][factor]
            is_large = abs(value or 0.0) >= LOADING_SHOWN
            cells.append(Number(value, style_of_size(value, LOADING_SHOWN), found.ci_low[row][factor],
                                found.ci_high[row][factor],
                                is_emphasised=is_large, is_light=not is_large))
        rows.append(Row(tuple(cells)))
    rows.append(Row((words.say("measured.intervals_congruence"),
                     *(Number(found.congruence[factor], "coefficient") for factor in factors))))
    title = words.say("measured.intervals_table", first=factors[0] + 1, last=factors[-1] + 1, n=len(factors),
                      items=len(solution.items), confidence=found.confidence)
    note = words.text("measured.intervals_note", confidence=found.confidence, resamples=found.n_resamples,
                      seed=found.seed)
    return Table(key, title, _heads(context, words.text("measure.item_key"), 0.1, factors), tuple(rows),
                 described(context, solution), context.note(words.with_finer(note, styles_of_sizes(
                     solution.loadings, LOADING_SHOWN))), is_dense=True)


def _phi(context: Context, key: str, found: LoadingIntervals, factors: range) -> Table:
    words, phi = context.words, found.solution.phi or ()
    rows = []
    for row in range(len(phi)):
        cells: list[Cell] = [Statement(words.text("measure.factor", number=row + 1))]
        for factor in factors:
            if factor >= row:
                cells.append(Number(1.0, "coefficient") if factor == row else Statement(""))
                continue
            cells.append(Number(phi[row][factor], "coefficient",
                                found.phi_low[row][factor] if found.phi_low else None,
                                found.phi_high[row][factor] if found.phi_high else None))
        if row >= factors[0]:
            rows.append(Row(tuple(cells)))
    title = words.say("measured.intervals_phi", n=len(phi), confidence=found.confidence)
    return Table(key, title, _heads(context, words.text("measure.factor_head"), 0.1, factors), tuple(rows), "",
                 context.note(words.text("measured.phi_note")), is_dense=True)


def build_scoring(context: Context, results: Mapping[str, FactorScoring]) -> list[Part]:
    """Return how well each solution's scores are determined; what single people scored is no part of a report."""
    return [_scoring(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _scoring(context: Context, place: int, key: str, found: FactorScoring) -> Part:
    words, title, k = context.words, context.title(key), len(found.determinacy)
    heads = [words.text("measure.factor", number=number) for number in range(1, k + 1)]
    worst = min(range(k), key=lambda factor: found.determinacy[factor])
    told: dict[str, Any] = {"title": title, "n": k, "least": printed(found.determinacy[worst], "coefficient"),
                            "factor": heads[worst], "good": sum(one >= LEAST_DETERMINACY for one in found.determinacy)}
    columns = (Column(words.text("measure.factor_head"), 0.25), *(
        Column(words.text(f"measured.scoring_{name}"), 0.25, "right") for name in ("determinacy", "square", "least")))
    rows = tuple(Row((Statement(head), Number(r, style_beside(r, (LEAST_DETERMINACY,)),
                                              is_emphasised=r < LEAST_DETERMINACY),
                      Number(r * r, "coefficient"), Number(least, "coefficient")))
                 for head, r, least in zip(heads, found.determinacy, found.minimum_correlation, strict=True))
    note = words.text("measured.scoring_note", method=words.text(f"measured.scoring_{found.method}"), n=found.n)
    blocks: list[Block] = [Table(anchor("t-scoring", place), words.say("measured.scoring_table", **told), columns, rows,
                                 "", context.note(words.with_finer(note, (
                                     style_beside(r, (LEAST_DETERMINACY,)) for r in found.determinacy))),
                                 is_dense=True)]
    if k > 1:
        blocks.append(_score_correlations(context, place, found, heads))
    items = [word.partition(": ")[2] for word in found.warnings if word.startswith("heywood")]
    heywood = (words.say("measured.warn_heywood", title=title, items=words.join(items)),) if items else ()
    further = tuple(word for word in found.warnings if not word.startswith("heywood"))
    return Part("factors", words.say("measured.scoring_title", **told), tuple(blocks),
                (words.say("measured.scoring_point", **told),), (*heywood, *told_together(words, further, title)))


def _score_correlations(context: Context, place: int, found: FactorScoring, heads: list[str]) -> Table:
    words = context.words
    columns = (Column(words.text("measured.scoring_scores"), 0.2), *(Column(head, 0.8 / len(heads), "right")
                                                                     for head in heads))
    rows = tuple(Row((Statement(head), *(
        Number(value, "coefficient") if column < row else Number(1.0, "coefficient") if column == row else Statement("")
        for column, value in enumerate(line)))) for row, (head, line) in enumerate(
            zip(heads, found.score_correlations, strict=True)))
    return Table(anchor("t-scores", place), words.say("measured.scoring_correlations", n=len(heads)), columns, rows, "",
                 context.note(words.text("measured.scoring_correlations_note")), is_dense=True)
