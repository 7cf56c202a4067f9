"""Taking notes in a real browser: on a tablet in Chinese, through a lost connection, beside another page."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.coding import Code, Coding, Segment
from surveyapp.models.study import Study
from surveyapp.services.interview import get_interview, log_interview
from surveyapp.services.note_taking import load_note_page
from surveyapp.services.study import get_study
from tests.browser.axe import Axe
from tests.factories import coding as make

pytestmark = pytest.mark.browser
TOUCH_PX = 44


@pytest.fixture
def site(serve: Callable[[], str], bank_study: Study) -> str:
    """The address of a running server with an interview without text and a researcher."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        make.member(session, study, "boss", "researcher")
        log_interview(session, study, make.log(record="notes", has_consent=False))
    return serve()


def enter(browser: Browser, site: str, *, width: int = 768, language: str = "zh") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 1024}, has_touch=True)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", make.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    page.goto(f"{site}/studies/1/interviews/1/notes")
    if page.locator("button[value=consent]").count():
        page.click("button[value=consent]")
    expect(page.locator("#note-status")).not_to_be_empty()      # the script has begun
    return page


def notes() -> dict[str, str]:
    close_read_session()
    session = read_session()
    study = get_study(session, 1)
    page = load_note_page(session, study, get_interview(session, study, "I01"))
    return {box.key: box.text for box in page.boxes if box.text}


def test_notes_are_taken_on_a_tablet_in_chinese_finished_and_coded(browser: Browser, site: str):
    page = enter(browser, site)
    page.tap("button[value=start]")
    page.tap("label[for=state-Q5-asked]")
    page.fill("#text-Q5", "查客户很慢，")
    page.locator("[data-box=Q5] .as-said").tap()
    page.locator("#text-Q5").press_sequentially("要登五个系统")
    page.tap("label[for=state-Q6-skipped]")
    page.fill("#text-rest", "气氛很好")
    expect(page.locator("#note-status")).to_have_text("已全部保存")
    assert notes() == {"Q5": "查客户很慢，「要登五个系统」", "rest": "气氛很好"}

    page.tap("#finish-notes")
    page.click("form.entry button.primary")
    page.locator("#turn-1 .words").wait_for()
    page.click("#turn-1 h2 a")
    page.fill("#words", "要登五个系统")
    page.select_option("#plain-code", "PRB.INFO")
    page.click("button[value=code]")

    close_read_session()
    (coded,) = read_session().execute(
        select(Code.key, Segment.quote).join(Coding, Coding.code_id == Code.id)
        .join(Segment, Segment.id == Coding.segment_id)).all()
    assert tuple(coded) == ("PRB.INFO", "要登五个系统")
    states = get_interview(read_session(), get_study(read_session(), 1), "I01").questions
    assert states == {"Q5": "asked", "Q6": "skipped"}


def test_a_lost_connection_loses_nothing_and_is_said(browser: Browser, site: str):
    page = enter(browser, site, language="en")
    context: BrowserContext = page.context
    context.set_offline(True)
    page.fill("#text-Q1", "written offline")
    expect(page.locator("#note-status")).to_contain_text("No connection")
    asked = page.evaluate("() => !window.dispatchEvent(new Event('beforeunload', {cancelable: true}))")

    context.set_offline(False)

    expect(page.locator("#note-status")).to_have_text("All saved")
    assert asked
    assert notes() == {"Q1": "written offline"}


def test_notes_written_after_the_login_ended_are_saved_once_one_logs_in_again(browser: Browser, site: str, app: Flask):
    app.config["WTF_CSRF_ENABLED"] = True       # whoever logs in again has another token
    page = enter(browser, site, language="en")
    other = page.context.new_page()
    other.goto(f"{site}/")
    other.click("form[action='/logout'] button")
    page.fill("#text-Q1", "written without a login")
    expect(page.locator("#note-status")).to_contain_text("You were logged out")

    other.goto(f"{site}/login")
    other.fill("[name=login]", "boss")
    other.fill("[name=password]", make.PASSWORD)
    other.click("button.primary")

    expect(page.locator("#note-status")).to_have_text("All saved")
    assert notes() == {"Q1": "written without a login"}


def test_two_pages_on_the_same_box_keep_both_texts(browser: Browser, site: str):
    page = enter(browser, site, language="en")
    other = page.context.new_page()
    other.goto(page.url)
    page.fill("#text-Q1", "from the first page")
    expect(page.locator("#note-status")).to_have_text("All saved")

    other.fill("#text-Q1", "from the second page")
    expect(other.locator(".theirs .words")).to_have_text("from the first page")
    other.click("[data-keep=both]")

    expect(other.locator("#note-status")).to_have_text("All saved")
    assert notes() == {"Q1": "from the first page\nfrom the second page"}


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (390, "zh"), (768, "zh"), (1280, "en")])
def test_the_screen_is_readable_and_its_targets_are_large(browser: Browser, site: str, width: int, language: str):
    page = enter(browser, site, width=width, language=language)
    page.tap("button[value=start]")
    page.fill("#text-Q1", "x")
    expect(page.locator("#note-status")).to_have_text({"en": "All saved", "zh": "已全部保存"}[language])

    found = Axe().run(page)

    assert found.response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.eval_on_selector_all(
        ".ticks label, .note summary, .note button, .clock button, .note-deeds .button, .note-deeds button",
        f"all => all.filter(e => e.getBoundingClientRect().height < {TOUCH_PX}).map(e => e.outerHTML)")
    assert small == []


def test_ticks_and_boxes_are_reached_by_keyboard(browser: Browser, site: str):
    page = enter(browser, site, width=1280, language="en")
    page.focus("#state-Q1-none")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.type("typed")

    expect(page.locator("#note-status")).to_have_text("All saved")
    assert page.is_checked("#state-Q1-covered")
    assert notes() == {"Q1": "typed"}
