"""A template adopted in a real browser, in Chinese, from the list of studies to open links; with and without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.services.account import add_account
from surveyapp.services.study import get_study, list_waves, template_of
from tests.browser.axe import Axe
from tests.conftest import PASSWORD

pytestmark = pytest.mark.browser
BANK = load_catalogue_template("bank_crm")
STAFF = BANK.instrument("staff")
PROBLEM = next(construct.key for construct in STAFF.constructs if construct.group == "problem")
RATED = next(item for item in STAFF.items if item.construct == PROBLEM)
N_RATED = sum(len(form.items_of_construct(one.key)) for form in BANK.instruments for one in form.constructs)
MEASURE = BANK.rules.measures[0].key


@pytest.fixture
def site(database: Database, serve: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda *_: None})())
    with transaction() as session:
        add_account(session, "boss", "Boss", "researcher", PASSWORD)
    return serve()


def enter(browser: Browser, site: str, *, width: int, scripts: bool) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", PASSWORD)
    page.click("button.primary")
    page.click("button[value=zh]")
    return page


def go_on(page: Page) -> None:
    page.get_by_role("button", name="保存并继续").click()


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, False)], ids=["desk", "phone without script"])
def test_a_template_is_adopted_in_chinese(browser: Browser, site: str, width: int, scripts: bool):  # noqa: PLR0915 - a journey is long
    page = enter(browser, site, width=width, scripts=scripts)

    page.get_by_role("link", name="引入模板").click()
    page.get_by_role("button", name="开始引入").click()
    page.get_by_label("研究名称").fill("乙行2027年调查")
    page.locator("input[name='organisation|zh']").fill("乙行江北分行")
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("适用内容")
    page.locator(f"input[name=measure][value='{MEASURE}']").uncheck()
    go_on(page)
    page.goto(f"{page.url.partition('?')[0]}?audience=staff&page={RATED.section}")
    field = page.locator(f"textarea[name='items/{RATED.key}/text|zh']")
    field.fill("这是乙行自己的说法。")
    if scripts:         # the list says so while one is typing
        expect(page.locator("[data-count]")).to_have_text(f"量表共{N_RATED}题，其中{N_RATED - 1}题保持可比。")
        expect(page.locator(f"[data-item={RATED.key}] [data-fate]")).to_have_text("措辞已变：不可比")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("[data-count]")).to_have_text(f"量表共{N_RATED}题，其中{N_RATED - 1}题保持可比。")
    page.get_by_role("button", name="保存，措辞已完成").click()
    page.locator("input[name='personal/wealth/minimum']").fill("800000")
    go_on(page)
    page.locator("input[name='population/staff']").fill("180")
    go_on(page)
    page.get_by_role("button", name="生成研究并预演").click()
    page.locator("form.card button.primary").click()

    page.wait_for_url(f"{site}/studies/*")
    close_read_session()
    study = get_study(read_session(), "乙行2027年调查")
    template = template_of(read_session(), study)
    assert list_waves(read_session(), study)[0].is_open
    assert MEASURE not in [measure.key for measure in template.rules.measures]
    reworded = next(item for item in template.instrument("staff").items if item.key == RATED.key)
    assert reworded.text["zh"] == "这是乙行自己的说法。"


def test_the_list_takes_a_wording_back_that_is_the_templates_again(browser: Browser, site: str):
    page = enter(browser, site, width=1280, scripts=True)
    page.goto(f"{site}/adoptions")
    page.get_by_role("button", name="开始引入").click()
    page.goto(f"{page.url.rpartition('/')[0]}/wording?audience=staff&page={RATED.section}")
    field = page.locator(f"textarea[name='items/{RATED.key}/text|zh']")

    field.fill("别的说法")
    field.fill(f"  {RATED.text['zh']} ")

    expect(page.locator("[data-count]")).to_have_text(f"量表共{N_RATED}题，其中{N_RATED}题保持可比。")
    expect(page.locator(f"[data-item={RATED.key}] [data-fate]")).to_have_text("可比")


@pytest.mark.parametrize("width", [390, 1280])
def test_every_step_keeps_the_rules_of_accessibility_and_the_width(browser: Browser, site: str, width: int):
    page = enter(browser, site, width=width, scripts=True)
    page.goto(f"{site}/adoptions")
    page.get_by_role("button", name="开始引入").click()
    base = page.url.rpartition("/")[0]

    for step in ("name", "scope", "wording", "tiers", "people", "rehearse", "publish"):
        page.goto(f"{base}/{step}")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa",
                                                                              "wcag22aa", "best-practice"]}})
        assert [one["id"] for one in found.response["violations"]] == [], step
        assert page.evaluate("document.documentElement.scrollWidth") <= width, step
