"""Response rates by groups of the roster, as far as they may be shown: nobody's taking part can be read off them.

Whether a person took part is what has to stay unsaid. A group's rate says it of everybody in it where all or none took
part, and of a few where nearly all or nearly none did; so on both sides there must be the minimum. What the total, or a
table by another attribute of the roster, would give away is hidden too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.privacy import PrintRegister
from analysis.representativity import Representativity, representativity
from analysis.response_rates import (
    Dispositions,
    cooperation_rate_2,
    eligibility,
    refusal_rate_1,
    response_rate_1,
    response_rate_2,
)

COMPLETE, PARTIAL, REFUSAL, UNKNOWN, INELIGIBLE, NOT_TOLD = (
    "complete", "partial", "refusal", "unknown", "ineligible", "handed_in")
# NOT_TOLD: handed in, and which answers they are, and how complete, is known to nobody (anonymous mode).
OUT_OF_SCOPE = "screened"       # found not eligible, or not needed, by their own answers: a thing they told
TOOK_PART = frozenset({COMPLETE, PARTIAL, NOT_TOLD})
_PRIME = (1 << 61) - 1          # ranks are computed modulo a large prime: exact but for a chance of about 1e-18


@dataclass(frozen=True)
class Case:
    """Somebody asked: how it ended, and what the roster says of them (attribute → group)."""

    outcome: str
    groups: Mapping[str, str]


@dataclass(frozen=True)
class Totals:
    """What is known of all answers together where nobody knows whose they are.

    `n_marked` people are known to have handed in. `n_complete` and `n_usable` (complete or partial) count all
    responses; at most `n_unmarked` of them are of people without a mark: whoever did not press the last button, or
    whose mark was dropped at closing.
    """

    n_marked: int
    n_complete: int
    n_usable: int
    n_unmarked: int


@dataclass(frozen=True)
class GroupRates:
    """Rates of one group, 0–1; None = not shown, or not known. Pairs are the lowest and highest value possible."""

    group: str
    n_asked: int
    n_took_part: int | None = None
    share: float | None = None                      # took part, of those who may be eligible
    rr1: tuple[float, float] | None = None
    rr2: tuple[float, float] | None = None
    cooperation: float | None = None
    refusal: float | None = None
    eligibility: float | None = None


@dataclass(frozen=True)
class GroupTable:
    """The groups of one attribute, and how alike they took part."""

    attribute: str
    rows: tuple[GroupRates, ...]
    representativity: Representativity | None


def rates_by_group(cases: Sequence[Case], attributes: Sequence[str], minimum: int,
                   totals: Totals | None = None) -> tuple[GroupTable, ...]:
    """Return response rates for the groups of each attribute.

    Parameters
    ----------
    cases : Sequence[Case]
        Everybody asked.
    attributes : Sequence[str]
        What to group by, the most important first: a later table hides what would give away an earlier one.
    minimum : int
        People there must be on both sides of every share that is shown or can be computed; at least 3.
    totals : Totals, optional
        Where cases are `NOT_TOLD`: the sums from which bounds of RR1 and RR2 follow.

    Returns
    -------
    tuple[GroupTable, ...]
        Tables with two groups or more. RR1, RR2, COOP2, REF1 as in `response_rates`; e only where the group holds
        somebody not eligible. A rate that would tell of fewer than `minimum` refusals, partial responses or people
        screened out is None. Representativity over the groups shown and all hidden ones together.
    """
    keeper = _Keeper(cases, minimum)
    tables = []
    for attribute in attributes:
        members = _members(cases, attribute)
        if len(members) > 1:
            shown = keeper.shown(members)
            tables.append(_table(cases, attribute, members, shown, minimum, totals))
    return tuple(tables)


def _members(cases: Sequence[Case], attribute: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, case in enumerate(cases):
        found.setdefault(case.groups.get(attribute, ""), []).append(number)
    return dict(sorted(found.items()))


def _table(cases: Sequence[Case], attribute: str, members: Mapping[str, list[int]], shown: frozenset[str],
           minimum: int, totals: Totals | None) -> GroupTable:
    counts = {group: Counter(cases[number].outcome for number in numbers) for group, numbers in members.items()}
    told = {outcome: _told(counts, shown, outcome, minimum) for outcome in (PARTIAL, REFUSAL, OUT_OF_SCOPE)}
    rows = []
    for group, numbers in members.items():
        if group in shown:
            knows = frozenset(outcome for outcome, groups in told.items() if group in groups)
            rows.append(_rates(group, counts[group], knows, totals))
        else:
            rows.append(GroupRates(group, len(numbers)))
    sides = {group: _sides(counts[group]) for group in shown}
    rest = [_sides(counts[group]) for group in members if group not in shown]
    if rest:
        sides[""] = (sum(done for done, _ in rest), sum(left for _, left in rest))
    return GroupTable(attribute, tuple(rows), representativity(sides))


def _told(counts: Mapping[str, Counter[str]], shown: Iterable[str], outcome: str, minimum: int) -> frozenset[str]:
    """Return the groups whose count of an outcome may be told: none or enough, and enough in all others together."""
    told = {group for group in shown if counts[group][outcome] == 0 or counts[group][outcome] >= minimum}
    rest = sum(count[outcome] for group, count in counts.items() if group not in told)
    waiting = sorted((counts[group][outcome], group) for group in told if counts[group][outcome])
    while 0 < rest < minimum and waiting:
        n, group = waiting.pop(0)
        told.discard(group)
        rest += n
    return frozenset() if 0 < rest < minimum else frozenset(told)


def _sides(count: Mapping[str, int]) -> tuple[int, int]:
    """Return how many took part and how many did not, those who are not eligible left out."""
    done = sum(n for outcome, n in count.items() if outcome in TOOK_PART)
    return done, sum(n for outcome, n in count.items() if outcome not in TOOK_PART | {INELIGIBLE, OUT_OF_SCOPE})


def _rates(group: str, count: Counter[str], knows: frozenset[str], totals: Totals | None) -> GroupRates:
    done, left = _sides(count)
    base = done + left
    n_asked = sum(count.values())
    if not base or OUT_OF_SCOPE not in knows:
        return GroupRates(group, n_asked)
    if totals is not None:
        return GroupRates(group, n_asked, done, done / base, _bounds(done, base, totals.n_complete, totals),
                          _bounds(done, base, totals.n_usable, totals))
    cases = Dispositions(complete=count[COMPLETE], partial=count[PARTIAL], refusal=count[REFUSAL],
                         unknown_other=count[UNKNOWN], ineligible=count[INELIGIBLE] + count[OUT_OF_SCOPE])
    rr1, rr2 = response_rate_1(cases), response_rate_2(cases)
    knows_refusals = REFUSAL in knows
    return GroupRates(
        group, n_asked, done, rr2, (rr1, rr1) if rr1 is not None and PARTIAL in knows else None,
        (rr2, rr2) if rr2 is not None else None, cooperation_rate_2(cases) if knows_refusals else None,
        refusal_rate_1(cases) if knows_refusals else None,
        eligibility(cases) if knows_refusals and cases.ineligible else None)


def _bounds(n_marked: int, base: int, n_good: int, totals: Totals) -> tuple[float, float]:
    """Return the lowest and highest share of good responses in a group of which only the marks are counted.

    At least `n_good - n_unmarked` marks stand for good responses, so at most the others do not, wherever they are. Who
    was screened out would have to leave the base; that moves neither bound outwards.
    """
    n_not_good = max(0, totals.n_marked - max(0, n_good - totals.n_unmarked))
    highest = min(base, n_good, n_marked + totals.n_unmarked)
    return min(max(0, n_marked - n_not_good), highest) / base, highest / base


# ---- what may be shown ----------------------------------------------------------------------------------------------
class _Keeper:
    """Decides which groups of one table after another may be shown, by what all of them together would tell."""

    def __init__(self, cases: Sequence[Case], minimum: int) -> None:
        self.minimum = minimum
        scope = [number for number, case in enumerate(cases) if case.outcome not in (INELIGIBLE, OUT_OF_SCOPE)]
        self._done = frozenset(number for number in scope if cases[number].outcome in TOOK_PART)
        self._left = frozenset(scope) - self._done
        self._printed: list[frozenset[int]] = [self._done | self._left]

    def shown(self, members: Mapping[str, list[int]]) -> frozenset[str]:
        """Return the groups that may be shown, the largest that fit; they count as shown from now on."""
        groups = {group: frozenset(numbers) & self._printed[0] for group, numbers in members.items()}
        by_size = sorted(groups, key=lambda group: (self._smaller(groups[group]), group))
        shown = [group for group in by_size if self._smaller(groups[group]) >= self.minimum]
        while shown and not self._is_safe([groups[group] for group in shown]):
            shown.pop(0)
        self._printed += [groups[group] for group in shown]
        return frozenset(shown)

    def _smaller(self, people: frozenset[int]) -> int:
        return min(len(people & self._done), len(people & self._left))

    def _is_safe(self, groups: list[frozenset[int]]) -> bool:
        """Tell whether no few people, and no group that took part as a whole or not at all, can be reckoned out."""
        sums = _Sums([*self._printed, *groups], self._done, self._left)
        return not (sums.gives_away_few(self.minimum) or sums.gives_away_all())


class _Sums:
    """What sums over groups of people tell; people whom no group separates form a part.

    Two ways to tell are looked for: a set of which fewer than the minimum did, or did not, take part (the complete
    search of `PrintRegister`, once among those who did and once among those who did not), and a set that took part as a
    whole or not at all, however large. The second exists only if some combination of the sums is made of such parts
    alone: if leaving those parts out lowers the rank.
    """

    def __init__(self, groups: Sequence[frozenset[int]], done: frozenset[int], left: frozenset[int]) -> None:
        rows: dict[int, list[int]] = {}
        for place, group in enumerate(groups):
            for person in group:
                rows.setdefault(person, []).append(place)
        self.n_groups = len(groups)
        self.done = Counter(tuple(row) for person, row in rows.items() if person in done)
        self.left = Counter(tuple(row) for person, row in rows.items() if person in left)

    def gives_away_few(self, minimum: int) -> bool:
        return any(self._discloses(side, minimum) for side in (self.done, self.left))

    def _discloses(self, side: Counter[tuple[int, ...]], minimum: int) -> bool:
        groups: list[set[str]] = [set() for _ in range(self.n_groups)]
        for part, n in side.items():
            for place in part:
                # A part of more people than the minimum is never told; so many stand for all of it.
                groups[place] |= {f"{part}/{person}" for person in range(min(n, minimum))}
        filled = [group for group in groups if group]
        return bool(filled) and not PrintRegister(minimum).admits("took part", *filled)

    def gives_away_all(self) -> bool:
        parts = sorted(self.done.keys() | self.left.keys())
        whole = _rank(parts, self.n_groups)
        return any(_rank([part for part in parts if part in side], self.n_groups) < whole
                   for side in (self.done, self.left))


def _rank(parts: Iterable[tuple[int, ...]], n_groups: int) -> int:
    """Return the rank of the table that says which part lies in which group."""
    rows: list[list[int]] = []      # in steps: each begins further to the right
    for part in parts:
        row = [int(place in part) for place in range(n_groups)]
        for known in rows:
            lead = next(place for place, value in enumerate(known) if value)
            if row[lead]:
                factor = row[lead] * pow(known[lead], -1, _PRIME) % _PRIME
                row = [(value - factor * other) % _PRIME for value, other in zip(row, known, strict=True)]
        if any(row):
            rows.append(row)
            rows.sort(key=lambda known: next(place for place, value in enumerate(known) if value))
    return len(rows)
