"""The exchange in a real browser: a project comes in without a script, and no page has an accessibility fault."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from surveyapp.db.session import transaction
from surveyapp.models.coding import Code, Coding
from surveyapp.models.study import Study
from surveyapp.services.study import get_study
from tests.browser.axe import Axe
from tests.factories import coding as make
from tests.factories.exchange import packed, project

pytestmark = pytest.mark.browser
FILE = packed(project((3, 17, "Trust is gone.")), t="P: Trust is gone. 电话13812345678。\n".encode())


@pytest.fixture
def site(serve: Callable[[], str], bank_study: Study) -> str:
    with transaction() as session:
        make.member(session, get_study(session, bank_study.id), "boss", "researcher")
    return serve()


def enter(browser: Browser, site: str, *, width: int, language: str, scripts: bool) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", make.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    page.goto(f"{site}/studies/1/interviews/exchange")
    return page


def report(page: Page) -> None:
    page.set_input_files("#file", files=[{"name": "p.qdpx", "mimeType": "application/zip", "buffer": FILE}])
    page.locator("form[action$=report] button").click()


def test_a_project_is_looked_at_led_to_a_code_and_taken_over_without_a_script(browser: Browser, site: str):
    page = enter(browser, site, width=1280, language="zh", scripts=False)
    report(page)
    page.fill("[name=code0]", "PRB.INFO")
    page.check("[name=consent][value=yes]")
    page.check("[name=pseudonymise]")

    page.click("button[value=store]")

    assert page.url.endswith("/interviews")
    with transaction() as session:
        assert session.scalars(select(Code.key).join(Coding, Coding.code_id == Code.id)).all() == ["PRB.INFO"]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_have_no_accessibility_fault_and_fit_a_phone(browser: Browser, site: str, width: int, language: str):
    page = enter(browser, site, width=width, language=language, scripts=True)

    for deed in (lambda: None, lambda: report(page)):
        deed()
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
