"""Response rates by group: right where they are shown, and nobody's taking part can be reckoned out of them."""

import random
from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import pytest

from analysis.response_groups import Case, GroupTable, Totals, rates_by_group

MINIMUM = 5


def cases_of(unit: str, level: str = "", **outcomes: int) -> list[Case]:
    return [Case(outcome, {"unit": unit, "level": level}) for outcome, n in outcomes.items() for _ in range(n)]


def rows_of(table: GroupTable) -> dict:
    return {row.group: row for row in table.rows}


def test_rates_of_a_group_are_those_of_the_standard():
    cases = cases_of("A", complete=10, partial=5, refusal=5, unknown=20, ineligible=2) + cases_of(
        "B", complete=12, unknown=18)

    table = rates_by_group(cases, ["unit"], MINIMUM)[0]

    a, b = rows_of(table)["A"], rows_of(table)["B"]
    assert (a.n_asked, a.n_took_part) == (42, 15)
    assert a.rr1 == pytest.approx((0.25, 0.25))
    assert a.rr2 == pytest.approx((0.375, 0.375))
    assert a.cooperation == pytest.approx(15 / 20)
    assert a.refusal == pytest.approx(5 / 40)
    assert a.eligibility == pytest.approx(20 / 22)
    assert b.rr1 == pytest.approx((0.4, 0.4))
    assert (b.refusal, b.cooperation, b.eligibility) == (0, 1, None)
    assert table.representativity.n == 70


def test_a_group_in_which_all_or_none_took_part_is_hidden_with_a_second_one():
    cases = cases_of("A", complete=8) + cases_of("B", complete=9, unknown=9) + cases_of("C", complete=7, unknown=7)

    rows = rows_of(rates_by_group(cases, ["unit"], MINIMUM)[0])

    assert {group: row.n_took_part for group, row in rows.items()} == {"A": None, "B": 9, "C": None}
    assert rows["A"].n_asked == 8


def test_few_refusals_are_told_of_no_group():
    cases = (cases_of("A", complete=10, refusal=2, unknown=9) + cases_of("B", complete=10, refusal=6, unknown=9)
             + cases_of("C", complete=10, refusal=7, unknown=9))

    rows = rows_of(rates_by_group(cases, ["unit"], MINIMUM)[0])

    # B as well, or the two of A would follow from the total.
    assert {group: row.refusal is None for group, row in rows.items()} == {"A": True, "B": True, "C": False}
    assert all(row.rr1 is not None for row in rows.values())


def test_few_partial_answers_leave_only_the_rate_that_counts_them():
    cases = cases_of("A", complete=10, partial=2, unknown=9) + cases_of("B", complete=10, unknown=9)

    rows = rows_of(rates_by_group(cases, ["unit"], MINIMUM)[0])

    assert rows["A"].rr1 is None
    assert rows["A"].rr2 == pytest.approx((12 / 21, 12 / 21))


def test_where_a_few_were_screened_out_their_group_shows_no_rate():
    cases = cases_of("A", complete=10, screened=2, unknown=9) + cases_of("B", complete=10, unknown=9)

    rows = rows_of(rates_by_group(cases, ["unit"], MINIMUM)[0])

    assert rows["A"].rr2 is None
    assert rows["A"].n_took_part is None


def test_a_second_attribute_hides_what_the_first_would_give_away():
    # Level X is unit A and six others, none of whom took part.
    cases = (cases_of("A", "X", complete=10, unknown=8) + cases_of("B", "X", unknown=6)
             + cases_of("B", "Y", complete=10, unknown=10))

    units, levels = rates_by_group(cases, ["unit", "level"], MINIMUM)

    assert all(row.n_took_part is not None for row in units.rows)
    assert all(row.n_took_part is None for row in levels.rows)
    assert rates_by_group(cases, ["level"], MINIMUM)[0].rows[0].n_took_part == 10


