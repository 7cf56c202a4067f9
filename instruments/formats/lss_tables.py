"""LimeSurvey files → their tables: .lss (survey), .lsg (group), .lsq (question), .lsa (zip of a survey and answers)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError  # only the classes; defusedxml does the parsing

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # publishes no types
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # publishes no types

from instruments.errors import FileFormatError
from instruments.formats.archive import ZIP_MARK, list_archive, read_entry
from instruments.formats.loss import LossLog

MAX_ROWS = 250_000
_KINDS = {"Survey": ".lss", "Group": ".lsg", "Question": ".lsq"}
_AGAIN = "Export it from LimeSurvey again."
Row = Mapping[str, str]


@dataclass
class Tables:
    """The rows of each table of a file, and its languages."""

    kind: str
    languages: list[str] = field(default_factory=list)
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def of(self, name: str) -> list[dict[str, str]]:
        return self.rows.get(name, [])

    def first(self, name: str) -> Row:
        return next(iter(self.of(name)), {})


def read_tables(content: bytes, suffix: str, place: str, log: LossLog) -> Tables:
    """Return the tables of a LimeSurvey file; FileFormatError when it is none."""
    if suffix == ".lsa":
        content, place = _survey_of_archive(content, place, log)
    if content.startswith(ZIP_MARK):
        raise FileFormatError(place, "this is an archive.", "Rename the file so that it ends in .lsa.")
    try:
        tables = _parsed(content)
    except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
        kind = "entities or a document type" if isinstance(error, DefusedXmlException) else "damaged XML"
        where = getattr(error, "position", None)
        here = f"{place}, line {where[0]}" if where else place
        raise FileFormatError(here, f"the file holds {kind}, which LimeSurvey does not write.", _AGAIN) from error
    if tables.kind not in _KINDS:
        known = f" It says it is a '{tables.kind[:30]}'." if tables.kind else ""
        raise FileFormatError(
            place, f"this is not a LimeSurvey survey, group or question.{known}",
            "Choose a file that LimeSurvey exported as .lss, .lsg, .lsq or .lsa.")
    return tables


def _survey_of_archive(content: bytes, place: str, log: LossLog) -> tuple[bytes, str]:
    if not content.startswith(ZIP_MARK):
        raise FileFormatError(place, "this is not a LimeSurvey archive.", _AGAIN)
    entries = list_archive(content, place, "archive", _AGAIN)
    surveys = [entry for entry in entries if entry.filename.lower().endswith(".lss")]
    if len(surveys) != 1:
        raise FileFormatError(
            place, f"the archive holds {len(surveys)} surveys (.lss).", "Choose an archive of exactly one survey.")
    for entry in entries:
        if entry is not surveys[0]:
            log.add(f"archive entry {entry.filename}", "it holds no questions",
                    "left out; load answers from a CSV export with `responses import`")
    return read_entry(content, surveys[0], place, "archive", _AGAIN), f"{place}, {surveys[0].filename}"


def _parsed(content: bytes) -> Tables:
    document = fromstring(content, forbid_dtd=True)
    tables = Tables((document.findtext("LimeSurveyDocType") or "").strip())
    tables.languages = [text for entry in document.iterfind("./languages/language") if (text := _text(entry))]
    number = 0
    for table in document:
        rows = [{cell.tag: cell.text or "" for cell in row} for row in table.iterfind("./rows/row")]
        number += len(rows)
        if number > MAX_ROWS:
            raise ValueError("too many rows")
        tables.rows.setdefault(table.tag, []).extend(rows)
    return tables


def _text(element: Element) -> str:
    return (element.text or "").strip()
