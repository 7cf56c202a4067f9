"""Sheets of A4: what stands on them, and that the same input gives the same bytes."""

import io

import pikepdf
import pypdfium2
import pytest

from instruments.template_loader import load_catalogue_template
from reports.paper import paper_html, paper_pdf
from tests.factories import questionnaire as make

PRINT = {"minimum_group": 5, "batch": "07", "printed_on": "2026-05-04"}


def words_of(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("audience", ["staff", "customer"])
def test_a_sheet_is_a4_with_the_batch_on_every_page(audience: str, language: str):
    instrument = next(row for row in load_catalogue_template("bank_crm").instruments if row.audience == audience)

    pdf = paper_pdf(instrument, language=language, **PRINT)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        sizes = {(round(float(page.mediabox[2])), round(float(page.mediabox[3]))) for page in document.pages}
    assert sizes == {(595, 842)}
    assert all("07" in text for text in words_of(pdf))
    assert len(words_of(pdf)) <= 8
    assert pdf == paper_pdf(instrument, language=language, **PRINT)


def test_the_first_page_holds_consent_and_four_lines():
    pdf = paper_pdf(make.instrument(), language="en", **PRINT)

    first = " ".join(words_of(pdf)[0].split())
    for line in ("I agree to take part.", "Nobody is told who gave which answers.", "at least 5 people",
                 "nobody can find it again"):
        assert line in first


def test_texts_of_authors_are_shown_as_text():
    instrument = make.instrument(title=make.both("<b>Bold</b> & more"))

    html = paper_html(instrument, language="en", minimum_group=5, batch='"><i>')

    assert "<b>Bold</b>" not in html
    assert '"><i>' not in html


def test_without_a_batch_there_is_a_line_to_write_it_on():
    assert "Batch ________" in paper_html(make.instrument(), language="en", minimum_group=5, batch="")


def test_an_option_that_reads_as_its_number_keeps_its_words():
    customer = next(row for row in load_catalogue_template("bank_crm").instruments if row.audience == "customer")

    html = paper_html(customer, language="en", minimum_group=5, batch="")

    assert '<span class="key">1</span> 1</li>' in html          # one product
    assert '<span class="key">5</span> </li>' in html           # a point of 0 to 10
