"""The way through a questionnaire: what comes next, what is still open, what was passed over."""

from __future__ import annotations

from collections.abc import Sequence

from surveyapp.services.questionnaire import CompiledItem, Page
from surveyapp.services.relevance import Relevance
from surveyapp.services.response import Filling, is_empty


def next_page(pages: Sequence[Page], relevance: Relevance, section: str | None, step: int = 1) -> Page | None:
    """Return the next page (step 1) or the one before (step -1) that has something to ask; None at either end."""
    position = -1 if section is None else next(i for i, page in enumerate(pages) if page.key == section)
    position += step
    while 0 <= position < len(pages):
        if relevance.shows_page(pages[position]):
            return pages[position]
        position += step
    return None


def last_page(pages: Sequence[Page], relevance: Relevance) -> Page | None:
    """Return the last page that has something to ask."""
    return next((page for page in reversed(pages) if relevance.shows_page(page)), None)


def open_page(filling: Filling, relevance: Relevance) -> Page | None:
    """Return the first page that was not posted yet; None if all were."""
    for page in filling.way():
        stored = filling.pages.get(page.key)
        if relevance.shows_page(page) and (stored is None or stored.visits == 0):
            return page
    return None


def skipped_items(filling: Filling, relevance: Relevance) -> dict[str, list[CompiledItem]]:
    """Return what was shown and left blank, by section; open questions do not count."""
    found: dict[str, list[CompiledItem]] = {}
    for page in filling.way():
        answers = filling.stored(page.key)
        for item in page.items:
            is_asked = item.takes_answer and item.kind != "text" and relevance.shows_item(item)
            if is_asked and is_empty(answers.get(item.key)):
                found.setdefault(page.key, []).append(item)
    return found


def n_skipped(filling: Filling, relevance: Relevance) -> int:
    """Return how many questions were left blank."""
    return sum(len(items) for items in skipped_items(filling, relevance).values())
