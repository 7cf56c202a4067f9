"""Mid-rank percentiles, value index and value scenario against the worked examples of the model."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.customers.clv import clv
from analysis.customers.reading import read_customers
from analysis.customers.value import midrank_percentile, value_index
from instruments.template_loader import load_catalogue_template

VECTORS = json.loads((Path(__file__).parent / "reference-vectors.json").read_text(encoding="utf-8"))
MODEL = load_catalogue_template("bank_crm").value_model
CUSTOMERS = VECTORS["value_index"]["customers"]
EXPECTED = VECTORS["value_index"]["expected"]


def test_midrank_percentiles_share_the_rank_of_ties() -> None:
    example = VECTORS["midrank_percentile"]

    percentile = midrank_percentile(np.array(example["x"], dtype=float))

    assert percentile == pytest.approx(example["percentile"])


@pytest.mark.parametrize("customer", EXPECTED)
def test_a_customer_gets_the_parts_and_index_of_the_worked_example(customer: str) -> None:
    file = read_customers(pd.DataFrame(CUSTOMERS), MODEL)

    value = value_index(file.frame, MODEL)

    expected = EXPECTED[customer]
    parts = [np.nan if part is None else part for part in expected["parts"].values()]
    assert value.parts.loc[customer, list(expected["parts"])].tolist() == pytest.approx(parts, abs=1e-4, nan_ok=True)
    assert value.weight_present[customer] == pytest.approx(expected["weight_present"])
    index = np.nan if expected["index"] is None else expected["index"]
    assert value.index[customer] == pytest.approx(index, abs=1e-4, nan_ok=True)


@pytest.mark.parametrize("case", VECTORS["clv_scenario"])
def test_the_value_scenario_is_plain_arithmetic(case: dict[str, float]) -> None:
    value = clv(case["margin"], case["retention"], int(case["horizon"]), case["discount"])

    assert value == pytest.approx(case["value"], abs=1e-4)
