"""Connected customers: families, groups, owners and supply chains, and what they are worth together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.customers.value import customer_types

SMALLEST_GROUP = 2


def relation_columns(frame: pd.DataFrame, tiers: pd.DataFrame) -> pd.DataFrame:
    """Return what expressions may ask about a customer's relation group.

    Parameters
    ----------
    frame : DataFrame, customers × fields
        `relation_group` "" = none.
    tiers : DataFrame
        As `tier_columns` returns it.

    Returns
    -------
    DataFrame, customers × (group_size, group_sum, best_member_tier)
        Groups of at least two members. The sum runs over the whole group; the best tier over its members of the same
        customer type, because each type has borders of its own. Outside groups: 0, NaN and "".
    """
    result = pd.DataFrame({"group_size": 0, "group_sum": np.nan, "best_member_tier": ""}, index=frame.index)
    if "relation_group" not in frame.columns or frame.empty:
        return result
    group = frame["relation_group"]
    size = group.map(group.value_counts())
    is_member = ((group != "") & (size >= SMALLEST_GROUP)).to_numpy()
    if not is_member.any():
        return result
    members = group[is_member]
    result.loc[is_member, "group_size"] = size[is_member].astype(int)
    result.loc[is_member, "group_sum"] = frame["aum"][is_member].groupby(members).transform("sum")
    ranked = tiers[is_member].assign(group=members, kind=customer_types(frame)[is_member]).sort_values("tier_rank")
    best = ranked.groupby(["group", "kind"])["tier_key"].transform("last")
    result.loc[best.index, "best_member_tier"] = best
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
        is_member = is_member & is_counted
    return int(frame["relation_group"][is_member].nunique()) if "relation_group" in frame.columns else 0
