"""Results of the customer file: value, tiers, stages, relations (section 12 of the diagnostic model)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ClvScenario:
    """Arithmetic on stated assumptions, never a forecast; money per year in the file's unit."""

    value: float
    low: float
    high: float
    n: int
    assumptions: Mapping[str, float]


@dataclass(frozen=True)
class CustomerPicture:
    """What the customer file says; ids stay inside the machine and are never printed."""

    n_rows: int
    n_customers: int
    n_duplicate_rows: int
    n_negative: Mapping[str, int]
    n_unknown_tier: int
    n_impossible_tenure: int
    missing_share: Mapping[str, float]
    stage: Mapping[str, str]                                # customer → stage key or "not_assessable"
    value_index: Mapping[str, float | None]
    upgrade_candidates: tuple[str, ...]
    customers_by_tier_and_stage: Mapping[str, Mapping[str, int]]     # "type.tier" → stage → n
    aum_by_tier_and_stage: Mapping[str, Mapping[str, float]]
    figures: Mapping[str, float | None]                     # the names of section 13 after "data."
    clv: Mapping[str, ClvScenario] = field(default_factory=dict)     # stage → scenario
    index_sensitivity: Mapping[str, float] = field(default_factory=dict)   # part → share whose decile changes
    warnings: tuple[str, ...] = ()
    n_without_key: int = 0
    n_stage_skipped: Mapping[str, int] = field(default_factory=dict)   # stage → customers not judged for it
    dominated: tuple[str, ...] = ()     # sums among `figures` of which one customer makes out most
    transitions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)   # "type.tier then" → tier now → n
