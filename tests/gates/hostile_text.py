"""Hostile text in every place where somebody's text reaches the report; run by `make report-gates`."""

from __future__ import annotations

import pytest

from reports.deliver import forgiving_pdf, report_pdf
from reports.pdf import MissingGlyphs, missing_system_libraries
from reports.render import report_html
from tests.gates.checks import CHECKS
from tests.gates.hostile import TEXTS, hostile_report
from tests.gates.printed import Printed

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")

# A text of 200 signs behind every name makes the summary longer than two pages, and blocks that stay together higher
# than one: that is the text's doing. What must hold whatever is typed is that nothing breaks in.
LENGTH_DECIDES = {"summary_too_long", "empty_pages", "boxes_beyond", "tables_without_heads", "other_bytes",
                  "not_tagged"}
UNDRAWABLE = ("emoji", "turned")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["markup", "long word", "control"])
def test_a_report_full_of_it_keeps_its_form(kind: str, language: str) -> None:
    report = hostile_report(language, TEXTS[kind])

    printed = Printed(report, report_html(report, is_traced=False), report_pdf(report))

    found = {check.__name__: check(printed) for check in CHECKS if check.__name__ not in LENGTH_DECIDES}
    assert {name: wrong[:5] for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("kind", UNDRAWABLE)
def test_signs_that_no_font_draws_are_named_with_their_place(kind: str) -> None:
    report = hostile_report("en", TEXTS[kind])

    with pytest.raises(MissingGlyphs) as caught:
        report_pdf(report)

    assert set(caught.value.characters) <= set(TEXTS[kind])
    assert all("the cover" in place for place in caught.value.places.values())


@pytest.mark.parametrize("kind", UNDRAWABLE)
def test_where_people_edit_them_they_become_boxes(kind: str) -> None:
    report = hostile_report("en", TEXTS[kind])

    pdf = forgiving_pdf(report)

    printed = Printed(report, report_html(report, is_traced=False), pdf)
    assert "□" in "".join(printed.pages)


def test_no_sign_that_turns_the_direction_is_left() -> None:
    page = report_html(hostile_report("en", TEXTS["turned"]), is_traced=False)

    assert not {"\u202e", "\u202c", "\u2067", "\u2069"} & set(page)
    assert "<script>" not in page
