"""The figures as PNG: one a figure, twice the chart's size, in our fonts, the same bytes, nothing else said in them."""

import io
import struct
import zipfile
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from reports.charts.draw import draw
from reports.content import StudyReport
from reports.formats.bitmaps import _BOX, BORDER, TIMES, _pdf, png, report_bitmaps
from reports.formats.pictures import figures_of
from reports.pdf import missing_system_libraries
from reports.sections.study import study_report

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request: pytest.FixtureRequest, bank: Any) -> StudyReport:
    whole = study_report(*bank, language=request.param)
    parts = {"situation", "problems", "roadmap"}
    return replace(whole, sections=tuple(one for one in whole.sections if one.key in parts))


def chunks(content: bytes) -> list[str]:
    found, place = [], 8
    while place < len(content):
        size = struct.unpack(">I", content[place:place + 4])[0]
        found.append(content[place + 4:place + 8].decode())
        place += size + 12
    return found


def test_each_figure_is_a_picture_of_twice_its_size_and_says_nothing_else(report: StudyReport) -> None:
    figures = figures_of(report)

    archive = zipfile.ZipFile(io.BytesIO(report_bitmaps(report)))

    assert archive.namelist() == [*(f"figure-{one.number:02d}.png" for one in figures), "figures.txt"]
    for one in figures:
        content = archive.read(f"figure-{one.number:02d}.png")
        box = _BOX.search(draw(one.chart, one.alt, report.language))
        assert box is not None
        wanted = [TIMES * (float(side) + 2 * BORDER) for side in box.groups()]
        assert list(struct.unpack(">II", content[16:24])) == pytest.approx(wanted, abs=2)
        assert chunks(content) == ["IHDR", "pHYs", "IDAT", "IEND"]
        assert one.title.text in archive.read("figures.txt").decode()


def test_the_pictures_are_drawn_in_our_fonts_and_the_words_of_the_chart_are_there(report: StudyReport) -> None:
    figures = figures_of(report)

    document = pypdfium2.PdfDocument(_pdf(report, figures))

    words = {"en": "Low management effectiveness", "zh": "管理成效低"}[report.language]
    fonts = {line.get_font().get_base_name().split("+")[-1] for page in document for line in page.get_objects(
        filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])}
    assert len(document) == len(figures)
    assert any(words in page.get_textpage().get_text_range() for page in document)
    assert all(name.startswith("Report") for name in fonts)
    document.close()


def test_the_same_content_gives_the_same_bytes(report: StudyReport) -> None:
    assert report_bitmaps(report) == report_bitmaps(report)


def test_a_report_without_figures_gives_the_list_alone(report: StudyReport) -> None:
    archive = zipfile.ZipFile(io.BytesIO(report_bitmaps(replace(report, sections=()))))

    assert archive.namelist() == ["figures.txt"]


def test_rows_longer_than_the_picture_are_cut_to_it() -> None:
    picture = png(b"\xff\0\0....\0\0\xff....", 1, 2, 7)

    assert struct.unpack(">II", picture[16:24]) == (1, 2)
    assert picture.startswith(b"\x89PNG")
