"""The figures of one customer: what a stage of the life cycle looks like in a customer file."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any, Final

from surveyapp.sample.plan import CustomerFilePlan

Row = dict[str, Any]

# Lower borders in CNY as in the template's value model (a test holds them equal), with the share of customers and the
# greatest balance generated.
TIERS: Final[dict[str, tuple[tuple[str, float, float, float], ...]]] = {
    "personal": (("basic", 0, 0.47, 50_000), ("growth", 50_000, 0.25, 200_000), ("affluent", 200_000, 0.15, 500_000),
                 ("wealth", 500_000, 0.115, 6_000_000), ("private", 6_000_000, 0.015, 30_000_000)),
    "corporate": (("basic", 0, 0.74, 10_000_000), ("key_corporate", 10_000_000, 0.26, 180_000_000)),
}
SMALLEST_BALANCE: Final = {"personal": 600.0, "corporate": 60_000.0}
UPPER_TIERS: Final = frozenset({"affluent", "wealth", "private", "key_corporate"})

# Balance today over balance a year ago, by stage: within the rule of the stage, and just outside it.
RATIO: Final = {"growth": (1.18, 1.9), "mature": (0.86, 1.12), "decline": (0.35, 0.77), "dormant": (0.5, 0.98)}
RATIO_OFF_STAGE: Final = {"growth": (1.06, 1.14), "decline": (0.82, 0.88)}
MONTHS: Final = {"new": (1, 11), "growth": (13, 90), "mature": (26, 240), "decline": (18, 200), "dormant": (30, 220)}
PRODUCTS: Final = {"basic": (1, 3), "growth": (1, 4), "affluent": (2, 5), "wealth": (2, 6), "private": (4, 8),
                   "key_corporate": (3, 8)}
MARGIN: Final = (0.004, 0.010)      # CNY a year for one of balance
FEE_PER_PRODUCT: Final = 60.0
FEE_PER_TRANSACTION: Final = {"personal": 1.5, "corporate": 12.0}
SHARE_DECLINE_BY_ACTIVITY: Final = 0.25     # the others decline by balance
SHARE_LOW_DORMANT: Final = 0.9      # of the dormant have the smallest balances
QUIET_DAYS: Final = 170             # nobody but the dormant is quiet for longer


@dataclass(frozen=True)
class Customer:
    """A row of the file and what was planted in it."""

    row: Row
    stage: str
    is_off_stage: bool
    has_hidden_value: bool = False


def draw_customer(plan: CustomerFilePlan, customer_type: str, stage: str, rng: random.Random) -> Customer:
    """Return a customer of that type whose figures show that stage; now and then they just miss it."""
    is_off = stage in RATIO_OFF_STAGE and rng.random() < plan.share_off_stage * len(plan.stages) / len(RATIO_OFF_STAGE)
    aum = _balance(customer_type, stage, rng)
    is_quieter = stage == "decline" and not is_off and rng.random() < SHARE_DECLINE_BY_ACTIVITY
    before = 0.0
    if stage != "new":
        before = aum / rng.uniform(*(RATIO_OFF_STAGE[stage] if is_off else RATIO["mature" if is_quieter else stage]))
    row: Row = {
        "customer_type": customer_type, "aum": round(aum, 2), "aum_12m_ago": round(before, 2),
        "tenure_months": rng.randint(*MONTHS[stage]), **_activity(stage, is_quieter, customer_type, rng),
    }
    fitting = tier_of(customer_type, aum)
    row["tier"] = fitting
    row["tier_12m_ago"] = None if stage == "new" else tier_of(customer_type, before)
    if stage != "new" and rng.random() < plan.share_stale_tier:
        row["tier"] = row["tier_12m_ago"]
    row["products"] = 1 if stage == "dormant" else rng.randint(*PRODUCTS[fitting])
    row["contribution"] = _contribution(row, rng)
    return Customer(row, stage, is_off)


def hide_value(customer: Customer, rng: random.Random) -> Customer:
    """Return the customer with much business on the same small balance: products, payments, fees."""
    row = dict(customer.row)
    busy = rng.randint(500, 1800)
    row.update(
        products=rng.randint(5, 8), txn_12m=busy, txn_prev_12m=round(busy / rng.uniform(1.0, 1.25)),
        last_txn_days=rng.randint(0, 2), channels_12m=rng.randint(3, 4), tenure_months=rng.randint(40, 200))
    row["contribution"] = round(rng.uniform(9_000, 40_000) * (12 if row["customer_type"] == "corporate" else 1), 2)
    return Customer(row, customer.stage, customer.is_off_stage, has_hidden_value=True)


def tier_of(customer_type: str, balance: float) -> str:
    """Return the highest tier whose border the balance reaches."""
    return [key for key, border, _, _ in TIERS[customer_type] if balance >= border][-1]


def _balance(customer_type: str, stage: str, rng: random.Random) -> float:
    """Return a balance: a tier by its share, then log-uniform within the tier; the dormant keep little."""
    tiers = TIERS[customer_type]
    is_low = stage == "dormant" and rng.random() < SHARE_LOW_DORMANT
    _, border, _, most = tiers[0] if is_low else rng.choices(tiers, [share for _, _, share, _ in tiers])[0]
    least = border or SMALLEST_BALANCE[customer_type]
    return math.exp(rng.uniform(math.log(least), math.log(most * 0.999)))


def _activity(stage: str, is_quieter: bool, customer_type: str, rng: random.Random) -> Row:
    if stage == "dormant":
        return {"last_txn_days": rng.randint(185, 900), "txn_12m": 0, "txn_prev_12m": rng.randint(0, 5),
                "channels_12m": 0}
    typical = 90 if customer_type == "corporate" else 45
    n_now = max(4, round(typical * rng.lognormvariate(0, 0.7)))
    n_before = round(n_now / rng.uniform(0.75, 1.4))
    mean_days = 40 if stage == "decline" else 10
    if is_quieter:
        n_before = max(12, round(n_now * rng.uniform(2.4, 5.0)))
    return {
        "last_txn_days": min(QUIET_DAYS, round(rng.expovariate(1 / mean_days))), "txn_12m": n_now,
        "txn_prev_12m": 0 if stage == "new" else n_before, "channels_12m": rng.choices((1, 2, 3, 4), (3, 4, 2, 1))[0],
    }


def _contribution(row: Row, rng: random.Random) -> float:
    fees: float = FEE_PER_PRODUCT * row["products"] + FEE_PER_TRANSACTION[row["customer_type"]] * row["txn_12m"]
    return round(float(row["aum"]) * rng.uniform(*MARGIN) + fees, 2)
