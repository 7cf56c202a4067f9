"""Baseline, target and date of each indicator (section 11 of the diagnostic model)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from analysis.results.diagnosis import KpiRow
from instruments.template import Kpi

Unit = Literal["pomp", "percent", "number", "days", "count"]     # count: any other figure, with a decimal

OBJECTIVE_MONTHS = 12       # an objective that no measure serves is looked at again after a year
FULL = 100.0
MOST_OF_WHAT_IS_LEFT = 0.5     # of the way to 0 or 100, whatever the step: rule of the project
_COMPLEMENT = re.compile(r"\s*100\s*-\s*(\S+)\s*")


def split_baseline(baseline: str) -> tuple[str, bool]:
    """Return the metric path of a baseline, and whether it is taken from 100.

    Parameters
    ----------
    baseline : str
        A path, or ``100 - path``.

    Returns
    -------
    tuple[str, bool]
    """
    complement = _COMPLEMENT.fullmatch(baseline)
    return (complement.group(1), True) if complement else (baseline.strip(), False)


def kpi_row(kpi: Kpi, metrics: Mapping[str, Any], months: int, thresholds: Mapping[str, float]) -> KpiRow:
    """Return an indicator with its baseline and a target one step better.

    Parameters
    ----------
    kpi : Kpi
        `better` says which direction is an improvement.
    metrics : Mapping[str, Any]
        Metric path → value.
    months : int
        Months from the start until the target is due.
    thresholds : Mapping[str, float]
        `kpi_step_pomp` in POMP points for scales, `kpi_step_relative` for everything else.

    Returns
    -------
    KpiRow
        Baseline and target None where the figure is not known ("to be measured first"); scales and shares go no
        further than half of the way that is left to 0 or 100, so that no target asks for perfection.
    """
    if kpi.baseline is None:
        return KpiRow(kpi.name, kpi.better, None, None, "count", months)
    path, is_complement = split_baseline(kpi.baseline)
    unit = _unit(path)
    value = metrics.get(path)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return KpiRow(kpi.name, kpi.better, None, None, unit, months)
    baseline = FULL - value if is_complement else float(value)
    step = thresholds["kpi_step_pomp"] if unit == "pomp" else thresholds["kpi_step_relative"] * abs(baseline)
    if unit in ("pomp", "percent"):
        left = FULL - baseline if kpi.better == "higher" else baseline
        step = min(step, max(left, 0.0) * MOST_OF_WHAT_IS_LEFT)
    target = baseline + (step if kpi.better == "higher" else -step)
    return KpiRow(kpi.name, kpi.better, baseline, target, unit, months)


def _unit(path: str) -> Unit:
    field = path.rsplit(".", 1)[-1]
    if field in ("pomp", "readiness"):
        return "pomp"
    if field.endswith("_days"):
        return "days"
    return "percent" if field.endswith("_pct") else "number" if field.endswith("_count") else "count"
