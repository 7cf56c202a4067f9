"""What a report says, before it is drawn: sections made of blocks, numbers still unrounded.

The same content serves the PDF, the web pages and the exports. A `Statement` keeps the values its wording was made
from and the metric paths they came by, so that each printed claim can be followed back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from reports.figures import Chart

NumberStyle = Literal["count", "percent", "percent1", "points", "signed_points", "signed", "mean", "score",
                      "coefficient", "three", "four", "p", "money", "millions", "months", "rank", "one"]
Align = Literal["left", "right", "center"]
Split = Literal["6-6", "7-5", "8-4"]


@dataclass(frozen=True)
class Statement:
    """A wording with the unrounded values in it and where they come from."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    trace: tuple[str, ...] = ()
    link: str = ""                      # anchor inside the report that the wording leads to
    evidence: tuple[str, ...] = ()      # short names of the findings it tells, each of which opens its evidence

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True)
class Number:
    """A figure in a table: unrounded, with the style it is printed in."""

    value: float | None
    style: NumberStyle = "mean"
    low: float | None = None
    high: float | None = None
    trace: tuple[str, ...] = ()
    is_emphasised: bool = False
    is_light: bool = False              # there for completeness, not for reading
    is_hidden: bool = False             # suppressed: printed as the sign for hidden cells

    def __post_init__(self) -> None:
        """Forget what is hidden, so that no export of the content tells it."""
        if self.is_hidden:
            for name in ("value", "low", "high"):
                object.__setattr__(self, name, None)


@dataclass(frozen=True)
class Stack:
    """Several wordings below each other in one cell; the first is set bold where it heads the others."""

    lines: tuple[Statement, ...]
    has_head: bool = True


@dataclass(frozen=True)
class GradeCell:
    """A grade of evidence: its word, and its place on the ladder as filled marks (0..3)."""

    word: str
    filled: int
    is_conflict: bool = False
    trace: tuple[str, ...] = ()


Cell = Statement | Number | Stack | GradeCell


@dataclass(frozen=True)
class Column:
    title: str
    width: float                        # share of the table's width
    align: Align = "left"


@dataclass(frozen=True)
class Row:
    cells: tuple[Cell, ...]
    anchor: str = ""
    is_group: bool = False              # a heading over the rows that follow: one cell
    depth: int = 0                      # steps that the first cell is moved in, below the row that it belongs to


@dataclass(frozen=True)
class Table:
    """A table with its finding, base and source."""

    key: str
    title: Statement
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str = ""
    source: str = ""
    number: int = 0
    is_dense: bool = False


@dataclass(frozen=True)
class Figure:
    """A chart with its finding, base, source and text alternative."""

    key: str
    title: Statement
    chart: Chart
    alt: str
    unit: str = ""
    source: str = ""
    number: int = 0


@dataclass(frozen=True)
class Heading:
    text: str
    anchor: str = ""
    level: int = 3
    trace: tuple[str, ...] = ()         # of the finding that it introduces
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    statements: tuple[Statement, ...]
    kind: Literal["body", "lead", "small"] = "body"


@dataclass(frozen=True)
class Bullets:
    items: tuple[Statement, ...]
    is_ordered: bool = False


@dataclass(frozen=True)
class Facts:
    """Short terms with their meaning, set as two columns."""

    rows: tuple[tuple[str, Statement], ...]
    is_wide: bool = False               # long terms


@dataclass(frozen=True)
class Passage:
    """A quotation: wording in the report's language, the original's language, and who said it."""

    text: str
    source: str
    is_verbatim: bool
    note: str = ""
    trace: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passages:
    items: tuple[Passage, ...]


@dataclass(frozen=True)
class KeyFigure:
    number: Number
    label: str
    detail: str
    is_alarm: bool = False
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeyFigures:
    items: tuple[KeyFigure, ...]


@dataclass(frozen=True)
class Callout:
    """A box: what follows from a page, what is asked, or what to be careful about."""

    kind: Literal["so_what", "decision", "warning"]
    title: str
    items: tuple[Statement, ...]


