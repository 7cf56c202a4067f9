"""The interview report: who was heard, what came up, voices on each code, and the limits of counting."""

from dataclasses import replace

import pytest

from reports.content import Facts, Heading, Number, Passages, StudyReport, Table
from reports.kinds.interviews import InterviewLog, QuestionAsked, interview_report
from reports.render import report_html
from reports.wording import forbidden_phrases
from tests.unit.reports.conftest import Study

LOG = InterviewLog(18, 15, 18, ("en", "zh"), "2026-09-08", "2026-09-24", n_checked=6, n_confirmed=4, n_corrected=1)
QUESTIONS = [QuestionAsked("Q1", "How do you decide whom to call?", 12, 14, 1),
             QuestionAsked("Q2", "What hinders?", 0, 9, 0)]


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request: pytest.FixtureRequest, bank: Study) -> StudyReport:
    return interview_report(*bank, LOG, QUESTIONS, request.param)


def test_a_question_that_never_came_up_is_told_in_the_title(report: StudyReport) -> None:
    section = report.section("coverage")
    table = next(block for block in section.blocks if isinstance(block, Table))

    assert section.title.values["n"] == 1
    assert [[cell.value for cell in row.cells if isinstance(cell, Number)] for row in table.rows] == [
        [14, 12, 1], [9, 0, 0]]


def test_every_code_with_a_voice_has_a_heading_of_its_own(report: StudyReport, bank: Study) -> None:
    blocks = report.section("said").blocks
    heads = [block.text for block in blocks if isinstance(block, Heading)]

    assert heads
    assert len(heads) == len(set(heads)) == sum(isinstance(block, Passages) for block in blocks)


def test_everybody_heard_stands_in_the_list_of_roles_customers_among_them(report: StudyReport, bank: Study) -> None:
    listed = [block for block in report.section("overview").blocks if isinstance(block, Facts)][1]

    counts = [int(text.text) for _, text in listed.rows]
    assert sum(counts) == sum(bank[0].n_interviews.values())
    assert listed.rows[-1][0] == {"en": "Customers", "zh": "客户"}[report.language]


def test_codes_saturation_and_agreement_are_those_of_the_diagnosis_report(report: StudyReport) -> None:
    tables = {block.key for block in report.blocks() if isinstance(block, Table)}

    assert {"t-coverage", "t-codes"} <= tables
    assert not report.section("codebook").is_appendix
    codes = next(block for block in report.blocks() if isinstance(block, Table) and block.key == "t-codes")
    assert report.section("said").part in codes.source


def test_notes_are_named_among_the_limits_only_where_there_are_any(bank: Study) -> None:
    spoken = interview_report(*bank, replace(LOG, n_verbatim=18), QUESTIONS, "en")

    assert "notes only" not in report_html(spoken)
    assert "the others as notes" not in report_html(spoken)
    assert "Three interviews left notes only" in report_html(interview_report(*bank, LOG, QUESTIONS, "en"))


def test_without_a_guide_there_is_no_part_on_coverage(bank: Study) -> None:
    report = interview_report(*bank, LOG, [], "en")

    assert "coverage" not in {section.key for section in report.sections}


def test_the_report_says_nothing_that_counts_cannot_say(report: StudyReport) -> None:
    assert forbidden_phrases(report_html(report), report.language) == []
