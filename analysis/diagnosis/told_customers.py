"""What a document may hold of the customer files: what a report prints of them, null for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analysis.crossed import HiddenPlaces, hidden_places
from analysis.privacy import MINIMUM_GROUP, suppress_cells, told_count
from analysis.results.customers import Connections, CustomerPicture, ManagerLoad
from analysis.results.diagnosis import Diagnosis, KpiRow, MeasureFinding
from analysis.told_figures import is_figure_hidden, tells_one

Table = Mapping[str, Mapping[str, Any]]
TABLES = ("customers_by_tier_and_stage", "aum_by_tier_and_stage")
COUNTS_OF_CONNECTIONS = ("n_one_manager", "n_split", "n_no_manager", "n_reaching_higher", "n_upper_connected")
COUNTS_OF_KIND = ("n_pairs", "n_used", "n_without_basis", "n_groups", "n_customers")


def told_customers(picture: CustomerPicture, minimum: int = MINIMUM_GROUP) -> dict[str, Any]:
    """Return the parts of a picture that hold figures of groups, as they may be told.

    Parameters
    ----------
    picture : CustomerPicture
    minimum : int
        Customers a figure needs.

    Returns
    -------
    dict
        `customers_by_tier_and_stage`, `aum_by_tier_and_stage`, `transitions`, `clv`, `figures`, `managers` and
        `connections`; what a report hides is None.
    """
    hidden = hidden_places(picture.customers_by_tier_and_stage, minimum)
    return {
        **{name: _table(getattr(picture, name), hidden) for name in TABLES},
        "transitions": _table(picture.transitions, hidden_places(picture.transitions, minimum)),
        "clv": {stage: scenario for stage, scenario in picture.clv.items()
                if scenario.n >= minimum and stage not in hidden.columns},
        "figures": {name: None if is_figure_hidden(picture, name, minimum) else value
                    for name, value in picture.figures.items()},
        "managers": _managers(picture.managers, minimum),
        "connections": _connections(picture.connections, minimum),
    }


def hidden_of_kinds(found: Connections, minimum: int) -> frozenset[tuple[str, str]]:
    """Return which numbers of pairs are hidden in the table of connections by kind.

    Parameters
    ----------
    found : Connections
        All its pairs and those used are told beside the table, so that a kind alone in hiding could be worked out.
    minimum : int
        Pairs a number needs.

    Returns
    -------
    frozenset of (kind, field)
        Fields of `ConnectionCount`. Groups and customers of a kind go with its pairs used: groups of two tell them.
    """
    counts = {kind.key: {"n_used": kind.n_used, "n_without_basis": kind.n_without_basis,
                         "": max(kind.n_pairs - kind.n_used - kind.n_without_basis, 0)} for kind in found.by_type}
    hidden = hidden_places(counts, minimum)
    together = {"n_used": ("n_used", "n_groups", "n_customers")}
    return frozenset({(key, name) for key, field in hidden.cells for name in together.get(field, (field,)) if name}
                     | {(key, "n_pairs") for key in hidden.rows})


def told_metrics(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the metrics of a diagnosis, those of few customers None.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    dict
        Metric path → value.
    """
    return {path: told_value(diagnosis, path, value) for path, value in diagnosis.metrics.items()}


def told_value(diagnosis: Diagnosis, path: str, value: Any) -> Any:
    """Return the value of one metric path as it may be told.

    Parameters
    ----------
    diagnosis : Diagnosis
    path : str
    value : object

    Returns
    -------
    object
        The value; None, or a table with such cells, where few customers or one interviewee stand behind it.
    """
    family, _, name = path.partition(".")
    if family == "interview":
        return None if _tells_one(diagnosis, name.rpartition(".")[0]) else value
    picture = diagnosis.customers
    if family != "data" or picture is None:
        return value
    minimum = int(diagnosis.provenance.thresholds.get("minimum_group", MINIMUM_GROUP))
    if name in TABLES and value is not None:
        return _table(value, hidden_places(picture.customers_by_tier_and_stage, minimum))
    return None if is_figure_hidden(picture, name, minimum) else value


def _tells_one(diagnosis: Diagnosis, code: str) -> bool:
    least = diagnosis.provenance.thresholds.get("interview_voices", 0)
    return any(found.code == code and tells_one(found.n_asked, least) for found in diagnosis.interviews)


def told_measures(diagnosis: Diagnosis) -> list[MeasureFinding]:
    """Return the measures; sizes, conditions and baselines that speak of few customers hold nothing.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    list of MeasureFinding
    """
    picture = diagnosis.customers
    if picture is None:
        return list(diagnosis.measures)
    minimum = int(diagnosis.provenance.thresholds.get("minimum_group", MINIMUM_GROUP))
    return [replace(
        found, size=None if found.size is None else _told(int(found.size), minimum),
        kpis=tuple(_kpi(kpi, minimum) for kpi in found.kpis),
        triggers=tuple(replace(trigger, value=told_value(diagnosis, trigger.metric, trigger.value))
                       for trigger in found.triggers)) for found in diagnosis.measures]


def _kpi(kpi: KpiRow, minimum: int) -> KpiRow:
    is_few = kpi.unit == "number" and kpi.baseline is not None and told_count(int(kpi.baseline), minimum) is None
    return replace(kpi, baseline=None, target=None) if is_few else kpi


def _table(cells: Table, hidden: HiddenPlaces) -> dict[str, dict[str, Any]]:
    return {row: {column: None if (row, column) in hidden.cells else value for column, value in inside.items()}
            for row, inside in cells.items()}


def _managers(load: ManagerLoad | None, minimum: int) -> ManagerLoad | None:
    return None if load is None or told_count(load.n_managers, minimum) is None else load


def _connections(found: Connections | None, minimum: int) -> dict[str, Any] | None:
    """Return the connections without numbers of a few groups or pairs; None where few customers are connected."""
    if found is None or told_count(found.n_customers, minimum) is None:
        return None
    hidden, few = hidden_of_kinds(found, minimum), suppress_cells(found.by_basis, minimum)
    return {
        **vars(found), **{name: _told(getattr(found, name), minimum) for name in COUNTS_OF_CONNECTIONS},
        "by_type": [{**vars(kind), **{name: None if (kind.key, name) in hidden else getattr(kind, name)
                                      for name in COUNTS_OF_KIND}} for kind in found.by_type],
        "by_basis": {basis: None if basis in few else n for basis, n in found.by_basis.items()}}


def _told(n: int | None, minimum: int) -> int | None:
    return None if n is None else told_count(n, minimum)
