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
class FieldQuality:
    """How well one field of the customer file is filled, over the customers it applies to."""

    key: str
    n_applicable: int
    n_filled: int
    n_negative: int = 0


@dataclass(frozen=True)
class RecordFigure:
    """Completeness of records in one class, field, unit or tier; all figures None where too few people stand behind."""

    key: str
    n: int | None                       # customers
    filled: float | None = None         # share of the fields that apply to them, 0..1
    stale: float | None = None          # share of the filled fields with a known age that are older than they may be
    median_age_days: float | None = None

    @property
    def is_hidden(self) -> bool:
        return self.n is None


@dataclass(frozen=True)
class RecordCompleteness:
    """What a completeness file says: which fields of the records are filled and how old they are, not their content."""

    n_rows: int
    n_customers: int
    n_duplicate_rows: int
    n_without_key: int
    n_unknown_customers: int | None     # not in the customer file; None = there is none
    completeness: float | None          # share of filled fields among those that apply, 0..1
    n_incomplete: int | None
    n_stale_records: int | None         # with at least one stale field; None where no age is known
    stale: float | None
    median_age_days: float | None
    n_age_of_empty: int = 0             # ages of fields that are said to be empty: not counted
    by_class: tuple[RecordFigure, ...] = ()
    by_field: tuple[RecordFigure, ...] = ()
    by_unit: tuple[RecordFigure, ...] = ()
    by_tier: tuple[RecordFigure, ...] = ()          # key "type.tier"
    unit_by_class: Mapping[str, Mapping[str, float]] = field(default_factory=dict)   # unit → class → share filled
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConnectionCount:
    """Pairs of one kind; `n_groups` and `n_customers` of the connected groups that hold such a pair, None if few."""

    key: str
    n_pairs: int
    n_used: int
    n_without_basis: int
    n_groups: int | None = None
    n_customers: int | None = None


@dataclass(frozen=True)
class Connections:
    """Connected customers: groups of all who are joined by pairs, or who share a group's code in the customer file."""

    has_pairs: bool                     # from a relations file; otherwise from the customer file
    n_groups: int
    n_customers: int
    n_rows: int = 0
    n_used: int = 0
    n_without_basis: int = 0            # not used, whatever they connect
    n_unknown_customer: int = 0         # pairs with somebody who is not in the customer file: not used
    n_with_themselves: int = 0
    n_repeated: int = 0
    by_type: tuple[ConnectionCount, ...] = ()
    by_basis: Mapping[str, int] = field(default_factory=dict)       # legal basis → pairs used
    by_size: Mapping[str, int | None] = field(default_factory=dict)     # "2" … "10+" → groups; None if few people
    largest: int = 0
    aum: float | None = None            # of all connected customers; None where one of them makes out most
    aum_share: float | None = None      # of the whole file, 0..1
    n_one_manager: int | None = None    # groups whose members all have the same manager; None where none is known
    n_split: int | None = None          # groups with two managers or more
    n_no_manager: int | None = None     # groups in which nobody has one; the rest has one manager for some members
    n_reaching_higher: int | None = None    # groups that together reach a higher tier than their best member
    n_upper_connected: int | None = None    # customers of upper tiers who are in a group
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageMoves:
    """Where customers of an earlier file are in the newest one."""

    before_on: str
    now_on: str
    n_both: int
    n_left: int                         # in the earlier file only
    n_joined: int                       # in the newest only
    stages: Mapping[str, Mapping[str, int]]     # stage then → stage now → customers
    tiers: Mapping[str, Mapping[str, int]]      # "type.tier" then → tier now → customers


@dataclass(frozen=True)
class ManagerLoad:
    """How many customers relationship managers look after; quartiles over managers."""

    n_managers: int
    n_assigned: int
    n_unassigned: int
    mean: float
    median: float | None = None         # None where managers are too few to be told apart
    low: float | None = None            # lower quartile
    high: float | None = None           # upper quartile


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
    fields: tuple[FieldQuality, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)      # part of the value index → weight
    comparisons: Mapping[str, float] = field(default_factory=dict)  # "part/part" → times, where weights come from pairs
    consistency_ratio: float | None = None                          # of the comparisons
    managers: ManagerLoad | None = None
    records: RecordCompleteness | None = None
    connections: Connections | None = None
    moves: StageMoves | None = None
    as_on: str = ""                     # day that the customer file speaks of; "" where none was given
