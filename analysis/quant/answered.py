"""How complete are the answers, and which are missing together?"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from analysis.quant.correlations import Array, item_matrix
from analysis.quant.spec.sav import value_text
from analysis.results.datafile import ItemAnswers, MissingPattern, SampleAnswers

MOST_VALUES = 12            # an item with more different answers has no table of them
MOST_PATTERNS = 10
FEWEST_FOR_COPIES = 10      # items; equal rows of a few items are common by chance


def sample_answers(items: pd.DataFrame, *, place: str = "items") -> SampleAnswers:
    """Return how complete the answers to the items are.

    Parameters
    ----------
    items : DataFrame (n, k)
        Numeric answers as given, missing = NaN.
    place : str
        Words for messages.

    Returns
    -------
    SampleAnswers
        Counts of rows, of answers to each item, and of the `MOST_PATTERNS` most frequent sets of items missing
        together. `frequencies` are empty for an item with more than `MOST_VALUES` different answers. Nothing is imputed
        and no test of the reason for missing answers is made: none can show that they are missing at random.

    Raises
    ------
    TableError
        When an item occurs twice or holds something other than numbers.

    Notes
    -----
    What to report of missing answers follows the journal article reporting standards: how many, in which items, in
    which patterns, and what was done with them.

    References
    ----------
    Appelbaum et al. (2018). Journal article reporting standards for quantitative research in psychology. American
    Psychologist, 73(1), 3-25. Schafer & Graham (2002). Missing data. Psychological Methods, 7(2), 147-177.
    """
    X = item_matrix(items, place)
    keys = [str(key) for key in items.columns]
    is_missing = np.isnan(X)
    n_missing = is_missing.sum(axis=1)
    patterns = _patterns(is_missing[n_missing > 0], keys)
    complete = X[n_missing == 0]
    n_copies = len(complete) - len(np.unique(complete, axis=0)) if len(keys) >= FEWEST_FOR_COPIES else 0
    answers = tuple(_item(key, column) for key, column in zip(keys, X.T, strict=True))
    warnings = [f"constant: {item.key}" for item in answers if item.n and item.lowest == item.highest]
    warnings += [f"unanswered: {item.key}" for item in answers if not item.n]
    return SampleAnswers(
        len(X), len(complete), int((n_missing == len(keys)).sum()), int(is_missing.sum()), answers,
        tuple(MissingPattern(items, n) for items, n in patterns[:MOST_PATTERNS]), len(patterns), int(n_copies),
        tuple(warnings))


def _patterns(is_missing: Array, keys: list[str]) -> list[tuple[tuple[str, ...], int]]:
    """Return the sets of items missing together with their rows, the most frequent first, then in order of items."""
    found = Counter(np.packbits(row).tobytes() for row in is_missing)
    listed = [(tuple(np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=len(keys)).tolist()), n)
              for bits, n in found.items()]
    listed.sort(key=lambda pair: (-pair[1], sum(pair[0]), tuple(-flag for flag in pair[0])))
    return [(tuple(key for key, flag in zip(keys, flags, strict=True) if flag), n) for flags, n in listed]


def _item(key: str, column: Array) -> ItemAnswers:
    known = column[~np.isnan(column)]
    if not known.size:
        return ItemAnswers(key, 0, len(column))
    values, counts = np.unique(known, return_counts=True)
    few = len(values) <= MOST_VALUES
    return ItemAnswers(
        key, int(known.size), int(column.size - known.size),
        {value_text(float(value)): int(n) for value, n in zip(values, counts, strict=True)} if few else {},
        float(values[0]), float(values[-1]))
