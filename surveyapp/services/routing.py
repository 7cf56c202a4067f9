"""Questions that only some people were asked: which may stay beside the others, and which leave apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.services.release import ANSWERS, Treatment


@dataclass(frozen=True)
class Routing:
    """`classes[row]` tells people apart by the questions kept; `apart` are sets for tables of their own."""

    classes: list[int]
    apart: tuple[tuple[str, ...], ...]
    kept_out: frozenset[str]        # questions that are not in the main table
    treatments: tuple[Treatment, ...]


def plan_routing(hidden: Sequence[tuple[str, ...]], minimum: int, *, is_apart: bool = False) -> Routing:
    """Return what happens to the questions that some people did not see, from the hidden questions of each person.

    Questions hidden from the same people go together. A set stays while every combination of asked and not asked is
    shared by `minimum` people; otherwise it leaves apart if `minimum` were asked, and not at all if fewer were.
    With `is_apart` none stays: whoever was asked would be known to have answered like all the others who were.
    """
    people = Counter(hidden)
    classes: dict[tuple[str, ...], int] = dict.fromkeys(people, 0)
    apart: list[tuple[str, ...]] = []
    treatments: list[Treatment] = []
    for group in _groups(people):
        n_hidden = sum(n for pattern, n in people.items() if group[0] in pattern)
        n_asked = len(hidden) - n_hidden
        divided = _divide(classes, group[0])
        if _fewest(divided, people) >= minimum and not is_apart:
            classes = divided
        elif n_asked >= minimum:
            apart.append(group)
            treatments.extend(Treatment(key, "split_off", n_asked, f"{ANSWERS}_{len(apart)}") for key in group)
        else:
            treatments.extend(Treatment(key, "dropped", n_asked) for key in group)
    kept_out = frozenset(treatment.column for treatment in treatments)
    return Routing([classes[pattern] for pattern in hidden], tuple(apart), kept_out, tuple(treatments))


def _groups(people: Counter[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the sets of questions hidden from the same people, those asked of most people first."""
    patterns = sorted(people)
    places: dict[str, list[int]] = {}
    for place, pattern in enumerate(patterns):
        for key in pattern:
            places.setdefault(key, []).append(place)
    groups: dict[tuple[int, ...], list[str]] = {}
    for key, found in places.items():
        groups.setdefault(tuple(found), []).append(key)
    n_hidden = {found: sum(people[patterns[place]] for place in found) for found in groups}
    return [tuple(groups[found]) for found in sorted(groups, key=lambda found: (n_hidden[found], found))]


def _divide(classes: dict[tuple[str, ...], int], key: str) -> dict[tuple[str, ...], int]:
    """Return the classes divided by whether the question was hidden."""
    return {pattern: 2 * old + (key in pattern) for pattern, old in classes.items()}


def _fewest(classes: dict[tuple[str, ...], int], people: Counter[tuple[str, ...]]) -> int:
    sizes: Counter[int] = Counter()
    for pattern, n in people.items():
        sizes[classes[pattern]] += n
    return min(sizes.values(), default=0)
