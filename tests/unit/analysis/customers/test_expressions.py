"""Whole columns and single rows give the same answer to every expression."""

import numpy as np
import pandas as pd
import pytest

from analysis.customers.expressions import holds
from analysis.errors import AnalysisError
from instruments import logic

EXPRESSIONS = (
    "a > 1", "a <= b", "a = b", "a != b", "a = ''", "a != ''", "t = 'x'", "t != ''", "t = u", "flag", "not(flag)",
    "a + b > 3", "a div b >= 1", "a mod 2 = 1", "-a < 0", "flag and a > 0 or t = 'y'", "if(flag, a, b) > 1",
    "if(t = 'x', 1, 0) = 1", "coalesce(a, b) > 1", "min(a, b) = a", "string-length(t) = 1", "a", "t", "a = t",
    "(a + 1) = (b + 1)", "flag = true()", "a * 0.5 >= b", "number(t) = 2", "round(a) = 2", "selected('x y', t)",
)


@pytest.fixture
def columns() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 200
    numbers = [0.0, 1.0, 1.5, 2.0, -1.0, np.nan]
    return pd.DataFrame({"a": rng.choice(numbers, n), "b": rng.choice(numbers, n),
                         "t": rng.choice(["", "x", "y", "2"], n).astype(object),
                         "u": rng.choice(["", "x", "z"], n).astype(object), "flag": rng.random(n) < 0.5})


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_columns_agree_with_the_row_wise_interpreter(expression: str, columns: pd.DataFrame) -> None:
    tree = logic.parse(expression, allow_names=True)
    rows = [{key: None if isinstance(value, float) and np.isnan(value) else value for key, value in row.items()}
            for row in columns.to_dict("records")]

    together = holds(expression, columns, "test")

    assert together.tolist() == [logic.is_true(logic.evaluate(tree, row)) for row in rows]


def test_an_expression_over_no_rows_holds_for_none(columns: pd.DataFrame) -> None:
    assert holds("a > 1 and t = 'x'", columns.iloc[:0], "test").tolist() == []


def test_a_column_that_does_not_exist_is_named(columns: pd.DataFrame) -> None:
    with pytest.raises(AnalysisError, match="stage new: the expression names 'c', which is no column"):
        holds("c > 1", columns, "stage new")
