"""The board pack: few wide pages that say what the diagnosis report says, with its numbers."""

import io

import pikepdf
import pytest

from reports.content import Bullets, Callout, Figure, StudyReport, Table
from reports.deliver import report_pdf
from reports.kinds.board import MOST_ROWS, board_pack
from reports.pdf import missing_system_libraries
from reports.sections.study import study_report
from tests.unit.reports.conftest import Study

MOST_PAGES = 8


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


@pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")
def test_the_pack_has_few_pages_of_the_shape_of_a_slide(whole: StudyReport) -> None:
    with pikepdf.open(io.BytesIO(report_pdf(board_pack(whole)))) as pdf:
        shapes = {round(float(page.mediabox[2]) / float(page.mediabox[3]), 2) for page in pdf.pages}

        assert 6 <= len(pdf.pages) <= MOST_PAGES
    assert shapes == {1.78}
