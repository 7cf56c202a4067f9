"""Connected customers: families, groups, owners and supply chains, and what they are worth together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.customers.tiers import NO_RANK, tier_ranks
from analysis.customers.value import customer_types
from instruments.template import ValueModel

SMALLEST_GROUP = 2


def relation_columns(frame: pd.DataFrame, tiers: pd.DataFrame, model: ValueModel) -> pd.DataFrame:
    """Return what expressions may ask about a customer's relation group.

    Parameters
    ----------
    frame : DataFrame, customers × fields
        `relation_group` "" = none.
    tiers : DataFrame
        As `tier_columns` returns it.
    model : ValueModel

    Returns
    -------
    DataFrame, customers × (group_size, group_sum, group_tier, best_member_tier, best_member_next_border)
        Groups of at least two members. Sums and tiers are taken over the members of the same customer type, because
        each type has borders of its own; tiers are ranks (0 = lowest). Outside groups: size 0, the rest NaN.
    """
    result = pd.DataFrame({"group_size": 0, "group_sum": np.nan, "group_tier": np.nan, "best_member_tier": np.nan,
                           "best_member_next_border": np.nan}, index=frame.index)
    if "relation_group" not in frame.columns or frame.empty:
        return result
    group = frame["relation_group"]
    size = group.map(group.value_counts())
    is_member = ((group != "") & (size >= SMALLEST_GROUP)).to_numpy()
    if not is_member.any():
        return result
    kinds = customer_types(frame)[is_member]
    keys = [group[is_member], kinds]
    result.loc[is_member, "group_size"] = size[is_member].astype(int)
    sums = frame["aum"][is_member].groupby(keys).transform("sum")
    best = tiers["tier_rank"][is_member].groupby(keys).transform("max")
    result.loc[is_member, "group_sum"] = sums
    result.loc[is_member, "best_member_tier"] = best.where(best != NO_RANK).astype(float)
    for kind in kinds.unique():
        own_tiers = model.tiers.get(kind, ())
        members = kinds.index[(kinds == kind).to_numpy()]
        reached = tier_ranks(sums[members].to_numpy(dtype=float), own_tiers)
        borders = np.array([*(tier.minimum for tier in own_tiers[1:]), np.nan, np.nan])
        result.loc[members, "group_tier"] = np.where(reached == NO_RANK, np.nan, reached)
        result.loc[members, "best_member_next_border"] = borders[best[members].to_numpy(dtype=int)]
    return result


def linked_groups(frame: pd.DataFrame, relations: pd.DataFrame, is_counted: np.ndarray | None = None) -> int:
    """Return the number of relation groups with at least two members.

    Parameters
    ----------
    frame : DataFrame, customers × fields
    relations : DataFrame
        As `relation_columns` returns it.
    is_counted : ndarray of bool, shape (customers,), optional
        Count only groups with at least one such member.

    Returns
    -------
    int
    """
    is_member = (relations["group_size"] >= SMALLEST_GROUP).to_numpy()
    if is_counted is not None:
        is_member &= is_counted
    return int(frame["relation_group"][is_member].nunique()) if "relation_group" in frame.columns else 0
