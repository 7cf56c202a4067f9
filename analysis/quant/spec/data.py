"""What does a data file hold? CSV in the usual encodings and delimiters, XLSX, and SAV of SPSS."""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from analysis.errors import TableError
from analysis.quant.spec.sav import is_sav, read_sav
from analysis.results.datafile import DataFacts, FileKind

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8-sig", "gb18030")                    # GB18030 holds GBK and GB2312
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")                 # byte-order marks of UTF-16
LOOKED_AT = 1 << 16                                     # bytes in which a NUL gives a binary file away
PADDED_NUMBER = re.compile(r"""(?:^|[,;\t|"])0\d""", re.MULTILINE)   # 007 is a key, not the number seven
DECIMAL_COMMA = re.compile(r"""(?:^|[;\t|"])-?\d+,\d+(?=$|[;\t|"\r\n])""", re.MULTILINE)
EMPTY_WORDS = ["", ".", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL"]      # "." is missing in SPSS, SAS and Stata
SAVE_AS = "Save the table as CSV in UTF-8, or as XLSX."
OTHER_KINDS = ((b"\xd0\xcf\x11\xe0", "an old Excel or Word file"), (b"%PDF", "a PDF"), (b"PK\x03\x04", "a zip archive"),
               (b"PAR1", "a Parquet file"), (b"<stata_dta>", "a Stata file"))
WESTERN = "cp1252"                                      # what spreadsheets of Western Europe write
HIGH_BYTES = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True)
class DataFile:
    """A table with how it was read and what its file says of it."""

    frame: pd.DataFrame
    facts: DataFacts


