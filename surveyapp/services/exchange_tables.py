"""A study's coded segments, codebook and cases as tables: CSV, and XLSX with a sheet each."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from surveyapp.services.exchange_rows import TakenInterview, TakenPassage, TakenStudy
from surveyapp.services.export_csv import write_lines
from surveyapp.services.export_xlsx import LONGEST_TEXT, write_workbook
from surveyapp.services.refi_writer import VARIABLES, case_values
from surveyapp.services.release import Cell, ReleaseColumn, ReleaseTable, Row
from surveyapp.services.spreadsheet_cell import harmless
from surveyapp.services.verbatim import quote_kind

SEGMENTS, CODEBOOK, CASES = "segments", "codebook", "cases"
CODING, LINK, MEMO = "coding", "link", "memo"
PLACE = ("interview", "turn", "speaker", "start", "end", "quote", "quote_kind")
COLUMNS = ("kind", *PLACE, "code", "code_name", "problem", "polarity", "coder", "memo", "words_for_print", "role",
           "audience", "segment_guid", "coding_guid", "coded_at")
CODE_FIELDS = ("name", "definition", "include", "exclude", "example")
CUT = "…"
ENCODING = "utf-8-sig"          # spreadsheet programs take a file without the mark for another encoding


@dataclass(frozen=True)
class Table:
    """One table: name, header and rows."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables_of(taken: TakenStudy) -> tuple[Table, ...]:
    """Return coded segments, codebook, and cases with what is known of them and how often each code was given."""
    return (Table(SEGMENTS, COLUMNS, tuple(_segments(taken))), _codebook(taken), _cases(taken))


def _segments(taken: TakenStudy) -> Iterator[tuple[Cell, ...]]:
    for interview in taken.interviews:
        for passage in interview.all_passages:
            yield from _rows(taken, interview, passage)


def _rows(taken: TakenStudy, interview: TakenInterview, passage: TakenPassage) -> Iterator[tuple[Cell, ...]]:
    row, has_place = interview.row, bool(passage.quote)
    place: tuple[Cell, ...] = (
        row.key, passage.turn if passage.turn is not None else "", passage.speaker,
        passage.start if has_place else "", passage.end if has_place else "", passage.quote,
        quote_kind(row.record, interview.text, passage.start, passage.end) if has_place else "")
    about, guid = (row.role, row.audience), passage.guid if has_place else ""
    for coding in passage.codings:
        yield (CODING, *place, coding.code, _name(taken, coding.code), "", coding.polarity, taken.coders[coding.coder],
               coding.memo, _wording(coding.edited_quote), *about, guid, coding.guid,
               coding.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    for link in passage.links:
        yield (LINK, *place, link.cause, _name(taken, link.cause), link.problem, "", taken.coders[link.coder], "",
               _wording(link.edited_quote), *about, guid, link.guid, "")
    for memo in passage.memos:
        yield (MEMO, *place, "", "", "", "", taken.coders[memo.coder], memo.text, "", *about, guid, memo.guid, "")


def _name(taken: TakenStudy, key: str) -> str:
    return " / ".join(dict.fromkeys(words for _, words in sorted(taken.codebook.by_key[key].definition.name.items())))


def _wording(edited: Mapping[str, str]) -> str:
    return "\n".join(f"{language}: {words}" for language, words in sorted(edited.items()))


def _codebook(taken: TakenStudy) -> Table:
    languages = sorted({language for entry in taken.codebook.entries for language in entry.definition.name})
    texts = [(field, language) for field in CODE_FIELDS for language in languages]
    header = ("key", "parent", *(f"{field}_{language}" for field, language in texts), "construct", "strategy",
              "safeguard", "is_active", "memos")
    rows: list[tuple[Cell, ...]] = [(
        entry.key, entry.definition.parent or "",
             *(getattr(entry.definition, field).get(language, "") for field, language in texts),
             entry.definition.construct or "", ", ".join(entry.definition.strategy), entry.definition.safeguard or "",
             int(entry.is_active), "\n\n".join(memo.text for memo in taken.code_memos.get(entry.key, ())))
            for entry in taken.codebook.entries]
    return Table(CODEBOOK, header, tuple(rows))


def _cases(taken: TakenStudy) -> Table:
    """Return one row a case: its attributes, then the number of passages with each code by any coder seen."""
    names, further = [name for name, _ in VARIABLES], [row.key for row in taken.attributes]
    used = [entry.key for entry in taken.codebook.entries
            if any(coding.code == entry.key for interview in taken.interviews
                   for passage in interview.all_passages for coding in passage.codings)]
    rows: list[tuple[Cell, ...]] = []
    for interview in taken.interviews:
        values = case_values(interview.row)
        counts = {key: len({passage.guid for passage in interview.all_passages for coding in passage.codings
                            if coding.code == key}) for key in used}
        rows.append((interview.row.key, *(values.get(name, "") for name in names),
                     *(str(interview.row.attributes.get(key, "")) for key in further), *counts.values()))
    return Table(CASES, ("interview", *names, *further, *used), tuple(rows))


# ---- files ----------------------------------------------------------------------------------------------------------
def write_csv(table: Table, stream: IO[bytes]) -> None:
    """Write one table as CSV; what a spreadsheet program would compute is made harmless."""
    write_lines(table.header, table.rows, stream, encoding=ENCODING, separator=",", is_exact=False)


def write_csv_archive(tables: Sequence[Table], stream: IO[bytes]) -> None:
    """Write every table as CSV into a zip."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            content = io.BytesIO()
            write_csv(table, content)
            entry = zipfile.ZipInfo(f"{table.name}.csv")        # it carries no time
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue())


def write_xlsx(tables: Sequence[Table], stream: IO[bytes]) -> None:
    """Write a workbook with a sheet for each table; a text longer than a cell is cut, the CSV has all of it."""
    write_workbook([(table.name, _sheet(table)) for table in tables], stream)


def _sheet(table: Table) -> ReleaseTable:
    def rows() -> Iterator[Row]:
        for row in table.rows:
            yield [_cell(value) for value in row]

    return ReleaseTable(table.name, tuple(ReleaseColumn(name) for name in table.header), len(table.rows), rows)


def _cell(value: Cell) -> Cell:
    value = harmless(value)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return value[:LONGEST_TEXT - len(CUT)] + CUT
    return value
