"""In which order one respondent meets pages, items and choices.

Every order follows from the response's seed and from keys: what changes places is sorted by the SHA-256 hash of seed,
scope and key. That is uniform over all orders, needs no state, and gives the same order on every machine, on every
device of the respondent, in every language, with and without a script; any other program can compute it again.

`response.shown_order` keeps what was really shown: `<section>` → items, `:pages` → sections,
`:choices:<item>` → choices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from surveyapp.services.questionnaire import CompiledItem, Page, Questionnaire, place, shown_order
from surveyapp.services.relevance import Relevance

GRID_WORDS = frozenset({"grid", "table-list"})      # in an item's appearance, e.g. "likert grid"
MOST_ROWS = 7               # of a grid
PAGES, CHOICES = ":pages", ":choices:"      # a colon keeps them apart from every key


def page_order(questionnaire: Questionnaire, seed: str) -> tuple[Page, ...]:
    """Return the pages in the respondent's order: blocks of one shuffle group exchange their places.

    Neighbouring sections of the same block stay together in their own order; what has no group stays where it is.
    """
    if not questionnaire.shuffles_pages:
        return questionnaire.pages
    members: dict[str, list[tuple[Page, ...]]] = {}
    for block in questionnaire.blocks:
        members.setdefault(block[0].section.shuffle_group or "", []).append(block)
    for group, blocks in members.items():
        if group:
            blocks.sort(key=lambda block: place(seed, "pages", block[0].key))
    waiting = {group: iter(blocks) for group, blocks in members.items()}
    return tuple(page for block in questionnaire.blocks
                 for page in next(waiting[block[0].section.shuffle_group or ""]))


def grids_of(items: Sequence[CompiledItem]) -> list[list[CompiledItem]]:
    """Return the items parted into runs: neighbours that the author wants as one grid stand together, all others alone.

    A grid has at most 7 rows; a longer one is split evenly, which lowers missing answers (10.1177/0894439312469865).
    """
    runs: list[list[CompiledItem]] = []
    for key, run in groupby(items, key=_grid_of):
        rows = list(run)
        n_grids = math.ceil(len(rows) / MOST_ROWS) if key.startswith("grid") else len(rows)
        runs.extend(rows[len(rows) * n // n_grids:len(rows) * (n + 1) // n_grids] for n in range(n_grids))
    return runs


def is_grid_row(item: CompiledItem) -> bool:
    """Tell whether the author wants the item as a row of a grid on wide screens."""
    is_scale = item.scale is not None and item.scale.kind != "nps" and item.kind == "rating"
    return is_scale and not GRID_WORDS.isdisjoint((item.item.appearance or "").split())


def _grid_of(item: CompiledItem) -> str:
    return f"grid {item.item.scale}" if is_grid_row(item) else f"item {item.key}"


def choice_order(item: CompiledItem, seed: str) -> tuple[str, ...]:
    """Return the values of the item's choices in the respondent's order; fixed choices keep their places."""
    choices = item.item.choices
    if not item.item.shuffles_choices:
        return tuple(choice.value for choice in choices)
    free = sorted((choice.value for choice in choices if not choice.is_fixed),
                  key=lambda value: place(seed, f"choices {item.key}", value), reverse=True)
    return tuple(choice.value if choice.is_fixed else free.pop() for choice in choices)


def order_as_shown(questionnaire: Questionnaire, pages: Sequence[Page], seed: str,
                   relevance: Relevance) -> dict[str, list[str]]:
    """Return what is stored of the orders: of the given pages, those items and choices that were asked."""
    order: dict[str, list[str]] = {}
    for page in pages:
        by_key: dict[str, Any] = {item.key: item for item in page.items}
        shown = [by_key[key] for key in shown_order(page, seed)
                 if by_key[key].takes_answer and relevance.shows_item(by_key[key])]
        if shown:
            order[page.key] = [item.key for item in shown]
        for item in shown:
            if item.item.shuffles_choices:
                order[CHOICES + item.key] = [value for value in choice_order(item, seed)
                                             if (item.key, value) not in relevance.hidden_choices]
    if questionnaire.shuffles_pages:
        order[PAGES] = [page.key for page in pages]
    return order
