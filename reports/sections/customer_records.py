"""How complete the records of customers are, how old they are, and how well the customer file is filled."""

from __future__ import annotations

from analysis.results.customers import RecordCompleteness, RecordFigure
from reports.content import Block, Cell, Column, Columns, Heading, Number, Paragraph, Row, Statement, Table
from reports.sections.customer_source import CustomerSource
from reports.sections.table_columns import columns_of

NAMED_SHARE = 0.26      # of a table's width for what a row is about


def record_blocks(study: CustomerSource) -> list[Block]:
    """Return what the completeness file says; nothing where there is none."""
    records, words = study.picture.records, study.words
    if records is None or records.completeness is None:
        return []
    blocks: list[Block] = [Heading(words.text("records.head")), Paragraph((_summary(study, records),))]
    classes = _figures(study, "t-records", "records.by_class", records.by_class,
                       lambda key: study.name_of("field_classes", key))
    tiers = _figures(study, "t-record-tiers", "records.by_tier", records.by_tier, study.tier)
    if classes and tiers:
        blocks.append(Columns((classes,), (tiers,)))
    else:
        blocks += [table for table in (classes, tiers) if table]
    units = _units(study, records)
    return [*blocks, units] if units else blocks


def _summary(study: CustomerSource, records: RecordCompleteness) -> Statement:
    said = study.words.say("records.summary", n=records.n_customers, share=records.completeness,
                           incomplete=records.n_incomplete, trace=("data.completeness_pct",))
    if records.stale is None:
        return said
    return study.words.say("records.summary_stale", n=records.n_customers, share=records.completeness,
                           stale=records.stale, days=records.median_age_days, records=records.n_stale_records,
                           incomplete=records.n_incomplete, trace=("data.completeness_pct", "data.stale_fields_pct"))


def _figures(study: CustomerSource, key: str, title: str, figures: tuple[RecordFigure, ...],
             named: object) -> Table | None:
    if not figures:
        return None
    words = study.words
    rows = tuple(Row((Statement(named(found.key)), _number(found.n, "count", found),  # type: ignore[operator]  # a function of the key
                      _number(found.filled, "percent", found), _number(found.stale, "percent", found),
                      _number(found.median_age_days, "count", found))) for found in figures)
    columns = columns_of(words, "records.column_", ("what", 0.3, "left"), ("n", 0.2, "right"),
                         ("filled", 0.14, "right"), ("stale", 0.17, "right"), ("age", 0.19, "right"))
    return Table(key, words.say(title), columns, rows, "", words.text("records.source", minimum=study.minimum_group),
                 is_dense=True)


def _number(value: float | None, style: str, found: RecordFigure) -> Number:
    return Number(None if value is None else float(value), style, is_hidden=found.is_hidden)  # type: ignore[arg-type]  # a number style


def _units(study: CustomerSource, records: RecordCompleteness) -> Table | None:
    """Return units by class, the least complete first; hidden ones last."""
    if not records.by_unit:
        return None
    words, classes = study.words, [found.key for found in records.by_class]
    width = (1 - NAMED_SHARE) / (len(classes) + 2)
    columns = (Column(words.text("records.column_unit"), NAMED_SHARE),
               Column(words.text("records.column_n"), width, "right"),
               Column(words.text("records.column_all"), width, "right"),
               *(Column(study.name_of("field_classes", key), width, "right") for key in classes))
    ordered = sorted(records.by_unit, key=lambda found: (found.is_hidden, found.filled or 0))
    return Table("t-record-units", words.say("records.by_unit"), columns,
                 tuple(_unit_row(study, found, records, classes) for found in ordered), words.text("records.unit_unit"),
                 words.text("records.source_units", minimum=study.minimum_group), is_dense=True)


def _unit_row(study: CustomerSource, found: RecordFigure, records: RecordCompleteness, classes: list[str]) -> Row:
    shares = records.unit_by_class.get(found.key, {})
    cells: list[Cell] = [Statement(study.unit(found.key)), _number(found.n, "count", found),
                         _number(found.filled, "percent", found)]
    cells += [Number(shares.get(key), "percent", is_hidden=found.is_hidden) for key in classes]
    return Row(tuple(cells))


def quality_table(study: CustomerSource) -> Table | None:
    """Return how well each column of the customer file is filled, over those it applies to."""
    if not study.picture.fields:
        return None
    words, model = study.words, study.model
    only_for = {field.key: field.customer_types for field in model.fields} if model else {}
    units = {field.key: field.unit or "" for field in model.fields} if model else {}
    rows = []
    for found in study.picture.fields:
        whom = words.join([study.kind(kind) for kind in only_for.get(found.key, ())]) or words.text("fields.all")
        share = found.n_filled / found.n_applicable if found.n_applicable else None
        unit = study.measured_in(units.get(found.key)) or "–"
        rows.append(Row((Statement(study.field(found.key)), Statement(unit), Statement(whom),
                         Number(float(found.n_applicable), "count"), Number(share, "percent"),
                         Number(float(found.n_negative), "count"))))
    columns = columns_of(words, "fields.column_", ("field", 0.4, "left"), ("unit", 0.14, "left"),
                         ("whom", 0.14, "left"), ("n", 0.11, "right"), ("filled", 0.11, "right"),
                         ("negative", 0.1, "right"))
    return Table("t-customer-fields", words.say("fields.title"), columns, tuple(rows), "", words.text("fields.source"),
                 is_dense=True)
