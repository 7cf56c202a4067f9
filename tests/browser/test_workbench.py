"""The workbench in a real browser: an interview with keys alone, boundaries by key and handle, each state read."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.coding import Code, Coding, Memo, Segment
from surveyapp.models.study import Study
from surveyapp.services.study import get_study
from tests.browser.axe import Axe
from tests.browser.mouse import drag
from tests.browser.test_coding_screen import enter
from tests.factories import coding as make

pytestmark = pytest.mark.browser
WORDS = "前后登了五个系统，最后还是自己拿表格拼的。"
LINK = "因为各条线的系统互相不通，所以我手里的客户永远是半张脸。"


@pytest.fixture
def site(serve: Callable[[], str], bank_study: Study) -> str:
    """The address of a running server with one interview and a researcher."""
    with transaction() as session:
        study = get_study(session, bank_study.id)
        make.member(session, study, "boss", "researcher")
        make.interview(session, study)
    return serve()


def stored() -> list[tuple[str, str]]:
    """Code and words of each coding that stands."""
    close_read_session()
    found = (select(Code.key, Segment.quote).join(Coding, Coding.code_id == Code.id)
             .join(Segment, Segment.id == Coding.segment_id).where(Coding.deleted_at.is_(None)).order_by(Coding.id))
    return [(key, quote) for key, quote in read_session().execute(found)]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def read_by_everyone(page: Page, state: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], state


@pytest.mark.parametrize("width", [1280, 390])
def test_an_interview_is_coded_adjusted_noted_undone_and_redone_with_keys_in_chinese(browser: Browser, site: str,
                                                                                    width: int):
    page = enter(browser, site, width=width, language="zh")

    code_two_passages(page)
    move_both_edges(page)
    moved = stored()
    write_a_memo(page)
    undo_memo_and_edges(page)
    undone = stored()
    press(page, "U")
    see_anew(page, "tr[data-version='4']", 1)
    press(page, "U")
    see_anew(page, "#memo-list li", 1)

    assert undone == [("CAU.TECH", WORDS), ("CAU.TECH", f"{WORDS}{LINK}")]
    assert moved == [("CAU.TECH", WORDS), ("CAU.TECH", f"{WORDS}{LINK}"[1:-2])]
    assert stored() == moved
    assert read_session().scalars(select(Memo)).one().text == "数量要核对"


def code_two_passages(page: Page) -> None:
    press(page, "j", "j", "]", "]")                                 # the second sentence of the second turn
    read_by_everyone(page, "a passage is marked")
    page.keyboard.press("c")
    page.keyboard.type("信息系统")                                   # a Chinese name of a code
    expect(page.locator("#palette [aria-selected=true]")).to_have_attribute("data-code", "CAU.TECH")
    page.keyboard.press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)
    press(page, "]", "]", "Shift+ArrowDown", "1")                   # two sentences, the code used last
    expect(page.locator("#rows tr")).to_have_count(2)
    read_by_everyone(page, "two codings overlap")


def move_both_edges(page: Page) -> None:
    press(page, "o", "o")
    expect(page.locator("#status")).to_contain_text("(2/2)")
    expect(page.locator(".handle")).to_have_count(2)
    page.keyboard.press("e")
    expect(page.locator("#status")).to_contain_text("终点")
    press(page, "ArrowLeft", "ArrowLeft", "e", "ArrowRight")
    expect(page.locator("#status")).to_contain_text("起点")
    read_by_everyone(page, "an edge is being moved")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-version='2']")).to_have_count(1)


def write_a_memo(page: Page) -> None:
    press(page, "]", "m")
    page.keyboard.type("数量要核对")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")                                    # a memo on the passage, without a code
    expect(page.locator("#memo-list li")).to_have_count(1)


def undo_memo_and_edges(page: Page) -> None:
    page.keyboard.press("u")
    see_anew(page, "#memo-list li", 0)
    page.keyboard.press("u")
    see_anew(page, "tr[data-version='3']", 1)


def see_anew(page: Page, selector: str, count: int) -> None:
    """Wait for the page that undo or redo leads to, and until its keys are heard."""
    expect(page.locator(selector)).to_have_count(count)
    page.wait_for_load_state("domcontentloaded")


def test_a_boundary_is_dragged_with_the_mouse(browser: Browser, site: str):
    page = enter(browser, site)
    drag(page, "前后登了", "拼的。")
    page.click("#palette [data-code='PRB.INFO']")
    expect(page.locator("#rows tr")).to_have_count(1)

    page.click("#turn-2 .run")
    handle = page.locator(".handle.is-end").bounding_box()
    target = page.evaluate("""() => {
      const node = document.querySelector('#turn-2 .run').firstChild;
      const range = document.createRange();
      const at = node.data.indexOf('系统') + 2;
      range.setStart(node, at - 1); range.setEnd(node, at);
      const box = range.getBoundingClientRect();
      return [box.right - 1, box.top + box.height / 2];
    }""")
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(*target, steps=6)
    page.mouse.up()

    expect(page.locator("tr[data-version='2']")).to_have_count(1)
    assert stored() == [("PRB.INFO", "前后登了五个系统")]


def test_an_edge_is_left_as_it_was_with_escape_and_moves_over_whole_signs(browser: Browser, site: str):
    page = enter(browser, site)
    drag(page, "客户", "客户")         # the first place of the word, in the first turn
    press(page, "Escape", "j", "j", "j", "j")
    press(page, "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    expect(page.locator("#passage")).to_have_text("客户👨‍👩‍👧")        # a family is one sign
    press(page, "Shift+ArrowLeft")
    expect(page.locator("#passage")).to_have_text("客户")
    page.keyboard.press("c")
    page.keyboard.type("prb.info")
    page.keyboard.press("Enter")
    expect(page.locator("#rows tr")).to_have_count(1)

    press(page, "o", "e", "ArrowRight", "Escape")
    left = stored()
    press(page, "e", "ArrowRight", "Enter")
    expect(page.locator("tr[data-version='2']")).to_have_count(1)

    assert left == [("PRB.INFO", "客户")]
    assert stored() == [("PRB.INFO", "客户👨‍👩‍👧")]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_memos_in_the_margin_are_reached_and_opened_with_keys(browser: Browser, site: str, width: int, language: str):
    page = enter(browser, site, width=width, language=language)
    for number in range(2):
        press(page, "j", "j", "]", *("]" * number), "m")
        page.keyboard.type(f"memo {number}: 数量要核对，下次问问主管是不是五个系统都还在用，再看看会议纪要")
        press(page, "Tab", "Enter")
        expect(page.locator(".notes li")).to_have_count(number + 1)
        press(page, "k", "k", "k", "k")

    press(page, "n", "n", "Enter")

    expect(page.locator(".notes details[open]")).to_have_count(1)
    expect(page.locator(".notes [open] .memo")).to_contain_text("会议纪要")
    expect(page.locator(".notes [open] .memo")).to_be_visible()
    marked = "".join(page.locator(".is-noted").all_inner_texts())
    assert marked in page.locator(".notes [open] .quote").inner_text()
    assert marked
    read_by_everyone(page, "a memo in the margin is open")


def test_memos_in_the_margin_open_without_a_script(browser: Browser, site: str):
    page = enter(browser, site, scripts=False)
    page.goto(f"{site}/studies/1/interviews/1/memos?turn=2")
    page.fill("#new-text", "count the systems again")
    page.click("section button.primary")
    page.goto(f"{site}/studies/1/interviews/1")

    page.focus("#turn-2 .notes summary")
    page.keyboard.press("Enter")

    expect(page.locator("#turn-2 .notes .quote")).to_be_visible()
    page.click("#turn-2 .notes a")
    expect(page.locator(".memos textarea")).to_have_text("count the systems again")


def test_without_a_script_boundaries_memos_and_corrections_are_plain_forms(browser: Browser, site: str):
    page = enter(browser, site, scripts=False)
    page.click("#turn-2 h2 a")
    page.check("#sentence-1")
    page.select_option("#plain-code", "CAU.TECH")
    page.click("button[value=code]")

    page.click("#row-c1 a")
    page.click("summary:has-text('Boundaries')")
    page.click("button[value=end-later]")
    expect(page.locator("#chosen blockquote")).to_contain_text("半张脸")
    page.click("text=All memos")
    page.fill("#new-text", "plain memo")
    page.click("text=Save the memo")
    expect(page.locator(".memos textarea")).to_have_text("plain memo")
    page.goto(f"{site}/studies/1/interviews/1/text?turn=2")
    page.fill("#text", page.input_value("#text").replace("五个", "六个"))
    page.click("text=Save the correction")
    page.goto(f"{site}/studies/1/interviews/1")
    page.click(".codings .notice a")
    expect(page.locator(".former")).to_contain_text("五个系统")
    page.click("text=It still holds")
    expect(page.locator(".former")).to_have_count(0)
    page.click("text=Undo my last step")
    expect(page.locator("#row-c1")).to_contain_text("to be reviewed")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_of_the_workbench_are_readable_by_everyone(browser: Browser, site: str, width: int, language: str):
    page = enter(browser, site, width=width, language=language)
    drag(page, "上周", "五个系统")
    page.click("#palette [data-code='PRB.INFO']")
    expect(page.locator("#rows tr")).to_have_count(1)
    base = f"{site}/studies/1"
    page.goto(f"{base}/interviews/1/memos")
    page.fill("#new-text", "a memo")
    page.click("section button.primary")
    page.goto(f"{base}/interviews/1/text?turn=2")
    page.fill("#text", page.input_value("#text").replace("五个", "六个"))
    page.click("button[value=turn]")
    # Another window has saved this coding in the meantime.
    page.goto(f"{base}/interviews/1?mark=c1")
    page.evaluate("document.querySelector('#chosen [name=version]').value = '0'")
    page.fill("#change-memo", "mine")
    page.click("#chosen button[value=save]")
    expect(page.locator(".conflict")).to_be_visible()
    read_by_everyone(page, "two wordings")

    for rest in ("interviews/1?mark=c1", "interviews/1/memos", "interviews/1/memos?turn=2", "interviews/1/text",
                 "interviews/1/text?turn=2", "interviews/1/text/1", "codes/PRB"):
        page.goto(f"{base}/{rest}")
        read_by_everyone(page, rest)
    page.goto(f"{base}/interviews/1")
    page.keyboard.press("?")
    read_by_everyone(page, "the list of keys")
