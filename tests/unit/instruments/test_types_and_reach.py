"""A wrong kind of value is found before it meets an answer, and so is what nobody can ever reach."""

from dataclasses import replace
from itertools import product

import pytest

from instruments.checks import check_instrument
from instruments.logic import KnownItem, check_expression, evaluate, is_true, parse
from instruments.reach_checks import reach_findings
from instruments.schema import Choice, Item, Quota, Screen, Section

KNOWN = {item.key: item for item in (
    KnownItem("text", "text"), KnownItem("hour", "time"), KnownItem("day", "date"), KnownItem("end", "date"),
    KnownItem("n", "integer"), KnownItem("word", "single", ("x", "y")), KnownItem("digit", "single", ("1", "2")),
    KnownItem("many", "multiple", ("1", "2", "3")), KnownItem("rate", "rating", ("1", "2", "3")),
    KnownItem("sum", "calculate"), KnownItem("place", "hidden"))}
WORDING = {"en": "a", "zh": "a"}


@pytest.mark.parametrize("text", [
    "${text} > 5", "${hour} > '10:00'", "${word} >= 2", "${many} < 3", "${word} * 2", "${text} + 1", "'a' + 'b'",
    "-${word}", "selected(${n}, '1')", "selected(${day}, '2026-01-01')", "count-selected(${n}) > 1",
    "${day} > 5", "${day} = 20260101", "${day} != '23.11.2026'", "${day} < ${n}", "round(${many})",
    "sum(${n}, ${word})", "${word} = 'x' or 'y'", "${n} = 1 and 2", "if(${n} = 1, ${text}, ${text}) > 2",
])
def test_a_wrong_kind_of_value_is_an_error(text):
    findings = check_expression(text, KNOWN, "item q")

    assert {(finding.number, finding.is_error) for finding in findings if finding.number != "INS-109"} == {
        ("INS-111", True)}
    assert all(finding.found == text and finding.remedy for finding in findings)


@pytest.mark.parametrize("text", ["${many} = '1'", "int(${text}) > 3", "max(${text}, 3) > 4"])
def test_what_may_be_meant_is_a_warning(text):
    assert [(finding.number, finding.is_error) for finding in check_expression(text, KNOWN, "item q")] == [
        ("INS-111", False)]


@pytest.mark.parametrize("text", [
    "${digit} > 1", "${rate} >= 2 and selected(${rate}, '3')", "${day} >= today() - 7", "${end} - ${day} > 30",
    "${day} > '2026-01-01'", "int((today() - ${day}) div 365.25) >= 18", "number(${text}) > 5", "${sum} > 5",
    "${place} > 5", "(${word} = 'x') + (${word} = 'y') = 1", "count-selected(${many}) < 3", "${many} != ''",
    "${text} = 5", "${day} != ''", "min(${day}, ${end}) < today()", "date(${text}) < today()", "not(${text})",
    "${n} > '5'", "coalesce(${n}, 0) + 1 > 2", "string-length(${text}) > 3", "concat(${word}, ${n}) = 'x1'",
])
def test_the_right_kind_of_value_passes(text):
    assert check_expression(text, KNOWN, "item q") == ()


# ---- reach ----------------------------------------------------------------------------------------------------------
def asked(small, *conditions, key="Q"):
    """Return the questionnaire with a chain of whole numbers Q0, Q1, … that are asked on these conditions."""
    items = tuple(
        Item(f"{key}{number}", "B", "integer", WORDING, show_if=condition, minimum=0.0, maximum=10.0)
        for number, condition in enumerate(conditions))
    return replace(small, items=(*small.items, *items))


def unreached(instrument):
    return [finding.place.split(", ", 1)[1] for finding in reach_findings(instrument, "guest.yaml")]


@pytest.mark.parametrize("condition", [
    "false()", "1 = 2", "${WHO} = 'staff' and ${WHO} = 'visitor'", "${WHO} = 'visitor' and ${VISITS} > 3",
    "${VISITS} > 40", "${VISITS} > 3 and ${VISITS} <= 3", "${F1} > 3", "${F1} = 1 and ${F1} != 1",
    "not(${WHO} = 'staff') and ${VISITS} = 2", "${VISITS} = ''  and ${VISITS} >= 0",
])
def test_a_condition_that_holds_for_nobody_is_found(small, condition):
    instrument = asked(small, condition)

    assert unreached(instrument) == ["item Q0, show_if"]
    assert [finding.is_error for finding in check_instrument(instrument)] == [False]


