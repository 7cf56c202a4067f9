"""The figures of the customer file that rules and reports use: the names of section 13 after "data."."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.customers.clv import MARGIN_STEP, RETENTION_STEP
from analysis.customers.disclosed import is_dominated
from analysis.customers.expressions import holds
from analysis.customers.reading import CustomerFile
from analysis.customers.relations import linked_groups
from analysis.customers.stages import NOT_ASSESSABLE
from analysis.customers.value import DECILES, WEIGHT_STEP, customer_types, kind_masks, midrank_percentile
from analysis.privacy import MINIMUM_GROUP
from analysis.results.customers import Connections, ManagerLoad, RecordCompleteness
from instruments import logic
from instruments.template import ValueModel

TOP_SHARE = 0.10
LEAVING_STAGES = ("decline", "dormant")

# Figures of the model and the flag of the value model that each one counts.
FLAG_COUNTS: Mapping[str, str] = {
    "at_risk_count": "at_risk", "upgrade_candidates_count": "upgrade_candidate",
    "cross_sell_gap_count": "cross_sell_gap", "unassigned_valuable_count": "unassigned_valuable",
    "tier_value_mismatch_count": "tier_value_mismatch", "hidden_group_value_count": "hidden_group_value",
}


@dataclass(frozen=True)
class FileRules:
    """Numbers the customer file is sized by (sections 12 and 13 of the model).

    retention_step, margin_step   half range of the value scenario; margin as a share of itself
    weight_step                   change of each weight in the sensitivity of the value index, a share of itself
    key_customer_share            top share by value index within the customer type that counts as key customers
    multi_channel_minimum         channels from which a customer is multi-channel
    minimum_group                 people that must stand behind a figure of a group
    """

    retention_step: float = RETENTION_STEP
    margin_step: float = MARGIN_STEP
    weight_step: float = WEIGHT_STEP
    key_customer_share: float = 0.05
    multi_channel_minimum: float = 2
    minimum_group: int = MINIMUM_GROUP


def rules_of(thresholds: Mapping[str, float]) -> FileRules:
    """Return the numbers of a study.

    Parameters
    ----------
    thresholds : Mapping[str, float]
        Resolved thresholds of the study.

    Returns
    -------
    FileRules
    """
    return FileRules(
        retention_step=thresholds["clv_retention_step"], margin_step=thresholds["clv_margin_step"],
        weight_step=thresholds["weight_step"], key_customer_share=thresholds["key_customer_share"],
        multi_channel_minimum=thresholds["multi_channel_minimum"], minimum_group=int(thresholds["minimum_group"]))


@dataclass(frozen=True)
class View:
    """A file with everything derived from it, one row a customer; `flags` holds None where it cannot be judged."""

    file: CustomerFile
    columns: pd.DataFrame
    flags: Mapping[str, np.ndarray | None]
    rules: FileRules
    records: RecordCompleteness | None = None
    connections: Connections | None = None


def flag_columns(file: CustomerFile, columns: pd.DataFrame, model: ValueModel) -> dict[str, np.ndarray | None]:
    """Return for each flag of the value model which customers carry it.

    Parameters
    ----------
    file : CustomerFile
    columns : DataFrame, customers × columns
        Fields and derived columns.
    model : ValueModel

    Returns
    -------
    dict[str, ndarray of bool or None]
        None where the file lacks a column the flag depends on: a customer is never counted for want of data.
    """
    absent = {field.key for field in model.fields} - set(file.present) - {"tier"}    # without one, assets decide
    if (columns["stage"] == NOT_ASSESSABLE).all():
        absent.add("stage")
    if columns["index_decile"].isna().all():
        absent.add("index_decile")
    if "relation_group" in absent:
        absent |= {"group_size", "group_sum", "best_member_tier"}
    flags: dict[str, np.ndarray | None] = {}
    for name, expression in model.flags.items():
        place = f"value model, flag {name}"
        used = set(logic.references(logic.parse(expression, place, allow_names=True)))
        flags[name] = None if used & absent else holds(expression, columns, place)
    return flags


def figures(view: View) -> dict[str, float | None]:
    """Return the figures of the customer file by their names in section 13 of the model, without "data.".

    Parameters
    ----------
    view : View

    Returns
    -------
    dict[str, float or None]
        Counts, money in the file's unit, percentages 0..100; None where the file lacks what a figure needs.
    """
    if view.columns.empty:
        return dict.fromkeys(FIGURES)
    result = {**_counts(view), **_shares(view), **_structure(view)}
    # A flag is a figure by its own name too; for relation groups it is the number of groups, as its count.
    names = {flag: count for count, flag in FLAG_COUNTS.items()}
    for flag, column in view.flags.items():
        result[flag] = result[names[flag]] if flag in names else _count(column)
        result.setdefault(f"{flag}_count", result[flag])
        result.setdefault(f"{flag}_pct", _percent(_count(column), float(len(view.columns))))
    return result


def _count(flag: np.ndarray | None) -> float | None:
    return None if flag is None else float(flag.sum())


def _percent(part: float | None, whole: float) -> float | None:
    return None if part is None or not whole else 100 * part / whole


def _counts(view: View) -> dict[str, float | None]:
    columns, flags = view.columns, view.flags
    counts = {name: _count(flags.get(flag)) for name, flag in FLAG_COUNTS.items()}
    at_risk, candidates, hidden = flags.get("at_risk"), flags.get("upgrade_candidate"), flags.get("hidden_group_value")
    if hidden is not None:
        counts["hidden_group_value_count"] = float(linked_groups(view.file.frame, columns, hidden))
    has_groups = "relation_group" in view.file.present
    has_channels = "channels_12m" in view.file.present
    has_index = columns["value_index"].notna().any()
    upper_at_risk = None if at_risk is None else at_risk & columns["is_upper_tier"].to_numpy()
    return {
        **counts,
        "at_risk_aum": None if at_risk is None else float(columns["aum"][at_risk].sum()),
        "at_risk_upper_tier_count": _count(upper_at_risk),
        "upgrade_gap_sum": None if candidates is None else _gap_sum(columns[candidates]),
        "linked_groups_count": float(linked_groups(view.file.frame, columns)) if has_groups else None,
        "incomplete_records_count": _maybe(view.file.n_incomplete if view.records is None
                                           else view.records.n_incomplete),
        "stale_records_count": _maybe(view.records.n_stale_records if view.records else None),
        "split_groups_count": _maybe(view.connections.n_split if view.connections else None),
        "key_customers_count": _key_customers(columns, view.rules) if has_index else None,
        "multi_channel_customers_count":
            float((columns["channels_12m"] >= view.rules.multi_channel_minimum).sum()) if has_channels else None,
    }


def _maybe(n: int | None) -> float | None:
    return None if n is None else float(n)


def _gap_sum(candidates: pd.DataFrame) -> float:
    return float(_gaps(candidates).sum())


def _gaps(candidates: pd.DataFrame) -> pd.Series:
    return (candidates["next_border"] - candidates["aum"]).clip(lower=0).dropna()


def dominated_sums(columns: pd.DataFrame, flags: Mapping[str, np.ndarray | None]) -> tuple[str, ...]:
    """Return the sums of money in which one customer outweighs the others so far that they tell of that one.

    Parameters
    ----------
    columns : DataFrame, customers × columns
    flags : Mapping[str, ndarray or None]

    Returns
    -------
    tuple of str
        Names of figures, see `is_dominated`.
    """
    at_risk, candidates = flags.get("at_risk"), flags.get("upgrade_candidate")
    parts = {"at_risk_aum": pd.Series(dtype=float) if at_risk is None else columns["aum"][at_risk].dropna(),
             "upgrade_gap_sum": pd.Series(dtype=float) if candidates is None else _gaps(columns[candidates])}
    return tuple(name for name, values in parts.items() if is_dominated(values))


def _key_customers(columns: pd.DataFrame, rules: FileRules) -> float:
    kinds = customer_types(columns)
    limit = 100 * (1 - rules.key_customer_share)
    index = columns["value_index"].to_numpy(dtype=float)
    return float(sum((midrank_percentile(index[own]) >= limit).sum() for own in kind_masks(kinds).values()))


def _shares(view: View) -> dict[str, float | None]:
    columns, flags = view.columns, view.flags
    is_staged = (columns["stage"] != NOT_ASSESSABLE).to_numpy()
    is_upper = columns["is_upper_tier"].to_numpy(dtype=bool)
    leaving = columns["stage"].isin(LEAVING_STAGES).to_numpy()
    at_risk, candidates = flags.get("at_risk"), flags.get("upgrade_candidate")
    mismatch = _count(flags.get("tier_value_mismatch"))
    at_risk_upper = None if at_risk is None else float((at_risk & is_upper & is_staged).sum())
    return {
        **_records(view), **_connected(view, float(is_upper.sum())),
        "decline_or_dormant_pct": _percent(float(leaving.sum()), float(is_staged.sum())),
        "at_risk_upper_tier_pct": _percent(at_risk_upper, float((is_upper & is_staged).sum())),
        "upgrade_candidates_pct": _percent(_count(None if candidates is None else candidates & is_staged),
                                           float(is_staged.sum())),
        "tier_value_mismatch_pct": _percent(mismatch, float((columns["index_decile"] == DECILES).sum())),
        "linked_customers_pct": _percent(float((columns["group_size"] > 0).sum()), len(columns))
        if "relation_group" in view.file.present else None,
        "upper_tier_retention_pct": _retention(view),
    }


def _records(view: View) -> dict[str, float | None]:
    """Return how complete the records are: by the completeness file, without one by the customer file's cells."""
    records = view.records
    share = view.file.completeness if records is None else records.completeness
    return {
        "completeness_pct": None if share is None else 100 * share,
        "stale_fields_pct": None if records is None or records.stale is None else 100 * records.stale,
        "median_age_days": None if records is None else records.median_age_days,
    }


