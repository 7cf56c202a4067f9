"""What is no expression is refused at the right sign, and what cannot be meant is found before it meets an answer."""

import json
import sys
from importlib import resources
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instruments.errors import LogicError
from instruments.logic import FUNCTIONS, check_expression, evaluate, functions_used, is_true, parse, references
from instruments.logic.checker import KnownItem
from instruments.logic.patterns import compile_pattern, matches
from instruments.logic.unparse import write_expression
from instruments.logic.values import number_text, to_number

KNOWN = {"a": KnownItem("a", "single", ("x", "y"), 0), "n": KnownItem("n", "integer", (), 1)}


@pytest.mark.parametrize(("text", "position", "part"), [
    ("", 0, "empty"),
    ("${a} = 'x", 7, "not closed"),
    ("${a} = \u201cx\u201d", 7, "curly quote"),
    ("${n} == 3", 5, "`=="),
    ("${n} > 3 && 1", 9, "`&&"),
    ("${n} >> 3", 5, "not an operator"),
    ("${n} > 3 and (", 14, "ends too early"),
    ("1 = 1; DROP", 5, "`;`"),
    ("/data/a > 1", 0, "paths"),
    ("${n} AND 1", 5, "small letters"),
    ("${n}（1）", 4, "full-width"),
    ("${a b}", 0, "name of an item"),
    ("n > 1", 0, "bare word `n`"),
    ("(" * 200 + "1" + " + 1)" * 200, 0, "nests more than"),
    ("1" * 8001, 0, "8,001"),
])
def test_what_is_no_expression_is_refused_at_its_sign(text, position, part):
    with pytest.raises(LogicError) as caught:
        parse(text, "item q")

    assert caught.value.place.startswith("item q")
    assert caught.value.position == position
    assert part in str(caught.value)
    assert caught.value.remedy


def test_deep_brackets_without_content_do_no_harm():
    assert parse("(" * 1000 + "1" + ")" * 1000) == ["number", 1.0]


def test_references_are_named_once_in_order():
    tree = parse("${b} > 1 and (${a} = 'x' or selected(${b}, ${c}))")

    assert references(tree) == ("b", "a", "c")
    assert functions_used(tree) == ("selected",)


@pytest.mark.parametrize(("text", "numbers"), [
    ("${a} = 'x' and ${n} > 3", []),
    ("${a} = 'z'", ["INS-105"]),
    ("'z' != ${a}", ["INS-105"]),
    ("selected(${a}, 'z')", ["INS-105"]),
    ("${a} = ''", []),
    ("${b} = 1", ["INS-102"]),
    ("pow(${n}, 2) > 4", ["INS-103"]),
    ("round(1, 2, 3)", ["INS-104"]),
    ("today(1)", ["INS-104"]),
    ("coalesce(${n})", ["INS-104"]),
    (". > 1", ["INS-107"]),
    ("${n} > 'many'", ["INS-109"]),
    ("${n} > '2026-01-01'", ["INS-111"]),
])
def test_an_expression_is_checked_against_the_questionnaire(text, numbers):
    assert [finding.number for finding in check_expression(text, KNOWN, "item q")] == numbers


def test_a_later_item_is_a_forward_reference():
    findings = check_expression("${a} = 'x' and ${n} = 1", KNOWN, "item q", position=1)

    assert [finding.number for finding in findings] == ["INS-106"]
    assert "'n'" in findings[0].reason


def test_today_without_a_date_is_an_error_of_the_caller():
    with pytest.raises(LogicError, match="has no date"):
        evaluate(parse("today()"), {})


def test_an_unknown_function_is_never_computed():
    with pytest.raises(LogicError, match="not known"):
        evaluate(parse("nosuch(1)"), {})


@pytest.mark.parametrize("pattern", [
    "(?=a)", "(?<name>a)", "(a", "a)", "a**", "*a", r"\1", r"\b", "[]", "[z-a]", "a{3,1}", "a{x}", "[a", "\\", r"\u12",
    "(" * 40 + "a" + ")" * 40, "a" * 501, "((a{50}){50}){50}",
])
def test_a_pattern_outside_the_subset_is_refused(pattern):
    with pytest.raises(LogicError) as caught:
        compile_pattern(pattern)

    assert caught.value.remedy


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|a)*", "(a*)*b", "([a-z]+)*!"])
def test_a_pattern_that_stalls_other_engines_is_answered(pattern):
    assert not matches(pattern, "a" * 2000 + "?")


def test_a_text_longer_than_the_limit_does_not_match():
    assert matches("a*", "a" * 5000)
    assert not matches("a*", "a" * 5001)


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=300, deadline=None)
def test_a_number_written_as_text_is_read_back_as_itself(number):
    assert to_number(number_text(number)) == number


TREES = st.recursive(
    st.one_of(
        st.builds(lambda number: ["number", float(number)], st.integers(0, 10**6)),
        st.builds(lambda text: ["string", text], st.text(alphabet="ab 你'", max_size=5)),
        st.sampled_from([["item", "a"], ["item", "m"], ["self"]])),
    lambda inner: st.one_of(
        st.builds(lambda operator, left, right: ["binary", operator, left, right],
                  st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or"]),
                  inner, inner),
        st.builds(lambda operand: ["negate", operand], inner),
        st.builds(lambda name, first, second: ["call", name, [first, second]],
                  st.sampled_from(["selected", "concat", "coalesce", "min", "max", "sum", "round"]), inner, inner)),
    max_leaves=12)


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_a_tree_written_as_text_is_read_back_as_itself(tree):
    assert parse(write_expression(tree)) == tree


@given(TREES, st.one_of(st.just(""), st.text(max_size=4), st.floats(), st.booleans(), st.lists(st.text(max_size=2))))
@settings(max_examples=200, deadline=None)
def test_every_expression_has_a_value_whatever_the_answer(tree, answer):
    value = evaluate(tree, {"a": answer, "m": ["x", "y"]}, answer)

    assert isinstance(value, (str, float, bool, tuple))
    assert is_true(value) in (True, False)


def test_every_function_of_the_language_has_a_frozen_example():
    text = (resources.files("instruments") / "logic" / "vectors.json").read_text(encoding="utf-8")
    used = {name for vector in json.loads(text) for name in functions_used(
        parse(vector["expression"], allow_names=vector.get("allow_names", False)))}

    assert used == set(FUNCTIONS)


def test_questionnaires_are_read_without_the_heavy_libraries():
    script = (
        "import sys, instruments.formats, instruments.template_loader as t\n"
        "before = 'lark' in sys.modules\n"
        "t.load_catalogue_template('bank_crm')\n"
        "heavy = {'pandas', 'numpy', 'pyxform', 'openpyxl', 'xlsxwriter'} & set(sys.modules)\n"
        "print(before, sorted(heavy))")

    done = run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False []"
