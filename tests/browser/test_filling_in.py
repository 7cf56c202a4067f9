"""Filling a questionnaire in with a real browser: phone and desk, with and without a script, in both languages."""

import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from instruments.logic import parse
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.response import SUBMITTED, Response, ResponsePage
from surveyapp.models.study import Study
from surveyapp.services.study import get_study, get_wave, list_links
from tests.browser.axe import Axe
from tests.browser.journey import begin, walk_through
from tests.factories import questionnaire as make

pytestmark = pytest.mark.browser
PHONE, DESK, SMALLEST = 390, 1280, 320
Links = dict[str, str]


@pytest.fixture
def links(serve: Callable[[], str], bank_study: Study) -> Links:
    """The addresses of the bank's questionnaires and of the small one on a running server."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        tokens = {published.audience: link.token for link, published in list_links(session, get_wave(session, study))}
        tokens["small"] = make.link_of(session, make.study(session)).token
    site = serve()
    return {name: f"{site}/q/{token}" for name, token in tokens.items()}


def open_page(browser: Browser, address: str, *, width: int = DESK, scripts: bool = True,
              scheme: str = "light") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts,
                                  color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    return page


def pages() -> dict[str, dict]:
    close_read_session()
    return {page.section: page.answers for page in read_session().scalars(select(ResponsePage))}


def wait_for(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait until something the browser sent without showing it has arrived."""
    for _ in range(50):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not arrive within five seconds")


def states() -> list[str]:
    close_read_session()
    return list(read_session().scalars(select(Response.state)))


# ---- the whole way --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize(("audience", "language", "width"), [
    ("staff", "zh", PHONE), ("customer", "en", DESK), ("staff", "en", SMALLEST),
])
def test_a_questionnaire_can_be_filled_in(browser: Browser, links: Links, audience: str, language: str, width: int,
                                          scripts: bool):
    page = open_page(browser, f"{links[audience]}?lang={language}", width=width, scripts=scripts)
    begin(page)

    walk_through(page, lambda page: None)

    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", page.locator(".code .value").inner_text())
    assert states() == [SUBMITTED]
    assert not [key for answers in pages().values() for key, answer in answers.items() if answer == -94]
    assert page.context.cookies() == []


@pytest.mark.parametrize(("audience", "language", "width", "scheme"), [
    ("staff", "zh", PHONE, "light"), ("customer", "en", DESK, "dark"), ("customer", "zh", SMALLEST, "dark"),
])
def test_every_page_is_accessible_and_never_wider_than_the_screen(
        browser: Browser, links: Links, audience: str, language: str, width: int, scheme: str):
    page = open_page(browser, f"{links[audience]}?lang={language}", width=width, scheme=scheme)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def look(page: Page) -> None:
        violations = Axe().run(page).response["violations"]
        assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url
        assert page.locator("html").get_attribute("lang") == ("zh-Hans" if language == "zh" else "en")

    look(page)
    page.click("button.primary")
    look(page)
    begin(page)
    walk_through(page, look)
    page.click("section.code a")
    look(page)

    assert errors == []


def test_targets_are_large_enough_for_a_thumb(browser: Browser, links: Links):
    page = begin(open_page(browser, f"{links['customer']}?lang=en", width=SMALLEST))
    page.goto(page.url[:-1] + "E")

    boxes = [label.bounding_box() for label in page.locator("label.choice:visible").all()]

    # WCAG 2.2, 2.5.8: at least 24 by 24 pixels.
    assert min(min(box["width"], box["height"]) for box in boxes) >= 24


def test_a_questionnaire_can_be_filled_in_with_keys_alone(browser: Browser, links: Links):
    page = open_page(browser, f"{links['small']}?lang=en")
    page.focus("#consent")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.focus("input[value=teller]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Page B")
    assert pages()["A"]["ROLE"] == "teller"


# ---- what the script adds -------------------------------------------------------------------------------------------
def test_a_dependent_question_shows_and_hides_at_once(browser: Browser, links: Links):
    page = begin(open_page(browser, f"{links['small']}?lang=en"))
    expect(page.locator("#f-LOAD")).to_be_hidden()

    page.check("input[value=rm]")
    expect(page.locator("#f-LOAD")).to_be_visible()
    page.fill("#f-LOAD", "40")
    page.check("input[value=teller]")
    expect(page.locator("#f-LOAD")).to_be_hidden()
    page.check("input[value=rm]")
    page.click("button.primary")

    expect(page.locator("h1")).to_have_text("Page B")
    assert pages()["A"] == {"ROLE": "rm", "LOAD": 40}


