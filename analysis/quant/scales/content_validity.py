"""Do experts find the items relevant? Content validity indices of items and of the whole scale."""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.results.pilot import ContentValidity, ItemValidity, ValidityWord

LOWEST, HIGHEST = 1, 4          # the relevance scale of Lynn 1986: 1 not, 2 somewhat, 3 quite, 4 highly relevant
RELEVANT_FROM = 3
MINIMUM_EXPERTS = 3             # Lynn 1986: at least three
EXCELLENT, GOOD, FAIR = 0.74, 0.59, 0.39        # Fleiss 1981, Cicchetti & Sparrow 1981: above each of them


def content_validity(ratings: pd.DataFrame) -> ContentValidity:
    """Return how relevant experts find items.

    Parameters
    ----------
    ratings : DataFrame (experts, items)
        Relevance 1, 2, 3 or 4; missing = NaN, left out item by item. At least three experts rate each item.

    Returns
    -------
    ContentValidity
        Per item with N experts, A of whom rate 3 or 4: I-CVI = A / N; chance agreement
        p_c = N! / (A! (N - A)!) 0.5^N; kappa = (I-CVI - p_c) / (1 - p_c). S-CVI/Ave is the mean I-CVI, S-CVI/UA the
        share of items that every expert calls relevant.

    Raises
    ------
    AnalysisError
        For ratings outside 1 to 4, no item, or an item with fewer than three experts.

    References
    ----------
    Lynn 1986; Polit, Beck & Owen 2007 (Research in Nursing & Health 30, 459-467).
    """
    values = ratings.to_numpy(dtype=float)
    if ratings.shape[1] == 0:
        raise AnalysisError("expert ratings", "no item is rated.", "Give one column per item.")
    wrong = ~(np.isnan(values) | np.isin(values, range(LOWEST, HIGHEST + 1)))
    if wrong.any():
        row, column = (int(place[0]) for place in np.nonzero(wrong))
        raise AnalysisError(
            f"expert ratings, item {ratings.columns[column]}", f"the rating {values[row, column]:g} is not 1 to 4.",
            "Use 1 not, 2 somewhat, 3 quite, 4 highly relevant; leave the cell empty where nothing was said.")
    items = tuple(_item(str(key), values[:, place]) for place, key in enumerate(ratings.columns))
    relevances = [item.i_cvi for item in items]
    return ContentValidity(
        items=items, n_experts=int((~np.isnan(values)).any(axis=1).sum()), s_cvi_average=float(np.mean(relevances)),
        s_cvi_universal=float(np.mean([item.n_relevant == item.n_experts for item in items])),
        method="share of experts rating 3 or 4; kappa corrected for chance (Polit, Beck & Owen 2007)")


def _item(key: str, ratings: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> ItemValidity:
    known = ratings[~np.isnan(ratings)]
    n, relevant = len(known), int((known >= RELEVANT_FROM).sum())
    if n < MINIMUM_EXPERTS:
        raise AnalysisError(f"expert ratings, item {key}", f"only {n} expert(s) rated it.",
                            f"Ask at least {MINIMUM_EXPERTS} experts, or leave the item out.")
    chance = comb(n, relevant) * 0.5 ** n
    kappa = (relevant / n - chance) / (1 - chance)
    return ItemValidity(key, n, relevant, relevant / n, chance, kappa, _word(kappa))


def _word(kappa: float) -> ValidityWord:
    if kappa > EXCELLENT:
        return "excellent"
    if kappa > GOOD:
        return "good"
    return "fair" if kappa > FAIR else "poor"
