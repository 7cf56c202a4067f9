"""What changed between two waves, scale by scale, and what may be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.quant.drivers.draws import alpha_of_items
from analysis.quant.groups.standardised import hedges_g
from analysis.quant.intervals import benjamini_hochberg, mean_interval
from analysis.quant.waves.change import (
    Numbers,
    change_of,
    linked_people,
    paired_scores,
    reweighted_change,
)
from analysis.quant.waves.detectable import smallest_detectable_change
from analysis.quant.waves.invariance import InvarianceEngine, invariance_evidence
from analysis.quant.waves.scores import TwoWaves
from analysis.quant.waves.worst_unit import worst_unit
from analysis.results.measurement import Estimate
from analysis.results.waves import (
    DetectableChange,
    ItemMatch,
    ScaleWaves,
    UnitShare,
    WaveComparison,
    WaveVerdict,
)

Q_BORDER = 0.05             # diagnosis-model 15
SMALLEST_CHANGE = 0.25      # scale points; diagnosis-model 5 and 15
LEAST_ALPHA = 0.60          # diagnosis-model 15: in both waves
FEWEST_PEOPLE = 10          # complete scores a wave needs before a scale is compared
LEAST = 2                   # a spread needs two values
METHOD = "same items by content hash, then differences; q by Benjamini-Hochberg over the scales"


@dataclass(frozen=True)
class WaveRules:
    """What counts as a change: q, scale points, alpha in both waves, people in both waves, coverage, worse end."""

    q_border: float = Q_BORDER
    smallest_change: float = SMALLEST_CHANGE
    least_alpha: float = LEAST_ALPHA
    fewest_people: int = FEWEST_PEOPLE
    confidence: float = 0.95
    is_low_worse: bool = True


def compare_waves(waves: TwoWaves, scales: Mapping[str, Sequence[str]], matches: Sequence[ItemMatch], *,
                  engine: InvarianceEngine | None = None, rules: WaveRules | None = None) -> WaveComparison:
    """Return what changed between two waves and what may be said of it.

    Parameters
    ----------
    waves : TwoWaves
        Rows of both waves.
    scales : mapping of scale → items
        Items of each score.
    matches : sequence of ItemMatch
        What became of each item (`gate`); items that are not named count as the same.
    engine : InvarianceEngine, optional
        What fits multi-group models; without it invariance cannot be judged.
    rules : WaveRules, optional
        Borders.

    Returns
    -------
    WaveComparison
        Each scale over the items whose answers mean the same in both waves, with and without the flagged ones
        (reworded, or not invariant). Verdicts: `changed` (q at most .05 and at least 0.25 scale points),
        `no_demonstrable_change`, `withheld` where the sign depends on the flagged items, `refused` where the waves
        cannot be compared, with reasons: `no_common_items`, `low_alpha`, `too_few_people`, `no_variation`. Warnings of
        a scale: `items_left_out`, `alpha_unknown`; of the whole: `unlinked_conservative`, `few_pairs`,
        `different_units`.

    References
    ----------
    Diagnosis model, section 15; Benjamini & Hochberg (1995).
    """
    rule = rules or WaveRules()
    found = [_scale_waves(name, tuple(items), waves, matches, engine, rule) for name, items in scales.items()]
    q = benjamini_hochberg([np.nan if one.p_value is None else one.p_value for one in found])
    judged = tuple(_judged(one, float(value), rule, len(found)) for one, value in zip(found, q, strict=True))
    worst = [worst_unit(waves.score(one.items), waves, one.scale, is_low_worse=rule.is_low_worse,
                        confidence=rule.confidence) for one in judged if one.verdict != "refused"]
    return WaveComparison(
        waves.first, waves.second, len(waves.is_second), *waves.sizes, waves.people is not None, tuple(matches), judged,
        _composition(waves), tuple(one for one in worst if one is not None), METHOD, _warnings(waves))


def _scale_waves(name: str, items: tuple[str, ...], waves: TwoWaves, matches: Sequence[ItemMatch],
                 engine: InvarianceEngine | None, rule: WaveRules) -> ScaleWaves:
    status = {match.key: match.status for match in matches}
    refused = tuple(key for key in items if status.get(key, "same") not in ("same", "reworded"))
    kept = tuple(key for key in items if key not in refused)
    score = waves.score(kept) if kept else np.full(len(waves.is_second), np.nan)
    evidence = invariance_evidence(waves.items[list(kept)], pd.Series(waves.is_second), engine)
    flagged = tuple(key for key in kept if status.get(key) == "reworded" or key in evidence.flagged)
    sides = _sides(score, waves)
    alphas = [_alpha(waves, kept, side) for side in (~waves.is_second, waves.is_second)]
    people = linked_people(score, waves, rule.confidence)
    reasons = _reasons(kept, sides, alphas, rule)
    warnings = ("items_left_out",) * bool(refused) + ("alpha_unknown",) * (None in alphas and len(kept) > 1)
    return _measured(ScaleWaves(
        name, kept, refused, flagged, len(sides[0]), len(sides[1]), mean_interval(sides[0], rule.confidence),
        mean_interval(sides[1], rule.confidence), _spread(sides), alphas[0], alphas[1], _nothing(rule), None, None,
        _nothing(rule), None, None, evidence, people, None, "refused" if reasons else "no_demonstrable_change", reasons,
        warnings), score, waves, rule)


def _measured(scale: ScaleWaves, score: Numbers, waves: TwoWaves, rule: WaveRules) -> ScaleWaves:
    """Return the scale with its differences; one that is refused keeps none."""
    if scale.reasons:
        return scale
    sides = _sides(score, waves)
    difference, p = change_of(score, waves, rule.confidence)
    rest = [key for key in scale.items if key not in scale.flagged]
    without = change_of(waves.score(rest), waves, rule.confidence)[0] if scale.flagged and rest else None
    return replace(scale, difference=difference, p_value=p, difference_without_flagged=without,
                   difference_reweighted=None if waves.people else reweighted_change(score, waves, rule.confidence),
                   effect=hedges_g(sides[1], sides[0], rule.confidence))


def _judged(scale: ScaleWaves, q: float, rule: WaveRules, n_scales: int) -> ScaleWaves:
    if scale.reasons:
        return scale
    value = scale.difference.value or 0.0
    verdict: WaveVerdict = "no_demonstrable_change"
    reasons: tuple[str, ...] = ()
    if scale.flagged and scale.difference_without_flagged is None:
        verdict, reasons = "withheld", ("only_flagged_items",)
    elif scale.difference_without_flagged is not None and _sign(value) != _sign(scale.difference_without_flagged.value):
        verdict, reasons = "withheld", ("sign_depends_on_flagged_items",)
    elif q <= rule.q_border and abs(value) >= rule.smallest_change:
        verdict = "changed"
    return replace(scale, q_value=q if np.isfinite(q) else None, verdict=verdict, reasons=reasons,
                   detectable=_detectable(scale, n_scales))


def _detectable(scale: ScaleWaves, n_scales: int) -> DetectableChange | None:
    """Return the smallest change that these waves could find, from their own spread."""
    linked = (0, 0.0) if scale.linked is None else (scale.n_first, scale.linked.r)
    if linked[1] is None or abs(linked[1]) >= 1 or scale.sd is None or min(scale.n_first, scale.n_second) < LEAST:
        return None
    return smallest_detectable_change(scale.sd, scale.n_first, scale.n_second, n_tests=n_scales,
                                      linked=(linked[0], linked[1]))


def _sides(score: Numbers, waves: TwoWaves) -> tuple[Numbers, Numbers]:
    """Return the scores compared: of linked people where there are, otherwise of everybody in each wave."""
    if waves.people is not None:
        return paired_scores(score, waves)
    known = np.isfinite(score)
    return score[~waves.is_second & known], score[waves.is_second & known]


def _spread(sides: tuple[Numbers, Numbers]) -> float | None:
    """Return the SD within the waves, pooled; None without any."""
    degrees = sum(len(side) - 1 for side in sides)
    if min(map(len, sides)) < LEAST:
        return None
    sd = float(np.sqrt(sum(float(((side - side.mean()) ** 2).sum()) for side in sides) / degrees))
    return sd if sd > 0 else None


def _reasons(items: tuple[str, ...], sides: tuple[Numbers, Numbers], alphas: list[float | None],
             rule: WaveRules) -> tuple[str, ...]:
    told = {"no_common_items": not items,
            "too_few_people": min(map(len, sides)) < rule.fewest_people,
            "no_variation": min(map(len, sides)) >= LEAST and _spread(sides) is None,
            "low_alpha": any(alpha is not None and alpha < rule.least_alpha for alpha in alphas)}
    return tuple(name for name, is_so in told.items() if is_so)


def _alpha(waves: TwoWaves, items: tuple[str, ...], side: np.ndarray) -> float | None:
    alpha = alpha_of_items(waves.items.loc[side, list(items)].to_numpy(dtype=float))
    return alpha if np.isfinite(alpha) else None


def _sign(value: float | None) -> float:
    return float(np.sign(value or 0.0))


def _nothing(rule: WaveRules) -> Estimate:
    return Estimate(None, None, None, 0, "not compared", rule.confidence)


def _composition(waves: TwoWaves) -> tuple[UnitShare, ...]:
    if waves.units is None:
        return ()
    counts = [Counter(unit for unit, second in zip(waves.units, waves.is_second, strict=True)
                      if unit is not None and second == side) for side in (False, True)]
    totals = [max(sum(count.values()), 1) for count in counts]
    return tuple(UnitShare(unit, counts[0][unit], counts[1][unit], counts[0][unit] / totals[0],
                           counts[1][unit] / totals[1]) for unit in sorted({*counts[0], *counts[1]}))


def _warnings(waves: TwoWaves) -> tuple[str, ...]:
    few = 0.5               # of the smaller wave
    shares = _composition(waves)
    told = {"unlinked_conservative": waves.people is None,
            "few_pairs": waves.people is not None and len(waves.pairs()) < few * min(waves.sizes),
            "different_units": any(not (share.n_first and share.n_second) for share in shares)}
    return tuple(name for name, is_so in told.items() if is_so)
