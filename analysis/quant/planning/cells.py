"""Which units will have answers enough to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import numpy as np
from scipy import stats

from analysis.errors import SpecError
from analysis.privacy import MINIMUM_GROUP
from analysis.results.planning import CellCoverage

RATE_STEPS = 1000           # response rates are sought to a tenth of a percent


def cell_coverage(headcounts: Mapping[str, int], response_rate: float, *, minimum: int = MINIMUM_GROUP,
                  wished: float = 0.80) -> CellCoverage:
    """Return how many units will reach the smallest group that is shown.

    Parameters
    ----------
    headcounts : Mapping[str, int]
        Unit → people in it, all of whom are invited.
    response_rate : float
        Share of them who answer, the same everywhere, 0..1; whoever answers does so independently of the others.
    minimum : int, optional
        Answers a unit needs: 5 to be shown, 10 where two attributes cross, 30 to be compared.
    wished : float, optional
        Probability with which every unit that can be shown shall be, for `rate_for_all`.

    Returns
    -------
    CellCoverage
        Probability of each unit: ``P(X >= minimum)``, X binomial in headcount and rate. Units with fewer people than
        the minimum are never shown; rates close to 1 do not help them. Complementary suppression, which hides a second
        unit beside a single hidden one, comes on top (warning "complement_hidden" where exactly one is hidden for
        certain).

    Raises
    ------
    SpecError
        When there is no unit, a headcount is negative, or a rate is out of bounds.
    """
    _check(headcounts, response_rate, minimum, wished)
    sizes = np.array([*headcounts.values()], dtype=float)
    chances = stats.binom.sf(minimum - 1, sizes, response_rate)
    n_never = int((sizes < minimum).sum())
    return CellCoverage(
        minimum, response_rate, len(sizes), float(chances.sum()), n_never,
        dict(zip(headcounts, chances.tolist(), strict=True)), _rate_for_all(sizes[sizes >= minimum], minimum, wished),
        wished, "binomial answers in each unit", ("complement_hidden",) if n_never == 1 else ())


def _rate_for_all(sizes: np.ndarray, minimum: int, wished: float) -> float | None:
    """Return the smallest response rate at which all these units are shown together; None without any unit."""
    if not len(sizes):
        return None
    rates = np.arange(1, RATE_STEPS + 1) / RATE_STEPS
    together = stats.binom.sf(minimum - 1, sizes[None, :], rates[:, None]).prod(axis=1)
    return float(rates[int(np.argmax(together >= wished))])


def _check(headcounts: Mapping[str, int], response_rate: float, minimum: int, wished: float) -> None:
    if not headcounts or any(size < 0 for size in headcounts.values()):
        raise SpecError("planner, units", "there is no unit, or one with fewer than no people.",
                        "Give each unit's headcount, such as outlet=12.")
    if not (isfinite(response_rate) and 0 < response_rate <= 1) or not 0 < wished < 1:
        raise SpecError("planner, response rate", "a rate is not above 0 and at most 1.", "Give 0.6 for 60 %.")
    if minimum < 1:
        raise SpecError("planner, minimum", f"a group of {minimum} is none.", "Give 5 or more.")