@pytest.mark.parametrize("condition", [
    "true()", "${WHO} = 'staff' or ${WHO} = 'visitor'", "${VISITS} > 3 and ${VISITS} < 5", "${VISITS} = 31",
    "${F1} = 3 and ${F2} = 1", "${WHO} != ''", "${WHO} = ''", "${VISITS} > 30", "not(${VISITS} > 3)",
    "${VISITS} * 2 > 1000", "today() > '2030-01-01'",       # no proof is tried: nothing is claimed
])
def test_a_condition_that_somebody_meets_is_not_blamed(small, condition):
    assert unreached(asked(small, condition)) == []


def test_what_depends_on_an_item_that_is_never_asked_is_never_asked(small):
    assert unreached(asked(small, "${WHO} = 'x'", "${Q0} > 2", "${Q1} != ''", "${Q1} = ''")) == [
        "item Q0, show_if", "item Q1, show_if", "item Q2, show_if"]


def test_a_section_that_nobody_reaches_is_named_once(small):
    sections = (small.sections[0], replace(small.sections[1], show_if="${WHO} = 'x'"), Section("C", "open", {}))
    items = (*small.items[:3], replace(small.items[3], show_if="${WHO} = 'staff'"), *small.items[4:])

    assert unreached(replace(small, sections=sections, items=items)) == ["section B, show_if"]


def test_choices_screens_and_quotas_are_looked_at_too(small):
    choices = (Choice("a", WORDING), Choice("b", WORDING, show_if="${VISITS} > 31"),
               Choice("c", WORDING, show_if="${VISITS} > 30"))
    many = Item("M", "B", "multiple", WORDING, choices=choices)
    instrument = replace(
        small, items=(*small.items, many), screens=(Screen("out", "${VISITS} < 0", WORDING),),
        quotas=(Quota("both", "selected(${M}, 'a') and ${WHO} = 'guest'", 9, WORDING),
                Quota("ab", "selected(${M}, 'a') and not(selected(${M}, 'b'))", 9, WORDING)))

    assert unreached(instrument) == ["item M, choice b, show_if", "screen out, condition", "quota both, condition"]


@pytest.mark.parametrize(("kind", "condition", "is_met"), [
    ("date", "${X} > '2026-11-22' and ${X} < '2026-11-24'", True),
    ("date", "${X} > '2026-11-23' and ${X} < '2026-11-22'", False),
    ("text", "${X} = 'a' and ${X} = 'b'", False), ("text", "${X} != 'a' and ${X} != 'b'", True),
    ("decimal", "${X} > 1 and ${X} < 2", True), ("integer", "${X} > 1 and ${X} < 2", False),
    ("decimal", "${X} >= 2 and ${X} < 2", False), ("acknowledge", "${X} = 'OK'", True),
    ("acknowledge", "${X} = 'NO'", False),
])
def test_each_kind_of_item_is_tried_on_the_answers_that_matter(small, kind, condition, is_met):
    item = Item("X", "A", kind, WORDING)
    instrument = asked(replace(small, items=(item, *small.items)), condition)

    assert unreached(instrument) == ([] if is_met else ["item Q0, show_if"])


def test_no_condition_that_a_plain_search_meets_is_called_unreachable(small):
    """Every pair of comparisons of a whole number from 0 to 10 is held against trying all of its values."""
    comparisons = [f"${{Q0}} {sign} {value}" for sign in ("=", "!=", "<", "<=", ">", ">=") for value in (0, 4, 4.5, 10)]
    for one, other in product(comparisons, repeat=2):
        condition = f"{one} and {other}"
        tree = parse(condition)
        is_met = any(is_true(evaluate(tree, {"Q0": value})) for value in ("", *range(11)))

        assert bool(unreached(asked(small, None, condition))) is not is_met, condition
