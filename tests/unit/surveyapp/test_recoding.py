"""Columns are made as coarse as it takes for every combination to be shared, and no coarser."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.profile_release import safe_combination
from surveyapp.services.recoding import band_edges, band_label, band_of, merge_tree, specialise
from surveyapp.services.release_columns import number_leaves, plain_leaves

PEOPLE = st.lists(st.tuples(*[st.sampled_from("abcdef")] * 3), min_size=8, max_size=80)


def columns_of(people: list[tuple[str, ...]]) -> list:
    return [plain_leaves(name, list(values)) for name, values in zip("xyz", zip(*people, strict=True), strict=False)]


@given(PEOPLE, st.integers(3, 8))
def test_every_combination_that_leaves_is_shared_by_the_minimum(people, minimum):
    safe = safe_combination(columns_of(people), minimum)

    sizes = Counter(map(tuple, safe.rows))
    assert all(n >= minimum or set(row) == {""} for row, n in sizes.items())


@given(PEOPLE, st.integers(3, 8))
def test_what_is_counted_on_its_own_is_shared_too(people, minimum):
    safe = safe_combination(columns_of(people), minimum)

    assert all(n >= minimum for _, counts in safe.single_columns for n in counts.values())


@given(PEOPLE, st.integers(3, 8), st.randoms())
def test_the_same_people_in_another_order_are_made_coarse_alike(people, minimum, chance):
    mixed = list(people)
    chance.shuffle(mixed)

    first, second = (safe_combination(columns_of(rows), minimum) for rows in (people, mixed))

    assert Counter(map(tuple, first.rows)) == Counter(map(tuple, second.rows))
    assert first.treatments == second.treatments


@given(PEOPLE, st.integers(3, 8))
def test_a_coarse_value_never_contradicts_the_true_one(people, minimum):
    leaves = columns_of(people)
    coarse = specialise([column.rows for column in leaves], [column.tree() for column in leaves], minimum)

    for column, how in zip(leaves, coarse, strict=True):
        assert all(leaf in how.leaves_of(leaf) for leaf in column.rows)


def test_groups_that_are_large_enough_stay_as_they_are():
    departments = plain_leaves("DEPT", ["retail"] * 9 + ["outlet"] * 7)

    safe = safe_combination([departments], 5)

    assert Counter(row[0] for row in safe.rows) == {"retail": 9, "outlet": 7}
    assert safe.treatments == ()


def test_small_groups_are_merged_with_each_other_before_a_large_one_is_touched():
    departments = plain_leaves("DEPT", ["retail"] * 20 + ["outlet"] * 9 + ["it"] * 3 + ["legal"] * 2)

    safe = safe_combination([departments], 5)

    assert Counter(row[0] for row in safe.rows) == {"retail": 20, "outlet": 9, "it+legal": 5}
    assert [(done.deed, done.n) for done in safe.treatments] == [("merged", 5)]


def test_ordered_bands_are_merged_with_their_neighbours_only():
    tenure = plain_leaves("TENURE", ["<1"] * 2 + ["1-3"] * 4 + ["4-9"] * 9 + [">9"] * 9,
                          ["<1", "1-3", "4-9", ">9"], is_ordered=True)

    safe = safe_combination([tenure], 5)

    assert Counter(row[0] for row in safe.rows) == {"<1+1-3": 6, "4-9": 9, ">9": 9}


def test_a_column_that_does_not_fit_in_the_combination_is_counted_apart():
    people = [(first, second) for first in "ab" for second in "cd" for _ in range(5)]

    safe = safe_combination(columns_of(people), 10)

    assert [column.name for column in safe.columns] == ["x"]
    assert [(column.name, counts) for column, counts in safe.single_columns] == [("y", {"c": 10, "d": 10})]
    assert [(done.column, done.deed) for done in safe.treatments] == [("y", "split_off")]


def test_a_column_that_is_of_ones_own_is_left_out():
    safe = safe_combination([plain_leaves("NUMBER", [f"person{place}" for place in range(6)])], 5)

    assert (safe.columns, safe.single_columns) == ((), ())
    assert [(done.column, done.deed) for done in safe.treatments] == [("NUMBER", "dropped")]


def test_one_rare_person_does_not_make_everybody_coarse():
    departments = [*["retail"] * 30, *["outlet"] * 30]
    levels = [*["head"] * 10, *["staff"] * 20, *["head"] * 1, *["staff"] * 29]
    people = [plain_leaves("DEPT", departments), plain_leaves("LEVEL", levels)]

    safe = safe_combination(people, 5)

    sizes = Counter(map(tuple, safe.rows))
    assert sizes["retail", "head"] == 10
    assert sizes["outlet", ""] == 30
    assert ("withheld", 30) in {(done.deed, done.n) for done in safe.treatments}


def test_what_the_file_shows_anyway_counts_as_a_part_of_the_combination():
    minutes = plain_leaves("MINUTES", ["short"] * 6 + ["long"] * 6)

    safe = safe_combination([minutes], 5, fixed=[0, 0, 0, 1, 1, 1] * 2)

    assert safe.columns == ()


# ---- numbers --------------------------------------------------------------------------------------------------------
@given(st.lists(st.integers(0, 2000), min_size=12, max_size=200))
def test_a_number_leaves_as_a_band_that_holds_it_and_enough_others(values):
    safe = safe_combination([number_leaves("LOAD", [float(value) for value in values], 5)], 5)

    sizes = Counter(row[0] for row in safe.rows)
    assert all(n >= 5 for n in sizes.values())


def test_no_band_shows_the_largest_or_the_smallest():
    values = [float(value) for value in (*range(10, 60), 900)]

    edges = band_edges(values, 5)

    assert edges[0] > 10
    assert edges[-1] < 60
    assert band_label(len(edges), len(edges), edges).startswith(">=")


@pytest.mark.parametrize(("first", "last", "is_whole", "label"), [
    (0, 0, True, "<5"), (1, 1, True, "5-9"), (1, 2, True, "5-19"), (3, 3, True, ">=20"), (1, 1, False, "5-<10")])
def test_bands_are_called_by_their_round_edges(first, last, is_whole, label):
    assert band_label(first, last, (5.0, 10.0, 20.0), is_whole=is_whole) == label


def test_an_edge_belongs_to_the_band_above_it():
    assert [band_of(value, (5.0, 10.0)) for value in (4.9, 5.0, 9.0, 10.0)] == [0, 1, 1, 2]


def test_a_tree_of_leaves_that_nobody_has_is_empty():
    assert merge_tree([0, 0], is_ordered=True).n == 0
