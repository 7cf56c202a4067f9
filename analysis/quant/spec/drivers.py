"""`do: drivers` and `do: dominance` of `surveyapp measure`: what an outcome goes with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.errors import SpecError
from analysis.quant.drivers.importance import DELTA, driver_analysis
from analysis.quant.resampling import N_RESAMPLES
from analysis.quant.spec.scores import CONFIDENCE, mean_score, scores_of
from analysis.results.drivers import DriverAnalysis

ALPHA = "alpha"             # reliabilities: alpha = computed from the items of each score


def drivers(frame: pd.DataFrame, options: Mapping[str, Any], place: str) -> DriverAnalysis:
    """Return what the outcome goes with, all other scores together.

    Parameters
    ----------
    frame : DataFrame
        The data as read.
    options : mapping
        Checked options; `outcome` is one of the scores, or of the items where there are no scores.
    place : str
        Words for messages.

    Returns
    -------
    DriverAnalysis
        As `driver_analysis`; with `reliabilities: alpha` each score of two or more items is corrected by its alpha.

    Raises
    ------
    SpecError
        When the outcome is no score, or nothing is left to explain it.
    """
    outcome = options["outcome"]
    tables = scores_of(frame, _with_outcome(options), place)
    if outcome not in tables:
        raise SpecError(place, f"outcome {outcome!r} is not among the scores.", f"Scores: {', '.join(tables)}.")
    if len(tables) < 2:  # noqa: PLR2004 - an outcome and something it may go with
        raise SpecError(place, "there is no predictor.", "Name more scores or items.")
    scores = pd.DataFrame({name: mean_score(items, name) for name, items in tables.items()})
    stated = options.get("reliabilities", {})
    items = {name: table for name, table in tables.items() if table.shape[1] > 1} if stated == ALPHA else {}
    return driver_analysis(
        scores.drop(columns=outcome), scores[outcome], items=items, reliabilities={} if stated == ALPHA else stated,
        delta=options.get("delta", DELTA), n_resamples=options.get("n_resamples", N_RESAMPLES),
        seed=(options["seed"],), confidence=options.get("confidence", CONFIDENCE))


def _with_outcome(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options with the outcome among the items where items alone are named."""
    outcome = options["outcome"]
    if "scores" in options:
        if outcome in options["scores"]:
            return options
        items = {**options["scores"], outcome: [outcome]}
        return {**options, "scores": items, **({"items": [*options["items"], outcome]} if "items" in options and
                                               outcome not in options["items"] else {})}
    items = options.get("items", [])
    return options if outcome in items or not items else {**options, "items": [*items, outcome]}
