"""The fieldwork report says what is known of the collection, hides what must be hidden, and prints as a whole."""

import re
from dataclasses import replace

import pytest

from reports.content import Facts, Figure, Number, StudyReport, Table
from reports.deliver import report_pdf
from reports.figures import Funnel
from reports.kinds.fieldwork import DISCLOSED, fieldwork_report
from reports.pdf import missing_system_libraries
from reports.render import report_html
from reports.wording import forbidden_phrases
from tests.factories.fieldwork import STAFF, WAVE


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request: pytest.FixtureRequest) -> StudyReport:
    return fieldwork_report(WAVE, request.param)


def table(report: StudyReport, key: str) -> Table:
    return next(block for block in report.blocks() if isinstance(block, Table) and block.key == key)


def test_each_questionnaire_has_its_part_and_the_code_of_ethics_its_table(report: StudyReport) -> None:
    assert [section.key for section in report.sections] == ["overview", "disclosure", "form-staff", "form-customer",
                                                            "limits"]
    assert len(table(report, "t-aapor").rows) == len(DISCLOSED) == 11


def test_the_cases_of_the_table_add_up_to_everybody_asked(report: StudyReport) -> None:
    counts = [row.cells[1].value for row in table(report, "t-endings-staff").rows if isinstance(row.cells[1], Number)]

    assert sum(counts[:-1]) == counts[-1] == 240


def test_the_funnel_narrows_from_those_asked_to_those_kept(report: StudyReport) -> None:
    figure = next(block for block in report.blocks() if isinstance(block, Figure) and block.key == "f-funnel-staff")
    assert isinstance(figure.chart, Funnel)

    assert [stage.n for stage in figure.chart.stages] == [240, 186, 178, 172]


def test_a_hidden_group_shows_no_figure_and_unknown_owners_give_two_values(report: StudyReport) -> None:
    rows = table(report, "t-group-staff-1").rows

    assert all(isinstance(cell, Number) and cell.is_hidden for cell in rows[2].cells[2:])
    assert getattr(rows[0].cells[4], "text", "") == "70.0–76.0%"
    assert getattr(rows[1].cells[4], "value", None) == 0.7


def test_without_a_base_no_rate_is_stated_and_the_limits_say_why(report: StudyReport) -> None:
    customer = report.section("form-customer")
    printed = report_html(replace(report, sections=(customer, report.section("limits")),
                                  cover=replace(report.cover, facts=())))

    assert not any(isinstance(block, Table) and block.key == "t-rates-customer" for block in report.blocks())
    assert "RR1" not in printed
    assert {"en": "no rate can be stated", "zh": "无法计算回收率"}[report.language] in printed


def test_answers_that_came_in_a_file_have_no_figures_of_collection() -> None:
    foreign = replace(STAFF, base=None, n_asked=None, n_submitted=0, n_foreign=180, dispositions={}, rates={}, days=(),
                      break_off_pages={}, group_tables=(), modes={}, flags={}, paper=None, median_minutes=None)

    report = fieldwork_report(replace(WAVE, questionnaires=(foreign,)), "en")

    section = report.section("form-staff")
    assert len(section.blocks) == 1
    assert isinstance(section.blocks[0], Facts)
    assert "180 answer sheets came in a file" in report_html(report)


def test_the_report_says_nothing_that_figures_cannot_say(report: StudyReport) -> None:
    assert forbidden_phrases(report_html(report), report.language) == []


@pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")
def test_the_report_prints_and_the_same_facts_give_the_same_bytes(report: StudyReport) -> None:
    pdf = report_pdf(report)

    assert pdf.startswith(b"%PDF")
    assert pdf == report_pdf(fieldwork_report(WAVE, report.language))


@pytest.mark.parametrize(("population", "words"), [
    (600, {"en": ["600 people; only their total is known, no list was used.", "15% of that number",
                  "no rate after AAPOR"],
           "zh": ["占该人数的15%"]}),
    (None, {"en": ["not known here: the answers came in a file"], "zh": ["答卷由文件导入，可作答人数此处不详"]})])
