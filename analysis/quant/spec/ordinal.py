"""What do the analyses of a `surveyapp measure` file say of ordinal items? Options and runners of `polychoric`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import pandas as pd

from analysis.errors import SpecError
from analysis.quant.correlations import Correlations
from analysis.quant.ordinal.estimates import polychoric
from analysis.quant.ordinal.parallel import POLYCHORIC_DRAWS, polychoric_parallel
from analysis.quant.ordinal.polychoric import ZeroCells, polychoric_correlations
from analysis.quant.ordinal.tables import MOST_CATEGORIES
from analysis.results.measurement import ParallelAnalysis
from analysis.results.ordinal import Polychoric

POLYCHORIC = "polychoric"
ORDINAL_OPTIONS = frozenset({"smooth", "zero_cells"})
ORDINAL_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "smooth": (lambda value: isinstance(value, bool), "true or false"),
    "zero_cells": (lambda value: value in get_args(ZeroCells), f"one of {', '.join(get_args(ZeroCells))}"),
}
ORDINAL_DEFAULTS: Mapping[str, Any] = {"smooth": False, "zero_cells": "keep"}


def ordinal_correlations(answers: pd.DataFrame, options: Mapping[str, Any], place: str) -> Correlations:
    """Return the polychoric correlations an analysis asks for.

    Parameters
    ----------
    answers : DataFrame (n, k)
        Recoded answers.
    options : mapping
        Checked options.
    place : str
        Words for messages.

    Returns
    -------
    Correlations
        With cautions.
    """
    return polychoric_correlations(answers, missing=options["missing"], levels=_levels(options),
                                   zero_cells=options["zero_cells"], smooth=options["smooth"], place=place)


def ordinal_matrix(answers: pd.DataFrame | None, options: Mapping[str, Any], place: str) -> Polychoric:
    """Return the result of `do: polychoric`.

    Parameters
    ----------
    answers : DataFrame (n, k) or None
        Recoded answers; None where the data are a matrix, which is refused.
    options, place
        As in `ordinal_correlations`.

    Returns
    -------
    Polychoric
        With thresholds, intervals and ordinal alpha.
    """
    return polychoric(_needed(answers, place), missing=options["missing"], levels=_levels(options),
                      zero_cells=options["zero_cells"], smooth=options["smooth"],
                      confidence=options.get("confidence", 0.95), place=place)


def ordinal_parallel(answers: pd.DataFrame | None, options: Mapping[str, Any], place: str) -> ParallelAnalysis:
    """Return the result of `do: parallel` with polychoric correlations.

    Parameters
    ----------
    answers, options, place
        As in `ordinal_matrix`.

    Returns
    -------
    ParallelAnalysis
        Beside the shuffled answers.
    """
    return polychoric_parallel(_needed(answers, place), n_draws=options.get("n_draws", POLYCHORIC_DRAWS),
                               seed=options["seed"], missing=options["missing"], zero_cells=options["zero_cells"],
                               smooth=options["smooth"], place=place)


def _needed(answers: pd.DataFrame | None, place: str) -> pd.DataFrame:
    if answers is None:
        raise SpecError(place, "polychoric correlations are computed from answers, and the data are a matrix.",
                        "Give the file of answers.")
    return answers


def _levels(options: Mapping[str, Any]) -> Sequence[float] | None:
    """Return the answers between the ends of a range of whole numbers, all of which could have been given."""
    low, high = options.get("range", (0.5, 0.5))
    if low != int(low) or high != int(high) or high - low >= MOST_CATEGORIES:
        return None
    return [float(value) for value in range(int(low), int(high) + 1)]
