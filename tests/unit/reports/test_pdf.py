"""The PDF: tagged, in its language, with the vendored fonts only, nothing beyond the page, the same bytes twice."""

from __future__ import annotations

import gc
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from reports import pdf as pdf_module
from reports.charts.metrics import FONTS
from reports.content import Callout, StudyReport
from reports.deliver import report_pdf, study_report_html
from reports.pdf import MissingGlyphs, PdfError, missing_system_libraries, write_pdf
from reports.render import report_html
from reports.sections.study import study_report
from reports.wording import Words

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")

ALLOWED_FONTS = ("Report-Sans", "ReportSans")
PIXEL = 1.5
MOST_BODY_PAGES, MOST_PAGES_IN_ALL, MOST_PAGES_OF_TOO_LITTLE = 30, 75, 8     # the evidence of each finding takes seven


@dataclass(frozen=True)
class Rendered:
    report: StudyReport
    html: str
    pdf: bytes

    @property
    def opened(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.pdf))

    def pages(self) -> list[str]:
        document = pypdfium2.PdfDocument(self.pdf)
        try:
            return [_text(page) for page in document]
        finally:
            document.close()


def _text(page: Any) -> str:
    words = page.get_textpage()
    try:
        return str(words.get_text_range())
    finally:
        words.close()
        page.close()


@pytest.fixture(scope="module", params=["en", "zh"])
def rendered(request: pytest.FixtureRequest, bank: Any) -> Rendered:
    diagnosis, template, facts = bank
    report = study_report(diagnosis, template, facts, language=request.param)
    return Rendered(report, report_html(report), report_pdf(report))


@pytest.fixture(scope="module")
def sparse(empty_bank: Any) -> Rendered:
    diagnosis, template, facts = empty_bank
    report = study_report(diagnosis, template, facts, language="zh")
    return Rendered(report, report_html(report), report_pdf(report))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_contents_and_how_to_read_share_one_page(rendered: Rendered) -> None:
    words = Words(rendered.report.language)

    pages = [_squeezed(page) for page in rendered.pages()]

    contents = next(page for page in pages if _squeezed(words.text("front.contents_title")) in page)
    assert _squeezed(words.text("reading.hidden", minimum=5))[-12:] in contents


def test_every_page_names_synthetic_data(rendered: Rendered, sparse: Rendered) -> None:
    for document in (rendered, sparse):
        label = _squeezed(document.report.cover.label)

        pages = [_squeezed(page) for page in document.pages()]

        assert [number for number, page in enumerate(pages, 1) if label not in page] == []


def test_the_report_stays_small(rendered: Rendered) -> None:
    with rendered.opened as pdf:
        kilobytes_per_page = len(rendered.pdf) / 1000 / len(pdf.pages)

    assert kilobytes_per_page < 20


def test_a_character_without_a_glyph_is_named_before_rendering() -> None:
    with pytest.raises(MissingGlyphs, match=r"U\+1F600") as caught:
        write_pdf("<html lang='en'><head><title>t</title></head><body><p>😀</p></body></html>", title="t",
                  language="en", identifier="x", frozen_on="2026-01-01")

    assert caught.value.characters == "😀"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/x.png", "https://example.org/x.png"])
def test_a_document_may_load_nothing_from_outside(address: str) -> None:
    page = f"<html lang='en'><head><title>t</title></head><body><img alt='1' src='{address}'></body></html>"

    with pytest.raises(PdfError, match="nothing from outside"):
        write_pdf(page, title="t", language="en", identifier="x", frozen_on="2026-01-01")


def test_a_warning_while_rendering_stops_the_report() -> None:
    page = "<html lang='en'><head><title>t</title></head><body><p style='colour: red'>x</p></body></html>"

    with pytest.raises(PdfError, match="warning"):
        write_pdf(page, title="t", language="en", identifier="x", frozen_on="2026-01-01")


def test_a_missing_pango_is_told_with_the_packages_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(pdf_module, "_weasyprint", fail)

    message = pdf_module.missing_system_libraries()

    assert all(name in message for name in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"))


def test_text_of_a_study_is_escaped(bank: Any) -> None:
    diagnosis, template, facts = bank

    page = study_report_html(diagnosis, template, facts, language="en", title={"en": "<script>alert(1)</script>"})

    assert "<script>" not in page


def test_the_vendored_fonts_are_those_of_the_recipe() -> None:
    lines = (FONTS / "SHA256SUMS").read_text(encoding="utf-8").split("\n")

    listed = dict(reversed(line.split("  ")) for line in lines if line)

    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path(FONTS).glob("*.ttf")}
    assert sum(path.stat().st_size for path in Path(FONTS).iterdir()) < 13_000_000


def test_the_body_stays_short_and_the_first_page_asks_for_its_decisions(rendered: Rendered) -> None:
    report, words = rendered.report, Words(rendered.report.language)
    pages = [_squeezed(page) for page in rendered.pages()]
    first_appendix = _squeezed(next(s for s in report.sections if s.is_appendix).title.text)
    decisions = next(b for b in report.section("summary").blocks if isinstance(b, Callout) and b.kind == "decision")

    body = next(number for number, page in enumerate(pages, 1)
                if first_appendix in page and _squeezed(words.text("front.contents_title")) not in page)

    assert body - 1 <= MOST_BODY_PAGES
    assert len(pages) < MOST_PAGES_IN_ALL
    assert all(_squeezed(item.text) in pages[1] for item in decisions.items)


def test_metric_paths_stay_on_screens(rendered: Rendered) -> None:
    printed = report_html(rendered.report, is_traced=False)

    assert "data-trace" in rendered.html
    assert "data-trace" not in printed


def test_too_few_answers_fill_few_pages(sparse: Rendered) -> None:
    assert len(sparse.pages()) <= MOST_PAGES_OF_TOO_LITTLE


def test_rendering_leaves_the_collector_as_it_was(sparse: Rendered) -> None:
    before = gc.get_threshold()

    report_pdf(sparse.report)

    assert gc.get_threshold() == before
