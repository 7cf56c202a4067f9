"""How many valid answers each item has, and why the others are without one: the ground every figure stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.diagnosis.surveyed import Surveyed
from analysis.privacy import suppress_cells
from analysis.quant.scoring import recoded_items
from analysis.results.trace import HIDDEN_COUNT, MISSING_REASONS, ItemAnswers
from instruments.schema import LEFT_BLANK, NOT_REACHED, NOT_SHOWN, NUMBER_KINDS, REFUSED, Item

REASONS = dict(zip(MISSING_REASONS, (NOT_SHOWN, LEFT_BLANK, REFUSED, NOT_REACHED), strict=True))


def item_answers(sides: Iterable[Surveyed], thresholds: Mapping[str, float]) -> dict[str, ItemAnswers]:
    """Return the valid answers to each item of each questionnaire.

    Parameters
    ----------
    sides : iterable of Surveyed
    thresholds : Mapping[str, float]
        `minimum_n_description` for means, `minimum_group` for the counts of reasons.

    Returns
    -------
    dict[str, ItemAnswers]
        Means of ratings are recoded as in scores; those of numbers as given; words have none. Counts of reasons of few
        people are hidden together with enough others that totals do not give them away.
    """
    found: dict[str, ItemAnswers] = {}
    for side in sides:
        recoded = [recoded_items(side.valid, construct.key) for construct in side.constructs]
        means = {str(key): float(value) for frame in recoded for key, value in frame.mean().items()}
        for item in side.instrument.items:
            if item.key in side.valid.values.columns:
                found[item.key] = _of_item(side, item, means.get(item.key), thresholds)
    return found


def _of_item(side: Surveyed, item: Item, mean: float | None, thresholds: Mapping[str, float]) -> ItemAnswers:
    values, missing = side.valid.values[item.key], side.valid.missing[item.key]
    n = int(values.count())
    if mean is None and item.kind in ("rating", *NUMBER_KINDS) and n and item.role != "attention":
        mean = float(values.mean())
    is_shown = n >= thresholds["minimum_n_description"]
    return ItemAnswers(item.key, side.audience, n, mean if is_shown and n else None, _reasons(missing, thresholds))


def _reasons(missing: pd.Series, thresholds: Mapping[str, float]) -> dict[str, int]:
    counts, minimum = {reason: int((missing == code).sum()) for reason, code in REASONS.items()}, int(
        thresholds["minimum_group"])
    # Of few people without an answer not even the reason is told: with the others at nought it would be known.
    hidden = suppress_cells(counts, minimum) if sum(counts.values()) >= minimum else frozenset(
        REASONS if any(counts.values()) else ())
    return {reason: HIDDEN_COUNT if reason in hidden else n for reason, n in counts.items()}
