"""The heterotrait-monotrait ratio against semTools::htmt."""

from __future__ import annotations

import pytest

from analysis.quant.scales.distinctness import htmt
from tests.reference.psychometrics.cases import Case, assert_close, case_ids, load_case

CASES = case_ids("htmt_*", "cfa.htmt")


def scales_of(case: Case) -> dict[str, list[str]]:
    lines = [line.split(" =~ ") for line in case.result["model"].splitlines()]
    return {scale: items.split(" + ") for scale, items in lines}


@pytest.mark.parametrize(("mean", "name"), [("arithmetic", "htmt_arithmetic"), ("geometric", "htmt2_geometric")])
@pytest.mark.parametrize("case_id", CASES)
def test_ratios_equal_semtools(case_id: str, mean: str, name: str) -> None:
    case = load_case(case_id)
    truth = case.result[name]
    place = {scale: i for i, scale in enumerate(truth["rows"])}

    found = htmt(case.correlations("listwise"), scales_of(case), mean=mean)

    assert len(found) == len(place) * (len(place) - 1) // 2
    for (first, second), ratio in found.items():
        row, column = sorted((place[first], place[second]), reverse=True)
        assert_close(ratio, truth["values"][row][column], case.tolerance["abs"])
