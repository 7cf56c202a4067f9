"""What has been printed of whom, kept fast enough for a table of every construct by every profile item."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.privacy import PrintRegister

TOLERANCE = 1e-6            # leverages come out a rounding error off


class SharedLedgers(PrintRegister):
    """A register in which figures known of exactly the same people share one ledger.

    The same tables of the same people disclose the same, whatever figure stands in them; most constructs are answered
    by nearly everybody, so the search for disclosing differences runs once instead of once a construct. Before that
    search a bound is looked at which settles nearly every table at once.
    """

    def __init__(self, minimum: int) -> None:
        super().__init__(minimum)
        self._first: dict[frozenset[str], str] = {}
        self._hidden: dict[tuple[str, frozenset[frozenset[str]], frozenset[frozenset[str]]],
                           frozenset[frozenset[str]]] = {}
        self._people: dict[str, int] = {}
        self._members: dict[frozenset[str], NDArray[np.intp]] = {}

    def print_table(self, figure: str, cells: Mapping[str, Iterable[str]], minimum: int | None = None,
                    total: Iterable[str] | None = None, unsafe: Collection[str] = ()) -> frozenset[str]:
        """Return the cells to hide, as `PrintRegister.print_table` does.

        Parameters
        ----------
        figure, cells, minimum, total, unsafe
            As there.

        Returns
        -------
        frozenset[str]
        """
        members = {key: frozenset(people) for key, people in cells.items()}
        everybody = frozenset[str]().union(*members.values(), frozenset(total or ()))
        ledger = self._first.setdefault(everybody, figure)
        table = (ledger, frozenset(members.values()), frozenset(members[key] for key in unsafe if key in members))
        if table not in self._hidden:
            hidden = super().print_table(ledger, members, minimum, everybody, unsafe)
            self._hidden[table] = frozenset(members[key] for key in hidden)
        return frozenset(key for key, people in members.items() if people in self._hidden[table])

    def admits(self, figure: str, *groups: Iterable[str]) -> bool:
        """Return whether printing the figure for these groups discloses nobody, as `PrintRegister.admits` does.

        Parameters
        ----------
        figure, *groups
            As there.

        Returns
        -------
        bool
        """
        new = [frozenset(group) for group in groups]
        if all(len(group) >= self.minimum for group in new):
            printed = list(dict.fromkeys((*self.printed(figure), *new)))
            if self._largest_leverage(printed) < 1 / (self.minimum - 1) - TOLERANCE:
                return True
        return super().admits(figure, *new)

    def _largest_leverage(self, groups: Sequence[frozenset[str]]) -> float:
        """Return the largest diagonal element of the projection on the printed groups, 0..1.

        Sums that determine the sum over m people fix a vector of squared length m in the row space; by Cauchy-Schwarz
        each of the m has a leverage of at least 1 / m. Where nobody's reaches 1 / (minimum - 1) no such set is small.
        """
        places = [self._places(group) for group in groups]
        member = np.zeros((len(self._people), len(groups)))
        for column, rows in enumerate(places):
            member[rows, column] = 1.0
        inverse = np.linalg.pinv(member.T @ member, hermitian=True)
        return float(((member @ inverse) * member).sum(axis=1).max(initial=0.0))

    def _places(self, group: frozenset[str]) -> NDArray[np.intp]:
        """Return the rows of a group's people; the same few groups are printed again and again."""
        if group not in self._members:
            self._members[group] = np.array([self._people.setdefault(person, len(self._people)) for person in group],
                                            dtype=np.intp)
        return self._members[group]
