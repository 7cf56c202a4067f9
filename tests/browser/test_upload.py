"""A file sent from a phone, with and without a script, beside answers that are saved as ever."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from surveyapp.db.session import transaction
from tests.browser.axe import Axe
from tests.browser.journey import begin
from tests.factories import files as file
from tests.factories import questionnaire as make
from tests.factories import uploads

pytestmark = pytest.mark.browser
PHOTO = {"name": "at home.jpg", "mimeType": "image/jpeg", "buffer": file.picture()}
TOO_LARGE = {"name": "big.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + b"\0" * 1_100_000}


@pytest.fixture
def address(serve: Callable[[], str], database) -> str:
    with transaction() as session:
        token = make.link_of(session, uploads.study(session)).token
    return f"{serve()}/q/{token}?lang="


def open_page(browser: Browser, address: str, language: str = "en", width: int = 390, **options: object) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 844}, **options).new_page()
    page.goto(address + language)
    return begin(page)


def test_a_phone_without_a_script_sends_a_picture(browser: Browser, address: str):
    page = open_page(browser, address, java_script_enabled=False)

    page.set_input_files("#f-PHOTO", PHOTO)
    page.check("[name=ROLE][value=rm]")
    page.click("button.primary")
    expect(page.locator(".choice:has([name=PHOTO])")).to_contain_text("A file is stored (JPG)")

    stored = uploads.stored_files()["PHOTO"]
    assert stored.name == uploads.stored_answers()["PHOTO"]
    assert file.PLACE not in stored.content


def test_with_a_script_a_file_brings_up_what_depends_on_it_and_goes_with_the_page(browser: Browser, address: str):
    page = open_page(browser, address)
    expect(page.locator("#i-WHY")).to_be_hidden()

    page.fill("#f-NOTES", "kept at once")
    expect(page.locator(".state")).to_have_text("Saved")
    page.set_input_files("#f-PHOTO", PHOTO)
    expect(page.locator("#i-WHY")).to_be_visible()
    assert uploads.stored_answers() == {"NOTES": "kept at once"}
    page.fill("#f-WHY", "because")
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Page B")

    assert uploads.stored_answers()["WHY"] == "because"
    assert uploads.stored_files()["PHOTO"].name == uploads.stored_answers()["PHOTO"]


def test_with_a_script_a_file_too_large_is_told_before_it_is_sent(browser: Browser, address: str):
    page = open_page(browser, address)

    page.set_input_files("#f-PHOTO", TOO_LARGE)

    expect(page.locator("#f-PHOTO + .fault")).to_have_text("The file is larger than 1 MB. Please choose a smaller one.")
    expect(page.locator("#f-PHOTO")).to_have_value("")


def test_without_a_script_a_file_too_large_costs_no_other_answer(browser: Browser, address: str):
    page = open_page(browser, address, java_script_enabled=False)

    page.set_input_files("#f-PHOTO", TOO_LARGE)
    page.fill("#f-NOTES", "still here")
    page.click("button.primary")

    expect(page.locator("p.fault:not(:empty)")).to_have_text(
        "The file is larger than 1 MB. Please choose a smaller one.")
    expect(page.locator("#f-NOTES")).to_have_value("still here")


@pytest.mark.parametrize(("language", "width"), [("en", 390), ("zh", 390), ("en", 1280), ("zh", 1280)])
def test_a_page_that_asks_for_a_file_is_accessible(browser: Browser, address: str, language: str, width: int):
    page = open_page(browser, address, language, width)
    page.set_input_files("#f-PHOTO", PHOTO)
    page.click("button.primary")
    page.click("button[value=back]")
    expect(page.locator("[name=PHOTO][type=checkbox]")).to_be_checked()

    violations = Axe().run(page).response["violations"]

    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
