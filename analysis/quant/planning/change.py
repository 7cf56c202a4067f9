"""The smallest change between two waves that a survey of this size would show."""

from __future__ import annotations

from math import isfinite, sqrt

from scipy import optimize, stats

from analysis.errors import SpecError
from analysis.quant.planning.precision import Frame
from analysis.results.planning import DetectableChange

FEWEST = 2                  # answers in each wave
_WIDEST = 1e6               # SDs; a change beyond is sought no further


def smallest_detectable_change(n_first: int, n_second: int, sd: float, *, power: float = 0.80,
                               confidence: float = 0.95, design_effect: float = 1.0) -> DetectableChange:
    """Return the smallest true difference of two waves' means that would be found with this power.

    Parameters
    ----------
    n_first, n_second : int
        Answers in each wave, 2 or more.
    sd : float
        Standard deviation between people, the same in both waves, in the unit of the change.
    power : float, optional
        Probability to find it, above 1 - confidence and below 1.
    confidence : float, optional
        Two-sided test at 1 - confidence.
    design_effect : float, optional
        Of weights or clusters, 1 or more; the answers count as so many times fewer.

    Returns
    -------
    DetectableChange
        Solution of ``P(|T| > t) = power`` with T noncentral t on n1 + n2 - 2 degrees of freedom and noncentrality
        ``change / (sd sqrt(1/n1 + 1/n2))``. The waves count as independent: anonymous waves of the same staff overlap
        but cannot be linked, so the true power is higher where a person answers alike in both. A change in the model's
        sense must also be at least 0.25 points (section 15), which is not part of this figure.

    Raises
    ------
    SpecError
        When an argument is out of bounds.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, chapter 2; as ``power.t.test`` of R for equal waves.
    """
    _check(n_first, n_second, sd, power, confidence, design_effect)
    first, second = n_first / design_effect, n_second / design_effect
    degrees, error = first + second - 2, sqrt(1 / first + 1 / second)
    border = float(stats.t.ppf((1 + confidence) / 2, degrees))

    def missing(change_in_sd: float) -> float:
        shift = change_in_sd / error
        # The far tail is below rounding error once the shift is large, where SciPy gives NaN for it.
        far = float(stats.nct.cdf(-border, degrees, shift))
        return float(stats.nct.sf(border, degrees, shift)) + (far if isfinite(far) else 0.0) - power

    top = error
    while missing(top) < 0 and top < _WIDEST:
        top *= 2
    change = float(optimize.brentq(missing, 0.0, top, xtol=1e-12))
    return DetectableChange(change * sd, change, sd, n_first, n_second, power, confidence, design_effect,
                            "two-sided t test of two independent waves, noncentral t", ("waves_unlinked",))


def _check(n_first: int, n_second: int, sd: float, power: float, confidence: float, design_effect: float) -> None:
    Frame(design_effect=design_effect)
    if min(n_first, n_second) / design_effect < FEWEST:
        raise SpecError("planner, waves", f"{min(n_first, n_second)} answers are too few for a wave.",
                        "Plan with 2 or more, times the design effect.")
    if not (isfinite(sd) and sd > 0):
        raise SpecError("planner, sd", f"{sd!r} is not above 0.", "Give the spread between people, such as 0.8.")
    if not 0 < 1 - confidence < power < 1:
        raise SpecError("planner, power", f"a power of {power!r} cannot be planned at confidence {confidence!r}.",
                        "Use 0.8 and 0.95.")