def test_without_a_script_the_dependent_question_comes_on_the_same_page(browser: Browser, links: Links):
    page = begin(open_page(browser, f"{links['small']}?lang=en", scripts=False))

    page.check("input[value=rm]")
    page.click("button.primary")

    expect(page.locator("#f-LOAD")).to_be_visible()
    expect(page.locator(".notice")).to_contain_text("one more question")


def test_each_answer_is_saved_as_it_is_given(browser: Browser, links: Links):
    page = begin(open_page(browser, f"{links['small']}?lang=en"))

    page.check("input[value=teller]")
    expect(page.locator(".state")).to_have_text("Saved")

    assert pages()["A"] == {"ROLE": "teller"}


def test_leaving_the_page_loses_no_answer(browser: Browser, links: Links):
    page = begin(open_page(browser, f"{links['small']}?lang=en"))
    address = page.url
    page.goto(address[:-1] + "D")
    page.fill("#f-OPEN", "half a sentence")

    page.goto(address)
    wait_for(page, lambda: "D" in pages())
    page.goto(address[:-1] + "D")

    expect(page.locator("#f-OPEN")).to_have_value("half a sentence")


def test_a_lost_connection_is_said_and_made_good(browser: Browser, links: Links):
    page = begin(open_page(browser, f"{links['small']}?lang=en"))
    page.context.set_offline(True)
    page.check("input[value=teller]")
    expect(page.locator(".state")).to_contain_text("Not saved yet")

    page.context.set_offline(False)
    expect(page.locator(".state")).to_have_text("Saved")

    assert pages()["A"] == {"ROLE": "teller"}


def test_the_time_away_from_the_page_does_not_count(browser: Browser, links: Links):
    page = begin(open_page(browser, f"{links['small']}?lang=en"))
    page.evaluate("""() => {
      Object.defineProperty(document, 'hidden', {value: true, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
    }""")
    page.wait_for_timeout(1500)
    page.evaluate("""() => {
      Object.defineProperty(document, 'hidden', {value: false, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
      document.querySelector('input[value=teller]').checked = true;
    }""")
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Page B")

    close_read_session()
    stored = read_session().scalars(select(ResponsePage).where(ResponsePage.section == "A")).one()
    assert stored.duration_ms < 1500


def test_the_back_button_shows_the_answers_given(browser: Browser, links: Links):
    page = begin(open_page(browser, f"{links['small']}?lang=en"))
    page.check("input[value=teller]")
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Page B")

    page.go_back()

    expect(page.locator("input[value=teller]")).to_be_checked()


def test_the_error_list_leads_to_the_question(browser: Browser, links: Links):
    page = begin(open_page(browser, f"{links['small']}?lang=en", width=PHONE))
    page.goto(page.url[:-1] + "C")
    page.fill("#f-SHARE", "140")
    page.click("button.primary")

    page.click(".notice a")

    expect(page.locator("#f-SHARE")).to_be_focused()
    expect(page.locator("#f-SHARE")).to_have_attribute("aria-invalid", "true")
    assert page.title().startswith("Please check")


def test_the_browser_evaluates_conditions_as_the_server_does(browser: Browser):
    vectors = json.loads(files("instruments.logic").joinpath("vectors.json").read_text(encoding="utf-8"))
    script = (Path(__file__).parents[2] / "surveyapp" / "static" / "respond_logic.js").read_text(encoding="utf-8")
    cases = [{**vector, "tree": parse(vector["expression"], allow_names=vector.get("allow_names", False))}
             for vector in vectors]
    page = browser.new_page()
    page.evaluate(script)

    results = page.evaluate("""cases => cases.map(c => {
      const values = { __proto__: null, ...c.values };
      const found = window.surveyLogic.evaluate(c.tree, key => values[key] ?? '', c.self ?? '', c.today ?? '');
      return typeof found === 'number' && !isFinite(found) ? 'NaN' : found;
    })""", cases)

    different = [(case["expression"], case["expected"], result) for case, result in zip(cases, results, strict=True)
                 if not _same(case["expected"], result)]
    assert len(cases) > 250
    assert different == []


def _same(expected: object, found: object) -> bool:
    if found == "NaN":
        return expected in (None, "", "NaN")
    return found == expected and isinstance(found, bool) == isinstance(expected, bool)
