"""Standardised weights freed of unreliability, with the error they are tested by (model 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.quant.dominance import correct_for_unreliability, disattenuate, standardised_beta
from analysis.quant.minimal_effect import excess_of

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class CorrectedWeights:
    """Weights between true scores, each (k, m); NaN in the column of an outcome that could not be corrected.

    value, lo, hi       weight and percentile limits over resamples
    error               standard error that the weight is tested with
    """

    value: Numbers
    lo: Numbers
    hi: Numbers
    error: Numbers

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Where there is a weight and something to test it by."""
        return np.asarray(np.isfinite(self.value) & np.isfinite(self.error))


def corrected_weights(R: Numbers, draws: Numbers, k: int, reliabilities: Numbers, tail: float,
                      errors: Numbers) -> CorrectedWeights:
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
    errors : numpy.ndarray, shape (k, m)
        Of `structural_weights`. Where an outcome's corrected matrix is not positive definite, so that it had to be
        smoothed, the formula does not hold and the width of the interval over resamples is taken.

    Returns
    -------
    CorrectedWeights

    References
    ----------
    Spearman (1904); Charles (2005), The correction for attenuation due to measurement error.
    """
    m = R.shape[0] - k
    value, lo, hi, error = (np.full((k, m), np.nan) for _ in range(4))
    for j in range(m):
        place = np.array([*range(k), k + j])
        known = reliabilities[place]
        if not (known > 0).all():
            continue
        true, is_smoothed = correct_for_unreliability(R[np.ix_(place, place)], known)
        value[:, j] = standardised_beta(true)
        spread = standardised_beta(disattenuate(draws[:, place[:, None], place[None, :]], known))
        lo[:, j], hi[:, j] = np.quantile(spread, [tail, 1 - tail], axis=0)
        error[:, j] = error_of(lo[:, j], hi[:, j], tail) if is_smoothed else errors[:, j]
    return CorrectedWeights(value, lo, hi, error)


def structural_weights(R: Numbers, k: int, reliabilities: Numbers, *, se: Numbers,
                       degrees: int) -> tuple[Numbers, Numbers]:
    """Return weights freed of unreliability and their standard errors.

    Parameters
    ----------
    R : numpy.ndarray, shape (k + m, k + m)
        Correlations, causes first.
    k : int
        Causes.
    reliabilities : numpy.ndarray, shape (k + m,)
        Taken as known; NaN or not above 0 where unknown.
    se : numpy.ndarray, shape (k, m)
        SD of the weights as measured over resamples.
    degrees : int
        n - k - G, n rows and G groups.

    Returns
    -------
    tuple of numpy.ndarray, shape (k, m)
        Weights, the causes' corrected correlations smoothed where need be, and their errors: the root of the diagonal
        of ``M^-1 (R s2 + c c') M^-1 / degrees``, M the covariances of the causes' true scores,
        s2 the variance of what is left of the outcome, c its covariance with the errors of the causes; then in SDs of
        true scores. Where `se` exceeds the classical error of the weight as measured, larger by that ratio. NaN where
        a reliability is unknown.

    Notes
    -----
    The spread of corrected weights over resamples is up to a quarter too wide where causes go together, for the
    correction strains each resample anew: with 250 answers and causes that correlate .65, errors of .18 are told where
    weights spread by .16. This formula tells them within 3 % from 120 answers on (docs/validation.md).

    References
    ----------
    Fuller (1987), Measurement Error Models, section 2.2.
    """
    m = R.shape[0] - k
    own, outcomes = reliabilities[:k], reliabilities[k:]
    if not (own > 0).all():
        return np.full((k, m), np.nan), np.full((k, m), np.nan)
    root = np.sqrt(own)
    inverse = np.linalg.inv(disattenuate(R[:k, :k], own) * np.outer(root, root))
    slopes = inverse @ R[:k, k:]
    left = 1.0 - 2.0 * (slopes * R[:k, k:]).sum(axis=0) + np.einsum("im,ij,jm->m", slopes, R[:k, :k], slopes)
    strained = inverse @ (slopes * -(1.0 - own)[:, None])
    variance = np.outer(np.diag(inverse @ R[:k, :k] @ inverse), np.maximum(left, 0.0)) + strained**2
    scale = root[:, None] / np.sqrt(np.where(outcomes > 0, outcomes, np.nan))
    return np.asarray(slopes * scale), np.sqrt(variance / degrees) * scale * excess_of(R, k, se, degrees)


def weights_as_found(found: Mapping[tuple[str, str], tuple[float | None, ...]],
                     causes: Sequence[str], problems: Sequence[str], tail: float) -> CorrectedWeights:
    """Return weights that were corrected elsewhere.

    Parameters
    ----------
    found : Mapping[(cause, problem), tuple]
        Weight, both limits and standard error; None where unknown, as for pairs that are missing. The error may be
        left out; the width of the interval tells it then.
    causes, problems : sequence of str
        k and m names.
    tail : float
        Share of resamples beyond each limit.

    Returns
    -------
    CorrectedWeights
    """
    def figures(place: int) -> Numbers:
        return np.array([[dict(enumerate(found.get((cause, problem), ()))).get(place) for problem in problems]
                         for cause in causes], dtype=float)
    value, lo, hi, error = map(figures, range(4))
    return CorrectedWeights(value, lo, hi, np.where(np.isnan(error), error_of(lo, hi, tail), error))


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
