"""A file of answers as rows of text: CSV in the usual encodings and separators; XLSX and SAV by a child process."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

import orjson

from surveyapp.errors import BadInput, marked
from surveyapp.services import sav_child, sheet_child

LARGEST_FILE = 64 * 1024 * 1024         # bytes; 100,000 people × 60 items are about 15 MB as CSV
SEPARATORS = (",", ";", "\t")
LONGEST_CELL = 100_000                  # characters
PATIENCE_S = 180                        # wall clock for the child process
SAV_SIGNS = (b"$FL2", b"$FL3")
ENCODINGS = ("utf-8-sig", "gb18030")    # GB18030 reads almost anything, so it comes last
# Sheets that are not read, each with its reason; the remedy is the same.
OTHER_SHEETS = {
    ".xlsm": marked("{name} is a workbook with macros; a program in a file is not opened here."),
    ".xlsb": marked("{name} is a binary workbook of Excel, which is not read."),
    ".xls": marked("{name} is a workbook of Excel 97-2003, which is not read."),
    ".ods": marked("{name} is a sheet of OpenDocument, which is not read."),
}
SAVE_AS = marked("Open it in your spreadsheet program and save the table as .xlsx or .csv.")


@dataclass(frozen=True)
class AnswerFile:
    """Header and rows; `rows` yields (row number as a spreadsheet shows it, cells), without empty rows.

    A statistical file also has titles of its columns, and words for values: column → cell → words.
    """

    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]
    titles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    has_apostrophes: bool = False       # CSV: one may stand before what a spreadsheet program would compute


def read_answer_file(content: bytes, name: str) -> AnswerFile:
    """Return the file's header and rows; BadInput if it is not a table that can be read."""
    if not content.strip():
        raise BadInput("The file {name} is empty.", "Choose a file with a header row and one row a person.", name=name)
    if len(content) > LARGEST_FILE:
        raise BadInput("The file {name} is larger than {most} MB.", "Split it into several files.", name=name,
                       most=LARGEST_FILE // 1024 ** 2)
    ending = PurePath(name).suffix.lower()
    if ending in OTHER_SHEETS:
        raise BadInput(OTHER_SHEETS[ending], SAVE_AS, name=name)
    if ending in (".sav", ".zsav") or content[:4] in SAV_SIGNS:
        return _sav_file(content, name)
    is_sheet = ending == ".xlsx" or content[:4] == b"PK\x03\x04"
    lines = _sheet_rows(content, name) if is_sheet else _text_rows(content, name)
    return replace(_with_header(lines, name), has_apostrophes=not is_sheet)


def _with_header(lines: Iterator[list[str]], name: str) -> AnswerFile:
    numbered = ((number, cells) for number, cells in enumerate(lines, 1) if any(cell.strip() for cell in cells))
    first = next(numbered, None)
    if first is None:
        raise BadInput("The file {name} is empty.", "Choose a file with a header row and one row a person.", name=name)
    header = [cell.strip() for cell in first[1]]
    while header and not header[-1]:
        header.pop()
    twice = [column for column in header if column and header.count(column) > 1]
    if twice:
        raise BadInput("The column {column} occurs twice in {name}.", "Rename or remove one of them.",
                       column=repr(twice[0]), name=name)
    return AnswerFile(tuple(header), numbered)


# ---- text -----------------------------------------------------------------------------------------------------------
def _text_rows(content: bytes, name: str) -> Iterator[list[str]]:
    text = _decoded(content, name)
    if "\x00" in text:
        raise BadInput("The file {name} is not a text file.", "Save the table as .xlsx or .csv.", name=name)
    csv.field_size_limit(LONGEST_CELL)
    # A single carriage return ends a line in files of old spreadsheet programs.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _checked(text, find_separator(text, name), name)


def _checked(text: str, separator: str, name: str) -> Iterator[list[str]]:
    # Strict: a quotation mark without its pair would otherwise swallow every row after it.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    n_read = 0
    while True:
        before = rows.line_num
        try:
            cells = next(rows, None)
        except csv.Error as error:
            raise BadInput("The file {name}, row {row}, cannot be read as CSV: {error}.",
                           "Look for a quotation mark without its pair.", name=name, row=n_read + 1,
                           error=f"{error} (line {before + 1})") from error
        if cells is None:
            return
        n_read += 1
        yield cells


def _decoded(content: bytes, name: str) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput("The file {name} is neither UTF-8 nor GB18030.", "Save it as CSV UTF-8 or as .xlsx.", name=name)


def find_separator(text: str, name: str) -> str:
    """Return the separator that cuts the header into most columns."""
    text = text.lstrip("\r\n ").replace("\r\n", "\n").replace("\r", "\n")
    line = text.split("\n", 1)[0]
    counts = {separator: _n_columns(text, separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: counts[separator])
    if counts[best] == 1:
        raise BadInput("The header of {name} has only one column: {header}.",
                       "Separate the columns with a comma, a semicolon or a tab.", name=name, header=repr(line[:60]))
    return best


def _n_columns(text: str, separator: str) -> int:
    """Return how many columns the header has; a quoted name may run over several lines."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), ()))
    except csv.Error:
        return 1


# ---- SPSS -----------------------------------------------------------------------------------------------------------
def _sav_file(content: bytes, name: str) -> AnswerFile:
    """Return an SPSS file's rows, read by a process of its own; numbers of rows count from 1, it has no header row."""
    with tempfile.NamedTemporaryFile(suffix=".sav") as source:
        source.write(content)
        source.flush()
        done = subprocess.run(  # noqa: S603  # our own program; the path is ours
            [sys.executable, "-m", sav_child.__name__, source.name], capture_output=True, timeout=PATIENCE_S,
            check=False, env={**os.environ, "PYTHONPATH": str(Path(sav_child.__file__).parents[2]),
                              "OPENBLAS_NUM_THREADS": "1"})
    if done.returncode == sheet_child.NOT_XLSX:
        raise BadInput("The file {name} is not an SPSS file, or it is damaged.", "Save it again as .sav or .csv.",
                       name=name)
    _check_exit(done.returncode, name)
    lines = iter(done.stdout.splitlines())
    about = orjson.loads(next(lines))
    rows = ((number, orjson.loads(line)) for number, line in enumerate(lines, 1))
    return AnswerFile(tuple(about["header"]), ((number, cells) for number, cells in rows if any(cells)),
                      about["titles"], about["labels"])


# ---- spreadsheets ---------------------------------------------------------------------------------------------------
def _sheet_rows(content: bytes, name: str) -> Iterator[list[str]]:
    """Yield the rows of the first sheet, read by a process of its own with limits on memory and time."""
    with tempfile.TemporaryFile() as source:
        source.write(content)
        source.seek(0)
        command = [sys.executable, "-I", str(Path(sheet_child.__file__))]
        with subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE,  # noqa: S603 - our own program and file
                              stderr=subprocess.DEVNULL) as child:
            watchdog = threading.Timer(PATIENCE_S, child.kill)
            watchdog.start()
            try:
                for line in child.stdout or ():
                    yield orjson.loads(line)
            finally:
                watchdog.cancel()
                child.kill() if child.poll() is None and sys.exc_info()[0] is GeneratorExit else child.wait()
            _check_exit(child.returncode, name)


def _check_exit(code: int, name: str) -> None:
    if code == sheet_child.NOT_XLSX:
        raise BadInput("The file {name} is not an XLSX file, or it is damaged or protected by a password.",
                       "Save it again as .xlsx or .csv.", name=name)
    if code != 0:
        raise BadInput("The file {name} is too large to be read.", "Save it as .csv, or split it.", name=name)
