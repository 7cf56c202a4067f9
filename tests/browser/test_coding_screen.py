"""Coding in a real browser: with the mouse, with keys, without a script; readable by everyone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.coding import Code, Coding, LinkCoding, Segment
from surveyapp.models.study import Study
from surveyapp.services.study import get_study
from tests.browser.axe import Axe
from tests.browser.mouse import drag
from tests.factories import coding as make

pytestmark = pytest.mark.browser


@pytest.fixture
def site(serve: Callable[[], str], bank_study: Study) -> str:
    """The address of a running server with one interview and a researcher."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        make.member(session, study, "boss", "researcher")
        make.interview(session, study)
    return serve()


def enter(browser: Browser, site: str, *, width: int = 1280, scripts: bool = True, language: str = "en") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", make.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    page.goto(f"{site}/studies/1/interviews/1")
    return page


def stored() -> list[tuple[str, str, str]]:
    """Code, polarity and words of each coding."""
    close_read_session()
    found = (select(Code.key, Coding.polarity, Segment.quote).join(Code, Code.id == Coding.code_id)
             .join(Segment, Segment.id == Coding.segment_id).where(Coding.deleted_at.is_(None)).order_by(Coding.id))
    return [(key, polarity, quote) for key, polarity, quote in read_session().execute(found)]


def test_words_after_rare_signs_are_marked_with_the_mouse_and_shown_at_once(browser: Browser, site: str):
    page = enter(browser, site)

    drag(page, "最近一次", "什么情形")
    expect(page.locator("#passage")).to_have_text("最近一次查客户信息是什么情形")
    page.check("#mark-contradicts")
    page.click("#palette [data-code='PRB.INFO']")

    expect(page.locator("#status")).to_have_text("Saved: PRB.INFO")
    expect(page.locator("#turn-1 .run")).to_have_text("最近一次查客户信息是什么情形")
    expect(page.locator("#rows tr")).to_have_count(1)
    assert stored() == [("PRB.INFO", "contradicts", "最近一次查客户信息是什么情形")]


def test_a_passage_over_several_turns_and_an_overlap_are_drawn_flat(browser: Browser, site: str):
    page = enter(browser, site)

    drag(page, "所以我手里", "说好")
    page.click("#palette [data-code='PRB']")
    expect(page.locator("#rows tr")).to_have_count(1)
    drag(page, "客户怎么", "怎么说")
    page.click("#palette [data-code='CAU']")
    expect(page.locator("#rows tr")).to_have_count(2)

    quote = make.TEXT[make.TEXT.index("所以我手里"):make.TEXT.index("说好") + 2]
    assert stored() == [("PRB", "supports", quote), ("CAU", "supports", "客户怎么说")]
    assert page.locator(".run .run").count() == 0
    assert page.locator(".run[data-codings~='c1']").count() >= 3
    expect(page.locator(".run[data-codings='c1 c2']")).to_have_text("客户怎么说")


def test_an_interview_is_coded_with_the_keyboard_alone(browser: Browser, site: str):
    page = enter(browser, site)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("]")
    page.keyboard.press("]")
    expect(page.locator("#passage")).to_have_text("前后登了五个系统，最后还是自己拿表格拼的。")
    page.keyboard.press("m")
    page.keyboard.type("j c 1 u")
    page.keyboard.press("Tab")
    page.locator("#turn-2").focus()
    page.keyboard.press("c")
    page.keyboard.type("cau.tech")
    expect(page.locator("#definition")).to_contain_text("IT systems")
    page.keyboard.press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)
    page.keyboard.press("]")
    page.keyboard.press("}")
    page.keyboard.press("1")
    expect(page.locator("#rows tr")).to_have_count(2)

    assert [entry[0] for entry in stored()] == ["CAU.TECH", "CAU.TECH"]
    assert stored()[1][2].startswith("上周。前后登了")
    close_read_session()
    assert read_session().get(Coding, 1).memo == "j c 1 u"
    page.keyboard.press("u")
    expect(page.locator(".notice")).to_contain_text("undone")
    expect(page.locator("#rows tr")).to_have_count(1)


def test_the_keys_are_listed_and_can_be_switched_off_for_good(browser: Browser, site: str):
    page = enter(browser, site)

    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.uncheck("#keys")
    page.reload()
    page.keyboard.press("?")

    expect(page.locator("#keys")).not_to_be_checked()
    expect(page.locator("#help")).not_to_be_visible()


def test_a_link_is_saved_and_a_refusal_is_shown_where_the_work_is(browser: Browser, site: str):
    page = enter(browser, site)
    drag(page, "因为各条线", "半张脸")
    page.click("summary:has-text('Link')")
    page.select_option("#cause", "CAU.TECH")
    page.select_option("#problem", "PRB.INFO")
    page.click("#save-link")
    expect(page.locator("#rows tr")).to_have_count(1)

    drag(page, "因为各条线", "半张脸")
    page.evaluate("document.querySelector('#mark [name=version]').value = 'older'")
    page.click("#palette [data-code='PRB']")

    expect(page.locator("#status.is-error")).to_contain_text("replaced")
    expect(page.locator("#rows tr")).to_have_count(1)
    close_read_session()
    assert len(read_session().scalars(select(LinkCoding)).all()) == 1


def test_without_a_script_a_turn_is_coded_by_sentence(browser: Browser, site: str):
    page = enter(browser, site, scripts=False)

    assert not page.locator("#panel").is_visible()
    page.click("#turn-2 h2 a")
    page.check("#sentence-1")
    page.select_option("#plain-code", "CAU.TECH")
    page.check("#plain-mixed")
    page.click("button[value=code]")

    expect(page.locator("#turn-2 .run")).to_have_text("前后登了五个系统，最后还是自己拿表格拼的。")
    assert stored() == [("CAU.TECH", "mixed", "前后登了五个系统，最后还是自己拿表格拼的。")]
    page.click("#row-c1 a")
    page.fill("#edited-en", "Five systems.")
    page.click("button[value=print]")
    expect(page.locator("#row-c1")).to_contain_text("for print")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_are_readable_by_everyone(browser: Browser, site: str, width: int, language: str):
    page = enter(browser, site, width=width, language=language)
    drag(page, "上周", "五个系统")
    page.click("#palette [data-code='PRB.INFO']")
    expect(page.locator("#rows tr")).to_have_count(1)
    base = f"{site}/studies/1"

    for rest in ("interviews", "interviews/new", "interviews/1", "interviews/1?turn=2&mark=c1", "interviews/1/speakers",
                 "interviews/1/edit", "interviews/1/delete", "codes", "codes/PRB"):
        page.goto(f"{base}/{rest}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{rest}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, rest
