"""The text of a model: what it may say, and how a wrong line is refused."""

from __future__ import annotations

import pytest

from analysis.errors import ModelSyntaxError, SpecError
from analysis.quant.sem.syntax import parse_model
from analysis.quant.sem.table import ParameterTable, TableOptions, parameter_table


def table(text: str, **options: object) -> ParameterTable:
    return parameter_table(parse_model(text), TableOptions(**options))


def keys(text: str, **options: object) -> list[str]:
    return [row.key for row in table(text, **options).rows]


def test_a_factor_brings_its_marker_variances_and_covariances() -> None:
    found = table("f =~ x1 + x2\ng =~ x3 + x4")

    assert [row.key for row in found.rows] == [
        "f=~x1", "f=~x2", "g=~x3", "g=~x4", "x1~~x1", "x2~~x2", "x3~~x3", "x4~~x4", "f~~f", "g~~g", "f~~g"]
    assert [row.fixed for row in found.rows[:2]] == [1.0, None]
    assert found.n_free == 9


def test_comments_semicolons_and_long_lines_are_read() -> None:
    text = "f =~ x1 +   # the first\n   x2\n  + x3 ; g =~ x4 + x5 ! and more\n\ng =~\n x6"

    assert keys(text)[:6] == ["f=~x1", "f=~x2", "f=~x3", "g=~x4", "g=~x5", "g=~x6"]


def test_chinese_names_are_names() -> None:
    assert keys("服务 =~ 题1 + 题2")[:2] == ["服务=~题1", "服务=~题2"]


def test_a_name_with_spaces_may_be_quoted() -> None:
    assert keys('f =~ "item 1" + 0.5*"item 2"')[:2] == ["f=~item 1", "f=~item 2"]


def test_a_parameter_named_twice_gets_both_modifiers() -> None:
    found = table("f =~ x1 + NA*x2 + start(0.7)*x2\nf =~ a*x2").rows[1]

    assert (found.label, found.start, found.fixed) == ("a", 0.7, None)


def test_a_mirrored_covariance_is_the_same_parameter() -> None:
    found = table("f =~ x1 + x2 + x3\nx1 ~~ x2\nx2 ~~ a*x1")

    assert [row.label for row in found.rows if row.op == "~~" and row.lhs != row.rhs] == ["a"]


def test_one_label_is_one_quantity() -> None:
    found = table("f =~ x1 + a*x2 + a*x3")

    assert found.rows[1].free == found.rows[2].free == 1


def test_a_label_of_a_fixed_parameter_fixes_the_others() -> None:
    found = table("f =~ a*x1 + a*x2 + x3")

    assert [row.fixed for row in found.rows[:3]] == [1.0, 1.0, None]


def test_signs_numbers_and_powers_of_a_definition_follow_the_rules_of_arithmetic() -> None:
    found = parse_model("y ~ a*x + b*z\nq := -a^2 + 2*b/4 - (a - b)*exp(0) - 2^3^0 + 1e-1")

    assert found.definitions[0].formula.compute({"a": 3.0, "b": 2.0}) == pytest.approx(-9 + 1 - 1 - 2 + 0.1)


def test_groups_get_their_own_entries_and_share_what_is_equal() -> None:
    found = table("f =~ x1 + c(a, b)*x2 + x3 + c(1, NA)*x4", groups=("m", "w"), equal=("loadings", "intercepts"))

    by_group = [{row.key: row for row in found.of_group(g)} for g in (0, 1)]
    assert [group["f=~x2"].label for group in by_group] == ["a", "b"]
    assert by_group[0]["f=~x3"].free == by_group[1]["f=~x3"].free
    assert [group["f=~x4"].fixed for group in by_group] == [1.0, None]
    assert [group["f~1"].fixed for group in by_group] == [0.0, None]


def test_predictors_are_held_unless_a_line_lets_them_vary() -> None:
    held = [row.key for row in table("y ~ x + z").rows if row.is_exogenous]

    free = [row.key for row in table("y ~ x + z\nx ~~ z").rows if row.is_exogenous]

    assert held == ["x~~x", "x~~z", "z~~z"]
    assert free == []


@pytest.mark.parametrize(("text", "place", "said"), [
    ("", "model", "says nothing"),
    ("# nothing", "model", "no parameter"),
    ("f =~ x1\nx2 + x3", "line 2", "no operator"),
    ("f =~ x1 ~ x2", "line 1", "two operators"),
    ("f =~ x1 x2", "line 1", "stands where"),
    ("f =~ x1 +", "line 1", "ends where a variable"),
    ("f =~ 2*", "line 1", "ends where a variable"),
    ("f =~ + x1", "line 1", "follows a sign"),
    ("f =~ x1 + -*x2", "line 1", "follows a sign"),
    ("f =~ 1x", "line 1", "stands where '+' is due"),
    ("f =~ x1 & x2", "line 1", "'&' is not known"),
    ("a == b", "line 1", "one label"),
    ("f =~ x1\na < 3", "line 2", "Bounds"),
    ("f <~ x1", "line 1", "Formative"),
    ("f =~ f", "line 1", "explained by itself"),
    ("f =~ 1", "line 1", "no meaning"),
    ("f =~ sqrt(2)*x1", "line 1", "is not known"),
    ("f =~ start(a)*x1", "line 1", "else than numbers"),
    ("f =~ x1 + 2*x2 + 3*x2", "line 1", "two different fixed"),
    ("y ~ a*x\nq := a +", "line 2", "ends too early"),
    ("y ~ a*x\nq := (a", "line 2", "ends too early"),
    ("y ~ a*x\nq := sin(a)", "line 2", "is not known"),
    ("y ~ a*x\nq := a a", "line 2", "left over"),
    ("y ~ a*x\nq := b", "line 2", "'b' is not a label"),
    ("y ~ a*x\nq := a\nq := 2*a", "line 2", "defined twice"),
    ("f =~ c(1, 2, 3)*x1 + x2", "line 1", "3 entries"),
    ("f =~ 1*x1\nf ~~ 1*f\nx1 ~~ 1*x1", "model", "no free parameter"),
], ids=str)
def test_a_wrong_line_is_refused_with_its_place(text: str, place: str, said: str) -> None:
    with pytest.raises(ModelSyntaxError) as refused:
        table(text)

    assert place in refused.value.place
    assert said in str(refused.value)
    assert refused.value.remedy


def test_an_unknown_restriction_and_a_partial_stranger_are_refused() -> None:
    with pytest.raises(SpecError, match="'weights' is not known"):
        table("f =~ x1 + x2", groups=("a", "b"), equal=("weights",))
    with pytest.raises(SpecError, match="'x9~1' is not a parameter"):
        table("f =~ x1 + x2", groups=("a", "b"), equal=("intercepts",), partial=("x9~1",))
