"""Score tests of models of ordinal items against lavaan: every modification index, every equality, every intercept."""

from __future__ import annotations

import json
from functools import cache
from math import sqrt
from typing import Any

import pandas as pd
import pytest

from analysis.quant.sem.ordinal_invariance import BY_NAME
from analysis.quant.sem.ordinal_model import OrdinalFit
from analysis.quant.sem.ordinal_scores import ordinal_modification, ordinal_releases
from analysis.quant.sem.wlsmv import OrdinalOptions, fitted_ordinal
from analysis.results.sem import ModificationIndex
from tests.reference.psychometrics.cases import HERE

ALONE = {case["id"]: case for case in json.loads((HERE / "more" / "ordinal_modindices.json").read_text())["cases"]}
LADDERS = {case["id"]: case for case in json.loads((HERE / "more" / "ordinal_scores.json").read_text())["ladders"]}
STEPS = [(case_id, step["name"]) for case_id, case in LADDERS.items() for step in case["steps"]]
SCALE = "~*~"       # lavaan offers it where labels make loadings equal; it cannot be written in a model
LAVAAN = 3e-4       # its optimum leaves that much of the root of a chi-square, and a tenth of it of a parameter


def cut(case: dict[str, Any]) -> pd.DataFrame:
    """Return complete answers, with some items cut to fewer categories."""
    table = pd.read_csv(HERE / "data" / case["data_file"])[[*case["items"], case["group"]]].dropna()
    for item, bounds in dict(case["cut"]).items():
        bounds = [bounds] if isinstance(bounds, int) else bounds
        table[item] = sum((table[item] >= bound).astype(float) for bound in bounds)
    return table


@cache
def alone(case_id: str) -> OrdinalFit:
    case = ALONE[case_id]
    table = pd.read_csv(HERE / "data" / case["data_file"])[case["items"]]
    return fitted_ordinal(case["model"], table, OrdinalOptions(missing=case["missing"], std_lv=case["std_lv"]))


@cache
def climbed(case_id: str, name: str) -> OrdinalFit:
    case, step = LADDERS[case_id], BY_NAME[name]
    options = OrdinalOptions(group=case["group"], equal=step.equal, free_intercepts=step.free_intercepts)
    return fitted_ordinal(case["model"], cut(case), options)


def truth_of(case_id: str, name: str) -> dict[str, Any]:
    return next(step for step in LADDERS[case_id]["steps"] if step["name"] == name)


def assert_indices(found: tuple[ModificationIndex, ...], truth: list[dict[str, Any]], groups: tuple[str, ...]) -> None:
    rows = {(one.lhs, one.op, one.rhs, one.group): one for one in found}
    expected = [row for row in truth if row["op"] != SCALE]

    assert len(rows) == len(expected)
    for row in expected:
        one = rows[row["lhs"], row["op"], row["rhs"], groups[row["group"] - 1]]
        assert sqrt(one.mi) == pytest.approx(sqrt(row["mi"]), rel=0, abs=LAVAAN), row
        assert one.epc == pytest.approx(row["epc"], rel=LAVAAN, abs=LAVAAN / 10), row
        assert one.epc_std_lv == pytest.approx(row["sepc.lv"], rel=LAVAAN, abs=LAVAAN / 10), row
        assert one.epc_std_all == pytest.approx(row["sepc.all"], rel=LAVAAN, abs=LAVAAN / 10), row
        assert one.mi / one.mi_scaled == pytest.approx(row["scaling"], rel=1e-5), row


@pytest.mark.parametrize("case_id", ALONE)
def test_modification_indices_of_ordinal_models_equal_lavaan(case_id: str) -> None:
    fitted = alone(case_id)

    found = ordinal_modification(fitted)

    assert_indices(found, ALONE[case_id]["indices"], fitted.table.groups)
    assert [one.mi_scaled for one in found] == sorted((one.mi_scaled for one in found), reverse=True)


@pytest.mark.parametrize(("case_id", "name"), STEPS)
def test_modification_indices_of_every_step_equal_lavaan(case_id: str, name: str) -> None:
    fitted = climbed(case_id, name)

    found = ordinal_modification(fitted)

    assert_indices(found, truth_of(case_id, name)["indices"], fitted.table.groups)


@pytest.mark.parametrize(("case_id", "name"), STEPS)
def test_score_tests_of_every_equality_equal_lavaan(case_id: str, name: str) -> None:
    fitted = climbed(case_id, name)

    found = {(one.parameter, one.group): one for one in ordinal_releases(fitted)}

    # Without a scaling freeing alone says nothing: lavaan inverts by a pseudo-inverse and prints what rounding leaves.
    expected = [row for row in truth_of(case_id, name)["releases"] if row["scaling"] is not None]
    assert len(found) == len(expected)
    for row in expected:
        one = found[row["lhs"] + row["op"] + row["rhs"], fitted.table.groups[row["group"] - 1]]
        assert sqrt(one.chi2) == pytest.approx(sqrt(row["X2"]), rel=0, abs=LAVAAN), row
        assert one.chi2 / one.chi2_scaled == pytest.approx(row["scaling"], rel=1e-5), row


def test_thresholds_of_three_categories_are_the_only_equalities_that_cannot_be_tested() -> None:
    rows = truth_of("mixed", "thresholds")["releases"]

    tested = {one.parameter for one in ordinal_releases(climbed("mixed", "thresholds"))}

    assert {row["lhs"] for row in rows} - {name.partition("|")[0] for name in tested} == {"N1", "N3"}
    assert all(row["X2"] < 1e-6 for row in rows if row["lhs"] in {"N1", "N3"})
