"""Norm packages: what one organisation tells others of its scales, and a study held against several of them.

A package holds no row of a person and no cell of a group: numbers of people, means, covariances, and hashes of items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from analysis.results.measurement import Estimate

SCHEMA = "norm-package/1"           # raised when a package of the old layout can no longer be read
LeftOut = Literal["too_few_people", "nearly_all_alike", "no_items"]
BenchmarkWord = Literal["higher", "lower", "near", "cannot_tell"]
NoBenchmark = Literal["", "too_few_organisations", "few_identical_items", "too_few_people", "low_alpha", "no_variation"]


@dataclass(frozen=True)
class NormItem:
    """One item of a scale: what its answers mean and its words, as hashes, and the mean of the recoded answers."""

    key: str
    meaning: str
    wordings: Mapping[str, str]             # language → hash of the words it was answered by
    mean: float


@dataclass(frozen=True)
class NormScale:
    """One construct as n people answered all its items; covariances of the recoded items in their order."""

    construct: str
    audience: str
    low: float
    high: float
    n: int
    items: tuple[NormItem, ...]
    covariances: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class NormPackage:
    """What one organisation hands to others; `source` is a random mark, so that a newer package replaces an older."""

    schema: str
    source: str
    kind: str                               # of organisation, in the words of who hands it over
    template: str
    template_version: str
    collected: str                          # year and month
    scales: tuple[NormScale, ...]
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)   # construct or item → why it is not in
    is_synthetic: bool = False


@dataclass(frozen=True)
class Benchmark:
    """A construct of this study beside the mean of other organisations; over identical items alone.

    Where `reason` is not empty nothing is compared, and no report calls anything a benchmark.
    """

    construct: str
    audience: str
    reason: NoBenchmark
    n_organisations: int                    # that have the same items, with people enough
    items: tuple[str, ...] = ()             # compared
    items_apart: tuple[str, ...] = ()       # of the construct, and not identical in enough organisations
    n: int = 0
    mean: float | None = None               # of this study, over these items
    n_others: int = 0                       # people of the other organisations together
    mean_others: float | None = None        # each organisation counts alike
    lowest: float | None = None             # of the organisations' means; only where enough hide which is whose
    highest: float | None = None
    difference: Estimate | None = None
    q_value: float | None = None
    word: BenchmarkWord | None = None
