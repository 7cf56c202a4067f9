"""At a desk, in Chinese: a problem of the study's own is added, previewed, put into force, answered and diagnosed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.plan import BANK_PLAN
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.response_import import load_sample_responses
from surveyapp.services.study import close_wave, create_study, get_study, get_wave, instrument_of, list_links
from tests.conftest import PASSWORD
from tests.factories.coding import bank_template

pytestmark = pytest.mark.browser
NAME, STATEMENTS = "对接人员频繁变动", ("客户的对接人员换得太勤。", "换人之后，客户要把情况再说一遍。",
                                "交接时没有留下客户资料。", "客户长期由同一名客户经理服务。")


@pytest.fixture
def site(serve: Callable[[], str], database: Database) -> str:
    """A running server with the bank study before anybody answered, and a researcher."""
    with transaction() as session:
        study = create_study(session, bank_template(), "bank")
        add_member(session, study, add_account(session, "li", "李梅", "researcher", PASSWORD))
    return serve()


def log_in(browser: Browser, site: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "li")
    page.fill("[name=password]", PASSWORD)
    page.click("button.primary")
    with page.expect_navigation():
        page.click("button[value=zh]")
    return page


def add_the_problem(page: Page, site: str) -> None:
    page.goto(f"{site}/studies/1/questionnaires")
    page.get_by_role("link", name="问题与原因").click()
    page.get_by_role("link", name="新增问题").click()
    page.fill("#key", "PRB_TURNOVER")
    for language, name, meaning in (("zh", NAME, "对接人员更换频繁，对客户的了解随之流失。"),
                                    ("en", "Change of contact persons", "Contact persons change too often.")):
        page.fill(f"#name_{language}", name)
        page.fill(f"#definition_{language}", meaning)
    for place, statement in enumerate(STATEMENTS):
        page.fill(f"#item_{place}_zh", statement)
        page.fill(f"#item_{place}_en", f"Statement {place + 1}.")
    expect(page.locator("#findings")).to_contain_text("没有反向题")       # told while the form is filled in
    page.check("[name=reverse_3]")
    expect(page.locator("#findings")).not_to_contain_text("没有反向题")
    page.select_option("#code", ":new")
    page.fill("#code_key", "PRB.TURNOVER")
    page.get_by_role("button", name="保存并预览").click()


def answer_and_diagnose() -> None:
    with transaction() as session:
        study = get_study(session, "bank")
        wave = get_wave(session, study)
        for link, published in list_links(session, wave):
            if published.audience == "staff":
                instrument = instrument_of(published)
                load_sample_responses(session, link, instrument, generate_responses(instrument, BANK_PLAN, "staff"))
        close_wave(session, study, wave)
    close_read_session()
    study = get_study(read_session(), "bank")
    diagnosis = compute_diagnosis(study, get_wave(read_session(), study), n_resamples=50)
    close_read_session()
    with transaction() as session:
        study = get_study(session, "bank")
        store_diagnosis(session, study, get_wave(session, study), diagnosis)


def test_a_problem_of_the_studys_own_is_added_previewed_answered_and_seen_in_the_result(browser: Browser, site: str):
    page = log_in(browser, site)

    add_the_problem(page, site)
    desk = page.frame_locator("figure.desk iframe").first
    expect(desk.get_by_text(STATEMENTS[1])).to_be_visible()
    page.get_by_label("我已阅读各项提示").check()
    page.locator("button[value=force]").click()
    expect(page.locator("h1")).to_contain_text("已生效")
    answer_and_diagnose()
    page.goto(f"{site}/studies/1/diagnosis")

    row = page.locator("tr", has=page.get_by_role("rowheader", name=NAME)).first
    expect(row).to_be_visible()
    expect(row.locator("td.number").first).to_have_text(re.compile(r"1\d\d"))
