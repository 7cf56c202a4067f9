"""Schedule, coverage, instruments, attributes, sheet and summary: readable by everyone, on a phone and at a desk."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from surveyapp.db.session import transaction
from surveyapp.models.study import Study
from surveyapp.services.case_attribute import define_attribute, set_values
from surveyapp.services.interview import get_interview, log_interview
from surveyapp.services.member_check import load_summary, mark_sent, save_summary
from surveyapp.services.note_sheet_document import note_sheet
from surveyapp.services.note_taking import Typed, save_notes
from surveyapp.services.note_text import finish_notes
from surveyapp.services.schedule import Plan, plan_interview
from surveyapp.services.study import get_study
from tests.browser.axe import Axe
from tests.factories import coding as make
from tests.factories.sheets import filled

pytestmark = pytest.mark.browser
PAGES = ("/schedule", "/coverage", "/instruments", "/attributes", "/sheet", "/1/summary", "/2/notes", "/2/notes/finish",
         "/2/edit", "")


@pytest.fixture
def site(serve: Callable[[], str], bank_study: Study) -> str:
    """The address of a server with a summary that was sent, open notes that name somebody, a plan and an attribute."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        boss = make.member(session, study, "boss", "researcher")
        first = log_interview(session, study, make.log(record="notes", questions={"Q1": "asked", "Q2": "skipped"}))
        save_notes(session, study, first, {"Q1": Typed("负责两百户", 0)})
        finish_notes(session, "s" * 48, study, first, {})
        save_summary(session, study, first, load_summary(session, study, first, boss).points, version=0)
        mark_sent(session, study, first, date(2026, 3, 10), version=1)
        second = log_interview(session, study, make.log(record="notes"))
        save_notes(session, study, second, {"Q1": Typed("电话13812345678", 0)})
        plan_interview(session, study, Plan("customer", "customer", date(2026, 3, 5), "14:30"))
        define_attribute(session, study, "size", "choice", {"en": "Outlet size", "zh": "网点规模"}, ["large", "small"])
        set_values(session, study, {"I01": {"size": "large"}})
    return serve()


def enter(browser: Browser, site: str, width: int, language: str) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 1000}).new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", make.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    return page


def faults(page: Page) -> list[str]:
    found = Axe().run(page)
    said = [f"{page.url}: {fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in found.response["violations"]]
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        said.append(f"{page.url}: wider than the screen")
    return said


@pytest.mark.parametrize(("width", "language"), [(390, "zh"), (768, "en"), (1280, "zh")])
def test_no_page_about_notes_breaks_a_rule_of_accessibility(browser: Browser, site: str, width: int, language: str):
    page = enter(browser, site, width, language)

    found = []
    for path in PAGES:
        page.goto(f"{site}/studies/1/interviews{path}")
        found += faults(page)

    assert found == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_filled_sheet_is_looked_over_and_stored_by_keyboard(browser: Browser, site: str, width: int, tmp_path: Path):
    empty = note_sheet(make.bank_template().guide, "staff", "zh", "bank")
    path = tmp_path / "back.docx"
    path.write_bytes(filled(empty, {"note:Q1": "系统慢", "log:role": "客户经理"}, ("log:consent",),
                            typed={"Q2  ": "写在框外"}))
    page = enter(browser, site, width, "zh")
    page.goto(f"{site}/studies/1/interviews/sheet")
    page.set_input_files("#file", path)
    page.locator("form.card button.primary").press("Enter")
    page.wait_for_selector("#extra-1")

    found = faults(page)
    page.select_option("#extra-1", "Q1")
    page.locator("button.primary").last.press("Enter")
    page.wait_for_selector("#notes")

    assert found == []
    assert page.input_value("#text-Q1") == "系统慢\n写在框外"


def test_a_correction_of_an_interviewee_is_recorded(browser: Browser, site: str):
    page = enter(browser, site, 1280, "zh")
    page.goto(f"{site}/studies/1/interviews/1/summary")

    page.fill("#correction-1", "负责三百户")
    page.fill("#on", "2026-03-20")
    page.click("button[value=corrected]")
    page.wait_for_selector("text=已更正")

    with transaction() as session:
        study = get_study(session, 1)
        boss = make.find(session, "boss")
        (point,) = load_summary(session, study, get_interview(session, study, "I01"), boss).points
    assert (point.text, point.correction) == ("负责两百户", "负责三百户")
