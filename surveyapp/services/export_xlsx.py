"""Tables to an XLSX workbook, row by row: memory does not grow with the number of people.

Written here because a cell of a general library costs several times as much. Texts are inline strings, a type that no
program computes; numbers are numbers; an empty cell is left out.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from surveyapp.errors import Refused
from surveyapp.services.export_csv import CellTexts
from surveyapp.services.release import ReleaseTable

MOST_ROWS, MOST_COLUMNS, LONGEST_TEXT = 1_048_576, 16_384, 32_767       # what the format holds
LONGEST_NAME = 31
AT_ONCE = 500           # rows put together before they are packed
PACKING = 3             # of zlib: half the time of the usual 6 for a tenth more bytes
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET = (f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="1" '
         'topLeftCell="B2" activePane="bottomRight" state="frozen"/></sheetView></sheetViews><sheetData>')
SHEET_END = "</sheetData></worksheet>"
PLAIN = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    f'<cellStyleXfs count="1"><xf {PLAIN}/></cellStyleXfs><cellXfs count="2"><xf {PLAIN} xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>')
# Signs that no XML holds.
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))


def write_workbook(sheets: Sequence[tuple[str, ReleaseTable]], stream: IO[bytes]) -> None:
    """Write each table on a sheet of its name, header first and kept in sight."""
    for _, table in sheets:
        if table.n_rows >= MOST_ROWS or len(table.columns) > MOST_COLUMNS:
            raise Refused("The table {table} is larger than a spreadsheet.", "Export it as CSV or Parquet.",
                          table=table.name)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKING) as archive:
        for name, text in _parts([name for name, _ in sheets]):
            _put(archive, name, [text])
        for number, (_, table) in enumerate(sheets, 1):
            _put(archive, f"xl/worksheets/sheet{number}.xml", _sheet(table))


def _put(archive: zipfile.ZipFile, name: str, texts: Iterable[str]) -> None:
    entry = zipfile.ZipInfo(name)       # it carries no time
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry._compresslevel = PACKING  # type: ignore[attr-defined]  # zipfile asks an entry that was made beforehand for it
    with archive.open(entry, "w", force_zip64=True) as member:
        for text in texts:
            member.write(text.encode())


def _parts(names: Sequence[str]) -> Iterable[tuple[str, str]]:
    numbers = range(1, len(names) + 1)
    own = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{KIND}.worksheet+xml"/>'
                  for n in numbers)
    yield "[Content_Types].xml", (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>{own}</Types>')
    yield "_rels/.rels", (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>')
    listed = "".join(f'<sheet name={quoteattr(name[:LONGEST_NAME])} sheetId="{n}" r:id="rId{n}"/>'
                     for n, name in zip(numbers, names, strict=True))
    yield "xl/workbook.xml", (f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>')
    related = "".join(f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
                      for n in numbers)
    yield "xl/_rels/workbook.xml.rels", (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{related}<Relationship Id="rId{len(names) + 1}" '
        f'Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>')
    yield "xl/styles.xml", STYLES


def _sheet(table: ReleaseTable) -> Iterable[str]:
    letters = [f'<c r="{_letters(column)}' for column in range(len(table.columns))]
    texts = CellTexts(_cell)
    look_up = texts.__getitem__
    header = "".join(f'{letter}1" s="1"{_cell(name)}' for letter, name in zip(letters, table.header, strict=True))
    yield f'{SHEET}<row r="1">{header}</row>'
    lines: list[str] = []
    for number, row in enumerate(table.rows(), 2):
        cells = "".join([f'{letter}{number}"{text}' for letter, text in zip(letters, map(look_up, row), strict=True)
                         if text])
        lines.append(f'<row r="{number}">{cells}</row>')
        if len(lines) == AT_ONCE:
            yield "".join(lines)
            lines = []
    yield "".join(lines) + SHEET_END


def _cell(value: Any) -> str:
    """Return a cell behind its place: the rest of its start tag, what it holds, and its end tag."""
    if not isinstance(value, str):
        return f"><v>{value}</v></c>"
    if not value:
        return ""
    if len(value) > LONGEST_TEXT:
        raise Refused("A text of {n} signs is longer than the {most} of a spreadsheet cell.",
                      "Export the answers as CSV or Parquet.", n=len(value), most=LONGEST_TEXT)
    text = escape(value.translate(_CONTROL), {"\r": "&#13;"})
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(column: int) -> str:
    """Return the letters of a column that is counted from 0."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
