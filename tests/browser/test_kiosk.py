"""A kiosk in a real browser: it clears itself, and the back button shows nothing of the person before."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.response import LEFT, Response
from surveyapp.services.study import close_wave, get_study, get_wave
from tests.browser.axe import Axe
from tests.browser.journey import begin, walk_through
from tests.factories import questionnaire as make

pytestmark = pytest.mark.browser


@pytest.fixture
def kiosk(serve: Callable[[], str], database) -> str:
    with transaction() as session:
        study = make.study(session, "small", make.instrument(items=make.ITEMS[:8], sections=make.SECTIONS[:2]))
        token = make.link_of(session, study).token
    return f"{serve()}/k/{token}/outlet-07"


@pytest.fixture
def page(browser: Browser, kiosk: str) -> Page:
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="en").new_page()
    page.clock.install()
    page.goto(kiosk)
    return page


def violations(page: Page) -> list[str]:
    return [found["id"] for found in Axe().run(page).response["violations"]]


def test_a_minute_without_a_touch_clears_the_screen(page: Page, kiosk: str):
    begin(page)
    page.check("input[value=teller]")
    expect(page.locator(".state")).to_have_text("Saved")
    asked = page.url

    page.clock.fast_forward(41_000)
    expect(page.locator(".idle")).to_contain_text("Are you still there?")
    assert violations(page) == []
    page.keyboard.press("Shift")
    expect(page.locator(".idle")).to_be_empty()
    page.clock.fast_forward(41_000)
    assert page.url == asked
    page.clock.fast_forward(20_000)
    page.wait_for_url(kiosk)

    page.go_back()
    page.wait_for_url(kiosk)
    assert not page.locator("input[value=teller]").count()
    page.goto(asked)
    assert page.url == kiosk
    close_read_session()
    assert read_session().scalars(select(Response.ended_by)).all() == [LEFT]


def test_after_handing_in_the_next_person_finds_the_first_page(page: Page, kiosk: str):
    begin(page)
    walk_through(page, lambda page: None)
    code = page.locator(".code .value").inner_text()
    assert violations(page) == []

    page.click("a.button.primary")
    page.wait_for_url(kiosk)
    for _ in range(3):
        page.go_back()
        assert page.url == kiosk
        assert code not in page.content()
        assert not page.locator("input[type=radio]").count()


def test_the_last_page_clears_itself(page: Page, kiosk: str):
    begin(page)
    walk_through(page, lambda page: None)

    page.clock.fast_forward(61_000)
    page.wait_for_url(kiosk)


def test_without_script_the_pages_say_when_they_clear_themselves(browser: Browser, kiosk: str):
    page = browser.new_context(java_script_enabled=False, locale="en").new_page()
    page.goto(kiosk)
    begin(page)

    expect(page.locator("noscript + *, .hint").last).to_be_visible()
    page.click("text=Stop and clear the screen")
    page.wait_for_url(kiosk)


def test_a_page_that_refuses_clears_itself_after_a_minute(page: Page, kiosk: str):
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))
    page.goto(kiosk)
    expect(page.get_by_text("This questionnaire is closed.")).to_be_visible()
    assert violations(page) == []
    page.evaluate("window.isSame = true")
    page.clock.fast_forward(61_000)

    page.wait_for_function("() => window.isSame === undefined")
    assert page.url == kiosk
