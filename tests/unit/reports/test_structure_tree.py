"""The structure tree: nothing hollow, nothing lost, the margins of a page left to the eye."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest

from reports.charts.printing import with_starts
from reports.pdf import missing_system_libraries, write_pdf
from tests.gates.tree import content_marks, elements, kids_of, marks_of

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")

PAGE = """<html lang="en"><head><title>t</title></head><body class="en">
<div class="running-name">Name of the report</div><div class="running-foot">Internal</div>
<section data-part="Part"><h1>One</h1><p>A <b>bold</b> word and <span class="strong">another</span> {long}</p>
<ul><li>first <b>b</b></li></ul><table><caption>Table 1</caption>
<thead><tr><th scope="col">Head</th><th scope="col">n</th></tr></thead>
<tbody><tr><th scope="row">Row</th><td><span>12</span></td></tr></tbody></table>
<p><a href="#x">link <b>bold</b></a> <span id="x">there</span></p></section></body></html>"""


@pytest.fixture(scope="module")
def pdf() -> Any:
    page = PAGE.format(long="word " * 900)
    made = write_pdf(page, title="t", language="en", identifier="x", frozen_on="2026-01-01")
    return pikepdf.open(io.BytesIO(made))


def test_nothing_in_the_tree_is_hollow(pdf: Any) -> None:
    kinds = [str(one.S) for one in elements(pdf)]

    assert "/Span" not in kinds
    assert "/NonStruct" not in kinds
    assert {"/Document", "/Sect", "/H1", "/P", "/L", "/LI", "/LBody", "/Table", "/TH", "/TD", "/Link"} <= set(kinds)


def test_every_mark_of_the_pages_belongs_to_the_element_that_holds_it(pdf: Any) -> None:
    held = marks_of(pdf)

    drawn = {(number, mark) for number, page in enumerate(pdf.pages) for mark in content_marks(page)}

    assert len(pdf.pages) > 1
    assert drawn == held.keys()
    for (page, mark), element in held.items():
        assert pdf.Root.StructTreeRoot.ParentTree.Nums[2 * page + 1][mark].objgen == element.objgen


def test_children_know_their_parents(pdf: Any) -> None:
    wrong = [(parent.S, kid.S) for parent in elements(pdf) for kid in kids_of(parent)
             if kid.P.objgen != parent.objgen]

    assert wrong == []


def test_head_and_foot_of_a_page_are_artefacts(pdf: Any) -> None:
    for page in pdf.pages:
        marked = [(str(operands[0]), len(operands)) for operands, operator in pikepdf.parse_content_stream(page)
                  if str(operator) in ("BMC", "BDC")]

        assert marked.count(("/Artifact", 1)) >= 3


def test_header_cells_say_what_they_head(pdf: Any) -> None:
    scopes = [str(one.A.Scope) for one in elements(pdf) if str(one.S) == "/TH"]

    assert scopes == ["/Column", "/Column", "/Row"]


def test_an_anchored_text_begins_where_its_width_says() -> None:
    from reports.charts.metrics import text_width
    chart = ('<text x="100" y="9" font-size="10" fill="#000" text-anchor="end" font-weight="700">5 &lt; 6</text>'
             '<text x="100" y="9" font-size="10" fill="#000" text-anchor="middle">a</text>'
             '<text x="1" y="9" font-size="10" fill="#000">start</text>')

    placed = with_starts(chart, "en")

    assert "text-anchor" not in placed
    assert f'x="{100 - text_width("5 < 6", 10, 700):.2f}"' in placed
    assert f'x="{100 - text_width("a", 10) / 2:.2f}"' in placed
    assert placed.endswith('<text x="1" y="9" font-size="10" fill="#000">start</text>')
