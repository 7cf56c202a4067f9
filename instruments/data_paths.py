"""Which figures of the customer files a value model can give, and what each of them needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from instruments.logic import parse, references
from instruments.template import ValueModel

# What a figure needs: a column of the customer file, or one of the words below.
RECORDS, RELATIONS, INDEX, STAGES = "<records>", "<relations>", "<index>", "<stages>"
FLAG = "flag "

FIGURE_NEEDS: Mapping[str, tuple[str, ...]] = {
    "completeness_pct": (), "incomplete_records_count": (),
    "median_age_days": (RECORDS,), "stale_fields_pct": (RECORDS,), "stale_records_count": (RECORDS,),
    "decline_or_dormant_pct": (STAGES,), "linked_customers_pct": (RELATIONS,), "linked_groups_count": (RELATIONS,),
    "linked_upper_tier_pct": (RELATIONS, "aum"), "split_groups_count": (RELATIONS, "rm_id"),
    "one_manager_groups_pct": (RELATIONS, "rm_id"), "hidden_group_value_count": (f"{FLAG}hidden_group_value",),
    "tier_value_mismatch_pct": (f"{FLAG}tier_value_mismatch", INDEX),
    "tier_value_mismatch_count": (f"{FLAG}tier_value_mismatch",),
    "top_decile_aum_share": ("aum",), "top_decile_aum_share_pct": ("aum",),
    "at_risk_count": (f"{FLAG}at_risk",), "at_risk_aum": (f"{FLAG}at_risk", "aum"),
    "at_risk_upper_tier_count": (f"{FLAG}at_risk",), "at_risk_upper_tier_pct": (f"{FLAG}at_risk", STAGES),
    "upgrade_candidates_count": (f"{FLAG}upgrade_candidate",),
    "upgrade_candidates_pct": (f"{FLAG}upgrade_candidate", STAGES),
    "upgrade_gap_sum": (f"{FLAG}upgrade_candidate", "aum"), "cross_sell_gap_count": (f"{FLAG}cross_sell_gap",),
    "unassigned_valuable_count": (f"{FLAG}unassigned_valuable",), "multi_channel_customers_count": ("channels_12m",),
    "products_per_customer": ("products",), "upper_tier_retention_pct": ("aum", "aum_12m_ago"),
    "key_customers_count": (INDEX,), "customers_per_rm": ("rm_id",),
    "customers_by_tier_and_stage": (STAGES,), "aum_by_tier_and_stage": (STAGES, "aum"),
}
# What an expression of a flag may name besides columns, and what that comes from.
DERIVED_NEEDS: Mapping[str, tuple[str, ...]] = {
    "stage": (STAGES,), "is_upper_tier": (), "is_top_tier": (), "next_border": (), "index_decile": (INDEX,),
    "group_sum": (RELATIONS, "aum"), "best_member_tier": (RELATIONS,),
}
_SAID = {
    RECORDS: "the classes of record fields (`records`)", INDEX: "parts of the value index (`value_index`)",
    RELATIONS: "the column 'relation_group' or kinds of connections (`relations`)", STAGES: "stages (`stages`)",
}


def figure_names(model: ValueModel) -> frozenset[str]:
    """Return the names after `data.` that a rule may use, whether or not their sources are declared."""
    return frozenset(FIGURE_NEEDS) | {name for flag in model.flags for name in (flag, f"{flag}_count", f"{flag}_pct")}


def missing_source(model: ValueModel, figure: str) -> str:
    """Return what the value model does not declare and the figure needs; an empty text where nothing is missing."""
    needs = FIGURE_NEEDS.get(figure)
    if needs is None:
        flag = figure if figure in model.flags else figure.rpartition("_")[0]
        needs = (FLAG + flag,)
    return next((word for need in needs for word in _missing(model, need)), "")


def _missing(model: ValueModel, need: str) -> Iterator[str]:
    """Yield, in words, what of a need is not there."""
    if need.startswith(FLAG):
        yield from _missing_of_flag(model, need.removeprefix(FLAG))
        return
    columns = {field.key for field in model.fields}
    there = {RECORDS: bool(model.field_classes), INDEX: bool(model.parts), STAGES: bool(model.stages),
             RELATIONS: bool(model.relation_types) or "relation_group" in columns}
    if not there.get(need, need in columns):
        yield _SAID.get(need, f"the column '{need}'")


def _missing_of_flag(model: ValueModel, flag: str) -> Iterator[str]:
    if flag not in model.flags:
        yield f"the flag '{flag}'"
        return
    for name in references(parse(model.flags[flag], f"flag {flag}", allow_names=True)):
        for need in DERIVED_NEEDS.get(name, (name,)):
            # A flag may speak of a column that the relations file makes up for.
            yield from _missing(model, RELATIONS if name == "relation_group" else need)