def _connected(view: View, n_upper: float) -> dict[str, float | None]:
    found = view.connections
    if found is None:
        return {"one_manager_groups_pct": None, "linked_upper_tier_pct": None}
    return {"one_manager_groups_pct": _percent(_maybe(found.n_one_manager), found.n_groups),
            "linked_upper_tier_pct": _percent(_maybe(found.n_upper_connected), n_upper)}


def _retention(view: View) -> float | None:
    if "aum_12m_ago" not in view.file.present:
        return None
    was_upper = view.columns["was_upper_tier"] & view.columns["aum"].notna()
    stayed = was_upper & view.columns["is_upper_by_aum"]
    return _percent(float(stayed.sum()), float(was_upper.sum()))


def _structure(view: View) -> dict[str, float | None]:
    columns = view.columns
    amounts = np.sort(columns["aum"].dropna().to_numpy(dtype=float))[::-1]
    n_top = int(np.ceil(TOP_SHARE * len(amounts)))
    share = float(amounts[:n_top].sum() / amounts.sum()) if amounts.sum() > 0 else None
    products = columns["products"].dropna() if "products" in view.file.present else pd.Series(dtype=float)
    load = manager_load(view)
    return {
        "top_decile_aum_share": share,
        "top_decile_aum_share_pct": None if share is None else 100 * share,
        "products_per_customer": float(products.mean()) if len(products) else None,
        "customers_per_rm": None if load is None else load.mean,
    }


