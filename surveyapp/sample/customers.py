"""The synthetic customer file: stages, groups and mismatches planted, errors as real files have them.

The file (`generate_customers`) and the truth (`plant_customers`) are kept apart: no column of the file gives away what
was planted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from surveyapp.sample.customer_figures import UPPER_TIERS, Customer, Row, draw_customer, hide_value
from surveyapp.sample.plan import CustomerFilePlan, Plan, stream

COLUMNS: Final = ("customer_id", "customer_type", "aum", "aum_12m_ago", "contribution", "products", "last_txn_days",
                  "txn_12m", "txn_prev_12m", "channels_12m", "tenure_months", "tier", "tier_12m_ago", "relation_group",
                  "rm_id", "loan_balance", "settlement_12m")
UNKNOWN_TIERS: Final = ("gold", "VIP", "level 3", "diamond")
GROUP_SIZES: Final = (2, 2, 3, 3, 4)
ONE_MANAGER_EVERY: Final = 3
SHARE_WITH_LOAN: Final = 0.55
SHARE_SETTLEMENT_KNOWN: Final = 0.93


@dataclass(frozen=True)
class PlantedCustomers:
    """The file and the truth about it."""

    rows: tuple[Row, ...]                   # the file, duplicates and errors included
    stages: Mapping[str, str]               # customer → planted stage; not of those with a negative balance
    hidden_value: frozenset[str]            # much business on a small balance
    groups: Mapping[str, tuple[str, ...]]   # relation group → customers
    duplicated: tuple[str, ...]             # customers with a second row
    negative_aum: tuple[str, ...]
    unknown_tier: tuple[str, ...]


def generate_customers(plan: Plan) -> tuple[Row, ...]:
    """Return the rows of the customer file; an empty cell is None."""
    return plant_customers(plan).rows


def plant_customers(plan: Plan) -> PlantedCustomers:
    """Return the file with the truth about what is planted in it."""
    file_plan = plan.customers
    rng = stream(plan.seed, "customers")
    customers = _with_hidden_value(file_plan, _draw_all(file_plan, rng), rng)
    rng.shuffle(customers)
    for i, customer in enumerate(customers):
        customer.row["customer_id"] = f"K{i + 1:04d}"
    rows = [customer.row for customer in customers]
    groups = _link(file_plan, rows, rng)
    _assign_managers(file_plan, rows, rng)
    _keep_together(rows, groups)
    negative, unknown = _make_errors(file_plan, customers, rng)
    _make_gaps(file_plan, rows, rng)
    _add_corporate_figures(rows, stream(plan.seed, "corporate figures"))
    duplicated = rng.sample(rows, file_plan.n_duplicate_rows)
    file = [{column: row.get(column) for column in COLUMNS} for row in rows]
    for row in duplicated:
        copy = {column: row.get(column) for column in COLUMNS}
        file.insert(rng.randint(file.index(copy) + 1, len(file)), dict(copy))
    return PlantedCustomers(
        rows=tuple(file),
        stages={c.row["customer_id"]: c.stage for c in customers if c.row["customer_id"] not in negative},
        hidden_value=frozenset(c.row["customer_id"] for c in customers if c.has_hidden_value),
        groups=groups, duplicated=tuple(row["customer_id"] for row in duplicated),
        negative_aum=negative, unknown_tier=unknown)


def _draw_all(plan: CustomerFilePlan, rng: random.Random) -> list[Customer]:
    customers = []
    for customer_type, n in (("personal", plan.n_personal), ("corporate", plan.n_corporate)):
        stages = rng.choices(list(plan.stages), list(plan.stages.values()), k=n)
        customers += [draw_customer(plan, customer_type, stage, rng) for stage in stages]
    return customers


def _with_hidden_value(plan: CustomerFilePlan, customers: list[Customer], rng: random.Random) -> list[Customer]:
    """Return the customers, some of low tier and good standing among them made valuable beyond their balance."""
    for customer_type, n in (("personal", plan.n_hidden_value_personal), ("corporate", plan.n_hidden_value_corporate)):
        fitting = [i for i, c in enumerate(customers) if c.row["customer_type"] == customer_type
                   and c.stage in ("growth", "mature") and c.row["tier"] not in UPPER_TIERS]
        for i in rng.sample(fitting, min(n, len(fitting))):
            customers[i] = hide_value(customers[i], rng)
    return customers


def _link(plan: CustomerFilePlan, rows: Sequence[Row], rng: random.Random) -> dict[str, tuple[str, ...]]:
    """Put customers into families, owners with their companies, and supply chains; return who belongs together."""
    kinds: tuple[tuple[Callable[[Row], bool], Callable[[Row], bool]], ...] = (
        (_is("personal", "growth"), _is("personal", "growth")),             # a family worth more than each of it
        (_is("personal", "wealth", "affluent"), _is("corporate", "basic", "key_corporate")),
        (_is("personal", "basic", "affluent", "wealth"), _is("personal", "basic", "growth")),
        (_is("corporate", "key_corporate", "basic"), _is("corporate", "basic")),
    )
    free = rng.sample(range(len(rows)), len(rows))
    groups: dict[str, tuple[str, ...]] = {}
    for g in range(plan.n_groups):
        first, others = kinds[g % len(kinds)]
        size = rng.choice(GROUP_SIZES)
        head = next((i for i in free if first(rows[i])), None)
        members = [i for i in free if i != head and others(rows[i])][:size - 1]
        if head is None or not members:
            continue
        key = f"G{g + 1:03d}"
        for i in (head, *members):
            rows[i]["relation_group"] = key
            free.remove(i)
        groups[key] = tuple(rows[i]["customer_id"] for i in (head, *members))
    return groups


def _is(customer_type: str, *tiers: str) -> Callable[[Row], bool]:
    return lambda row: row["customer_type"] == customer_type and row["tier"] in tiers


def _assign_managers(plan: CustomerFilePlan, rows: Sequence[Row], rng: random.Random) -> None:
    for row in rows:
        share = 1 - plan.share_unassigned_upper if row["tier"] in UPPER_TIERS else plan.share_assigned_basic
        row["rm_id"] = f"RM{rng.randint(1, plan.n_relationship_managers):02d}" if rng.random() < share else None


def _keep_together(rows: Sequence[Row], groups: Mapping[str, Sequence[str]]) -> None:
    """Put every third group into the hands of one manager: that of its first member who has one."""
    by_key = {row["customer_id"]: row for row in rows}
    for members in list(groups.values())[::ONE_MANAGER_EVERY]:
        manager = next((by_key[key]["rm_id"] for key in members if by_key[key]["rm_id"]), None)
        for key in members:
            by_key[key]["rm_id"] = manager


def _make_errors(plan: CustomerFilePlan, customers: Sequence[Customer],
                 rng: random.Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make some balances negative and some tiers unknown; return whose."""
    plain = [c.row for c in customers if not c.has_hidden_value and "relation_group" not in c.row]
    chosen = rng.sample(plain, plan.n_negative_aum + plan.n_unknown_tier)
    negative, unknown = chosen[:plan.n_negative_aum], chosen[plan.n_negative_aum:]
    for row in negative:
        row["aum"] = -row["aum"]
    for i, row in enumerate(unknown):
        row["tier"] = UNKNOWN_TIERS[i % len(UNKNOWN_TIERS)]
    return tuple(row["customer_id"] for row in negative), tuple(row["customer_id"] for row in unknown)


def _add_corporate_figures(rows: Sequence[Row], rng: random.Random) -> None:
    """Add what only firms have: loans, which not every firm has, and payments through the bank."""
    for row in rows:
        if row["customer_type"] == "corporate":
            balance = abs(row["aum"])
            row["loan_balance"] = round(balance * rng.uniform(0.2, 1.6), 2) if rng.random() < SHARE_WITH_LOAN else 0.0
            row["settlement_12m"] = (round(balance * rng.uniform(2, 9), 2)
                                     if rng.random() < SHARE_SETTLEMENT_KNOWN else None)


def _make_gaps(plan: CustomerFilePlan, rows: Sequence[Row], rng: random.Random) -> None:
    for row in rows:
        for column, share in plan.missing.items():
            if rng.random() < share and row["tier"] not in UNKNOWN_TIERS:
                row[column] = None
