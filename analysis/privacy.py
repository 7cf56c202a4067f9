"""What may be shown of people: the smallest group, complementary suppression, and whose words may carry a role.

Every grouped figure goes through this module. Standard library only: the web imports it too. The rules are section 5
of the diagnostic model and the anonymity rules of the design; a study may raise a minimum, never go below `FLOOR`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass

from analysis.errors import SpecError

MINIMUM_GROUP = 5       # model 5: groups are shown when each n >= 5
FLOOR = 3               # design, anonymity: no study may set a minimum below this
MINIMUM_CROSSED = 10    # model 5: two attributes crossed need n >= 10
ROUNDING_STEP = 5       # design, anonymity: counts of an open survey are rounded down to this
MINIMUM_ROLE_INTERVIEWEES = 2   # model 8: a role class is named only when this many of it were interviewed ...
MINIMUM_ROLE_HEADCOUNT = 10     # ... and this many people hold it (design, anonymity)
MINIMUM_DISSENT = 2     # people of a group whose answer is another: one alone would know all the others' (model 5)

_TOLERANCE = 1e-7       # a difference below this is a rounding error


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


def suppress_cells(cells: Mapping[str, int], minimum: int = MINIMUM_GROUP,
                   unsafe: Collection[str] = ()) -> frozenset[str]:
    """Return the cells of one table that must be hidden when its total is known.

    Non-empty cells below the minimum and those that are unsafe for another reason are hidden. If any is, the next
    smallest non-empty cells (ties by key) are hidden until at least two are hidden and together hold at least the
    minimum; otherwise the total would give them away.

    Parameters
    ----------
    cells : Mapping[str, int]
        Cell key → people in it.
    minimum : int, optional
        People a cell needs; default 5, `MINIMUM_CROSSED` for two crossed attributes.
    unsafe : Collection[str], optional
        Cells to hide whatever their size.

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
    hidden = [key for n, key in by_size if n < minimum or key in unsafe]
    people = sum(cells[key] for key in hidden)
    for n, key in by_size:
        is_needed = bool(hidden) and (len(hidden) < 2 or people < minimum)  # noqa: PLR2004 - two hide each other
        if is_needed and key not in hidden:
            hidden.append(key)
            people += n
    return frozenset(hidden)


def is_unanimous(values: Iterable[Hashable]) -> bool:
    """Return whether a figure of these people would tell the answer of (nearly) each of them.

    A group large enough to be shown still gives its members away where all said the same; where all but one did, that
    one person can compute it. So at least `MINIMUM_DISSENT` people must have answered otherwise than most did.

    Parameters
    ----------
    values : Iterable[Hashable]
        One value a person; being without an answer is a value too.

    Returns
    -------
    bool
        True where fewer than two differ from the most frequent value; False of nobody.

    References
    ----------
    Machanavajjhala et al. (2007), l-diversity: privacy beyond k-anonymity; Hundepool et al. (2012), Statistical
    Disclosure Control, chapter 5 (group disclosure, and disclosure to members of the group).
    """
    counts = Counter(values)
    return bool(counts) and counts.total() - max(counts.values()) < MINIMUM_DISSENT


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


def told_count(n: int, minimum: int = MINIMUM_GROUP) -> int | None:
    """Return a number of people as it may be told by itself: None from one to below the minimum.

    Parameters
    ----------
    n : int
    minimum : int, optional

    Returns
    -------
    int or None
    """
    return n if n == 0 or n >= minimum else None


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


def listed_roles(interviewees: Mapping[str, int], headcount: Mapping[str, int]) -> frozenset[str]:
    """Return the role classes whose number of interviewees may stand in a list; the others are counted together.

    A number of interviewees says that people took part, not what they said. So a role whose headcount was not entered
    may be listed; one that is known to be held by few, or of which one person was interviewed, may not.

    Parameters
    ----------
    interviewees, headcount : Mapping[str, int]
        As for `quotable_roles`.

    Returns
    -------
    frozenset[str]
    """
    return quotable_roles(interviewees, {role: headcount.get(role, MINIMUM_ROLE_HEADCOUNT) for role in interviewees})


