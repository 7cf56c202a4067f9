"""`do: cfa`, `sem` and `invariance` of a measure file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError, SpecError, TableError
from analysis.quant.spec.run import run_spec
from tests.reference.psychometrics.cases import HERE, load_case

MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def schools() -> pd.DataFrame:
    return pd.read_csv(HERE / "data" / "hs1939.csv")


def run(frame: pd.DataFrame, **options: Any) -> dict[str, Any]:
    return run_spec(frame, [{"id": "it", **options}])["it"]


def test_a_factor_model_gives_its_chi_square_and_reliability() -> None:
    truth = load_case("cfa_hs_ml").result

    found = run(schools(), do="cfa", model=MODEL)

    assert found["fit"]["chi2"]["value"] == pytest.approx(truth["fit"]["chisq"], rel=1e-6)
    assert [row["factor"] for row in found["reliability"]] == ["visual", "textual", "speed"]


def test_a_covariance_matrix_with_n_gives_the_same_model() -> None:
    answers = schools()[[f"x{i}" for i in range(1, 10)]]
    matrix = answers.cov().reset_index(names="item")

    found = run(matrix, do="cfa", model=MODEL, n=301)

    assert found["fit"]["chi2"]["value"] == pytest.approx(85.30552, rel=1e-6)
    assert found["n"] == 301


def test_groups_may_be_named_by_words() -> None:
    found = run(schools(), do="invariance", model=MODEL, group="school", steps=["configural", "metric"])

    assert found["groups"] == ["Pasteur", "Grant-White"]
    assert found["highest_held"] == "metric"


def test_what_is_asked_for_comes_with_the_model() -> None:
    found = run(schools(), do="sem", model=MODEL, modification=3, scores="bartlett", bootstrap=100, seed=2)

    assert [row["rhs"] for row in found["modification_indices"]] == ["x9", "x8", "x7"]
    assert len(found["scores"]["scores"]) == 301
    assert found["bootstrap"][0]["n_resamples"] == 100


def test_a_reversed_item_turns_its_loading() -> None:
    found = run(schools(), do="cfa", model="visual =~ x1 + x2 + x3 + x4", reverse=["x2"], range=[0, 10])

    loadings = {row["rhs"]: row["estimate"] for row in found["parameters"] if row["op"] == "=~"}
    assert loadings["x2"] < 0 < loadings["x3"]


def test_a_partial_parameter_may_be_written_with_spaces() -> None:
    found = run(schools(), do="invariance", model=MODEL, group="school", partial=["x3 ~ 1", "x7 ~ 1"])

    assert found["highest_held"] == "strict"
    assert found["steps"][2]["partial"] == ["x3~1", "x7~1"]


@pytest.mark.parametrize(("options", "kind", "said"), [
    ({"do": "cfa"}, SpecError, "needs the option 'model'"),
    ({"do": "invariance", "model": MODEL}, SpecError, "needs the option 'group'"),
    ({"do": "cfa", "model": MODEL, "estimator": "GLS"}, SpecError, "ML, MLR, MLM"),
    ({"do": "cfa", "model": MODEL, "missing": "pairwise"}, SpecError, "Use: listwise, fiml"),
    ({"do": "cfa", "model": "f =~ x1 + x2 + z9"}, TableError, "'z9' is not in the data"),
    ({"do": "cfa", "model": "f =~ x1 + x2 + school"}, TableError, "is not a number"),
    ({"do": "cfa", "model": MODEL, "group": "town"}, TableError, "'town' is not in the data"),
    ({"do": "cfa", "model": MODEL, "reverse": ["ageyr"]}, SpecError, "not in the model"),
    ({"do": "cfa", "model": MODEL, "group": "school", "equal": ["loadings"], "partial": ["x99 ~1"]}, SpecError, "x99"),
    ({"do": "cfa", "model": "x1 + x2"}, SpecError, "no operator"),
], ids=["no-model", "no-group", "estimator", "missing", "stranger", "words", "no-column", "reverse", "partial",
        "syntax"])
def test_a_wrong_request_is_refused_with_what_to_do(options: dict[str, Any], kind: type, said: str) -> None:
    with pytest.raises(kind, match=said):
        run(schools(), **options)


def test_a_matrix_allows_neither_groups_nor_robust_errors() -> None:
    matrix = schools()[[f"x{i}" for i in range(1, 10)]].corr().reset_index(names="item")

    with pytest.raises(SpecError, match="needs the answers"):
        run(matrix, do="cfa", model=MODEL, n=301, estimator="MLR")
    with pytest.raises(AnalysisError, match="data are a matrix"):
        run(matrix, do="invariance", model=MODEL, group="school")
    with pytest.raises(SpecError, match="Add `n:`"):
        run(matrix, do="cfa", model=MODEL)


def test_a_matrix_that_holds_a_dependence_is_refused() -> None:
    R = np.full((3, 3), 1.0)
    matrix = pd.DataFrame(R, columns=["a", "b", "c"]).assign(item=["a", "b", "c"])[["item", "a", "b", "c"]]

    with pytest.raises(AnalysisError, match="determine one another"):
        run(matrix, do="cfa", model="f =~ a + b + c", n=100)
