"""The action register in a browser: a manager decides on a phone in Chinese; every page keeps the rules."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.results.actions import Milestone
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.action import save_action
from tests.browser.axe import Axe
from tests.factories import action as make_action
from tests.factories import coding as people
from tests.factories.action import accepted, day, register, released
from tests.factories.follow_up import shown_follow_up

pytestmark = pytest.mark.browser


@pytest.fixture
def bank(database) -> Study:
    """A study with a released report and one decision, an open milestone of which is overdue."""
    with transaction() as session:
        study = make_action.released_study(session)
        save_action(session, study, released(session), accepted(session, "S2.1"), 0, people.find(session, "mo"))
    close_read_session()
    return study


def enter(browser: Browser, site: str, *, width: int = 390, scripts: bool = True, language: str = "zh") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "may")
    page.fill("[name=password]", people.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_manager_records_a_decision_on_a_phone_in_chinese(browser: Browser, serve: Callable[[], str], bank: Study,
                                                            scripts: bool):
    page, session = enter(browser, serve(), scripts=scripts), read_session()
    site = page.url.split("/studies")[0].rstrip("/")
    page.goto(f"{site}/studies/{bank.id}/reports")
    page.get_by_role("link", name="行动台账").click()
    expect(page.locator("#overdue")).to_contain_text("逾期事项")
    page.get_by_role("link", name="登记决定：S1.2").click()
    page.get_by_label("调整后采纳").check()
    page.get_by_label("决定日期").fill(day(session, 6))
    page.get_by_label("决定机构").fill("分行行长办公会")
    page.locator("#reason").fill("全行一次铺开人手不够，先试点两个部门。")
    page.get_by_role("button", name="保存").click()
    # What is still missing is named, and nothing that was typed is lost.
    expect(page.get_by_role("alert")).to_contain_text("填写不完整或有误，未保存任何内容")
    expect(page.get_by_role("region", name="需要修改之处")).to_contain_text("调整内容")
    expect(page.locator("#body")).to_have_value("分行行长办公会")
    page.locator("#change").fill("先在公司金融和零售两个部门实行。")
    page.get_by_label("公司金融").check()
    page.get_by_label("零售（个人）金融").check()
    page.locator("#m0_name").fill("印发字段清单")
    page.locator("#m0_due_on").fill(day(session, 30))
    page.get_by_role("button", name="保存").click()

    card = page.locator("[id='measure-S1.2']")
    expect(card).to_contain_text("调整后采纳")
    expect(card).to_contain_text("公司金融、零售（个人）金融")
    expect(page.locator("section", has=page.locator("#overdue"))).to_contain_text("里程碑：印发字段清单")
    close_read_session()
    stored = register(read_session()).row("S1.2").action
    assert (stored.decision, stored.body, stored.units) == ("changed", "分行行长办公会", ("corporate", "retail"))
    assert stored.milestones == (Milestone("印发字段清单", day(read_session(), 30)),)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0 if scripts else True


def test_a_manager_takes_a_decision_back_on_a_phone(browser: Browser, serve: Callable[[], str], bank: Study):
    page = enter(browser, serve())
    site = page.url.split("/studies")[0].rstrip("/")
    page.goto(f"{site}/studies/{bank.id}/actions")
    page.get_by_role("link", name="历史记录：S2.1").click()
    page.locator("#reason").fill("误录到该措施")
    page.get_by_role("button", name="撤销").click()

    expect(page.get_by_role("status")).to_contain_text("已恢复先前的版本")
    close_read_session()
    assert register(read_session()).row("S2.1").action is None


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_of_the_register_meets_the_rules(browser: Browser, serve: Callable[[], str], bank: Study, width: int,
                                                    language: str):
    shown_follow_up()
    page = enter(browser, serve(), width=width, language=language)
    site = page.url.split("/studies")[0].rstrip("/")

    for path in ("/reports", "/actions", "/actions/1/S1.2", "/actions/1/S2.1", "/actions/1/S2.1/history",
                 "/actions/change"):
        page.goto(f"{site}/studies/{bank.id}{path}")
        page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true; })")
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
