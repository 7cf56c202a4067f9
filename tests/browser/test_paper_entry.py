"""Entering a sheet in a real browser: one sign and the next field has the focus."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.response import ResponsePage
from tests.browser.axe import Axe
from tests.conftest import PASSWORD
from tests.factories import questionnaire as make

pytestmark = pytest.mark.browser


def test_a_sheet_is_entered_with_the_keys_of_numbers_alone(
        browser: Browser, serve: Callable[[], str], log_in: Callable[[str], FlaskClient]):
    log_in("administrator")
    with transaction() as session:
        study = make.study(session, "small", make.instrument(items=make.ITEMS[2:8], sections=make.SECTIONS[1:2],
                                                             consent=None))
        path = f"/studies/{study.id}/waves/w1/paper/staff?batch=north&language=en"
    base = serve()
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="en").new_page()
    page.goto(f"{base}/login")
    page.fill("input[name=login]", "administrator@example")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("input[name=password]")).to_have_count(0)
    page.goto(base + path)

    expect(page.locator("[id='f:L1']")).to_be_focused()
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    for sign in "45i1d2":
        page.keyboard.press(sign)
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 sheet entered")).to_be_visible()

    close_read_session()
    answers = read_session().scalars(select(ResponsePage.answers)).one()
    assert [answers[key] for key in ("L1", "L2", "L3", "L4", "L5", "CHECK")] == [4, 5, -92, 1, -92, 2]


def log_in_at(browser: Browser, base: str, width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 844}, locale="en").new_page()
    page.goto(f"{base}/login")
    page.fill("input[name=login]", "administrator@example")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("input[name=password]")).to_have_count(0)
    return page


def type_sheet(page: Page, signs: str) -> None:
    expect(page.locator("[id='f:L1']")).to_be_focused()
    for sign in signs:
        page.keyboard.press(sign)
    page.keyboard.press("Enter")


def enter_sheets(page: Page, address: str, n_sheets: int) -> None:
    page.goto(address)
    for n in range(1, n_sheets + 1):
        number = page.locator(".notice .value").inner_text()
        type_sheet(page, "453121")
        expect(page.get_by_text(f"Sheet {number} is stored.")).to_be_visible()
        expect(page.get_by_text(f"{n} sheet")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_pile_is_drawn_entered_again_and_settled_by_keys(
        browser: Browser, serve: Callable[[], str], log_in: Callable[[str], FlaskClient], width: int):
    log_in("administrator")
    with transaction() as session:
        study = make.study(session, "small", make.instrument(items=make.ITEMS[2:8], sections=make.SECTIONS[1:2],
                                                             consent=None))
        path = f"/studies/{study.id}/waves/w1/paper/staff"
    base = serve()
    page = log_in_at(browser, base, width)
    enter_sheets(page, f"{base}{path}?batch=north&language=en", 6)
    page.goto(f"{base}{path}/check")
    page.get_by_role("button", name="Finish the pile and draw sheets").click()
    waiting = page.get_by_role("link", name=re.compile(r"^Enter sheet \d+ again$"))
    expect(waiting).to_have_count(5)
    assert violations(page) == []
    waiting.first.click()
    assert violations(page) == []
    type_sheet(page, "253121")
    expect(page.get_by_role("heading", name=re.compile(r"^Differences of sheet \d+$"))).to_be_visible()
    assert violations(page) == []
    page.get_by_role("radio", name="Second entry: 2").check()
    page.get_by_role("button", name="Settle").click()
    for left in (4, 3, 2, 1):
        expect(waiting).to_have_count(left)
        waiting.first.click()
        type_sheet(page, "453121")
        expect(page.get_by_text("Both entries are the same.")).to_be_visible()
    expect(page.get_by_text("Fields that differ: 1 of 30")).to_be_visible()
    page.get_by_role("button", name="End the check and delete the numbers").click()

    expect(page.get_by_text("checked", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    close_read_session()
    values = sorted(answers["L1"] for answers in read_session().scalars(select(ResponsePage.answers)))
    assert values == [2, 4, 4, 4, 4, 4]


def violations(page: Page) -> list[str]:
    return [found["id"] for found in Axe().run(page).response["violations"]]
