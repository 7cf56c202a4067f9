"""Cells and blocks of a report as plain words, alike for workbook and word processor."""

from __future__ import annotations

from reports.content import (
    Block,
    Bullets,
    Callout,
    Card,
    Cell,
    Columns,
    Facts,
    GradeCell,
    Group,
    KeyFigures,
    Number,
    Paragraph,
    Passages,
    Stack,
    Statement,
    Table,
)
from reports.numbers import HIDDEN, printed, with_interval

Lines = tuple[str, ...]


def number_text(number: Number, language: str) -> str:
    """Return a figure as it is printed, with its interval."""
    if number.is_hidden:
        return HIDDEN
    if number.low is None and number.high is None:
        return printed(number.value, number.style, language)
    return with_interval(number.value, number.low, number.high, number.style, language)


def cell_text(cell: Cell, language: str) -> str:
    """Return a cell as plain words; lines of a stack stay lines."""
    if isinstance(cell, Number):
        return number_text(cell, language)
    if isinstance(cell, Stack):
        return "\n".join(line.text for line in cell.lines)
    return cell.word if isinstance(cell, GradeCell) else cell.text


def block_lines(block: Block, language: str) -> Lines:
    """Return what a block says in words, a line each; a table or figure says its title, nothing of its cells."""
    if isinstance(block, Statement):
        return (block.text,)
    if isinstance(block, Paragraph):
        between = "" if language == "zh" else " "
        return (between.join(part.text for part in block.statements),)
    if isinstance(block, Bullets):
        return tuple(f"{number}. {item.text}" if block.is_ordered else f"• {item.text}"
                     for number, item in enumerate(block.items, start=1))
    if isinstance(block, Callout):
        return (block.title, *(f"• {item.text}" for item in block.items))
    if isinstance(block, KeyFigures):
        figures = [(printed(item.number.value, item.number.style), item) for item in block.items]
        return tuple(f"{figure}  {item.label} {item.detail}".strip() for figure, item in figures)
    return _inner_lines(block, language)


def _inner_lines(block: Block, language: str) -> Lines:
    colon = "：" if language == "zh" else ": "
    if isinstance(block, Facts):
        return tuple(f"{term}{colon}{meaning.text}" for term, meaning in block.rows)
    if isinstance(block, Card):
        return (f"{block.label} {block.title}", *(f"{term}{colon}{said.text}" for term, said in block.rows))
    if isinstance(block, Passages):
        return tuple(f"{passage.text}  {passage.source}" for passage in block.items)
    if isinstance(block, (Group, Columns)):
        inner = block.blocks if isinstance(block, Group) else block.left + block.right
        return tuple(line for one in inner for line in block_lines(one, language))
    title = getattr(block, "title", None) if isinstance(block, Table) else None
    return (title.text,) if title else ()