def manager_load(view: View) -> ManagerLoad | None:
    """Return how many customers relationship managers look after.

    Parameters
    ----------
    view : View

    Returns
    -------
    ManagerLoad or None
        None where the file names no manager; quartiles over managers only where there are enough of them.
    """
    if "rm_id" not in view.file.present or view.columns.empty:
        return None
    manager = view.columns["rm_id"].array
    sizes = np.bincount(manager.codes, minlength=len(manager.categories))
    own = sizes[np.asarray(manager.categories != "") & (sizes > 0)]
    if not len(own):
        return None
    quartiles = np.percentile(own, (25, 50, 75)).tolist() if len(own) >= view.rules.minimum_group else (None,) * 3
    return ManagerLoad(len(own), int(own.sum()), len(manager) - int(own.sum()), float(own.mean()), low=quartiles[0],
                       median=quartiles[1], high=quartiles[2])


FIGURES: tuple[str, ...] = (
    *FLAG_COUNTS, "at_risk_aum", "at_risk_upper_tier_count", "upgrade_gap_sum", "linked_groups_count",
    "incomplete_records_count", "key_customers_count", "multi_channel_customers_count", "completeness_pct",
    "decline_or_dormant_pct", "at_risk_upper_tier_pct", "upgrade_candidates_pct", "tier_value_mismatch_pct",
    "linked_customers_pct", "upper_tier_retention_pct", "top_decile_aum_share", "top_decile_aum_share_pct",
    "products_per_customer", "customers_per_rm", "median_age_days", "stale_fields_pct", "stale_records_count",
    "split_groups_count", "one_manager_groups_pct", "linked_upper_tier_pct",
)
