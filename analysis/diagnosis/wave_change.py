"""What changed in a study between two waves: the same items, the same people screened, nothing told of small groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from analysis.diagnosis.situation import group_figures
from analysis.diagnosis.surveyed import HIDDEN, Surveyed
from analysis.quant.scoring import recoded_items
from analysis.quant.waves.comparison import WaveRules, compare_waves
from analysis.quant.waves.engine import one_factor_in_two_waves
from analysis.quant.waves.gate import match_items
from analysis.quant.waves.invariance import InvarianceEngine
from analysis.quant.waves.scores import TwoWaves, two_waves
from analysis.quant.waves.worst_unit import worst_unit
from analysis.results.waves import RegressionToMean, WaveComparison

OTHERS = "…"                # units that are not told one by one


def wave_change(waves: tuple[str, str], first: Surveyed, second: Surveyed, unit_item: str | None,
                thresholds: Mapping[str, float], engine: InvarianceEngine | None = one_factor_in_two_waves,
                ) -> WaveComparison:
    """Return what changed between two waves of a questionnaire.

    Parameters
    ----------
    waves : tuple of str
        Keys of the earlier and the later wave.
    first, second : Surveyed
        Their answers, screened and scored.
    unit_item : str or None
        Profile item that names people's units.
    thresholds : Mapping[str, float]
        `alpha_limited`, `fdr_q`, `norm_smallest_difference`, `minimum_n_tests`, `confidence`, `minimum_group`.
    engine : InvarianceEngine or None
        What judges invariance; None = it cannot be judged.

    Returns
    -------
    WaveComparison
        As `compare_waves`, of constructs that both waves measured. Respondents are not linked. A unit whose number is
        hidden in the report of either wave is told in neither; the worst unit of a scale is told only where its mean is
        shown in both.
    """
    items, scales = _items(first, second)
    table = pd.concat(items, ignore_index=True)
    wave = pd.Series([name for name, frame in zip(waves, items, strict=True) for _ in range(len(frame))], dtype=object)
    hidden = _hidden_units(unit_item, first, second)
    units = _units(unit_item, hidden, first, second)
    rows = two_waves(table, wave, waves, units=units, place="waves of the study")
    rules = WaveRules(
        q_border=thresholds["fdr_q"], smallest_change=thresholds["norm_smallest_difference"],
        least_alpha=thresholds["alpha_limited"], fewest_people=int(thresholds["minimum_n_tests"]),
        confidence=thresholds["confidence"])
    found = compare_waves(rows, scales, match_items(first.instrument, second.instrument), engine=engine, rules=rules)
    told = _told_groups(unit_item, thresholds, first, second)
    worst = tuple(one for key in scales for one in [_worst(key, found, rows, second, told, thresholds)]
                  if one is not None)
    return replace(found, worst_units=worst)


def _items(first: Surveyed, second: Surveyed) -> tuple[tuple[pd.DataFrame, pd.DataFrame], dict[str, list[str]]]:
    """Return the recoded answers of each wave in the same columns, and the items of each construct of both."""
    shared = [construct.key for construct in second.constructs
              if construct.key in {one.key for one in first.constructs}]
    parts = [{key: recoded_items(side.valid, key) for key in shared} for side in (first, second)]
    scales = {key: list(dict.fromkeys([*parts[0][key].columns, *parts[1][key].columns])) for key in shared}
    columns = list(dict.fromkeys(item for keys in scales.values() for item in keys))
    frames = [pd.concat(part.values(), axis=1) if part else pd.DataFrame() for part in parts]
    one, other = (frame.loc[:, ~frame.columns.duplicated()].reindex(columns=columns).reset_index(drop=True)
                  for frame in frames)
    return (one, other), scales


def _hidden_units(item: str | None, *sides: Surveyed) -> frozenset[str]:
    """Return units whose number is told in one wave's report and not in the other's: they are told in neither."""
    return frozenset(unit for side in sides for unit, n in side.screening.composition.get(item or "", {}).items()
                     if n == HIDDEN)


def _units(item: str | None, hidden: frozenset[str], first: Surveyed, second: Surveyed) -> pd.Series | None:
    if item is None or any(item not in side.valid.values.columns for side in (first, second)):
        return None
    # One hidden unit alone would be told by the row of those that are told together.
    together = OTHERS if len(hidden) > 1 else None
    answers = []
    for side in (first, second):
        missing = {choice.value for one in side.instrument.items if one.key == item for choice in one.choices
                   if choice.is_missing}
        answers += [None if unit is None or unit in missing else together if unit in hidden else unit
                    for unit in side.valid.values[item].tolist()]
    return pd.Series(answers, dtype=object)


def _told_groups(item: str | None, thresholds: Mapping[str, float], *sides: Surveyed) -> frozenset[tuple[str, str]]:
    """Return construct and unit where the unit's mean is shown in the reports of both waves."""
    shown = [{(figure.construct, figure.choice) for figure in group_figures(side, thresholds)[0]
              if figure.profile_item == item and not figure.is_hidden} for side in sides]
    return frozenset(shown[0] & shown[1])


def _worst(key: str, found: WaveComparison, rows: TwoWaves, side: Surveyed, told: frozenset[tuple[str, str]],
           thresholds: Mapping[str, float]) -> RegressionToMean | None:
    scale = next(one for one in found.scales if one.scale == key)
    if scale.verdict == "refused":
        return None
    direction = next(construct.direction for construct in side.constructs if construct.key == key)
    worst = worst_unit(rows.score(scale.items), rows, key, is_low_worse=direction != "higher_is_worse",
                       fewest_people=max(int(thresholds["minimum_group"]), 5), confidence=thresholds["confidence"])
    return worst if worst is not None and (key, worst.unit) in told else None
