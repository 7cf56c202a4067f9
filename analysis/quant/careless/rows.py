"""Careless answering in the rows of any data file: what `surveyapp measure` says with `do: careless`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.quant.careless.indices import (
    MAHAD_CONFIDENCE,
    SYNONYM_R,
    Numbers,
    careless_indices,
    distances,
    synonym_pairs,
)
from analysis.quant.distributions import index_distribution
from analysis.results.quality import CarelessIndices

DIGITS = 12     # a value of 0 that rounding left at 1e-17 is printed as 0


def careless_answering(given: pd.DataFrame, recoded: pd.DataFrame, scales: Mapping[str, Sequence[str]], *,
                       critical_r: float = SYNONYM_R, confidence: float = MAHAD_CONFIDENCE) -> CarelessIndices:
    """Return the six indices of careless answering for every row.

    Parameters
    ----------
    given : DataFrame (n, k)
        Answers as given, columns in the order shown; missing = NaN.
    recoded : DataFrame (n, k)
        The same with reverse-keyed items turned round.
    scales : mapping of name → columns
        For `evenodd`; with fewer than two it is missing for everybody.
    critical_r : float, optional
        Of synonyms; antonyms below its negative.
    confidence : float, optional
        Of the limit on the distance.

    Returns
    -------
    CarelessIndices
        One value a row, in the order of the rows. Longstring and irv are of the answers as given, psychsyn, psychant,
        mahad and evenodd of the recoded ones. Distributions tell every row, for they are the reader's own.

    References
    ----------
    R package careless 1.2.2; `tests/reference/careless`.
    """
    found = careless_indices(given, recoded, [recoded[list(items)].to_numpy() for items in scales.values()], critical_r)
    distance, limit = distances(recoded, confidence)
    known = bool(np.isfinite(limit))
    return CarelessIndices(
        n=len(given), k=given.shape[1], **{index: _values(values) for index, values in found.items()},
        synonyms=_pairs(recoded, critical_r, antonyms=False), antonyms=_pairs(recoded, critical_r, antonyms=True),
        critical_r=critical_r, mahad_limit=limit if known else None, mahad_confidence=confidence,
        n_mahad_beyond=int((distance > limit).sum()) if known else None,
        distributions=tuple(index_distribution(index, values, minimum_group=1,
                                               rule="above" if index == "mahad" and known else None,
                                               limit=limit if index == "mahad" and known else None)
                            for index, values in found.items()))


def _values(values: Numbers) -> tuple[float | None, ...]:
    return tuple(round(value, DIGITS) if np.isfinite(value) else None for value in values.tolist())


def _pairs(answers: pd.DataFrame, critical_r: float, *, antonyms: bool) -> tuple[tuple[str, str], ...]:
    names = [str(name) for name in answers.columns]
    pairs = synonym_pairs(answers, critical_r, antonyms=antonyms)
    return tuple((names[earlier], names[later]) for later, earlier in pairs)
