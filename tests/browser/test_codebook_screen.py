"""The codebook in a real browser: changed and split by keyboard alone in Chinese, without script, on every width."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from instruments.template import CodeDefinition
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.coding import Code, Coding
from surveyapp.models.study import Study
from surveyapp.services.code_split import BESIDE, start_split
from surveyapp.services.codebook_version import freeze_codebook
from surveyapp.services.coding import apply_code
from surveyapp.services.study import get_study
from tests.browser.axe import Axe
from tests.factories import coding as make

pytestmark = pytest.mark.browser
PASSAGES = ("前后登了五个系统", "最后还是自己拿表格拼的", "永远是半张脸")


@pytest.fixture
def split(bank_study: Study) -> int:
    """A split of a code with three passages that was just begun, after a version was frozen."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        boss = make.member(session, study, "boss", "researcher")
        interview = make.interview(session, study)
        freeze_codebook(session, study, boss, "before the split")
        for words in PASSAGES:
            apply_code(session, study, interview, boss, make.passage(session, interview, words), "CAU.TECH")
        new = [CodeDefinition(key, None, {"en": key, "zh": key}, {}) for key in ("CAU.DATA", "CAU.TOOLS")]
        number = session.scalars(select(Code.id).where(Code.key == "CAU.TECH")).one()
        return start_split(session, study, number, new, place=BESIDE, is_for_all=False, account=boss).id


def enter(browser: Browser, site: str, *, width: int = 1280, scripts: bool = True, language: str = "zh") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", make.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    return page


def given() -> list[str]:
    close_read_session()
    return list(read_session().scalars(select(Code.key).join(Coding, Coding.code_id == Code.id).order_by(Coding.id)))


def test_a_code_is_split_by_keyboard_alone_in_chinese(
        browser: Browser, serve: Callable[[], str], bank_study: Study, split: int):
    site = serve()
    page = enter(browser, site)
    page.goto(f"{site}/studies/{bank_study.id}/codebook/splits/{split}")

    for key in ("j", "2", "1", "k", "k", "1", "2", "0", "Enter"):      # the first is put right before saving
        page.keyboard.press(key)

    expect(page.locator("label[for=progress]")).to_have_text("已分配片段2/3")
    assert given() == ["CAU.DATA", "CAU.TOOLS", "CAU.TECH"]
    for key in ("j", "1", "Tab", "Enter"):      # the last choice leads to the button, the next one finishes
        page.keyboard.press(key)
    expect(page.locator("body")).to_contain_text("原编码已停用")
    assert given() == ["CAU.DATA", "CAU.TOOLS", "CAU.DATA"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_code_is_changed_and_split_without_a_script(
        browser: Browser, serve: Callable[[], str], bank_study: Study, split: int, width: int):
    site = serve()
    page = enter(browser, site, width=width, scripts=False)
    place = f"{site}/studies/{bank_study.id}/codebook"
    page.goto(place)
    page.click("text=CAU.COORD")
    page.click("a.button.primary")
    page.fill("#include-zh", "部门推诿、多头管理")
    page.check("#pattern-wavy")
    page.press("#include-zh", "Enter")
    page.click("form.code-form button.primary")
    expect(page.locator("ol.history ins").first).to_be_visible()

    page.goto(f"{place}/splits/{split}")
    page.check("#to-1-2")
    page.select_option("#rest", "CAU.DATA")
    page.click("button[value=finish]")

    assert given() == ["CAU.TOOLS", "CAU.DATA", "CAU.DATA"]
    page.click("section[aria-labelledby=regroupings] button")
    assert given() == ["CAU.TECH"] * 3


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_pages_of_the_codebook_pass_axe_and_do_not_scroll_sideways(
        browser: Browser, serve: Callable[[], str], bank_study: Study, split: int, width: int, language: str):
    site = serve()
    page = enter(browser, site, width=width, language=language)
    place = f"{site}/studies/{bank_study.id}/codebook"
    close_read_session()
    number = read_session().scalars(select(Code.id).where(Code.key == "CAU.COORD")).one()

    for path in ("", "/new", f"/{number}", f"/{number}/edit", f"/{number}/merge?into={number - 1}", f"/{number}/split",
                 f"/splits/{split}", "/versions", "/file"):
        page.goto(f"{place}{path}")
        violations = Axe().run(page).response["violations"]
        assert violations == [], (path, [(row["id"], row["nodes"][0]["html"]) for row in violations])
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
