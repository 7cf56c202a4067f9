"""What does a data file hold? CSV in the usual encodings and delimiters, and XLSX."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from analysis.errors import TableError

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8-sig", "gb18030")                    # GB18030 holds GBK and GB2312
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")                 # byte-order marks of UTF-16
LOOKED_AT = 1 << 16                                     # bytes in which a NUL gives a binary file away
PADDED_NUMBER = re.compile(r"""(?:^|[,;\t|"])0\d""", re.MULTILINE)   # 007 is a key, not the number seven
DECIMAL_COMMA = re.compile(r"""(?:^|[;\t|"])-?\d+,\d+(?=$|[;\t|"\r\n])""", re.MULTILINE)
EMPTY_WORDS = ["", ".", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL"]      # "." is missing in SPSS, SAS and Stata
SAVE_AS = "Save the table as CSV in UTF-8, or as XLSX."
OTHER_KINDS = ((b"\xd0\xcf\x11\xe0", "an old Excel or Word file"), (b"%PDF", "a PDF"), (b"PK\x03\x04", "a zip archive"),
               (b"PAR1", "a Parquet file"), (b"$FL2", "an SPSS file"), (b"$FL3", "an SPSS file"))


def read_data(path: Path | str) -> pd.DataFrame:
    """Return the table in a CSV or XLSX file.

    Parameters
    ----------
    path : path
        `.xlsx`, otherwise text: UTF-8 with or without mark, UTF-16 with mark, or GB18030; separated by comma,
        semicolon, tab or bar, whichever the first line holds most of.

    Returns
    -------
    DataFrame
        One row a record, columns as named in the first line. Numbers are float64 or int64, missing = NaN; a column with
        anything else, or with numbers padded by zeros, holds text.

    Raises
    ------
    TableError
        With the file's name when it is absent, empty, not a table, or its rows do not fit its header.
    """
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise TableError(file.name, f"cannot be read ({error.strerror}).",
                         "Give the path of a CSV or XLSX file.") from None
    return _table(content, file.name)


def read_table(stream: BinaryIO, name: str) -> pd.DataFrame:
    """Return the table in an open file.

    Parameters
    ----------
    stream : binary file
        Read to its end.
    name : str
        File name; its ending tells the kind, and it stands in messages.

    Returns
    -------
    DataFrame
        As `read_data` describes.

    Raises
    ------
    TableError
        As `read_data` describes.
    """
    return _table(stream.read(), name)


def _table(content: bytes, name: str) -> pd.DataFrame:
    if not content.strip():
        raise TableError(name, "is empty.", "Give a file with a header line and rows of answers.")
    if name.lower().endswith((".xls", ".xlsb", ".ods")):
        raise TableError(name, "is a kind of workbook that is not read.", SAVE_AS)
    frame = _workbook(content, name) if name.lower().endswith((".xlsx", ".xlsm")) else _delimited(content, name)
    if frame.empty:
        raise TableError(name, "has a header but no rows.", "Give a file with rows of answers.")
    return frame


def _workbook(content: bytes, name: str) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations it does not keep; values are all that is read.
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            frame = pd.read_excel(io.BytesIO(content), engine="openpyxl", na_values=EMPTY_WORDS, keep_default_na=False)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise TableError(name, "is not a workbook, or is damaged or protected.", SAVE_AS) from None
    header = [str(column) for column in frame.columns]
    frame.columns = pd.Index([column.strip() for column in header])
    repeated = next((column for column in header if re.fullmatch(r".+\.\d+", column)
                     and column.rsplit(".", 1)[0] in header), None)
    if repeated is not None:
        raise TableError(f"{name}, first line", f"column {repeated.rsplit('.', 1)[0]!r} occurs twice.",
                         "Name each column once.")
    return frame


def _delimited(content: bytes, name: str) -> pd.DataFrame:
    # A single carriage return ends a line in files of old spreadsheet programs.
    text = _decoded(content, name).replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _delimiter(text)
    header = _checked_header(text, delimiter, name)
    kept = dict.fromkeys(_padded_columns(text, delimiter), str)
    try:
        frame = pd.read_csv(io.StringIO(text), sep=delimiter, index_col=False, dtype=kept, na_values=EMPTY_WORDS,
                            keep_default_na=False, decimal=_decimal(text, delimiter), low_memory=False,
                            skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        reason = str(error).strip().rsplit("error: ", maxsplit=1)[-1].rstrip(".")
        raise TableError(name, f"its rows do not fit the header: {reason}.", "Mend that line, or its quotes.") from None
    frame.columns = pd.Index(header)
    return frame


def _decoded(content: bytes, name: str) -> str:
    if content.startswith(WIDE_MARKS):
        return content.decode("utf-16", errors="replace")
    kind = next((kind for mark, kind in OTHER_KINDS if content.startswith(mark)), None)
    if kind or b"\0" in content[:LOOKED_AT]:
        raise TableError(name, f"is {kind or 'a binary file'}, not a text table.", SAVE_AS)
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError(name, "is neither UTF-8 nor GB18030 text.", SAVE_AS)


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)


def _decimal(text: str, delimiter: str) -> str:
    """Return the decimal sign: a comma where it stands inside numbers of a file that is not separated by commas."""
    return "," if delimiter != "," and DECIMAL_COMMA.search(text) else "."


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return (record for record in csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True) if record)


def _checked_header(text: str, delimiter: str, name: str) -> list[str]:
    records = _records(text, delimiter)
    try:
        header = [column.strip() for column in next(records)]
        first_row = next(records, None)
    except csv.Error as error:
        raise TableError(f"{name}, first lines", f"cannot be read as CSV: {error}.",
                         "Look for a quotation mark without its pair.") from None
    repeated = next((column for i, column in enumerate(header) if column in header[:i]), None)
    if repeated is not None:
        raise TableError(f"{name}, first line", f"column {repeated!r} occurs twice.", "Name each column once.")
    if first_row is not None and len(first_row) > len(header):
        raise TableError(f"{name}, line 2", f"has {len(first_row)} values, the header names {len(header)} columns.",
                         "Name every column in the first line.")
    return header


def _padded_columns(text: str, delimiter: str) -> set[str]:
    """Return the columns with values like 007, which would lose their zeros as numbers."""
    if not PADDED_NUMBER.search(text):
        return set()
    records = _records(text, delimiter)
    header = next(records)
    padded: set[str] = set()
    for record in records:
        padded.update(column for column, value in zip(header, record, strict=False)
                      if value[:1] == "0" and value[1:2].isdigit() and value.isdigit())
    return padded
