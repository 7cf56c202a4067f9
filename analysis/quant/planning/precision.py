"""How precise a figure will be with n answers, and how many answers a wished precision takes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite, sqrt

from analysis.errors import SpecError
from analysis.quant.planning.figures import Figure
from analysis.results.planning import PlannedPrecision, PlannedSize

MOST = 10_000_000           # answers; a wish that takes more is refused
_TINY = 1e-9                # a width that misses the wish by less is a rounding error


@dataclass(frozen=True)
class Frame:
    """Whom a survey reaches.

    population      people there are; None = very many
    response_rate   share of the invited who answer, 0..1
    design_effect   by how much weights or clusters raise variances; 1 = none
    """

    population: int | None = None
    response_rate: float = 1.0
    design_effect: float = 1.0

    def __post_init__(self) -> None:
        if self.population is not None and self.population < 1:
            raise SpecError("planner, population", f"{self.population} people cannot be asked.", "Give 1 or more.")
        if not 0 < self.response_rate <= 1:
            raise SpecError("planner, response rate", f"{self.response_rate!r} is not above 0 and at most 1.",
                            "Give the share of the invited who will answer, such as 0.6.")
        if not (isfinite(self.design_effect) and self.design_effect >= 1):
            raise SpecError("planner, design effect", f"{self.design_effect!r} is below 1 or no number.",
                            "Give 1 for a simple random sample, more for weights or clusters.")


def precision_at(n: int, figure: Figure, frame: Frame | None = None, confidence: float = 0.95) -> PlannedPrecision:
    """Return how precise a figure will be.

    Parameters
    ----------
    n : int
        Answers.
    figure : Figure
    frame : Frame, optional
        Population and design effect; neither if not given.
    confidence : float, optional
        Of the interval, inside 0..1.

    Returns
    -------
    PlannedPrecision
        The interval with n / design effect independent answers. A mean, share or NPS of a known population N has its
        limits drawn together by ``sqrt((N - n) / (N - 1))``.

    Raises
    ------
    SpecError
        When n is too small for any interval or exceeds the population, or the confidence is out of bounds.

    References
    ----------
    Cochran (1977), chapters 2 and 4; Kish (1965) on design effects.
    """
    frame = frame or Frame()
    _check(n, figure, frame, confidence)
    low, high = _limits(n, figure, frame, confidence)
    warnings = ("no_finite_population",) if frame.population and not figure.has_finite_population else ()
    return PlannedPrecision(figure.kind, figure.value, (high - low) / 2, low, high, n, confidence, frame.population,
                            frame.design_effect, _method(figure, frame), warnings)


def size_for(half_width: float, figure: Figure, frame: Frame | None = None, confidence: float = 0.95) -> PlannedSize:
    """Return the smallest number of answers with which a figure is as precise as wished.

    Parameters
    ----------
    half_width : float
        Half the width of the interval, in the unit of the figure.
    figure : Figure
    frame : Frame, optional
        Population, response rate, design effect.
    confidence : float, optional

    Returns
    -------
    PlannedSize
        ``invitations = ceil(n / response rate)``. Warning "population_too_small" where more would have to be invited
        than there are people: the census then reaches fewer answers than needed.

    Raises
    ------
    SpecError
        When the wish is not above 0, no number of answers up to `MOST` fulfils it, or not even everybody's would.
    """
    frame = frame or Frame()
    if not (isfinite(half_width) and half_width > 0):
        raise SpecError("planner, precision", f"{half_width!r} is no half-width above 0.", "Give one, such as 0.15.")
    low, high = _fewest(figure, frame), frame.population or MOST
    _check(max(low, 1), figure, frame, confidence)
    if _half(high, figure, frame, confidence) > half_width + _TINY:
        raise SpecError("planner, precision", f"{half_width:g} is not reached with {high} answers.",
                        "Wish for less precision.")
    while low < high:
        middle = (low + high) // 2
        if _half(middle, figure, frame, confidence) <= half_width + _TINY:
            high = middle
        else:
            low = middle + 1
    invitations, warnings = invitations_for(low, frame)
    reached = precision_at(low, figure, frame, confidence)
    return PlannedSize(figure.kind, low, invitations, half_width, reached, frame.response_rate,
                       (*warnings, *reached.warnings))


def invitations_for(n: int, frame: Frame) -> tuple[int, tuple[str, ...]]:
    """Return how many people to invite for n answers.

    Parameters
    ----------
    n : int
        Answers wished.
    frame : Frame

    Returns
    -------
    tuple[int, tuple of str]
        ``ceil(n / response rate)``, at most the population, with the warning "population_too_small" where it is cut.
    """
    # A rate such as .29 is not exact in binary: 29 answers at .29 are 100 invitations, not 101.
    wanted = ceil(round(n / frame.response_rate, 9))
    if frame.population is not None and wanted > frame.population:
        return frame.population, ("population_too_small",)
    return wanted, ()


def answers_from(invited: int, frame: Frame) -> int:
    """Return how many answers to expect from so many invitations, rounded down.

    Parameters
    ----------
    invited : int
    frame : Frame

    Returns
    -------
    int
    """
    return floor(round(invited * frame.response_rate, 9))


def _fewest(figure: Figure, frame: Frame) -> int:
    return ceil(figure.fewest * frame.design_effect)


def _limits(n: int, figure: Figure, frame: Frame, confidence: float) -> tuple[float, float]:
    low, high = figure.limits(n / frame.design_effect, confidence)
    if frame.population is None or not figure.has_finite_population:
        return low, high
    factor = sqrt((frame.population - n) / (frame.population - 1)) if frame.population > 1 else 0.0
    centre = (low + high) / 2
    return centre - (centre - low) * factor, centre + (high - centre) * factor


def _half(n: int, figure: Figure, frame: Frame, confidence: float) -> float:
    low, high = _limits(n, figure, frame, confidence)
    return (high - low) / 2


def _method(figure: Figure, frame: Frame) -> str:
    parts = [figure.method]
    if frame.population is not None and figure.has_finite_population:
        parts.append(f"corrected for a population of {frame.population}")
    if frame.design_effect > 1:
        parts.append(f"design effect {frame.design_effect:g}")
    return ", ".join(parts)


def _check(n: int, figure: Figure, frame: Frame, confidence: float) -> None:
    if not 0 < confidence < 1:
        raise SpecError("planner, confidence", f"{confidence!r} is not between 0 and 1.", "Use 0.95.")
    if n < _fewest(figure, frame):
        raise SpecError("planner, n", f"{n} answers are too few for an interval of this figure.",
                        f"Plan with {_fewest(figure, frame)} or more.")
    if frame.population is not None and n > frame.population:
        raise SpecError("planner, n", f"{n} answers are more than the population of {frame.population}.",
                        "Correct one of the two.")
