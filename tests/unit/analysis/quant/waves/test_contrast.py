"""Two changes beside each other: equal to least squares with HC2 errors, and to Welch in its special case."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from analysis.errors import SpecError
from analysis.quant.waves.contrast import contrast_of_changes
from analysis.quant.waves.scores import TwoWaves

Groups = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]      # covered first, second, others first, second


def drawn(seed: int = 7, sizes: tuple[int, ...] = (40, 35, 60, 55), means: tuple[float, ...] = (3.6, 3.1, 3.5, 3.4),
          sds: tuple[float, ...] = (0.6, 0.9, 0.7, 0.5)) -> Groups:
    rng = np.random.default_rng(seed)
    found = [rng.normal(mean, sd, n) for n, mean, sd in zip(sizes, means, sds, strict=True)]
    return found[0], found[1], found[2], found[3]


def laid_out(groups: Groups, people: tuple[str | None, ...] | None = None) -> tuple:
    """Return score, waves, and who is on which side, as the function takes them."""
    sizes = list(map(len, groups))
    is_second = np.repeat([False, True, False, True], sizes)
    is_covered = np.repeat([True, True, False, False], sizes)
    waves = TwoWaves("w1", "w2", pd.DataFrame(index=range(sum(sizes))), is_second, None, people)
    return np.concatenate(groups), waves, is_covered, ~is_covered


def test_difference_and_error_equal_least_squares_with_hc2() -> None:
    score, waves, is_covered, is_other = laid_out(drawn())
    design = np.column_stack([np.ones(len(score)), is_covered, waves.is_second, is_covered & waves.is_second])
    truth = sm.OLS(score, design.astype(float)).fit(cov_type="HC2")

    found = contrast_of_changes(score, waves, is_covered, is_other)

    assert found.difference.value == pytest.approx(truth.params[3], abs=1e-10)
    groups = drawn()
    parts = np.array([group.var(ddof=1) / len(group) for group in groups])
    degrees = parts.sum()**2 / (parts**2 / np.array([len(group) - 1 for group in groups])).sum()
    half = stats.t.ppf(0.975, degrees) * truth.bse[3]
    assert (found.difference.ci_low, found.difference.ci_high) == pytest.approx(
        (truth.params[3] - half, truth.params[3] + half), abs=1e-10)
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(truth.params[3]) / truth.bse[3], degrees), abs=1e-12)
    assert found.counts == (40, 35, 60, 55)


def test_beside_others_who_all_say_the_same_it_is_welch() -> None:
    first, second, *_rest = drawn()
    still = np.full(20, 3.0)
    truth = stats.ttest_ind(second, first, equal_var=False)

    found = contrast_of_changes(*laid_out((first, second, still, still)))

    assert found.p_value == pytest.approx(truth.pvalue, abs=1e-12)
    interval = truth.confidence_interval()
    assert (found.difference.ci_low, found.difference.ci_high) == pytest.approx(tuple(interval), abs=1e-12)
    assert found.others.value == 0


def test_both_changes_are_told_with_intervals_of_their_own() -> None:
    groups = drawn()

    found = contrast_of_changes(*laid_out(groups))

    assert found.covered.value == pytest.approx(groups[1].mean() - groups[0].mean())
    assert found.others.value == pytest.approx(groups[3].mean() - groups[2].mean())
    assert found.difference.value == pytest.approx(found.covered.value - found.others.value)
    assert found.covered.ci_low < found.covered.value < found.covered.ci_high
    assert "wider than it need be" in found.difference.method


def test_linked_people_are_compared_by_their_own_changes() -> None:
    rng = np.random.default_rng(3)
    level = rng.normal(3, 0.8, 50)
    later = level - 0.4 * (np.arange(50) < 25) + rng.normal(0, 0.2, 50)
    groups = (level[:25], later[:25], level[25:], later[25:])
    people = tuple(f"p{k}" for k in (*range(25), *range(25), *range(25, 50), *range(25, 50)))
    truth = stats.ttest_ind(later[:25] - level[:25], later[25:] - level[25:], equal_var=False)

    linked, apart = contrast_of_changes(*laid_out(groups, people)), contrast_of_changes(*laid_out(groups))

    assert linked.p_value == pytest.approx(truth.pvalue, abs=1e-12)
    assert linked.difference.ci_high - linked.difference.ci_low < 0.5 * (
        apart.difference.ci_high - apart.difference.ci_low)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    sizes, means, sds = (12, 30, 18, 60), (3.5, 3.0, 3.4, 3.3), (0.4, 1.0, 0.7, 0.5)
    truth = (3.0 - 3.5) - (3.3 - 3.4)

    found = [contrast_of_changes(*laid_out(drawn(seed, sizes, means, sds))).difference for seed in range(600)]

    share = np.mean([one.ci_low <= truth <= one.ci_high for one in found])
    assert 0.93 <= share <= 0.97


@pytest.mark.parametrize("sizes", [(1, 20, 20, 20), (20, 20, 20, 1)])
def test_a_group_of_one_gives_a_difference_without_an_interval(sizes: tuple[int, ...]) -> None:
    found = contrast_of_changes(*laid_out(drawn(sizes=sizes)))

    assert found.difference.value is not None
    assert (found.difference.ci_low, found.p_value) == (None, None)


def test_without_others_there_is_no_difference() -> None:
    found = contrast_of_changes(*laid_out(drawn(sizes=(20, 20, 0, 0))))

    assert found.covered.value is not None
    assert (found.others.value, found.difference.value, found.p_value) == (None, None, None)


def test_nobody_is_on_both_sides() -> None:
    score, waves, is_covered, _other = laid_out(drawn())

    with pytest.raises(SpecError, match="both sides"):
        contrast_of_changes(score, waves, is_covered, is_covered)
