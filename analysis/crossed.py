"""What to hide of a table of two attributes whose totals are printed, so that no small cell follows from them.

Standard library only. Hiding a few more cells in each row and column is not enough: totals of all rows and columns
together may still bound a hidden cell. So every small cell is audited against everything that is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.privacy import suppress_cells

Place = tuple[str, str]
_MINIMUM_HIDDEN = 2         # cells of a line that hide each other from its total
_FREE_ROWS, _FREE_COLUMNS = ("free", "rows"), ("free", "columns")


@dataclass
class HiddenPlaces:
    """Cells, and totals of rows and columns, that must not be printed."""

    cells: set[Place]
    rows: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)


def hidden_places(counts: Mapping[str, Mapping[str, int]], minimum: int) -> HiddenPlaces:
    """Return what to hide of a crossed table so that no cell below the minimum can be worked out or bounded.

    Parameters
    ----------
    counts : mapping of row → column → people
        Empty cells are printed as such.
    minimum : int
        People a figure needs.

    Returns
    -------
    HiddenPlaces
        Small cells, the next smallest in their lines, totals below the minimum with the next smallest, and as many
        further cells as it takes until each hidden small cell could hold the minimum for all a reader knows. The total
        of the whole table is taken as printed; a table of fewer people than the minimum is hidden whole.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, chapter 4 (secondary suppression and its audit).
    """
    cells = {(row, column): n for row, inside in counts.items() for column, n in inside.items() if n > 0}
    hidden = HiddenPlaces({place for place, n in cells.items() if n < minimum})
    hidden.rows |= suppress_cells(_totals(cells, 0), minimum)
    hidden.columns |= suppress_cells(_totals(cells, 1), minimum)
    _protect_lines(cells, hidden, minimum)
    small = sorted(place for place, n in cells.items() if n < minimum)
    while any(highest_count(cells, hidden, place, minimum) < minimum for place in small):
        if not _hide_more(cells, hidden):
            break
    return hidden


def highest_count(cells: Mapping[Place, int], hidden: HiddenPlaces, place: Place, enough: int) -> int:
    """Return how many people a reader must think possible in a hidden cell, counted up to `enough`.

    Parameters
    ----------
    cells : mapping of (row, column) → people
        Non-empty cells.
    hidden : HiddenPlaces
    place : (row, column)
        A hidden cell.
    enough : int
        Where counting may stop.

    Returns
    -------
    int
        The true count and what can be moved there: more people in the cell mean fewer elsewhere in its row, so more
        there in the column, and so on round to the cell's own column. That is a greatest flow from the row to the
        column over hidden cells; lines whose totals are hidden exchange people with each other.
    """
    flow: dict[tuple[Place, Place], int] = {}
    reached = cells[place]
    while reached < enough:
        path = _path(cells, hidden, place, flow)
        if path is None:
            break
        for step in path:       # one person at a time: few are needed
            back = (step[1], step[0])
            flow[step] = flow.get(step, 0) + 1
            flow[back] = flow.get(back, 0) - 1
        reached += 1
    return reached


def _path(cells: Mapping[Place, int], hidden: HiddenPlaces, place: Place,
          flow: Mapping[tuple[Place, Place], int]) -> list[tuple[Place, Place]] | None:
    """Return a way over which one more person can be moved, None where there is none."""
    start, end = ("row", place[0]), ("column", place[1])
    came: dict[Place, Place] = {start: start}
    queue = [start]
    for node in queue:
        for following, room in _ways(cells, hidden, place, node):
            if following not in came and (room is None or flow.get((node, following), 0) < room):
                came[following] = node
                queue.append(following)
    if end not in came:
        return None
    path = []
    while end != start:
        path.append((came[end], end))
        end = came[end]
    return path


def _ways(cells: Mapping[Place, int], hidden: HiddenPlaces, place: Place,
          node: Place) -> list[tuple[Place, int | None]]:
    """Return where people can be moved from a line, and how many (None = any number)."""
    kind, name = node
    if kind == "row":
        ways: list[tuple[Place, int | None]] = [
            (("column", column), cells[row, column]) for row, column in hidden.cells
            if row == name and (row, column) != place]
        return [*ways, (_FREE_ROWS, None)] if name in hidden.rows else ways
    if kind == "column":
        ways = [(("row", row), None) for row, column in hidden.cells if column == name and (row, column) != place]
        return [*ways, (_FREE_COLUMNS, None)] if name in hidden.columns else ways
    free = hidden.rows if node == _FREE_ROWS else hidden.columns
    return [((name.removesuffix("s"), line), None) for line in sorted(free)]


def _totals(cells: Mapping[Place, int], axis: int) -> dict[str, int]:
    totals: dict[str, int] = {}
    for place, n in cells.items():
        totals[place[axis]] = totals.get(place[axis], 0) + n
    return totals


def _protect_lines(cells: Mapping[Place, int], hidden: HiddenPlaces, minimum: int) -> None:
    """Hide the next smallest cells of every line until the hidden ones are two and hold a group together."""
    lines = [[place for place in cells if place[axis] == name] for axis in (0, 1) for name in _totals(cells, axis)]
    before = -1
    while before != len(hidden.cells):
        before = len(hidden.cells)
        for line in lines:
            inside = [place for place in line if place in hidden.cells]
            people = sum(cells[place] for place in inside)
            for place in sorted(set(line) - set(inside), key=lambda place: (cells[place], place)):
                if inside and (len(inside) < _MINIMUM_HIDDEN or people < minimum):
                    inside.append(place)
                    people += cells[place]
            hidden.cells.update(inside)


def _hide_more(cells: Mapping[Place, int], hidden: HiddenPlaces) -> bool:
    """Hide the smallest cell still shown, after the last one the smallest total; False where all is hidden."""
    shown = sorted((n, place) for place, n in cells.items() if place not in hidden.cells)
    if shown:
        hidden.cells.add(shown[0][1])
        return True
    for axis, lines in ((0, hidden.rows), (1, hidden.columns)):
        totals = sorted((n, name) for name, n in _totals(cells, axis).items() if name not in lines)
        if totals:
            lines.add(totals[0][1])
            return True
    return False
