"""Facts that would follow from a profile, and answers that a class of people has in common."""

from collections import defaultdict

import numpy as np
import pytest

from analysis.privacy import is_unanimous
from surveyapp.services.alike import AnswerSpread, classes_alike
from surveyapp.services.profile_release import diverse_combination, safe_combination
from surveyapp.services.release_columns import plain_leaves


def columns(rows: list[tuple[str, str, str]]):
    values = zip(*rows, strict=True)
    return [plain_leaves(name, own) for name, own in zip(("DEPT", "ROLE", "LOAD"), values, strict=True)]


def follows_from_the_rest(found, name: str) -> bool:
    place = [column.name for column in found.columns].index(name)
    groups = defaultdict(list)
    for row in found.rows:
        groups[tuple(row[:place] + row[place + 1:])].append(row[place])
    return any(is_unanimous(values) for values in groups.values())


LOANS = [("loans", "rm", "many")] * 10
SALES = [("sales", "rm", load) for load in ("few", "many") for _ in range(10)]


def test_a_fact_that_all_of_a_department_share_is_counted_on_its_own():
    leaves = columns(LOANS + SALES)

    before = safe_combination(leaves, 5)
    after = diverse_combination(leaves, 5, frozenset({"LOAD"}))

    assert follows_from_the_rest(before, "LOAD")
    assert "LOAD" not in [column.name for column in after.columns]
    assert [(column.name, counts) for column, counts in after.single_columns] == [("LOAD", {"few": 10, "many": 20})]
    assert ("LOAD", "split_off") in {(done.column, done.deed) for done in after.treatments}


def test_a_fact_that_differs_in_every_department_stays_in_the_combination():
    leaves = columns(SALES + [("loans", "rm", load) for load in ("few", "many") for _ in range(6)])

    found = diverse_combination(leaves, 5, frozenset({"LOAD"}))

    assert [column.name for column in found.columns] == ["DEPT", "ROLE", "LOAD"]
    assert not follows_from_the_rest(found, "LOAD")


@pytest.mark.parametrize("seed", range(20))
def test_no_fact_of_a_random_branch_follows_from_the_rest_of_a_profile(seed: int):
    rng = np.random.default_rng(seed)
    rows = [tuple(rng.choice(list(values), p=rng.permutation([0.6, 0.3, 0.1]) if seed % 2 else None)
                  for values in (["a", "b", "c"], ["x", "y", "z"], ["1", "2", "3"]))
            for _ in range(int(rng.integers(12, 90)))]

    found = diverse_combination(columns([tuple(map(str, row)) for row in rows]), 5, frozenset({"LOAD"}))

    assert "LOAD" not in [column.name for column in found.columns] or not follows_from_the_rest(found, "LOAD")


def spread_of(people: list[tuple[tuple[str, ...], dict[str, int]]]) -> AnswerSpread:
    spread = AnswerSpread(["A", "B"])
    for pattern, answers in people:
        spread.add(pattern, answers)
    return spread


ASKED, UNASKED = (), ("B",)


def test_people_of_several_patterns_are_judged_together():
    spread = spread_of([(ASKED, {"A": 1, "B": 1})] * 6 + [(("X",), {"A": 2, "B": 1})] * 6)

    assert spread.alike([ASKED, ("X",)], ["A", "B"]) == ["B"]
    assert spread.alike([ASKED], ["A", "B"]) == ["A", "B"]


def test_one_class_of_one_mind_is_found_and_what_everybody_says_is_not_held_against_it():
    mixed = [(UNASKED, {"A": number % 3}) for number in range(9)]
    same = [(ASKED, {"A": 2, "B": number % 3}) for number in range(9)]
    hidden = [pattern for pattern, _ in mixed + same]
    classes = [len(pattern) for pattern in hidden]

    assert classes_alike(spread_of(mixed + same), hidden, classes, ["A", "B"])
    everybody = [(pattern, {**answers, "A": 2}) for pattern, answers in mixed + same]
    assert not classes_alike(spread_of(everybody), hidden, classes, ["A", "B"])
