"""How small a change can two waves find? For the planner, and beside every change that was not found."""

from __future__ import annotations

import math

from scipy import optimize, stats

from analysis.errors import SpecError
from analysis.quant.groups.noncentral import sd_nodes, t_tail
from analysis.results.waves import DetectableChange

POWER = 0.80                # Cohen 1988
ALPHA = 0.05
PLACE = "smallest detectable change"


def smallest_detectable_change(sd: float, n_first: int, n_second: int, *, power: float = POWER, alpha: float = ALPHA,
                               n_tests: int = 1, linked: tuple[int, float] = (0, 0.0),
                               design_effect: float = 1.0) -> DetectableChange:
    """Return the smallest true change of a mean that two waves find with the stated power.

    Parameters
    ----------
    sd : float
        SD of the scores, in scale points, in both waves.
    n_first, n_second : int
        People of each wave, two or more.
    power : float
        Wished probability of finding the change, between alpha and 1.
    alpha : float
        Two-sided error; shared equally among `n_tests` (Bonferroni, a little stricter than what is used).
    n_tests : int
        Scales that are tested together.
    linked : tuple of int and float
        People linked in both waves, m, and the correlation r of their two scores. With all linked this is the paired
        test; (0, 0) for anonymous waves, where the overlap cannot be used.
    design_effect : float
        By which weights or clustering multiply the variance, 1 and above.

    Returns
    -------
    DetectableChange
        With ``SE = sd sqrt(design_effect (1/n1 + 1/n2 - 2 r m / (n1 n2)))`` the change at which a two-sided t test
        has that power, from the noncentral t distribution.

    Raises
    ------
    SpecError
        For sizes, shares or correlations that cannot be.

    References
    ----------
    Cohen (1988), Statistical power analysis for the behavioral sciences; Kish (1965), section 12.4, for overlapping
    samples.
    """
    n_both, r = linked
    _check(sd, (n_first, n_second, n_both), (alpha, power), r)
    if n_tests < 1 or not design_effect > 0:
        raise SpecError(PLACE, f"{n_tests} tests or a design effect of {design_effect} cannot be.",
                        "Give at least one test and a design effect above 0.")
    is_paired = n_both == n_first == n_second
    df = float(n_both - 1 if is_paired else n_first + n_second - 2)
    variance = 1 / n_first + 1 / n_second - 2 * r * n_both / (n_first * n_second)
    error = sd * math.sqrt(design_effect * variance)
    one = alpha / n_tests
    border, nodes = float(stats.t.isf(one / 2, df)), sd_nodes(df)

    def shortfall(noncentrality: float) -> float:
        return t_tail(border, noncentrality, nodes) + t_tail(border, -noncentrality, nodes) - power

    high = border + 10
    while shortfall(high) < 0:
        high *= 2
    effect = float(optimize.brentq(shortfall, 0.0, high, xtol=1e-12))
    method = "paired t test" if is_paired else "t test of two samples" + (", partly linked" if n_both else "")
    return DetectableChange(effect * error, error, df, power, one, method)


def reliable_change(sd: float, reliability: float, confidence: float = 0.95) -> float:
    """Return the smallest difference of one person's two scores that measurement error does not explain.

    Parameters
    ----------
    sd : float
        SD of the scores.
    reliability : float
        Of the scores, 0..1.
    confidence : float
        Coverage.

    Returns
    -------
    float
        ``z sqrt(2) sd sqrt(1 - reliability)``, in the unit of the scores.

    Raises
    ------
    SpecError
        For a negative SD or a reliability outside 0..1.

    References
    ----------
    Jacobson & Truax (1991), Clinical significance: a statistical approach to defining meaningful change.
    """
    if not (sd >= 0 and 0 <= reliability <= 1):
        raise SpecError("reliable change", f"an SD of {sd} or a reliability of {reliability} cannot be.", "Mend it.")
    return float(stats.norm.ppf((1 + confidence) / 2)) * math.sqrt(2 * (1 - reliability)) * sd


def _check(sd: float, sizes: tuple[int, int, int], shares: tuple[float, float], r: float) -> None:
    n_first, n_second, n_both = sizes
    alpha, power = shares
    if not (sd > 0 and math.isfinite(sd)):
        raise SpecError(PLACE, f"an SD of {sd} cannot be.", "Give one above 0.")
    if min(n_first, n_second) < 2 or not 0 <= n_both <= min(n_first, n_second):  # noqa: PLR2004 - a spread needs two
        raise SpecError(PLACE, f"{n_first}, {n_second} and {n_both} linked people cannot be.",
                        "Each wave needs two people; no more can be linked than the smaller wave has.")
    if not 0 < alpha < power < 1:
        raise SpecError(PLACE, f"a power of {power} at an error of {alpha} cannot be.", "Give 0 < error < power < 1.")
    if not -1 < r < 1:
        raise SpecError(PLACE, f"a correlation of {r} cannot be.", "Give one between -1 and 1.")