def test_without_knowing_whose_answers_they_are_bounds_are_stated():
    cases = cases_of("A", handed_in=20, unknown=20) + cases_of("B", handed_in=30, unknown=30)
    totals = Totals(n_marked=50, n_complete=48, n_usable=50, n_unmarked=1)

    rows = rows_of(rates_by_group(cases, ["unit"], MINIMUM, totals)[0])

    # 48 complete, one of them perhaps without a mark: of 50 marks at least 47 are complete, so at most 3 are not.
    assert rows["A"].rr1 == pytest.approx((17 / 40, 21 / 40))
    assert rows["A"].rr2 == pytest.approx((19 / 40, 21 / 40))
    assert rows["A"].share == 0.5
    assert (rows["A"].refusal, rows["A"].cooperation) == (None, None)


def test_where_all_that_was_handed_in_is_complete_the_rate_is_exact():
    cases = cases_of("A", handed_in=20, unknown=20) + cases_of("B", handed_in=30, unknown=30)

    rows = rows_of(rates_by_group(cases, ["unit"], MINIMUM, Totals(50, 50, 50, 0))[0])

    assert rows["A"].rr1 == rows["A"].rr2 == (0.5, 0.5)


def test_bounds_hold_whatever_the_truth_is():
    chance = random.Random(7)
    for _ in range(300):
        truth = {unit: [chance.random() < 0.8 for _ in range(chance.randint(6, 20))] for unit in "AB"}
        unmarked = {unit: chance.randint(0, 2) for unit in "AB"}       # complete, and without a mark
        cases = [case for unit in "AB" for case in cases_of(
            unit, handed_in=len(truth[unit]), unknown=unmarked[unit] + 10)]
        n_complete = sum(map(sum, truth.values())) + sum(unmarked.values())
        totals = Totals(sum(map(len, truth.values())), n_complete, n_complete, sum(unmarked.values()))

        for row in rates_by_group(cases, ["unit"], MINIMUM, totals)[0].rows:
            low, high = row.rr1
            rate = (sum(truth[row.group]) + unmarked[row.group]) / row.n_asked
            assert low - 1e-12 <= rate <= high + 1e-12


# ---- attack ---------------------------------------------------------------------------------------------------------
def told(cases: Sequence[Case], tables: Iterable[GroupTable]) -> list[list[int]]:
    """The groups whose number of people that took part is printed, everybody first."""
    everybody = [number for number, case in enumerate(cases) if case.outcome != "ineligible"]
    return [everybody, *([number for number in everybody if cases[number].groups[table.attribute] == row.group]
                         for table in tables for row in table.rows if row.n_took_part is not None)]


def test_no_set_of_people_can_be_reckoned_out_that_tells_of_somebody():
    chance = random.Random(11)
    n_shown = n_determined = 0
    for _ in range(150):
        shape = [(unit, level) for unit in "ABC" for level in "XYZ" if chance.random() < 0.7]
        cases = [case for unit, level in shape for case in cases_of(
            unit, level, complete=chance.choice((0, 0, 1, 3, 6, 9)), unknown=chance.choice((0, 0, 1, 4, 6, 9)))]
        groups = told(cases, rates_by_group(cases, ["unit", "level"], MINIMUM))
        n_shown += len(groups) - 1
        if len(groups) == 1:
            continue
        parts = sorted({(case.groups["unit"], case.groups["level"]) for case in cases})
        holds = np.array([[any((cases[k].groups["unit"], cases[k].groups["level"]) == part for k in group)
                           for part in parts] for group in groups], dtype=float)
        for chosen in product((0.0, 1.0), repeat=len(parts)):
            wanted = np.array(chosen)
            weights, *_ = np.linalg.lstsq(holds.T, wanted, rcond=None)
            if not any(chosen) or not np.allclose(holds.T @ weights, wanted):
                continue
            n_determined += 1
            inside = [case for case in cases
                      if chosen[parts.index((case.groups["unit"], case.groups["level"]))]]
            n_done = sum(case.outcome == "complete" for case in inside)
            assert min(n_done, len(inside) - n_done) >= MINIMUM
    assert n_shown > 50
    assert n_determined > 200
