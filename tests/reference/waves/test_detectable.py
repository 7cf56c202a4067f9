"""Smallest detectable change against power.t.test of R 4.2.2 (strict = TRUE, tol = 1e-12), and Jacobson & Truax."""

from __future__ import annotations

import pytest

from analysis.errors import SpecError
from analysis.quant.waves.detectable import reliable_change, smallest_detectable_change


def test_two_samples_equal_r() -> None:
    """power.t.test(n = 30, power = .8, sd = .7, strict = TRUE)$delta."""
    assert smallest_detectable_change(0.7, 30, 30).value == pytest.approx(0.514934748718172, abs=1e-9)


def test_pairs_equal_r() -> None:
    """power.t.test(n = 30, power = .8, sd = .7, type = "paired", strict = TRUE)$delta: sd is of the differences."""
    found = smallest_detectable_change(0.7, 30, 30, linked=(30, 0.5))

    assert found.value == pytest.approx(0.370464930578949, abs=1e-9)
    assert found.df == 29


def test_a_family_of_tests_equals_r() -> None:
    """power.t.test(n = 250, power = .9, sd = 1, sig.level = .05 / 4, strict = TRUE)$delta."""
    found = smallest_detectable_change(1.0, 250, 250, power=0.9, n_tests=4)

    assert found.value == pytest.approx(0.339090098229412, abs=1e-9)
    assert found.alpha == 0.0125


def test_published_reliable_change() -> None:
    """Jacobson & Truax (1991), page 14: SD 7.5, reliability .80: S_diff = 4.74; RC beyond 1.96."""
    assert reliable_change(7.5, 0.80) / 1.959964 == pytest.approx(4.74, abs=0.005)


def test_links_find_smaller_changes_and_clustering_larger_ones() -> None:
    plain = smallest_detectable_change(0.8, 100, 120).value

    assert smallest_detectable_change(0.8, 100, 120, linked=(60, 0.6)).value < plain
    assert smallest_detectable_change(0.8, 100, 120, design_effect=1.5).value == pytest.approx(plain * 1.5**0.5)


@pytest.mark.parametrize(("options", "words"), [
    ({"sd": 0.0}, "SD of 0"), ({"n_first": 1}, "cannot be"), ({"linked": (50, 0.2)}, "50 linked people"),
    ({"linked": (10, 1.0)}, "correlation of 1"), ({"power": 0.04}, "power of 0.04"), ({"n_tests": 0}, "0 tests"),
    ({"design_effect": 0.0}, "design effect of 0")])
def test_plans_that_cannot_be_are_refused(options: dict, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        smallest_detectable_change(**{"sd": 0.8, "n_first": 40, "n_second": 40, **options})


@pytest.mark.parametrize(("sd", "reliability"), [(-1.0, 0.8), (1.0, 1.2)])
def test_a_reliability_that_cannot_be_is_refused(sd: float, reliability: float) -> None:
    with pytest.raises(SpecError, match="cannot be"):
        reliable_change(sd, reliability)
