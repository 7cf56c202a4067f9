"""Heads of tables: key of the phrase, share of the width, alignment."""

from __future__ import annotations

from reports.content import Align, Column
from reports.wording import Words

Spec = tuple[str, float] | tuple[str, float, Align]


def columns_of(words: Words, prefix: str, *specs: Spec) -> tuple[Column, ...]:
    """Return columns whose titles are the phrases `prefix` + key; the left edge is the usual alignment."""
    return tuple(_column(words, prefix, *spec) for spec in specs)


def _column(words: Words, prefix: str, key: str, width: float, align: Align = "left") -> Column:
    return Column(words.text(prefix + key), width, align)