def read_data(path: Path | str) -> pd.DataFrame:
    """Return the table in a CSV, XLSX or SAV file.

    Parameters
    ----------
    path : path
        As in `read_data_file`.

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
    return read_data_file(path).frame


def read_data_file(path: Path | str, *, sheet: str = "", encoding: str = "") -> DataFile:
    """Return the table in a file with what the file says of it.

    Parameters
    ----------
    path : path
        SAV by its first bytes; `.xlsx` and `.xlsm` by name; otherwise text: UTF-8 with or without mark, UTF-16 with
        mark, GB18030, or Windows-1252 where single bytes above 127 stand between Latin letters; separated by comma,
        semicolon, tab or bar, whichever the first line holds most of.
    sheet : str
        Sheet of a workbook by name; the first one where empty.
    encoding : str
        Encoding of text, instead of finding it out.

    Returns
    -------
    DataFile
        `frame` as in `read_data`; `facts` with kind, hash, encoding, separator, sheets, labels and declared missing
        values.

    Raises
    ------
    TableError
        As `read_data` describes; also for a sheet or an encoding that is not there.
    """
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise TableError(file.name, f"cannot be read ({error.strerror}).",
                         "Give the path of a CSV, XLSX, SAV or Parquet file.") from None
    return data_file(content, file.name, sheet=sheet, encoding=encoding)


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
    return data_file(stream.read(), name).frame


def data_file(content: bytes, name: str, *, sheet: str = "", encoding: str = "") -> DataFile:
    """Return the table in a file's bytes with what the file says of it.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        File name; its ending tells the kind, and it stands in messages.
    sheet, encoding : str
        As in `read_data_file`.

    Returns
    -------
    DataFile
        As `read_data_file` describes.

    Raises
    ------
    TableError
        As `read_data_file` describes.
    """
    if not content.strip():
        raise TableError(name, "is empty.", "Give a file with a header line and rows of answers.")
    if name.lower().endswith((".xls", ".xlsb", ".ods")):
        raise TableError(name, "is a kind of workbook that is not read.", SAVE_AS)
    is_book = name.lower().endswith((".xlsx", ".xlsm"))
    if sheet and not is_book:
        raise TableError(name, "has no sheets.", "Leave --sheet out, or give a workbook (.xlsx).")
    about: dict[str, Any]
    kind: FileKind
    if is_sav(content):
        kind = "sav"
        frame, about = read_sav(content, name)
    elif is_book:
        kind = "xlsx"
        frame, about = _workbook(content, name, sheet)
    else:
        kind = "csv"
        frame, about = _delimited(content, name, encoding)
    if frame.empty:
        others = about.get("other_sheets")
        raise TableError(name, "has a header but no rows.", "Give a file with rows of answers." if not others else
                         f"Choose another sheet with --sheet: {', '.join(others)}.")
    return DataFile(frame, DataFacts(name, kind, sha256(content).hexdigest(), *frame.shape, **about))


def _workbook(content: bytes, name: str, sheet: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations it does not keep; values are all that is read.
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            book = pd.ExcelFile(io.BytesIO(content), engine="openpyxl")
            names = [str(one) for one in book.sheet_names]
            chosen = _sheet(names, sheet, name)
            frame = pd.read_excel(book, sheet_name=chosen, na_values=EMPTY_WORDS, keep_default_na=False)
    except TableError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise TableError(name, "is not a workbook, or is damaged or protected.", SAVE_AS) from None
    header = [str(column) for column in frame.columns]
    frame.columns = pd.Index([column.strip() for column in header])
    repeated = next((column for column in header if re.fullmatch(r".+\.\d+", column)
                     and column.rsplit(".", 1)[0] in header), None)
    if repeated is not None:
        raise TableError(f"{name}, first line", f"column {repeated.rsplit('.', 1)[0]!r} occurs twice.",
                         "Name each column once.")
    return frame, {"sheet": chosen, "other_sheets": tuple(one for one in names if one != chosen)}


def _sheet(names: list[str], wanted: str, name: str) -> str:
    """Return the sheet to read, or raise TableError with those there are."""
    if not wanted:
        return names[0]
    found = [one for one in names if one.strip().casefold() == wanted.strip().casefold()]
    if not found:
        raise TableError(name, f"has no sheet {wanted!r}.", f"Sheets: {', '.join(names)}.")
    return found[0]


def _delimited(content: bytes, name: str, encoding: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    text, encoding = _decoded(content, name, encoding)
    # A single carriage return ends a line in files of old spreadsheet programs.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    delimiter = _delimiter(text)
    decimal = _decimal(text, delimiter)
    header = _checked_header(text, delimiter, name)
    kept = dict.fromkeys(_padded_columns(text, delimiter), str)
    try:
        frame = pd.read_csv(io.StringIO(text), sep=delimiter, index_col=False, dtype=kept, na_values=EMPTY_WORDS,
                            keep_default_na=False, decimal=decimal, low_memory=False,
                            skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        reason = str(error).strip().rsplit("error: ", maxsplit=1)[-1].rstrip(".")
        raise TableError(name, f"its rows do not fit the header: {reason}.", "Mend that line, or its quotes.") from None
    frame.columns = pd.Index(header)
    return frame, {"encoding": encoding, "separator": delimiter, "decimal": decimal}


def _decoded(content: bytes, name: str, stated: str) -> tuple[str, str]:
    """Return the text of a file and its encoding."""
    if stated:
        return _decoded_as(content, name, stated), stated
    if content.startswith(WIDE_MARKS):
        return content.decode("utf-16", errors="replace"), "utf-16"
    kind = next((kind for mark, kind in OTHER_KINDS if content.startswith(mark)), None)
    if kind or b"\0" in content[:LOOKED_AT]:
        raise TableError(name, f"is {kind or 'a binary file'}, not a text table.", SAVE_AS)
    candidates = (ENCODINGS[0], WESTERN) if _is_western(content) else ENCODINGS
    for encoding in candidates:
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise TableError(name, "is neither UTF-8 nor GB18030 text.", f"{SAVE_AS} Or name its encoding with --encoding.")


def _decoded_as(content: bytes, name: str, encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise TableError(name, f"{encoding!r} is not an encoding.",
                         "Write for example utf-8, gb18030, big5, shift_jis or cp1252.") from None
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(f"{name}, line {line}", f"is not {encoding} text.", "Name another encoding.") from None


def _is_western(content: bytes) -> bool:
    """Return whether bytes above 127 stand alone between letters: Chinese ones come in pairs."""
    runs = HIGH_BYTES.findall(content[:LOOKED_AT])
    return bool(runs) and sum(len(run) == 1 for run in runs) * 2 >= len(runs)


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
