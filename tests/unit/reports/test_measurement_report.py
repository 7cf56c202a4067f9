"""The measurement report of a data file, from the documents that `measure` writes."""

from __future__ import annotations

import pytest

from analysis.results.measurement import Structure
from instruments.codec import to_document
from instruments.template import StudyTemplate
from reports.content import Figure, StudyReport, Table
from reports.deliver import measurement_report_pdf
from reports.measurement import measurement_report
from reports.pdf import missing_system_libraries
from tests.factories.diagnosis_parts import scale_quality, structure


@pytest.fixture(scope="module")
def documents(template: StudyTemplate) -> dict[str, object]:
    constructs = template.instrument("staff").constructs_of_group("problem")
    scales = {c.key: scale_quality(c, template, 2800).reliability for c in constructs}
    found: Structure = structure(template, 2800)
    results = {**scales, "kmo": found.factorability, "number": found.parallel, "efa": found.solution}
    return {key: to_document(result) for key, result in results.items()}


def _report(documents: dict[str, object], language: str = "en", **options: object) -> StudyReport:
    return measurement_report(documents, language=language, title="Five scales", source="survey.csv", n=2800,
                              **options)  # type: ignore[arg-type]  # options are those of the function


def test_every_scale_item_and_factor_is_shown(documents: dict[str, object]) -> None:
    report = _report(documents)

    tables = {block.key: block for block in report.blocks() if isinstance(block, Table)}
    figures = {block.key for block in report.blocks() if isinstance(block, Figure)}
    assert set(tables) == {"t-reliability", "t-items", "t-loadings", "t-phi"}
    assert figures == {"f-alpha", "f-parallel"}
    assert len(tables["t-reliability"].rows) == 6
    assert len(tables["t-loadings"].rows) == 38 + 1


def test_wordings_are_shown_where_they_are_known(documents: dict[str, object]) -> None:
    report = _report(documents, labels={"PRB_GOAL": "Unclear goals", "GOA1": "I could not say what it is for."})

    table = next(b for b in report.blocks() if isinstance(b, Table) and b.key == "t-items")
    assert len(table.columns) == 7
    assert "I could not say" in str(table.rows)


def test_results_that_the_report_does_not_know_are_left_out() -> None:
    report = _report({"icc": {"value": 0.4}})

    assert [section.key for section in report.sections] == ["overview"]


@pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_measurement_report_becomes_a_pdf(documents: dict[str, object], language: str) -> None:
    pdf = measurement_report_pdf(documents, language=language, title="五个量表 / Five scales", source="survey.csv",
                                 n=2800, frozen_on="2026-09-30", is_synthetic=True)

    assert pdf.startswith(b"%PDF-1.7")
