"""Which rows a second person judges, and how far the two agree; standard library only, for the web shows it.

The values equal those of `analysis.qual.kappa` and `analysis.qual.alpha`, which a test holds them to.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from analysis.results.joint import RaterAgreement
from analysis.results.measurement import Estimate

Pair = tuple[str, str]
Statistic = Callable[[Sequence[Pair]], float | None]

N_RESAMPLES = 2000
FEWEST_RESAMPLED = 5        # resamples of fewer rows are so alike that an interval would look exact
Z_95 = 1.959963984540054    # two-sided 95 % of the normal distribution
TAIL = 0.025
_TINY = 1e-12
_ROUNDING = 1e-9            # a share of a number of rows may come out a rounding error above a whole number


def drawn_rows(keys: Iterable[str], seed: int, share: float) -> frozenset[str]:
    """Return the rows that a second person judges.

    Parameters
    ----------
    keys : iterable of str
        Rows of the display.
    seed : int
        Stored with the study's wave.
    share : float
        0..1; at least so many are drawn, and at least one of one or more.

    Returns
    -------
    frozenset[str]
        Those whose SHA-256 of seed and key is smallest: a row that is added later changes the others' order in nothing.
    """
    ordered = in_drawn_order(keys, seed)
    return frozenset(ordered[:math.ceil(share * len(ordered) - _ROUNDING)])


def in_drawn_order(keys: Iterable[str], seed: int) -> list[str]:
    """Return rows in the order in which a seed draws them.

    Parameters
    ----------
    keys : iterable of str
    seed : int

    Returns
    -------
    list[str]
        By the SHA-256 of seed and key.
    """
    return sorted(set(keys), key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).hexdigest())


def rater_agreement(pairs: Sequence[Pair], *, n_rows: int, n_drawn: int, seed: int,
                    n_resamples: int = N_RESAMPLES) -> RaterAgreement:
    """Return how far two raters agree on the rows that both have judged.

    Parameters
    ----------
    pairs : sequence of tuple[str, str]
        Verdict of the first and of the second rater, a row each.
    n_rows, n_drawn : int
        Rows of the display, and of those drawn.
    seed : int
        Of the resamples.
    n_resamples : int, optional

    Returns
    -------
    RaterAgreement
        Share agreed with Wilson's interval; Cohen's kappa and Krippendorff's alpha (nominal) with percentile intervals
        of a bootstrap over rows, from five rows on. Kappa and alpha are None without variation; resamples without
        variation are left out, and where they are more than half there is no interval.

    References
    ----------
    Cohen (1960); Krippendorff (2011); Wilson (1927).
    """
    n = len(pairs)
    return RaterAgreement(n_rows, n_drawn, n, _wilson(sum(a == b for a, b in pairs), n),
                          _resampled(pairs, kappa_of, "Cohen's kappa, bootstrap over rows", seed, n_resamples),
                          _resampled(pairs, alpha_of, "Krippendorff's alpha, nominal, bootstrap over rows", seed,
                                     n_resamples), seed)


def kappa_of(pairs: Sequence[Pair]) -> float | None:
    """Return Cohen's kappa.

    Parameters
    ----------
    pairs : sequence of tuple[str, str]

    Returns
    -------
    float or None
        ``(P_o - P_e) / (1 - P_e)``; None without a pair, or where both gave one and the same verdict throughout.
    """
    n = len(pairs)
    if not n:
        return None
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[value] * second[value] for value in first) / n**2
    observed = sum(a == b for a, b in pairs) / n
    return None if 1 - expected < _TINY else (observed - expected) / (1 - expected)


def alpha_of(pairs: Sequence[Pair]) -> float | None:
    """Return Krippendorff's alpha for nominal verdicts of two raters without gaps.

    Parameters
    ----------
    pairs : sequence of tuple[str, str]

    Returns
    -------
    float or None
        ``1 - (N - 1) * 2d / (N² - Σ n_c²)`` with d rows in which they differ, N = 2n verdicts, n_c of value c; None
        without variation.
    """
    counts = Counter(value for pair in pairs for value in pair)
    total = counts.total()
    room = total**2 - sum(n**2 for n in counts.values())
    differing = sum(a != b for a, b in pairs)
    return None if room == 0 else 1 - (total - 1) * 2 * differing / room


def _wilson(k: int, n: int) -> Estimate:
    method = "share of rows, Wilson interval"
    if n == 0:
        return Estimate(None, None, None, 0, method)
    share = k / n
    centre = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 * math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n**2)) / (1 + Z_95**2 / n)
    return Estimate(share, max(centre - half, 0.0), min(centre + half, 1.0), n, method)


def _resampled(pairs: Sequence[Pair], statistic: Statistic, method: str, seed: int, n_resamples: int) -> Estimate:
    value = statistic(pairs)
    if value is None or len(pairs) < FEWEST_RESAMPLED:
        return Estimate(value, None, None, len(pairs), method)
    dice = random.Random(seed)  # noqa: S311 - a stored seed is wanted, not a secret
    found = sorted(one for one in (statistic(dice.choices(pairs, k=len(pairs))) for _ in range(n_resamples))
                   if one is not None)
    if len(found) * 2 < n_resamples:
        return Estimate(value, None, None, len(pairs), method)
    return Estimate(value, _percentile(found, TAIL), _percentile(found, 1 - TAIL), len(pairs), method)


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Return the percentile with linear interpolation, as numpy's default."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
