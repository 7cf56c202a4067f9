"""Codes by a grouping of the interviewees; counted in people. None = hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CrosstabRow:
    """One code: who raised it, of those asked; `cells`: group → the same, hidden counts None."""

    code: str
    n: int | None
    of: int
    cells: Mapping[str, int | None]
    asked: Mapping[str, int]


@dataclass(frozen=True)
class Crosstab:
    """Codes by a grouping of the interviewees (their role, or an attribute), fit to be handed over."""

    grouping: str
    groups: Mapping[str, int]                   # group → interviewees
    rows: tuple[CrosstabRow, ...]
    minimum: int
    n_hidden: int
    name: Mapping[str, str] = field(default_factory=dict)       # of the grouping, by language; empty = its key
