"""The sheet for those who answered: what works first, only supported findings, decisions with reason and date."""

import re

import pytest

from analysis.results.actions import Action, Milestone
from reports.content import Bullets, Table
from reports.kinds.feedback import feedback_sheet
from reports.render import report_html
from reports.wording import forbidden_phrases
from tests.unit.reports.conftest import Study

ACTIONS = {
    "S1.1": Action("S1.1", "accepted", "2026-10-12", "Board", starts_on="2026-11-01", milestones=(
        Milestone("First list", "2026-12-15"), Milestone("Rules", "2026-11-15", "done", "2026-11-10"))),
    "S1.2": Action("S1.2", "rejected", "2026-10-12", "Board", reason="No budget this year."),
    "S2.1": Action("S2.1", "deferred", "2026-10-12", "Board", again_on="2027-01-20")}


def texts(table: Table) -> list[list[str]]:
    return [[getattr(cell, "text", "") for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_what_the_answers_support_is_told_and_what_works_comes_first(bank: Study, language: str) -> None:
    sheet = feedback_sheet(*bank, ACTIONS, "anonymous", "2026-10-12", "2026-10-20", language)

    supported = [one for one in (*bank[0].problems, *bank[0].causes) if one.level.status == "supports"]
    blocks = sheet.section("told").blocks
    assert isinstance(blocks[-1], Table)
    assert len(blocks[-1].rows) == len(supported)
    assert forbidden_phrases(report_html(sheet), language) == []


def test_each_proposed_measure_stands_with_its_decision_reason_and_next_date(bank: Study) -> None:
    sheet = feedback_sheet(*bank, ACTIONS, "confidential", "2026-10-12", "2026-10-20", "en")

    rows = {row[0]: row[1:] for row in texts(sheet.section("decided").blocks[0])}
    told = [tuple(row) for row in rows.values()]
    why = "An answer to what you told us: low management effectiveness and incomplete customer information."
    assert ("taken on", why, "First list: 15 December 2026") in told
    assert ("not taken on", "No budget this year.", "–") in told
    assert ("put off", "No reason is recorded.", "to be decided on 20 January 2027") in told
    assert "–" not in {row[1] for row in told}
    waiting = sheet.section("decided").blocks[-1]
    assert isinstance(waiting, Bullets)
    assert len(waiting.items) + len(told) == sum(one.verdict == "proposed" for one in bank[0].measures)
    assert "Confidential" in report_html(sheet)


@pytest.mark.parametrize(("language", "late", "note"), [
    ("en", " (past, still open)", "register of actions on 21 January 2027"),
    ("zh", "（日期已过，仍待办理）", "截至2027年1月21日的行动台账")])
def test_a_day_that_passed_without_what_was_to_happen_is_marked_as_of_the_day_of_the_register(
        bank: Study, language: str, late: str, note: str) -> None:
    later = {**ACTIONS, "S2.2": Action("S2.2", "accepted", "2026-10-12", "Board", starts_on="2026-11-01",
                                       progress="running")}

    sheet = feedback_sheet(*bank, later, "anonymous", "2026-10-12", "2027-01-21", language)

    table = sheet.section("decided").blocks[0]
    assert isinstance(table, Table)
    assert sum(row[3].endswith(late) for row in texts(table)) == 2
    assert note in table.source.replace("\N{NO-BREAK SPACE}", " ")


def test_a_study_without_answers_has_a_sheet_that_says_so(empty_bank: Study) -> None:
    page = report_html(feedback_sheet(*empty_bank, {}, "", "2026-10-12", "2026-10-20", "en"))

    assert "no problem clearly enough" in page
    assert "No measure was proposed." in page


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["Three of ", ": 1 taken on, 1 put off, 1 not taken on", "of you answered", "as customers see it"]),
    ("zh", ["采纳1项、暂缓1项、不采纳1项", "位参与者提交了答卷", "客户认为做得好的方面"])])
def test_decisions_are_counted_by_what_they_say_and_others_do_not_speak_for_those_addressed(
        bank: Study, language: str, words: list[str]) -> None:
    sheet = feedback_sheet(*bank, ACTIONS, "anonymous", "2026-10-12", "2026-10-20", language)

    page = re.sub(r"</?span[^>]*>", "", report_html(sheet)).replace("\N{NO-BREAK SPACE}", " ")
    assert [word for word in words if word not in page] == []
    good = sheet.section("told").blocks[1]
    assert isinstance(good, Bullets)
    assert f"{len(good.items)} that work" in page or f"认可了{len(good.items)}个方面" in page
    asked = bank[0].screening["staff"]
    assert sheet.cover.facts[0][0] == str(asked.n_submitted)


def test_a_measure_answers_only_problems_that_it_acts_on_strongly(bank: Study) -> None:
    sheet = feedback_sheet(*bank, ACTIONS, "anonymous", "2026-10-12", "2026-10-20", "en")

    measure = {one.key: one for one in bank[1].rules.measures}["S1.1"] if bank[1].rules else None
    assert measure is not None
    weak = [key for key, strength in measure.address_problem.items() if strength == 1]
    told = " ".join(cell for row in texts(sheet.section("decided").blocks[0]) for cell in row)
    assert weak == ["PRB_GOAL"]
    assert "unclear goals" not in told
