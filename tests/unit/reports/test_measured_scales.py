"""The parts of the measurement report on distributions, bounds of reliability, resampled figures, scores and raters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis.quant.spec.data import read_data
from analysis.quant.spec.run import run_spec
from reports.content import Callout, Number, StudyReport, Table
from reports.measured.frame import Subject, told_together, told_warnings
from reports.measurement import measurement_report
from reports.render import report_html
from reports.wording import Words
from tests.reference.psychometrics.cases import HERE

A = [f"A{number}" for number in range(1, 6)]
TEN = [*A, *(f"N{number}" for number in range(1, 6))]
SPEC: list[dict[str, Any]] = [
    {"id": "spread", "do": "distributions", "items": A, "range": [1, 6]},
    {"id": "A", "do": "lambdas", "items": A, "reverse": ["A1"], "range": [1, 6]},
    {"id": "halves", "do": "split_half", "items": A, "reverse": ["A1"], "range": [1, 6]},
    {"id": "again", "do": "alpha_bootstrap", "items": A, "reverse": ["A1"], "range": [1, 6], "n_resamples": 200},
    {"id": "two", "do": "efa_bootstrap", "items": TEN, "n_factors": 2, "n_resamples": 100},
    {"id": "scores", "do": "factor_scores", "items": TEN, "n_factors": 2},
    {"id": "judges", "do": "icc", "items": ["N1", "N2", "N3"]},
]
DOCUMENTATION = Path(__file__).parents[3] / "docs" / "measure.md"


@pytest.fixture(scope="module")
def results() -> Mapping[str, Any]:
    return run_spec(read_data(HERE / "data" / "bfi.csv").head(600), SPEC)


def _report(results: Mapping[str, Any], language: str = "en") -> StudyReport:
    return measurement_report(results, Subject("Five scales", "bfi.csv", 600, spec=SPEC), language=language)


def _tables(report: StudyReport) -> dict[str, Table]:
    return {block.key: block for block in report.blocks() if isinstance(block, Table)}


def _row(table: Table, place: int) -> list[Any]:
    return [getattr(cell, "value", getattr(cell, "text", None)) for cell in table.rows[place].cells]


def test_items_at_an_end_of_the_scale_stand_out_and_are_named_in_one_sentence(results: Mapping[str, Any]) -> None:
    report = _report(results)

    item = results["spread"]["items"][0]
    assert _row(_tables(report)["t-spread"], 0) == [
        "A1", item["n"], item["n_missing"], item["mean"], item["sd"], item["median"], "1–6", item["skew"],
        item["kurtosis"], item["floor_share"], item["ceiling_share"]]
    floor = _tables(report)["t-spread"].rows[0].cells[9]
    assert isinstance(floor, Number)
    assert floor.is_emphasised
    said = [one.text for block in report.blocks() if isinstance(block, Callout) for one in block.items]
    assert sum("highest point for A2, A3, A4 and A5" in one for one in said) == 2       # first page and section


def test_the_highest_bound_of_a_scale_is_bold(results: Mapping[str, Any]) -> None:
    cells = _tables(_report(results))["t-bounds"].rows[0].cells

    numbers = [cell for cell in cells[3:] if isinstance(cell, Number)]
    assert [cell.value for cell in numbers] == [
        *(results["A"][f"lambda{place}"] for place in range(1, 7)), *results["A"]["mu"][2:]]
    assert [cell.is_emphasised for cell in numbers].index(True) == 3                    # lambda 4, the best half


def test_split_halves_show_the_usual_splits_and_the_range_of_all(results: Mapping[str, Any]) -> None:
    table, found = _tables(_report(results))["t-halves"], results["halves"]

    first, mean = _row(table, 1), table.rows[3].cells[-1]
    assert first == ["First and second half", "A1, A2, A3", "A4, A5", found["first_second"]["r"],
                     found["first_second"]["spearman_brown"], found["first_second"]["lambda4"]]
    assert isinstance(mean, Number)
    assert (mean.value, mean.low, mean.high) == (found["mean"], found["quantiles"]["0.025"],
                                                 found["quantiles"]["0.975"])
    assert _row(table, 4)[-1] == found["best"]
    assert _row(table, 5)[-1] == found["worst"]


def test_resampled_alpha_has_both_intervals(results: Mapping[str, Any]) -> None:
    table, found = _tables(_report(results))["t-resampled"], results["again"]

    row = _row(table, 0)
    assert row[1:5] == [found["k"], found["n"], found["alpha"], found["standard_error"]]
    assert row[5] == f"[{found['bca']['ci_low']:.2f}–{found['bca']['ci_high']:.2f}]"
    assert row[6] == f"[{found['percentile']['ci_low']:.2f}–{found['percentile']['ci_high']:.2f}]"


def test_loadings_stand_with_their_intervals_and_the_congruence_of_their_factor(results: Mapping[str, Any]) -> None:
    table, found = _tables(_report(results))["t-intervals"], results["two"]

    row = next(row for row in table.rows if getattr(row.cells[0], "text", "") == "N1")
    place = TEN.index("N1")
    shown = [(cell.value, cell.low, cell.high) for cell in row.cells[1:] if isinstance(cell, Number)]
    assert shown == [(found["solution"]["loadings"][place][factor], found["ci_low"][place][factor],
                      found["ci_high"][place][factor]) for factor in range(2)]
    assert _row(table, -1) == ["Congruence", *found["congruence"]]
    phi = _tables(_report(results))["t-intervals-phi"].rows[1].cells[1]
    assert isinstance(phi, Number)
    assert (phi.low, phi.high) == (found["phi_low"][1][0], found["phi_high"][1][0])


def test_many_factors_have_their_intervals_in_several_tables(results: Mapping[str, Any]) -> None:
    wide = run_spec(read_data(HERE / "data" / "bfi.csv").head(600), [
        {"id": "six", "do": "efa_bootstrap", "n_factors": 6, "n_resamples": 100,
         "items": [f"{scale}{number}" for scale in "ACENO" for number in range(1, 6)]}])

    tables = _tables(measurement_report(wide, Subject("Six", "bfi.csv", 600), language="en"))

    assert [len(tables[key].columns) for key in ("t-intervals", "t-intervals-part-2")] == [6, 2]
    assert len(tables["t-intervals-phi-part-2"].rows) == 1


def test_factor_scores_show_what_they_are_worth_and_no_person(results: Mapping[str, Any]) -> None:
    tables, found = _tables(_report(results)), results["scores"]

    assert _row(tables["t-scoring"], 0) == [
        "F1", found["determinacy"][0], found["determinacy"][0] ** 2, found["minimum_correlation"][0]]
    assert _row(tables["t-scores"], 1) == ["F2", found["score_correlations"][1][0], 1.0]
    assert len(tables["t-scoring"].rows) == len(tables["t-scores"].rows) == 2


def test_raters_have_all_six_forms(results: Mapping[str, Any]) -> None:
    table, found = _tables(_report(results))["t-icc"], results["judges"]

    assert [_row(table, place)[2:] for place in range(6)] == [
        [form["estimate"]["value"], form["f"], form["df1"], form["df2"], form["p_value"]] for form in found["forms"]]
    assert [_row(table, place)[0] for place in range(6)] == [
        "ICC(1)", "ICC(2)", "ICC(3)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]


def test_the_parts_say_the_same_in_both_languages(results: Mapping[str, Any]) -> None:
    english, chinese = (_report(results, language) for language in ("en", "zh"))

    assert [len(table.rows) for table in _tables(english).values()] == [
        len(table.rows) for table in _tables(chinese).values()]
    assert report_html(english).count("<table") == report_html(chinese).count("<table")
    words = {one.text for block in chinese.blocks() if isinstance(block, Callout) for one in block.items}
    assert [said for said in words if not re.search("[一-鿿]", said)] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_warning_of_the_documentation_has_a_sentence(language: str) -> None:
    tables = DOCUMENTATION.read_text(encoding="utf-8").split("| warning | means |")[1:]
    rows = [line.split("|")[1] for table in tables for line in table.split("\n\n")[0].splitlines() if "`" in line]
    named = {re.split("[: ]", name)[0] for row in rows for name in re.findall("`([^`]+)`", row)}
    words = Words(language)

    assert {"floor", "heywood", "unstable_factor", "negative", "rows_left_out"} <= named
    assert [kind for kind in sorted(named) if not words.has(f"measured_warning.{kind}")] == []


def test_warnings_of_one_kind_are_one_sentence() -> None:
    words = Words("en")

    told = told_together(words, ["gaps: A1", "beta_negative", "gaps: A2"], "A")

    assert [one.text for one in told] == [
        "A: more than 5% of the answers are missing for A1 and A2.",
        "A: in the worst split the halves go against one another; the scale measures more than one thing."]


def test_a_warning_about_something_may_say_something_else() -> None:
    words = Words("en")

    about, plain = told_warnings(words, ["small_groups: b", "small_groups"], "A")

    assert "150" in about.text
    assert "10 people" in plain.text
