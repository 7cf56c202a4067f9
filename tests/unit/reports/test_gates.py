"""The gates: every kind of report in both languages passes each of them, and none of them sleeps."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pikepdf
import pytest

from reports.content import Column, Cover, Number, Paragraph, Row, Section, Statement, StudyReport, Table
from reports.pdf import layout, missing_system_libraries, write_pdf
from reports.render import report_html
from tests.gates import checks
from tests.gates.checks import CHECKS, Check
from tests.gates.lines import lone_signs
from tests.gates.pictures import REMEDY, UNSEEN, chosen_pages, unlike
from tests.gates.printed import Printed
from tests.gates.subjects import SUBJECTS
from tests.gates.tree import elements
from tests.unit.reports.conftest import PrintedOf

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")

@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_kind_of_report_passes_every_gate(printed_of: PrintedOf, subject: str, language: str) -> None:
    printed = printed_of(subject, language)

    assert checks.failures(printed) == {}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("subject", [subject for subject in SUBJECTS if subject not in UNSEEN])
def test_pages_of_every_kind_look_as_approved(printed_of: PrintedOf, subject: str, language: str) -> None:
    pages = chosen_pages(subject, printed_of(subject, language))

    assert {name: found for name, picture in pages for found in [unlike(name, picture)] if found} == {}, REMEDY


# ---- a small report with one planted fault for each gate

LONG = "a sentence that is long enough to fill a line of the page " * 4
FILLING = Paragraph((Statement(LONG),))
CHART = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 20">'
         "<title>The mean is 3.2 of 5, which is higher than last year.</title>"
         '<text x="{x}" y="12" font-size="10">label</text></svg>')


def _table(cell: Any) -> Table:
    return Table("t-1", Statement("A table"), (Column("Head", 0.5), Column("n", 0.5)),
                 (Row((Statement("Row"), cell)),))


def _small(cell: Any = None) -> StudyReport:
    sections = (Section("summary", "Summary", Statement("What was found"), (FILLING, _table(cell or Number(3.0)))),
                Section("next", "Next", Statement("What follows"), (FILLING,)))
    cover = Cover("Report", "A study", LONG, "Bank", ())
    return StudyReport("en", "A study", "Report", "Internal", cover, sections, "x", "2026-01-01")


def _printed(change: Callable[[str], str] = str, report: StudyReport | None = None,
             names: frozenset[str] = frozenset()) -> Printed:
    report = report or _small()
    html = change(report_html(report, is_traced=False))
    return Printed(report, html, write_pdf(html, title=report.title, language="en", identifier="x",
                                           frozen_on="2026-01-01"), names)


def _with(markup: str) -> Printed:
    return _printed(lambda html: html.replace("</section>", f"{markup}</section>", 1))


def _meddled(deed: Callable[[pikepdf.Pdf], None]) -> Printed:
    whole, out = _printed(), io.BytesIO()
    with pikepdf.open(io.BytesIO(whole.pdf)) as pdf:
        deed(pdf)
        pdf.save(out, static_id=True)
    return replace(whole, pdf=out.getvalue())


def _lose_a_paragraph(pdf: pikepdf.Pdf) -> None:
    section = next(one for one in elements(pdf) if str(one.S) == "/Sect")
    section.K = pikepdf.Array(list(section.K)[:-1])


def _draw_the_first_page_twice(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0]
    page.Contents = pikepdf.Array([page.Contents, page.Contents])


def _rename_a_font(pdf: pikepdf.Pdf) -> None:
    next(iter(pdf.pages[0].Resources.Font.values())).BaseFont = pikepdf.Name("/ABCDEF+DejaVu-Sans")


def _add_a_picture(pdf: pikepdf.Pdf) -> None:
    picture = pikepdf.Stream(pdf, b"\x00", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1, Height=1,
                             ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8)
    pdf.pages[0].Resources.XObject = pikepdf.Dictionary(Im0=picture)


def _spoil_a_page(pdf: pikepdf.Pdf) -> None:
    pdf.pages[1].MediaBox = pikepdf.Array([0, 0])


def _hidden_and_told() -> Number:
    cell = Number(None, "count", is_hidden=True)
    object.__setattr__(cell, "value", 3.0)
    return cell


FAULTS: dict[str, Callable[[], Printed]] = {
    "not_well_formed": lambda: replace(_printed(), pdf=_printed().pdf.replace(b"startxref\n", b"startxref\n9")),
    "not_tagged": lambda: replace(_printed(), report=replace(_small(), title="Another")),
    "bookmarks_that_differ": lambda: replace(_printed(), html=_printed().html.replace("What follows", "What came")),
    "headings_out_of_order": lambda: _with("<h4>Too deep</h4>"),
    "charts_without_words": lambda: _with('<svg viewBox="0 0 9 9"><title>A chart</title></svg>'),
    "tables_without_heads": lambda: _with("<table><tr><td>1</td></tr></table>"),
    "content_outside_the_tree": lambda: _meddled(_lose_a_paragraph),
    "marks_twice": lambda: _meddled(_draw_the_first_page_twice),
    "foreign_fonts": lambda: _meddled(_rename_a_font),
    "headings_not_in_the_text": lambda: replace(_printed(), html=_printed().html.replace("What follows", "Elsewhere")),
    "pictures": lambda: _meddled(_add_a_picture),
    "empty_pages": lambda: _with('<p style="break-before: page">.</p>'),
    "summary_too_long": lambda: _with('<p style="break-before: page">1</p><p style="break-before: page">2</p>'),
    "links_to_nowhere": lambda: _with('<a href="http://127.0.0.1/x">link</a>'),
    "people_named": lambda: _printed(report=replace(_small(), name="Li Weimin"), names=frozenset({"Li Weimin"})),
    "hidden_cells_told": lambda: _printed(report=_small(_hidden_and_told())),
    "boxes_beyond": lambda: _with(f'<p style="white-space: nowrap">{LONG}</p>'),
    "words_torn": lambda: _with('<p style="width: 16mm">unquestionably</p>'),
    "lines_that_jar": lambda: _with('<p style="width: 48mm">Visible results of customer work <cite>O3</cite></p>'),
    "chart_texts_beyond": lambda: _with(CHART.format(x=90)),
    "other_bytes": lambda: replace(_printed(), html=_printed().html.replace("What follows", "What came")),
}


def test_a_report_without_fault_passes_every_gate() -> None:
    assert checks.failures(_with(CHART.format(x=10))) == {}


def test_every_gate_has_its_planted_fault() -> None:
    assert FAULTS.keys() == {check.__name__ for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_gate_finds_the_fault_that_was_planted(check: Check) -> None:
    faulty = FAULTS[check.__name__]()

    assert check(faulty) != []


def test_a_hidden_number_forgets_its_value() -> None:
    cell = Number(3.0, "count", 2.0, 4.0, is_hidden=True)

    assert (cell.value, cell.low, cell.high) == (None, None, None)


@pytest.mark.parametrize("text", ["li.weimin@bank.example", "13812345678", "0755-82345678", "+86 755 8234 5678"])
def test_mail_and_telephone_are_found(text: str) -> None:
    assert checks.people_named(_with(f"<p>{text}</p>")) != []


@pytest.mark.parametrize("text", ["10.1177/1558689806298224", "2026-01-01", "0.41 [0.26–0.56]", "3,000", "5 @ 6"])
def test_other_numbers_are_no_telephone(text: str) -> None:
    assert checks.people_named(_with(f"<p>{text}</p>")) == []


def test_a_word_that_leaves_its_cell_is_found() -> None:
    head = '<th scope="row" class="left">'

    faulty = _printed(lambda html: html.replace(head, f'<th scope="row" style="white-space: nowrap">{LONG[:80]}'))

    assert any("beside it" in words for words in checks.boxes_beyond(faulty))


@pytest.mark.parametrize(("tag", "n_lone"), [("div", 1), ("p", 0)])
def test_a_chinese_text_ends_in_no_line_of_one_sign(tag: str, n_lone: int) -> None:
    text = "我们能够获得开展客户关系工作所需的培训。"

    document = layout(f'<html lang="zh"><body class="zh"><{tag} style="width: 34mm">{text}</{tag}></body></html>')

    assert len(lone_signs(document)) == n_lone        # of a part that is no paragraph nobody takes care
