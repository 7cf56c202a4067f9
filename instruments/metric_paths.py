"""The names by which rules ask for results, e.g. `problem.<construct>.grade`: which exist, which nobody produces."""

from __future__ import annotations

from collections.abc import Mapping

from instruments.data_paths import figure_names, missing_source
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
        self._model = template.value_model

    def complaint(self, path: str) -> str:
        """Return why nobody produces the path, or an empty text when somebody does."""
        family, _, rest = path.partition(".")
        if family == "data":
            return self._data_complaint(path, rest)
        if family == "quality":
            return "" if rest in QUALITY else f"nobody produces '{path}'."
        name, _, field = rest.rpartition(".")
        if family not in FIELDS or field not in FIELDS[family]:
            return f"'{path}' is no metric path."
        pair = _PAIRS.get(family)
        if pair is None:
            return "" if name in self._names[family] else f"'{path}' names '{name}', which does not exist."
        first, _, second = name.partition(".")
        is_known = first in self._names[pair[0]] and second in self._names[pair[1]]
        return "" if is_known else f"'{path}' names '{name}', which does not exist."

    def _data_complaint(self, path: str, figure: str) -> str:
        if self._model is None:
            return f"'{path}' needs a customer file, and the template has no customer-value model."
        return "" if figure in figure_names(self._model) else f"nobody produces '{path}'."

    def missing_source(self, path: str) -> str:
        """Return what the value model lacks for a figure of the customer files; empty for any other path."""
        family, _, figure = path.partition(".")
        if family != "data" or self._model is None or figure not in figure_names(self._model):
            return ""
        return missing_source(self._model, figure)


def path_of_baseline(baseline: str) -> str:
    """Return the metric path of a baseline, which is a path or `100 - path`."""
    head, _, tail = baseline.partition("-")
    return tail.strip() if head.strip() == "100" else baseline.strip()
