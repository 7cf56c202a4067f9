"""The names by which rules ask for results, e.g. `problem.<construct>.grade`: which exist, which nobody produces."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.template import StudyTemplate

# Family → the last part of the path. What lies between is a construct, item, code or safeguard (codes contain dots).
FIELDS: Mapping[str, frozenset[str]] = {
    "problem": frozenset({"mean", "pomp", "unfavourable_pct", "status", "severity", "grade", "rank_top2_probability"}),
    "cause": frozenset({"mean", "pomp", "elevated", "share"}),
    "link": frozenset({"beta", "lo", "hi", "status", "grade"}),
    "situation": frozenset({"mean", "pomp", "tag"}),
    "facet": frozenset({"pomp", "importance_stated", "importance_derived", "quadrant"}),
    "gap": frozenset({"value", "lo", "hi", "flag"}),
    "item": frozenset({"mean", "unfavourable_pct"}),
    "interview": frozenset({"interviewees", "roles", "contradicts", "status"}),
    "safeguard": frozenset({"required_by_measures", "readiness"}),
}
QUALITY = frozenset({"n_submitted", "n_excluded", "excluded_pct", "response_rate"})
DATA = frozenset({
    "completeness_pct", "incomplete_records_count", "decline_or_dormant_pct", "linked_customers_pct",
    "linked_groups_count", "tier_value_mismatch_pct", "tier_value_mismatch_count", "top_decile_aum_share_pct",
    "at_risk_count", "at_risk_aum", "at_risk_upper_tier_count", "at_risk_upper_tier_pct", "upgrade_candidates_count",
    "upgrade_candidates_pct", "upgrade_gap_sum", "cross_sell_gap_count", "unassigned_valuable_count",
    "hidden_group_value_count", "multi_channel_customers_count", "products_per_customer", "upper_tier_retention_pct",
    "key_customers_count", "customers_per_rm",
})
_GROUPS = {"problem": "problem", "cause": "cause", "situation": "situation", "facet": "experience"}
_PAIRS = {"link": ("cause", "problem"), "gap": ("problem", "facet")}


class MetricPaths:
    """Knows which metric paths a template's study can produce."""

    def __init__(self, template: StudyTemplate) -> None:
        self._names: dict[str, set[str]] = {
            family: {construct.key for construct in template.constructs if construct.group == group}
            for family, group in _GROUPS.items()}
        self._names["item"] = {
            item.key for instrument in template.instruments for item in instrument.items if item.kind == "rating"}
        self._names["interview"] = {code.key for code in template.codebook.codes} if template.codebook else set()
        safeguards = template.rules.safeguards if template.rules else ()
        self._names["safeguard"] = {safeguard.key for safeguard in safeguards}
        self._data = _data_names(template)

    def complaint(self, path: str) -> str:
        """Return why nobody produces the path, or an empty text when somebody does."""
        family, _, rest = path.partition(".")
        if family in ("data", "quality"):
            known = self._data if family == "data" else QUALITY
            return "" if rest in known else f"nobody produces '{path}'."
        name, _, field = rest.rpartition(".")
        if family not in FIELDS or field not in FIELDS[family]:
            return f"'{path}' is no metric path."
        pair = _PAIRS.get(family)
        if pair is None:
            return "" if name in self._names[family] else f"'{path}' names '{name}', which does not exist."
        first, _, second = name.partition(".")
        is_known = first in self._names[pair[0]] and second in self._names[pair[1]]
        return "" if is_known else f"'{path}' names '{name}', which does not exist."


def _data_names(template: StudyTemplate) -> set[str]:
    if template.value_model is None:
        return set()
    names = set(DATA) | set(template.value_model.outputs)
    for flag in template.value_model.flags:
        names |= {flag, f"{flag}_count", f"{flag}_pct", f"{flag}s_count", f"{flag}s_pct"}
    return names


def path_of_baseline(baseline: str) -> str:
    """Return the metric path of a baseline, which is a path or `100 - path`."""
    head, _, tail = baseline.partition("-")
    return tail.strip() if head.strip() == "100" else baseline.strip()
