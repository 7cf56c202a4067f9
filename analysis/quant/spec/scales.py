"""The analyses of items, scales and exploratory factors in a `surveyapp measure` file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pandas as pd

from analysis.errors import SpecError
from analysis.quant.correlations import Correlations, Moments
from analysis.quant.factors import factor_bootstrap, parallel
from analysis.quant.factors.exploratory import factor_solution
from analysis.quant.factors.factor_number import factor_number_of
from analysis.quant.factors.factor_scores import factor_scoring
from analysis.quant.factors.retention import MOST_FACTORS
from analysis.quant.intraclass import intraclass
from analysis.quant.scales import alpha_bootstrap
from analysis.quant.scales.item_distributions import item_distributions
from analysis.quant.scales.split_half import lower_bounds, split_half_of
from analysis.quant.spec.ordinal import POLYCHORIC, ordinal_parallel


class ItemTask(Protocol):
    """One analysis: its checked options and its items, as answers or as a matrix."""

    @property
    def place(self) -> str:
        """Words for messages."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Checked, with defaults."""

    @property
    def answers(self) -> pd.DataFrame | None:
        """Recoded answers, None from a matrix."""

    def moments(self) -> Moments:
        """Return means and covariances."""

    def correlations(self) -> Correlations:
        """Return correlations of the kind asked for."""


def _answers(task: ItemTask) -> pd.DataFrame:
    if task.answers is None:
        raise SpecError(task.place, f"{task.options['do']} is seen in single answers, and the data are a matrix.",
                        "Give the file of answers.")
    return task.answers


def _distributions(task: ItemTask) -> Any:
    limits = task.options.get("range")
    return item_distributions(_answers(task), limits=None if limits is None else (limits[0], limits[1]),
                              place=task.place)


def _bootstrap_alpha(task: ItemTask) -> Any:
    options = task.options
    return alpha_bootstrap.bootstrap_alpha(
        _answers(task), n_resamples=options.get("n_resamples", alpha_bootstrap.N_RESAMPLES),
        confidence=options.get("confidence", 0.95), seed=options["seed"], missing=options["missing"],
        place=task.place)


def _factor_number(task: ItemTask) -> Any:
    options = task.options
    chance = (ordinal_parallel(task.answers, options, task.place) if options["correlation"] == POLYCHORIC else None)
    return factor_number_of(task.correlations(), n_draws=options.get("n_draws", parallel.DRAWS),
                            max_factors=options.get("max_factors", MOST_FACTORS), seed=options["seed"],
                            parallel=chance, place=task.place)


def _bootstrap_loadings(task: ItemTask) -> Any:
    options = task.options
    return factor_bootstrap.bootstrap_loadings(
        _answers(task), options["n_factors"], method=options["method"], rotation=options["rotation"],
        missing=options["missing"], n_resamples=options.get("n_resamples", factor_bootstrap.N_RESAMPLES),
        confidence=options.get("confidence", 0.95), seed=options["seed"])


def _factor_scores(task: ItemTask) -> Any:
    options, correlations = task.options, task.correlations()
    solution = factor_solution(correlations, options["n_factors"], method=options["method"],
                               rotation=options["rotation"], seed=options["seed"], place=task.place)
    return factor_scoring(correlations, solution, method=options.get("scoring", "regression"), place=task.place)


SCALES: Mapping[str, Callable[[ItemTask], Any]] = {
    "distributions": _distributions,
    "lambdas": lambda task: lower_bounds(task.moments(), seed=task.options["seed"], place=task.place),
    "split_half": lambda task: split_half_of(task.moments(), missing=task.options["missing"],
                                             seed=task.options["seed"], place=task.place),
    "alpha_bootstrap": _bootstrap_alpha,
    "factor_number": _factor_number,
    "efa_bootstrap": _bootstrap_loadings,
    "factor_scores": _factor_scores,
    "icc": lambda task: intraclass(_answers(task), confidence=task.options.get("confidence", 0.95), place=task.place),
}
