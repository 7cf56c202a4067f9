"""`do: waves` of `surveyapp measure`: two waves in one file, told apart by a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.quant.spec.scores import CONFIDENCE, column_of, scores_of
from analysis.quant.waves.comparison import LEAST_ALPHA, SMALLEST_CHANGE, WaveRules, compare_waves
from analysis.quant.waves.engine import one_factor_in_two_waves
from analysis.quant.waves.gate import match_hashes
from analysis.quant.waves.scores import two_waves
from analysis.results.waves import WaveComparison


def waves(frame: pd.DataFrame, options: Mapping[str, Any], place: str) -> WaveComparison:
    """Return what changed between two waves of a file.

    Parameters
    ----------
    frame : DataFrame
        Rows of both waves.
    options : mapping
        Checked options: `wave` names the column, `order` the two waves, `unit` and `person` further columns; `hashes`,
        `reworded` and `changed` say what became of the items.
    place : str
        Words for messages.

    Returns
    -------
    WaveComparison
        As `compare_waves`.
    """
    tables = scores_of(frame, options, place)
    items = pd.concat(tables.values(), axis=1)
    items = items.loc[:, ~items.columns.duplicated()]
    order = options.get("order")
    units, people = (column_of(frame, options, name, place) if name in options else None for name in ("unit", "person"))
    rows = two_waves(items, column_of(frame, options, "wave", place),
                     None if order is None else (str(order[0]), str(order[1])), units=units, people=people, place=place)
    matches = match_hashes(tuple(items.columns),
                           {key: (str(pair[0]), str(pair[1])) for key, pair in options.get("hashes", {}).items()},
                           tuple(options.get("reworded", ())), tuple(options.get("changed", ())), place)
    rules = WaveRules(smallest_change=options.get("smallest_change", SMALLEST_CHANGE),
                      least_alpha=options.get("least_alpha", LEAST_ALPHA),
                      confidence=options.get("confidence", CONFIDENCE), is_low_worse=options["worse"] == "low")
    return compare_waves(rows, {name: list(table.columns) for name, table in tables.items()}, matches,
                         engine=one_factor_in_two_waves, rules=rules)
