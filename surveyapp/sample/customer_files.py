"""The synthetic files beside the customer file: completeness of records, connections, and the file of a year ago.

What is planted: records of needs and relations are thin, the district outlets keep them worst, dealings are the oldest;
the connections are the groups of the customer file, with a few pairs that nobody may use.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Final

from surveyapp.sample.customer_figures import Row, tier_of
from surveyapp.sample.customers import PlantedCustomers, plant_customers
from surveyapp.sample.plan import Plan, stream

# Class → fields with whom each applies to, share filled, and typical age in days of what is filled.
RECORDS: Final[Mapping[str, tuple[tuple[tuple[str, str], ...], float, float]]] = {
    "identity": ((("identity_checked", ""), ("occupation", "personal"), ("industry", "corporate"),
                  ("owner_known", "corporate")), 0.94, 200),
    "dealings": ((("products_list", ""), ("contact_log", ""), ("other_banks", "")), 0.72, 150),
    "needs": ((("risk_profile", "personal"), ("life_plans", "personal"), ("financing_needs", "corporate")), 0.46, 160),
    "relations": ((("connections", ""), ("decision_maker", "corporate")), 0.38, 300),
    "preference": ((("channel_preference", ""), ("contact_consent", "")), 0.66, 240),
}
# Unit → whom it keeps records of, its share of them, and how much better or worse it keeps them.
UNITS: Final[tuple[tuple[str, str, float, float], ...]] = (
    ("corporate", "corporate", 1.0, 1.05), ("retail", "personal", 0.16, 1.12), ("outlet_main", "personal", 0.20, 1.06),
    ("outlet_market", "personal", 0.14, 1.0), ("outlets_city", "personal", 0.32, 0.98),
    ("outlets_district", "personal", 0.18, 0.76),
)
N_WITHOUT_RECORD: Final = 24        # customers of whom the completeness file says nothing
N_PAIRS_WITHOUT_BASIS: Final = 17
N_PAIRS_WITH_STRANGERS: Final = 4
YEAR_MONTHS: Final = 12
SHARE_LEFT: Final = 0.03            # customers of a year ago who are gone


def generate_records(plan: Plan) -> tuple[Row, ...]:
    """Return the rows of the completeness file: per customer which fields are filled, and how old they are."""
    rng = stream(plan.seed, "records")
    customers = _once(plant_customers(plan))
    kept = sorted(rng.sample(range(len(customers)), len(customers) - N_WITHOUT_RECORD))
    return tuple(_record(customers[place], rng) for place in kept)


def _once(planted: PlantedCustomers) -> list[Row]:
    return list({row["customer_id"]: row for row in reversed(planted.rows)}.values())[::-1]


def _record(customer: Row, rng: random.Random) -> Row:
    kind = customer["customer_type"]
    own = [unit for unit in UNITS if unit[1] == kind]
    unit, _, _, factor = rng.choices(own, [share for _, _, share, _ in own])[0]
    row: Row = {"customer_id": customer["customer_id"], "unit": unit}
    for fields, share, age in RECORDS.values():
        for field, only_for in fields:
            applies = only_for in ("", kind)
            is_filled = applies and rng.random() < min(share * factor, 0.99)
            row[f"has_{field}"] = int(is_filled)
            row[f"age_days_{field}"] = round(rng.expovariate(1 / age)) if is_filled else None
    return row


def generate_relations(plan: Plan) -> tuple[Row, ...]:
    """Return the rows of the relations file: the planted groups, pairs without a ground, strangers, a repeated pair."""
    rng, planted = stream(plan.seed, "relations"), plant_customers(plan)
    kind_of = {row["customer_id"]: row["customer_type"] for row in planted.rows}
    pairs = [_pair(head, member, *_kind(kind_of[head], kind_of[member], rng))
             for head, *members in planted.groups.values() for member in members]
    grouped = {key for members in planted.groups.values() for key in members}
    free = [key for key in kind_of if key not in grouped]
    chosen = rng.sample(free, 2 * N_PAIRS_WITHOUT_BASIS)
    pairs += [_pair(first, second, "family" if kind_of[first] == kind_of[second] == "personal" else "guarantee", None)
              for first, second in zip(chosen[::2], chosen[1::2], strict=True)]
    pairs += [_pair(key, f"X{place:03d}", "supply_chain", "contract")
              for place, key in enumerate(rng.sample(free, N_PAIRS_WITH_STRANGERS), 1)]
    pairs.append({**pairs[0], "customer_a": pairs[0]["customer_b"], "customer_b": pairs[0]["customer_a"]})
    rng.shuffle(pairs)
    return tuple(pairs)


def _kind(head: str, member: str, rng: random.Random) -> tuple[str, str]:
    if head == member == "personal":
        return "family", "consent"
    if head == member:
        return rng.choice((("group", "public"), ("supply_chain", "contract"), ("guarantee", "contract")))
    return "controller", rng.choice(("law", "public"))


def _pair(first: str, second: str, kind: str, basis: str | None) -> Row:
    return {"customer_a": first, "customer_b": second, "type": kind, "legal_basis": basis}


def generate_earlier_customers(plan: Plan) -> tuple[Row, ...]:
    """Return the customer file of a year before: those who were customers then, and some who have left since."""
    rng = stream(plan.seed, "earlier customers")
    rows = [_a_year_before(row, rng) for row in _once(plant_customers(plan)) if _was_customer(row)]
    left = rng.sample(rows, round(SHARE_LEFT * len(rows)))
    rows += [{**row, "customer_id": f"L{place:04d}"} for place, row in enumerate(left, 1)]
    return tuple(rows)


def _was_customer(row: Row) -> bool:
    return bool(row["aum_12m_ago"] and row["tenure_months"] and row["tenure_months"] > YEAR_MONTHS)


def _a_year_before(row: Row, rng: random.Random) -> Row:
    """Return what the file would have said of a customer a year ago; what nobody can know is drawn."""
    balance: float = row["aum_12m_ago"]
    ratio = rng.choices((rng.uniform(1.18, 1.8), rng.uniform(0.86, 1.12), rng.uniform(0.4, 0.77)), (26, 60, 14))[0]
    is_quiet = not row["txn_prev_12m"]
    return {
        "customer_id": row["customer_id"], "customer_type": row["customer_type"], "aum": balance,
        "aum_12m_ago": round(balance / ratio, 2), "products": row["products"],
        "last_txn_days": rng.randint(185, 500) if is_quiet else rng.randint(0, 60),
        "txn_12m": row["txn_prev_12m"], "txn_prev_12m": row["txn_prev_12m"],
        "tenure_months": row["tenure_months"] - YEAR_MONTHS, "tier": tier_of(row["customer_type"], balance),
        "rm_id": row["rm_id"]}