def test_of_answers_that_came_in_a_file_nothing_is_told_that_is_not_known(population: int | None,
                                                                         words: dict[str, list[str]]) -> None:
    foreign = replace(STAFF, n_submitted=0, n_foreign=90, population=population, base=None, n_asked=None, rates={},
                      dispositions={}, days=(), break_off_pages={}, group_tables=(), modes={}, flags={},
                      n_excluded=None, paper=None, median_minutes=None)

    pages = {language: report_html(fieldwork_report(replace(WAVE, questionnaires=(foreign,)), language))
             for language in ("en", "zh")}

    assert [word for language, told in words.items() for word in told if word not in pages[language]] == []
    assert "at least 80%" not in pages["en"]
    assert "personal invitation" not in pages["en"]
    assert "RR1" not in pages["en"]


def test_the_sign_of_a_hidden_number_is_explained_only_where_one_stands(report: StudyReport) -> None:
    care, pages = table(report, "t-care-staff"), table(report, "t-pages-staff")

    sign = {"en": "s = ", "zh": "s表示"}[report.language]
    assert sign in care.source
    assert sign not in pages.source


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["response rate 75.0%, counting complete answers (RR1) as well as with partial ones (RR2)",
            "not meaningful here", "of everybody who did not answer nothing is known",
            "second survey (September 2026)", "told beforehand: about 14 minutes", "Bank – staff, version 1.1.0"]),
    ("zh", ["按完整作答（RR1）和含部分作答（RR2）计，回收率均为75.0%",
            "此处无意义", "未作答者的情况均不掌握", "第二轮（2026年9月）", "事先告知约14分钟"])])
def test_rates_that_compare_those_who_answered_with_themselves_are_not_printed(language: str,
                                                                              words: list[str]) -> None:
    link = replace(STAFF, name={"en": "Bank - staff", "zh": "员工问卷"}, rates={
        "rr1": 0.75, "rr2": 0.75, "rr5": 1.0, "rr6": 1.0, "coop1": 1.0, "coop2": 1.0},
        dispositions={"complete": 180, "no_reaction": 60}, n_submitted=180, flags={}, paper=None, break_off_pages={})

    page = re.sub(r"</?span[^>]*>", "", report_html(
        fieldwork_report(replace(WAVE, questionnaires=(link,), order=2), language)))

    assert [word for word in words if word not in page] == []
    assert "100.0%" not in page.split('id="t-rates-staff"')[1].split("</table>")[0]
    assert ("entered twice" if language == "en" else "双录") not in page


@pytest.mark.parametrize(("base", "told"), [("roster", True), ("population", False)])
def test_a_refusal_rate_is_told_only_of_a_list_of_people(report: StudyReport, base: str, told: bool) -> None:
    one = replace(STAFF, base=base, rates={**STAFF.rates, "ref1": 0.0})     # as a closing of before may hold it

    rates = table(fieldwork_report(replace(WAVE, questionnaires=(one,)), report.language), "t-rates-staff")

    refusal = next(row for row in rates.rows if getattr(row.cells[0], "text", "") == "REF1")
    unsaid, why = {"en": ("cannot be computed", "no list of people"),
                   "zh": ("无法计算", "没有调查对象名单")}[report.language]
    assert getattr(refusal.cells[2], "value", None) == (0.0 if told else None)
    assert (getattr(refusal.cells[2], "text", "") == unsaid, why in rates.source) == (not told, not told)


def test_signs_are_told_with_what_it_takes_to_be_left_out(report: StudyReport) -> None:
    page = report_html(fieldwork_report(replace(WAVE, questionnaires=(replace(STAFF, signs_needed=2),)),
                                        report.language))

    told = {"en": ["one person may show several", "2 signs or more", "see the last table of each questionnaire"],
            "zh": ["一份答卷可有多种迹象", "2种及以上迹象", "见各问卷的最后一张表"]}[report.language]
    assert [word for word in told if word not in page] == []