class PrintRegister:
    """Everything printed for a study, so that no difference of two printed figures speaks of too few people.

    Each figure (a construct, an item) has its own ledger of groups of people whose count or mean was printed. A new
    group is refused when, by adding and subtracting what is printed, a reader could compute the figure of fewer than
    `minimum` people. The check is complete: it looks for every set of so few people whose sum the printed sums
    determine, over however many tables.

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
                    total: Iterable[str] | None = None, unsafe: Collection[str] = ()) -> frozenset[str]:
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
        unsafe : Collection[str], optional
            Cells to hide whatever their size.

        Returns
        -------
        frozenset[str]
            Keys to hide: those of `suppress_cells`, and as many of the next smallest as the ledger demands.
        """
        members = {key: frozenset(people) for key, people in cells.items()}
        members = {key: people for key, people in members.items() if people}
        everybody = frozenset[str]().union(*members.values()) | frozenset(total or ())
        hidden = set(suppress_cells({key: len(people) for key, people in members.items()}, minimum or self.minimum,
                                    unsafe))
        shown = sorted(members.keys() - hidden, key=lambda key: (len(members[key]), key))
        if not self.admits(figure, everybody):
            return frozenset(members)
        while shown and not self.admits(figure, everybody, *(members[key] for key in shown)):
            hidden.add(shown.pop(0))
        self.record(figure, everybody, *(members[key] for key in shown))
        return frozenset(hidden)


def _discloses(groups: list[frozenset[str]], minimum: int) -> bool:
    """Return whether sums over these groups determine the sum over some set of fewer than `minimum` people.

    They do exactly when the set's indicator lies in the row space of the membership matrix: when the squared length of
    its projection equals the number of people. Every part of such a set must keep `n_part ** 2 / (minimum - 1)` of
    length (Cauchy-Schwarz), so sets are built person by person and nearly all are given up at once.
    """
    blocks = _blocks(groups)
    inverse = _projection(blocks, len(groups))
    bound = 1 / (minimum - 1) - _TOLERANCE
    small = [_Block(row, size, tuple(inverse[group] for group in row if group in inverse))
             for row, size in blocks if size < minimum]
    small = [block for block in small if block.product(block) >= bound]
    stack = [(place, [block], block.size, block.size**2 * block.product(block)) for place, block in enumerate(small)]
    while stack:
        place, chosen, people, length = stack.pop()
        if length >= people - _TOLERANCE:
            return True
        for following in range(place + 1, len(small)):
            block = small[following]
            n = people + block.size
            if n < minimum:
                longer = length + block.size * (block.size * block.product(block)
                                                + 2 * sum(other.size * other.product(block) for other in chosen))
                if longer >= n**2 * bound:
                    stack.append((following, [*chosen, block], n, longer))
    return False


@dataclass(frozen=True)
class _Block:
    """People that no printed group separates: the groups they are in, how many, and their place in the row space."""

    row: tuple[int, ...]
    size: int
    columns: tuple[Mapping[int, float], ...]    # of the inverse overlap matrix, one for each group of the row

    def product(self, other: _Block) -> float:
        """Return the inner product of one member's projection with that of one member of the other block."""
        return sum(sum(column.get(group, 0.0) for column in self.columns) for group in other.row)


def _blocks(groups: list[frozenset[str]]) -> list[tuple[tuple[int, ...], int]]:
    """Return the blocks of people that no printed group separates: numbers of their groups, and how many they are."""
    rows: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        for person in group:
            rows.setdefault(person, []).append(number)
    return sorted(Counter(map(tuple, rows.values())).items())


def _projection(blocks: list[tuple[tuple[int, ...], int]], n_groups: int) -> dict[int, dict[int, float]]:
    """Return the inverse of the overlap matrix of a largest independent choice of groups (sweep operator)."""
    overlap = [[0.0] * n_groups for _ in range(n_groups)]
    for row, size in blocks:
        for first in row:
            for second in row:
                overlap[first][second] += size
    kept = []
    for pivot in range(n_groups):
        depth = overlap[pivot][pivot]
        if depth > _TOLERANCE:
            _sweep(overlap, pivot, depth)
            kept.append(pivot)
    return {first: {second: -overlap[first][second] for second in kept} for first in kept}


def _sweep(matrix: list[list[float]], pivot: int, depth: float) -> None:
    """Exchange one variable of a symmetric matrix in place."""
    scaled = [value / depth for value in matrix[pivot]]
    for place, row in enumerate(matrix):
        if place != pivot:
            factor = row[pivot]
            if factor:
                matrix[place] = [value - factor * other for value, other in zip(row, scaled, strict=True)]
            matrix[place][pivot] = factor / depth
    matrix[pivot] = scaled
    matrix[pivot][pivot] = -1 / depth
