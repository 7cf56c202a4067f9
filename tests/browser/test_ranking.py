"""Ranking: number selects as the base; with a script rows are dragged by mouse or finger, or moved with buttons."""

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
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
SMALLEST_TARGET = 24        # pixels: WCAG 2.2, 2.5.8


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return SIZES[request.param]


@pytest.fixture
def address(serve: Callable[[], str], database) -> str:
    items = (make.item("RANK", "A", "ranking", choices=tuple(make.choice(value) for value in "wxyz"), max_choices=3),
             make.item("WHY", "A", "text", show_if="selected(${RANK}, 'z')"), *make.ITEMS[2:7])
    with transaction() as session:
        study = make.study(session, "small", make.instrument(items=items, sections=make.SECTIONS[:2]))
        token = make.link_of(session, study).token
    return f"{serve()}/q/{token}?lang="


def open_page(browser: Browser, address: str, size: dict[str, int], language: str = "en", **options: object) -> Page:
    page = browser.new_context(viewport=size, **options).new_page()
    page.goto(address + language)
    return begin(page)


def stored() -> object:
    close_read_session()
    rows = {row.section: row.answers for row in read_session().scalars(select(ResponsePage))}
    return rows["A"]["RANK"]


def order(page: Page) -> list[str]:
    return page.eval_on_selector_all(".rank", "rows => rows.map(row => row.firstChild.name + row.firstChild.value)")


def middle(page: Page, value: str) -> tuple[float, float]:
    box = page.locator(f".rank:has([name='RANK.{value}']) .grip").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, value: str, onto: str, beyond: int) -> None:
    """Take a row by its handle and let it go some pixels beyond the middle of another one."""
    (x, y), (_, end) = middle(page, value), middle(page, onto)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, (y + end) / 2)
    page.mouse.move(x, end + beyond)
    page.mouse.up()


def test_a_row_is_dragged_with_the_mouse(browser: Browser, address: str, size: dict[str, int]):
    page = open_page(browser, address, size)

    drag(page, "z", "w", -5)
    drag(page, "y", "z", 5)
    expect(page.locator(".state")).to_have_text("Saved")

    assert order(page) == ["RANK.z1", "RANK.y2", "RANK.w", "RANK.x"]
    expect(page.locator(".live")).to_have_text("Option y: place 2")
    expect(page.locator("#i-WHY")).to_be_visible()
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Page B")
    assert stored() == ["z", "y"]


def test_a_row_is_dragged_with_a_finger(browser: Browser, address: str, size: dict[str, int]):
    page = open_page(browser, address, size, has_touch=True)
    (x, y), (_, end) = middle(page, "z"), middle(page, "x")
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *heights: float) -> None:
        points = [{"x": x, "y": height} for height in heights]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = page.evaluate("scrollY")
    send("touchStart", y)
    for step in range(1, 9):
        send("touchMove", y + (end - 5 - y) * step / 8)
    send("touchEnd")
    expect(page.locator(".state")).to_have_text("Saved")

    assert order(page) == ["RANK.z1", "RANK.w", "RANK.x", "RANK.y"]
    assert page.evaluate("scrollY") == before
    assert stored() == ["z"]


def test_rows_are_moved_with_the_keyboard_alone(browser: Browser, address: str, size: dict[str, int]):
    page = open_page(browser, address, size)

    page.focus(".rank:has([name='RANK.y']) button >> nth=0")
    page.keyboard.press("Enter")
    page.focus(".rank:has([name='RANK.x']) button >> nth=0")
    page.keyboard.press("Space")
    assert order(page)[:2] == ["RANK.y1", "RANK.x2"]
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "Move up: Option x")
    expect(page.locator(".live")).to_have_text("Option x: place 1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_have_text("Saved")

    assert order(page) == ["RANK.y1", "RANK.x2", "RANK.w", "RANK.z"]
    assert stored() == ["y", "x"]


def test_no_more_rows_get_a_place_than_may(browser: Browser, address: str, size: dict[str, int]):
    page = open_page(browser, address, size)

    for value in "wxyz":
        page.click(f".rank:has([name='RANK.{value}']) button >> nth=0")
    drag(page, "z", "w", -5)
    expect(page.locator(".state")).to_have_text("Saved")
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Page B")

    assert stored() == ["z", "w", "x"]


def test_what_nobody_moved_has_no_place(browser: Browser, address: str, size: dict[str, int]):
    page = open_page(browser, address, size)

    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Page B")

    assert stored() == -92


def test_a_stored_ranking_comes_back_in_its_order(browser: Browser, address: str, size: dict[str, int]):
    page = open_page(browser, address, size)
    page.select_option("[name='RANK.y']", "2")
    page.select_option("[name='RANK.z']", "1")
    page.click("button.primary")
    expect(page.locator("h1")).to_have_text("Page B")

    page.click("button[value=back]")
    expect(page.locator("h1")).to_have_text("Page A")

    assert order(page) == ["RANK.z1", "RANK.y2", "RANK.w", "RANK.x"]


def test_without_a_script_numbers_are_chosen(browser: Browser, address: str, size: dict[str, int]):
    page = open_page(browser, address, size, java_script_enabled=False)

    expect(page.locator(".rank button")).to_have_count(0)
    page.select_option("[name='RANK.x']", "1")
    page.select_option("[name='RANK.w']", "2")
    page.click("button.primary")

    assert stored() == ["x", "w"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_ranking_is_accessible_and_its_targets_are_large(browser: Browser, address: str, size: dict[str, int],
                                                           language: str):
    page = open_page(browser, address, size, language)
    page.click(".rank button >> nth=0")

    violations = Axe().run(page).response["violations"]
    targets = [target.bounding_box() for target in page.locator(".rank button, .grip").all()]

    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
    assert min(min(target["width"], target["height"]) for target in targets) >= SMALLEST_TARGET
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
