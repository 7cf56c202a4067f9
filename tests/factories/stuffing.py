"""Honest answers, and ballots stuffed into them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def honest_ratings(n: int, k: int, rng: np.random.Generator, *, style: float = 0.4, loading: float = 0.75) -> Numbers:
    """Return 1–5 ratings on six correlated factors by people who differ in how they use the points."""
    general = rng.standard_normal((n, 1))
    factors = np.sqrt(0.3) * general + np.sqrt(0.7) * rng.standard_normal((n, 6))
    latent = (loading * factors[:, np.arange(k) % 6] + np.sqrt(1 - loading**2) * rng.standard_normal((n, k))
              + rng.normal(0, 0.5, k))
    latent = latent * np.exp(style * rng.standard_normal((n, 1))) + style * rng.standard_normal((n, 1))
    return np.clip(np.round(1.1 * latent + 3), 1, 5)


def stuffed(answers: Numbers, rng: np.random.Generator, *, copies: int = 40, jitter: float = 0.15,
            points: int = 5) -> Numbers:
    """Return the answers and, below them, so many copies of one response in which some answers are moved by a point."""
    spread = answers.std(axis=1)
    base = answers[int(np.argsort(spread)[len(spread) // 2])]
    again = np.tile(base, (copies, 1))
    moved = rng.random(again.shape) < jitter
    again = np.where(moved, np.clip(again + rng.choice([-1, 1], again.shape), 1, points), again)
    return np.vstack([answers, again])
