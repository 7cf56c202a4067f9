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
        [14, 12, 1, 1], [9, 0, 9, 0]]


@pytest.mark.parametrize(("questions", "said"), [
    ([(12, 12, 0), (5, 10, 0)], "Each question came up in at least half of the interviews it was meant for"),
    ([(12, 12, 0), (4, 10, 0)],
     "Each question came up at least once; 1 of 2 in fewer than half of the interviews it was meant for"),
    ([(12, 12, 0), (4, 10, 3)], "Each question came up at least once"),
    ([(12, 12, 0), (0, 10, 3)], "Whether one question came up was not noted in every interview")],
    ids=["usual", "seldom", "not all noted", "not known"])
def test_the_title_claims_of_all_questions_what_is_true_of_each(bank: Study, questions: list, said: str) -> None:
    asked = [QuestionAsked(f"Q{place}", "", *numbers) for place, numbers in enumerate(questions, 1)]

    section = interview_report(*bank, LOG, asked, "en").section("coverage")

    table = next(block for block in section.blocks if isinstance(block, Table))
    assert section.title.text == said
    assert len(table.columns) == (5 if any(unknown for _, _, unknown in questions) else 4)


def test_where_nobody_coded_a_second_time_limits_say_so_and_no_agreement_is_told(bank: Study) -> None:
    diagnosis, template, facts = bank
    single = replace(diagnosis, interviews=tuple(replace(
        row, agreement=None, agreement_verdict="not_double_coded") for row in diagnosis.interviews))
    told = [interview_report(one, template, facts, LOG, QUESTIONS, "en") for one in (single, diagnosis)]
    codes = [next(block for block in one.blocks() if isinstance(block, Table) and block.key == "t-codes")
             for one in told]

    limit = "No interview was coded by two people independently"
    assert [limit in report_html(one) for one in told] == [True, False]
    assert "coded by two people;" not in report_html(told[0])
    assert ["Krippendorff" in table.source for table in codes] == [False, True]
    assert [len(table.columns) for table in codes] == [7, 8]


def test_groups_of_codes_are_not_counted_as_codes(report: StudyReport, bank: Study) -> None:
    codes = next(block for block in report.blocks() if isinstance(block, Table) and block.key == "t-codes")

    assert codes.title.values["n"] == sum(not row.is_group for row in codes.rows)
    assert codes.title.values["groups"] == sum(row.is_group for row in codes.rows) > 1
    assert max(row.depth for row in codes.rows) == 1


@pytest.mark.parametrize(("n", "is_told"), [(12, True), (16, False)])
def test_fewer_interviews_than_planned_are_a_limit(bank: Study, n: int, is_told: bool) -> None:
    html = report_html(interview_report(*bank, replace(LOG, n=n, n_verbatim=n), QUESTIONS, "en"))

    assert f"14 by the guide; {n} held" in html
    assert ("12 interviews were held of 14 planned" in html) is is_told


@pytest.mark.parametrize(("n", "why", "said", "unsaid"), [
    (12, "", ["where to enter"], ["says:"]),
    (16, "Two more wished to speak.", ["16 interviews were held of 14 planned.", "says: Two more wished to speak."],
     ["has not been entered"]),
    (14, "", [], ["otherwise than planned"])], ids=["unsaid", "said", "as planned"])
def test_what_departs_from_the_plan_is_told_with_its_reason_or_where_to_enter_it(
        bank: Study, n: int, why: str, said: list[str], unsaid: list[str]) -> None:
    diagnosis, template, facts = bank
    entered = replace(facts, departures={"en": why} if why else {})
    enough = replace(template.codebook, quality=replace(template.codebook.quality, double_code_share=0.1))
    report = interview_report(diagnosis, replace(template, codebook=enough), entered, replace(LOG, n=n, n_verbatim=n),
                              QUESTIONS, "en")

    html = report_html(report).replace("page “Organisation”", "where to enter")
    assert [words for words in said if words not in html] == []
    assert [words for words in unsaid if words in html] == []


