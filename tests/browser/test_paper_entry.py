"""Entering a sheet in a real browser: one sign and the next field has the focus."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.response import ResponsePage
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
    page.set_default_timeout(5000)
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
