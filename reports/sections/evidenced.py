"""The short names of findings put beside what is said: every sentence of the summary leads to its evidence."""

from __future__ import annotations

from dataclasses import replace

from analysis.diagnosis.trace.ledger import Ledger
from reports.content import (
    Block,
    Bullets,
    Callout,
    Card,
    Cell,
    Columns,
    Facts,
    Figure,
    Group,
    Heading,
    KeyFigures,
    Paragraph,
    Row,
    Section,
    Stack,
    Statement,
    Table,
)
from reports.names_in_text import holds_name

SUMMARY = frozenset({"summary", "summary-causes"})
TOLD_ONE_BY_ONE = frozenset({"strengths"})       # parts whose points are findings, one a point
MOST_OF_ROW = 2             # a row that speaks of more findings introduces none of them


def with_names(section: Section, ledger: Ledger) -> Section:
    """Return the section with short names: of the summary beside every sentence, elsewhere beside each finding."""
    named = _Named(ledger)
    if section.key in SUMMARY:
        return replace(section, title=named.said(section.title),
                       lead=None if section.lead is None else named.said(section.lead),
                       blocks=tuple(map(named.block, section.blocks)))
    if section.is_appendix:
        return section
    is_told = section.key in TOLD_ONE_BY_ONE
    return replace(section, blocks=tuple(named.block(block) if is_told and isinstance(block, Bullets)
                                         else named.head(block) for block in section.blocks))


class _Named:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def said(self, statement: Statement) -> Statement:
        return replace(statement, evidence=self.ledger.ids_of(statement.trace))

    def block(self, block: Block) -> Block:
        """Return a block of the summary with a name beside each of its sentences."""
        if isinstance(block, Group):
            return replace(block, blocks=tuple(map(self.block, block.blocks)))
        if isinstance(block, Columns):
            return replace(block, left=tuple(map(self.block, block.left)), right=tuple(map(self.block, block.right)))
        if isinstance(block, Table):
            return replace(block, title=self.said(block.title), rows=tuple(map(self._row, block.rows)))
        return self._sentences(block)

    def _sentences(self, block: Block) -> Block:
        changed: Block = block
        if isinstance(block, Statement):
            changed = self.said(block)
        elif isinstance(block, Paragraph):
            changed = replace(block, statements=tuple(map(self.said, block.statements)))
        elif isinstance(block, (Bullets, Callout)):
            changed = replace(block, items=tuple(map(self.said, block.items)))
        elif isinstance(block, KeyFigures):
            changed = replace(block, items=tuple(
                replace(item, evidence=self.ledger.ids_of(item.number.trace)) for item in block.items))
        elif isinstance(block, Facts):
            changed = replace(block, rows=tuple((term, self.said(meaning)) for term, meaning in block.rows))
        return changed

    def _row(self, row: Row) -> Row:
        """Return a row whose first cell names all that the row speaks of and no other cell names already."""
        first, *others = row.cells
        ids = self._names(row)
        others = [self._inside(cell) for cell in others]
        named = {name for cell in others for name in _named_in(cell)}
        return replace(row, cells=(_with_evidence(first, tuple(name for name in ids if name not in named)), *others))

    def _names(self, row: Row) -> tuple[str, ...]:
        """Return the names of all that a row tells: problems and causes first, interview codes last."""
        found = self.ledger.ids_of(path for cell in row.cells for path in _traces(cell))
        return tuple(sorted(found, key=list(self.ledger.names).index))

    def _inside(self, cell: Cell) -> Cell:
        """Return a cell in which the names that its wording holds lead on from where they stand."""
        if isinstance(cell, Stack):
            return replace(cell, lines=tuple(map(self._held, cell.lines)))
        return self._held(cell) if isinstance(cell, Statement) else cell

    def _held(self, line: Statement) -> Statement:
        return replace(line, evidence=tuple(name for name in self.ledger.ids_of(line.trace)
                                            if holds_name(line.text, name)))

    def _introduced(self, row: Row) -> Row:
        """Return a row with the names of what its first cell tells, or of the few findings that it tells elsewhere."""
        ids = self.ledger.ids_of(_traces(row.cells[0])) or self._names(row)
        if not 1 <= len(ids) <= MOST_OF_ROW:
            return row
        return replace(row, cells=(_with_evidence(row.cells[0], ids), *row.cells[1:]))

    def head(self, block: Block) -> Block:
        """Return a block of another part with a name where a finding is introduced."""
        changed: Block = block
        if isinstance(block, (Heading, Card)):
            changed = replace(block, evidence=self.ledger.ids_of(block.trace))
        elif isinstance(block, Table):
            changed = replace(block, rows=tuple(map(self._introduced, block.rows)))
        elif isinstance(block, Figure) and block.title.trace:
            changed = replace(block, title=self.said(block.title))
        elif isinstance(block, Group):
            changed = replace(block, blocks=tuple(map(self.head, block.blocks)))
        elif isinstance(block, Columns):
            changed = replace(block, left=tuple(map(self.head, block.left)), right=tuple(map(self.head, block.right)))
        return changed


def _traces(cell: Cell) -> tuple[str, ...]:
    if isinstance(cell, Stack):
        return tuple(path for line in cell.lines for path in line.trace)
    return cell.trace


def _named_in(cell: Cell) -> tuple[str, ...]:
    if isinstance(cell, Stack):
        return tuple(name for line in cell.lines for name in line.evidence)
    return cell.evidence if isinstance(cell, Statement) else ()


def _with_evidence(cell: Cell, ids: tuple[str, ...]) -> Cell:
    if isinstance(cell, Statement):
        return replace(cell, evidence=ids)
    if isinstance(cell, Stack) and cell.lines:
        return replace(cell, lines=(replace(cell.lines[0], evidence=ids), *cell.lines[1:]))
    return cell
