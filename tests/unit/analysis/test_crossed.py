"""A reader with every printed number of a crossed table: no cell of a few people can be worked out or bounded."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from analysis.crossed import HiddenPlaces, hidden_places, highest_count

Counts = dict[str, dict[str, int]]


def random_table(seed: int) -> Counts:
    """Return a table with many empty and small cells and one row of a few people."""
    rng = np.random.default_rng(seed)
    n_rows, n_columns = int(rng.integers(2, 7)), int(rng.integers(3, 7))
    cells = rng.negative_binomial(1, 0.03, (n_rows, n_columns)) * (rng.random((n_rows, n_columns)) < 0.8)
    cells[rng.integers(n_rows)] = rng.integers(0, 3, n_columns)
    cells[0, 0] += 20
    return {f"r{row}": {f"c{column}": int(n) for column, n in enumerate(own) if n} for row, own in enumerate(cells)}


def highest_by_linear_programming(counts: Counts, hidden: HiddenPlaces) -> dict[tuple[str, str], float]:
    cells = {(row, column): n for row, own in counts.items() for column, n in own.items()}
    unknown = sorted(hidden.cells)
    printed = [[place for place in cells if place[0] == row] for row in counts if row not in hidden.rows]
    printed += [[place for place in cells if place[1] == column] for column in {column for _, column in cells}
                if column not in hidden.columns]
    lines = [line for line in [*printed, list(cells)] if hidden.cells & set(line)]
    left = np.array([[float(place in line) for place in unknown] for line in lines])
    right = [sum(cells[place] for place in line if place in hidden.cells) for line in lines]
    return {place: -linprog(-np.eye(len(unknown))[number], A_eq=left, b_eq=right, bounds=(0, None)).fun
            for number, place in enumerate(unknown)}


@pytest.mark.parametrize("seed", range(60))
def test_no_small_cell_is_bounded_below_the_minimum_and_the_audit_knows_the_bound(seed: int) -> None:
    counts = random_table(seed)
    cells = {(row, column): n for row, own in counts.items() for column, n in own.items()}

    hidden = hidden_places(counts, 5)

    highest = highest_by_linear_programming(counts, hidden) if hidden.cells else {}
    assert {place for place, n in cells.items() if n < 5} <= hidden.cells
    for place in (place for place in hidden.cells if cells[place] < 5):
        assert highest[place] >= 5 - 1e-6
    for place in sorted(hidden.cells):
        assert highest_count(cells, hidden, place, 1000) == pytest.approx(min(highest[place], 1000))


def test_nothing_is_hidden_where_all_cells_are_large() -> None:
    hidden = hidden_places({"a": {"x": 9, "y": 30}, "b": {"x": 50, "z": 5}}, 5)

    assert hidden == HiddenPlaces(set())


def test_the_total_of_a_small_row_takes_the_next_smallest_with_it() -> None:
    hidden = hidden_places({"a": {"x": 2, "y": 1}, "b": {"x": 40, "y": 30}, "c": {"x": 400, "y": 300}}, 5)

    assert hidden.rows == {"a", "b"}


def test_a_table_of_fewer_people_than_the_minimum_shows_nothing() -> None:
    hidden = hidden_places({"a": {"x": 2}, "b": {"y": 1}}, 5)

    assert hidden.cells == {("a", "x"), ("b", "y")}
    assert (hidden.rows, hidden.columns) == ({"a", "b"}, {"x", "y"})
