"""Every number the diagnosis judges by: a named default with bounds, source and meaning.

A template's and a study's own values go over the defaults; the values used are stored with the result and printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.diagnosis.threshold_table import ROWS
from analysis.errors import AnalysisError


@dataclass(frozen=True)
class Threshold:
    """One number of the model; `low` and `high` bound what a study may set."""

    name: str
    default: float
    low: float
    high: float
    source: str
    meaning: Mapping[str, str]


THRESHOLDS: Mapping[str, Threshold] = {
    name: Threshold(name, default, low, high, source, {"en": en, "zh": zh})
    for name, default, low, high, source, en, zh in ROWS
}


def resolve_thresholds(*layers: Mapping[str, float]) -> dict[str, float]:
    """Return every threshold with the value that holds for a study.

    Parameters
    ----------
    *layers : Mapping[str, float]
        Overrides in rising order of authority: the template's values first, the study's last.

    Returns
    -------
    dict[str, float]
        Name → value for all names of `THRESHOLDS`.

    Raises
    ------
    AnalysisError
        When a name is unknown, a value is not a number or lies outside its bounds.
    """
    values = {name: row.default for name, row in THRESHOLDS.items()}
    for layer in layers:
        for name, value in layer.items():
            values[name] = _checked(name, value)
    return values


def _checked(name: str, value: float) -> float:
    place = f"threshold {name}"
    row = THRESHOLDS.get(name)
    if row is None:
        raise AnalysisError(place, "no threshold has this name.", f"Use one of: {', '.join(sorted(THRESHOLDS))}.")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not row.low <= value <= row.high:
        raise AnalysisError(place, f"{value!r} is outside {row.low:g} to {row.high:g}.",
                            f"Set a number inside these bounds; the default is {row.default:g}.")
    return float(value)


def changed_thresholds(values: Mapping[str, float]) -> dict[str, float]:
    """Return those values that differ from their default.

    Parameters
    ----------
    values : Mapping[str, float]
        Values as `resolve_thresholds` returns them.

    Returns
    -------
    dict[str, float]
        Name → value, in the order of `THRESHOLDS`.
    """
    return {name: values[name] for name, row in THRESHOLDS.items() if name in values and values[name] != row.default}
