"""How carefully people answered: the indices of careless answering, which decide nothing here."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.results.quality import CarelessIndices, IndexDistribution
from reports.content import Number, Row, Statement, Table
from reports.measured.frame import Context, Part, anchor
from reports.sections.table_columns import columns_of

WHOLE = frozenset({"longstring"})


def build(context: Context, results: Mapping[str, CarelessIndices]) -> list[Part]:
    """Return the distribution of every index."""
    return [_part(context, place, key, found) for place, (key, found) in enumerate(results.items())]


def _part(context: Context, place: int, key: str, found: CarelessIndices) -> Part:
    words = context.words
    rows = tuple(_row(context, index) for index in found.distributions if index.quantiles)
    columns = columns_of(words, "care.column_", ("index", 0.36), ("n", 0.1, "right"), ("median", 0.12, "right"),
                         ("range", 0.18, "right"), ("rule", 0.12, "right"), ("beyond", 0.12, "right"))
    note = words.text("measured.care_note", r=found.critical_r, confidence=found.mahad_confidence)
    table = Table(anchor("t-care", place), words.say("measured.care_title", title=context.title(key), n=found.n),
                  columns, rows, "", context.note(note), is_dense=True)
    return Part("care", words.say("measured.care_section"), (table,))


def _row(context: Context, index: IndexDistribution) -> Row:
    low, _, median, _, high = index.quantiles
    rule = "–"
    if index.rule is not None and index.limit is not None:
        rule = f"{ {'at_least': '≥', 'below': '<', 'above': '>'}[index.rule] } {index.limit:.4g}"
    decimals = 0 if index.index in WHOLE else 2
    return Row((Statement(context.words.text(f"care.name_{index.index}")), Number(float(index.n), "count"),
                Statement(f"{median:.{decimals}f}".replace("-", "−")),
                Statement(f"{low:.{decimals}f} – {high:.{decimals}f}".replace("-", "−")), Statement(rule),
                Number(None if index.n_beyond is None else float(index.n_beyond), "count")))
