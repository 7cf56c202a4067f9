from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.customers.sizing import is_dominated
from analysis.errors import SpecError
from analysis.privacy import (
    PrintRegister,
    is_unanimous,
    listed_roles,
    may_quote_role,
    quotable_roles,
    rounded_count,
    suppress_cells,
    told_count,
)

sizes = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 40), max_size=8)


def people(prefix, n, start=0):
    return frozenset(f"{prefix}{place}" for place in range(start, start + n))


@given(sizes, st.integers(3, 12))
def test_the_total_minus_what_is_shown_never_speaks_of_too_few(cells, minimum):
    hidden = suppress_cells(cells, minimum)

    shown = [n for key, n in cells.items() if key not in hidden and n > 0]
    rest = sum(cells[key] for key in hidden)
    assert all(n >= minimum for n in shown)
    assert not hidden or rest >= minimum or not shown
    assert len(hidden) != 1 or not shown


@given(sizes, st.integers(3, 12))
def test_nothing_is_hidden_where_every_cell_is_large_enough(cells, minimum):
    large = {key: n for key, n in cells.items() if n == 0 or n >= minimum}

    assert suppress_cells(large, minimum) == frozenset()


def test_ties_are_broken_by_key():
    assert suppress_cells({"z": 9, "c": 9, "b": 3}) == {"b", "c"}


def test_no_study_goes_below_the_floor():
    with pytest.raises(SpecError, match="floor of 3"):
        suppress_cells({"a": 10}, 2)


@pytest.mark.parametrize(("n", "shown"), [(0, 0), (4, 0), (5, 5), (14, 10), (100, 100)])
def test_counts_of_an_open_survey_are_rounded_down_to_five(n, shown):
    assert rounded_count(n) == shown


@pytest.mark.parametrize(("interviewees", "headcount", "may"), [
    (2, 10, True), (1, 40, False), (3, 9, False), (4, None, False)])
def test_a_role_is_named_only_where_it_is_a_crowd(interviewees, headcount, may):
    assert may_quote_role(interviewees, headcount) is may


def test_the_one_role_that_may_not_be_named_is_not_told_by_elimination():
    interviewees = {"relationship_manager": 4, "outlet_head": 2, "branch_manager": 1}
    headcount = {"relationship_manager": 60, "outlet_head": 14, "branch_manager": 1}

    assert quotable_roles(interviewees, headcount) == {"relationship_manager"}


def test_all_roles_are_named_where_all_are_crowds():
    assert quotable_roles({"a": 3, "b": 2}, {"a": 30, "b": 12}) == {"a", "b"}


def test_a_group_that_nearly_equals_a_printed_one_is_refused():
    register = PrintRegister()
    register.record("PRB", people("p", 40))

    assert not register.admits("PRB", people("p", 37))
    assert register.admits("PRB", people("p", 35))


def test_those_who_did_not_state_their_department_count_as_a_cell():
    register = PrintRegister()
    cells = {"retail": people("r", 30), "corporate": people("c", 12), "it": people("i", 9)}
    everybody = people("r", 30) | people("c", 12) | people("i", 9) | people("unstated", 2)

    hidden = register.print_table("PRB", cells, total=everybody)

    assert hidden == {"it"}


def test_a_second_table_does_not_reveal_what_the_first_hid():
    register = PrintRegister()
    it, rest = people("p", 10), people("p", 60, 10)
    register.print_table("PRB", {"it": it, "other": rest})
    # Level "expert" is the IT department and three more: the difference would be three people.
    expert, others = it | people("p", 3, 10), people("p", 57, 13)

    hidden = register.print_table("PRB", {"expert": expert, "others": others})

    assert hidden == {"expert", "others"}


def test_each_figure_has_its_own_ledger():
    register = PrintRegister()
    register.record("PRB_A", people("p", 40))

    assert register.admits("PRB_B", people("p", 38))
    assert register.printed("PRB_A") == (people("p", 40),)


def test_three_groups_that_add_up_to_a_small_difference_are_found():
    total = people("p", 40)
    left, right = people("p", 20), people("p", 18, 20)
    register = PrintRegister()
    register.record("PRB", total, left)

    assert not register.admits("PRB", right)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), min_size=12, max_size=60))
