"""How sure are the parameters? Their covariance matrix: from expected or observed information, or robust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.errors import SpecError
from analysis.quant.correlations import Array
from analysis.quant.sem.model import Fitted, free_names
from analysis.quant.sem.search import check_identified

Estimator = Literal["ML", "MLR", "MLM"]
ESTIMATORS: tuple[Estimator, ...] = ("ML", "MLR", "MLM")


@dataclass(frozen=True)
class Sandwich:
    """Information per respondent, its inverse, and the covariance matrix of the estimates."""

    information: Array
    inverse: Array
    meats: tuple[Array, ...]        # first-order information of each group, summed over its respondents
    vcov: Array


def sandwich_of(fitted: Fitted, estimator: Estimator, *, place: str = "model") -> Sandwich:
    """Return the covariance matrix of the estimates.

    Parameters
    ----------
    fitted : Fitted
        A model at its parameters.
    estimator : {"ML", "MLR", "MLM"}
        ML: inverse information, expected for complete data, observed with gaps. MLR: Huber-White, observed information
        around first-order. MLM: expected information around the fourth moments of the answers (Satorra & Bentler).
    place : str
        Words for messages.

    Returns
    -------
    Sandwich
        `vcov` (q, q) in the units of the parameters.

    Raises
    ------
    SpecError
        Where robust errors are asked for and only moments are known.
    NotIdentified
        Where the information has no inverse.
    """
    if estimator != "ML" and not fitted.sample.has_rows:
        raise SpecError(place, f"{estimator} needs the answers, and only a matrix is given.", "Use estimator: ML.")
    pulls = list(fitted.pulls)
    is_observed = estimator == "MLR" or fitted.sample.missing == "fiml"
    information = fitted.likelihood.observed(pulls) if is_observed else fitted.likelihood.expected(pulls)
    inverse = inverse_information(information, free_names(fitted.table), place)
    if estimator == "ML":
        return Sandwich(information, inverse, (), inverse / fitted.n)
    is_mlm = estimator == "MLM"
    # Moments of predictors that are held do not vary: only what they leave unexplained adds to the fourth moments.
    held = [fitted.sample.names.index(name) for name in fitted.held] if is_mlm else []
    scores = fitted.likelihood.scores(pulls, about_sample=is_mlm, held=held)
    meats = tuple(_meat(own, centred=is_mlm) for own in scores)
    meat = sum(meats, np.zeros_like(information)) / fitted.n
    return Sandwich(information, inverse, meats, inverse @ meat @ inverse / fitted.n)


def _meat(scores: Array, *, centred: bool) -> Array:
    moved = scores - scores.mean(axis=0) if centred else scores
    return moved.T @ moved


def inverse_information(information: Array, names: list[str], place: str) -> Array:
    """Return the inverse of an information matrix.

    Parameters
    ----------
    information : array (q, q)
        Symmetric.
    names : list of str
        Of the parameters.
    place : str
        Words for messages.

    Returns
    -------
    array (q, q)
        Symmetric; a pseudo-inverse is never returned.

    Raises
    ------
    NotIdentified
        Naming parameters that cannot be told apart.
    """
    check_identified(information, names, place)
    inverse = np.linalg.inv(information)
    return np.asarray((inverse + inverse.T) / 2)
