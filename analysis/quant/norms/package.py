"""The scales of a norm package: n, means and covariances of people who answered every item, and nothing smaller."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.privacy import MINIMUM_GROUP, is_unanimous
from analysis.quant.scoring import construct_items, recoded_items, scale_range, score_items
from analysis.results.norms import LeftOut, NormItem, NormScale
from analysis.tables import AnswerTable
from instruments.comparison import item_hash, wording_hash

MINIMUM_N = 30              # people behind every figure of a package
MEAN_DIGITS, COVARIANCE_DIGITS = 3, 4
STREAM = 17                 # of random numbers, apart from every other use of the study's seed


def norm_scales(table: AnswerTable, *, minimum: int = MINIMUM_N, minimum_group: int = MINIMUM_GROUP,
                seed: int = 0) -> tuple[tuple[NormScale, ...], dict[str, LeftOut]]:
    """Return what may be handed to other organisations of every construct of a questionnaire.

    Parameters
    ----------
    table : AnswerTable
        Answers of the valid respondents.
    minimum : int
        People who must have answered every item of a scale; never below `MINIMUM_N`.
    minimum_group : int
        The study's smallest group. A report prints figures of people who answered an item, or most items of a scale; a
        package those of people who answered all. Where one to `minimum_group` - 1 people make the difference, some more
        are left out at random: no difference of two figures then speaks of fewer.
    seed : int
        Of that draw.

    Returns
    -------
    tuple of NormScale, and dict of construct or item → reason
        Means with three decimals, covariances (ddof 1) with four. An item that all, or all but one, answered alike is
        left out: its mean would tell everybody's answer. All figures of a scale are of the same people.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapters 4 and 5.
    """
    rng = np.random.default_rng([seed, STREAM])
    scales: list[NormScale] = []
    left_out: dict[str, LeftOut] = {}
    for construct in table.instrument.constructs:
        if not construct_items(table.instrument, construct.key):
            continue
        people = told_people(recoded_items(table, construct.key), minimum_group, rng,
                             table.instrument.scoring.min_answered_share)
        if len(people) < max(minimum, MINIMUM_N):
            left_out[construct.key] = "too_few_people"
            continue
        alike = [str(key) for key in people.columns if is_unanimous(people[key])]
        left_out |= dict.fromkeys(alike, "nearly_all_alike")
        kept = people.drop(columns=alike)
        if kept.columns.empty:
            left_out[construct.key] = "no_items"
            continue
        scales.append(_scale(table, construct.key, kept))
    return tuple(scales), left_out


def told_people(recoded: pd.DataFrame, minimum_group: int, rng: np.random.Generator, min_answered_share: float = 0.66,
                ) -> pd.DataFrame:
    """Return the complete rows, thinned so that they differ from everybody printed elsewhere by nobody or by enough.

    Parameters
    ----------
    recoded : pandas.DataFrame (n, k)
        Recoded items of a scale, missing = NaN.
    minimum_group : int
        People whom the difference may speak of at least.
    rng : numpy.random.Generator
        Draws who is left out.
    min_answered_share : float
        Share of the items that a score in the report needs.

    Returns
    -------
    pandas.DataFrame (m, k)
        Without missing answers. Reports print each item of those who answered it, and the scale of those who answered
        most items: each of these groups has as many people as the rows returned, or at least `minimum_group` more.
    """
    complete = recoded.dropna()
    answered = np.isfinite(recoded.to_numpy(dtype=float))
    scored = int(np.isfinite(score_items(recoded.to_numpy(dtype=float), min_answered_share)).sum())
    more = [int(n) - len(complete) for n in (*answered.sum(axis=0), scored)]
    if not any(0 < n < minimum_group for n in more):
        return complete
    leave = rng.permutation(len(complete))[:minimum_group - min(more)]
    return complete.drop(index=complete.index[leave])


def _scale(table: AnswerTable, construct: str, people: pd.DataFrame) -> NormScale:
    instrument = table.instrument
    items = {item.key: item for item in construct_items(instrument, construct)}
    low, high = scale_range(instrument, construct)
    covariances = np.atleast_2d(np.cov(people.to_numpy(dtype=float), rowvar=False, ddof=1))
    return NormScale(
        construct, instrument.audience, low, high, len(people),
        tuple(NormItem(key, item_hash(instrument, items[key]),
                       {language: wording_hash(instrument, items[key], [language])
                        for language in instrument.languages}, round(float(people[key].mean()), MEAN_DIGITS))
              for key in map(str, people.columns)),
        tuple(tuple(round(float(value), COVARIANCE_DIGITS) for value in row) for row in covariances))
