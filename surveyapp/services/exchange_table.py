"""Tables that Taguette writes (highlights or codebook, CSV or XLSX) → a foreign project.

A table of highlights has no text: the quotes of a document become its text, one a paragraph, as with interviews that
were coded elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from surveyapp.errors import BadInput
from surveyapp.services.answer_file import AnswerFile, read_answer_file
from surveyapp.services.decoding import normalise
from surveyapp.services.foreign_project import (
    TABLE,
    ForeignCode,
    ForeignCoding,
    ForeignProject,
    ForeignSelection,
    ForeignText,
)

TABLES = (".csv", ".xlsx")
HIGHLIGHTS, CODEBOOK = ("document", "tag", "content"), ("tag", "description")
MOST_ROWS = 50_000
Rows = list[tuple[int, dict[str, str]]]


def is_taguette_table(content: bytes, filename: str) -> bool:
    """Return whether the table has the columns of one of Taguette's; a spreadsheet of another kind is refused later."""
    if PurePath(filename).suffix.lower() == ".xlsx":
        return True
    try:
        table = read_answer_file(content, filename)
    except BadInput:
        return False
    return _kind(table.header) is not None


def read_taguette_table(content: bytes, place: str) -> ForeignProject:
    """Return the codes, and of highlights the quotes with them."""
    table = read_answer_file(content, place)
    kind = _kind(table.header)
    if kind is None:
        raise BadInput("{place}: the columns are {found}.",
                       "Tables of highlights have document, tag and content; codebooks have tag and description.",
                       place=place, found=", ".join(table.header))
    rows = list(_rows(table, place))
    name = PurePath(place).stem
    if kind is CODEBOOK:
        return ForeignProject(TABLE, name, "Taguette", _codes([(row["tag"], row["description"]) for _, row in rows]))
    return ForeignProject(TABLE, name, "Taguette", _codes([(row["tag"], "") for _, row in rows]),
                          texts=tuple(_texts(rows)))


def _kind(header: Sequence[str]) -> tuple[str, ...] | None:
    names = {name.casefold() for name in header}
    return next((kind for kind in (HIGHLIGHTS, CODEBOOK) if set(kind) <= names), None)


def _rows(table: AnswerFile, place: str) -> Iterator[tuple[int, dict[str, str]]]:
    names = [name.casefold() for name in table.header]
    for number, cells in table.rows:
        if number > MOST_ROWS:
            raise BadInput("{place}: the table has more than {most} rows.", "Split it.", place=place, most=MOST_ROWS)
        found = dict(zip(names, [normalise(cell).strip() for cell in cells], strict=False))
        row = {name: found.get(name, "") for name in (*HIGHLIGHTS, *CODEBOOK)}
        if row["tag"] or row["content"]:
            yield number, row


def _codes(tags: Sequence[tuple[str, str]]) -> tuple[ForeignCode, ...]:
    described = {name: words for name, words in sorted(tags) if name}
    return tuple(ForeignCode(name, name, name.rpartition(".")[0] if name.rpartition(".")[0] in described else "", words)
                 for name, words in described.items())


def _texts(rows: Rows) -> Iterator[ForeignText]:
    by_document: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for _, row in rows:
        if row["content"]:
            by_document[row["document"]][row["content"]].append(row["tag"])
    for document, quotes in by_document.items():
        text, selections = "", []
        for quote, tags in quotes.items():
            codings = tuple(ForeignCoding("", tag) for tag in dict.fromkeys(tags) if tag)
            selections.append(ForeignSelection("", len(text), len(text) + len(quote), quote, codings=codings))
            text += f"{quote}\n\n"
        yield ForeignText(document, document, text, selections=tuple(selections), is_passages=True)
