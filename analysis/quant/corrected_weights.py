"""Standardised weights freed of unreliability, with the error they are tested by (model 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.quant.dominance import disattenuate, standardised_beta

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class CorrectedWeights:
    """Weights between true scores, each (k, m); NaN in the column of an outcome that could not be corrected.

    value, lo, hi       weight and percentile limits over resamples
    error               half the width of that interval over the normal quantile: the few resamples whose matrix is
                        nearly not positive definite have very large weights, which would make a standard deviation
    """

    value: Numbers
    lo: Numbers
    hi: Numbers
    error: Numbers

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Where there is a weight and something to test it by."""
        return np.asarray(np.isfinite(self.value) & np.isfinite(self.error))


def corrected_weights(R: Numbers, draws: Numbers, k: int, reliabilities: Numbers, tail: float) -> CorrectedWeights:
    """Return the weights after each outcome's correlations were corrected for unreliability.

    Parameters
    ----------
    R : numpy.ndarray, shape (k + m, k + m)
        Correlations, causes first.
    draws : numpy.ndarray, shape (b, k + m, k + m)
        Correlations of resamples of respondents.
    k : int
        Causes.
    reliabilities : numpy.ndarray, shape (k + m,)
        Taken as known; NaN or not above 0 where unknown. An outcome is corrected when its own and all causes'
        are.
    tail : float
        Share of resamples beyond each limit, such as .025.

    Returns
    -------
    CorrectedWeights

    References
    ----------
    Spearman (1904); Charles (2005), The correction for attenuation due to measurement error.
    """
    m = R.shape[0] - k
    value, lo, hi = (np.full((k, m), np.nan) for _ in range(3))
    for j in range(m):
        place = np.array([*range(k), k + j])
        known = reliabilities[place]
        if not (known > 0).all():
            continue
        value[:, j] = standardised_beta(disattenuate(R[np.ix_(place, place)], known))
        spread = standardised_beta(disattenuate(draws[:, place[:, None], place[None, :]], known))
        lo[:, j], hi[:, j] = np.quantile(spread, [tail, 1 - tail], axis=0)
    return CorrectedWeights(value, lo, hi, error_of(lo, hi, tail))


def weights_as_found(found: Mapping[tuple[str, str], tuple[float | None, float | None, float | None]],
                     causes: Sequence[str], problems: Sequence[str], tail: float) -> CorrectedWeights:
    """Return weights that were corrected elsewhere.

    Parameters
    ----------
    found : Mapping[(cause, problem), tuple]
        Weight and both limits; None where unknown, as for pairs that are missing.
    causes, problems : sequence of str
        k and m names.
    tail : float
        Share of resamples beyond each limit.

    Returns
    -------
    CorrectedWeights
    """
    nothing = (None, None, None)
    value, lo, hi = (np.array([[found.get((cause, problem), nothing)[place] for problem in problems]
                               for cause in causes], dtype=float) for place in range(3))
    return CorrectedWeights(value, lo, hi, error_of(lo, hi, tail))


def error_of(lo: Numbers, hi: Numbers, tail: float) -> Numbers:
    """Return the standard error behind a percentile interval of this tail.

    Parameters
    ----------
    lo, hi : numpy.ndarray
        Of one shape.
    tail : float
        Share beyond each limit, below .5.

    Returns
    -------
    numpy.ndarray
        ``(hi - lo) / (2 z)`` with z the normal quantile of ``1 - tail``.
    """
    return np.asarray((hi - lo) / (2 * stats.norm.ppf(1 - tail)))


def corrected_like(R: Numbers, beta_draws: Numbers, k: int, reliabilities: Numbers) -> tuple[Numbers, Numbers]:
    """Return corrected weights and their standard errors without correcting each resample.

    Parameters
    ----------
    R : numpy.ndarray, shape (k + m, k + m)
        Correlations, causes first.
    beta_draws : numpy.ndarray, shape (b, k, m)
        Weights as they were measured, of resamples.
    k : int
        Causes.
    reliabilities : numpy.ndarray, shape (k + m,)
        All above 0.

    Returns
    -------
    tuple of numpy.ndarray, shape (k, m)
        Weights, and the SD over resamples of the same change of weights. What is left out, how far the causes'
        correlations move from one resample to the next, changes the error by a few per cent; it saves an eigenvalue
        problem for each resample and outcome where many surveys are simulated.
    """
    causes = disattenuate(R[:k, :k], reliabilities[:k])
    scale = np.sqrt(reliabilities[:k])
    # Weights as measured → covariances with the outcome → corrected ones → weights between true scores.
    change = np.linalg.solve(causes, R[:k, :k] / scale[:, None])
    outcome = np.sqrt(reliabilities[k:])
    value = np.linalg.solve(causes, R[:k, k:] / scale[:, None]) / outcome
    return np.asarray(value), np.asarray((change @ beta_draws).std(axis=0, ddof=1) / outcome)
