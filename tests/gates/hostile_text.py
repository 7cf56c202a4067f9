"""Hostile text in every place where somebody's text reaches a report of any kind; run by `make report-gates`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.content import StudyReport
from reports.deliver import forgiving_pdf, report_pdf
from reports.pdf import MissingGlyphs, missing_system_libraries
from reports.render import report_html
from surveyapp.models.study import Study
from surveyapp.services.further_report import KINDS
from tests.gates.checks import CHECKS
from tests.gates.hostile import TEXTS, hostile_kinds, hostile_measurement, hostile_report
from tests.gates.prepared import prepared
from tests.gates.printed import Printed, print_report

pytestmark = [pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-"),
              pytest.mark.timeout(1800)]

# A text of 200 signs behind every name makes the summary longer than two pages, and leaves pages with the rest of it:
# that is the text's doing. In the file's title it stands without its control signs.
LENGTH_DECIDES = {"summary_too_long", "empty_pages", "not_tagged", "words_torn", "lines_that_jar"}
DRAWABLE, UNDRAWABLE = ("markup", "long word", "control"), ("emoji", "turned")
EVERY_KIND = ("diagnosis", "measurement", *KINDS)
SHOWN = 5


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Study]:
    folder = tmp_path_factory.mktemp("hostile")
    with prepared(folder / "study.sqlite3", sqlite_template, "bank_crm", by_hand=True) as made:
        yield made


def reports_with(study: Study, kind: str, text: str, language: str) -> list[StudyReport]:
    if kind == "diagnosis":
        return [hostile_report(language, text)]
    return [hostile_measurement(language, text)] if kind == "measurement" else \
        hostile_kinds(study, language, text)[kind][:1]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("text", DRAWABLE)
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_report_full_of_it_keeps_its_form(study: Study, kind: str, text: str, language: str) -> None:
    found = {}

    for report in reports_with(study, kind, TEXTS[text], language):
        printed = print_report(report)
        found |= {check.__name__: check(printed) for check in CHECKS if check.__name__ not in LENGTH_DECIDES}

    assert found
    assert {name: wrong[:SHOWN] for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("text", UNDRAWABLE)
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_signs_that_no_font_draws_are_named_with_their_place_or_become_boxes(study: Study, kind: str,
                                                                             text: str) -> None:
    report = reports_with(study, kind, TEXTS[text], "en")[0]

    with pytest.raises(MissingGlyphs) as caught:
        report_pdf(report)
    printed = Printed(report, report_html(report, is_traced=False), forgiving_pdf(report))

    assert set(caught.value.characters) <= set(TEXTS[text])
    assert all(place for place in caught.value.places.values())
    assert "□" in "".join(printed.pages)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_no_sign_that_turns_the_direction_is_left_and_no_markup_comes_in(study: Study, kind: str) -> None:
    report = reports_with(study, kind, TEXTS["turned"] + TEXTS["markup"], "en")[0]

    page = report_html(report, is_traced=False)

    assert not {"\u202e", "\u202c", "\u2067", "\u2069"} & set(page)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