@dataclass(frozen=True)
class Card:
    """One proposed measure on a panel of its own."""

    anchor: str
    label: str
    title: str
    rows: tuple[tuple[str, Statement], ...]
    side: tuple[tuple[str, Number | Statement], ...] = ()
    notes: tuple[Statement, ...] = ()   # small print
    trace: tuple[str, ...] = ()         # of the measure that it describes
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Columns:
    """Two groups of blocks side by side, never longer than a page."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    split: Split = "6-6"


@dataclass(frozen=True)
class Group:
    """Blocks that stay together on one page."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Listing:
    """A text as it was written, line by line: a specification, a model."""

    text: str


@dataclass(frozen=True)
class Contents:
    """The table of contents stands here."""


Block = (Statement | Paragraph | Bullets | Facts | Passages | KeyFigures | Callout | Card | Columns | Group | Heading
         | Table | Figure | Listing | Contents)


@dataclass(frozen=True)
class Section:
    """A part of the report: one message in the title, then the evidence."""

    key: str
    part: str                           # running header and eyebrow
    title: Statement
    blocks: tuple[Block, ...]
    lead: Statement | None = None
    is_appendix: bool = False
    starts_page: bool = True
    is_listed: bool = True              # in the table of contents


@dataclass(frozen=True)
class Cover:
    kind: str
    title: str
    subtitle: str
    organisation: str
    facts: tuple[tuple[str, str, str], ...]     # figure, what it counts, detail
    label: str = ""                     # "Synthetic sample data"


@dataclass(frozen=True)
class StudyReport:
    """A dated rendering of a study, in one language."""

    language: str
    title: str
    name: str                           # short form for the running header
    classification: str
    cover: Cover
    sections: tuple[Section, ...]
    identifier: str                     # hash of the data it rests on
    frozen_on: str                      # ISO date of the data
    version: str = ""
    is_synthetic: bool = False
    watermark: str = ""                 # across every page; of a specimen that must not be taken for a report
    shape: Literal["page", "slide", "sheet"] = "page"   # a report, slides to be shown, or a sheet without a cover

    def section(self, key: str) -> Section:
        """Return the section of that key; KeyError if there is none."""
        return {section.key: section for section in self.sections}[key]

    def anchors(self) -> frozenset[str]:
        """Return every place inside the report that a link may lead to."""
        found = {section.key for section in self.sections}
        for block in self.blocks():
            if isinstance(block, (Table, Figure)):
                found.add(block.key)
            if isinstance(block, Table):
                found.update(row.anchor for row in block.rows)
            if isinstance(block, (Heading, Card)):
                found.add(block.anchor)
        return frozenset(found - {""})

    def blocks(self) -> Iterator[Block]:
        """Return every block in reading order, those inside others too."""
        for section in self.sections:
            yield from walk(section.blocks)


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Return blocks and the blocks inside them, in reading order."""
    for block in blocks:
        yield block
        if isinstance(block, Group):
            yield from walk(block.blocks)
        elif isinstance(block, Columns):
            yield from walk(block.left + block.right)


class _Counter:
    def __init__(self) -> None:
        self.figures = self.tables = 0

    def number(self, block: Block) -> Block:
        if isinstance(block, Figure):
            self.figures += 1
            return replace(block, number=self.figures)
        if isinstance(block, Table):
            self.tables += 1
            return replace(block, number=self.tables)
        if isinstance(block, Group):
            return replace(block, blocks=tuple(map(self.number, block.blocks)))
        if isinstance(block, Columns):
            left = tuple(map(self.number, block.left))
            return replace(block, left=left, right=tuple(map(self.number, block.right)))
        return block


def numbered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return blocks with their figures and tables numbered in reading order."""
    return tuple(map(_Counter().number, blocks))


def with_numbers(report: StudyReport) -> StudyReport:
    """Return the report with its figures and tables numbered in reading order."""
    counter = _Counter()
    sections = tuple(
        replace(section, blocks=tuple(map(counter.number, section.blocks))) for section in report.sections)
    return replace(report, sections=sections)
