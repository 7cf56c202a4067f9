"""The panel against stuffing and the comparison of modes: observed beside expected, with and without."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.diagnosis.surveyed import RESPONDENTS, Surveyed, scale_changes, scale_quality_of
from analysis.quant.careless.alike_texts import AlikeTexts, alike_texts
from analysis.quant.careless.bursts import find_bursts
from analysis.quant.careless.copies import Copies, is_flat, near_copies
from analysis.quant.careless.outlets import DEFINED_BEST, implausible_shares
from analysis.quant.modes import ModeRules, compare_modes
from analysis.quant.scoring import construct_items, recoded_items, scale_range, score_scales
from analysis.results.integrity import Integrity, ModeComparison, ShareFinding
from analysis.results.quality import ScaleChange
from analysis.tables import AnswerTable
from instruments.schema import LEFT_BLANK, NOT_SHOWN

Pace = Mapping[str, Mapping[int, int]]
Mask = NDArray[np.bool_]


def integrity_of(side: Surveyed, pace: Pace, thresholds: Mapping[str, float], *, seed: int) -> Integrity:
    """Return what speaks for stuffing in one questionnaire, and how its modes differ.

    Parameters
    ----------
    side : Surveyed
    pace : mapping of outlet → size → quarter-hours
        How many quarter-hours brought exactly so many responses; empty where it was not counted.
    thresholds : Mapping[str, float]
        Resolved thresholds; `minimum_group` people behind everything that is told.
    seed : int
        Of the draws behind the expected rates.

    Returns
    -------
    Integrity
        Of the valid respondents. Set aside, for the comparison only, is who belongs to a cluster of alike ratings or
        words; outlets with an implausible share are named where they are large enough, nobody is left out for them.
    """
    minimum = int(thresholds["minimum_group"])
    table = side.valid
    copies = near_copies(_ratings(side), seed=seed, minimum=minimum)
    texts = [alike_texts(item.key, list(table.values[item.key]), seed=seed, minimum=minimum)
             for item in table.instrument.items if item.kind == "text" and item.key in table.values.columns]
    alike = _alike(copies, texts)
    shares, n_outlets, n_tested = _shares(side, copies, minimum)
    enough = {outlet: sizes for outlet, sizes in pace.items()
              if sum(size * n for size, n in sizes.items()) >= minimum}
    return Integrity(
        audience=side.audience, copies=copies.finding, texts=tuple(text.finding for text in texts if text.finding.n),
        bursts=find_bursts(enough), n_outlets=n_outlets, shares=shares, n_shares_tested=n_tested,
        modes=_modes(side, thresholds), n_set_aside=int(alike.sum()), changes=_changes(side, alike, thresholds))


def _ratings(side: Surveyed) -> NDArray[np.float64]:
    """Return the answers as given to the items of the scales, attention items left out: all answer those alike."""
    keys = [item.key for construct in side.constructs for item in construct_items(side.instrument, construct.key)]
    return np.asarray(side.valid.values[list(dict.fromkeys(keys))], dtype=float)


def _alike(copies: Copies, texts: list[AlikeTexts]) -> Mask:
    found = copies.cluster >= 0
    for text in texts:
        found = found | (text.cluster >= 0)
    return np.asarray(found)


# ---- outlets --------------------------------------------------------------------------------------------------------
def _shares(side: Surveyed, copies: Copies, minimum: int) -> tuple[tuple[ShareFinding, ...], int, int]:
    """Return the improbable shares of outlets that may be named beside everything else that is printed."""
    batch = side.valid.batch
    if batch is None:
        return (), 0, 0
    found, n_outlets, n_tested = implausible_shares(batch.to_numpy(), {
        "best": _is_best(side), "flat": is_flat(_ratings(side)), "copies": copies.cluster >= 0}, minimum=minimum)
    told = []
    for share in found:
        people = frozenset(map(str, batch.index[(batch == share.outlet).to_numpy()]))
        if side.register.admits(RESPONDENTS, people):
            side.register.record(RESPONDENTS, people)
            told.append(share)
    return tuple(told), n_outlets, n_tested


def _is_best(side: Surveyed) -> Mask:
    """Return whose answers are nearly all at the most favourable point."""
    best = np.zeros(side.n)
    answered = np.zeros(side.n)
    for construct in side.constructs:
        items = recoded_items(side.valid, construct.key).to_numpy(dtype=float)
        low, high = scale_range(side.instrument, construct.key)
        best += (items == (low if construct.direction == "higher_is_worse" else high)).sum(axis=1)
        answered += np.isfinite(items).sum(axis=1)
    return np.asarray((answered > 0) & (best >= DEFINED_BEST * answered))


# ---- with and without -----------------------------------------------------------------------------------------------
def _changes(side: Surveyed, alike: Mask, thresholds: Mapping[str, float]) -> tuple[ScaleChange, ...]:
    if not alike.any():
        return ()
    rest: AnswerTable = side.valid.without(frozenset(side.valid.values.index[alike]))
    scores = score_scales(rest, minimum_style_scales=int(thresholds["style_minimum_scales"]))
    quality = {construct.key: scale_quality_of(rest, construct, thresholds) for construct in side.constructs}
    return scale_changes(quality, (rest, scores), (side.valid, side.scores), side.constructs, thresholds)


# ---- modes ----------------------------------------------------------------------------------------------------------
def _modes(side: Surveyed, thresholds: Mapping[str, float]) -> ModeComparison:
    table = side.valid
    rules = ModeRules(minimum_n=int(thresholds["minimum_n_tests"]), minimum_group=int(thresholds["minimum_group"]),
                      confidence=thresholds["confidence"])
    modes = table.mode if table.mode is not None else pd.Series("", index=table.values.index, dtype=object)
    keys = [item.key for construct in side.constructs for item in construct_items(side.instrument, construct.key)]
    missing = table.missing[list(dict.fromkeys(keys))].to_numpy()
    shown = (missing != NOT_SHOWN).sum(axis=1)
    blanks = pd.Series(np.where(shown > 0, (missing == LEFT_BLANK).sum(axis=1) / np.maximum(shown, 1), np.nan),
                       index=table.values.index)
    profile = [item.key for item in side.instrument.items_of_role("profile")
               if item.kind == "single" and item.key in table.values.columns]
    return compare_modes({construct.key: side.scores.plain[construct.key] for construct in side.constructs}, blanks,
                         modes, table.values[profile], rules=rules)
