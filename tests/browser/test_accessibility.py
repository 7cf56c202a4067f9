"""Every kind of page a respondent can meet, and those of the research team, held to WCAG 2.2 AA at three widths.

`SURVEYAPP_ACCESSIBILITY_OUT=surveyapp/accessibility.json python -m surveyapp test tests/browser/test_accessibility.py`
writes the result that `/accessibility` shows; without it the shipped result is compared with what is found.
"""

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from instruments.schema import Quota, Screen, Section
from surveyapp.db.session import transaction
from surveyapp.services.study import close_wave, get_wave
from tests.browser.axe import SCRIPT, judge
from tests.browser.staff_pages import StaffPages, StaffTour
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent

pytestmark = pytest.mark.browser
SHIPPED = Path(__file__).resolve().parents[2] / "surveyapp" / "accessibility.json"
LANGUAGES, WIDTHS = ("en", "zh"), (320, 390, 1280)
PARTS = 4               # of the kinds of page: some fifty views a test, far from the limit of time
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The rule on the size of targets is off unless it is asked for.
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
# What else the statement names, with the test that shows it.
ALSO = {
    "keyboard": ("test_accessibility", "test_a_whole_questionnaire_is_filled_in_with_keys_alone"),
    "keyboard_staff": ("test_accessibility",
                       "test_collection_is_planned_and_a_rehearsal_and_a_person_looked_for_with_keys_alone"),
    "forced_colours": ("test_accessibility", "test_with_forced_colours_everything_still_shows"),
    "text_160": ("test_hard_conditions", "test_text_enlarged_to_160_percent_cuts_nothing_off"),
    "no_script": ("test_filling_in", "test_a_questionnaire_can_be_filled_in"),
    "no_style": ("test_hard_conditions", "test_without_style_and_script_the_form_is_complete_and_in_order"),
    "slow_network": ("test_hard_conditions", "test_a_page_can_be_used_within_two_seconds_on_slow_3g"),
}
GRID = tuple(make.item(f"G{n}", "F", appearance="likert grid") for n in range(5))
CARDS_BELOW = 700       # px: tables of the research team's pages become cards, each cell with the head of its column
SIDEWAYS = """() => [...document.querySelectorAll('.stack')]
  .filter(table => table.scrollWidth > table.clientWidth + 1 || [...table.querySelectorAll('td[data-label]')]
    .some(cell => cell.offsetWidth && getComputedStyle(cell, '::before').content.indexOf(cell.dataset.label) < 0))
  .map(table => table.caption ? table.caption.textContent : table.outerHTML.slice(0, 80))"""
BEYOND = """() => [...document.querySelectorAll('body *')]
  .filter(element => !element.children.length && element.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 3).map(element => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 40)}`)"""
ALL_OF_B = {f"L{n}": "4" for n in range(1, 6)} | {"CHECK": "2"}


def questionnaire(**changes: object):
    required = make.item("MUST", "C", "integer", is_required=True)
    everything = {
        "items": (*make.ITEMS, required, *GRID), "has_progress": True, "has_speed_prompt": True,
        "sections": (*make.SECTIONS, Section("F", "likert", make.both("Page F", "第F页"))),
        "commitment": make.both("I will read each question with care.", "我会认真阅读每一个问题。"),
        "screens": (Screen("na", "${ROLE} = 'na'", make.both("It is for staff.", "本问卷面向员工。")),),
        "quotas": (Quota("rm", "${ROLE} = 'rm'", 0, make.both("Enough have answered.", "名额已满。")),)}
    return make.instrument(**{**everything, **changes})


class Tour:
    """Brings a browser to every kind of page."""

    def __init__(self, app: Flask, site: str, page: Page, language: str) -> None:
        self.client, self.site, self.page, self.language = app.test_client(), site, page, language
        with transaction() as session:
            study = make.study(session, f"tour {language}", questionnaire())
            self.link = make.link_of(session, study).token
            closed = make.study(session, f"closed {language}")
            self.closed = make.link_of(session, closed).token
            close_wave(session, closed, get_wave(session, closed))

    def kinds(self) -> dict[str, Callable[[], None]]:
        at = f"?lang={self.language}"
        return {
            "start": lambda: self.go(f"/q/{self.link}{at}"), "start_problem": self.start_problem,
            "page": lambda: self.go(self.begun().open("C").address),
            "grid": lambda: self.go(self.begun().open("F").address),
            "faults": self.faults, "reminder": self.reminder,
            "late": lambda: self.go(f"{self.begun().open('A').post(ROLE='teller').open('A').address}?late=ROLE"),
            "end": lambda: self.go(self.half_way().open("F").post(deed="submit").address),
            "thanks": lambda: self.go(f"/r/{self.half_way().hand_in().token}"),
            "withdraw": lambda: self.go(f"/withdraw{at}"), "resume": lambda: self.go(f"/q/{self.link}/resume{at}"),
            "screened": lambda: self.go(f"/r/{self.begun().post(ROLE='na').token}"),
            "quota_full": lambda: self.go(f"/r/{self.begun().post(ROLE='rm').post(ROLE='rm', LOAD='1').token}"),
            "refusal": lambda: self.go(f"/r/unknown{at}"),
            "speed": lambda: self.go(f"{self.half_way().open('C').address}?fast=B"),
            "closed": lambda: self.go(f"/q/{self.closed}{at}"), "slip": lambda: self.go(f"/c{at}"),
            "accessibility": lambda: self.go(f"/accessibility{at}"),
        }

    def go(self, path: str) -> None:
        self.page.goto(self.site + path)

    def begun(self) -> Respondent:
        return Respondent(self.client, self.link, self.language).begin()

    def half_way(self) -> Respondent:
        return self.begun().post(ROLE="teller").post(**ALL_OF_B)

    def start_problem(self) -> None:
        self.go(f"/q/{self.link}?lang={self.language}")
        self.page.click("button.primary")

    def faults(self) -> None:
        self.go(self.begun().open("C").address)
        self.page.fill("#f-SHARE", "140")
        self.page.click("button.primary")
        expect(self.page.locator("p.fault").first).to_be_visible()

    def reminder(self) -> None:
        self.go(self.begun().open("C").address)
        self.page.click("button.primary")
        expect(self.page.locator("[name=':refused']").first).to_be_visible()


