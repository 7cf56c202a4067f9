"""Retrieval in a real browser: with keys alone, without a script, on a phone; readable by everyone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from surveyapp.db.session import close_read_session, transaction
from surveyapp.jobs.interview_analysis import analyse_study
from surveyapp.models.study import Study
from surveyapp.services.coding import apply_code
from surveyapp.services.saved_query import save_query
from surveyapp.services.study import get_study
from tests.browser.axe import Axe
from tests.factories import coding as make

pytestmark = pytest.mark.browser
WORDS = "前后登了五个系统，最后还是自己拿表格拼的。"


@pytest.fixture
def site(serve: Callable[[], str], bank_study: Study) -> str:
    """The address of a running server with one coded interview, a saved query and a researcher."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        boss = make.member(session, study, "boss", "researcher")
        interview = make.interview(session, study)
        for words, code in ((WORDS, "CAU.TECH"), ("五个系统", "PRB.INFO")):
            apply_code(session, study, interview, boss, make.passage(session, interview, words), code)
        save_query(session, study, boss, "Systems", "CAU.TECH overlapping PRB.INFO", "Systems do not talk")
    analyse_study(bank_study)
    close_read_session()
    return serve()


def enter(browser: Browser, site: str, *, width: int = 1280, scripts: bool = True, language: str = "en") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", make.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    page.goto(f"{site}/studies/1/retrieval")
    return page


def test_a_query_is_chosen_found_and_followed_without_a_script(browser: Browser, site: str):
    page = enter(browser, site, scripts=False)

    page.select_option("#first", "CAU.TECH")
    page.select_option("#relation", "overlapping")
    page.select_option("#second", "PRB.INFO")
    page.click("button[name=build]")

    expect(page.locator("#q")).to_have_value("CAU.TECH overlapping PRB.INFO")
    expect(page.locator(".passages mark.shared")).to_have_text("五个系统")
    page.click(".passages a")
    expect(page.locator("#turn-2")).to_contain_text(WORDS)


def test_a_chinese_query_is_typed_sent_and_mended_with_keys_alone(browser: Browser, site: str):
    page = enter(browser, site, language="zh")

    page.focus("#q")
    page.keyboard.type("CAU.TECH 重叠 NO.CODE")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#fault")).to_contain_text("第13个字符")
    page.focus("#q")
    page.keyboard.press("Control+a")
    page.keyboard.type("CAU.TECH 且 “系統”")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".passages mark")).to_have_text("系统")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_have_no_fault_that_a_machine_can_find(browser: Browser, site: str, width: int, language: str):
    page = enter(browser, site, width=width, language=language)

    for address in ("retrieval", "retrieval?q=CAU.TECH+overlapping+PRB.INFO", "retrieval?q=CAU+and+(", "search?q=系统",
                    "interview-analysis"):
        page.goto(f"{site}/studies/1/{address}")
        results = Axe().run(page)
        assert results.violations_count == 0, (address, results.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
