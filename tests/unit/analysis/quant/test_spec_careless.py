"""`do: careless` of `surveyapp measure`: answers as given for runs and spread, turned round for the rest."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from analysis.errors import SpecError
from analysis.quant.spec.run import run_spec
from analysis.results.quality import CarelessIndices
from instruments.codec import from_document
from tests.reference.careless.test_careless import HERE, OWN, TURNED

SCALES = {letter: [f"{letter}{place}" for place in range(1, 5)] for letter in "ABCDEF"}
ENTRY = {"id": "care", "do": "careless", "reverse": TURNED, "range": [1, 5], "scales": SCALES}


@pytest.fixture(scope="module")
def found() -> dict:
    return run_spec(OWN, [ENTRY])["care"]


def _values(name: str, column: str) -> list:
    return [None if pd.isna(value) else pytest.approx(value, abs=1e-9)
            for value in pd.read_csv(HERE / f"expected_{name}.csv")[column]]


@pytest.mark.parametrize("index", ["longstring", "longstring_mean", "irv", "irv_1", "irv_2", "irv_3"])
def test_runs_and_spread_are_of_the_answers_as_given(found: dict, index: str) -> None:
    assert found[index] == _values("own_raw", index)


@pytest.mark.parametrize("index", ["evenodd", "psychsyn", "psychant", "mahad"])
def test_the_rest_is_of_the_answers_turned_round(found: dict, index: str) -> None:
    assert found[index] == _values("own_recoded", "d_sq" if index == "mahad" else index)


def test_the_pairs_and_the_limit_are_told(found: dict) -> None:
    flagged = pd.read_csv(HERE / "expected_own_recoded.csv")["flagged"].sum()

    assert ["A1", "A2"] in found["synonyms"]
    assert found["antonyms"] == []
    assert found["n_mahad_beyond"] == flagged > 0
    assert found["mahad_limit"] == pytest.approx(42.97982, abs=1e-5)       # chi-square .99 at 24


def test_the_document_reads_back_as_the_result(found: dict) -> None:
    document = json.loads(json.dumps(found))
    del document["do"]

    result = from_document(CarelessIndices, document)

    assert (result.n, result.k) == (120, 24)
    assert result.distributions[0].index == "longstring"


def test_without_scales_there_is_no_even_odd_index() -> None:
    found = run_spec(OWN, [{"id": "care", "do": "careless"}])["care"]

    assert found["evenodd"] == [None] * 120
    assert found["longstring"] == _values("own_raw", "longstring")


@pytest.mark.parametrize(("change", "words"), [
    ({"scales": {"A": ["A1", "A2"], "B": ["B1", "Z9"]}}, "'Z9' is not"),
    ({"critical_r": 1.2}, "a correlation between 0 and 1"),
    ({"missing": "listwise"}, "option 'missing' is not known"),
])
def test_what_cannot_be_done_is_said(change: dict, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        run_spec(OWN, [{**ENTRY, "items": list(OWN), **change}])


def test_a_matrix_holds_no_single_answers() -> None:
    matrix = OWN.corr().reset_index()

    with pytest.raises(SpecError, match="single answers"):
        run_spec(matrix, [{"id": "care", "do": "careless"}])
