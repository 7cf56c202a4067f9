"""What if a cause stood elsewhere: the difference that the stored link model implies (model 11, simulated effect).

Standard library only: the figures are arithmetic on what the bootstrap left in the stored diagnosis, so that a page can
show them at once.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from analysis.results.diagnosis import Diagnosis, LinkFinding
from analysis.results.what_if import ImpliedDifference, Refusal, Unsaid, WhatIf

Unit = Literal["points", "sd"]
UNITS: tuple[Unit, ...] = ("points", "sd")
FAR = 2.0           # SDs: about as far as the middle 95 % of staff lie apart from their mean
DEFAULT_CONFIDENCE = 0.95
_TINY = 1e-9
_REASONS: dict[str, Refusal] = {
    "too_few_answers": "too_few_answers", "no_reliable_scales": "no_reliable_scales",
    "too_many_causes": "too_many_causes", "not_separable": "not_separable",
}


def movable_causes(diagnosis: Diagnosis) -> tuple[str, ...]:
    """Return the causes that can be moved.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    tuple of str
        Those of the link model, in the order of the questionnaire; empty where there is none.
    """
    linked = {link.cause for link in diagnosis.links}
    return tuple(row.level.construct for row in diagnosis.causes if row.level.construct in linked)


def what_if(diagnosis: Diagnosis, cause: str, amount: float, unit: Unit = "points") -> WhatIf:
    """Return by how much staff would differ in each problem who differ in one cause and are otherwise alike.

    Parameters
    ----------
    diagnosis : Diagnosis
        As computed and stored.
    cause : str
        Key of a cause.
    amount : float
        By how much it is moved; positive = more of the cause.
    unit : {"points", "sd"}
        Scale points, or standard deviations of the cause's scores among the rows of the link model.

    Returns
    -------
    WhatIf
        Difference = amount x slope of the cause in the regression of the problem on all causes, interval = amount x
        the percentiles of that slope over the bootstrap; a move of one SD is `beta` x SD of the problem. Only for links
        with status supports. Refused where no links were judged, and where the mean would leave its scale. It says
        what otherwise similar staff differ by; it forecasts nothing.
    """
    refusal = _refusal(diagnosis, cause)
    if refusal is not None:
        return WhatIf(cause, refusal, n=diagnosis.link_model.n)
    model = diagnosis.link_model
    spread, (low, high) = model.sd[cause], model.ends[cause]
    points = amount * spread if unit == "sd" else amount
    mean = next(row.level.mean for row in diagnosis.causes if row.level.construct == cause)
    moved = None if mean is None else mean + points
    found = WhatIf(
        cause, None, (), points, points / spread, mean, moved, low, high, model.n, model.n_resamples,
        diagnosis.provenance.thresholds.get("confidence", DEFAULT_CONFIDENCE),
        any(link.is_exploratory for link in diagnosis.links), abs(points) > FAR * spread)
    bounds = _bounds(found, amount)
    if bounds is not None:
        return replace(found, refusal=bounds)
    return replace(found, rows=tuple(_row(diagnosis, link, points) for link in diagnosis.links if link.cause == cause))


def _refusal(diagnosis: Diagnosis, cause: str) -> Refusal | None:
    model = diagnosis.link_model
    if any(screening.verdict == "no_grades" for screening in diagnosis.screening.values()):
        return "no_grades"
    if model.reason:
        return _REASONS.get(model.reason, "no_model")
    if not model.sd or not diagnosis.links:
        return "computed_before"
    return None if cause in movable_causes(diagnosis) else "not_in_model"



def _bounds(found: WhatIf, amount: float) -> Refusal | None:
    if not math.isfinite(amount) or abs(amount) < _TINY:
        return "no_move"
    if found.moved is None or found.low is None or found.high is None:
        return "no_model"
    return None if found.low - _TINY <= found.moved <= found.high + _TINY else "out_of_scale"


def _row(diagnosis: Diagnosis, link: LinkFinding, points: float) -> ImpliedDifference:
    unsaid = _unsaid(link)
    if unsaid is not None or link.slope is None or link.slope_low is None or link.slope_high is None:
        return ImpliedDifference(link.problem, unsaid or "uncertain")
    value, *ends = (points * slope for slope in (link.slope, link.slope_low, link.slope_high))
    low, high = sorted(ends)
    bottom, top = diagnosis.link_model.ends[link.problem]
    to_pomp = 100 / (top - bottom)
    return ImpliedDifference(link.problem, None, value, low, high, value * to_pomp, low * to_pomp, high * to_pomp)


def _unsaid(link: LinkFinding) -> Unsaid | None:
    if link.is_withheld:
        return "withheld"
    if link.status == "supports":
        return None
    return "against" if link.status == "against" else "uncertain"
