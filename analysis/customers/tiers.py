"""Tiers: which one a customer is in, how far the next border is, and who moved between two dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.customers.value import customer_types
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
    kinds = customer_types(frame)
    result = pd.DataFrame({
        "tier_key": "", "tier_rank": NO_RANK, "is_upper_tier": False, "is_top_tier": False, "next_border": np.nan,
        "was_upper_tier": False, "is_upper_by_aum": False}, index=frame.index)
    result["tier_key"] = result["tier_key"].astype(object)
    for kind in kinds.unique():
        tiers = model.tiers.get(kind) or (next(iter(model.tiers.values()), ()) if kind == "" else ())
        if not tiers:
            continue
        is_kind = (kinds == kind).to_numpy()
        own = frame[is_kind]
        keys = [tier.key for tier in tiers]
        ranks = _stated_ranks(own, keys) if has_tiers else tier_ranks(own["aum"].to_numpy(dtype=float), tiers)
        upper = model.upper_tiers.get(kind, ())
        is_upper = np.array([*(key in upper for key in keys), False])        # the last stands for "no rank", -1
        borders = np.array([*(tier.minimum for tier in tiers[1:]), np.nan, np.nan])
        result.loc[is_kind, "tier_key"] = np.array([*keys, ""], dtype=object)[ranks]
        result.loc[is_kind, "tier_rank"] = ranks
        result.loc[is_kind, "is_upper_tier"] = is_upper[ranks]
        result.loc[is_kind, "is_top_tier"] = ranks == len(tiers) - 1
        result.loc[is_kind, "next_border"] = borders[ranks]
        for column, name in (("aum_12m_ago", "was_upper_tier"), ("aum", "is_upper_by_aum")):
            if column in own.columns:
                result.loc[is_kind, name] = is_upper[tier_ranks(own[column].to_numpy(dtype=float), tiers)]
    return result


def _stated_ranks(own: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
    rank_of = {key: rank for rank, key in enumerate(keys)}
    return np.array([rank_of.get(key, NO_RANK) for key in own["tier"]], dtype=int)


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
    known = frame[(frame["tier"] != "") & (frame["tier_12m_ago"] != "")]
    result: dict[str, dict[str, int]] = {}
    for kind, before, now in zip(customer_types(known), known["tier_12m_ago"], known["tier"], strict=True):
        row = result.setdefault(f"{kind}.{before}", {})
        row[now] = row.get(now, 0) + 1
    return result
