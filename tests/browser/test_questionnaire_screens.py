"""Questionnaires made in a real browser: with keys and without a script, on phone and desk, readable by everyone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.draft import get_draft, instrument_of_draft, start_draft
from surveyapp.services.study import get_study
from surveyapp.services.trial import start_trial
from tests.browser.axe import Axe
from tests.factories import coding as make
from tests.factories.questionnaire import instrument

pytestmark = pytest.mark.browser
BASE = "studies/1/questionnaires"


@pytest.fixture
def site(serve: Callable[[], str], bank_study: Study) -> str:
    """A server with a researcher, a draft of the customers' questionnaire and one of a small one with a fault."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        make.member(session, study, "boss", "researcher")
        customer = load_catalogue_template("bank_crm").instruments[1]
        start_draft(session, study, customer, based_on="1.0.0", losses=("item x: lost; left out.",))
        start_trial(session, study, customer)
        small = instrument(audience="small", languages=("en", "zh", "de"))
        start_draft(session, study, small)
    return serve()


def enter(browser: Browser, site: str, *, width: int = 1280, scripts: bool = True, language: str = "en") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", make.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    return page


def draft_items(audience: str) -> list[str]:
    close_read_session()
    session = read_session()
    return [item.key for item in instrument_of_draft(get_draft(session, get_study(session, "bank"), audience)).items]


def test_an_item_is_added_worded_moved_removed_and_taken_back_without_a_script(browser: Browser, site: str):
    page = enter(browser, site, scripts=False)
    page.goto(f"{site}/{BASE}/customer")
    before = draft_items("customer")

    page.click("button[value='add:items:B']")
    page.fill("[name='key']", "CSV5")
    page.fill("[name='text:en']", "I am greeted in a friendly way.")
    page.fill("[name='text:zh']", "工作人员态度友好。")
    page.click(".deeds button.primary")
    expect(page.locator("#items-CSV5")).to_contain_text("I am greeted")
    page.click("#items-CSV5 button[value='up:items:CSV5']")
    page.click("#items-CSV1 button[value='remove:items:CSV1']")
    expect(page.locator("#items-CSV1")).to_have_count(0)
    page.click("button[value=undo]")

    after = draft_items("customer")
    expect(page.locator("#items-CSV1")).to_be_visible()
    assert set(after) - set(before) == {"CSV5"}
    assert after.index("CSV5") == after.index("CIN3") - 0 or after.index("CSV5") < after.index("CAC1")


def test_the_draft_is_looked_at_on_a_phone_and_a_desk_side_by_side(browser: Browser, site: str):
    page = enter(browser, site)
    page.goto(f"{site}/{BASE}/customer/preview?lang=zh")

    phone = page.frame_locator(".phone iframe")
    expect(phone.locator("h1")).to_contain_text("银行客户服务体验")
    phone.locator("#consent").check()
    phone.locator("button.primary").click()
    phone.get_by_text("企业或机构客户代表").click()
    expect(phone.locator("#i-S_DEP")).to_be_visible()
    expect(phone.locator("#i-S_AUM")).to_be_hidden()
    expect(page.frame_locator(".desk iframe").locator("h1")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_are_readable_by_everyone(browser: Browser, site: str, width: int, language: str):
    page = enter(browser, site, width=width, language=language)

    for rest in ("", "/customer", "/small", "/customer/items/CSV4", "/customer/items/S_TIER", "/customer/sections/B",
                 "/customer/scales/agree5", "/customer/constructs/C_SVC", "/customer/frame", "/customer/translation",
                 "/small/translation?missing=1&left=en&right=de", "/customer/preview", "/customer/publish",
                 "/small/publish", "/customer/versions", "/customer/diff?old=1.0.0&new=1.0.0"):
        page.goto(f"{site}/{BASE}{rest}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{rest}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, rest
