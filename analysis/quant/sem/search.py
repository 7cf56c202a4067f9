"""Which parameters fit best? Fisher scoring, then Newton steps with exact second derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from analysis.errors import NotConverged, NotIdentified
from analysis.quant.correlations import Array
from analysis.quant.sem.likelihood import Likelihood, Pull
from analysis.quant.sem.ram import State

Pulls = list[tuple[State, Pull]]

MOST_STEPS = 80
STEP_GOAL = 1e-9            # squared length of the next step in units of standard errors, per respondent
NEAR = 1e-3                 # from here on Newton steps are tried
HALVINGS = 30
ENOUGH = 1e-4               # share of the promised decrease that a step must bring
MOST_NAMED = 8              # parameters in a message
SHARE_IN_NULL = 0.1         # weight in the null direction from which a parameter is named
SINGULAR = 1e-9             # eigenvalue of the information in correlation form, at or below which nothing is identified


@dataclass(frozen=True)
class Found:
    """The best parameters, the misfit there and how it was got."""

    x: Array
    value: float
    steps: int
    path: str


def search(likelihood: Likelihood, start: Array, names: Sequence[str], *, others: Sequence[Array] = (),
           last: Sequence[Array] = (), place: str = "model") -> Found:
    """Return the parameters with the smallest misfit.

    Parameters
    ----------
    likelihood : Likelihood
        Misfit with derivatives.
    start : array (q,)
        Where to begin.
    names : sequence of str
        Of the parameters, for messages.
    others : sequence of array
        Where to begin when that leads nowhere.
    last : sequence of array
        Where to begin when nothing else leads anywhere.
    place : str
        Words for messages.

    Returns
    -------
    Found
        At which the next Newton or scoring step is nil: squared length below `STEP_GOAL` standard errors.

    Raises
    ------
    NotIdentified
        Naming the parameters that cannot be told apart.
    NotConverged
        When neither scoring nor a quasi-Newton search from several starts ends.
    """
    begun = _feasible(likelihood, start)
    lost: list[str] = []
    for attempt, x in enumerate((begun, *others, *_other_starts(begun), *last)):
        found = _scoring(likelihood, x)
        if found is None:
            found = _quasi_newton(likelihood, x)
        if found is None:
            continue
        flat = _flat(likelihood.expected(likelihood.pulls(found.x) or []), names)
        if not flat:
            return Found(found.x, found.value, found.steps, found.path if attempt == 0 else f"{found.path}, new start")
        lost = lost or flat
        if attempt == 0:
            _check_near_start(likelihood, begun, names, place)
    _check_near_start(likelihood, begun, names, place)
    where = f" {_listed(lost)} run away." if lost else ""
    raise NotConverged(place, f"no best fit was found from any start.{where}",
                       "Look for factors that are one, for a factor with weak items or for too few respondents; "
                       "give start(…) values, or a simpler model.")


def _feasible(likelihood: Likelihood, x: Array) -> Array:
    if likelihood.pulls(x) is not None:
        return x
    shrunk = x.copy()
    for block in likelihood.blocks:
        cells = block.cells
        start_s, start_m = cells.bounds
        targets = cells.target[start_s:start_m]
        shrunk[targets[cells.s_row != cells.s_column]] = 0.0
    for _ in range(HALVINGS):
        if likelihood.pulls(shrunk) is not None:
            return shrunk
        for block in likelihood.blocks:
            shrunk[block.cells.target[: block.cells.bounds[0]]] *= 0.8
    return shrunk


def _other_starts(x: Array) -> list[Array]:
    rng = np.random.default_rng(20260101)
    return [x * factor * rng.uniform(0.7, 1.3, len(x)) for factor in (1.0, 0.5)]


def _scoring(likelihood: Likelihood, x: Array) -> Found | None:
    pulls = likelihood.pulls(x)
    if pulls is None:
        return None
    value, is_near = likelihood.value(pulls), False
    for step in range(1, MOST_STEPS + 1):
        g = likelihood.gradient(pulls)
        move, promised, is_newton = _direction(likelihood, pulls, g, is_near)
        is_near = is_near or promised < NEAR
        if promised < STEP_GOAL**2 or (promised < STEP_GOAL and is_newton):
            final = likelihood.pulls(x + move)
            if final is not None and likelihood.value(final) <= value + 1e-12:
                x, value = x + move, likelihood.value(final)
            return Found(x, value, step, "scoring and Newton")
        taken = _line(likelihood, x, value, move, promised)
        if taken is None:
            return Found(x, value, step, "scoring") if promised < STEP_GOAL else None
        x, value, pulls = taken
    return None


def _direction(likelihood: Likelihood, pulls: Pulls, g: Array, is_near: bool) -> tuple[Array, float, bool]:
    """Return the step, its squared length in the metric of the information, and whether it is Newton's."""
    if is_near:
        move = _solved(likelihood.observed(pulls), g)
        if move is not None and float(-g @ move) >= 0:
            return move, float(-g @ move), True
    information = likelihood.expected(pulls)
    move = _solved(information, g)
    if move is None:        # nothing is known along some direction here; it may be on the way
        move = np.asarray(-np.linalg.lstsq(information, g, rcond=1e-8)[0], dtype=np.float64)
    return move, abs(float(g @ move)), False