def look(page: Page, width: int) -> tuple[list[str], set[str]]:
    """Return what is against the rules at a width, and which rules were met."""
    page.set_viewport_size({"width": width, "height": 844})
    found = judge(page, **OPTIONS)
    faults = [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found.broken]
    if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
        faults.append(f"wider than {width} px: {page.evaluate(BEYOND)}")
    if width < CARDS_BELOW:
        faults += [f"a table scrolls sideways: {caption}" for caption in page.evaluate(SIDEWAYS)]
    return faults, set(found.met)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_page_meets_the_rules_and_the_shipped_result_says_so(
        browser: Browser, app: Flask, serve: Callable[[], str], team: StaffPages, language: str, part: int):
    site, passed = serve(), set()
    results: dict[str, dict] = {}
    page = browser.new_context().new_page()
    staff = StaffTour(team, site, page, language)
    staff.log_in()
    kinds = {**Tour(app, site, page, language).kinds(), **staff.kinds()}
    for kind, bring in list(kinds.items())[part::PARTS]:
        bring()
        assert page.locator("html").get_attribute("lang") == ("zh-Hans" if language == "zh" else "en"), kind
        entry = results.setdefault(kind, {"kind": kind, "n_views": 0, "violations": []})
        for width in WIDTHS:
            faults, met = look(page, width)
            entry["n_views"] += 1
            entry["violations"] += [f"{language}, {width} px: {fault}" for fault in faults]
            passed |= met
    page.context.close()
    if out := os.environ.get("SURVEYAPP_ACCESSIBILITY_OUT"):
        write_down(Path(out), results, passed, f"Chromium {browser.version.split('.')[0]}", list(kinds),
                   is_first=(language, part) == (LANGUAGES[0], 0))

    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    known = {entry["kind"]: entry for entry in shipped["pages"]}
    assert [entry for entry in results.values() if entry["violations"]] == []
    if not out:     # while the result is being written it is not complete
        n_views = len(LANGUAGES) * len(WIDTHS)
        assert list(known) == list(kinds)
        assert [known[kind] for kind in results] == [{"kind": kind, "n_views": n_views, "violations": []}
                                                     for kind in results]
        assert (shipped["languages"], shipped["widths"]) == (list(LANGUAGES), list(WIDTHS))
        assert passed <= set(shipped["rules_passed"])
        assert shipped["also"] == list(ALSO)


def write_down(path: Path, results: dict[str, dict], passed: set[str], browser: str, kinds: list[str], *,
               is_first: bool) -> None:
    """Add what one part of the run found to the result; the first part begins it anew."""
    before = {"pages": [], "rules_passed": []} if is_first else json.loads(path.read_text(encoding="utf-8"))
    found = {entry["kind"]: entry for entry in before["pages"]}
    for kind, entry in results.items():
        known = found.setdefault(kind, {"kind": kind, "n_views": 0, "violations": []})
        known["n_views"] += entry["n_views"]
        known["violations"] += entry["violations"]
    document = {
        "tested_on": datetime.now(UTC).date().isoformat(), "tool": f"axe-core {axe_version()}", "browser": browser,
        "languages": LANGUAGES, "widths": WIDTHS, "rules_passed": sorted({*before["rules_passed"], *passed}),
        "also": list(ALSO), "pages": [found[kind] for kind in kinds if kind in found]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@pytest.mark.parametrize(("file", "test"), ALSO.values(), ids=ALSO)
def test_what_else_the_statement_names_has_a_test(file: str, test: str):
    assert f"def {test}(" in Path(__file__).with_name(f"{file}.py").read_text(encoding="utf-8")


def axe_version() -> str:
    return re.search(r"axe v([\d.]+)", SCRIPT)[1]


def test_a_page_that_breaks_a_rule_is_noticed(browser: Browser, serve: Callable[[], str], database):
    page = browser.new_context().new_page()
    page.goto(f"{serve()}/withdraw?lang=en")
    page.evaluate("document.querySelector('label').remove(); document.querySelector('button').style.fontSize = '4px';")
    page.evaluate("document.querySelector('main').style.width = '900px'")

    faults, _ = look(page, 320)

    assert any(fault.startswith("label") for fault in faults)
    assert any("wider" in fault for fault in faults)


# ---- keys alone -----------------------------------------------------------------------------------------------------
def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(120):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector} on {page.url}")


