"""What a data file holds besides its numbers, and what of it was answered. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FileKind = Literal["csv", "xlsx", "sav", "parquet"]


@dataclass(frozen=True)
class DataFacts:
    """How a file was read, and the words it has for its columns and values."""

    name: str
    kind: FileKind
    sha256: str
    n_rows: int
    n_columns: int
    encoding: str = ""                          # of text
    separator: str = ""
    decimal: str = "."
    sheet: str = ""                             # of a workbook: the one read …
    other_sheets: tuple[str, ...] = ()          # … and those not read
    labels: Mapping[str, str] = field(default_factory=dict)                         # column → wording
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)     # column → value → words
    declared_missing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # column → value → rows with it


@dataclass(frozen=True)
class ItemAnswers:
    """How one item was answered; shares 0..1 of the answers that are there."""

    key: str
    n: int
    n_missing: int
    frequencies: Mapping[str, int] = field(default_factory=dict)    # empty where there are too many different values
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class MissingPattern:
    """Which items are missing together in how many rows."""

    items: tuple[str, ...]
    n: int


@dataclass(frozen=True)
class SampleAnswers:
    """How complete the answers are."""

    n: int                                      # rows
    n_complete: int                             # rows with every item answered
    n_empty: int                                # rows with no item answered
    n_cells_missing: int
    items: tuple[ItemAnswers, ...]
    patterns: tuple[MissingPattern, ...]        # the most frequent ones, complete rows left out
    n_patterns: int                             # all of them, complete rows left out
    n_duplicated: int = 0                       # complete rows that repeat an earlier one, answer by answer
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class CorrelationTable:
    """Means, standard deviations and correlations of items or of scale scores, as APA prints them."""

    n: int                                      # rows that took part
    names: tuple[str, ...]
    means: tuple[float | None, ...]
    sds: tuple[float | None, ...]
    alphas: tuple[float | None, ...]            # of scale scores; None for single items
    correlations: tuple[tuple[float | None, ...], ...]
    ci_low: tuple[tuple[float | None, ...], ...]
    ci_high: tuple[tuple[float | None, ...], ...]
    p_values: tuple[tuple[float | None, ...], ...]
    pair_n: tuple[tuple[int, ...], ...]
    method: str
    missing: Literal["pairwise", "listwise"]
    confidence: float = 0.95
    warnings: tuple[str, ...] = ()
