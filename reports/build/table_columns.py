"""Heads of tables: key of the phrase, share of the width, alignment."""

from __future__ import annotations

from reports.content import Align, Column
from reports.wording import Words

Spec = tuple[str, float] | tuple[str, float, Align]


def columns_of(words: Words, prefix: str, *specs: Spec) -> tuple[Column, ...]:
    """Return columns whose titles are the phrases `prefix` + key; the left edge is the usual alignment."""
    return tuple(Column(words.text(prefix + spec[0]), spec[1], spec[2] if len(spec) > 2 else "left")  # noqa: PLR2004
                 for spec in specs)
