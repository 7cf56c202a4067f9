"""Is an effect more than negligible? Tests against a smallest effect of interest instead of against nothing."""

from __future__ import annotations

import numpy as np
from scipy import stats

from analysis.quant.dominance import Numbers
from analysis.quant.groups.noncentral import noncentral_f_tail
from analysis.results.drivers import Regression

_TINY = 1e-12               # a spread over resamples below this says nothing


def two_sided_minimal_effect_p(beta: Numbers, error: Numbers, delta: float, df: int) -> Numbers:
    """Return p of the test that a weight is no more than delta on either side of 0.

    Parameters
    ----------
    beta, error : numpy.ndarray (k,)
        Weights and their standard errors.
    delta : float
        Smallest weight of interest, 0 and above; at 0 this is the usual two-sided test.
    df : int
        Degrees of freedom.

    Returns
    -------
    numpy.ndarray (k,)
        ``P(T > (|beta| - delta) / error) + P(T > (|beta| + delta) / error)``, at most 1; 1 without any spread.

    References
    ----------
    Murphy & Myors (1999), Testing the hypothesis that treatments have negligible effects: minimum-effect tests in the
    general linear model.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        near, far = ((np.abs(beta) - sign * delta) / error for sign in (1, -1))
    p = np.minimum(stats.t.sf(near, df) + stats.t.sf(far, df), 1.0)
    return np.where(error > _TINY, p, 1.0)


def minimal_r_squared_p(found: Regression, delta: float) -> float:
    """Return p of the test that all predictors together explain no more than delta squared.

    Parameters
    ----------
    found : Regression
        The regression.
    delta : float
        A correlation; its square is the smallest share of variance of interest.

    Returns
    -------
    float
        Upper tail of the noncentral F with noncentrality ``n delta² / (1 - delta²)``.

    References
    ----------
    Murphy & Myors (1999).
    """
    noncentrality = found.n * delta**2 / (1 - delta**2)
    return noncentral_f_tail(found.f, found.df1, found.df2, noncentrality)
