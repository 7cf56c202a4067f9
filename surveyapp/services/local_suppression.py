"""Single values withheld until enough people look alike: the last step of a disclosure check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from analysis.privacy import MINIMUM_GROUP

Profile = tuple[str, ...]


def safe_profiles(profiles: Sequence[Profile], minimum: int = MINIMUM_GROUP,
                  fixed: Sequence[int] | None = None) -> list[Profile]:
    """Return the profiles with as many values withheld (empty) as it takes for each to be shared by `minimum` people.

    Columns are taken in turn. Within the people who look alike so far, a value that fewer than `minimum` have is
    withheld, and with it the next rarest until those withheld are `minimum` or nobody: what is withheld is a profile
    too. So every row of the result looks like at least `minimum` rows, or all rows are empty (Samarati 2001,
    k-anonymity by local suppression).
    `fixed[row]` is what the file shows of the person anyway.
    """
    if len(profiles) < minimum:
        return [tuple("" for _ in profile) for profile in profiles]
    shown: list[Profile] = [() for _ in profiles]
    apart = fixed or [0] * len(profiles)
    for column in range(len(profiles[0]) if profiles else 0):
        alike: dict[tuple[int, Profile], list[int]] = {}
        for row, profile in enumerate(shown):
            alike.setdefault((apart[row], profile), []).append(row)
        for rows in alike.values():
            withheld = _withheld((profiles[row][column] for row in rows), minimum)
            for row in rows:
                value = profiles[row][column]
                shown[row] = (*shown[row], "" if value in withheld else value)
    return shown


def _withheld(values: Iterable[str], minimum: int) -> frozenset[str]:
    """Return the values of one column that must not be shown within a group of people who look alike."""
    by_size = sorted((n, value) for value, n in Counter(values).items())
    withheld: set[str] = {value for _, value in by_size if value == ""}
    people = sum(n for n, value in by_size if value == "")
    for n, value in by_size:
        if value and (n < minimum or 0 < people < minimum):
            withheld.add(value)
            people += n
    return frozenset(withheld)
