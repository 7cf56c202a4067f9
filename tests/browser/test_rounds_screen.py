"""Two coders disagree, the round is closed, a third decides with a reason, agreement is shown: in a real browser."""

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_job
from surveyapp.models.coding import CoderAssignment
from surveyapp.models.diagnosis import Job
from surveyapp.models.interview import Interview
from surveyapp.models.round import Decision
from surveyapp.models.study import Study
from surveyapp.queue import prepare_queue
from surveyapp.services.study import get_study
from tests.browser.axe import Axe
from tests.factories import coding as make
from tests.factories import rounds as of

pytestmark = pytest.mark.browser
N = 3
NOT_ALLOWED = 403
REASON = "受访者原话如此 – said so"


@pytest.fixture
def study(bank_study: Study) -> Study:
    """Three interviews, Ann and Bob to code them, Boss to run it."""
    prepare_queue()
    with transaction() as session:
        stored = get_study(session, bank_study.id)
        of.people(session, stored)
        for number in range(1, N + 1):
            make.interview(session, stored, key=f"I{number:02d}")
    return bank_study


def enter(browser: Browser, site: str, login: str, *, width: int = 1280, language: str = "en",
          scripts: bool = True) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", make.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    return page


def code_all(study_id: int) -> None:
    """Ann and Bob code all that they were given, each in their own way."""
    with transaction() as session:
        study = get_study(session, study_id)
        texts = list(session.scalars(select(Interview).where(Interview.study_id == study.id)))
        for text in texts:
            of.disagree(session, study, text)


def finish_in_browser(page: Page, base: str) -> None:
    numbers = read_session().scalars(select(CoderAssignment.interview_id).distinct()).all()
    for number in numbers:
        page.goto(f"{base}/interviews/{number}")
        page.click("button[value=finish]")


def check(page: Page, name: str = "") -> None:
    """No violation that a machine can find, and nothing that runs out of the page sideways."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}-{page.viewport_size['width']}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def draw_round(boss: Page, base: str) -> None:
    boss.goto(f"{base}/rounds")
    check(boss, "rounds")
    boss.fill("#share", "100")
    boss.click("button[value=main]")
    expect(boss.locator("h1")).to_contain_text("1")
    check(boss, "open")


def code_blind(ann: Page, bob: Page, study: Study, base: str) -> None:
    """Ann and Bob code, do not see each other, and finish."""
    code_all(study.id)
    ann.goto(f"{base}/interviews/1")
    assert "memo of bob" not in ann.content()
    for page in (ann, bob):
        finish_in_browser(page, base)
    assert ann.goto(f"{base}/interviews/1/comparison").status == NOT_ALLOWED


def go_by_keys(boss: Page, base: str) -> None:
    """Close the round and go from difference to difference by keyboard."""
    boss.goto(f"{base}/rounds/1")
    boss.click("button[value=close]")
    check(boss, "closed")
    boss.goto(f"{base}/interviews/1/comparison?show=open")
    check(boss, "comparison")
    for key in "nnp":
        boss.keyboard.press(key)
    expect(boss.locator("#place")).to_have_text("1 / 4")
    expect(boss.locator(".difference:focus .code").first).to_have_text("CAU.COORD")


def decide_all(boss: Page, base: str) -> None:
    for number in range(4):
        form = boss.locator("form.decide").first
        form.locator("input[value=none]" if number % 2 else "input[value^=coder]").first.check()
        form.locator("textarea").fill(REASON)
        form.locator("button[value=decide]").click()
    expect(boss.locator("form.decide")).to_have_count(0)
    boss.goto(f"{base}/interviews/1/comparison?show=all")
    expect(boss.locator(".decided")).to_have_count(4)
    check(boss, "decided")


def measure(boss: Page, base: str) -> None:
    boss.goto(f"{base}/agreement")
    boss.click("main button.primary")
    close_read_session()
    do_job(read_session().scalars(select(Job.id).where(Job.kind == "agreement")).one())
    boss.goto(f"{base}/agreement")
    expect(boss.locator("table.agreement")).to_contain_text("PRB.INFO")
    boss.click("details summary")
    check(boss, "agreement")


@pytest.mark.parametrize(("width", "language"), [(1280, "zh"), (390, "en")])
def test_two_coders_disagree_and_a_third_decides_with_a_reason(
        browser: Browser, serve: Callable[[], str], study: Study, width: int, language: str):
    site = serve()
    base = f"{site}/studies/{study.id}"
    boss, ann, bob = (enter(browser, site, who, width=width, language=language) for who in ("boss", "ann", "bob"))

    draw_round(boss, base)
    code_blind(ann, bob, study, base)
    go_by_keys(boss, base)
    decide_all(boss, base)
    measure(boss, base)

    close_read_session()
    assert {row.reason for row in read_session().scalars(select(Decision))} == {REASON}


def test_a_difference_is_decided_and_undone_without_script(
        browser: Browser, serve: Callable[[], str], bank_study: Study):
    with transaction() as session:
        of.closed_round(session, get_study(session, bank_study.id))
    page = enter(browser, serve(), "boss", scripts=False)
    page.goto(f"{page.url.rsplit('/', 1)[0]}/studies/{bank_study.id}/interviews/1/comparison?show=polarity")

    form = page.locator("form.decide")
    form.locator("input[value=all]").check()
    form.locator("textarea").fill("both are said")
    form.locator("button").click()
    decided = page.locator(".decided").inner_text()
    page.click("button[value=undo]")

    assert "both are said" in decided
    expect(page.locator("form.decide")).to_have_count(1)


def test_definitions_are_noted_where_coders_differ(browser: Browser, serve: Callable[[], str], bank_study: Study):
    with transaction() as session:
        of.closed_round(session, get_study(session, bank_study.id))
    page = enter(browser, serve(), "boss", width=390, language="zh")
    page.goto(f"{page.url.rsplit('/', 1)[0]}/studies/{bank_study.id}/rounds/1")

    check(page)
    page.locator("[id='code-PRB.INFO'] textarea").fill("仅限数据无法合并的情形。")
    page.locator("[id='code-PRB.INFO'] button").click()

    expect(page.locator("[id='code-PRB.INFO']")).to_contain_text("仅限数据无法合并的情形。")