def _solved(H: Array, g: Array) -> Array | None:
    scale = np.sqrt(np.maximum(H.diagonal(), np.finfo(float).tiny))
    try:
        factor = np.linalg.cholesky(H / np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return None
    if factor.diagonal().min() ** 2 <= SINGULAR:
        return None
    return np.asarray(-np.linalg.solve(factor.T, np.linalg.solve(factor, g / scale)) / scale)


def _moved(x: Array) -> Array:
    """Return values near the start at which nothing is zero by chance, to see what any answers could tell apart."""
    rng = np.random.default_rng(20260102)
    return x * rng.uniform(0.9, 1.1, len(x)) + rng.uniform(-0.02, 0.02, len(x))


def _check_near_start(likelihood: Likelihood, begun: Array, names: Sequence[str], place: str) -> None:
    """Refuse a model whose parameters no answers could tell apart."""
    pulls = likelihood.pulls(_moved(begun)) or likelihood.pulls(begun)
    if pulls is not None:
        check_identified(likelihood.expected(pulls), names, place)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def check_identified(information: Array, names: Sequence[str], place: str) -> None:
    """Refuse an information matrix in which some direction holds nothing.

    Parameters
    ----------
    information : array (q, q)
        Expected information.
    names : sequence of str
        Of the parameters.
    place : str
        Words for messages.

    Raises
    ------
    NotIdentified
        Naming the parameters that the data cannot tell apart.
    """
    empty = _flat(information, names)
    if empty:
        raise NotIdentified(place, f"the data cannot tell these parameters apart: {_listed(empty)}.",
                            "Give each factor at least three items (two with a related factor), fix a loading or a "
                            "variance, or take a parameter out.")


def _flat(information: Array, names: Sequence[str]) -> list[str]:
    """Return the parameters along which the information is nil; none where it is whole."""
    size = np.sqrt(np.maximum(information.diagonal(), 0.0))
    empty = [name for name, own in zip(names, size, strict=True) if own <= np.finfo(float).tiny]
    if empty or not len(size):
        return empty
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    if values[0] > SINGULAR:
        return []
    weight = np.abs(vectors[:, 0])
    return [name for name, own in zip(names, weight, strict=True) if own > SHARE_IN_NULL * weight.max()]


def _line(likelihood: Likelihood, x: Array, value: float, move: Array,
          promised: float) -> tuple[Array, float, Pulls] | None:
    length = 1.0
    for _ in range(HALVINGS):
        candidate = x + length * move
        pulls = likelihood.pulls(candidate)
        if pulls is not None:
            reached = likelihood.value(pulls)
            if reached <= value - ENOUGH * length * promised:
                return candidate, reached, pulls
        length /= 2
    return None


def _quasi_newton(likelihood: Likelihood, x: Array) -> Found | None:
    def objective(values: Array) -> tuple[float, Array]:
        pulls = likelihood.pulls(values)
        if pulls is None:
            return 1e10, np.zeros(len(values))
        return likelihood.value(pulls), likelihood.gradient(pulls)

    if likelihood.pulls(x) is None:
        return None
    result = optimize.minimize(objective, x, jac=True, method="BFGS", options={"maxiter": 400, "gtol": 1e-7})
    polished = _scoring(likelihood, np.asarray(result.x))
    if polished is None:
        return None
    return Found(polished.x, polished.value, int(result.nit) + polished.steps, "quasi-Newton, Newton")
