"""Connected customers: families, groups, owners and supply chains, and what they are worth together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.customers.disclosed import is_dominated
from analysis.customers.relation_file import Pairs
from analysis.customers.value import customer_types, kind_masks
from analysis.privacy import suppress_cells, told_count
from analysis.results.customers import ConnectionCount, Connections

SMALLEST_GROUP = 2
SIZES: Mapping[str, tuple[int, float]] = {"2": (2, 2), "3": (3, 3), "4": (4, 4), "5-9": (5, 9), "10+": (10, np.inf)}


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
    n, best = len(frame), tiers["tier_key"].cat.categories.tolist()
    size, total, top = np.zeros(n, dtype=np.int32), np.full(n, np.nan), np.zeros(n, dtype=np.int16)
    if "relation_group" in frame.columns and n:
        group = frame["relation_group"].array
        codes, names = group.codes, group.categories.tolist()
        sizes = np.bincount(codes, minlength=len(names))
        if "" in names:
            sizes[names.index("")] = 0
        is_member = sizes[codes] >= SMALLEST_GROUP
        size[is_member] = sizes[codes][is_member]
        sums = np.bincount(codes, weights=np.nan_to_num(frame["aum"].to_numpy(dtype=float)), minlength=len(names))
        total[is_member] = sums[codes][is_member]
        ranks, keys = tiers["tier_rank"].to_numpy(), tiers["tier_key"].array.codes
        for is_kind in kind_masks(customer_types(frame)).values():
            own = is_kind & is_member
            highest = np.full(len(names), -1, dtype=np.int64)
            np.maximum.at(highest, codes[own], ranks[own].astype(np.int64) * len(best) + keys[own])
            top[own] = np.where(highest[codes[own]] >= 0, highest[codes[own]] % len(best), 0)
    return pd.DataFrame({"group_size": size, "group_sum": total,
                         "best_member_tier": pd.Categorical.from_codes(top, categories=best)}, index=frame.index)


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
    return len(np.unique(frame["relation_group"].array.codes[is_member])) if "relation_group" in frame.columns else 0


def connections(columns: pd.DataFrame, pairs: Pairs | None, is_reaching: NDArray[np.bool_] | None, minimum: int, *,
                has_managers: bool) -> Connections:
    """Return what is known of connected customers.

    Parameters
    ----------
    columns : DataFrame, customers × columns
        Fields and derived columns, `relation_columns` among them.
    pairs : Pairs or None
        Of a relations file; None where groups come from the customer file.
    is_reaching : ndarray of bool or None
        Who is in a group that together reaches a higher tier; None where that cannot be judged.
    minimum : int
        People that must stand behind a figure.
    has_managers : bool
        Whether the customer file says who looks after a customer.

    Returns
    -------
    Connections
        A group is looked after by one manager when all its members have the same; split when two or more do.
    """
    is_member = (columns["group_size"] >= SMALLEST_GROUP).to_numpy()
    members = columns[is_member]
    groups, place = np.unique(members["relation_group"].array.codes, return_inverse=True)
    sizes = np.bincount(place, minlength=len(groups))
    amounts = members["aum"].fillna(0).to_numpy(dtype=float)
    whole = float(columns["aum"].sum())
    aum = None if not len(amounts) or is_dominated(amounts) else float(amounts.sum())
    n_one, n_split, n_none = _managers(members, place, len(groups)) if has_managers else (None, None, None)
    return Connections(
        has_pairs=pairs is not None, n_groups=len(groups), n_customers=int(is_member.sum()),
        **_counts_of_pairs(pairs, columns["relation_group"].array.codes, minimum),
        by_size=_by_size(sizes, minimum), largest=int(sizes.max(initial=0)), aum=aum,
        aum_share=None if aum is None or not whole else aum / whole, n_one_manager=n_one, n_split=n_split,
        n_no_manager=n_none, n_reaching_higher=None if is_reaching is None else linked_groups(
            columns, columns, is_reaching),
        n_upper_connected=int((is_member & columns["is_upper_tier"].to_numpy()).sum()),
        warnings=pairs.warnings if pairs else ())


def _managers(members: pd.DataFrame, place: NDArray[np.intp], n_groups: int) -> tuple[int, int, int]:
    """Return groups under one manager, split between managers, and without one."""
    manager = members["rm_id"].astype("str").factorize()
    names = pd.Index(manager[1])
    is_assigned = np.asarray(names != "", dtype=bool)[manager[0]]
    different = np.unique(np.column_stack([place[is_assigned], manager[0][is_assigned]]), axis=0)
    n_managers = np.bincount(different[:, 0], minlength=n_groups)
    n_assigned = np.bincount(place[is_assigned], minlength=n_groups)
    sizes = np.bincount(place, minlength=n_groups)
    return (int(((n_managers == 1) & (n_assigned == sizes)).sum()), int((n_managers > 1).sum()),
            int((n_managers == 0).sum()))


def _by_size(sizes: NDArray[np.intp], minimum: int) -> dict[str, int | None]:
    inside = {key: (sizes >= low) & (sizes <= high) for key, (low, high) in SIZES.items()}
    hidden = suppress_cells({key: int(sizes[mask].sum()) for key, mask in inside.items()}, minimum)
    return {key: None if key in hidden else int(mask.sum()) for key, mask in inside.items() if mask.any()}


def _counts_of_pairs(pairs: Pairs | None, group: NDArray[np.integer], minimum: int) -> dict[str, Any]:
    if pairs is None:
        return {}
    by_type = []
    for number, key in enumerate(pairs.all_kinds.categories):
        is_kind, own = pairs.all_kinds.codes == number, np.asarray(pairs.kind == key, dtype=bool)
        people = np.unique(np.concatenate([pairs.first[own], pairs.second[own]]))
        is_told = told_count(len(people), minimum) is not None
        by_type.append(ConnectionCount(
            key, int(is_kind.sum()), int((is_kind & pairs.is_used).sum()), int((is_kind & ~pairs.has_basis).sum()),
            len(np.unique(group[people][group[people] > 0])) if is_told else None, len(people) if is_told else None))
    counts = pairs.basis.value_counts()
    return {
        "n_rows": pairs.n_rows, "n_used": int(pairs.is_used.sum()), "n_without_basis": int((~pairs.has_basis).sum()),
        "n_unknown_customer": pairs.n_unknown_customer, "n_with_themselves": pairs.n_with_themselves,
        "n_repeated": pairs.n_repeated, "by_type": tuple(by_type),
        "by_basis": {str(key): int(n) for key, n in counts.items() if key and n}}


def group_table(columns: pd.DataFrame) -> pd.DataFrame:
    """Return the connected groups as a list to work with: who should lead each of them.

    Parameters
    ----------
    columns : DataFrame, customers × columns
        As for `connections`, with `rm_id`.

    Returns
    -------
    DataFrame, groups × (group, customers, aum, managers, lead_manager, lead_share)
        The lead is the manager who looks after most of the group's assets; ties go to more members, then to the
        smaller code; empty where nobody in the group has a manager. Largest joint assets first.
    """
    members = columns[(columns["group_size"] >= SMALLEST_GROUP).to_numpy()]
    table = pd.DataFrame({"group": members["relation_group"].astype("str").array,
                          "manager": members["rm_id"].astype("str").array,
                          "aum": members["aum"].fillna(0).to_numpy(dtype=float)})
    whole = table.groupby("group", sort=True).agg(customers=("aum", "size"), aum=("aum", "sum"))
    assigned = table[table["manager"] != ""]
    own = assigned.groupby(["group", "manager"], sort=True).agg(aum=("aum", "sum"), n=("aum", "size")).reset_index()
    own = own.sort_values(["group", "aum", "n", "manager"], ascending=[True, False, False, True])
    lead = own.drop_duplicates("group").set_index("group")
    whole["managers"] = own.groupby("group").size().reindex(whole.index).fillna(0).astype(int)
    whole["lead_manager"] = lead["manager"].reindex(whole.index).fillna("")
    whole["lead_share"] = (lead["aum"].reindex(whole.index) / whole["aum"].where(whole["aum"] > 0)).round(4)
    return whole.reset_index().sort_values(["aum", "group"], ascending=[False, True], ignore_index=True)
