"""Comments in a real browser: coded by keyboard alone in Chinese, checked for names, on both sizes, no script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.coding import Code, Coding, Segment
from surveyapp.models.study import Study
from surveyapp.services.study import get_study
from tests.browser.axe import Axe
from tests.factories import coding as people
from tests.factories import comments as make

pytestmark = pytest.mark.browser
ITEM = "O_OTHER"


@pytest.fixture
def answered(bank_study: Study) -> Study:
    """A closed wave with comments, some of which name somebody, and a researcher."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        people.member(session, study, "boss", "researcher")
        make.answer(session, study, (*make.PLAIN, *make.NAMING, *make.NOTHING), item=ITEM)
    return bank_study


@pytest.fixture
def ready(bank_study: Study) -> Study:
    with transaction() as session:
        study = get_study(session, bank_study.id)
        people.member(session, study, "boss", "researcher")
        make.source(session, study, item=ITEM)
    return bank_study


def enter(browser: Browser, site: str, *, width: int = 1280, scripts: bool = True, language: str = "zh") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", people.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    return page


def stored() -> dict[str, set[str]]:
    """Code → comments that have it."""
    close_read_session()
    found = (select(Code.key, Segment.quote).join(Coding, Coding.code_id == Code.id)
             .join(Segment, Segment.id == Coding.segment_id).where(Coding.deleted_at.is_(None)))
    codes: dict[str, set[str]] = {}
    for key, quote in read_session().execute(found):
        codes.setdefault(key, set()).add(quote)
    return codes


def go_to(page: Page, words: str) -> None:
    """Move by keys to the comment with these words."""
    for _ in range(len(make.PLAIN) + 1):
        page.keyboard.press("j")
        if words in page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(words)


@pytest.mark.parametrize("width", [1280, 390])
def test_comments_are_coded_by_keyboard_alone_in_chinese(
        browser: Browser, serve: Callable[[], str], ready: Study, width: int):
    page = enter(browser, serve(), width=width)
    page.goto(f"{page.url.rsplit('/', 1)[0]}/studies/{ready.id}/comments/1")
    expect(page.locator(".facts")).to_contain_text("未编码8条")

    for words in ("系统太多", "系统之间"):
        page.keyboard.press("k")
        page.keyboard.press("Escape")
        for _ in make.PLAIN:
            page.keyboard.press("k")
        if words not in page.evaluate("document.activeElement.textContent"):
            go_to(page, words)
        page.keyboard.press("x")
    expect(page.locator("#n-ticked")).to_have_text("2")
    page.keyboard.press("c")
    page.keyboard.type("CAU.TECH")
    page.keyboard.press("Enter")

    expect(page.locator(".facts")).to_contain_text("已编码2条")
    assert stored() == {"CAU.TECH": set(make.PLAIN[:2])}
    page.keyboard.press("u")
    expect(page.locator(".facts")).to_contain_text("已编码0条")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("1")
    expect(page.locator(".facts")).to_contain_text("已编码1条")
    assert set(stored()) == {"CAU.TECH"}


def test_a_link_is_given_by_keyboard_alone_and_enter_in_the_field_deletes_nothing(
        browser: Browser, serve: Callable[[], str], ready: Study):
    page = enter(browser, serve())
    page.goto(f"{page.url.rsplit('/', 1)[0]}/studies/{ready.id}/comments/1")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")

    page.keyboard.press("l")
    page.keyboard.type("CAU.TECH")
    page.keyboard.press("Tab")
    page.keyboard.type("PRB.INFO")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".given")).to_have_count(2)
    expect(page.locator("#links-title + p + ul")).to_contain_text("CAU.TECH → PRB.INFO")
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("x")
    page.keyboard.press("c")
    page.keyboard.type("PRB.GOAL")
    page.keyboard.press("Enter")
    expect(page.locator(".given")).to_have_count(3)
    page.keyboard.press("u")
    expect(page.locator(".given")).to_have_count(2)
    page.keyboard.press("u")
    expect(page.locator(".given")).to_have_count(0)


def test_a_suggestion_goes_into_the_field_and_is_not_saved(browser: Browser, serve: Callable[[], str], ready: Study):
    page = enter(browser, serve())
    page.goto(f"{page.url.rsplit('/', 1)[0]}/studies/{ready.id}/comments/1")
    line = page.locator(".lines li", has=page.locator(".hint")).first
    suggested = line.locator("[data-code]").first.get_attribute("data-code")

    line.focus()
    page.keyboard.press("s")

    expect(page.locator("#code")).to_have_value(suggested)
    assert stored() == {}


@pytest.mark.parametrize("width", [1280, 390])
def test_names_are_decided_and_comments_coded_without_a_script(
        browser: Browser, serve: Callable[[], str], answered: Study, width: int):
    page = enter(browser, serve(), width=width, scripts=False)
    page.goto(f"{page.url.rsplit('/', 1)[0]}/studies/{answered.id}/comments")
    page.click(f"button[aria-label*='{ITEM}']")
    expect(page.locator(".pending")).to_have_count(3)
    for radio in page.locator("input[value=replaced]").all():
        radio.check()
    page.click("button:has-text('保存决定')")
    page.click("button:has-text('移交编码')")

    expect(page.locator(".lines li")).to_have_count(11)
    assert "王经理" not in page.content()
    page.locator(".lines input[type=checkbox]").first.check()
    page.fill("#code", "PRB.INFO · 信息不对称")
    page.click("#give")
    assert {code: len(found) for code, found in stored().items()} == {"PRB.INFO": 1}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_comments_violates_accessibility_or_runs_over_the_screen(
        browser: Browser, serve: Callable[[], str], answered: Study, width: int, language: str):
    page = enter(browser, serve(), width=width, language=language)
    home = f"{page.url.rsplit('/', 1)[0]}/studies/{answered.id}"
    faults: dict[str, object] = {}

    def look(name: str) -> None:
        found = Axe().run(page).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if found or wide > 0:
            faults[name] = ([(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found], wide)

    page.goto(f"{home}/comments")
    look("list")
    page.click(f"button[aria-label*='{ITEM}']")
    look("redaction")
    for radio in page.locator("input[value=clear]").all():
        radio.check()
    page.click("form:has(.pending) button.primary")
    page.click("form.card button.primary")
    page.locator(".lines input[type=checkbox]").first.check()
    page.fill("#code", "PRB.OTHER")
    page.click("#give")
    look("coding")
    page.goto(f"{home}/candidates")
    for field in page.locator("#new ~ form input[type=text], #new ~ form textarea").all():
        field.fill("排队 queue")
    page.click("text=提名" if language == "zh" else "section:has(#new) button.primary")
    look("candidates")

    assert faults == {}
