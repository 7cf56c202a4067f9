"""What is near to a matrix of correlations that no data could have?"""

from __future__ import annotations

import numpy as np

from analysis.quant.correlations import Array

SMALLEST_EIGENVALUE = 1e-10     # at or below it a matrix has no usable inverse
FIRM = 1e-6                     # smaller eigenvalues are raised to this, which leaves a usable inverse


def smoothed(R: Array, *, least: float = FIRM) -> Array:
    """Return a positive definite correlation matrix near to R.

    Parameters
    ----------
    R : array (k, k)
        Symmetric with ones on the diagonal.
    least : float
        What smaller eigenvalues are raised to before the diagonal is made one again.

    Returns
    -------
    array (k, k)
        R unchanged where all its eigenvalues exceed `least`.

    Notes
    -----
    Eigenvalues are raised to `least`, all are scaled to the sum k, and the rows and columns to ones on the diagonal.

    References
    ----------
    Revelle, psych::cor.smooth (which raises to 100 times the machine precision).
    """
    values, vectors = np.linalg.eigh(R)
    if values[0] > least:
        return R
    raised = np.maximum(values, least)
    raised *= len(R) / raised.sum()
    near = (vectors * raised) @ vectors.T
    spread = np.sqrt(near.diagonal())
    near = near / np.outer(spread, spread)
    np.fill_diagonal(near, 1.0)
    return np.asarray((near + near.T) / 2)
