"""The measurement report of a data file, from the documents that `measure` writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from analysis.quant.spec.data import DataFile, read_data_file
from analysis.quant.spec.run import run_spec, with_sample
from analysis.results.measurement import Structure
from instruments.codec import to_document
from instruments.template import StudyTemplate
from reports.content import Callout, Figure, Listing, StudyReport, Table
from reports.deliver import measurement_report_pdf
from reports.figures import Scree
from reports.measured.factors import order_of
from reports.measured.frame import Subject
from reports.measured.registry import VERBS, results_of
from reports.measurement import measurement_report
from reports.pdf import missing_system_libraries
from reports.render import report_html
from reports.wording import Words
from tests.factories.diagnosis_parts import scale_quality, structure
from tests.reference.psychometrics.cases import HERE

ALL = [f"{scale}{number}" for scale in "ACENO" for number in range(1, 6)]
SCALES = {scale: [f"{scale}{number}" for number in range(1, 6)] for scale in "ACENO"}
REVERSE = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
needs_pdf = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")


def _spec() -> list[dict[str, Any]]:
    scales = [{"id": key, "do": "reliability", "items": items, "reverse": [i for i in items if i in REVERSE],
               "range": [1, 6]} for key, items in SCALES.items()]
    return [
        *scales, {"id": "kmo", "do": "kmo", "items": ALL},
        {"id": "parallel", "do": "parallel", "items": ALL, "seed": 1},
        {"id": "map", "do": "map", "items": ALL}, {"id": "five", "do": "efa", "items": ALL, "n_factors": 5},
        {"id": "four", "do": "efa", "items": ALL, "n_factors": 4, "title": "Four factors"},
        {"id": "omega", "do": "omega", "items": ALL, "n_factors": 3}, {"id": "htmt", "do": "htmt", "scales": SCALES},
        {"id": "items", "do": "correlations", "items": ALL},
        {"id": "scores", "do": "correlations", "scales": SCALES, "reverse": REVERSE, "range": [1, 6]},
        {"id": "care", "do": "careless", "items": ALL, "scales": SCALES, "range": [1, 6]}]


@pytest.fixture(scope="module")
def bfi() -> DataFile:
    return read_data_file(HERE / "data" / "bfi.csv")


@pytest.fixture(scope="module")
def results(bfi: DataFile) -> Mapping[str, Any]:
    return with_sample(run_spec(bfi.frame, _spec()), bfi.frame, _spec())


@pytest.fixture(scope="module")
def documents(template: StudyTemplate) -> dict[str, object]:
    constructs = template.instrument("staff").constructs_of_group("problem")
    scales = {c.key: scale_quality(c, template, 2800).reliability for c in constructs}
    found: Structure = structure(template, 2800)
    results = {**scales, "kmo": found.factorability, "number": found.parallel, "efa": found.solution}
    return {key: to_document(result) for key, result in results.items()}


def _report(results: Mapping[str, Any], language: str = "en", **options: Any) -> StudyReport:
    return measurement_report(results, Subject("Five scales", "survey.csv", 2800, **options), language=language)


def _said(cell: Any) -> str:
    return str(cell.text)


def _tables(report: StudyReport) -> dict[str, Table]:
    return {block.key: block for block in report.blocks() if isinstance(block, Table)}


def _figures(report: StudyReport) -> dict[str, Figure]:
    return {block.key: block for block in report.blocks() if isinstance(block, Figure)}


def test_results_without_their_verb_are_known_by_their_fields(documents: dict[str, object]) -> None:
    report = _report(documents)

    assert set(_tables(report)) == {"t-reliability", "t-items", "t-votes", "t-fit", "t-loadings", "t-phi"}
    assert set(_figures(report)) == {"f-alpha", "f-items", "f-parallel", "f-loadings"}
    assert len(_tables(report)["t-reliability"].rows) == 6


def test_every_analysis_of_a_rich_list_has_its_part(results: Mapping[str, Any], bfi: DataFile) -> None:
    report = _report(results, spec=_spec(), facts=bfi.facts, specification="- {id: A}")

    assert [section.key for section in report.sections] == [
        "overview", "answers", "items", "scales", "relations", "number", "factors", "care", "method"]
    assert set(_tables(report)) == {
        "t-answers", "t-patterns", "t-items", "t-reliability", "t-omega", "t-correlations-2", "t-pairs", "t-votes",
        "t-fit", "t-loadings", "t-loadings-2", "t-phi", "t-phi-2", "t-care", "t-method"}
    assert len(_tables(report)["t-method"].rows) == len(_spec())
    assert [block.text for block in report.blocks() if isinstance(block, Listing)] == ["- {id: A}"]


def test_no_two_blocks_share_an_anchor(results: Mapping[str, Any]) -> None:
    keys = [block.key for block in _report(results).blocks() if isinstance(block, (Table, Figure))]

    assert len(keys) == len(set(keys))


def test_loadings_are_sorted_by_the_factor_they_belong_to(results: Mapping[str, Any]) -> None:
    table = _tables(_report(results))["t-loadings"]

    items = [_said(row.cells[0]) for row in table.rows[:25]]
    assert items[:5] == ["N1", "N2", "N3", "N5", "N4"]
    numbers: Any = table.rows[0].cells[1:6]
    assert [cell.is_emphasised for cell in numbers] == [True, False, False, False, False]
    assert [cell.is_light for cell in numbers] == [False, True, True, True, True]


def test_an_item_without_a_loading_comes_last_and_is_warned_of(results: Mapping[str, Any]) -> None:
    report = _report(results, spec=_spec())

    found = next(found for key, found in results_of(results, VERBS["efa"].kind).items() if key == "four")
    assert order_of(found)[-1] == (ALL.index("A1"), None)
    warnings = [item.text for block in report.sections[0].blocks if isinstance(block, Callout) for item in block.items]
    assert "Four factors: no loading of 0.30 for A1." in warnings


def test_every_criterion_has_its_vote(results: Mapping[str, Any]) -> None:
    rows: Any = _tables(_report(results))["t-votes"].rows

    votes = {row.cells[0].text: row.cells[2].value for row in rows}
    assert len(votes) == 8
    assert votes["Velicer's MAP"] == 5
    assert votes["Very simple structure, one loading an item"] == 4
    assert votes["Kaiser's rule"] == 6


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_number_of_factors_shows_every_vote_its_range_and_what_to_do(language: str) -> None:
    bfi = read_data_file(HERE / "data" / "bfi.csv").frame
    found = run_spec(bfi, [{"id": "how-many", "do": "factor_number", "n_draws": 40, "items": ALL}])

    report = _report(found, language=language)

    rows: Any = _tables(report)["t-votes"].rows
    assert len(rows) == 12
    assert [row.cells[2].value for row in rows if row.cells[0].text in {"Velicer's MAP", "Velicer MAP检验"}] == [5]
    text = str(report)
    assert ("leave a range from 5 to 6 factors" in text) if language == "en" else ("范围为5至6个因子" in text)
    assert ("the methods differ" in text) if language == "en" else ("各方法的结论不一致" in text)


def test_wordings_are_shown_where_they_are_known(results: Mapping[str, Any]) -> None:
    report = _report(results, labels={"A": "Agreeableness", "A1": "Am indifferent to the feelings of others."})

    assert "indifferent" in str(_tables(report)["t-items"].rows)
    assert "Agreeableness" in str(_tables(report)["t-reliability"].rows)


def test_a_result_that_the_report_does_not_know_is_a_plain_table() -> None:
    odd = {"do": "tarot", "value": 0.4, "cards": ["sun", "moon"], "deep": {"n": 3, "is_true": True}}

    report = _report({"odd": odd})

    table = _tables(report)["t-plain"]
    assert [_said(row.cells[0]) for row in table.rows] == ["value", "cards", "deep.n", "deep.is_true"]
    assert [section.key for section in report.sections] == ["overview", "more", "method"]


def test_a_result_of_an_older_layout_is_a_plain_table_too(results: Mapping[str, Any]) -> None:
    short = {key: value for key, value in results["kmo"].items() if key != "eigenvalues"}

    assert "t-plain" in _tables(_report({"kmo": short}))


def test_what_was_left_out_stands_on_the_first_page(results: Mapping[str, Any]) -> None:
    report = _report({"kmo": results["kmo"]}, left_out=["analysis 'six': item 'x' never varies."])

    assert "Left out: analysis 'six': item 'x' never varies." in str(report.sections[0].blocks)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_state_their_finding_in_words(results: Mapping[str, Any], language: str) -> None:
    figures = _figures(_report(results, language))

    assert set(figures) == {"f-items", "f-alpha", "f-correlations", "f-parallel", "f-loadings", "f-loadings-2"}
    assert all(any(sign.isdigit() for sign in figure.alt) for figure in figures.values())
    assert "2.93" in figures["f-items"].alt


def test_every_verb_and_reference_has_its_words() -> None:
    from reports.measured.method import ORDINAL_REFERENCES, REFERENCES

    for language in ("en", "zh"):
        words = Words(language)
        assert [do for do in VERBS if not words.has(f"measured_do.{do}")] == []
        keys = {key for listed in (*REFERENCES.values(), *ORDINAL_REFERENCES.values()) for key in listed}
        assert [key for key in sorted(keys) if not words.has(f"measured_reference.{key}")] == []


def test_both_languages_have_the_same_parts_and_numbers(results: Mapping[str, Any]) -> None:
    english, chinese = (report_html(_report(results, language)) for language in ("en", "zh"))

    assert english.count("<table") == chinese.count("<table")
    assert english.count("<svg") == chinese.count("<svg")


@needs_pdf
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_results_give_the_same_bytes(results: Mapping[str, Any], bfi: DataFile, language: str) -> None:
    subject = Subject("五个量表 / Five scales", "survey.csv", 2800, spec=_spec(), facts=bfi.facts,
                      frozen_on="2026-09-30", is_synthetic=True)

    few = {key: results[key] for key in ("A", "C", "parallel", "four")}

    first = measurement_report_pdf(few, subject, language=language)

    assert first.startswith(b"%PDF-1.7")
    assert first == measurement_report_pdf(few, subject, language=language)


@needs_pdf
def test_a_label_in_a_script_without_letters_here_is_printed_with_boxes(results: Mapping[str, Any]) -> None:
    subject = Subject("Scale", "survey.sav", 2800, {"A1": "ฉันไม่สนใจ"})

    pdf = measurement_report_pdf({"A": results["A"]}, subject, language="en")

    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    assert "□□□" in text


def test_the_file_is_named_with_its_hash_and_how_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes("q1;q2\n1;2\n2;1\n3;3\n4;5\n5;4\n2;2\n".encode("utf-16"))
    data = read_data_file(path)

    report = _report(run_spec(data.frame, [{"id": "s", "do": "sample"}]), facts=data.facts)

    method = str(report.section("method").blocks)
    assert data.facts.sha256 in method
    assert "Data hash, specification and versions" in method
    assert "text, encoding utf-16, separated by semicolon, decimal point" in method


def test_without_a_file_no_hash_of_data_is_spoken_of(results: Mapping[str, Any]) -> None:
    method = str(_report(results).section("method").blocks)

    assert "Data hash" not in method
    assert "the same figures and the same result hash again" in method


def test_bars_with_wordings_are_parted_so_that_two_figures_share_a_page(results: Mapping[str, Any]) -> None:
    plain = [figure for figure in _figures(_report(results)) if figure.startswith("f-items")]

    worded = _figures(_report(results, labels={"A1": "I make people feel at ease."}))

    assert plain == ["f-items"]
    assert [figure for figure in worded if figure.startswith("f-items")] == ["f-items", "f-items-2", "f-items-3"]


def test_a_map_of_correlations_does_not_tell_of_a_diagonal_that_it_lacks(results: Mapping[str, Any]) -> None:
    table = _tables(_report(results))["t-correlations-2"]
    wide = {**results["scores"], "names": [f"S{number}" for number in range(15)], "alphas": [0.8] * 15}
    for field in ("correlations", "ci_low", "ci_high", "p_values", "pair_n"):
        wide[field] = [[100 if field == "pair_n" else 0.2] * 15] * 15

    drawn = _figures(_report({"wide": wide}))["f-correlations"]

    assert "diagonal" in str(table)
    assert "diagonal" not in str(drawn)
    assert "Bold from 0.30, whatever the sign." in drawn.source


def test_all_factors_that_are_kept_are_drawn_with_the_first_that_is_not(results: Mapping[str, Any]) -> None:
    many = {**results["parallel"], "retain_factors_p95": 17}

    chart = _figures(_report({"parallel": many}))["f-parallel"].chart

    assert isinstance(chart, Scree)
    assert [len(panel.observed) for panel in chart.panels] == [18, 18]


@pytest.mark.parametrize(("key", "said"), [("efa", "Exploratory factor analysis: 25"),
                                           ("five", "Exploratory factor analysis (five): 25")])
def test_an_analysis_without_a_title_is_not_named_twice(results: Mapping[str, Any], key: str, said: str) -> None:
    spec = [{"id": key, "do": "efa"}]

    report = _report({key: results["five"]}, spec=spec)

    assert said in str(report.sections[0])


def test_loadings_on_many_factors_have_room_for_their_signs(results: Mapping[str, Any]) -> None:
    five = results["five"]
    many = {**five, "n_factors": 15, "loadings": [[*line] * 3 for line in five["loadings"]],
            "variance_explained": [*five["variance_explained"]] * 3, "phi": None}

    table = _tables(_report({"many": many}))["t-many-loadings"]

    assert min(column.width for column in table.columns[1:16]) > 0.05
    assert sum(column.width for column in table.columns) == pytest.approx(1)
