"""Did improbably many responses come from one outlet within a quarter of an hour?

Known are only the numbers that came within each quarter-hour, not which quarter-hour it was: no instant is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from analysis.results.integrity import BurstFinding

Numbers = NDArray[np.float64]

MINIMUM_QUARTERS = 20       # active quarter-hours needed to know an outlet's own rate
LEVEL = 0.01                # nominal chance of one false burst or more (Bonferroni); measured 0.01 to 0.05, because
                            # the rate itself is estimated (docs/data-quality.md)
TRUSTED = 0.90              # counts up to this quantile fix the rate; of the rest only that they are larger counts
FEWEST_CENSORED_AT = 2
MOST_SIZE = 2_000           # where no larger number is improbable, nothing is said
SMALLEST_BURST = 3          # two at the same time are no burst
POISSON_BELOW = 1e-6        # dispersion that is none
SMALLEST_CHANCE = 1e-300    # for a logarithm
BOUNDS = ((-6.0, 7.0), (-14.0, 2.0))            # log of mean and dispersion


def find_bursts(pace: Mapping[str, Mapping[int, int]], *, level: float = LEVEL) -> tuple[BurstFinding, ...]:
    """Return for each outlet how many quarter-hours brought improbably many responses.

    Parameters
    ----------
    pace : mapping of outlet → mapping of size → quarter-hours
        How many quarter-hours brought exactly so many responses; those without any are not known.
    level : float, optional
        Chance, 0..1, of one false burst or more over all outlets.

    Returns
    -------
    tuple of BurstFinding
        By outlet. `threshold` is the smallest size that is expected at most ``level / outlets`` times among the
        outlet's active quarter-hours; `expected_bursts` that expectation. Status `too_few_people` below 20 active
        quarter-hours.

    Notes
    -----
    A negative binomial without zeros, fitted by maximum likelihood to the outlet's own counts; counts above their 90 %
    quantile enter as "more than that", so that a burst does not raise its own limit. The dispersion is at least 0 (then
    Poisson). An invitation mail or a staff meeting makes honest bursts; the model only says that they are unusual.

    References
    ----------
    Hilbe (2011), Negative Binomial Regression, chapter 11 (truncated and censored counts).
    """
    able = [outlet for outlet, sizes in pace.items() if sum(sizes.values()) >= MINIMUM_QUARTERS]
    return tuple(_finding(outlet, pace[outlet], level / max(len(able), 1)) for outlet in sorted(pace))


def _finding(outlet: str, sizes: Mapping[int, int], level: float) -> BurstFinding:
    known = sorted((size, n) for size, n in sizes.items() if size > 0 and n > 0)
    size = np.array([one for one, _ in known], dtype=float)
    times = np.array([n for _, n in known], dtype=float)
    total = int(times.sum())
    if total < MINIMUM_QUARTERS:
        return BurstFinding(outlet, "too_few_people", total, None, None, None, None, None)
    cut = max(FEWEST_CENSORED_AT, float(size[np.searchsorted(np.cumsum(times) / total, TRUSTED)]))
    mean, dispersion = _fitted(size, times, cut)
    trial = np.arange(SMALLEST_BURST, MOST_SIZE + 1)
    expected = total * _survival(trial, mean, dispersion)
    improbable = np.flatnonzero(expected <= level)
    usual = float(np.median(np.repeat(size, times.astype(int))))
    if not len(improbable):
        return BurstFinding(outlet, "too_alike", total, usual, None, None, int(size[-1]), None)
    threshold = int(trial[improbable[0]])
    return BurstFinding(outlet, "assessed", total, usual, threshold, int(times[size >= threshold].sum()),
                        int(size[-1]), float(expected[improbable[0]]))


def _survival(size: NDArray[np.int64], mean: float, dispersion: float) -> Numbers:
    """Return the chance of at least so many, given at least one."""
    return np.asarray(_above(size - 1, mean, dispersion) / _above(0, mean, dispersion))


def _above(size: ArrayLike, mean: float, dispersion: float) -> Any:
    """Return the chance of more than so many."""
    if dispersion < POISSON_BELOW:
        return special.pdtrc(size, mean)
    return special.betainc(np.asarray(size, dtype=float) + 1, 1 / dispersion, mean / (mean + 1 / dispersion))


def _log_chance(size: Numbers, mean: float, dispersion: float) -> Numbers:
    """Return the log of the chance of exactly so many."""
    if dispersion < POISSON_BELOW:
        return np.asarray(size * np.log(mean) - mean - special.gammaln(size + 1))
    shape = 1 / dispersion
    return np.asarray(special.gammaln(size + shape) - special.gammaln(shape) - special.gammaln(size + 1)
                      - shape * np.log1p(dispersion * mean) + size * np.log(mean / (mean + shape)))


def _fitted(size: Numbers, times: Numbers, cut: float) -> tuple[float, float]:
    """Return mean and dispersion of the zero-truncated counts, those above `cut` censored."""
    inside = size <= cut
    n_censored = times[~inside].sum()

    def loss(parameters: Numbers) -> float:
        mean, dispersion = np.exp(parameters)
        chance = (times[inside] * _log_chance(size[inside], mean, dispersion)).sum()
        censored = n_censored * np.log(max(float(_above(cut, mean, dispersion)), SMALLEST_CHANCE))
        value = chance + censored - times.sum() * np.log(max(float(_above(0, mean, dispersion)), SMALLEST_CHANCE))
        return float(-value)

    starts = [(np.log(0.5), np.log(0.2)), (np.log((size * times).sum() / times.sum()), np.log(0.5))]
    best = min((optimize.minimize(loss, start, method="Nelder-Mead", bounds=BOUNDS) for start in starts),
               key=lambda found: float(found.fun))
    return float(np.exp(best.x[0])), float(np.exp(best.x[1]))
