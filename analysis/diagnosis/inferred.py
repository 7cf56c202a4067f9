"""What a reader can infer of hidden counts from the numbers printed beside other questions, and how it is prevented.

A question that only some were asked prints a number of answers. Who knows the questionnaire knows which cells of a
profile item they came from: at least so many people are in these cells. With the total that bounds the hidden cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from analysis.tables import AnswerTable
from instruments.schema import NOT_SHOWN

Cells = Mapping[str, Mapping[str, frozenset[str]]]      # profile item → choice → respondents
UNSTATED = ""                                           # who is in no cell of a table
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class AskedOfSome:
    """A question that not everybody was asked: who was, and how many answers are printed with it."""

    item: str
    asked: frozenset[str]
    n_printed: int


def asked_of_some(table: AnswerTable) -> tuple[AskedOfSome, ...]:
    """Return the questions that only a part of the respondents saw.

    Parameters
    ----------
    table : AnswerTable

    Returns
    -------
    tuple of AskedOfSome
        One for each set of people and number of answers.
    """
    found: dict[tuple[frozenset[str], int], AskedOfSome] = {}
    for item, codes in table.missing.items():
        is_asked = codes.to_numpy() != NOT_SHOWN
        if is_asked.any() and not is_asked.all():
            asked = frozenset(table.missing.index[is_asked])
            n = int((codes.to_numpy() == 0).sum())
            found.setdefault((asked, n), AskedOfSome(str(item), asked, n))
    return tuple(found.values())


def hide_inferred(tables: Cells, hidden: Mapping[str, frozenset[str]], everybody: frozenset[str],
                  questions: Sequence[AskedOfSome], minimum: int) -> dict[str, frozenset[str]]:
    """Return the cells to hide so that no hidden count is bounded below the minimum by what is printed elsewhere.

    Parameters
    ----------
    tables : mapping of profile item → choice → respondents
    hidden : mapping of profile item → choices hidden so far
    everybody : frozenset of str
        All respondents, whose number is printed.
    questions : sequence of AskedOfSome
    minimum : int
        People a figure needs.

    Returns
    -------
    dict of profile item → choices to hide
        As given, and as many of the next smallest as it takes: of the same table first, then of profile items that
        were themselves asked of some of its cells. What the number of answers to other questions tells beyond that is
        left.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4 (audit of suppressed tables by linear
    programming).
    """
    result = {item: frozenset(keys) for item, keys in hidden.items()}
    for item in tables:
        while _is_exposed(item, tables, result, everybody, questions, minimum):
            victim = _next_to_hide(item, tables, result, everybody)
            if victim is None:
                break
            result[victim[0]] |= {victim[1]}
    return result


def highest_counts(cells: Mapping[str, int], hidden: frozenset[str], total: int,
                   at_least: Sequence[tuple[frozenset[str], int]]) -> dict[str, float]:
    """Return the highest number of people that a reader must think possible in each hidden cell.

    Parameters
    ----------
    cells : mapping of str → int
        Cells of a table with their true counts; those not hidden are printed.
    hidden : frozenset of str
        Hidden cells; `UNSTATED` is one of them.
    total : int
        People in all cells, printed.
    at_least : sequence of (cells, int)
        Sets of cells known to hold at least so many people together.

    Returns
    -------
    dict of hidden cell → upper bound
        By linear programming over all counts that fit what is printed.
    """
    unknown = sorted(hidden)
    place = {cell: number for number, cell in enumerate(unknown)}
    rest = total - sum(n for cell, n in cells.items() if cell not in hidden)
    rows, limits = [], []
    for inside, n in at_least:
        row = np.zeros(len(unknown))
        row[[place[cell] for cell in inside if cell in place]] = -1.0
        rows.append(row)
        limits.append(float(sum(cells.get(cell, 0) for cell in inside - hidden) - n))
    found = {}
    for cell in unknown:
        aim = np.zeros(len(unknown))
        aim[place[cell]] = -1.0
        solved = linprog(aim, A_ub=np.array(rows) if rows else None, b_ub=limits or None,
                         A_eq=np.ones((1, len(unknown))), b_eq=[float(rest)], bounds=(0, None))
        found[cell] = float(-solved.fun) if solved.status == 0 else float(rest)
    return found


def _is_exposed(item: str, tables: Cells, hidden: Mapping[str, frozenset[str]], everybody: frozenset[str],
                questions: Sequence[AskedOfSome], minimum: int) -> bool:
    cells = {**tables[item], UNSTATED: everybody - frozenset[str]().union(*tables[item].values())}
    sizes = {cell: len(people) for cell, people in cells.items() if people}
    unknown = (hidden[item] | {UNSTATED}) & sizes.keys()
    small = [cell for cell in unknown if sizes[cell] < minimum]
    if not small:
        return False
    at_least = [(frozenset(cell for cell in sizes if cells[cell] & question.asked),
                 _n_printed(question, tables, hidden)) for question in questions]
    known = [(inside, n) for inside, n in at_least if 0 < len(inside) < len(sizes)]
    highest = highest_counts(sizes, unknown, len(everybody), known)
    return any(highest[cell] < minimum - _TOLERANCE for cell in small)


def _n_printed(question: AskedOfSome, tables: Cells, hidden: Mapping[str, frozenset[str]]) -> int:
    """Return how many answers a reader sees; of a profile item only those in cells that are shown."""
    if question.item not in tables:
        return question.n_printed
    return sum(len(people) for choice, people in tables[question.item].items() if choice not in hidden[question.item])


def _next_to_hide(item: str, tables: Cells, hidden: Mapping[str, frozenset[str]],
                  everybody: frozenset[str]) -> tuple[str, str] | None:
    """Return the smallest cell still shown, of the table itself or else of one that not everybody was asked for."""
    nested = [other for other in tables
              if len(frozenset[str]().union(*tables[other].values())) < len(everybody) and other != item]
    for place in ([item], nested):
        shown = sorted((len(people), other, choice) for other in place for choice, people in tables[other].items()
                       if people and choice not in hidden[other])
        if shown:
            return shown[0][1:]
    return None
