"""Marking words on a page with the mouse, as a person does."""

from playwright.sync_api import Page


def drag(page: Page, first: str, last: str) -> None:
    """Mark from the first sign of `first` to the last of `last` by pulling the mouse over them."""
    box = """([words, atEnd]) => {
      const walker = document.createTreeWalker(document.querySelector('.text'), NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(words);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, at + words.length);
        const boxes = [...range.getClientRects()], box = atEnd ? boxes.at(-1) : boxes[0];
        return [atEnd ? box.right - 1 : box.left + 1, box.top + box.height / 2];
      }
    }"""
    page.mouse.move(*page.evaluate(box, [first, False]))
    page.mouse.down()
    page.mouse.move(*page.evaluate(box, [last, True]), steps=5)
    page.mouse.up()
