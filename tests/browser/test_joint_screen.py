"""The joint display in a real browser: judged by keyboard alone in Chinese, without JavaScript, on both sizes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.study import Study
from surveyapp.services.joint_judgement import judge_row, state_confidence, waive_second
from tests.browser.axe import Axe
from tests.factories import coding as people
from tests.factories.joint import diagnosed_study, display, judgement, statement

pytestmark = pytest.mark.browser
DISSONANT = "PRB_EFFECT"


@pytest.fixture
def bank(database) -> Study:
    """A diagnosed study without a second rater, in which a row and a claim are judged."""
    with transaction() as session:
        study, ann = diagnosed_study(session), people.find(session, "ann")
        waive_second(session, study, "Nobody else works on this study.", ann)
        judge_row(session, study, "PRB_INFO", judgement(session, "PRB_INFO", "agreement"), ann)
        state_confidence(session, study, "PRB_INFO", statement(session, "PRB_INFO"), ann)
    close_read_session()
    return study


def enter(browser: Browser, site: str, *, width: int = 1280, scripts: bool = True, language: str = "zh") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}/login")
    page.fill("[name=login]", "ann")
    page.fill("[name=password]", people.PASSWORD)
    page.click("button.primary")
    page.click(f"button[value={language}]")
    return page


def test_a_dissonance_is_judged_and_answered_with_keys_alone(browser: Browser, serve: Callable[[], str], bank: Study):
    page = enter(browser, serve())
    page.goto(f"{page.url.split('/studies')[0].rstrip('/')}/studies/{bank.id}/joint?state=dissonance")
    page.get_by_role("link", name="管理成效低").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="不一致", exact=True).focus()
    page.keyboard.press("Space")
    for _step in range(2):          # past the tag to the reason
        page.keyboard.press("Tab")
    page.keyboard.type("问卷与访谈的说法正好相反。")
    page.keyboard.press("Tab")
    for _step in range(2):          # artefact of method, then other people
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("填问卷的多为柜员，受访的多为负责人。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(f"#row-{DISSONANT}")).to_contain_text("解释为人群不同：填问卷的多为柜员，受访的多为负责人。")
    close_read_session()
    final = display(read_session()).record.of(DISSONANT).final
    assert (final.verdict, final.answer_kind, final.reason) == (
        "dissonance", "different_people", "问卷与访谈的说法正好相反。")


def test_without_scripts_a_claim_gets_its_confidence(browser: Browser, serve: Callable[[], str], bank: Study):
    page = enter(browser, serve(), scripts=False, language="en")
    page.goto(f"{page.url.split('/studies')[0].rstrip('/')}/studies/{bank.id}/joint/confidence/CAU_TECH")
    for name in ("methods", "coherence", "adequacy", "relevance"):
        page.check(f"#{name}-moderate")
        page.fill(f"#reason-{name}", f"Some doubts about {name}.")
    page.check("#overall-low")
    page.fill("#reason", "Four moderate doubts at once.")
    page.click("button.primary:has-text('Store')")

    expect(page.locator("[id='claim-CAU_TECH']")).to_contain_text("Low: Four moderate doubts at once.")
    expect(page.locator("[id='claim-CAU_TECH']")).to_contain_text("suggested: Very low")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_meets_the_rules_on_both_sizes(browser: Browser, serve: Callable[[], str], bank: Study, width: int,
                                                  language: str):
    page = enter(browser, serve(), width=width, language=language)
    site = page.url.split("/studies")[0].rstrip("/")

    for path in ("", "/rows/PRB_EFFECT", "/rows/PRB_INFO", "/rows/C_SVC", "/confidence", "/confidence/PRB_INFO"):
        page.goto(f"{site}/studies/{bank.id}/joint{path}")
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
