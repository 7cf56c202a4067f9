"""Figures whose precision is planned: what is assumed of each, and half the width of its interval with n answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, isfinite, log, sqrt
from typing import Literal

from scipy import stats

from analysis.errors import SpecError
from analysis.quant.intervals import NPS_ADDED_CASES, NPS_ADDED_SHARE
from analysis.results.planning import FigureKind

FEWEST_ITEMS = 2            # of a scale whose reliability is planned
FEWEST_FOR_R = 4            # Fisher's z has variance 1 / (n - 3)
Limits = tuple[float, float]


@dataclass(frozen=True)
class Figure:
    """A figure to plan for: `limits(n, confidence)` is its interval with n independent answers."""

    kind: FigureKind
    value: float
    fewest: int
    method: str
    limits: Callable[[float, float], Limits]
    has_finite_population: bool = True      # whether a large share of a known population makes it more precise


def mean_figure(sd: float) -> Figure:
    """Return the mean of a scale.

    Parameters
    ----------
    sd : float
        Standard deviation assumed, in the unit of the mean.

    Returns
    -------
    Figure
        ``± t(n - 1) sd / sqrt(n)`` about 0.

    Raises
    ------
    SpecError
        When the SD is not above 0.
    """
    _check("sd", sd, low=0, high=float("inf"))

    def limits(n: float, confidence: float) -> Limits:
        half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * sd / sqrt(n)
        return -half, half

    return Figure("mean", 0.0, 2, f"t interval of a mean, SD {sd:g}", limits)


def share_figure(share: float = 0.5, method: Literal["wilson", "wald"] = "wilson") -> Figure:
    """Return a share of people.

    Parameters
    ----------
    share : float, optional
        Share assumed, 0..1; one half is the least precise.
    method : {"wilson", "wald"}, optional
        Wilson's score interval, which this program prints, or the normal one behind most printed tables.

    Returns
    -------
    Figure

    Raises
    ------
    SpecError
        When the share is not inside 0..1.

    References
    ----------
    Wilson (1927); Cochran (1977), Sampling Techniques, section 4.4.
    """
    _check("share", share)

    def wilson(n: float, confidence: float) -> Limits:
        z = _z(confidence)
        centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return centre - half, centre + half

    def wald(n: float, confidence: float) -> Limits:
        half = _z(confidence) * sqrt(share * (1 - share) / n)
        return share - half, share + half

    if method not in ("wilson", "wald"):
        raise SpecError("planner, method", f"{method!r} is no interval of a share.", "Use wilson or wald.")
    words = "Wilson score interval" if method == "wilson" else "normal interval of a share"
    return Figure("share", share, 1, f"{words}, share {share:g}", wilson if method == "wilson" else wald)


def nps_figure(promoters: float = 0.4, detractors: float = 0.4) -> Figure:
    """Return the net promoter score.

    Parameters
    ----------
    promoters, detractors : float, optional
        Shares assumed, 0..1; together at most 1. Two large equal shares are the least precise.

    Returns
    -------
    Figure
        Adjusted Wald interval in points: 3 cases more, a quarter of them promoters and a quarter detractors.

    Raises
    ------
    SpecError
        When a share is not inside 0..1 or both together exceed 1.

    References
    ----------
    Rocks (2016), Interval estimation for the net promoter score.
    """
    _check("promoters", promoters)
    _check("detractors", detractors)
    if promoters + detractors > 1:
        raise SpecError("planner, detractors", "promoters and detractors together exceed 1.", "Lower one of them.")

    def limits(n: float, confidence: float) -> Limits:
        cases = n + NPS_ADDED_CASES
        p = (promoters * n + NPS_ADDED_CASES * NPS_ADDED_SHARE) / cases
        d = (detractors * n + NPS_ADDED_CASES * NPS_ADDED_SHARE) / cases
        half = _z(confidence) * sqrt((p + d - (p - d) ** 2) / cases)
        return 100 * (p - d - half), 100 * (p - d + half)

    return Figure("nps", 100 * (promoters - detractors), 1,
                  f"adjusted Wald interval (Rocks 2016), {promoters:g} promoters, {detractors:g} detractors", limits)


def alpha_figure(alpha: float, k: int, method: Literal["feldt", "bonett"] = "feldt") -> Figure:
    """Return Cronbach's alpha of a scale.

    Parameters
    ----------
    alpha : float
        Assumed, inside 0..1.
    k : int
        Items, 2 or more.
    method : {"feldt", "bonett"}, optional
        Feldt's interval, which this program prints: ``1 - (1 - alpha) F`` with n - 1 and (n - 1)(k - 1) degrees of
        freedom; or Bonett's: ``ln(1 - alpha) ± z sqrt(2k / ((k - 1)(n - 2)))``.

    Returns
    -------
    Figure
        No finite population makes it narrower: it is about the instrument, not about a count of people.

    Raises
    ------
    SpecError
        When alpha or k lies outside its bounds.

    References
    ----------
    Feldt (1965); Bonett (2002), Sample size requirements for testing and estimating coefficient alpha.
    """
    _check("alpha", alpha)
    if k < FEWEST_ITEMS:
        raise SpecError("planner, items", f"{k} items are no scale.", "Give 2 or more.")

    def feldt(n: float, confidence: float) -> Limits:
        tail = (1 - confidence) / 2
        f = stats.f(n - 1, (n - 1) * (k - 1))
        return 1 - (1 - alpha) * float(f.ppf(1 - tail)), 1 - (1 - alpha) * float(f.ppf(tail))

    def bonett(n: float, confidence: float) -> Limits:
        half = _z(confidence) * sqrt(2 * k / ((k - 1) * (n - 2)))
        return 1 - exp(log(1 - alpha) + half), 1 - exp(log(1 - alpha) - half)

    if method not in ("feldt", "bonett"):
        raise SpecError("planner, method", f"{method!r} is no interval of alpha.", "Use feldt or bonett.")
    return Figure("alpha", alpha, 3, f"{method.capitalize()} interval, alpha {alpha:g}, {k} items",
                  feldt if method == "feldt" else bonett, has_finite_population=False)


def correlation_figure(r: float) -> Figure:
    """Return a correlation.

    Parameters
    ----------
    r : float
        Assumed, inside -1..1; 0 is the least precise.

    Returns
    -------
    Figure
        Interval by Fisher's z with variance 1 / (n - 3).

    Raises
    ------
    SpecError
        When r is not inside -1..1.

    References
    ----------
    Fisher (1921); Bonett & Wright (2000), Sample size requirements for estimating Pearson correlations.
    """
    _check("correlation", r, low=-1)

    def limits(n: float, confidence: float) -> Limits:
        z, half = 0.5 * log((1 + r) / (1 - r)), _z(confidence) / sqrt(n - 3)
        return _r(z - half), _r(z + half)

    return Figure("correlation", r, FEWEST_FOR_R, f"Fisher z interval, r {r:g}", limits, has_finite_population=False)


def _r(z: float) -> float:
    return (exp(2 * z) - 1) / (exp(2 * z) + 1)


def _z(confidence: float) -> float:
    return float(stats.norm.ppf((1 + confidence) / 2))


def _check(name: str, value: float, *, low: float = 0, high: float = 1) -> None:
    if not (isfinite(value) and low < value < high):
        raise SpecError(f"planner, {name}", f"{value!r} is not between {low:g} and {high:g}.",
                        "Give a value inside these bounds.")
