"""Rectangles under two correlated normal variables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from analysis.quant.ordinal.binormal import bivariate_normal_cdf, cell_probabilities, threshold_slopes

LIMITS = [-3.0, -1.0, -0.2, 0.0, 0.2, 0.200001, 2.0]
RHO = [0.0, 0.3, -0.6, 0.95, -0.99, 0.9999, -0.999999, 1 - 1e-9]


def by_quadrature(h: float, k: float, rho: float) -> float:
    spread = np.sqrt((1 - rho) * (1 + rho))
    turn = [k / rho + step * spread for step in (-8, -2, 0, 2, 8)] if rho else []
    value, _ = integrate.quad(lambda x: stats.norm.pdf(x) * stats.norm.cdf((k - rho * x) / spread), -10, h,
                              points=[at for at in turn if -10 < at < h] or None, epsabs=1e-13, epsrel=1e-13, limit=400)
    return float(value)


@pytest.mark.parametrize("rho", RHO)
def test_probabilities_equal_those_of_quadrature_to_twelve_digits(rho: float) -> None:
    h, k = np.meshgrid(LIMITS, LIMITS)

    found = bivariate_normal_cdf(h, k, np.array(rho))

    expected = [[by_quadrature(x, y, rho) for x, y in zip(*row, strict=True)] for row in zip(h, k, strict=True)]
    assert np.abs(found - expected).max() < 1e-12


def test_the_quarter_plane_has_its_closed_form() -> None:
    rho = np.linspace(-1, 1, 41)

    found = bivariate_normal_cdf(np.zeros(41), np.zeros(41), rho)

    assert np.abs(found - (0.25 + np.arcsin(rho) / (2 * np.pi))).max() < 1e-15


def test_a_perfect_correlation_leaves_the_smaller_or_the_surplus_share() -> None:
    h, k = np.meshgrid(LIMITS, LIMITS)

    same, opposite = (bivariate_normal_cdf(h, k, np.array(rho)) for rho in (1.0, -1.0))

    assert np.abs(same - stats.norm.cdf(np.minimum(h, k))).max() < 1e-15
    assert np.abs(opposite - np.maximum(stats.norm.cdf(h) + stats.norm.cdf(k) - 1, 0)).max() < 1e-15


def test_without_a_limit_the_margin_is_left() -> None:
    k = np.array(LIMITS)

    assert np.abs(bivariate_normal_cdf(np.array(np.inf), k, np.array(0.4)) - stats.norm.cdf(k)).max() < 1e-15
    assert np.abs(bivariate_normal_cdf(np.array(-np.inf), k, np.array(-0.4))).max() < 1e-15


def test_cells_sum_to_one_and_their_slopes_are_those_of_differences() -> None:
    a, b = np.array([[-1.0, 0.3, 1.2], [-0.4, 0.1, 40.0]]), np.array([[-0.5, 0.5], [0.0, 1.0]])
    rho, step = np.array([0.4, -0.8]), 1e-5

    cells = cell_probabilities(a, b, rho)
    low, high = cell_probabilities(a, b, rho - step), cell_probabilities(a, b, rho + step)
    first, second = threshold_slopes(a, b, rho)

    assert np.allclose(cells.probability.sum(axis=(1, 2)), 1, atol=1e-14)
    assert np.allclose(cells.slope, (high.probability - low.probability) / (2 * step), atol=1e-9)
    assert np.allclose(cells.bend, (high.slope - low.slope) / (2 * step), atol=1e-8)
    moved = a.copy()
    moved[0, 1] += step
    change = (cell_probabilities(moved, b, rho).probability - cells.probability)[0] / step
    assert np.allclose(change[1], first[0, 1], atol=1e-5)
    assert np.allclose(change[2], -first[0, 1], atol=1e-5)
    moved = b.copy()
    moved[1, 0] += step
    change = (cell_probabilities(a, moved, rho).probability - cells.probability)[1] / step
    assert np.allclose(change[:, 0], second[1, :, 0], atol=1e-5)
