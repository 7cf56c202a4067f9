"""Vectors `recode`, `score_missing`, `pomp`, `answering_style`, `gap`, `longest_run` of the diagnostic model."""

import json
from pathlib import Path

import numpy as np
import pytest

from analysis.quant.careless.indices import longest_run
from analysis.quant.scoring import pomp, recode, score_items, score_scales
from tests.factories.answers import answer_table, construct, instrument, rating

VECTORS = json.loads((Path(__file__).parent / "reference-vectors.json").read_text(encoding="utf-8"))


def test_recode_turns_a_reverse_item_round():
    vector = VECTORS["recode"]

    turned = recode(vector["in"], *vector["scale"])

    assert turned.tolist() == vector["out"]


@pytest.mark.parametrize("vector", VECTORS["score_missing"], ids=str)
def test_a_score_needs_two_thirds_of_the_items(vector):
    score = score_items([[np.nan if x is None else x for x in vector["recoded"]]])[0]

    assert np.isnan(score) if vector["score"] is None else score == pytest.approx(vector["score"], abs=1e-9)


@pytest.mark.parametrize("vector", VECTORS["pomp"], ids=str)
def test_pomp_is_percent_of_the_maximum(vector):
    assert pomp(vector["score"]) == pytest.approx(vector["pomp"], abs=1e-9)


def test_the_gap_is_what_customers_feel_more_than_staff():
    vector = VECTORS["gap"]

    gap = (100 - vector["pomp_customer"]) - vector["pomp_problem"]

    assert gap == pytest.approx(vector["gap"])


@pytest.mark.parametrize("vector", VECTORS["longest_run"], ids=str)
def test_a_missing_answer_ends_a_run(vector):
    run = longest_run([[np.nan if x is None else x for x in vector["answers"]]])

    assert run.tolist() == [vector["run"]]


def test_answering_style_is_taken_out_of_the_scores():
    vector = VECTORS["answering_style"]
    items, answers = [], {}
    for part in vector["respondent"]:
        for kind, reverse in (("direct_raw", False), ("reverse_raw", True)):
            for place, value in enumerate(part[kind]):
                key = f"{part['scale']}{kind[0]}{place}"
                items.append(rating(key, part["scale"], reverse=reverse))
                answers[key] = [value]
    table = answer_table(instrument(items, [construct("A"), construct("B")]), answers)

    scores = score_scales(table)

    assert scores.style.iloc[0] == pytest.approx(vector["A_i"], abs=1e-9)
    assert scores.plain.iloc[0].to_dict() == pytest.approx(vector["plain"], abs=1e-9)
    assert scores.corrected.iloc[0].to_dict() == pytest.approx(vector["corrected"], abs=1e-9)
