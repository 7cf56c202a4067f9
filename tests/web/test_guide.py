"""Pages that hold the guide against what was asked."""

import pytest

from surveyapp.db.session import transaction
from surveyapp.models.study import Study
from surveyapp.services.interview import log_interview
from tests.factories import coding as make


def test_the_coverage_page_says_gaps_in_words(log_in, bank_study: Study):
    with transaction() as session:
        log_interview(session, bank_study, make.log(questions={"Q1": "asked", "Q2": "skipped", "Q3": "covered"}))

    page = log_in("coder").get(f"/studies/{bank_study.id}/interviews/coverage").text

    assert "came up in no interview yet (1 interviews, 0 of them not noted)." in page
    assert "covered without being asked" in page
    assert "is put to groups of whom nobody was interviewed:" in page


@pytest.mark.parametrize("name", ["coverage", "instruments"])
def test_pages_of_the_guide_speak_chinese(log_in, bank_study: Study, name: str):
    client = log_in("coder")
    client.post("/language", data={"language": "zh", "next": "/"})

    page = client.get(f"/studies/{bank_study.id}/interviews/{name}").text

    assert {"coverage": "提纲覆盖情况", "instruments": "工具对照表"}[name] in page


def test_the_instrument_table_says_what_is_silent_by_design(log_in, bank_study: Study):
    page = log_in("coder").get(f"/studies/{bank_study.id}/interviews/instruments").text

    assert "interviews: silent by design" in page
    assert "PRB_INFO" in page


def test_the_instrument_table_names_sources_facets_and_gaps(log_in, bank_study: Study):
    page = log_in("coder").get(f"/studies/{bank_study.id}/interviews/instruments").text

    assert "Parvatiyar &amp; Sheth 2001" in page
    assert "mirrors: Incomplete customer information" in page
    gaps = page.split('id="gaps"')[1]
    assert '<span class="code">PRB_GOAL</span> Unclear goals: customers are not asked' in gaps
    assert "PRB_INFO" not in gaps
