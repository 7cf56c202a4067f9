"""A coded project of another program as plain values: what was read of a file, before anything is decided or stored.

Offsets are kept as the file says them; `foreign_offsets` finds out how they count. `losses` counts, under the keys of
LOSSES, what the file holds and this program has no place for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from surveyapp.errors import marked

REFI, TAGUETTE, TABLE = "refi", "taguette", "table"      # the kinds of file
OWN_ORIGIN = "surveyapp"            # how a file says that this program wrote it

LOSSES: Mapping[str, str] = {
    "pictures": marked("Pictures, sound and films, with what is coded in them: {n}"),
    "places_on_pages": marked("Passages marked as a place on a page or a time in a recording, without words: {n}"),
    "graphs": marked("Graphs: {n}"),
    "sets": marked("Sets of codes or texts: {n}"),
    "notes": marked("Memos that belong to no text, passage or code: {n}"),
    "links": marked("Links that do not lead from a cause to a problem: {n}"),
    "cases_without_text": marked("Cases that no text belongs to: {n}"),
    "coded_cases": marked("Codes given to a case as a whole: {n}"),
    "missing_texts": marked("Texts that the file names and does not hold: {n}"),
    "unreadable_texts": marked("Texts that are empty, damaged or too long: {n}"),
    "unknown_elements": marked("Elements that the standard does not know: {n}"),
    "unknown_codes": marked("Codings with a code that the file does not define: {n}"),
    "other_projects": marked("Further projects in the same file: {n}"),
    "descriptions": marked("Description of the project: {n}"),
    "documents": marked("Formatted copies of texts; the plain text counts: {n}"),
}


@dataclass(frozen=True)
class ForeignMemo:
    """A memo on a text, a passage or a code."""

    text: str
    coder: str = ""


@dataclass(frozen=True)
class ForeignCode:
    """A code of the file; `parent` is the guid of the code above it."""

    guid: str
    name: str
    parent: str = ""
    description: str = ""
    is_codable: bool = True
    memos: tuple[ForeignMemo, ...] = ()
    shade: str = ""         # #rrggbb


@dataclass(frozen=True)
class ForeignCoding:
    """One code on a passage or on a whole text; `note` is the text of the memos that hang on it."""

    guid: str
    code: str
    coder: str = ""
    note: str = ""
    created_at: str = ""


@dataclass(frozen=True)
class ForeignLink:
    """A link between two codes that a note ties to a passage."""

    cause: str
    problem: str
    coder: str = ""
    note: str = ""
    guid: str = ""


@dataclass(frozen=True)
class ForeignSelection:
    """A passage as the file places it; `quote` is what the file says its words are, or ""."""

    guid: str
    start: int
    end: int
    quote: str = ""
    memos: tuple[ForeignMemo, ...] = ()
    codings: tuple[ForeignCoding, ...] = ()
    links: tuple[ForeignLink, ...] = ()


@dataclass(frozen=True)
class ForeignText:
    """A text with its passages.

    `extras` says where the text of the file holds more than the text as it is kept: code points before which a
    carriage return stood (`crlf`), or dropped signs (`dropped`; a byte-order mark counts with `has_mark` alone).
    """

    guid: str
    name: str
    text: str
    crlf: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    has_mark: bool = False
    note: str = ""                      # the text's own description, for the log
    turns: str = ""
    memos: tuple[ForeignMemo, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    selections: tuple[ForeignSelection, ...] = ()
    codings: tuple[ForeignCoding, ...] = ()
    links: tuple[ForeignLink, ...] = ()
    is_passages: bool = False           # the text is put together from quotes: turns and places mean nothing


def passages_of(text: ForeignText) -> tuple[ForeignSelection | ForeignText, ...]:
    """Return all that codings hang on: the passages of the text, then the text itself."""
    return (*text.selections, text)


@dataclass(frozen=True)
class ForeignProject:
    """All of a file that can be taken over."""

    kind: str
    name: str
    origin: str
    codes: tuple[ForeignCode, ...] = ()
    coders: Mapping[str, str] = field(default_factory=dict)         # guid → name
    variables: Mapping[str, str] = field(default_factory=dict)      # name of an attribute of cases → its description
    texts: tuple[ForeignText, ...] = ()
    losses: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)       # places mended while reading, by WARNINGS

    @property
    def is_own(self) -> bool:
        return self.origin.split(" ")[0].casefold() == OWN_ORIGIN


WARNINGS: Mapping[str, str] = {
    "inner_name": marked("The project inside the file is not called project.qde."),
    "namespace": marked("The file names another version of the standard than 1.0."),
    "path": marked("Texts were found under another path than the file names: {n}"),
    "rich_text": marked("Texts were read from their formatted copy, because the plain one is missing: {n}"),
    "guid": marked("Identifiers are not written as the standard wants: {n}"),
}
