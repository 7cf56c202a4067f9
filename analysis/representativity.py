"""How alike those who took part and those who did not are, by what a roster says of both.

Standard library only: figures of a closed wave are computed where the web application closes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST_EXPECTED = 5.0     # Cochran (1954), Biometrics 10, 417: below it the chi-square distribution is a poor guide
_ACCURACY = 1e-15


@dataclass(frozen=True)
class Representativity:
    """How much the share of those who took part differs between groups."""

    n: int
    n_groups: int
    r_indicator: float              # 0–1; 1 = every group took part alike
    r_adjusted: float               # the same without what chance alone adds to the differences
    chi2: float
    df: int
    p_value: float | None           # None where a group is too small for the test
    cramers_v: float                # 0–1


def representativity(groups: Mapping[str, tuple[int, int]]) -> Representativity | None:
    """Return R-indicator and chi-square test of taking part by group.

    Parameters
    ----------
    groups : Mapping[str, tuple[int, int]]
        Group → those of it who took part, those who did not; everybody asked is in one group.

    Returns
    -------
    Representativity or None
        With the share `p_g` of each group of `n_g` people and the share `p` of all `n`:
        `S² = Σ n_g (p_g - p)² / (n - 1)`, `R = 1 - 2 S` (Schouten et al., everybody of a population asked, groups as
        the only predictor). Chance alone makes shares differ, the more so the smaller the groups; as Shlomo et al.
        propose, its expected part is taken off: `S² - Σ (1 - n_g / n) p_g (1 - p_g) n_g / (n_g - 1) / (n - 1)`, not
        below 0, which for groups is free of bias.
        Pearson's chi-square without continuity correction, `V = sqrt(chi² / n)` (of two rows); no p-value where an
        expected count is below 5. None with fewer than two groups, or where nobody or everybody took part.

    References
    ----------
    Schouten, Cobben and Bethlehem (2009), Survey Methodology 35(1), 101–113. Shlomo, Skinner and Schouten (2012), J.
    Statistical Planning and Inference 142, 201–211.
    """
    sizes = {group: done + left for group, (done, left) in groups.items() if done + left}
    n, n_done = sum(sizes.values()), sum(done for done, _ in groups.values())
    if len(sizes) < 2 or not 0 < n_done < n:  # noqa: PLR2004  # one group cannot differ from another
        return None
    share = n_done / n
    shares = {group: groups[group][0] / size for group, size in sizes.items()}
    spread = sum(size * (shares[group] - share) ** 2 for group, size in sizes.items())
    variance = spread / (n - 1)
    by_chance = sum((1 - size / n) * shares[group] * (1 - shares[group]) * size / (size - 1)
                    for group, size in sizes.items() if size > 1) / (n - 1)
    chi2 = spread / (share * (1 - share))
    smallest = min(sizes.values()) * min(share, 1 - share)
    df = len(sizes) - 1
    return Representativity(
        n, len(sizes), _indicator(variance), _indicator(max(0.0, variance - by_chance)), chi2, df,
        chi2_tail(chi2, df) if smallest >= SMALLEST_EXPECTED else None, math.sqrt(chi2 / n))


def _indicator(variance: float) -> float:
    return max(0.0, 1 - 2 * math.sqrt(variance))


def chi2_tail(chi2: float, df: int) -> float:
    """Return how often chance alone gives a chi-square of at least this size.

    Parameters
    ----------
    chi2 : float
        Value of the statistic, not negative.
    df : int
        Degrees of freedom, at least 1.

    Returns
    -------
    float
        Upper tail 0–1 of the chi-square distribution: the regularised incomplete gamma function Q(df/2, chi²/2), by
        its recurrence from Q(1/2) = erfc(sqrt(x)) or Q(1) = exp(-x).

    References
    ----------
    Abramowitz and Stegun (1964), 26.4.4 and 26.4.5.
    """
    x = chi2 / 2
    tail = math.exp(-x) if df % 2 == 0 else math.erfc(math.sqrt(x))
    if x <= 0:
        return 1.0
    a = 1.0 if df % 2 == 0 else 0.5
    while a < df / 2 - _ACCURACY:
        tail += math.exp(a * math.log(x) - x - math.lgamma(a + 1))
        a += 1
    return min(1.0, tail)
