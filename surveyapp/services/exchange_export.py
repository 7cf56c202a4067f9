"""A study's interviews as a file of another program, a table or a report, as far as an account may see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO

from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.exchange_rows import TakenStudy, take_study
from surveyapp.services.exchange_tables import tables_of, write_csv_archive, write_xlsx
from surveyapp.services.passage_files import write_docx, write_html
from surveyapp.services.passage_report import LANGUAGES, report_parts
from surveyapp.services.refi_writer import write_codebook, write_project

Write = Callable[[TakenStudy, IO[bytes], str], None]
EXPORT = "export_interviews"


def _tables_archive(taken: TakenStudy, stream: IO[bytes], language: str) -> None:
    write_csv_archive(tables_of(taken), stream)


def _workbook(taken: TakenStudy, stream: IO[bytes], language: str) -> None:
    write_xlsx(tables_of(taken), stream)


def _document(taken: TakenStudy, stream: IO[bytes], language: str) -> None:
    write_docx(report_parts(taken, language), stream, language)


def _page(taken: TakenStudy, stream: IO[bytes], language: str) -> None:
    write_html(report_parts(taken, language), stream, language)


def _project(taken: TakenStudy, stream: IO[bytes], language: str) -> None:
    write_project(taken, stream)


def _codebook(taken: TakenStudy, stream: IO[bytes], language: str) -> None:
    write_codebook(taken, stream)


WRITERS: Mapping[str, Write] = {"qdpx": _project, "qdc": _codebook, "csv": _tables_archive, "xlsx": _workbook,
                                "docx": _document, "html": _page}
ENDINGS: Mapping[str, str] = {**{name: name for name in WRITERS}, "csv": "zip"}


def check_export(kind: str, language: str) -> None:
    """Refuse a format or a language that is not written."""
    if kind not in WRITERS:
        raise BadInput("There is no export format {format}.", "Choose one of: {known}.", format=repr(kind),
                       known=", ".join(WRITERS))
    if language not in LANGUAGES:
        raise BadInput("There is no report in the language {language}.", "Choose one of: {known}.",
                       language=repr(language), known=", ".join(LANGUAGES))


def export_interviews(session: Session, study: Study, kind: str, stream: IO[bytes], *, language: str = "en",
                      account: Account | None = None) -> TakenStudy:
    """Write what the account may see in that format, tell of it in the audit log, and return what was taken along."""
    check_export(kind, language)
    taken = take_study(session, study, account)
    if not taken.codebook.entries and kind == "qdc":
        raise Refused("The codebook has no code.", "Add codes first.")
    WRITERS[kind](taken, stream, language)
    record_export(session, study, kind, taken, account)
    return taken


def record_export(session: Session, study: Study, kind: str, taken: TakenStudy, account: Account | None) -> None:
    """Tell the audit log what left in which format, and who took it."""
    record_change(session, EXPORT, f"study {study.id}", study_id=study.id, account=account, after={
        "format": kind, "n_interviews": len(taken.interviews), "n_codings": taken.n_codings})
    session.flush()
