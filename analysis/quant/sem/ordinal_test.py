"""How sure are the parameters of a model of ordinal items, and does it fit? Robust errors, scaled and shifted tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import block_diag

from analysis.quant.correlations import Array
from analysis.quant.sem.covariance import inverse_information
from analysis.quant.sem.indices import chi_square
from analysis.quant.sem.model import free_names
from analysis.quant.sem.ordinal_model import OrdinalFit
from analysis.results.sem import ChiSquare

MINIMUM_DF = 1


@dataclass(frozen=True)
class Weighted:
    """All groups together: slopes (m, q), weights (m,) with the share of the group, N times covariance (m, m)."""

    slopes: Array
    weights: Array
    gamma: Array
    inverse: Array              # (q, q) of the information J' W J

    @property
    def vcov(self) -> Array:
        """Return N times the covariance matrix of the parameters."""
        bread = self.inverse @ (self.slopes * self.weights[:, None]).T
        return np.asarray(bread @ self.gamma @ bread.T)

    def residual(self) -> Array:
        """Return U Gamma (m, m), U = W - W J (J' W J)^-1 J' W."""
        weighted, pull = self.weights[:, None] * self.gamma, self.weights[:, None] * self.slopes
        return np.asarray(weighted - pull @ (self.inverse @ (self.slopes.T @ weighted)))


def weighted_of(model: OrdinalFit, *, place: str = "model") -> Weighted:
    """Return what errors and tests are made of.

    Parameters
    ----------
    model : OrdinalFit
        At its parameters.
    place : str
        Words for messages.

    Returns
    -------
    Weighted
        Weights n/N times one over the variances; covariances N/n times those of the group.

    Raises
    ------
    NotIdentified
        Naming parameters that cannot be told apart.
    """
    shares, groups = model.sample.shares, model.sample.groups
    slopes = np.concatenate([one.slopes for one in model.implied])
    weights = np.concatenate([share * group.weights for share, group in zip(shares, groups, strict=True)])
    inverse = inverse_information((slopes * weights[:, None]).T @ slopes, free_names(model.table), place)
    return Weighted(slopes, weights,
                    np.asarray(block_diag(*(group.moments.gamma / share
                                            for share, group in zip(shares, groups, strict=True)))), inverse)


def scaled_and_shifted(value: float, df: int, residual: Array, method: str) -> ChiSquare:
    """Return a chi-square adjusted so that its mean and variance are those of a chi-square.

    Parameters
    ----------
    value : float
        N F.
    df : int
        Degrees of freedom.
    residual : array (m, m)
        U Gamma.
    method : str
        Words for the result.

    Returns
    -------
    ChiSquare
        a value + b, a = sqrt(df / tr((U Gamma)²)), b = df - a tr(U Gamma); `scaling` = 1/a.

    References
    ----------
    Asparouhov & Muthen 2010, simple second order chi-square correction.
    """
    if df < MINIMUM_DF:
        return chi_square(0.0, df, method)
    first, second = float(np.trace(residual)), float((residual * residual.T).sum())
    a = float(np.sqrt(df / second))
    return chi_square(a * value + df - a * first, df, method, 1.0 / a)
