"""Whether all of a group that a file makes recognisable gave the same answer, which would tell it of each of them.

A combination of profile answers shared by enough people hides who is who, not what all of them have in common
(Machanavajjhala et al. 2007). So in every group that a file tells apart at least two people answer otherwise than most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from analysis.privacy import MINIMUM_DISSENT, is_unanimous

Pattern = tuple[str, ...]       # the questions somebody was not asked


class AnswerSpread:
    """Counts answers by question and pattern, and forgets a question of which people are known to differ."""

    def __init__(self, items: Iterable[str]) -> None:
        self.items = tuple(items)
        self._open: dict[Pattern, dict[str, Counter[Hashable]]] = {}

    def add(self, pattern: Pattern, answers: Mapping[str, Any]) -> None:
        """Take the answers of one person."""
        found = self._open.get(pattern)
        if found is None:
            hidden = frozenset(pattern)
            found = self._open[pattern] = {key: Counter() for key in self.items if key not in hidden}
        settled = []
        for key, counts in found.items():
            counts[_spelt(answers.get(key))] += 1
            if counts.total() - max(counts.values()) >= MINIMUM_DISSENT:
                settled.append(key)
        for key in settled:         # whoever is added, they will not agree again
            del found[key]

    def alike(self, patterns: Iterable[Pattern], items: Iterable[str]) -> list[str]:
        """Return the questions to which (nearly) everybody with one of these patterns gave the same answer."""
        own = [(frozenset(pattern), self._open[pattern]) for pattern in dict.fromkeys(patterns)]
        found = []
        for key in items:
            asked = [counts for hidden, counts in own if key not in hidden]
            together: Counter[Hashable] = Counter()
            for counts in asked:
                together.update(counts.get(key, Counter()))
            if asked and all(key in counts for counts in asked) and is_unanimous(together.elements()):
                found.append(key)
        return found

    def alike_of_all(self, items: Iterable[str]) -> list[str]:
        """Return the questions that everybody was asked and (nearly) everybody answered alike."""
        partly = {key for pattern in self._open for key in pattern}
        return self.alike(self._open, [key for key in items if key not in partly])


def classes_alike(spread: AnswerSpread, hidden: Sequence[Pattern], classes: Sequence[int],
                  items: Sequence[str]) -> bool:
    """Tell whether, of several classes of people, one answered some question (nearly) all alike.

    What everybody answered alike is known of everybody, whatever class they are in.
    """
    of_all = set(spread.alike_of_all(items))
    differing = [key for key in items if key not in of_all]
    members: dict[int, list[Pattern]] = {}
    for pattern, own in dict.fromkeys(zip(hidden, classes, strict=True)):
        members.setdefault(own, []).append(pattern)
    return len(members) > 1 and any(spread.alike(patterns, differing) for patterns in members.values())


def is_column_alike(rows: Sequence[Sequence[Hashable]], place: int) -> bool:
    """Tell whether people who look alike in all other columns (nearly) all have the same value in this one."""
    groups: dict[tuple[Hashable, ...], list[Hashable]] = {}
    for row in rows:
        groups.setdefault((*row[:place], *row[place + 1:]), []).append(row[place])
    return any(is_unanimous(values) for values in groups.values())


def _spelt(answer: Any) -> Hashable:
    return tuple(answer) if isinstance(answer, list) else answer
