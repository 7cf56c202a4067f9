"""Appendix C, last table: what asks for each construct, where it comes from, and what is lacking."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.diagnosis.joint import instrument_table
from analysis.results.joint import DesignRow
from reports.content import Cell, Row, Section, Statement, Table
from reports.sections.source import Source
from reports.sections.table_columns import columns_of


def instruments(study: Source) -> list[Section]:
    """Return one row for each construct; a cell without anything says what is lacking."""
    words = study.words
    designs = [row for row in instrument_table(study.template) if study.construct(row.key)]
    if not designs:
        return []
    rows = tuple(_row(study, design) for design in designs)
    n_gaps = sum(_is_gap(cell) for row in rows for cell in row.cells)
    columns = columns_of(words, "instruments.",
        ("construct", 0.22), ("source", 0.19), ("items", 0.17), ("questions", 0.12), ("codes", 0.14), ("facet", 0.16))
    title = words.say("instruments.title" if n_gaps else "instruments.title_none", n=n_gaps)
    table = Table("t-instruments", words.say("instruments.table", n=len(rows)), columns, rows, "",
                  words.text("instruments.note"), is_dense=True)
    return [Section("instruments", words.text("part.appendix_c"), title, (table,), is_appendix=True)]


def _row(study: Source, design: DesignRow) -> Row:
    construct = study.construct(design.key)
    between = study.words.text("evidence.list_between")
    sources = [study.cite(key) for key in construct.sources] if construct else []
    facets = [study.name(other.key) for other in study.template.constructs if design.key in other.mirrors]
    mirrored = [study.name(key) for key in construct.mirrors] if construct else []
    if design.group == "problem" or facets:
        facet: Cell = _listed(study, facets, "no_facet", between)
    else:
        facet = study.words.say("instruments.mirrors", names=between.join(mirrored)) if mirrored else Statement("–")
    apart = study.words.text("labels.between_sources")
    return Row((Statement(study.name(design.key)), _listed(study, sources, "no_source", apart),
                _listed(study, design.items, "no_items", between),
                _listed(study, design.questions, "no_questions", between),
                _listed(study, design.codes, "no_codes", between), facet))


def _listed(study: Source, names: Sequence[str], lacking: str, between: str) -> Statement:
    """Return the names, or in words that there are none; `gap` marks it for the count."""
    if names:
        return Statement(between.join(names))
    return Statement(study.words.text(f"instruments.{lacking}"), {"gap": lacking})


def _is_gap(cell: Cell) -> bool:
    return isinstance(cell, Statement) and "gap" in cell.values
