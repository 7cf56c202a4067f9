"""Is an outlet's share of some kind of response implausible, given those of all other outlets? Funnel limits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analysis.results.integrity import ShareFinding, ShareKind

Numbers = NDArray[np.float64]

LEVEL = 0.05                # chance of one false outlet or more, over outlets and kinds (Holm)
LEAST_CORRELATION = 0.05    # of responses of one outlet; ICC(1) of .05 to .20 is usual in organisations (Bliese 2000)
WINSORISED = 0.10           # of the z values at either end (Spiegelhalter 2005)
FEWEST_OUTLETS = 3
PRIOR = 0.5                 # added cases, so that a share of 0 elsewhere does not make one case impossible
DEFINED_BEST = 0.80         # share of a response's ratings at the best point that makes it one of the best


def implausible_shares(outlets: ArrayLike, kinds: Mapping[ShareKind, ArrayLike], *, minimum: int,
                       level: float = LEVEL) -> tuple[tuple[ShareFinding, ...], int, int]:
    """Return the outlets whose share of a kind of response is improbably large.

    Parameters
    ----------
    outlets : array_like of str, shape (n,)
        Outlet of each response, "" = none.
    kinds : mapping of kind → array_like of bool, shape (n,)
        Which responses are of the kind.
    minimum : int
        Responses an outlet needs; smaller ones are passed over, and never named.
    level : float, optional
        Chance, 0..1, of one false outlet or more.

    Returns
    -------
    findings : tuple of ShareFinding
        Outlets beyond the limit, smallest p first.
    n_outlets, n_tested : int
        Outlets large enough; tests made (0 with fewer than three outlets).

    Notes
    -----
    p is the upper tail of a beta-binomial with the share of all other outlets (half a case added to either side) and
    the within-outlet correlation estimated from the others: ``phi = mean(winsorised z**2)``,
    ``rho = (phi - 1) / (mean n - 1)``, never below 0.05. Holm over all outlets and kinds. `limit` is the largest share
    that keeps ``p > level / tests``.

    References
    ----------
    Spiegelhalter (2005), Funnel plots for comparing institutional performance; Bliese (2000), Within-group agreement,
    non-independence, and reliability; Holm (1979).
    """
    places = np.asarray(outlets, dtype=object)
    names = sorted(name for name in set(places.tolist()) if name and (places == name).sum() >= minimum)
    if len(names) < FEWEST_OUTLETS:
        return (), len(names), 0
    size = np.array([(places == name).sum() for name in names], dtype=float)
    tests = []
    for kind, members in kinds.items():
        is_kind = np.asarray(members, dtype=bool)
        hits = np.array([is_kind[places == name].sum() for name in names], dtype=float)
        tests += [(kind, place, *_compared(hits, size, place)) for place in range(len(names))]
    adjusted = holm([test[-1] for test in tests])
    found = [ShareFinding(kind, names[place], int(size[place]), hits / size[place], expected,
                          _limit(int(size[place]), expected, rho, level / len(tests)), p, float(q))
             for (kind, place, hits, expected, rho, p), q in zip(tests, adjusted, strict=True) if q < level]
    return tuple(sorted(found, key=lambda finding: finding.p_value)), len(names), len(tests)


def holm(p: ArrayLike) -> Numbers:
    """Return p values adjusted for the number of tests, step down.

    Parameters
    ----------
    p : array_like, shape (m,)
        p values, all known.

    Returns
    -------
    numpy.ndarray, shape (m,)
        Adjusted values, 0..1: the chance of one false rejection or more is at most the level they are compared with.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    values = np.asarray(p, dtype=float)
    order = np.argsort(values, kind="stable")
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1)), 1.0)
    return adjusted


def _compared(hits: Numbers, size: Numbers, place: int) -> tuple[float, float, float, float]:
    """Return cases, the share elsewhere, the correlation within outlets elsewhere, and p of so many cases."""
    others = np.arange(len(size)) != place
    share = (hits[others].sum() + PRIOR) / (size[others].sum() + 2 * PRIOR)
    z = (hits[others] / size[others] - share) / np.sqrt(share * (1 - share) / size[others])
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    phi = float((np.clip(z, low, high) ** 2).mean())
    rho = float(np.clip((phi - 1) / max(size[others].mean() - 1, 1.0), LEAST_CORRELATION, 0.9))
    return float(hits[place]), float(share), rho, _tail(int(hits[place]), int(size[place]), float(share), rho)


def _tail(hits: int, size: int, share: float, rho: float) -> float:
    weight = 1 / rho - 1
    return float(stats.betabinom.sf(hits - 1, size, share * weight, (1 - share) * weight))


def _limit(size: int, share: float, rho: float, level: float) -> float:
    plausible = [hits for hits in range(size + 1) if _tail(hits, size, share, rho) > level]
    return max(plausible, default=0) / size
