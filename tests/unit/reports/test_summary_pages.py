"""The summary of every sample, printed alone: page 1 decides, and two pages are all of it."""

from __future__ import annotations

import pytest

from reports.pdf import missing_system_libraries
from tests.gates.subjects import bank_report
from tests.gates.summaries import TWO_PAGES, WAVES, pages_of_summary, sample_report

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("template", "wave"), WAVES)
def test_the_summary_of_a_sample_decides_on_one_page_and_ends_on_the_second(
        template: str, wave: str, language: str) -> None:
    report = sample_report(template, wave, language)

    assert pages_of_summary(report) == TWO_PAGES


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_summary_of_the_study_made_by_hand_does_so_too(language: str) -> None:
    report = bank_report(language)

    assert pages_of_summary(report) == TWO_PAGES


def test_every_wave_of_every_sample_is_tried() -> None:
    assert WAVES == (("bank_crm", "w1"), ("bank_crm", "w2"), ("outpatient_service", "w1"))
