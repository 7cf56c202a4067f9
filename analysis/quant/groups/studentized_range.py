"""How far apart may the largest and smallest of k means lie by chance? Tukey's studentized range."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from analysis.quant.groups.noncentral import Numbers, sd_nodes

_REACH = 8.0                # normal values beyond this weigh below 1e-15
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_Z = _REACH * _NODES
_DENSITY = _REACH * _WEIGHTS * np.exp(-_Z * _Z / 2) / np.sqrt(2 * np.pi)
_BELOW = special.ndtr(_Z)
_START = 4.0                # somewhere among usual critical values


def studentized_range_tail(q: float, k: int, df: float) -> float:
    """Return how probable it is that the range of k means reaches q estimated SDs.

    Parameters
    ----------
    q : float
        Range over the estimated SD of a mean.
    k : int
        Means, 2 or more.
    df : float
        Degrees of freedom of the SD, 1 or more; need not be whole.

    Returns
    -------
    float
        Upper tail, 0..1, within about 1e-10.

    References
    ----------
    Copenhaver & Holland (1988), Multiple comparisons of simple effects in the two-way analysis of variance.
    """
    return _tail(q, k, *sd_nodes(df))


def studentized_range_quantile(share: float, k: int, df: float) -> float:
    """Return the range of k means, in estimated SDs, that is not reached in a given share of samples.

    Parameters
    ----------
    share : float
        Probability below the result, such as 0.95.
    k : int
        Means, 2 or more.
    df : float
        Degrees of freedom of the SD, 1 or more.

    Returns
    -------
    float
        Quantile.

    References
    ----------
    Copenhaver & Holland (1988).
    """
    sd, weight = sd_nodes(df)
    high = _START
    while _tail(high, k, sd, weight) > 1 - share:
        high *= 2
    return float(optimize.brentq(lambda q: _tail(q, k, sd, weight) - (1 - share), 0.0, high, xtol=1e-10))


def _tail(q: float, k: int, sd: Numbers, weight: Numbers) -> float:
    """Return the tail averaged over the SD; the smallest mean is integrated over."""
    beyond = special.ndtr(_Z[:, None] + q * sd[None, :]) - _BELOW[:, None]
    inside = k * (_DENSITY @ beyond ** (k - 1))
    return float(min(max(weight @ (1 - inside), 0.0), 1.0))
