"""What a later wave shows of the measures that were decided on: known by whom, and change here and elsewhere.

Only what is identical in both waves is compared (model 15). A difference between units is never called an effect: who
took part, what else happened there and chance of the choice of units stand behind it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.diagnosis.forms import known_share
from analysis.diagnosis.present import corresponding_practice
from analysis.diagnosis.surveyed import Surveyed
from analysis.privacy import MINIMUM_CROSSED
from analysis.quant.compare import group_means
from analysis.quant.intervals import benjamini_hochberg
from analysis.quant.scoring import construct_items
from analysis.quant.waves.comparison import LEAST_ALPHA, Q_BORDER, SMALLEST_CHANGE
from analysis.quant.waves.contrast import UNLINKED, ChangeContrast, contrast_of_changes
from analysis.quant.waves.gate import match_items
from analysis.quant.waves.scores import TwoWaves
from analysis.results.actions import Action, ActionContrast, ActionFollowUp, FollowUp, SideChange
from analysis.results.measurement import Estimate
from instruments.facts import Practice
from instruments.schema import Instrument
from instruments.template import Measure

COVERED, OTHERS = "covered", "others"
MOST_CONSTRUCTS = 3         # of one measure: what it acts on most
HIDDEN_SIDE = SideChange(None, None, None)


@dataclass(frozen=True)
class Decided:
    """The decisions, and what they are about."""

    release: int
    released_on: str
    actions: Sequence[Action]
    measures: Mapping[str, Measure]
    proposed: Sequence[str] = ()
    register: Sequence[Practice] = ()       # present measures at the second wave


@dataclass(frozen=True)
class WaveSide:
    """One wave: its key, its staff as screened and scored, and the questionnaire that was really shown."""

    key: str
    side: Surveyed
    shown: Instrument


def follow_up(decided: Decided, waves: tuple[WaveSide, WaveSide], unit_item: str,
              thresholds: Mapping[str, float]) -> FollowUp:
    """Return what the second wave shows of each action.

    Parameters
    ----------
    decided : Decided
        The register as it stands.
    waves : tuple of WaveSide
        The wave of the released report, and a later one. The register of each side must hold everything printed of it.
    unit_item : str
        The question that says who belongs to which unit; "" where there is none.
    thresholds : Mapping[str, float]
        `minimum_group`, `minimum_n_group_tests`, `practice_serves_strength`, `confidence`.

    Returns
    -------
    FollowUp
        For each measure that is carried out: the change of the problems it acts on in the units it covers, elsewhere,
        and the difference of both. Shown where each of the four groups has ten scores and hides nobody; judged where
        each has `minimum_n_group_tests`: `apart` = q at most .05 over all differences judged and at least 0.25 points.
    """
    compared = _Compared(waves, unit_item, thresholds)
    ordered = sorted(decided.actions, key=lambda action: not action.is_taken_on)
    rows = [ActionFollowUp(action, _known(decided, action, waves[0].side, thresholds),
                           _known(decided, action, waves[1].side, thresholds),
                           tuple(compared.contrast(action, key) for key in _acted_on(decided, action, thresholds)))
            for action in ordered]
    known = {action.measure for action in decided.actions}
    undecided = tuple(key for key in decided.proposed if key not in known)
    return FollowUp(
        waves[0].key, waves[1].key, decided.release, decided.released_on, unit_item, _judged(rows), undecided,
        compared.fewest_shown, compared.fewest_judged, SMALLEST_CHANGE, UNLINKED, compared.warnings)


def _known(decided: Decided, action: Action, side: Surveyed, thresholds: Mapping[str, float]) -> Estimate | None:
    """Return who says the measure is used, of a measure that is carried out; in both waves by the same choice."""
    measure = decided.measures.get(action.measure)
    if measure is None or not action.is_taken_on:
        return None
    return known_share(measure, corresponding_practice(measure, decided.register), (side,), thresholds)


def _acted_on(decided: Decided, action: Action, thresholds: Mapping[str, float]) -> list[str]:
    """Return the problems a measure that is carried out acts on, strongest first."""
    measure = decided.measures.get(action.measure)
    if measure is None or not action.is_taken_on:
        return []
    least = thresholds["practice_serves_strength"]
    strong = [(-strength, place, key) for place, (key, strength) in enumerate(measure.address_problem.items())
              if strength >= least]
    return [key for _, _, key in sorted(strong)[:MOST_CONSTRUCTS]]


class _Compared:
    """Both waves side by side, with what may be shown of groups in them."""

    def __init__(self, waves: tuple[WaveSide, WaveSide], unit_item: str, thresholds: Mapping[str, float]) -> None:
        self.waves, self.unit_item, self.thresholds = waves, unit_item, thresholds
        self.fewest_shown = max(MINIMUM_CROSSED, int(thresholds["minimum_group"]))
        self.fewest_judged = int(thresholds["minimum_n_group_tests"])
        self.warnings: tuple[str, ...] = ()
        self.status = {match.key: match.status for match in match_items(waves[0].shown, waves[1].shown)}

    def contrast(self, action: Action, construct: str) -> ActionContrast:
        """Return one construct's change in the units of an action beside that in the others."""
        reasons = self._not_comparable(construct)
        if reasons:
            return _nothing(construct, "not_comparable", reasons)
        scores = [wave.side.scores.plain[construct].dropna() for wave in self.waves]
        if not action.units:
            return self._everywhere(construct, scores)
        labels = [self._labels(wave.side, own, action) for wave, own in zip(self.waves, scores, strict=True)]
        if self._is_hidden(scores, labels):
            return _nothing(construct, "too_few", ())
        found = self._contrast(scores, labels)
        first, second, other_first, other_second = found.counts
        return ActionContrast(
            construct, SideChange(first, second, found.covered), SideChange(other_first, other_second, found.others),
            found.difference, found.p_value, None,
            "not_apart" if min(found.counts) >= self.fewest_judged else "cannot_judge")

    def _not_comparable(self, construct: str) -> tuple[str, ...]:
        asked = [{item.key for item in construct_items(wave.side.instrument, construct)} for wave in self.waves]
        if not all(asked):
            return ("not_asked",)
        is_same = asked[0] == asked[1] and all(self.status.get(key) == "same" for key in asked[0])
        alphas = [_alpha(wave.side, construct) for wave in self.waves]
        told = {"items_changed": not is_same,
                "low_alpha": any(alpha is not None and alpha < LEAST_ALPHA for alpha in alphas)}
        return tuple(name for name, is_so in told.items() if is_so)

    def _labels(self, side: Surveyed, scores: pd.Series, action: Action) -> pd.Series:
        """Return on which side each respondent with a score is; None where the unit is not stated."""
        answers = side.valid.values.get(self.unit_item)
        if answers is None:
            return pd.Series(None, index=scores.index, dtype=object, name=COVERED)
        item = side.instrument.item(self.unit_item)
        stated = {choice.value for choice in item.choices if not choice.is_missing}
        units = [unit if unit in stated else None for unit in answers.reindex(scores.index)]
        # So few without a unit would be known from what is left of the total; they count with the others.
        unknown = OTHERS if 0 < units.count(None) < side.register.minimum else None
        if unknown:
            self.warnings = ("unstated_with_others",)
        return pd.Series([unknown if unit is None else COVERED if unit in action.units else OTHERS for unit in units],
                         index=scores.index, dtype=object, name=COVERED)

    def _is_hidden(self, scores: Sequence[pd.Series], labels: Sequence[pd.Series]) -> bool:
        """Return whether a group is too small, missing, or would let somebody be inferred; else note it as printed."""
        shown = [group_means(own, groups, minimum=self.fewest_shown, register=wave.side.register)
                 for wave, own, groups in zip(self.waves, scores, labels, strict=True)]
        return any(len(figures) < len((COVERED, OTHERS)) or any(figure.is_hidden for figure in figures)
                   for figures in shown)

    def _contrast(self, scores: Sequence[pd.Series], labels: Sequence[pd.Series]) -> ChangeContrast:
        sides = np.concatenate([own.to_numpy(dtype=object) for own in labels])
        return contrast_of_changes(np.concatenate([own.to_numpy(dtype=float) for own in scores]), self._rows(scores),
                                   sides == COVERED, sides == OTHERS, self.thresholds["confidence"])

    def _rows(self, scores: Sequence[pd.Series]) -> TwoWaves:
        is_second = np.repeat([False, True], [len(own) for own in scores])
        return TwoWaves(self.waves[0].key, self.waves[1].key, pd.DataFrame(index=range(len(is_second))), is_second,
                        None, None)

    def _everywhere(self, construct: str, scores: Sequence[pd.Series]) -> ActionContrast:
        """Return the change of everybody, where a measure leaves no unit out."""
        if min(map(len, scores)) < self.fewest_shown:
            return _nothing(construct, "too_few", ())
        everybody = np.ones(sum(map(len, scores)), dtype=bool)
        found = contrast_of_changes(np.concatenate([own.to_numpy(dtype=float) for own in scores]), self._rows(scores),
                                    everybody, ~everybody, self.thresholds["confidence"])
        return ActionContrast(construct, SideChange(len(scores[0]), len(scores[1]), found.covered), HIDDEN_SIDE, None,
                              None, None, "no_others")


