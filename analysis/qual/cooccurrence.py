"""Which codes meet, in the same turn or on the same words. A count of meeting places, no correlation and no cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from analysis.qual.frequency import STAFF, interviewees
from analysis.results.comparisons import Cooccurrence
from analysis.tables import InterviewTable
from instruments.template import Codebook

THIN_BELOW = 3              # knowledge of peers: a pair is greyed where one code occurs in fewer than 3 units


def cooccurrences(table: InterviewTable, codebook: Codebook, codes: Sequence[str], *,
                  audience: str = STAFF) -> tuple[Cooccurrence, ...]:
    """Return for each pair of codes in how many turns both appear.

    Parameters
    ----------
    table : InterviewTable
        Interviews and codings; the unit is the turn, whoever coded it. Codings without a turn are left out.
    codebook : Codebook
        Hierarchy; sub-codes count for the code.
    codes : sequence of str
        Codes to pair; a code and one above or below it are not paired.
    audience : str, optional
        Whose interviews.

    Returns
    -------
    tuple[Cooccurrence, ...]
        Pairs that meet at least once, most frequent first, then by key; coefficient ``n12 / (n1 + n2 - n12)``.
    """
    people = set(interviewees(table, audience).index)
    placed = table.codings[(table.codings["turn"] >= 0) & table.codings["interview"].isin(people)]
    units: dict[str, set[tuple[str, int]]] = {code: set() for code in codes}
    for interview, turn, code in placed[["interview", "turn", "code"]].itertuples(index=False):
        for key in (code, *codebook.ancestors(str(code))):
            if key in units:
                units[key].add((str(interview), int(turn)))
    return _sorted([_pair(first, second, units[first], units[second]) for first, second in _pairs(codes, codebook)
                    if units[first] & units[second]])


def overlaps(table: InterviewTable, codebook: Codebook, codes: Sequence[str], *,
             audience: str = STAFF) -> tuple[Cooccurrence, ...]:
    """Return for each pair of codes how many of their passages overlap.

    Parameters
    ----------
    table : InterviewTable
        Interviews and codings. Passages of one code that overlap or touch are one, whoever marked them; codings without
        a place are left out.
    codebook : Codebook
        Hierarchy; sub-codes count for the code.
    codes : sequence of str
        Codes to pair; a code and one above or below it are not paired.
    audience : str, optional
        Whose interviews.

    Returns
    -------
    tuple[Cooccurrence, ...]
        As `cooccurrences`, with passages for turns. ``n_both`` is the smaller number of two: passages of the first code
        that overlap one of the second, and the reverse; so ``n12 / (n1 + n2 - n12)`` stays between 0 and 1.
    """
    people = set(interviewees(table, audience).index)
    placed = table.codings[(table.codings["start"] >= 0) & table.codings["interview"].isin(people)]
    ranges: dict[str, list[_Range]] = {code: [] for code in codes}
    for interview, start, end, code in placed[["interview", "start", "end", "code"]].itertuples(index=False):
        for key in (code, *codebook.ancestors(str(code))):
            if key in ranges:
                ranges[key].append((str(interview), int(start), int(end)))
    passages = {code: _joined(own) for code, own in ranges.items()}
    found = []
    for first, second in _pairs(codes, codebook):
        both = _meeting(passages[first], passages[second])
        if both:
            n = min(len(both), len(_meeting(passages[second], passages[first])))
            found.append(_result(first, second, (len(passages[first]), len(passages[second]), n),
                                 len({interview for interview, _, _ in both})))
    return _sorted(found)


_Range = tuple[str, int, int]


def _joined(ranges: list[_Range]) -> list[_Range]:
    found: list[_Range] = []
    for interview, start, end in sorted(ranges):
        if found and found[-1][0] == interview and start <= found[-1][2]:
            found[-1] = (interview, found[-1][1], max(found[-1][2], end))
        else:
            found.append((interview, start, end))
    return found


def _meeting(own: list[_Range], others: list[_Range]) -> list[_Range]:
    """Return the passages of the first list that overlap one of the second; both are joined and sorted."""
    by_interview: dict[str, list[_Range]] = defaultdict(list)
    for row in others:
        by_interview[row[0]].append(row)
    return [row for row in own if any(row[1] < other[2] and other[1] < row[2] for other in by_interview[row[0]])]


def _pairs(codes: Sequence[str], codebook: Codebook) -> list[tuple[str, str]]:
    related = {(code, above) for code in codes for above in codebook.ancestors(code)}
    return [(first, second) for first, second in combinations(codes, 2)
            if (first, second) not in related and (second, first) not in related]


def _sorted(found: list[Cooccurrence]) -> tuple[Cooccurrence, ...]:
    return tuple(sorted(found, key=lambda pair: (-pair.n_both, pair.first, pair.second)))


def _pair(first: str, second: str, a: set[tuple[str, int]], b: set[tuple[str, int]]) -> Cooccurrence:
    both = a & b
    return _result(first, second, (len(a), len(b), len(both)), len({interview for interview, _ in both}))


def _result(first: str, second: str, counts: tuple[int, int, int], n_interviews: int) -> Cooccurrence:
    n_first, n_second, n_both = counts
    return Cooccurrence(first, second, n_first, n_second, n_both, n_both / (n_first + n_second - n_both), n_interviews,
                        min(n_first, n_second) < THIN_BELOW)
