"""What a report says of comments: a table for each audience, candidates without a grade, nothing without comments."""

from dataclasses import replace

import pytest

from analysis.results.comments import CandidateFinding, CommentEvidence, CommentItem, CommentLink, Comments
from reports.content import Bullets, Section, Table, walk
from reports.sections.study import study_report
from reports.wording import forbidden_phrases
from tests.unit.reports.conftest import Study

COMMENTS = Comments(
    (CommentItem("staff", "O_OTHER", 81, 12, 2, 60), CommentItem("customer", "CO_GOOD", 30, 4, 0, 30)),
    (*(CommentEvidence("staff", code, 81, n, 1, 2, {"O_OTHER": (n + 3, 81)}) for code, n in (
        ("PRB", 40), ("PRB.INFO", 20), ("PRB.GOAL", 11), ("CAU.TECH", 9))),
     CommentEvidence("customer", "SIT.ACH", 30, 21, 0, 0, {"CO_GOOD": (21, 30)})),
    (CandidateFinding("problem", {"en": "queueing system", "zh": "叫号设备"},
                      {"en": "The machines fail.", "zh": "设备经常失灵。"}, 7, 81, ("O_OTHER",)),))


def told(study: Study, language: str, comments: Comments | None = COMMENTS) -> Section | None:
    diagnosis, template, facts = study
    report = study_report(replace(diagnosis, comments=comments), template, facts, language=language)
    return next((section for section in report.sections if section.key == "comments"), None)


def test_a_table_for_each_audience_counts_comments_and_leaves_headings_out(bank: Study):
    section = told(bank, "en")

    tables = [block for block in walk(section.blocks) if isinstance(block, Table)]
    assert [[row.cells[0].text.split()[0] for row in table.rows] for table in tables] == [
        ["PRB.INFO", "PRB.GOAL", "CAU.TECH"], ["SIT.ACH"]]
    assert tables[0].title.text == "Of 81 comments by staff, 23 speak of incomplete customer information"
    assert [cell.value for cell in tables[0].rows[0].cells[1:5]] == [23.0, 20.0, 1.0, 2.0]


@pytest.mark.parametrize(("language", "words"), [
    ("en", "Queueing system (candidate problem): The machines fail. Named in 7 of 81 comments."),
    ("zh", "叫号设备（候选问题）：设备经常失灵。81条意见中有7条提及。")])
def test_a_candidate_is_printed_as_not_measured_with_its_count(bank: Study, language: str, words: str):
    section = told(bank, language)

    bullets = [item.text for block in walk(section.blocks) if isinstance(block, Bullets) for item in block.items]
    assert any(text.startswith(words) for text in bullets), bullets
    assert not [text for text in bullets if forbidden_phrases(text, language)]


@pytest.mark.parametrize(("language", "words"), [
    ("en", "7 of 81 comments by staff name technical reasons as a cause of incomplete customer information."),
    ("zh", "员工的81条意见中，有7条认为“信息不全面”的原因在于“技术原因”。")])
def test_a_cause_that_comments_name_is_told_in_comments_beside_the_evidence(bank: Study, language: str, words: str):
    section = told(bank, language, replace(COMMENTS, links=(CommentLink("staff", "CAU_TECH", "PRB_INFO", 7, 81),)))

    bullets = [item for block in walk(section.blocks) if isinstance(block, Bullets) for item in block.items]
    assert words in [item.text for item in bullets]
    assert ("comment.staff.CAU_TECH.to.PRB_INFO",) in [item.trace for item in bullets]
    assert not [item.text for item in bullets if forbidden_phrases(item.text, language)]


@pytest.mark.parametrize("nothing", [None, Comments(), Comments(COMMENTS.items)])
def test_without_coded_comments_there_is_no_such_part(bank: Study, nothing: Comments | None):
    assert told(bank, "en", nothing) is None


def test_comments_change_no_grade(bank: Study):
    diagnosis, template, facts = bank
    plain = study_report(diagnosis, template, facts, language="en").section("problems")

    assert study_report(replace(diagnosis, comments=COMMENTS), template, facts,
                        language="en").section("problems").blocks == plain.blocks
