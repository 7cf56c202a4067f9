"""A number with a slider: no thumb until it is touched, the same answer by typing, by keys and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.response import ResponsePage
from tests.browser.axe import Axe
from tests.browser.journey import begin
from tests.factories import questionnaire as make

pytestmark = pytest.mark.browser


@pytest.fixture
def address(serve: Callable[[], str], database) -> str:
    items = (make.item("SHARE", "A", "integer", minimum=0, maximum=100, appearance="slider"), *make.ITEMS[2:7])
    with transaction() as session:
        study = make.study(session, "small", make.instrument(items=items, sections=make.SECTIONS[:2]))
        token = make.link_of(session, study).token
    return f"{serve()}/q/{token}?lang=en"


def open_page(browser: Browser, address: str, *, scripts: bool = True) -> Page:
    page = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts).new_page()
    page.goto(address)
    return begin(page)


def stored() -> object:
    close_read_session()
    rows = {row.section: row.answers for row in read_session().scalars(select(ResponsePage))}
    return rows["A"]["SHARE"]


def test_an_untouched_slider_is_no_answer(browser: Browser, address: str):
    page = open_page(browser, address)

    expect(page.locator("input[type=range]")).to_have_class("untouched")
    expect(page.locator("#f-SHARE")).to_have_value("")
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Page B")

    assert stored() == -92


def test_the_middle_can_be_chosen_with_one_click(browser: Browser, address: str):
    page = open_page(browser, address)

    page.locator("input[type=range]").click()
    expect(page.locator("#f-SHARE")).to_have_value("50")
    expect(page.locator(".state")).to_have_text("Saved")

    assert stored() == 50


def test_keys_move_it_and_typing_is_followed(browser: Browser, address: str):
    page = open_page(browser, address)
    page.fill("#f-SHARE", "80")
    expect(page.locator("input[type=range]")).to_have_value("80")

    page.focus("input[type=range]")
    page.keyboard.press("ArrowRight")
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Page B")

    assert stored() == 81
    assert Axe().run(page).response["violations"] == []


def test_without_a_script_the_number_is_typed(browser: Browser, address: str):
    page = open_page(browser, address, scripts=False)

    expect(page.locator("input[type=range]")).to_have_count(0)
    page.fill("#f-SHARE", "12")
    page.click("button.primary")

    assert stored() == 12


def test_the_page_with_a_slider_is_accessible(browser: Browser, address: str):
    page = open_page(browser, address)

    violations = Axe().run(page).response["violations"]

    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
