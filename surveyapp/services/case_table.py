"""The cases of a study with their attributes as a file: CSV or XLSX, one row an interview, ready to be read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

from surveyapp.models.interview import Interview
from surveyapp.models.schedule import CaseAttribute
from surveyapp.services.export_csv import write_lines
from surveyapp.services.export_xlsx import write_workbook
from surveyapp.services.release import ReleaseColumn as Column
from surveyapp.services.release import ReleaseTable as Table
from surveyapp.services.release import Row

LOGGED = ("interview", "role", "audience", "held_on", "language", "record")
FORMATS = ("csv", "xlsx")


def write_cases(interviews: Sequence[Interview], attributes: Sequence[CaseAttribute], ending: str,
                stream: IO[bytes]) -> None:
    """Write the cases; no text of an interview and no interviewer is among them."""
    header = (*LOGGED, *(row.key for row in attributes))

    def rows() -> Iterator[Row]:
        for it in interviews:
            held_on = it.held_on.isoformat() if it.held_on else ""
            yield [it.key, it.role, it.audience, held_on, it.language, it.record,
                   *(str(it.attributes.get(row.key, "")) for row in attributes)]

    if ending == "xlsx":
        table = Table("cases", tuple(Column(name) for name in header), len(interviews), rows)
        write_workbook([("cases", table)], stream)
    else:
        write_lines(header, rows(), stream, encoding="utf-8-sig", separator=",", is_exact=False)
