"""What weight must each answer have, so that the answers look like the population? Post-stratification and raking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import SpecError, TableError, TooFewData
from analysis.quant.groups.samples import labels_of
from analysis.results.weights import MarginShare, Weighting

Numbers = NDArray[np.float64]

TOLERANCE = 1e-10           # largest miss of a margin's share
MOST_ROUNDS = 2000
LARGE_DESIGN_EFFECT = 2.0   # above it half of the answers' worth is lost: think of fewer margins or of trimming
FEW_IN_CATEGORY = 5


@dataclass(frozen=True)
class _Margin:
    """Where each row stands in one margin, -1 = not stated, and the shares wanted."""

    variable: str
    categories: tuple[str, ...]
    codes: NDArray[np.int64]
    wanted: Numbers             # of the rows that state it


def rake(margins: pd.DataFrame, targets: Mapping[str, Mapping[str, float]], *, largest: float | None = None,
         place: str = "weights") -> Weighting:
    """Return weights that give the answers the margins of a population.

    Parameters
    ----------
    margins : pandas.DataFrame (n, m)
        Category of each row in each margin; missing or empty = not stated. A row that does not state a margin is left
        as it is in that margin. Post-stratification is raking with one margin; cross variables into one beforehand to
        weight by cells.
    targets : mapping of column → mapping of category → share or count
        The population; each column's numbers are divided by their sum.
    largest : float, optional
        Trim weights to this multiple of their mean; what is taken goes to the others in proportion, and the margins are
        then met only as far as `margins` shows.
    place : str
        Words for messages.

    Returns
    -------
    Weighting
        Weights with mean 1, Kish's design effect ``n sum(w²) / sum(w)²`` and effective n. Warnings: `unstated`,
        `few_in_category` (fewer than 5 answers), `large_design_effect`, `trimmed` (margins no longer fit exactly).

    Raises
    ------
    SpecError
        For an unknown column, a share that is not positive, or a largest weight not above 1.
    TableError
        When answers are in a category that the population lacks.
    TooFewData
        When nobody answered of a category that the population has, or no weights fit all margins.

    References
    ----------
    Deming & Stephan (1940); Deville, Saerndal & Sautory (1993), Generalized raking procedures; Kish (1965, 1992).
    """
    known = [_margin(margins, variable, wanted, place) for variable, wanted in targets.items()]
    if not known or not len(margins):
        raise SpecError(place, "no margin or no answer was given.", "Name the population's shares for a column.")
    if largest is not None and not largest > 1:
        raise SpecError(place, f"a largest weight of {largest} cannot be.", "Give a number above 1, such as 5.")
    weights, rounds = _raked(known, len(margins), place)
    weights, trimmed = (weights, 0) if largest is None else _trimmed(weights, largest)
    effect = kish_design_effect(weights)
    return Weighting(
        len(weights), tuple(weights.tolist()), _shares(known, weights), effect, len(weights) / effect,
        float(weights.min()), float(weights.max()), trimmed, rounds,
        "post-stratification" if len(known) == 1 else "raking", _warnings(known, effect, has_trimmed=trimmed > 0))


def kish_design_effect(weights: Numbers) -> float:
    """Return by how much unequal weights inflate the variance of a mean.

    Parameters
    ----------
    weights : numpy.ndarray (n,)
        Positive weights on any scale.

    Returns
    -------
    float
        ``n sum(w²) / sum(w)²``, 1 and above; n over it is the effective n.

    References
    ----------
    Kish (1965), Survey sampling, section 11.7; Kish (1992), Weighting for unequal p.
    """
    return float(len(weights) * (weights**2).sum() / weights.sum() ** 2)


def _margin(margins: pd.DataFrame, variable: str, wanted: Mapping[str, float], place: str) -> _Margin:
    if variable not in margins.columns:
        raise SpecError(place, f"column {variable!r} is not among the margins.", "Name a column of the data.")
    shares = np.array(list(wanted.values()), dtype=float)
    if len(shares) < 1 or not (np.isfinite(shares) & (shares > 0)).all():
        raise SpecError(place, f"{variable}: a share is not above 0.", "Leave out categories that nobody is in.")
    categories = tuple(str(key) for key in wanted)
    number = {category: i for i, category in enumerate(categories)}
    labels = labels_of(margins[variable])
    strangers = sorted({label for label in labels if label is not None and label not in number})
    if strangers:
        raise TableError(f"{place}, column {variable!r}", f"the population has no category {strangers[0]!r}.",
                         "Add its share, or leave these rows out.")
    codes = np.array([-1 if label is None else number[label] for label in labels], dtype=np.int64)
    counts = np.bincount(codes[codes >= 0], minlength=len(categories))
    for category, n in zip(categories, counts, strict=True):
        if n == 0:
            raise TooFewData(f"{place}, column {variable!r}", f"nobody of category {category!r} answered.",
                             "Join it with a neighbouring category.")
    return _Margin(variable, categories, codes, shares / shares.sum())


def _raked(known: list[_Margin], n: int, place: str) -> tuple[Numbers, int]:
    """Return weights with mean 1 that fit all margins, and the rounds that took."""
    weights = np.ones(n)
    for rounds in range(1, MOST_ROUNDS + 1):
        miss = 0.0
        for margin in known:
            weights, missed = _fitted(weights, margin)
            miss = max(miss, missed)
        if miss < TOLERANCE:
            return weights * n / weights.sum(), rounds
    raise TooFewData(place, "no weights fit all margins at once.",
                     "Join small categories, or weight by fewer margins.", n)


def _fitted(weights: Numbers, margin: _Margin) -> tuple[Numbers, float]:
    """Return the weights with one margin met, and by how much it was missed before."""
    stated = margin.codes >= 0
    codes, total = margin.codes[stated], float(weights[stated].sum())
    held = np.bincount(codes, weights=weights[stated], minlength=len(margin.categories)) / total
    found = weights.copy()
    found[stated] *= (margin.wanted / held)[codes]
    return found, float(np.abs(held - margin.wanted).max())


def _trimmed(weights: Numbers, largest: float) -> tuple[Numbers, int]:
    """Return weights with mean 1 of which none is above `largest`, and how many were cut."""
    found, cut = weights.copy(), np.zeros(len(weights), dtype=bool)
    while (found > largest * (1 + TOLERANCE)).any():
        cut |= found > largest
        found[cut] = largest
        found[~cut] *= (len(found) - largest * cut.sum()) / found[~cut].sum()
    return found, int(cut.sum())


def _shares(known: list[_Margin], weights: Numbers) -> tuple[MarginShare, ...]:
    found = []
    for margin in known:
        stated = margin.codes >= 0
        counts = np.bincount(margin.codes[stated], minlength=len(margin.categories))
        held = np.bincount(margin.codes[stated], weights=weights[stated], minlength=len(margin.categories))
        found += [MarginShare(margin.variable, category, int(n), float(n / counts.sum()), float(wanted),
                              float(share / held.sum()))
                  for category, n, wanted, share in zip(margin.categories, counts, margin.wanted, held, strict=True)]
    return tuple(found)


def _warnings(known: list[_Margin], effect: float, *, has_trimmed: bool) -> tuple[str, ...]:
    smallest = min(int(np.bincount(margin.codes[margin.codes >= 0]).min()) for margin in known)
    told = {"unstated": any((margin.codes < 0).any() for margin in known),
            "few_in_category": smallest < FEW_IN_CATEGORY, "large_design_effect": effect > LARGE_DESIGN_EFFECT,
            "trimmed": has_trimmed}
    return tuple(name for name, is_so in told.items() if is_so)
