"""Codes by several groupings: what one table hides does not follow from the others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.qual.linked_crosstabs import Grouping, linked_crosstabs
from tests.unit.analysis.qual.test_across import BOOK, coding, interview_table

N = 24
KEYS = [f"i{number:02d}" for number in range(N)]


def made(said: set[str], *groupings: dict[str, str], printed: dict[str, str] | None = None):
    table = interview_table(dict.fromkeys(KEYS, "teller"), [coding(key, "A") for key in sorted(said)])
    found = linked_crosstabs(table, BOOK, ["A"], [Grouping(f"g{place}", own) for place, own in enumerate(groupings)],
                             printed=printed)
    return [table.rows[0] for table in found]


def halves(at: int) -> dict[str, str]:
    return {key: "a" if place < at else "b" for place, key in enumerate(KEYS)}


def test_one_grouping_is_as_a_crosstab_alone():
    row, = made(set(KEYS[:12]), halves(6) | dict.fromkeys(KEYS[18:], "c"))

    assert row.cells == {"a": 6, "b": 6, "c": 0}
    assert row.n == 12


def test_a_group_hidden_in_one_table_is_not_printed_in_another_under_another_name():
    first = {key: "abc"[place // 8] for place, key in enumerate(KEYS)}      # three groups of eight
    second = {key: "xyy"[place // 8] for place, key in enumerate(KEYS)}     # x is a, y the rest
    said = {*KEYS[:2], *KEYS[8:13], *KEYS[16:21]}       # 2, 5 and 5: the first is small

    one, other = made(said, first, second)

    assert one.cells["a"] is None
    assert other.cells["x"] is None


def test_a_hidden_count_that_two_tables_give_together_is_hidden_in_the_second():
    first = {key: "aab"[place // 8] for place, key in enumerate(KEYS)}
    second = {key: "xyz"[place // 8] for place, key in enumerate(KEYS)}     # a is x and y
    said = {*KEYS[:8], *KEYS[8:13], *KEYS[16:22]}

    alone, = made(said, second)
    _, beside = made(said, first, second, printed=second)

    assert alone.cells["y"] is None             # three of eight did not
    assert list(beside.cells.values()) == [None, None, None]
    assert beside.n is None


def test_few_without_a_value_are_hidden_like_a_group():
    row, = made(set(KEYS[:12]), {key: value for key, value in halves(12).items() if key not in KEYS[10:14]})

    assert (row.n, row.cells) == (None, {"a": None, "b": None})


groups = st.lists(st.sampled_from("abcd"), min_size=N, max_size=N).map(lambda row: dict(zip(KEYS, row, strict=True)))


@given(st.sets(st.sampled_from(KEYS)), groups, groups)
def test_no_hidden_count_is_fixed_by_what_is_printed(said: set[str], first: dict[str, str], second: dict[str, str]):
    rows = made(said, first, second)
    shown, hidden = [np.ones(N)], []
    for row, own in zip(rows, (first, second), strict=True):
        members = {group: np.array([float(own[key] == group) for key in KEYS]) for group in row.cells}
        is_whole = all(value is None for value in row.cells.values())
        for group, value in row.cells.items():
            if value is not None:
                alone = value in (0, row.asked[group])
                shown += [line for line in np.eye(N) if line @ members[group]] if alone else [members[group]]
            elif not is_whole:
                hidden.append(members[group])

    for vector in hidden:
        rest = vector - np.array(shown).T @ np.linalg.lstsq(np.array(shown).T, vector, rcond=None)[0]
        assert np.abs(rest).max() > 1e-6
    assert all(value is None or value == sum(own[key] == group for key in said)
               for row, own in zip(rows, (first, second), strict=True) for group, value in row.cells.items())


def test_a_count_that_nobody_elsewhere_leaves_over_is_hidden_with_its_row():
    row, = made(set(KEYS[8:21]), halves(8))     # none of a, 13 of 16 of b: 13 raised it, and three of b did not

    assert (row.n, row.cells) == (None, {"a": None, "b": None})
