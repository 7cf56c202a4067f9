"""Who answered what in which wave? The checked ground of a comparison of two waves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import TableError, TooFewData
from analysis.quant.groups.samples import labels_of

FEWEST_PEOPLE = 2           # a spread needs two values


@dataclass(frozen=True)
class TwoWaves:
    """Rows of two waves, recoded: `is_second` by row; units and people where they are known, None = not stated."""

    first: str
    second: str
    items: pd.DataFrame
    is_second: NDArray[np.bool_]
    units: tuple[str | None, ...] | None
    people: tuple[str | None, ...] | None

    @property
    def sizes(self) -> tuple[int, int]:
        return int((~self.is_second).sum()), int(self.is_second.sum())

    def score(self, keys: Sequence[str]) -> NDArray[np.float64]:
        """Return the mean of the items answered, NaN for people who answered fewer than half of them."""
        answers = self.items[list(keys)].to_numpy(dtype=float)
        known = np.isfinite(answers)
        n = known.sum(axis=1)
        total = np.where(known, answers, 0.0).sum(axis=1)
        return np.where((n * 2 >= len(keys)) & (n > 0), total / np.maximum(n, 1), np.nan)

    def pairs(self) -> NDArray[np.int64]:
        """Return the rows of people who took part in both waves, first and second side by side, shape (m, 2)."""
        if self.people is None:
            return np.empty((0, 2), dtype=np.int64)
        place = [{person: row for row, person in enumerate(self.people)
                  if person is not None and self.is_second[row] == wave} for wave in (False, True)]
        both = [person for person in place[0] if person in place[1]]
        return np.array([(place[0][person], place[1][person]) for person in both], dtype=np.int64).reshape(-1, 2)


def two_waves(items: pd.DataFrame, wave: pd.Series, order: tuple[str, str] | None = None, *,
              units: pd.Series | None = None, people: pd.Series | None = None, place: str = "waves") -> TwoWaves:
    """Return the rows of two waves.

    Parameters
    ----------
    items : pandas.DataFrame (n, k)
        Recoded answers of both waves, missing = NaN.
    wave : pandas.Series (n,)
        Wave of each row, in the same order; rows of other waves, or of none, are not used.
    order : tuple of str, optional
        First and second wave; by default there must be two, in alphabetical order.
    units, people : pandas.Series (n,), optional
        Unit, and pseudonym of a linked person, of each row.
    place : str
        Words for messages.

    Returns
    -------
    TwoWaves
        Only rows of the two waves.

    Raises
    ------
    TooFewData
        When a wave has fewer than two rows.
    TableError
        When the waves are not two, or somebody took part twice in one.
    """
    labels = labels_of(wave)
    names = sorted({label for label in labels if label is not None})
    if order is None:
        if len(names) != 2:  # noqa: PLR2004 - a comparison of two
            raise TableError(place, f"the column holds {len(names)} waves.", "Name the two to compare, earlier first.")
        order = (names[0], names[1])
    used = [row for row, label in enumerate(labels) if label in order]
    is_second = np.array([labels[row] == order[1] for row in used], dtype=bool)
    found = TwoWaves(order[0], order[1], items.iloc[used].reset_index(drop=True), is_second,
                     _picked(units, used), _picked(people, used))
    for name, n in zip(order, found.sizes, strict=True):
        if n < FEWEST_PEOPLE:
            raise TooFewData(f"{place}, wave {name!r}", f"{n} rows are too few.", "Name waves of the data.", n)
    _check_people(found, place)
    return found


def _picked(column: pd.Series | None, used: list[int]) -> tuple[str | None, ...] | None:
    if column is None:
        return None
    labels = labels_of(column)
    return tuple(labels[row] for row in used)


def _check_people(waves: TwoWaves, place: str) -> None:
    for is_second, name in ((False, waves.first), (True, waves.second)):
        seen: set[str] = set()
        for row, person in enumerate(waves.people or ()):
            if person is None or waves.is_second[row] != is_second:
                continue
            if person in seen:
                raise TableError(f"{place}, wave {name!r}", f"{person!r} took part twice.", "Keep one row a person.")
            seen.add(person)
