"""Sums over answers with gaps: the same by single gaps and by masks, whatever lies how in memory."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import TableError
from analysis.quant import moment_sums
from analysis.quant.correlations import Moments, item_moments
from analysis.quant.moment_sums import sums_of

ROWS, ITEMS = 900, 7
KEYS = tuple(f"q{at}" for at in range(ITEMS))


def answers(share: float, *, mean: float = 3.0) -> np.ndarray:
    """Return answers with a share of gaps; one row has none but gaps, the last item is missing with the first."""
    generator = np.random.default_rng(7)
    values = np.round(mean + generator.standard_normal((ROWS, 1)) + generator.standard_normal((ROWS, ITEMS)))
    values[generator.random(values.shape) < share] = np.nan
    values[3] = np.nan
    values[20:40, [0, ITEMS - 1]] = np.nan
    return values


def by_hand(values: np.ndarray) -> Moments:
    """Return what pandas says of the pairs and of the means of rows."""
    frame = pd.DataFrame(values, columns=list(KEYS))
    seen = frame.notna().to_numpy().astype(float)
    own, row = frame.std(), frame.mean(axis=1)
    return Moments(KEYS, len(frame), int(frame.notna().all(axis=1).sum()), seen.T @ seen, frame.mean().to_numpy(),
                   frame.cov().to_numpy(), frame.corr().to_numpy(), float(row.mean()), float(row.std()),
                   np.array([frame[key].corr(row) if own[key] else np.nan for key in KEYS]))


def assert_same(found: Moments, expected: Moments, tolerance: float = 1e-11) -> None:
    assert (found.n, found.n_complete) == (expected.n, expected.n_complete)
    for name in ("counts", "mean", "covariance", "correlation", "total_r", "row_mean", "row_sd"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=tolerance, abs=tolerance), name


@pytest.mark.parametrize("share", [0.001, 0.03, 0.09, 0.3])
@pytest.mark.parametrize("order", ["C", "F"])
def test_answers_with_gaps_have_the_moments_of_each_pair(share: float, order: str) -> None:
    values = answers(share)

    found = item_moments(pd.DataFrame(np.asarray(values, order=order), columns=list(KEYS)))

    assert_same(found, by_hand(values))


@pytest.mark.parametrize("at_once", [40, 100_000])
def test_single_gaps_and_masks_give_the_same_sums(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = answers(0.05)
    monkeypatch.setattr(moment_sums, "SUM_CELLS", at_once)
    sums = []

    for limit in (0.0, 1.0):
        monkeypatch.setattr(moment_sums, "MANY_GAPS", limit)
        sums.append(sums_of(values, KEYS))

    for name in ("counts", "firsts", "squares", "products", "total_firsts", "total_squares", "total_products",
                 "n_complete", "n_answering", "row_sum", "row_squares"):
        masks, single = (np.asarray(getattr(one, name)) for one in sums)
        assert single == pytest.approx(masks, rel=1e-12, abs=1e-9), name


@pytest.mark.parametrize("mean", [0.0, 3.0, 1e6])
def test_large_answers_with_a_small_spread_lose_no_digits(mean: float) -> None:
    values = answers(0.03, mean=mean)

    found = item_moments(pd.DataFrame(values, columns=list(KEYS)))

    near = by_hand(values - mean)
    assert found.covariance == pytest.approx(near.covariance, rel=1e-9)
    assert found.correlation == pytest.approx(near.correlation, rel=1e-9)
    assert found.total_r == pytest.approx(near.total_r, rel=1e-9)


def test_gaps_may_come_and_go_from_block_to_block(monkeypatch: pytest.MonkeyPatch) -> None:
    values = answers(0.0)
    values[300:330, 2] = np.nan
    values[600:640, 5] = np.nan
    monkeypatch.setattr(moment_sums, "SUM_CELLS", 256 * ITEMS)

    found = item_moments(pd.DataFrame(values, columns=list(KEYS)))

    assert_same(found, by_hand(values))


@pytest.mark.parametrize("share", [0.0, 0.03, 0.3])
def test_an_infinite_answer_among_gaps_is_refused(share: float) -> None:
    values = answers(share)
    values[ROWS - 1, 2] = np.inf

    with pytest.raises(TableError, match="infinite"):
        sums_of(values, KEYS)


def test_the_answers_given_are_left_as_they_are() -> None:
    values = answers(0.03)
    before = values.copy()

    sums_of(values, KEYS)

    assert np.array_equal(values, before, equal_nan=True)
