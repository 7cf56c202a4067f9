"""Which columns of the customer file each of its figures rests on; standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from instruments import logic
from instruments.template import ValueModel

NOT_COUNTED_AS_CONTENT = frozenset({"relation_group", "rm_id"})     # most customers rightly have none (model 13)
_TIER, _GROUP = ("aum", "tier", "customer_type"), ("relation_group", "aum", "tier")
# Derived columns of section 13 of the model → columns of the file; stage and value index follow the value model.
_DERIVED: Mapping[str, tuple[str, ...]] = {
    "is_upper_tier": _TIER, "is_top_tier": _TIER, "next_border": _TIER, "is_upper_by_aum": _TIER,
    "group_size": _GROUP, "group_sum": _GROUP, "best_member_tier": _GROUP,
}
# Figures → flags, derived columns and columns they are made of.
_FIGURES: Mapping[str, tuple[str, ...]] = {
    "at_risk_count": ("at_risk",), "upgrade_candidates_count": ("upgrade_candidate",),
    "cross_sell_gap_count": ("cross_sell_gap",), "unassigned_valuable_count": ("unassigned_valuable",),
    "tier_value_mismatch_count": ("tier_value_mismatch",), "hidden_group_value_count": ("hidden_group_value",),
    "at_risk_aum": ("at_risk", "aum"), "at_risk_upper_tier_count": ("at_risk", "is_upper_tier"),
    "upgrade_gap_sum": ("upgrade_candidate", "next_border"), "linked_groups_count": ("relation_group",),
    "key_customers_count": ("index_decile", "customer_type"), "multi_channel_customers_count": ("channels_12m",),
    "decline_or_dormant_pct": ("stage",), "at_risk_upper_tier_pct": ("at_risk", "is_upper_tier", "stage"),
    "upgrade_candidates_pct": ("upgrade_candidate", "stage"),
    "tier_value_mismatch_pct": ("tier_value_mismatch", "index_decile"), "linked_customers_pct": ("relation_group",),
    "upper_tier_retention_pct": ("aum_12m_ago", "is_upper_by_aum"), "top_decile_aum_share": ("aum",),
    "top_decile_aum_share_pct": ("aum",), "products_per_customer": ("products",), "customers_per_rm": ("rm_id",),
    "split_groups_count": ("relation_group", "rm_id"), "one_manager_groups_pct": ("relation_group", "rm_id"),
    "linked_upper_tier_pct": ("relation_group", "is_upper_tier"),
    "customers_by_tier_and_stage": ("is_upper_tier", "stage"), "aum_by_tier_and_stage": ("is_upper_tier", "stage"),
}


def figure_fields(model: ValueModel, name: str) -> tuple[str, ...]:
    """Return the columns that a figure of the customer file rests on.

    Parameters
    ----------
    model : ValueModel
    name : str
        Figure, table or flag: the name of section 13 after "data.".

    Returns
    -------
    tuple of str
        In the order of the model's fields; a figure that is made of whole rows, such as completeness, rests on all
        that count as content.
    """
    parts = _FIGURES.get(name, (name,) if name in model.flags else None)
    if parts is None:
        return tuple(field.key for field in model.fields
                     if field.key != model.key_field and field.key not in NOT_COUNTED_AS_CONTENT)
    used = set(_resolved(model, parts, frozenset()))
    return tuple(field.key for field in model.fields if field.key in used)


def _resolved(model: ValueModel, names: Iterable[str], seen: frozenset[str]) -> set[str]:
    """Return the columns behind flags and derived columns; one that leads back to itself is passed over."""
    found: set[str] = set()
    for name in names:
        if name in seen:
            continue
        inside = _inside(model, name)
        found |= _resolved(model, inside, seen | {name}) if inside is not None else {name}
    return found


def _inside(model: ValueModel, name: str) -> tuple[str, ...] | None:
    """Return what a flag or derived column is made of; None of a column of the file."""
    if name in model.flags:
        return _references(model.flags[name], name)
    if name == "stage":
        return tuple(used for stage in model.stages for used in _references(stage.when, stage.key))
    if name == "index_decile":
        return tuple(source for part in model.parts for source in part.sources)
    return _DERIVED.get(name)


def _references(expression: str, place: str) -> tuple[str, ...]:
    return tuple(logic.references(logic.parse(expression, place, allow_names=True)))
