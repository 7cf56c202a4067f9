"""Which codes appear in the same turns. A count of meeting places, no correlation and no cause."""

from __future__ import annotations

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
    related = {(code, above) for code in codes for above in codebook.ancestors(code)}
    found = [_pair(first, second, units[first], units[second]) for first, second in combinations(codes, 2)
             if (first, second) not in related and (second, first) not in related and units[first] & units[second]]
    return tuple(sorted(found, key=lambda pair: (-pair.n_both, pair.first, pair.second)))


def _pair(first: str, second: str, a: set[tuple[str, int]], b: set[tuple[str, int]]) -> Cooccurrence:
    both = a & b
    return Cooccurrence(first, second, len(a), len(b), len(both), len(both) / (len(a) + len(b) - len(both)),
                        len({interview for interview, _ in both}), min(len(a), len(b)) < THIN_BELOW)
