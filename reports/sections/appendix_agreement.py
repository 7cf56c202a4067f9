"""How far the coders agree, with everything that belongs together: part of appendix D."""

from __future__ import annotations

from analysis.results.comparisons import CoderAgreement
from reports.content import Number, Row, Statement, Table
from reports.numbers import printed
from reports.sections.source import Source
from reports.sections.table_columns import columns_of


def agreement(study: Source) -> Table | None:
    """Return the table of double-coded codes that somebody gave, None where there is none."""
    words = study.words
    found = [evidence.coders for evidence in study.diagnosis.interviews
             if evidence.coders is not None and evidence.agreement is not None and any(
                 evidence.coders.share_coded.values())]
    if not found:
        return None
    units, coded = (0.1, 0.12) if study.language == "zh" else (0.08, 0.1)       # a Chinese head is one piece
    columns = columns_of(words, "coders.",
        ("code", 0.52 - units - coded, "left"), ("units", units, "right"), ("coders", 0.08, "right"),
        ("each", 0.13, "left"), ("agreed", 0.09, "right"), ("coded_only", coded, "right"), ("alpha", 0.18, "left"))
    note = words.with_finer(words.text("coders.source"), (
        study.style_of_agreement(row.alpha.value) for row in found if row.alpha.value is not None))
    return Table("t-coders", words.say("coders.table", n=max(row.n_interviews for row in found)), columns,
                 tuple(_row(study, row) for row in found), "", note, is_dense=True)


def _row(study: Source, row: CoderAgreement) -> Row:
    shares = " / ".join(printed(value, "percent") for value in row.share_coded.values())
    alpha = study.estimate(row.alpha.value, row.alpha.ci_low, row.alpha.ci_high,
                           study.style_of_agreement(row.alpha.value)) if (
        row.alpha.value is not None) else study.words.text("agreement.not_assessable")
    name = study.words.text("codes.named", name=study.code(row.code), code=row.code)
    return Row((Statement(name), Number(float(row.n_units), "count"), Number(float(row.n_coders), "count"),
                Statement(shares), Number(row.percent_agreement, "percent"), Number(row.jaccard, "coefficient"),
                Statement(alpha)), depth=_depth(study, row.code))


def _depth(study: Source, code: str) -> int:
    """Return how far a code stands below the codes of its group."""
    book = study.template.codebook
    return max(len(book.ancestors(code)) - 1, 0) if book is not None and any(
        one.key == code for one in book.codes) else 0
