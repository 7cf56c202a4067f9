"""Interviews by codes as a file for statistics: one row an interview, joined to others by its key."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.interview import CONVERSATION
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.export_xlsx import write_workbook
from surveyapp.services.query_hits import united
from surveyapp.services.query_rows import QueryRows
from surveyapp.services.release import ReleaseColumn, ReleaseTable, Row

PRESENCE, COUNTS = "presence", "counts"
FORMATS = {"csv": "text/csv; charset=utf-8",
           "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True)
class CaseMatrix:
    """Passages of each code in each interview, as far as the account may see; sub-codes count for those above."""

    codes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    def table(self, values: str) -> ReleaseTable:
        """Return the matrix as a table: 0 and 1, or numbers of passages."""
        columns = tuple(ReleaseColumn(name) for name in ("interview", *self.codes))
        return ReleaseTable(f"cases_{values}", columns, len(self.rows), lambda: self._cells(values))

    def _cells(self, values: str) -> Iterator[Row]:
        for key, counts in self.rows:
            yield [key, *(min(count, 1) if values == PRESENCE else count for count in counts)]


def case_matrix(session: Session, study: Study, account: Account) -> CaseMatrix:
    """Return the matrix; an interview in which the account sees nothing has zeros, and so has one nobody coded."""
    rows = QueryRows(session, study, account)
    counts: Counter[tuple[int, str]] = Counter()
    codes = tuple(entry.key for entry in rows.codebook.entries)
    for code in codes:
        family = [hit for entry in rows.codebook.with_descendants(code) for hit in rows.coded.get(entry.key, ())]
        counts.update((hit.interview_id, code) for hit in united(family))
    return CaseMatrix(codes, tuple((case.key, tuple(counts[case.id, code] for code in codes))
                                   for case in rows.cases.values() if case.kind == CONVERSATION))


def export_cases(session: Session, study: Study, account: Account, values: str, format: str) -> bytes:
    """Return the file of the matrix; that it left is written down."""
    if values not in (PRESENCE, COUNTS) or format not in FORMATS:
        raise BadInput("There is no such file.", "Choose presence or counts, as CSV or XLSX.")
    table = case_matrix(session, study, account).table(values)
    record_change(session, "export_cases", f"cases {values} {format}", study_id=study.id, account=account)
    if format == "xlsx":
        stream = io.BytesIO()
        write_workbook([(values, table)], stream)
        return stream.getvalue()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.header)
    writer.writerows([_safe(cell) for cell in row] for row in table.rows())
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _safe(cell: object) -> object:
    """Return a cell that no spreadsheet computes."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" else cell
