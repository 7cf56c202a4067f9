"""A release to files: each format writes the tables that `services.disclosure.plan_release` lets go, nothing else."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.study import PublishedInstrument, Study
from surveyapp.services.answer_cell import CODES
from surveyapp.services.audit import record_change
from surveyapp.services.release import Cell, Release, ReleaseTable

FORMATS = ("csv", "xlsx")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")        # a spreadsheet program would compute such a cell
SEVERAL = "zip"             # what holds the files of a format that has one table a file


def check_format(format: str) -> None:
    """Refuse a format that is not written here."""
    if format not in FORMATS:
        raise Refused("There is no format {format}.", "Choose one of: {formats}.", format=repr(format),
                      formats=", ".join(FORMATS))


def write_release(release: Release, format: str, stream: IO[bytes]) -> str:
    """Write the whole release and return the ending of its file: several CSV tables come as one zip."""
    check_format(format)
    if format == "xlsx":
        _write_xlsx(release.tables, stream)
        return format
    if len(release.tables) == 1:
        write_csv(release.main, stream)
        return format
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in release.tables:
            with _member(archive, f"{release.instrument.audience}-{table.name}.{format}") as member:
                write_csv(table, member)
    return SEVERAL


def write_files(release: Release, format: str, path: Path) -> list[Path]:
    """Write the release beside `path`: the first table there, others as `name-<table>`; return the paths."""
    check_format(format)
    if format == "xlsx":
        with path.open("wb") as stream:
            _write_xlsx(release.tables, stream)
        return [path]
    paths = []
    for table in release.tables:
        target = path if table is release.main else path.with_name(f"{path.stem}-{table.name}{path.suffix}")
        with target.open("wb") as stream:
            write_csv(table, stream)
        paths.append(target)
    return paths


def record_export(session: Session, study: Study, instrument: PublishedInstrument, format: str, release: Release,
                  account: Account | None = None) -> None:
    """Note in the audit log that answers left as a file, and what was done to them before."""
    record_change(session, "export_responses", f"{instrument.audience} as {format}", study_id=study.id,
                  account=account, after={"n": release.n_people, **release.document()})


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """Open one file of an archive; it carries no time."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as member:
        yield member


# ---- formats --------------------------------------------------------------------------------------------------------
def harmless(cell: Cell) -> Cell:
    """Return the cell so that no spreadsheet program takes it for a formula; numbers and missing codes stay."""
    if isinstance(cell, str) and cell.startswith(DANGEROUS) and cell not in CODES:
        return f"'{cell}"
    return cell


def write_csv(table: ReleaseTable, stream: IO[bytes]) -> None:
    """Write one table as CSV in UTF-8; the stream stays open."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in table.header])
    for row in table.rows():
        writer.writerow([cell if cell.__class__ is int else harmless(cell) for cell in row])
    text.flush()
    text.detach()       # the stream belongs to the caller


def _write_xlsx(tables: tuple[ReleaseTable, ...], stream: IO[bytes]) -> None:
    book = Workbook(stream, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                             "in_memory": False})
    bold = book.add_format({"bold": True})
    for table in tables:
        sheet = book.add_worksheet("responses" if len(tables) == 1 else table.name)
        sheet.freeze_panes(1, 1)
        for column, name in enumerate(table.header):
            sheet.write_string(0, column, name, bold)
        _write_rows(table, sheet.write_string, sheet.write_number)
    book.close()


def _write_rows(table: ReleaseTable, write_string: Callable[..., object], write_number: Callable[..., object]) -> None:
    for n, row in enumerate(table.rows(), 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                write_string(n, column, cell) if cell else None
            else:
                write_number(n, column, cell)
