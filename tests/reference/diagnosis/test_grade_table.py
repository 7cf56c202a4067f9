"""All 80 combinations of evidence against the worked table of the model."""

import json
from pathlib import Path

import pytest

from analysis.diagnosis.grades import evidence_grade

ROWS = json.loads((Path(__file__).parent / "reference-vectors.json").read_text(encoding="utf-8"))["grade_table"]


def test_the_table_holds_every_combination_of_evidence_once() -> None:
    combinations = {(row["survey"], row["interviews"], row["customer"]) for row in ROWS}

    assert len(combinations) == len(ROWS) == 4 * 5 * 4


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['survey']}-{row['interviews']}-{row['customer']}")
def test_a_combination_of_evidence_gets_the_grade_of_the_table(row: dict[str, str]) -> None:
    grade = evidence_grade(row["survey"], row["interviews"], row["customer"])

    assert grade == row["grade"]