def _alpha(side: Surveyed, construct: str) -> float | None:
    quality = side.quality.get(construct)
    return quality.reliability.alpha.value if quality is not None and quality.reliability is not None else None


def _nothing(construct: str, verdict: str, reasons: tuple[str, ...]) -> ActionContrast:
    return ActionContrast(construct, HIDDEN_SIDE, HIDDEN_SIDE, None, None, None, verdict, reasons)  # type: ignore[arg-type]  # one of the words of ContrastVerdict


def _judged(rows: Sequence[ActionFollowUp]) -> tuple[ActionFollowUp, ...]:
    """Return the rows with q over every difference that is judged, and the verdict that follows."""
    family = [contrast for row in rows for contrast in row.contrasts if contrast.verdict == "not_apart"]
    values = iter(benjamini_hochberg([np.nan if one.p_value is None else one.p_value for one in family]))
    return tuple(replace(row, contrasts=tuple(
        _with_q(one, float(next(values))) if one.verdict == "not_apart" else one for one in row.contrasts))
        for row in rows)


def _with_q(contrast: ActionContrast, q: float) -> ActionContrast:
    value = contrast.difference.value if contrast.difference is not None else None
    is_apart = q <= Q_BORDER and value is not None and abs(value) >= SMALLEST_CHANGE
    return replace(contrast, q_value=q if np.isfinite(q) else None, verdict="apart" if is_apart else "not_apart")