def press(page: Page, selector: str, *keys: str) -> None:
    tab_to(page, selector)
    outline = page.evaluate("""() => {
      const style = getComputedStyle(document.activeElement);
      return style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
    }""")
    assert outline >= 2, f"the focus does not show: {selector}"
    for key in keys:
        page.keyboard.press(key)


def next_page_by_key(page: Page) -> None:
    address = page.url
    press(page, "button.primary", "Enter")
    page.wait_for_url(lambda url: url != address)


def test_a_whole_questionnaire_is_filled_in_with_keys_alone(browser: Browser, serve: Callable[[], str], database):
    with transaction() as session:
        link = make.link_of(session, make.study(session)).token
    page = browser.new_context(viewport={"width": 1280, "height": 844}).new_page()
    page.goto(f"{serve()}/q/{link}?lang=en")

    press(page, "#consent", "Space")
    next_page_by_key(page)
    press(page, "[name=ROLE]", "Space", "ArrowDown")
    next_page_by_key(page)
    for key in (*(f"L{n}" for n in range(1, 6)), "CHECK"):
        page.evaluate("document.activeElement.blur()")
        press(page, f"[name={key}]", "ArrowRight")
    next_page_by_key(page)
    press(page, "[name=MANY][value=a]", "Space")
    for place, value in enumerate("xyz", 1):
        press(page, f"[name='RANK.{value}']", str(place))
    tab_to(page, "#f-SHARE")
    page.keyboard.type("40")
    press(page, "[name=NPS]", "ArrowRight")
    next_page_by_key(page)
    tab_to(page, "#f-OPEN")
    page.keyboard.type("By keys")
    press(page, "button.primary", "Enter")
    page.wait_for_url("**/e/**")
    next_page_by_key(page)

    expect(page.locator(".code .value")).to_be_visible()


def test_collection_is_planned_and_a_rehearsal_and_a_person_looked_for_with_keys_alone(
        browser: Browser, team: StaffPages, serve: Callable[[], str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda *_: None})())
    page = browser.new_context(viewport={"width": 1280, "height": 844}).new_page()
    tour = StaffTour(team, serve(), page, "en")
    paths = tour.pages.paths()
    tour.log_in()

    page.goto(tour.site + paths["staff_collection"], wait_until="load")
    press(page, "section[aria-labelledby=wave-w1] details > summary", "Enter")
    expect(page.locator("section[aria-labelledby=wave-w1] details[open]").first).to_be_visible()
    tab_to(page, "#closes-w2")
    page.keyboard.type("2099-01-31T18:00")
    press(page, "section[aria-labelledby=wave-w2] button[value=plan]", "Enter")
    expect(page.locator(".notice")).to_contain_text("The dates are stored.")
    page.goto(tour.site + paths["staff_rehearsal"])
    press(page, "main [name=language][value=zh]", "Space")
    press(page, "main button.primary", "Enter")
    expect(page.locator(".notice").first).to_contain_text("The rehearsal begins.")
    page.goto(tour.site + paths["staff_people"])
    tab_to(page, "#text")
    page.keyboard.type("Person 1")
    press(page, "main button.primary", "Enter")
    expect(page.get_by_text("1 person who began was found.")).to_be_visible()


# ---- forced colours -------------------------------------------------------------------------------------------------
def test_with_forced_colours_everything_still_shows(browser: Browser, app: Flask, serve: Callable[[], str], database):
    page = browser.new_context(forced_colors="active", viewport={"width": 390, "height": 844}).new_page()
    tour = Tour(app, serve(), page, "en")
    for kind in ("start", "page", "faults", "thanks"):
        tour.kinds()[kind]()
        faults, _ = look(page, 390)
        assert faults == [], kind
    tour.kinds()["page"]()
    page.check("[name=MANY][value=a]")

    shown = page.evaluate("""() => {
      const style = (selector) => getComputedStyle(document.querySelector(selector));
      const edge = (selector) => parseFloat(style(selector).borderTopWidth);
      return { forced: matchMedia('(forced-colors: active)').matches, button: edge('button.primary'),
               item: edge('.item'), picked: style('.choice:has(:checked)').outlineStyle, field: edge('#f-SHARE') };
    }""")

    assert shown == {"forced": True, "button": 3, "item": 1, "picked": "solid", "field": 1}
