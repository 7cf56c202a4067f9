"""How is an index spread over people, told so that no single person's value can be read off?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from analysis.privacy import MINIMUM_GROUP
from analysis.results.quality import IndexDistribution, Rule

QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
MOST_BINS = 20          # between the outer quantiles
SMALLEST_WIDTH = 1e-8       # edges are rounded to ten places; what differs by less is the same
MOST_TIMES_INNER = 50
ROUND_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def index_distribution(index: str, values: ArrayLike, *, minimum_group: int = MINIMUM_GROUP, rule: Rule | None = None,
                       limit: float | None = None, decides: bool = False) -> IndexDistribution:
    """Return the distribution of an index.

    Parameters
    ----------
    index : str
    values : array_like, shape (n,)
        One value a respondent, missing = NaN.
    minimum_group : int, optional
        Respondents that each bin holds at least, and that must lie on both sides of the limit for their number to be
        told; a quantile is told where as many lie beyond it. 1 for a file whose rows the reader has.
    rule : {"at_least", "below", "above"}, optional
    limit : float, optional
    decides : bool, optional
        Whether the limit is that of a flag.

    Returns
    -------
    IndexDistribution
        Bins have round borders and equal width, about twenty between the outer quantiles, joined until each holds
        enough; quantiles by linear interpolation.
        Fewer respondents than `minimum_group`: no figure at all.
    """
    x = np.asarray(values, dtype=float)
    x = np.sort(x[np.isfinite(x)])
    if len(x) < minimum_group or not len(x):
        return IndexDistribution(index, len(x), None, None, (), (), rule, limit, None, decides)
    # A quantile between the last few people is the value of one of them.
    outer = min((minimum_group - 1) / len(x), 0.5) if minimum_group > 1 else 0.0
    places = np.clip(QUANTILES, outer, 1 - outer)
    return IndexDistribution(
        index, len(x), float(x.mean()), float(x.std(ddof=1)) if len(x) > 1 else None,
        tuple(float(value) for value in np.quantile(x, places)), _bins(x, minimum_group), rule, limit,
        _beyond(x, rule, limit, minimum_group), decides)


def _beyond(x: np.ndarray, rule: Rule | None, limit: float | None, minimum_group: int) -> int | None:
    if rule is None or limit is None or not math.isfinite(limit):
        return None
    n = int({"at_least": x >= limit, "below": x < limit, "above": x > limit}[rule].sum())
    is_told = all(part == 0 or part >= minimum_group for part in (n, len(x) - n))
    return n if is_told else None


def _bins(x: np.ndarray, minimum_group: int) -> tuple[tuple[float, float, int], ...]:
    inner_low, inner_high = np.quantile(x, (QUANTILES[0], QUANTILES[-1]))
    width = float(inner_high - inner_low) or float(x[-1] - x[0])
    # Seldom a few lie so far out that equal bins up to them would be too many.
    width = max(width, float(x[-1] - x[0]) / MOST_TIMES_INNER)
    step = _step(width, is_whole=bool((x == np.floor(x)).all()) and x[-1] - x[0] > 1)
    low = math.floor(x[0] / step) * step
    n = int((x[-1] - low) / step + 1e-9) + 1
    edges = np.round(low + step * np.arange(n + 1), 10)
    counts, _ = np.histogram(x, edges)
    joined: list[tuple[float, float, int]] = []
    start, held = float(edges[0]), 0
    for place, count in enumerate(counts.tolist()):
        held += count
        if held >= minimum_group or (minimum_group == 1 and held == 0):
            joined.append((start, float(edges[place + 1]), held))
            start, held = float(edges[place + 1]), 0
    if held or not joined:
        first, _, before = joined.pop() if joined else (start, 0.0, 0)
        joined.append((first, float(edges[-1]), before + held))
    return tuple(joined)


def _step(width: float, *, is_whole: bool) -> float:
    """Return a round width that makes at most `MOST_BINS` bins; whole numbers keep a bin each as long as they may."""
    if width <= SMALLEST_WIDTH:
        return 1.0 if is_whole else 0.1
    size = 10.0 ** math.floor(math.log10(width / MOST_BINS))
    step = next(size * factor for factor in ROUND_STEPS if width / (size * factor) <= MOST_BINS)
    return max(1.0, math.ceil(step)) if is_whole else step
