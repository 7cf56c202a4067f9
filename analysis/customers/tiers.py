"""Tiers: which one a customer is in, how far the next border is, and who moved between two dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.customers.value import customer_types, kind_masks
from instruments.template import Tier, ValueModel

NO_RANK = -1


def tier_ranks(amounts: np.ndarray, tiers: Sequence[Tier]) -> np.ndarray:
    """Return the rank of the tier that an amount reaches.

    Parameters
    ----------
    amounts : ndarray, shape (n,)
        Money; NaN = unknown.
    tiers : sequence of Tier
        Ascending borders.

    Returns
    -------
    ndarray of int, shape (n,)
        0 = lowest tier; -1 where the amount is unknown or below the lowest border.
    """
    borders = np.array([tier.minimum for tier in tiers], dtype=float)
    ranks = np.searchsorted(borders, np.nan_to_num(amounts, nan=-np.inf), side="right") - 1
    return np.where(np.isnan(amounts), NO_RANK, ranks)


def tier_columns(frame: pd.DataFrame, model: ValueModel, *, has_tiers: bool) -> pd.DataFrame:
    """Return what expressions may ask about a customer's tier.

    Parameters
    ----------
    frame : DataFrame, customers × fields
        As `read_customers` returns it.
    model : ValueModel
        Tiers by customer type.
    has_tiers : bool
        Whether the file states tiers. If so, a customer without a known tier has none here; if not, the tier is the
        one that the assets reach.

    Returns
    -------
    DataFrame, customers × (tier_key, tier_rank, is_upper_tier, is_top_tier, next_border, was_upper_tier,
    is_upper_by_aum)
        `next_border` NaN at the top and where the tier is unknown; the last two compare assets then and now with the
        borders, whatever tier the organisation assigned.
    """
    n = len(frame)
    keys = ["", *dict.fromkeys(tier.key for tiers in model.tiers.values() for tier in tiers)]
    key, rank = np.zeros(n, dtype=np.int16), np.full(n, NO_RANK, dtype=np.int16)
    is_upper, is_top, was_upper, is_upper_by_aum = (np.zeros(n, dtype=bool) for _ in range(4))
    border = np.full(n, np.nan)
    for kind, is_kind in kind_masks(customer_types(frame)).items():
        tiers = model.tiers.get(kind) or (next(iter(model.tiers.values()), ()) if kind == "" else ())
        if not tiers:
            continue
        ladder = _Ladder(tiers, model.upper_tiers.get(kind, ()))
        amounts = {name: frame[name].to_numpy(dtype=float)[is_kind] for name in ("aum", "aum_12m_ago")
                   if name in frame.columns}
        ranks = _stated_ranks(frame["tier"][is_kind], ladder) if has_tiers else tier_ranks(amounts["aum"], tiers)
        rank[is_kind] = ranks
        key[is_kind] = np.array([*(keys.index(tier.key) for tier in tiers), 0])[ranks]
        is_upper[is_kind], border[is_kind] = ladder.is_upper[ranks], ladder.next_border[ranks]
        is_top[is_kind] = ranks == len(tiers) - 1
        for name, column in (("aum_12m_ago", was_upper), ("aum", is_upper_by_aum)):
            if name in amounts:
                column[is_kind] = ladder.is_upper[tier_ranks(amounts[name], tiers)]
    return pd.DataFrame({
        "tier_key": pd.Categorical.from_codes(key, categories=keys), "tier_rank": rank, "is_upper_tier": is_upper,
        "is_top_tier": is_top, "next_border": border, "was_upper_tier": was_upper,
        "is_upper_by_aum": is_upper_by_aum}, index=frame.index)


class _Ladder:
    """The tiers of one customer type as arrays by rank; the last entry stands for "no rank", -1."""

    def __init__(self, tiers: Sequence[Tier], upper: Sequence[str]) -> None:
        self.keys = [tier.key for tier in tiers]
        self.is_upper = np.array([*(key in upper for key in self.keys), False])
        self.next_border = np.array([*(tier.minimum for tier in tiers[1:]), np.nan, np.nan])


def _stated_ranks(stated: pd.Series, ladder: _Ladder) -> np.ndarray:
    rank_of = {key: rank for rank, key in enumerate(ladder.keys)}
    ranks = np.array([rank_of.get(key, NO_RANK) for key in stated.cat.categories], dtype=int)
    found: np.ndarray = ranks[stated.cat.codes]
    return found


def transitions(frame: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return how many customers moved from tier to tier in twelve months.

    Parameters
    ----------
    frame : DataFrame, customers × fields

    Returns
    -------
    dict[str, dict[str, int]]
        "type.tier then" → tier now → customers; empty when the file lacks one of the two dates.
    """
    if not {"tier", "tier_12m_ago"} <= set(frame.columns):
        return {}
    table = pd.DataFrame({"kind": customer_types(frame), "before": frame["tier_12m_ago"], "now": frame["tier"]})
    sizes = table.groupby(["kind", "before", "now"], observed=True).size()
    result: dict[str, dict[str, int]] = {}
    for (kind, before, now), n in zip(sizes.index, sizes.tolist(), strict=True):
        if before != "" and now != "":
            result.setdefault(f"{kind}.{before}", {})[now] = n
    return result
