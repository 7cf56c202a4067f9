"""The value index: weighted mean of mid-rank percentiles within customer type (section 12 of the model)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from instruments.pairwise import RANDOM_INDEX, RATIO_MAXIMUM, elicited_weights
from instruments.template import ValueModel, ValuePart

MARGIN_ON_AUM = 0.006                # customer-value model: stands in for a contribution that is not given
WINSORISE_PERCENT = (1.0, 99.0)      # customer-value model, part growth
WEIGHT_STEP = 0.5                    # model 12: each weight is moved by half of itself, up and down
DECILES = 10


@dataclass(frozen=True)
class ValueIndex:
    """Parts and index of every customer, 0..100, NaN where withheld; `decile` 10 is the top within the type."""

    parts: pd.DataFrame
    weight_present: pd.Series
    index: pd.Series
    decile: pd.Series


def midrank_percentile(values: np.ndarray) -> np.ndarray:
    """Return mid-rank percentiles of a column.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Numbers; NaN is not ranked and stays NaN.

    Returns
    -------
    ndarray, shape (n,)
        ``100 * (average rank - 0.5) / n_present``, strictly inside 0..100.
    """
    is_present = ~np.isnan(values)
    result = np.full(len(values), np.nan)
    present = values[is_present]
    if not len(present):
        return result
    order = np.argsort(present)
    ordered = present[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(ordered)]
    rank = np.empty(len(ordered))
    rank[order] = np.repeat((starts + ends) / 2, ends - starts)     # the average rank less a half
    result[is_present] = 100 * rank / len(ordered)
    return result


def value_index(frame: pd.DataFrame, model: ValueModel) -> ValueIndex:
    """Return each customer's value index.

    Parameters
    ----------
    frame : DataFrame, customers × fields
        As `read_customers` returns it.
    model : ValueModel
        Parts with weights and sources; the part keys `present_value`, `activity` and `growth` have the rules of the
        customer-value model, any other part is the mean of the mid-ranks of its sources.

    Returns
    -------
    ValueIndex
        Percentiles are taken within customer type among customers with the part present; weights are renormalised
        over the parts present; below `minimum_weight_present` of the weight the index is NaN.
    """
    kinds = customer_types(frame)
    parts = pd.DataFrame({part.key: _part(frame, part, model, kinds) for part in model.parts}, index=frame.index)
    weights = {part.key: part.weight for part in model.parts}
    present, index = _weighted(parts.to_numpy(), [weights[key] for key in parts.columns], model.minimum_weight_present)
    decile = _deciles(index, kind_masks(kinds).values())
    return ValueIndex(parts, *(pd.Series(found, index=frame.index) for found in (present, index, decile)))


def customer_types(frame: pd.DataFrame) -> pd.Series:
    """Return each customer's type, one shared type where the file knows none.

    Parameters
    ----------
    frame : DataFrame, customers × fields

    Returns
    -------
    Series of str, one per customer
    """
    if "customer_type" in frame.columns:
        return frame["customer_type"]
    return pd.Series("", index=frame.index, dtype=object)


def margins(frame: pd.DataFrame, model: ValueModel) -> pd.Series:
    """Return each customer's yearly margin: contribution, else assets times the stated margin.

    Parameters
    ----------
    frame : DataFrame, customers × fields
    model : ValueModel
        `clv["defaults"]["margin_on_aum"]` is the share of assets earned in a year.

    Returns
    -------
    Series of float, money per year; NaN where neither is given
    """
    rate = float(model.clv.get("defaults", {}).get("margin_on_aum", MARGIN_ON_AUM))
    estimate = _numbers(frame, "aum") * rate
    return _numbers(frame, "contribution").fillna(estimate)


def _numbers(frame: pd.DataFrame, key: str) -> pd.Series:
    return frame[key] if key in frame.columns else pd.Series(np.nan, index=frame.index)


def _part(frame: pd.DataFrame, part: ValuePart, model: ValueModel, kinds: pd.Series) -> pd.Series:
    if part.key == "present_value":
        return _ranked(margins(frame, model), kinds)
    if part.key == "growth":
        return _ranked(_growth(frame, kinds), kinds)
    if part.key == "activity":
        recency = 100 - _ranked(_numbers(frame, "last_txn_days"), kinds)
        frequency = _ranked(_numbers(frame, "txn_12m"), kinds)
        return (recency + frequency) / 2
    ranks = [_ranked(_numbers(frame, source), kinds) for source in part.sources]
    return sum(ranks[1:], ranks[0]) / len(ranks)


def kind_masks(kinds: pd.Series) -> dict[str, np.ndarray]:
    """Return which customers are of each type, for the types that occur.

    Parameters
    ----------
    kinds : Series of str or categories

    Returns
    -------
    dict[str, ndarray of bool]
    """
    return {str(kind): (kinds == kind).to_numpy() for kind in kinds.unique()}


def _ranked(values: pd.Series, kinds: pd.Series) -> pd.Series:
    found, result = values.to_numpy(dtype=float), np.full(len(values), np.nan)
    for is_kind in kind_masks(kinds).values():
        result[is_kind] = midrank_percentile(found[is_kind])
    return pd.Series(result, index=values.index)


def _growth(frame: pd.DataFrame, kinds: pd.Series) -> pd.Series:
    before = _numbers(frame, "aum_12m_ago")
    growth = (_numbers(frame, "aum") / before.where(before > 0) - 1).to_numpy(dtype=float, copy=True)
    for is_kind in kind_masks(kinds).values():
        own = growth[is_kind]
        known = own[~np.isnan(own)]
        if len(known):
            growth[is_kind] = np.clip(own, *np.percentile(known, WINSORISE_PERCENT))
    return pd.Series(growth, index=frame.index)


def _weighted(values: np.ndarray, weights: Sequence[float], minimum: float) -> tuple[np.ndarray, np.ndarray]:
    present, total = np.zeros(len(values)), np.zeros(len(values))
    for column, weight in zip(values.T, weights, strict=True):
        is_present = ~np.isnan(column)
        present += weight * is_present
        total += np.where(is_present, weight * column, 0.0)
    # Sums of decimal weights carry rounding in the last digits; a part exactly at the limit counts as enough.
    is_enough = (present >= minimum * sum(weights) - 1e-9) & (present > 0)
    return present, np.divide(total, present, out=np.full(len(values), np.nan), where=is_enough)


def _deciles(index: np.ndarray, masks: Iterable[np.ndarray]) -> np.ndarray:
    """Return the tenth that each index is in within its type, 10 = highest, NaN where there is none."""
    result = np.full(len(index), np.nan)
    for is_kind in masks:
        own = index[is_kind]
        ordered = np.sort(own[~np.isnan(own)])
        if len(ordered):
            tenth = 1.0 + np.searchsorted(_decile_borders(ordered), own, side="right")
            result[is_kind] = np.where(np.isnan(own), np.nan, tenth)
    return result


def _decile_borders(ordered: np.ndarray) -> list[float]:
    """Return the smallest value of each tenth but the first: that whose mid-rank percentile reaches 10, 20 … 90."""
    n, borders = len(ordered), []
    for tenth in range(1, DECILES):
        place = max(-(-(2 * n * tenth - DECILES) // (2 * DECILES)), 0)
        if place >= n:
            borders.append(np.inf)
            continue
        left, right = (int(np.searchsorted(ordered, ordered[place], side=side)) for side in ("left", "right"))
        if (left + right) * DECILES < 2 * n * tenth:        # ties draw the value's percentile below the border
            borders.append(float(ordered[right]) if right < n else np.inf)
        else:
            borders.append(float(ordered[place]))
    return borders


def index_sensitivity(value: ValueIndex, kinds: pd.Series, model: ValueModel,
                      step: float = WEIGHT_STEP) -> dict[str, float]:
    """Return how many customers change their decile when one weight is moved.

    Parameters
    ----------
    value : ValueIndex
    kinds : Series of str
        Customer type.
    model : ValueModel
    step : float, 0..1
        Share of the weight by which it is raised and lowered.

    Returns
    -------
    dict[str, float]
        Part → share (0..1) of the customers with an index whose decile changes, the larger of both directions.
    """
    known, decile = value.index.notna().to_numpy(), value.decile.to_numpy()
    if not known.any():
        return {}
    values, masks = value.parts.to_numpy(), list(kind_masks(kinds).values())
    result = {}
    for part in model.parts:
        shares = []
        for factor in (1 - step, 1 + step):
            weights = [other.weight * (factor if other.key == part.key else 1.0) for other in model.parts]
            _, index = _weighted(values, weights, 0.0)
            moved = _deciles(np.where(known, index, np.nan), masks) != decile
            shares.append(float(moved[known].mean()))
        result[part.key] = max(shares)
    return result


def pairwise_weights(comparisons: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights elicited by pairwise comparison (analytic hierarchy process).

    Parameters
    ----------
    comparisons : ndarray, shape (k, k), 1 <= k <= 10
        Reciprocal matrix: how many times row matters as much as column.

    Returns
    -------
    weights : ndarray, shape (k,)
        Principal eigenvector, summing to 1.
    ratio : float
        Consistency ratio ``(lambda_max - k) / (k - 1) / random index``, 0 for k < 3.

    Raises
    ------
    AnalysisError
        When the matrix is not reciprocal, too large, or less consistent than a ratio of .10.

    References
    ----------
    Saaty, T. L. (1980). The analytic hierarchy process. McGraw-Hill.
    """
    matrix = np.asarray(comparisons, dtype=float)
    k = len(matrix)
    is_square = matrix.ndim == np.ndim([[0]]) and matrix.shape == (k, k) and 0 < k < len(RANDOM_INDEX)
    if not is_square or not (matrix > 0).all() or not np.allclose(matrix * matrix.T, 1.0):
        raise AnalysisError("pairwise comparison", "the matrix is not square, positive and reciprocal.",
                            "Give for each pair one ratio; the mirrored cell is its reciprocal.")
    found = elicited_weights(matrix.tolist())
    if found.ratio > RATIO_MAXIMUM:
        raise AnalysisError("pairwise comparison", f"the consistency ratio is {found.ratio:.2f}.",
                            f"Revise the judgements until it is at most {RATIO_MAXIMUM:.2f}.")
    return np.array(found.weights), found.ratio
