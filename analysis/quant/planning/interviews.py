"""How many interviews it takes until a theme has been heard, once or often enough, from one side or from both."""

from __future__ import annotations

from collections.abc import Callable

from scipy import stats

from analysis.errors import SpecError
from analysis.results.planning import InterviewNumber

MOST = 100_000              # interviews; a wish that takes more is refused


def chance_to_hear(n: int, share: float, times: int = 1, population: int | None = None) -> float:
    """Return the probability that a theme is heard from enough interviewees.

    Parameters
    ----------
    n : int
        Interviews, drawn at random.
    share : float
        Share of the people who would tell it, inside 0..1.
    times : int, optional
        Interviewees who must tell it.
    population : int, optional
        People there are; the draw is then without replacement, with ``round(share * population)`` who would tell it.

    Returns
    -------
    float
        ``P(X >= times)``, X binomial, hypergeometric for a population.

    References
    ----------
    Fugard & Potts (2015), Supporting thinking on sample sizes for thematic analyses.
    """
    _check(share, times)
    if population is None:
        return float(stats.binom.sf(times - 1, n, share))
    return float(stats.hypergeom.sf(times - 1, population, round(share * population), min(n, population)))


def interviews_for_theme(share: float, *, times: int = 1, probability: float = 0.80,
                         population: int | None = None) -> InterviewNumber:
    """Return the smallest number of interviews that let a theme be heard often enough.

    Parameters
    ----------
    share : float
        Share of the people who would tell it; the rarest theme that must not be missed.
    times : int, optional
        Interviewees who must tell it; the model's evidence asks for 3.
    probability : float, optional
        Wished, inside 0..1.
    population : int, optional

    Returns
    -------
    InterviewNumber

    Raises
    ------
    SpecError
        When an argument is out of bounds, or no number of interviews is enough.

    References
    ----------
    Fugard & Potts (2015).
    """
    _check(share, times)
    n, reached = _smallest(lambda n: chance_to_hear(n, share, times, population), probability, population)
    return InterviewNumber(n, reached, probability, "theme_heard", share, None, times,
                           f"told by {share:.0%} of people, heard from {times} or more interviewees")


def interviews_for_both_sides(share_for: float, share_against: float, *, times: int = 1,
                              probability: float = 0.80) -> InterviewNumber:
    """Return the smallest number of interviews in which both sides of a matter are heard.

    Parameters
    ----------
    share_for, share_against : float
        Shares of the people who would confirm and who would contradict; nobody does both, together at most 1.
    times : int, optional
        Interviewees from whom each side must be heard.
    probability : float, optional
        Wished, inside 0..1.

    Returns
    -------
    InterviewNumber
        Smallest n with ``P(X >= times and Y >= times)`` of the multinomial at least `probability`.

    Raises
    ------
    SpecError
        When an argument is out of bounds.
    """
    _check(share_for, times)
    _check(share_against, times)
    if share_for + share_against > 1:
        raise SpecError("planner, sides", "both sides together exceed everybody.", "Lower one of the shares.")
    n, reached = _smallest(lambda n: _both(n, share_for, share_against, times), probability, None)
    return InterviewNumber(n, reached, probability, "both_sides_heard", share_for, share_against, times,
                           f"confirmed by {share_for:.0%}, contradicted by {share_against:.0%}, each heard from "
                           f"{times} or more")


def _both(n: int, share_for: float, share_against: float, times: int) -> float:
    """Return P(X >= times, Y >= times): over the number who confirm, the rest contradict by chance."""
    total = 0.0
    for k in range(times, n - times + 1):
        rest = min(share_against / (1 - share_for), 1.0)
        total += float(stats.binom.pmf(k, n, share_for) * stats.binom.sf(times - 1, n - k, rest))
    return total


def _smallest(chance: Callable[[int], float], probability: float, population: int | None) -> tuple[int, float]:
    if not 0 < probability < 1:
        raise SpecError("planner, probability", f"{probability!r} is not between 0 and 1.", "Use 0.8.")
    low, high, most = 1, 1, population or MOST
    while chance(high) < probability:
        if high >= most:
            raise SpecError("planner, interviews", f"not even {most} interviews are enough.",
                            "Wish for a less rare theme or less certainty.")
        low, high = high + 1, min(high * 2, most)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(middle) >= probability else (middle + 1, high)
    return low, chance(low)


def _check(share: float, times: int) -> None:
    if not 0 < share < 1:
        raise SpecError("planner, theme", f"{share!r} is not between 0 and 1.",
                        "Give the share of people who would tell it.")
    if times < 1:
        raise SpecError("planner, times", f"{times} interviewees is no number to wait for.", "Give 1 or more.")
