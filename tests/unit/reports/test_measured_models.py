"""The parts of the measurement report on models, ordinal items and people."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from analysis.quant.spec.data import read_data
from analysis.quant.spec.run import run_spec
from reports.content import Callout, Figure, StudyReport, Table
from reports.figures import MeasurementPaths, StructurePaths
from reports.measured.frame import Subject
from reports.measured.registry import VERBS
from reports.measurement import measurement_report
from reports.render import block_html, report_html
from reports.wording import FOLDER
from tests.reference.psychometrics.cases import HERE

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
ABILITIES = {"Speed": ["x7", "x8", "x9"], "Text": ["x4", "x5", "x6"], "Visual": ["x1", "x2", "x3"]}
MODELS: list[dict[str, Any]] = [
    {"id": "three", "do": "cfa", "title": "Three", "model": THREE, "estimator": "MLR", "modification": 4},
    {"id": "one", "do": "cfa", "model": "g =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9"},
    {"id": "way", "do": "sem", "model": THREE + "speed ~ c*visual + b*textual\ntextual ~ a*visual\nindirect := a*b",
     "bootstrap": 100, "interval": "percentile"},
    {"id": "same", "do": "invariance", "model": THREE, "group": "school"},
]
PEOPLE: list[dict[str, Any]] = [
    {"id": "drive", "do": "drivers", "outcome": "Speed", "scores": ABILITIES, "n_resamples": 200},
    {"id": "means", "do": "compare", "group": "school", "scores": ABILITIES},
    {"id": "ranks", "do": "compare", "kind": "ranks", "group": "school", "scores": {"Text": ABILITIES["Text"]}},
    {"id": "units", "do": "multilevel", "unit": "school", "scores": {"Text": ABILITIES["Text"]}},
    {"id": "weights", "do": "weights", "targets": {"school": {"Pasteur": 0.5, "Grant-White": 0.5}},
     "scores": {"Text": ABILITIES["Text"]}},
    {"id": "halves", "do": "waves", "wave": "school", "scores": {"Text": ABILITIES["Text"]}},
]
RATINGS: list[dict[str, Any]] = [
    {"id": "poly", "do": "polychoric", "items": ["A1", "A2", "A3"], "range": [1, 6]},
    {"id": "shares", "do": "compare", "kind": "shares", "group": "gender", "items": ["education"]},
    {"id": "kappa", "do": "kappa", "items": ["N1", "N2"], "n_resamples": 100},
    {"id": "alpha", "do": "krippendorff", "items": ["N1", "N2", "N3"], "level": "ordinal", "n_resamples": 100},
]


ORDINAL: list[dict[str, Any]] = [
    {"id": "calm", "do": "cfa", "model": "N =~ N1 + N2 + N3 + N4", "estimator": "WLSMV", "modification": 3},
    {"id": "nerves", "do": "invariance", "model": "N =~ N1 + N2 + N3 + N4", "estimator": "WLSMV", "group": "gender"},
    {"id": "panic", "do": "invariance", "model": "N =~ N1 + N3 + N4 + N5", "estimator": "WLSMV", "group": "gender"},
]


@pytest.fixture(scope="module")
def ordinal() -> Mapping[str, Any]:
    return run_spec(read_data(HERE / "data" / "bfi.csv"), ORDINAL)


@pytest.fixture(scope="module")
def models() -> Mapping[str, Any]:
    return run_spec(read_data(HERE / "data" / "hs1939.csv"), MODELS)


@pytest.fixture(scope="module")
def people() -> Mapping[str, Any]:
    return run_spec(read_data(HERE / "data" / "hs1939.csv"), PEOPLE)


@pytest.fixture(scope="module")
def ratings() -> Mapping[str, Any]:
    return run_spec(read_data(HERE / "data" / "bfi.csv").head(400), RATINGS)


def _report(results: Mapping[str, Any], language: str = "en") -> StudyReport:
    spec = [entry for entry in (*MODELS, *PEOPLE, *RATINGS) if entry["id"] in results]
    return measurement_report(results, Subject("Abilities", "hs.csv", 301, spec=spec), language=language)


def _tables(report: StudyReport) -> dict[str, Table]:
    return {block.key: block for block in report.blocks() if isinstance(block, Table)}


def _figures(report: StudyReport) -> dict[str, Figure]:
    return {block.key: block for block in report.blocks() if isinstance(block, Figure)}


def _row(table: Table, place: int) -> list[Any]:
    return [getattr(cell, "value", getattr(cell, "text", None)) for cell in table.rows[place].cells]


def test_models_stand_beside_one_another_with_their_robust_fit(models: Mapping[str, Any]) -> None:
    table = _tables(_report(models))["t-models"]

    assert [_row(table, place)[0].strip() for place in range(4)] == ["Three", "robust (MLR)", "one", "way"]
    assert _row(table, 0)[2] == pytest.approx(85.306, abs=5e-4)
    assert _row(table, 0)[5] == pytest.approx(models["three"]["fit"]["cfi"])
    assert _row(table, 1)[2] == pytest.approx(models["three"]["fit"]["scaled"]["chi2"]["value"])


def test_a_fixed_loading_is_called_so(models: Mapping[str, Any]) -> None:
    table = _tables(_report(models))["t-model-loadings"]

    assert _row(table, 0) == ["visual"]
    assert _row(table, 1)[:4] == ["x1", 1.0, "fixed", ""]
    assert _row(table, 2)[4] == pytest.approx(0.424, abs=5e-4)


def test_a_model_is_drawn_with_its_loadings_and_what_factors_share(models: Mapping[str, Any]) -> None:
    chart = _figures(_report(models))["f-model"].chart

    assert isinstance(chart, MeasurementPaths)
    assert [factor.label for factor in chart.factors] == ["visual", "textual", "speed"]
    assert [item.loading for item in chart.factors[0].items] == ["0.77", "0.42", "0.58"]
    assert set(chart.arcs) == {(0, 1, "0.46"), (0, 2, "0.47"), (1, 2, "0.28")}


def test_regressions_are_drawn_apart(models: Mapping[str, Any]) -> None:
    figure = _figures(_report(models))["f-paths-3"]

    assert isinstance(figure.chart, StructurePaths)
    assert [path[2:] for path in figure.chart.paths] == [("0.43", True), ("0.09", False), ("0.46", True)]
    assert "2 of 3 paths differ from zero" in figure.title.text


def test_indirect_ways_changes_and_steps_have_their_tables(models: Mapping[str, Any]) -> None:
    tables = _tables(_report(models))

    assert _row(tables["t-model-paths-3"], 3)[0] == "indirect (defined)"
    assert len(tables["t-model-bootstrap-3"].rows) == 4
    changes = tables["t-model-modification"]
    assert len(changes.rows) == 4
    assert _row(changes, 0)[1] == pytest.approx(models["three"]["modification_indices"][0]["mi"])
    assert [_row(tables["t-invariance"], place)[0] for place in range(4)] == [
        "configural", "metric", "scalar", "strict"]
    assert [_row(tables["t-invariance"], place)[-1] for place in range(3)] == ["–", "yes", "no"]


def test_misfit_weak_loadings_and_steps_that_fail_are_warned_of(models: Mapping[str, Any]) -> None:
    warnings = [item.text for block in _report(models).sections[0].blocks if isinstance(block, Callout)
                for item in block.items]

    assert any(text.startswith("one: CFI, RMSEA and SRMR beyond") for text in warnings)
    assert "one: a standardised loading below 0.40 for x2, x3, x7, x8 and x9." in warnings
    assert any("the step scalar is not held" in text for text in warnings)


def test_comparisons_drivers_units_weights_and_waves_have_their_parts(people: Mapping[str, Any]) -> None:
    report = _report(people)

    assert [section.key for section in report.sections] == ["overview", "groups", "drivers", "waves", "method"]
    assert {"t-groups", "t-group-pairs", "t-icc", "t-units", "t-margins", "t-weighted", "t-drivers", "t-regression",
            "t-waves", "t-wave-evidence"} <= set(_tables(report))
    assert _row(_tables(report)["t-drivers"], 0)[0] == "Visual"
    assert "no statement of cause" in str(report.sections[0].blocks)


def test_a_model_of_ordinal_items_is_headed_by_its_scaled_fit(ordinal: Mapping[str, Any]) -> None:
    scaled = ordinal["calm"]["fit"]["scaled"]

    headings = [str(section) for section in _report(ordinal).sections]

    assert any(f"CFI {scaled['cfi_scaled']:.3f}" in text for text in headings)


def test_the_table_shows_the_scaled_fit_that_the_heading_tells(ordinal: Mapping[str, Any]) -> None:
    scaled = ordinal["calm"]["fit"]["scaled"]

    table = _tables(_report(ordinal))["t-models"]

    assert [_row(table, place)[0].strip() for place in range(3)] == ["calm", "scaled (WLSMV)", "robust (WLSMV)"]
    assert _row(table, 1)[2] == pytest.approx(scaled["chi2"]["value"])
    assert _row(table, 1)[5:8] == pytest.approx([scaled["cfi_scaled"], scaled["tli_scaled"],
                                                 scaled["rmsea_scaled"]["value"]])
    assert _row(table, 2)[5] == pytest.approx(scaled["cfi_robust"])
    assert "Scaled: the test corrected" in str(table)


def test_steps_of_ordinal_items_show_the_scaled_figures_they_are_judged_by(ordinal: Mapping[str, Any]) -> None:
    table, steps = _tables(_report(ordinal))["t-invariance"], ordinal["nerves"]["steps"]

    assert [_row(table, place)[0] for place in range(4)] == ["configural", "thresholds", "metric", "scalar"]
    for place, step in enumerate(steps):
        scaled = step["result"]["fit"]["scaled"]
        shown = _row(table, place)
        assert shown[1] == pytest.approx(scaled["chi2"]["value"])
        assert shown[3] == pytest.approx(scaled["cfi_scaled"])
        assert shown[4] == pytest.approx(scaled["rmsea_scaled"]["value"])
    assert _row(table, 3)[9] == pytest.approx(steps[3]["delta_cfi_scaled"])
    assert "Satorra (2000)" in str(table)


def test_what_to_free_in_a_model_of_ordinal_items_is_told_by_the_scaled_test(ordinal: Mapping[str, Any]) -> None:
    table, indices = _tables(_report(ordinal))["t-model-modification"], ordinal["calm"]["modification_indices"]

    assert [_row(table, place)[1] for place in range(3)] == pytest.approx([one["mi_scaled"] for one in indices])
    assert "Satorra, 1989" in str(table)


def test_a_step_of_ordinal_items_that_fails_is_shown_again_with_what_was_freed(ordinal: Mapping[str, Any]) -> None:
    tables = _tables(_report(ordinal))
    partial = ordinal["panic"]["partial_steps"]

    steps = [str(_row(tables["t-invariance-2"], place)[0]) for place in range(4, 4 + len(partial))]
    released = [_row(tables["t-releases-2"], place) for place in range(3)]
    assert steps[0] == "scalar, partial: N5~1"
    assert {row[1] for row in released} <= {"N1~1", "N3~1", "N4~1", "N5~1"}
    assert "intercepts set to zero" in str(tables["t-releases-2"])


def test_ordinal_items_crossings_and_raters_have_their_parts(ratings: Mapping[str, Any]) -> None:
    report = _report(ratings)

    tables = _tables(report)
    assert {"t-thresholds", "t-groups", "t-raters"} <= set(tables)
    assert [_row(tables["t-raters"], place)[1] for place in range(2)] == [
        "Cohen's kappa", "Krippendorff's alpha, ordinal"]
    assert "f-polychoric" in _figures(report)


def test_rows_left_out_are_told_in_their_section_only(ratings: Mapping[str, Any]) -> None:
    report = _report(ratings)

    assert "were not used" not in str(report.sections[0].blocks)
    assert "were not used" in str(report.sections[1:])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_part_is_drawn_in_both_languages(models: Mapping[str, Any], people: Mapping[str, Any],
                                               ratings: Mapping[str, Any], language: str) -> None:
    report = _report({**models, **people, **ratings}, language)

    html = report_html(report)
    assert html.count("<svg") == len(_figures(report))
    tables = [block_html(block, language) for block in _tables(report).values()]
    assert "style=" not in "".join(tables)
    keys = [block.key for block in report.blocks() if isinstance(block, (Table, Figure))]
    assert len(keys) == len(set(keys))


def test_every_analysis_of_the_command_has_a_part_of_its_own() -> None:
    from analysis.quant.spec.options import OPTIONS

    assert set(OPTIONS) <= set(VERBS)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_phrase_of_the_report_is_written_twice(language: str) -> None:
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / language).glob("*.toml"))]

    found = Counter(f"{table}.{key}" for tables in files for table, phrases in tables.items() for key in phrases)

    assert [key for key, n in found.items() if n > 1] == []


def test_items_that_load_against_their_factor_are_warned_of_once() -> None:
    results = run_spec(read_data(HERE / "data" / "bfi.csv").head(600), [
        {"id": "two", "do": "cfa", "model": "A =~ A1 + A2 + A3 + A4\nC =~ C1 + C2 + C3 + C4"}])

    said = [one.text for block in _report(results).sections[-2].blocks if isinstance(block, Callout)
            for one in block.items]
    assert sum("A1 and C4" in one and "Recode" in one for one in said) == 1


def test_of_many_pairs_of_scales_the_highest_are_printed_and_the_others_counted() -> None:
    pairs = [{"first": f"S{place}", "second": "T", "htmt": place / 200, "htmt2": None,
              "verdict": "together" if place in (1, 100) else "distinct"} for place in range(1, 101)]

    table = _tables(_report({"far": {"do": "htmt", "n": 200, "pairs": pairs}}))["t-pairs"]

    assert [row.cells[0].text.split()[0] for row in table.rows] == [            # type: ignore[union-attr]  # words
        *(f"S{place}" for place in range(100, 85, -1)), "S1"]
    assert "84 more pairs lie lower" in table.source
