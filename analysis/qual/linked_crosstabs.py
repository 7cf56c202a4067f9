"""Codes by several groupings of the same people: what one table hides must not follow from the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from analysis.privacy import MINIMUM_GROUP
from analysis.qual.crosstab import crosstab
from analysis.qual.frequency import STAFF, count_code
from analysis.results.crosstab import Crosstab, CrosstabRow
from analysis.tables import InterviewTable
from instruments.template import Codebook, Guide

Numbers = NDArray[np.float64]
FOLLOWS = 1e-9          # rest of a hidden figure that no sum of printed ones explains; below it, it follows from them


@dataclass(frozen=True)
class Grouping:
    """A column that interviews are compared by: interview key → group, and its name by language."""

    key: str
    groups: Mapping[str, str]
    name: Mapping[str, str] = field(default_factory=dict)


def linked_crosstabs(table: InterviewTable, codebook: Codebook, codes: Sequence[str], groupings: Sequence[Grouping], *,
                     audience: str = STAFF, guide: Guide | None = None, minimum: int = MINIMUM_GROUP,
                     printed: Mapping[str, str] | None = None) -> tuple[Crosstab, ...]:
    """Return a crosstab for each grouping, with nothing in all of them together that points at one interviewee.

    Parameters
    ----------
    table, codebook, codes, audience, guide, minimum
        As in `crosstab`.
    groupings : sequence of Grouping
        The first comes first in what is shown.
    printed : Mapping[str, str], optional
        Interview key → group of a grouping whose counts are printed elsewhere for groups of the minimum.

    Returns
    -------
    tuple[Crosstab, ...]
        Each as `crosstab` makes it, with fewer numbers. The rows of a code are gone through in order: where a hidden
        count is a sum and difference of counts that are printed so far and in this row, the row loses its total, and
        where that is not enough it is hidden whole. Few interviewees without a value are hidden like a group. A
        printed 0, or "all", tells of each single person of its group and is taken so; the number of all who raised
        the code counts as printed.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.6, linked tables.
    """
    tables = [crosstab(table, codebook, codes, own.groups, grouping=own.key, audience=audience, guide=guide,
                       minimum=minimum) for own in groupings]
    kept: list[list[CrosstabRow]] = [[] for _ in groupings]
    for place, code in enumerate(codes):
        count = count_code(table, codebook, code, audience=audience, guide=guide)
        people = _People(sorted(count.asked), count.supports | count.contradicts | count.mixed, minimum)
        people.know(printed or {})
        for own, made, rows in zip(groupings, tables, kept, strict=True):
            rows.append(people.let_through(made.rows[place], own.groups))
    return tuple(replace(made, rows=tuple(rows), name=dict(own.name), n_hidden=sum(
        value is None for row in rows for value in row.cells.values()))
        for own, made, rows in zip(groupings, tables, kept, strict=True))


class _People:
    """Those asked about one code, and what is printed of who raised it: rows of 0 and 1 over them."""

    def __init__(self, keys: Sequence[str], said: frozenset[str], minimum: int) -> None:
        self.keys, self.said, self.minimum = keys, said, minimum
        self.shown: list[Numbers] = [np.ones(len(keys))]
        self.hidden: list[Numbers] = []

    def know(self, groups: Mapping[str, str]) -> None:
        """Take the counts of large groups as printed."""
        for group in sorted(set(groups.values())):
            own = self._of(groups, group)
            if own.sum() >= self.minimum:
                self.shown += self._told(own)

    def let_through(self, row: CrosstabRow, groups: Mapping[str, str]) -> CrosstabRow:
        """Return the row, hidden whole where it would tell what is hidden."""
        vectors = {group: self._of(groups, group) for group in row.cells}
        shown = [told for group, own in vectors.items() if row.cells[group] is not None for told in self._told(own)]
        hidden = [own for group, own in vectors.items() if row.cells[group] is None]
        total = np.sum([np.zeros(len(self.keys)), *vectors.values()], axis=0)
        rest = 1.0 - total                      # those without a value: hidden where they are few
        if 0 < rest.sum() < self.minimum:
            hidden.append(rest)
        for told in (([*shown, total], shown) if row.n is not None else (shown,)):
            if not _follows(self.hidden + hidden, self.shown + told):
                self.shown += told
                self.hidden += hidden
                return row if len(told) > len(shown) or row.n is None else replace(row, n=None)
        return CrosstabRow(row.code, None, row.of, dict.fromkeys(row.cells), row.asked)

    def _of(self, groups: Mapping[str, str], group: str) -> Numbers:
        return np.array([float(groups.get(key) == group) for key in self.keys])

    def _told(self, own: Numbers) -> list[Numbers]:
        """Return what a printed count tells: a sum, or, where nobody or everybody raised it, of each person."""
        said = sum(key in self.said for key, is_in in zip(self.keys, own, strict=True) if is_in)
        return [own] if 0 < said < own.sum() else [row for row in np.eye(len(self.keys)) if row @ own]


def _follows(hidden: Sequence[Numbers], shown: Sequence[Numbers]) -> bool:
    """Return whether any of the hidden rows is a sum of multiples of the shown ones."""
    if not hidden:
        return False
    _, sizes, basis = np.linalg.svd(np.array(shown), full_matrices=False)
    basis = basis[sizes > FOLLOWS]
    rows = np.array(hidden)
    return bool((np.abs(rows - rows @ basis.T @ basis).max(axis=1) < FOLLOWS).any())