@pytest.mark.parametrize(("twice", "is_told"), [(2, True), (4, False)])
def test_fewer_coded_twice_than_the_codebook_plans_is_told(bank: Study, twice: int, is_told: bool) -> None:
    diagnosis, template, facts = bank
    rows = tuple(replace(row, coders=replace(row.coders, n_interviews=twice) if row.coders else None)
                 for row in diagnosis.interviews)

    html = report_html(interview_report(replace(diagnosis, interviews=rows), template, facts,
                                        replace(LOG, n=14, n_verbatim=14), QUESTIONS, "zh"))

    assert ("计划由两人分别编码的访谈占20%，14次中实际为2次。" in html) is is_told
    assert ("与计划不一致的原因尚未填写" in html) is is_told


@pytest.mark.parametrize(("counts", "said"), [
    ((3, 0, 0), "(3 of 12)"), ((1, 4, 0), "(1 of 12 for, 4 against)"), ((0, 1, 2), "(0 of 12 for, 1 against, 2 both)")])
def test_a_topic_is_headed_by_both_sides_where_there_are_two(bank: Study, counts: tuple[int, ...], said: str) -> None:
    diagnosis, template, facts = bank
    heard = next(row for row in diagnosis.interviews if row.quotes and row.construct == "PRB_MAINT")
    k, x, m = counts
    row = replace(heard, n_asked=12, supports=k, contradicts=x, mixed=m)

    report = interview_report(replace(diagnosis, interviews=(row,)), template, facts, LOG, QUESTIONS, "en")

    heads = [block.text for block in report.section("said").blocks if isinstance(block, Heading)]
    assert heads[0] == f"Weak relationship maintenance {said}"


def test_counts_that_would_tell_what_one_interviewee_said_are_hidden_in_every_table(bank: Study) -> None:
    diagnosis, template, facts = bank
    alone = next(row for row in diagnosis.interviews if row.quotes and row.construct == "PRB_MAINT")
    rows = tuple(replace(row, n_asked=1, supports=1, contradicts=0, mixed=0) if row is alone else row
                 for row in diagnosis.interviews)
    questions = [*QUESTIONS, QuestionAsked("Q3", "For managers only?", 1, 1, 0)]

    report = interview_report(replace(diagnosis, interviews=rows), template, facts, LOG, questions, "en")

    tables = {block.key: block for block in report.blocks() if isinstance(block, Table)}
    told = {row.anchor: row.cells for row in tables["t-codes"].rows}
    hidden = next(cells for cells in told.values() if alone.code in getattr(cells[0], "text", ""))
    assert all(isinstance(cell, Number) and cell.is_hidden for cell in hidden[2:])
    assert "fewer than 2 interviewees" in tables["t-codes"].source
    assert [cell.is_hidden for cell in tables["t-coverage"].rows[2].cells[1:] if isinstance(cell, Number)] == [True] * 4
    assert tables["t-coverage"].rows[1].cells[1] == Number(9.0, "count")
    assert "fewer than 2 interviews" in tables["t-coverage"].source
    assert report.section("coverage").title.values["all"] == len(QUESTIONS)
    assert "Weak relationship maintenance" in [block.text for block in report.section("said").blocks
                                               if isinstance(block, Heading)]


@pytest.mark.parametrize(("counts", "kept", "is_told"), [
    ((3, 1, 0), "supports", True), ((3, 0, 0), "supports", False), ((3, 1, 0), "contradicts", True),
    ((0, 3, 0), "contradicts", False)])
def test_a_side_that_is_counted_but_not_heard_is_said_to_have_no_passage(
        bank: Study, counts: tuple[int, int, int], kept: str, *, is_told: bool) -> None:
    diagnosis, template, facts = bank
    heard = next(row for row in diagnosis.interviews if row.quotes and row.construct == "PRB_MAINT")
    k, x, m = counts
    row = replace(heard, n_asked=12, supports=k, contradicts=x, mixed=m,
                  quotes=(replace(heard.quotes[0], polarity=kept),))

    report = interview_report(replace(diagnosis, interviews=(row,)), template, facts, LOG, QUESTIONS, "en")

    html = report_html(report)
    unheard = "say that it is so" if kept == "contradicts" else "say the opposite"
    assert (f"No passage of those who {unheard} has been cleared for print." in html) is is_told


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
