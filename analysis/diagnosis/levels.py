"""Levels of constructs judged as a family: tests, false discovery rate, status (section 5 of the model)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from analysis.diagnosis.scale_points import as_percent, on_scale
from analysis.diagnosis.surveyed import Surveyed
from analysis.quant.describe import LevelRules, construct_frequencies, item_shares, item_tests, scale_level
from analysis.quant.intervals import benjamini_hochberg
from analysis.quant.scoring import Scores, construct_items, corrected_items, recoded_items
from analysis.results.diagnosis import Level, Status
from instruments.schema import Construct

NOT_A_SCALE = "not_a_scale"
STYLE_TAG, UNCHECKABLE_TAG, ITEMS_TAG = "depends_on_answering_style", "style_not_checkable", "judged_item_by_item"


def construct_level(side: Surveyed, construct: Construct, thresholds: Mapping[str, float], *, is_tested: bool,
                    scores: Scores | None = None) -> Level:
    """Return the level of one construct with item figures, not yet judged.

    Parameters
    ----------
    side : Surveyed
    construct : Construct
    thresholds : Mapping[str, float]
    is_tested : bool
        Whether the mean is tested against `tau`.
    scores : Scores, optional
        Other scores than those of the valid respondents.

    Returns
    -------
    Level
        Status "insufficient" until judged.
    """
    used = side.scores if scores is None else scores
    low, high = side.range_of(construct.key)
    tau, rules = on_scale(thresholds["tau"], low, high) if is_tested else None, _rules(low, high, thresholds)
    level: Level = used.remembered.once(("level", construct.key, tau, rules), lambda: scale_level(
        construct.key, construct.group, construct.direction, used.plain[construct.key], used.corrected[construct.key],
        tau=tau, balanced=used.balanced[construct.key], rules=rules))
    is_shown = level.mean is not None
    return replace(
        level, quality=side.verdict_of(construct.key),
        mean_with_excluded=_mean_with_excluded(side, construct, thresholds),
        item_agree={key: share.value for key, share in item_shares(side.valid, construct.key).items()
                    if share.value is not None and share.n >= thresholds["minimum_n_description"]},
        item_frequencies=construct_frequencies(side.valid, construct.key) if is_shown else {})


def _rules(low: float, high: float, thresholds: Mapping[str, float]) -> LevelRules:
    return LevelRules(
        low=low, high=high, confidence=thresholds["confidence"],
        minimum_shown=int(thresholds["minimum_n_description"]), minimum_tested=int(thresholds["minimum_n_tests"]),
        high_score_pomp=as_percent(thresholds["unfavourable_at"]),
        low_score_pomp=as_percent(thresholds["favourable_at"]))


def _mean_with_excluded(side: Surveyed, construct: Construct, thresholds: Mapping[str, float]) -> float | None:
    """Return the mean over everybody, only where enough were left out for the difference to disclose nobody."""
    n_all, mean = _count_and_mean(side.all_scores, construct.key)
    n_valid, _ = _count_and_mean(side.scores, construct.key)
    is_safe = n_all - n_valid >= thresholds["disclosure_minimum_excluded"]
    return mean if is_safe and n_valid >= thresholds["minimum_n_description"] else None


def _count_and_mean(scores: Scores, key: str) -> tuple[int, float]:
    def compute() -> tuple[int, float]:
        known = scores.plain[key].dropna()
        return len(known), float(known.mean())

    found: tuple[int, float] = scores.remembered.once(("count_and_mean", key), compute)
    return found


def judged_levels(side: Surveyed, levels: Sequence[Level], thresholds: Mapping[str, float],
                  item_verdicts: Mapping[str, Status]) -> tuple[Level, ...]:
    """Return a family of levels with q values and status.

    Parameters
    ----------
    side : Surveyed
    levels : sequence of Level
        All problems, or all causes.
    thresholds : Mapping[str, float]
    item_verdicts : Mapping[str, Status]
        Of the constructs that are not a scale, from `item_verdicts`; they take no part in the scale-level family.

    Returns
    -------
    tuple of Level
        Supports: q at most `fdr_q` on plain and style-corrected scores; against: the mirror test likewise;
        uncertain: neither; insufficient: too few answers. Without reverse items the plain test stands alone, tagged.
    """
    def tested(p: float | None, level: Level) -> float:
        return np.nan if p is None or level.construct in item_verdicts else p

    plain = np.array([tested(level.p_value, level) for level in levels], dtype=float)
    corrected = np.array([tested(level.p_corrected, level) for level in levels], dtype=float)
    columns = [benjamini_hochberg(p) for p in (plain, corrected, 1 - plain, 1 - corrected)]
    judged = []
    for level, *family in zip(levels, *columns, strict=True):
        q, q_corrected, mirror, mirror_corrected = (None if np.isnan(value) else float(value) for value in family)
        with_q = replace(level, q_value=q, q_corrected=q_corrected, q_mirror=mirror,
                         q_mirror_corrected=mirror_corrected)
        judged.append(_with_status(with_q, side, thresholds, item_verdicts))
    return tuple(judged)


def _with_status(level: Level, side: Surveyed, thresholds: Mapping[str, float],
                 item_verdicts: Mapping[str, Status]) -> Level:
    style = () if side.is_style_checkable else (UNCHECKABLE_TAG,)
    if level.construct in item_verdicts:
        # No scale-level test or band is printed for what is not a scale.
        return replace(level, t=None, p_value=None, p_corrected=None, status=item_verdicts[level.construct],
                       tags=(ITEMS_TAG, *style))
    if level.n < thresholds["minimum_n_tests"] or level.p_value is None:
        return replace(level, status="insufficient", tags=style)
    limit = thresholds["fdr_q"]
    status, is_plain_only = _status(level, limit, is_style_checkable=side.is_style_checkable)
    return replace(level, status=status, tags=(STYLE_TAG, *style) if is_plain_only else style)


def _status(level: Level, limit: float, *, is_style_checkable: bool) -> tuple[Status, bool]:
    """Return the status, and whether only the plain test would have supported it."""
    is_high, is_low = _holds(level.q_value, limit), _holds(level.q_mirror, limit)
    if not is_style_checkable:
        return ("supports" if is_high else "against" if is_low else "uncertain"), False
    if is_high and _holds(level.q_corrected, limit):
        return "supports", False
    if is_low and _holds(level.q_mirror_corrected, limit):
        return "against", False
    return "uncertain", is_high


def _holds(q: float | None, limit: float) -> bool:
    return q is not None and q <= limit


def item_verdicts(side: Surveyed, constructs: Iterable[Construct],
                  thresholds: Mapping[str, float]) -> dict[str, Status]:
    """Return the status of constructs whose items do not form a scale, judged item by item.

    Parameters
    ----------
    side : Surveyed
    constructs : iterable of Construct
        Problems and causes of the study; those that are a scale are passed over.
    thresholds : Mapping[str, float]

    Returns
    -------
    dict[str, Status]
        One-sided tests on recoded items freed of answering style, false discovery rate over all such items of the
        study: "supports" (mirrored: "against") when all items but at most one, among them every reverse item, have q at
        most `fdr_q`; else "insufficient".
    """
    tests: dict[tuple[str, str], float] = {}
    loose = [construct for construct in constructs if side.verdict_of(construct.key) == NOT_A_SCALE]
    for construct in loose:
        low, high = side.range_of(construct.key)
        items = corrected_items(side.valid, construct.key, side.scores.style) if side.is_style_checkable \
            else recoded_items(side.valid, construct.key)
        found = item_tests(items, on_scale(thresholds["tau"], low, high),
                           minimum_tested=int(thresholds["minimum_n_tests"]))
        tests.update({(construct.key, item): np.nan if p is None else p for item, p in found.items()})
    p_values = np.array(list(tests.values()), dtype=float)
    high_q = dict(zip(tests, benjamini_hochberg(p_values), strict=True))
    low_q = dict(zip(tests, benjamini_hochberg(1 - p_values), strict=True))
    result: dict[str, Status] = {}
    for construct in loose:
        if _all_but_one(side, construct, high_q, thresholds["fdr_q"]):
            result[construct.key] = "supports"
        else:
            is_low = _all_but_one(side, construct, low_q, thresholds["fdr_q"])
            result[construct.key] = "against" if is_low else "insufficient"
    return result


def _all_but_one(side: Surveyed, construct: Construct, q: Mapping[tuple[str, str], float], limit: float) -> bool:
    items = construct_items(side.instrument, construct.key)
    # A comparison with NaN is false, so an item that could not be tested does not hold.
    failing = [item for item in items if not q[construct.key, item.key] <= limit]
    return len(failing) <= 1 and not any(item.is_reverse for item in failing) and len(failing) < len(items)
