"""Codes by role or another grouping of the interviewees, with nothing in it that points at one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from analysis.crossed import hidden_places
from analysis.privacy import MINIMUM_GROUP, check_minimum, suppress_cells
from analysis.qual.frequency import STAFF, count_code, interviewees
from analysis.results.crosstab import Crosstab, CrosstabRow
from analysis.tables import InterviewTable
from instruments.template import Codebook, Guide

SAID, UNSAID = "said", "unsaid"


def crosstab(table: InterviewTable, codebook: Codebook, codes: Sequence[str], groups: Mapping[str, str], *,
             grouping: str = "role", audience: str = STAFF, guide: Guide | None = None,
             minimum: int = MINIMUM_GROUP) -> Crosstab:
    """Return how many interviewees of each group raised each code.

    Parameters
    ----------
    table : InterviewTable
        Interviews and codings.
    codebook : Codebook
        Hierarchy; sub-codes count for the code.
    codes : sequence of str
        Rows, in order.
    groups : Mapping[str, str]
        Interview key → group; interviews without one are left out of the table.
    grouping : str, optional
        Name of the grouping.
    audience : str, optional
        Whose interviews.
    guide : Guide, optional
        Says who was asked, see `count_code`.
    minimum : int, optional
        People that a figure needs, at least 3.

    Returns
    -------
    Crosstab
        Counts in people, raised in whatever polarity. Of each code the table group × (said, not said) is protected: a
        count below the minimum is hidden on both sides, because "4 of 5" tells of the fifth; further cells are hidden
        until none follows from the totals (`crossed.hidden_places`). Nobody, 0, is shown. Groups smaller than the
        minimum, and those that follow from them, are hidden whole.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
    """
    check_minimum(minimum)
    people = {str(key) for key in interviewees(table, audience).index} & set(groups)
    sizes = Counter(groups[key] for key in people)
    closed = suppress_cells(sizes, minimum)
    rows = []
    for code in codes:
        count = count_code(table, codebook, code, audience=audience, guide=guide)
        said = (count.supports | count.contradicts | count.mixed) & people
        asked = Counter(groups[key] for key in count.asked & people)
        raised = Counter(groups[key] for key in said)
        rows.append(_row(code, raised, asked, closed, minimum))
    n_hidden = sum(value is None for row in rows for value in row.cells.values())
    return Crosstab(grouping, dict(sorted(sizes.items())), tuple(rows), minimum, n_hidden)


def _row(code: str, raised: Counter[str], asked: Counter[str], closed: frozenset[str], minimum: int) -> CrosstabRow:
    counts = {group: {SAID: raised[group], UNSAID: n - raised[group]} for group, n in asked.items()}
    hidden = hidden_places(counts, minimum)
    cells: dict[str, int | None] = {}
    for group in sorted(asked):
        is_hidden = bool(raised[group]) and (group in closed or not hidden.cells.isdisjoint(
            {(group, SAID), (group, UNSAID)}))
        cells[group] = None if is_hidden else raised[group]
    n, of = raised.total(), asked.total()
    # The number of all who raised it tells of single people only where it is nearly nobody or nearly everybody.
    total = None if 0 < n < minimum or (n and 0 < of - n < minimum) else n
    return CrosstabRow(code, total, of, cells, dict(sorted(asked.items())))
