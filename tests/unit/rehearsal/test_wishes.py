"""Conditions say which answers lead down a branch."""

from dataclasses import replace

import pytest

from instruments.logic import evaluate, is_true, parse
from instruments.logic.values import as_value
from instruments.schema import Screen
from surveyapp.rehearsal.wishes import wishes_for
from tests.factories import questionnaire as make


def asking(condition: str, **more: object):
    """The small questionnaire with one more question under the condition."""
    return make.instrument(items=(*make.ITEMS, make.item("LAST", "E", "text", show_if=condition, **more)))


@pytest.mark.parametrize(("condition", "wish"), [
    ("${ROLE} = 'teller'", {"ROLE": "teller"}),
    ("'teller' = ${ROLE}", {"ROLE": "teller"}),
    ("selected(${MANY}, 'b')", {"MANY": "b"}),
    ("${L1} > 3", {"L1": "4"}),
    ("3 < ${L1}", {"L1": "4"}),
    ("${L1} >= 4 and ${L2} <= 2", {"L1": "4", "L2": "2"}),
])
def test_a_condition_is_read_off(condition: str, wish: dict[str, str]):
    found = wishes_for(asking(condition))

    assert any(wish.items() <= one.items() for one in found)


def test_each_side_of_an_or_is_wished_for():
    found = wishes_for(asking("${L2} = 5 or ${L3} = 1"))

    assert any(one.get("L2") == "5" for one in found)
    assert any(one.get("L3") == "1" for one in found)


def test_what_stands_in_the_way_is_wished_for_too():
    # LOAD is asked only of relationship managers, and section E too.
    found = wishes_for(asking("${LOAD} > 10"))

    assert any(one.get("LOAD") == "11" and one.get("ROLE") == "rm" for one in found)


@pytest.mark.parametrize("condition", ["string-length(${OPEN}) > 3", "today() > '2026-01-01'", "not(${L1} = 3)"])
def test_a_condition_that_cannot_be_read_off_gives_no_wrong_wish(condition: str):
    before = wishes_for(make.instrument())

    assert all(one in before or "ROLE" in one for one in wishes_for(asking(condition)))


def test_screens_are_wished_for():
    screened = make.instrument(screens=(Screen("tellers", "${ROLE} = 'teller'", make.both("Not for tellers.")),))

    assert {"ROLE": "teller"} in wishes_for(screened)


def test_every_wish_makes_its_condition_true():
    condition = "(${L1} >= 4 and ${ROLE} = 'rm') or (${L2} < 2 and selected(${MANY}, 'c'))"
    tree = parse(condition)

    fitting = [one for one in wishes_for(replace(asking(condition)))
               if is_true(evaluate(tree, {key: as_value(one.get(key, "")) for key in ("L1", "L2", "ROLE", "MANY")}))]

    assert len(fitting) >= 2
