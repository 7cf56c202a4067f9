"""The value index: weighted mean of mid-rank percentiles within customer type (section 12 of the model)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from analysis.errors import AnalysisError
from instruments.template import ValueModel, ValuePart

MARGIN_ON_AUM = 0.006                # customer-value model: stands in for a contribution that is not given
WINSORISE_PERCENT = (1.0, 99.0)      # customer-value model, part growth
WEIGHT_STEP = 0.5                    # model 12: each weight is moved by half of itself, up and down
AHP_RATIO_MAXIMUM = 0.10             # Saaty 1980: judgements less consistent than this are refused
AHP_RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)   # Saaty 1980, order 0..10
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
    if is_present.any():
        result[is_present] = 100 * (rankdata(values[is_present]) - 0.5) / is_present.sum()
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
    present, index = _weighted(parts, weights, model.minimum_weight_present)
    return ValueIndex(parts, present, index, _deciles(index, kinds))


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


def _ranked(values: pd.Series, kinds: pd.Series) -> pd.Series:
    result = pd.Series(np.nan, index=values.index)
    for kind in kinds.unique():
        is_kind = kinds == kind
        result[is_kind] = midrank_percentile(values[is_kind].to_numpy(dtype=float))
    return result


def _growth(frame: pd.DataFrame, kinds: pd.Series) -> pd.Series:
    before = _numbers(frame, "aum_12m_ago")
    growth = _numbers(frame, "aum") / before.where(before > 0) - 1
    for kind in kinds.unique():
        own = growth[kinds == kind]
        if own.notna().any():
            low, high = np.nanpercentile(own.to_numpy(dtype=float), WINSORISE_PERCENT)
            growth[kinds == kind] = own.clip(low, high)
    return growth


def _weighted(parts: pd.DataFrame, weights: Mapping[str, float], minimum: float) -> tuple[pd.Series, pd.Series]:
    weight = np.array([weights[key] for key in parts.columns], dtype=float)
    values = parts.to_numpy(dtype=float)
    is_present = ~np.isnan(values)
    present = is_present @ weight
    total = np.where(is_present, values, 0.0) @ weight
    # Sums of decimal weights carry rounding in the last digits; a part exactly at the limit counts as enough.
    is_enough = present >= minimum * weight.sum() - 1e-9
    index = np.where(is_enough & (present > 0), total / np.where(present > 0, present, 1.0), np.nan)
    return pd.Series(present, index=parts.index), pd.Series(index, index=parts.index)


def _deciles(index: pd.Series, kinds: pd.Series) -> pd.Series:
    percentile = _ranked(index, kinds)
    return np.floor(percentile / DECILES).clip(upper=DECILES - 1) + 1


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
    is_known = value.index.notna()
    if not is_known.any():
        return {}
    result = {}
    for part in model.parts:
        shares = []
        for factor in (1 - step, 1 + step):
            weights = {other.key: other.weight * (factor if other.key == part.key else 1.0) for other in model.parts}
            _, index = _weighted(value.parts, weights, 0.0)
            moved = _deciles(index.where(is_known), kinds) != value.decile
            shares.append(float(moved[is_known].mean()))
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
    is_square = matrix.ndim == np.ndim([[0]]) and matrix.shape == (k, k) and 0 < k < len(AHP_RANDOM_INDEX)
    if not is_square or not (matrix > 0).all() or not np.allclose(matrix * matrix.T, 1.0):
        raise AnalysisError("pairwise comparison", "the matrix is not square, positive and reciprocal.",
                            "Give for each pair one ratio; the mirrored cell is its reciprocal.")
    values, vectors = np.linalg.eig(matrix)
    main = int(np.argmax(values.real))
    weights = np.abs(vectors[:, main].real)
    random_index = AHP_RANDOM_INDEX[k]
    ratio = float((values[main].real - k) / (k - 1) / random_index) if random_index else 0.0
    if ratio > AHP_RATIO_MAXIMUM:
        raise AnalysisError("pairwise comparison", f"the consistency ratio is {ratio:.2f}.",
                            f"Revise the judgements until it is at most {AHP_RATIO_MAXIMUM:.2f}.")
    return weights / weights.sum(), ratio
