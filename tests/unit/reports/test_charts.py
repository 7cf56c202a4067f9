"""Charts: real text inside the sheet, a title first, no style, the same string twice."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from instruments.template import StudyTemplate
from reports.charts.draw import draw
from reports.charts.metrics import clip, text_width, wrap
from reports.content import Figure
from reports.figures import Curve, Forest, ForestRow, Matrix, MatrixCell, Series, Tree, TreeNode
from reports.sections.study import study_report
from tests.factories.diagnosis import rich_diagnosis
from tests.factories.diagnosis_parts import facts
from tests.gates.space import overflowing

SVG = "{http://www.w3.org/2000/svg}"


def _figures(template: StudyTemplate, language: str) -> list[Figure]:
    report = study_report(rich_diagnosis(template), template, facts(), language=language)
    return [block for block in report.blocks() if isinstance(block, Figure)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chart_keeps_its_text_inside_the_sheet(template: StudyTemplate, language: str) -> None:
    figures = _figures(template, language)

    beyond = {f.key: overflowing(draw(f.chart, f.alt, language), language) for f in figures}

    assert len(figures) > 15
    assert {key: texts for key, texts in beyond.items() if texts} == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chart_begins_with_a_title_that_says_the_finding(template: StudyTemplate, language: str) -> None:
    for figure in _figures(template, language):
        root = ET.fromstring(draw(figure.chart, figure.alt, language))  # noqa: S314  # our own output

        assert root[0].tag == f"{SVG}title"
        assert root[0].text == figure.alt
        assert len(figure.alt) > (40 if language == "en" else 15)
        assert any(sign.isdigit() for sign in figure.alt)


def test_charts_use_presentation_attributes_only(template: StudyTemplate) -> None:
    drawn = [draw(figure.chart, figure.alt, "en") for figure in _figures(template, "en")]

    assert not [svg for svg in drawn if "style=" in svg or "class=" in svg or "<style" in svg]


def test_the_same_data_draw_the_same_chart(template: StudyTemplate) -> None:
    first = [draw(figure.chart, figure.alt, "zh") for figure in _figures(template, "zh")]
    second = [draw(figure.chart, figure.alt, "zh") for figure in _figures(template, "zh")]

    assert first == second


def test_labels_of_a_forest_keep_clear_of_the_axis() -> None:
    row = ForestRow("A label that is so long that it has to be broken into several lines before the axis begins", 3.2,
                    3.0, 3.4, 120, "1", True, "3.20 [3.00–3.40]")
    chart = Forest((row,), 1, 5, ((1.0, "1"), (5.0, "5")), "axis", "mean", "n")

    root = ET.fromstring(draw(chart, "One estimate of 3.20.", "en"))  # noqa: S314  # our own output

    axis = min(float(line.attrib["x1"]) for line in root.iter(f"{SVG}line"))
    labels = [t for t in root.iter(f"{SVG}text") if t.attrib["font-size"] == "12"]
    assert len(labels) > 1
    assert all(float(t.attrib["x"]) + text_width(t.text or "", 12, 700) < axis for t in labels)


def test_user_text_is_escaped_in_charts() -> None:
    chart = Matrix((("<b>&", ""),), ("x",), ((MatrixCell("<i>"),),))

    svg = draw(chart, "<script>1</script>", "en")

    assert "<script>" not in svg
    assert "<b>" not in svg
    assert "&lt;i&gt;" in svg


def test_a_circle_of_units_is_cut_and_drawn() -> None:
    chart = Tree((TreeNode("root", "Root", "", None), TreeNode("a", "A", "", "b"), TreeNode("b", "B", "", "a")))

    assert "Root" in draw(chart, "A tree of 3 units.", "en")


def test_a_curve_without_values_still_has_its_axes() -> None:
    chart = Curve((Series("observed", (None, None)),), ("1", "2"), "factor", "eigenvalue")

    assert "eigenvalue" in draw(chart, "No eigenvalue of 2 is known.", "en")


def test_latin_breaks_at_spaces_and_chinese_between_characters_but_not_before_a_comma() -> None:
    assert wrap("customer information", 60, 12) == ["customer", "information"]
    lines = wrap("客户信息缺失，过时。", 72, 12, 400, "zh")
    assert "".join(lines) == "客户信息缺失，过时。"
    assert not [line for line in lines if line[0] in "，。"]


def test_clipped_text_ends_in_an_ellipsis_within_its_width() -> None:
    lines = clip("one two three four five six seven", 60, 12, 2)

    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert text_width(lines[-1], 12) <= 60