def test_no_combination_of_printed_figures_speaks_of_too_few(staff):
    everybody = frozenset(f"p{place}" for place in range(len(staff)))
    register = PrintRegister()

    for attribute in range(3):
        cells = {str(value): {f"p{place}" for place, row in enumerate(staff) if row[attribute] == value}
                 for value in range(4)}
        register.print_table("PRB", cells, total=everybody)

    printed = register.printed("PRB")
    assert not determined_small_set(printed, 5)


def determined_small_set(printed, minimum):
    """Brute force over real numbers: is the indicator of some small union of blocks a combination of printed ones?"""
    everybody = sorted(frozenset().union(*printed)) if printed else []
    rows = np.array([[person in group for person in everybody] for group in printed], dtype=float)
    blocks = {}
    for place in range(len(everybody)):
        blocks.setdefault(tuple(rows[:, place]), []).append(place)
    small = [members for members in blocks.values() if len(members) < minimum]
    rank = np.linalg.matrix_rank(rows) if len(rows) else 0
    for n in range(1, minimum):
        for chosen in combinations(small, n):
            members = [place for block in chosen for place in block]
            if len(members) < minimum:
                target = np.zeros(len(everybody))
                target[members] = 1
                if np.linalg.matrix_rank(np.vstack([rows, target])) == rank:
                    return True
    return False


@settings(max_examples=80, deadline=None)
@given(st.lists(st.frozensets(st.integers(0, 15), min_size=5), min_size=1, max_size=6), st.integers(3, 5))
def test_only_what_discloses_is_refused(groups, minimum):
    printed = [frozenset(f"p{number}" for number in group) for group in groups]

    admitted = PrintRegister(minimum).admits("PRB", *printed)

    assert admitted is not determined_small_set(printed, minimum)


# ---- what is true of nearly everybody in a group --------------------------------------------------------------------
@pytest.mark.parametrize(("answers", "tells"), [
    ([5, 5, 5, 5, 5, 5], True), ([5, 5, 5, 5, 5, 1], True), ([5, 5, 5, 5, 4, 1], False), ([1, 2, 3, 4, 5], False),
    ([], False)])
def test_a_group_tells_of_each_where_fewer_than_two_answer_otherwise(answers, tells):
    assert is_unanimous(answers) is tells


def test_a_cell_unsafe_for_another_reason_takes_the_next_smallest_with_it():
    assert suppress_cells({"a": 20, "b": 12, "c": 9}, 5, unsafe=["a"]) == {"a", "c"}


@given(sizes, st.integers(3, 12), st.data())
def test_unsafe_cells_never_stand_hidden_alone(cells, minimum, data):
    unsafe = data.draw(st.sets(st.sampled_from(sorted(cells)))) if cells else set()

    hidden = suppress_cells(cells, minimum, unsafe)

    filled = {key for key, n in cells.items() if n > 0}
    assert unsafe & filled <= hidden
    assert len(hidden) != 1 or hidden == filled


@pytest.mark.parametrize(("n", "told"), [(0, 0), (1, None), (4, None), (5, 5), (60, 60)])
def test_a_number_of_a_few_people_is_not_told(n, told):
    assert told_count(n) == told


@pytest.mark.parametrize(("parts", "is_one"), [
    ([1_000_000, 20_000, 30_000, 10_000], True), ([50, 40, 30, 20, 10], False), ([100], True), ([100, 90], True),
    ([], False), ([0, 0], False)])
def test_a_sum_that_is_mostly_one_customers_tells_of_that_one(parts, is_one):
    assert is_dominated(parts) is is_one


def test_a_role_of_one_interviewee_is_counted_with_others():
    interviewees = {"relationship_manager": 8, "outlet_head": 3, "branch_manager": 1}

    assert listed_roles(interviewees, {}) == {"relationship_manager"}
    assert listed_roles({"relationship_manager": 8, "outlet_head": 3}, {"outlet_head": 4}) == set()
    assert listed_roles({"relationship_manager": 8, "outlet_head": 3}, {}) == {"relationship_manager", "outlet_head"}
