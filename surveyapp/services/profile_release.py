"""Profiles made coarse enough: merged, dropped from the combination, or withheld, with least loss of information."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from surveyapp.services.alike import is_column_alike
from surveyapp.services.local_suppression import safe_profiles
from surveyapp.services.recoding import Coarse, information, specialise
from surveyapp.services.release import SINGLE, Deed, ReleaseColumn, Row, Treatment
from surveyapp.services.release_columns import Leaves

SPARE_SHARE = 0.05      # people for whom single values may be withheld where that keeps more for all the others


@dataclass(frozen=True)
class SafeProfiles:
    """Columns and rows of the combination, the columns that only count on their own, and what was done."""

    columns: tuple[ReleaseColumn, ...]
    rows: list[Row]
    single_columns: tuple[tuple[ReleaseColumn, dict[str, int]], ...]
    treatments: tuple[Treatment, ...]


def safe_combination(leaves: Sequence[Leaves], minimum: int, fixed: Sequence[int] | None = None) -> SafeProfiles:
    """Return the profile columns so that each combination of them is shared by `minimum` people.

    A column that cannot stay in the combination is counted on its own where its values, merged, have enough people.
    """
    coarse, shown = _least_loss(leaves, minimum, fixed)
    columns, kept = [], []
    singles: list[tuple[ReleaseColumn, dict[str, int]]] = []
    treatments: list[Treatment] = []
    for column, how, values in zip(leaves, coarse, shown, strict=True):
        if any(values):
            columns.append(column.column(how))
            kept.append(values)
            treatments.extend(_treatments(column, how, values))
        elif any(column.values[leaf] for leaf in column.rows):
            singles.extend(_alone(column, minimum, treatments))
    rows: list[Row] = [list(row) for row in zip(*kept, strict=True)]
    return SafeProfiles(tuple(columns), rows, tuple(singles), tuple(treatments))


def diverse_combination(leaves: Sequence[Leaves], minimum: int, facts: frozenset[str]) -> SafeProfiles:
    """Return the profile columns so that nobody's fact follows from the rest of their profile.

    A column of facts stays in the combination while in every group of people who look alike in the other columns at
    least two have another value than most; otherwise it is counted on its own.
    """
    apart: list[str] = []
    while True:
        found = safe_combination([column for column in leaves if column.name not in apart], minimum)
        alike = next((column.name for place, column in enumerate(found.columns)
                      if column.name in facts and is_column_alike(found.rows, place)), None)
        if alike is None:
            break
        apart.append(alike)
    singles, treatments = [*found.single_columns], [*found.treatments]
    for column in leaves:
        if column.name in apart:
            singles.extend(_alone(column, minimum, treatments))
    return SafeProfiles(found.columns, found.rows, tuple(singles), tuple(treatments))


def _alone(column: Leaves, minimum: int,
           treatments: list[Treatment]) -> Iterator[tuple[ReleaseColumn, dict[str, int]]]:
    """Yield the column counted on its own, if it can be, and note what became of it."""
    single = _single(column, minimum)
    n = sum(bool(column.values[leaf]) for leaf in column.rows)
    treatments.append(Treatment(column.name, "split_off" if single else "dropped", n, SINGLE if single else ""))
    if single:
        yield single


def _least_loss(leaves: Sequence[Leaves], minimum: int,
                fixed: Sequence[int] | None) -> tuple[list[Coarse], list[list[str]]]:
    """Return the recoding that keeps more: for everybody alike, or finer with single values withheld."""
    n = len(leaves[0].rows) if leaves else 0
    found = []
    for spare in dict.fromkeys((0, int(n * SPARE_SHARE))):
        coarse = specialise([column.rows for column in leaves], [column.tree() for column in leaves], minimum, fixed,
                            spare)
        shown = _withheld(leaves, coarse, minimum, fixed)
        found.append((information([[value or None for value in column] for column in shown]), coarse, shown))
    return max(found, key=lambda entry: entry[0])[1:]


def _withheld(leaves: Sequence[Leaves], coarse: Sequence[Coarse], minimum: int,
              fixed: Sequence[int] | None) -> list[list[str]]:
    """Return the columns as shown, with single values withheld where a combination is still too rare."""
    names = [{leaf: "" if how.is_dropped else column.value(how.leaves_of(leaf)) for leaf in how.groups}
             for column, how in zip(leaves, coarse, strict=True)]
    rows = list(zip(*([names[place][leaf] for leaf in column.rows] for place, column in enumerate(leaves)),
                    strict=True))
    safe = safe_profiles(rows, minimum, fixed)
    return [[row[place] for row in safe] for place in range(len(leaves))]


def _treatments(column: Leaves, how: Coarse, shown: Sequence[str]) -> list[Treatment]:
    found = []
    merged = sum(len(how.leaves_of(leaf)) > 1 for leaf in column.rows)
    deed: Deed = "banded" if column.is_numeric else "merged"
    n = len(column.rows) if column.is_numeric else merged
    if n:
        found.append(Treatment(column.name, deed, n))
    lost = sum(not value and bool(column.value(how.leaves_of(leaf)))
               for value, leaf in zip(shown, column.rows, strict=True))
    if lost:
        found.append(Treatment(column.name, "withheld", lost))
    return found


def _single(column: Leaves, minimum: int) -> tuple[ReleaseColumn, dict[str, int]] | None:
    """Return the column and the people of each of its values, counted apart from everything else."""
    how = specialise([column.rows], [column.tree()], minimum)[0]
    counts = {column.value(node.leaves) or "no_answer": node.n for node in how.nodes}
    return (column.column(how), counts) if len(counts) > 1 else None


