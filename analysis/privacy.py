"""What may be shown of people: the smallest group, complementary suppression, and whose words may carry a role.

Every grouped figure goes through this module. Standard library only: the web imports it too. The rules are section 5
of the diagnostic model and the anonymity rules of the design; a study may raise a minimum, never go below `FLOOR`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from analysis.errors import SpecError

MINIMUM_GROUP = 5       # model 5: groups are shown when each n >= 5
FLOOR = 3               # design, anonymity: no study may set a minimum below this
MINIMUM_CROSSED = 10    # model 5: two attributes crossed need n >= 10
ROUNDING_STEP = 5       # design, anonymity: counts of an open survey are rounded down to this
MINIMUM_ROLE_INTERVIEWEES = 2   # model 8: a role class is named only when this many of it were interviewed ...
MINIMUM_ROLE_HEADCOUNT = 10     # ... and this many people hold it (design, anonymity)

_PRIME = (1 << 61) - 1  # Sums are compared modulo this prime: exact for whole numbers, and far faster than fractions.
_BASE = 1_000_003       # Powers of it are the unrelated coordinates of `_silent_change`.


def check_minimum(minimum: int) -> None:
    """Refuse a minimum group size below the floor.

    Parameters
    ----------
    minimum : int
        People a cell needs before it is shown.

    Raises
    ------
    SpecError
        When `minimum` is below `FLOOR`.
    """
    if minimum < FLOOR:
        raise SpecError("smallest group shown", f"{minimum} is below the floor of {FLOOR}.",
                        f"Set {FLOOR} or more; {MINIMUM_GROUP} is usual.")


def suppress_cells(cells: Mapping[str, int], minimum: int = MINIMUM_GROUP) -> frozenset[str]:
    """Return the cells of one table that must be hidden when its total is known.

    Non-empty cells below the minimum are hidden. If any is, the next smallest non-empty cells (ties by key) are hidden
    until at least two are hidden and together hold at least the minimum; otherwise the total would give them away.

    Parameters
    ----------
    cells : Mapping[str, int]
        Cell key → people in it.
    minimum : int, optional
        People a cell needs; default 5, `MINIMUM_CROSSED` for two crossed attributes.

    Returns
    -------
    frozenset[str]
        Keys to hide; empty cells are never among them. When all non-empty cells together stay below the minimum they
        are all hidden, and the table's total must not be printed either.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
    """
    check_minimum(minimum)
    by_size = sorted((n, key) for key, n in cells.items() if n > 0)
    hidden: list[str] = []
    people = 0
    for n, key in by_size:
        is_unsafe = n < minimum
        is_needed = bool(hidden) and (len(hidden) < 2 or people < minimum)  # noqa: PLR2004 - two hide each other
        if not (is_unsafe or is_needed):
            break
        hidden.append(key)
        people += n
    return frozenset(hidden)


def rounded_count(n: int) -> int:
    """Return a count as it may be shown while a survey is open: rounded down to a multiple of 5.

    Parameters
    ----------
    n : int
        Responses so far, not negative.

    Returns
    -------
    int
        0, 5, 10 ...
    """
    return n - n % ROUNDING_STEP


def may_quote_role(interviewees_in_role: int, headcount: int | None) -> bool:
    """Return whether a quote may name the role class of its speaker.

    Parameters
    ----------
    interviewees_in_role : int
        Interviewees that hold the role.
    headcount : int or None
        People who hold it in the organisation; None = not entered, which counts as too few.

    Returns
    -------
    bool
        True with at least 2 interviewees and 10 people; otherwise the speaker is "an employee".
    """
    return (interviewees_in_role >= MINIMUM_ROLE_INTERVIEWEES
            and headcount is not None and headcount >= MINIMUM_ROLE_HEADCOUNT)


def quotable_roles(interviewees: Mapping[str, int], headcount: Mapping[str, int]) -> frozenset[str]:
    """Return the role classes that quotes of a study may name.

    Roles that `may_quote_role` refuses are withheld. If what is withheld could still be told by elimination (one
    interviewee, or fewer than 10 people, behind all the words "an employee"), the next smallest role is withheld too.

    Parameters
    ----------
    interviewees : Mapping[str, int]
        Role class → interviewees.
    headcount : Mapping[str, int]
        Role class → people in the organisation; absent = not entered.

    Returns
    -------
    frozenset[str]
        Roles that may be printed beside a quote.
    """
    by_size = sorted((headcount.get(role, 0), n, role) for role, n in interviewees.items() if n > 0)
    withheld = [row for row in by_size if not may_quote_role(row[1], headcount.get(row[2]))]
    named = [row for row in by_size if row not in withheld]
    while withheld and named and not _is_crowd(withheld):
        withheld.append(named.pop(0))
    return frozenset(role for _, _, role in named)


def _is_crowd(rows: list[tuple[int, int, str]]) -> bool:
    """Return whether the roles together hold enough interviewees and people not to point at anybody."""
    return (sum(n for _, n, _ in rows) >= MINIMUM_ROLE_INTERVIEWEES
            and sum(people for people, _, _ in rows) >= MINIMUM_ROLE_HEADCOUNT)


class PrintRegister:
    """Everything printed for a study, so that no difference of two printed figures speaks of too few people.

    Each figure (a construct, an item) has its own ledger of groups of people whose count or mean was printed. A new
    group is refused when, by adding and subtracting what is printed, a reader could compute the figure of fewer than
    `minimum` people. People who appear in exactly the same printed groups form a block; the printed sums determine the
    sum over some blocks exactly when every change that leaves all printed sums as they are cancels over these blocks.
    All combinations of up to four blocks are tried, which is complete for the default minimum of 5.

    Parameters
    ----------
    minimum : int, optional
        People that must stand behind every figure that can be computed; default 5.
    """

    def __init__(self, minimum: int = MINIMUM_GROUP) -> None:
        check_minimum(minimum)
        self.minimum = minimum
        self._printed: dict[str, list[frozenset[str]]] = {}

    def printed(self, figure: str) -> tuple[frozenset[str], ...]:
        """Return the groups of people printed for a figure so far.

        Parameters
        ----------
        figure : str
            Name of the figure, such as a construct key.

        Returns
        -------
        tuple[frozenset[str], ...]
            In order of printing.
        """
        return tuple(self._printed.get(figure, ()))

    def admits(self, figure: str, *groups: Iterable[str]) -> bool:
        """Return whether printing the figure for these groups, all together, discloses nobody.

        Parameters
        ----------
        figure : str
            Name of the figure.
        *groups : Iterable[str]
            Respondent keys of each group.

        Returns
        -------
        bool
            False when a group is too small or a difference with what is printed would be.
        """
        new = [frozenset(group) for group in groups]
        if any(len(group) < self.minimum for group in new):
            return False
        return not _discloses([*self._printed.get(figure, ()), *new], self.minimum)

    def record(self, figure: str, *groups: Iterable[str]) -> None:
        """Note that the figure was printed for these groups; empty groups and repetitions are passed over.

        Parameters
        ----------
        figure : str
            Name of the figure.
        *groups : Iterable[str]
            Respondent keys of each group.
        """
        ledger = self._printed.setdefault(figure, [])
        for group in map(frozenset, groups):
            if group and group not in ledger:
                ledger.append(group)

    def print_table(self, figure: str, cells: Mapping[str, Iterable[str]], minimum: int | None = None,
                    total: Iterable[str] | None = None) -> frozenset[str]:
        """Return the cells to hide in a table whose total is printed; record the total and the cells shown.

        Parameters
        ----------
        figure : str
            Name of the figure.
        cells : Mapping[str, Iterable[str]]
            Cell key → respondent keys; cells do not overlap.
        minimum : int, optional
            People a cell needs; default the register's own.
        total : Iterable[str], optional
            Everybody behind the printed total; default all people of the cells. Those in no cell (question not
            answered) count: what is left after the cells is a figure too.

        Returns
        -------
        frozenset[str]
            Keys to hide: those of `suppress_cells`, and as many of the next smallest as the ledger demands.
        """
        members = {key: frozenset(people) for key, people in cells.items()}
        members = {key: people for key, people in members.items() if people}
        everybody = frozenset[str]().union(*members.values()) | frozenset(total or ())
        hidden = set(suppress_cells({key: len(people) for key, people in members.items()}, minimum or self.minimum))
        shown = sorted(members.keys() - hidden, key=lambda key: (len(members[key]), key))
        if not self.admits(figure, everybody):
            return frozenset(members)
        while shown and not self.admits(figure, everybody, *(members[key] for key in shown)):
            hidden.add(shown.pop(0))
        self.record(figure, everybody, *(members[key] for key in shown))
        return frozenset(hidden)


def _discloses(groups: list[frozenset[str]], minimum: int) -> bool:
    """Return whether sums over these groups determine the sum over some set of fewer than `minimum` people."""
    if any(0 < len(big) - len(small) < minimum and small < big for small in groups for big in groups):
        return True
    blocks = _blocks(groups)
    if all(size >= minimum for _, size in blocks):
        return False
    change = _silent_change([row for row, _ in blocks], len(groups))
    return _has_cancelling_set([(change[place], size) for place, (_, size) in enumerate(blocks) if size < minimum],
                               minimum)


def _blocks(groups: list[frozenset[str]]) -> list[tuple[tuple[int, ...], int]]:
    """Return the blocks of people that no printed group separates: membership row and size, in a fixed order."""
    sizes: dict[tuple[int, ...], int] = {}
    for person in frozenset[str]().union(*groups):
        row = tuple(int(person in group) for group in groups)
        sizes[row] = sizes.get(row, 0) + 1
    return sorted(sizes.items())


def _silent_change(blocks: list[tuple[int, ...]], n_groups: int) -> list[int]:
    """Return one arbitrary change of the block sums that leaves every printed sum as it is.

    A set of blocks is determined by the printed sums when every such change cancels over it. One change with unrelated
    free coordinates stands for all; a chance cancellation would only hide a cell too many.
    """
    echelon: list[tuple[int, list[int]]] = []
    for group in range(n_groups):
        row = [block[group] for block in blocks]
        for column, pivot in echelon:
            if row[column]:
                factor = row[column]
                row = [(value - factor * other) % _PRIME for value, other in zip(row, pivot, strict=True)]
        column = next((place for place, value in enumerate(row) if value), -1)
        if column >= 0:
            inverse = pow(row[column], -1, _PRIME)
            echelon.append((column, [value * inverse % _PRIME for value in row]))
    fixed = {column for column, _ in echelon}
    change = [0 if place in fixed else pow(_BASE, place + 1, _PRIME) for place in range(len(blocks))]
    for column, row in reversed(echelon):
        change[column] = -sum(value * other for value, other in zip(row, change, strict=True)) % _PRIME
    return change


def _has_cancelling_set(blocks: list[tuple[int, int]], minimum: int) -> bool:
    """Return whether one to four blocks with fewer than `minimum` people together have changes that cancel."""
    singles: dict[int, list[tuple[frozenset[int], int]]] = {}
    pairs: dict[int, list[tuple[frozenset[int], int]]] = {}
    for place, (change, size) in enumerate(blocks):
        singles.setdefault(change, []).append((frozenset({place}), size))
    for (i, (first, m)), (j, (second, n)) in combinations(enumerate(blocks), 2):
        if m + n < minimum:
            pairs.setdefault((first + second) % _PRIME, []).append((frozenset({i, j}), m + n))
    if 0 in singles or 0 in pairs:
        return True
    return any(not places & others and size + other_size < minimum
               for change, found in pairs.items()
               for partner in (singles.get(-change % _PRIME, []), pairs.get(-change % _PRIME, []))
               for others, other_size in partner
               for places, size in found)
