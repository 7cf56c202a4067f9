"""Inviting people in a real browser: pages of staff and of respondents, both languages, phone and desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from surveyapp.db.session import transaction
from surveyapp.models.mail import CLAIMED, OutboxMessage
from surveyapp.services.account import add_account, add_member
from surveyapp.services.invitation import add_slips, slip_codes
from surveyapp.services.message import sender_of
from surveyapp.services.outbox import queue_messages
from surveyapp.services.study import get_study, get_wave
from surveyapp.services.upkeep import close_collection, keep_up
from tests.browser.axe import Axe
from tests.conftest import PASSWORD
from tests.factories.roster import PEOPLE, SECRET, Roster, finish, roster

pytestmark = pytest.mark.browser
PHONE, DESK = 390, 1280


@pytest.fixture
def people(database) -> Roster:
    """A roster with a message in doubt, slips and a few answers."""
    made = roster([*PEOPLE, *PEOPLE[:0]])
    with transaction() as session:
        study = get_study(session, made.study.id)
        add_member(session, study, add_account(session, "r@example", "R", "researcher", PASSWORD))
        add_slips(session, SECRET, study, made.link, 12, "Outlet A")
        queue_messages(sender_of(session, SECRET, "https://bank.example", study, made.wave, made.link), "invitation")
        session.query(OutboxMessage).first().state = CLAIMED
    return made


def seen(browser: Browser, address: str, width: int, language: str, site: str | None = None) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 844},
                                  locale={"en": "en-GB", "zh": "zh-CN"}[language])
    page = context.new_page()
    if site:
        page.goto(f"{site}/login")
        page.fill("input[name=login]", "r@example")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
    page.goto(address)
    return page


def assert_clean(page: Page, width: int) -> None:
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_pages_of_staff_are_clean(browser: Browser, serve: Callable[[], str], people: Roster, client, width, language):
    for token in people.tokens[:6]:
        finish(client, token)
    with transaction() as session:
        keep_up(session, SECRET)
    site = serve()
    base = f"{site}/studies/{people.study.id}"

    page = seen(browser, f"{base}/waves/w1/invitations/staff", width, language, site)
    assert_clean(page, width)
    page.goto(f"{base}/waves/w1/invitations/staff/texts/invitation/{language}")
    assert_clean(page, width)
    page.goto(f"{base}/fieldwork")
    assert_clean(page, width)
    with transaction() as session:
        study = get_study(session, people.study.id)
        close_collection(session, SECRET, study, get_wave(session, study))
    page.goto(f"{base}/fieldwork")
    for summary in page.locator("summary").all():
        summary.click()
    assert_clean(page, width)
    page.context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_pages_of_invited_people_are_clean(browser: Browser, serve: Callable[[], str], people: Roster, client, width,
                                           language):
    finish(client, people.tokens[0])
    site = serve()

    for path in (f"/i/{people.tokens[1]}", f"/i/{people.tokens[0]}", "/c", f"/o/{people.tokens[1]}"):
        page = seen(browser, f"{site}{path}?lang={language}", width, language)
        assert_clean(page, width)
        page.context.close()


def test_a_slip_leads_from_the_code_to_the_thanks_without_a_script(browser: Browser, serve: Callable[[], str],
                                                                   people: Roster):
    with transaction() as session:
        from surveyapp.services.invitation import list_slip_batches

        code = slip_codes(session, SECRET, list_slip_batches(session, people.link)[0])[0]
    context = browser.new_context(viewport={"width": PHONE, "height": 844}, java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{serve()}/c/{people.link.id}")
    page.fill("#code", f"{code[:4].lower()} {code[4:].lower()}")
    page.click("button.primary")
    page.check("#consent")
    page.click("button.primary")
    address = page.url
    page.goto(address.replace("/r/", "/e/").rsplit("/", 1)[0])
    page.click("button.primary")

    assert "Thank you" in page.inner_text("h1")
    context.close()
