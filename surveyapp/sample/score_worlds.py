"""Scores drawn from a study's own reliabilities and cause correlations, with and without a link of a given size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
LEAST_EIGENVALUE = 0.05     # true correlations that do not fit together are moved until they do, as in model 7


def draw_scores(correlations: Numbers, reliabilities: tuple[Numbers, Numbers], size: float, linked: Sequence[int],
                n: int, seed: Sequence[int]) -> Numbers:
    """Return scores n × (k + 2m) of SD 1: causes, each problem without a link, each with one from the cause `linked`.

    `correlations` (k × k) are those of observed cause scores; `reliabilities` of causes (k) and of problems (m). The
    link is a weight between true scores; errors and the rest of a problem are the same with and without it.
    """
    of_causes, of_problems = (np.asarray(part, dtype=float) for part in reliabilities)
    rng = np.random.default_rng(list(seed))
    k, m = len(of_causes), len(of_problems)
    true_causes = rng.standard_normal((n, k)) @ np.linalg.cholesky(true_correlations(correlations, of_causes)).T
    rest, errors = rng.standard_normal((n, m)), rng.standard_normal((n, k + m))
    causes = np.sqrt(of_causes) * true_causes + np.sqrt(1 - of_causes) * errors[:, :k]
    own_error = np.sqrt(1 - of_problems) * errors[:, k:]
    with_link = size * true_causes[:, list(linked)] + np.sqrt(1 - size**2) * rest
    return np.hstack([causes, np.sqrt(of_problems) * rest + own_error, np.sqrt(of_problems) * with_link + own_error])


def true_correlations(observed: Numbers, reliabilities: Numbers) -> Numbers:
    """Return correlations freed of unreliability; made positive definite where that breaks them."""
    true = np.asarray(observed, dtype=float) / np.sqrt(np.outer(reliabilities, reliabilities))
    np.fill_diagonal(true, 1.0)
    values, vectors = np.linalg.eigh(np.clip(true, -1, 1))
    if values[0] >= LEAST_EIGENVALUE:
        return true
    mended = (vectors * np.maximum(values, LEAST_EIGENVALUE)) @ vectors.T
    spread = np.sqrt(np.diag(mended))
    return np.asarray(mended / np.outer(spread, spread))
