"""The board pack: few wide pages that say what the diagnosis report says, with its numbers."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pikepdf
import pytest

from reports.content import Bullets, Callout, Figure, Statement, StudyReport, Table
from reports.deliver import report_pdf
from reports.kinds.board import MOST_LANES, MOST_ROWS, MOST_SIGNS, board_pack
from reports.pdf import layout, missing_system_libraries
from reports.render import report_html
from reports.sections.study import study_report
from tests.unit.reports.conftest import Study

MOST_PAGES = 8
SMALLEST, POINTS = 8.95, 0.75           # of a text on a slide; points a pixel


@pytest.fixture(scope="module", params=["en", "zh"])
def whole(request: pytest.FixtureRequest, bank: Study) -> StudyReport:
    return study_report(*bank, language=request.param)


def test_figures_and_tables_keep_the_numbers_and_findings_of_the_report(whole: StudyReport) -> None:
    shown = [block for block in board_pack(whole).blocks() if isinstance(block, (Figure, Table))]
    known = {(block.key, block.number, block.title.text) for block in whole.blocks()
             if isinstance(block, (Figure, Table))}

    assert len(shown) >= 5
    assert {(block.key, block.number, block.title.text) for block in shown} <= known
    assert all(len(block.rows) <= MOST_ROWS for block in shown if isinstance(block, Table))


def test_the_last_page_asks_for_decisions_and_says_what_to_bear_in_mind(whole: StudyReport) -> None:
    last = board_pack(whole).sections[-1]
    asked = next(block for block in whole.section("summary").blocks
                 if isinstance(block, Callout) and block.kind == "decision")

    assert last.blocks[0] == asked
    assert isinstance(last.blocks[-1], Bullets)


def test_a_study_with_too_little_has_a_pack_of_what_there_is(empty_bank: Study) -> None:
    pack = board_pack(study_report(*empty_bank, language="en"))

    assert len(pack.sections) <= 2


def test_rows_and_lanes_that_a_slide_does_not_hold_are_told(whole: StudyReport) -> None:
    roadmap = next(block for block in whole.blocks() if isinstance(block, Figure) and block.key == "f-roadmap")
    measure = next(lane for lane in roadmap.chart.lanes if lane.owner)
    many = replace(roadmap, chart=replace(roadmap.chart, lanes=(*roadmap.chart.lanes, *[measure] * 9)))
    sections = tuple(replace(one, blocks=tuple(many if block == roadmap else block for block in one.blocks))
                     for one in whole.sections)

    pack = board_pack(replace(whole, sections=sections))

    shown = next(block for block in pack.blocks() if isinstance(block, Figure) and block.key == "f-roadmap")
    n = sum(bool(lane.owner) for lane in many.chart.lanes)
    assert len(shown.chart.lanes) == MOST_LANES
    assert str(n) in shown.source
    assert shown.source != roadmap.source
    table = next(block for block in pack.blocks() if isinstance(block, Table) and block.key == "t-summary")
    assert bool(table.source) == (len(next(block for block in whole.blocks() if isinstance(block, Table)
                                           and block.key == "t-summary").rows) > len(table.rows))


def test_long_words_of_a_cell_are_cut_on_a_slide(whole: StudyReport) -> None:
    def longer(block: object) -> object:
        if isinstance(block, Table) and block.key == "t-ranks":
            return replace(block, rows=tuple(replace(row, cells=(Statement("word " * 60), *row.cells[1:]))
                                             for row in block.rows))
        return block

    sections = tuple(replace(one, blocks=tuple(map(longer, one.blocks))) for one in whole.sections)

    table = next(block for block in board_pack(replace(whole, sections=sections)).blocks()
                 if isinstance(block, Table) and block.key == "t-ranks")

    assert all(row.cells[0].text.endswith("word…") and len(row.cells[0].text) <= MOST_SIGNS for row in table.rows)


@pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")
def test_nothing_on_a_slide_is_smaller_than_nine_points(whole: StudyReport) -> None:
    document = layout(report_html(board_pack(whole), is_traced=False))

    sizes = [found for page in document.pages for found in sizes_of(page._page_box)]

    assert len(sizes) > 100
    assert [found for found in sizes if found[0] < SMALLEST] == []


def sizes_of(box: Any) -> Iterator[tuple[float, str]]:
    """Return size in points and beginning of every text of a page, those of its charts at the size they are drawn."""
    kind, text = type(box).__name__, getattr(box, "text", "")
    if kind == "TextBox" and text.strip():
        yield round(box.style["font_size"] * POINTS, 2), text[:40]
    if "Replaced" in kind:
        drawn = box.replacement._svg.tree
        _, _, width, height = map(float, drawn.get("viewBox").split())
        scale = min(box.width / width, box.height / height) * POINTS
        yield from ((round(float(one.get("font-size")) * scale, 2), one.text or "")
                    for one in walk_svg(drawn) if one.get("font-size"))
    for child in getattr(box, "children", ()):
        yield from sizes_of(child)


def walk_svg(node: Any) -> Iterator[Any]:
    yield node
    for child in node:
        yield from walk_svg(child)


@pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")
def test_the_pack_has_few_pages_of_the_shape_of_a_slide(whole: StudyReport) -> None:
    with pikepdf.open(io.BytesIO(report_pdf(board_pack(whole)))) as pdf:
        shapes = {round(float(page.mediabox[2]) / float(page.mediabox[3]), 2) for page in pdf.pages}

        assert 6 <= len(pdf.pages) <= MOST_PAGES
    assert shapes == {1.78}


def test_problems_that_the_first_table_leaves_out_are_named_with_their_grade(whole: StudyReport) -> None:
    rows = next(block for block in whole.section("summary").blocks if isinstance(block, Table)
                and block.key == "t-summary").rows

    table = next(block for block in board_pack(whole).blocks() if isinstance(block, Table) and block.key == "t-summary")

    left_out = [row.cells[0].lines[0].text for row in rows[len(table.rows):]]
    assert left_out
    assert [name for name in left_out if name not in table.source] == []
