"""A questionnaire made ready for answering: pages, allowed values, parsed conditions, the order of evaluation.

Made once per version and kept in the process, so that a posted page is checked with dictionary look-ups only.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import Any

from instruments.logic import parse, references
from instruments.schema import REFUSED, AnswerScale, Instrument, Item, Section

Tree = list[Any]
NOT_APPLICABLE = str(REFUSED)       # what the form posts for "does not apply"
ACKNOWLEDGED = "OK"                 # the value XLSForm gives to an acknowledgement
UNSEEN_KINDS = frozenset({"calculate", "hidden"})
OPTION_KINDS = frozenset({"rating", "single", "multiple", "ranking", "acknowledge"})
FIXED_ROLES = frozenset({"benchmark", "trend", "nps"})      # asked after the items they sum up, never among them
KEPT_VERSIONS = 64                  # questionnaires kept ready in one process


@dataclass(frozen=True)
class CompiledItem:
    """One item with what a posted value is looked up in."""

    item: Item
    scale: AnswerScale | None
    allowed: Mapping[str, Any]                          # posted text → stored value, for kinds with options
    show_if: Tree | None = None
    constraint: Tree | None = None
    calculation: Tree | None = None
    choice_conditions: Mapping[str, Tree] = field(default_factory=dict)
    exclusive: frozenset[str] = frozenset()
    text_fields: Mapping[str, str] = field(default_factory=dict)        # choice value → name of its text field

    @property
    def key(self) -> str:
        return self.item.key

    @property
    def kind(self) -> str:
        return self.item.kind

    @property
    def takes_answer(self) -> bool:
        """Whether the respondent is asked: notes, calculations and hidden values are not."""
        return self.item.kind != "note" and self.item.kind not in UNSEEN_KINDS

    @property
    def is_visible_kind(self) -> bool:
        return self.item.kind not in UNSEEN_KINDS


@dataclass(frozen=True)
class Page:
    """One section with its items in the questionnaire's own order."""

    section: Section
    items: tuple[CompiledItem, ...]
    show_if: Tree | None = None

    @property
    def key(self) -> str:
        return self.section.key


@dataclass(frozen=True)
class Questionnaire:
    """One version of a questionnaire, ready for answering; `steps` are (kind, key) in the order of evaluation."""

    instrument: Instrument
    content_hash: str
    pages: tuple[Page, ...]
    steps: tuple[tuple[str, str], ...]
    referenced: frozenset[str]                          # items that some condition asks for

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pages", {page.key: page for page in self.pages})
        object.__setattr__(self, "_items", {item.key: item for page in self.pages for item in page.items})

    def find_page(self, key: str) -> Page | None:
        pages: dict[str, Page] = self._pages  # type: ignore[attr-defined]  # set in __post_init__ of a frozen class
        return pages.get(key)

    def item(self, key: str) -> CompiledItem:
        items: dict[str, CompiledItem] = self._items  # type: ignore[attr-defined]  # see find_page
        return items[key]

    def page_of(self, item: CompiledItem) -> Page:
        return self._pages[item.item.section]  # type: ignore[attr-defined,no-any-return]  # see find_page


_ready: OrderedDict[str, Questionnaire] = OrderedDict()


def ready_questionnaire(content_hash: str, load: Callable[[], Instrument]) -> Questionnaire:
    """Return the questionnaire of that hash; `load` is called once per process and version."""
    found = _ready.get(content_hash)
    if found is None:
        found = _ready[content_hash] = compile_questionnaire(load(), content_hash)
        while len(_ready) > KEPT_VERSIONS:
            _ready.popitem(last=False)
    return found


def compile_questionnaire(instrument: Instrument, content_hash: str = "") -> Questionnaire:
    """Return the questionnaire ready for answering; LogicError if a condition cannot be read."""
    scales = {scale.key: scale for scale in instrument.scales}
    pages = tuple(
        Page(section, tuple(_compile_item(item, scales) for item in instrument.items_of_section(section.key)),
             _tree(section.show_if, f"section {section.key}"))
        for section in instrument.sections
    )
    steps = _evaluation_order(pages)
    return Questionnaire(instrument, content_hash, pages, steps, frozenset(_references_of(pages)))


def _tree(expression: str | None, place: str) -> Tree | None:
    return parse(expression, place) if expression else None


def _compile_item(item: Item, scales: Mapping[str, AnswerScale]) -> CompiledItem:
    scale = scales.get(item.scale or "")
    place = f"item {item.key}"
    return CompiledItem(
        item=item, scale=scale, allowed=_allowed_values(item, scale), show_if=_tree(item.show_if, place),
        constraint=_tree(item.constraint, place), calculation=_tree(item.calculation, place),
        choice_conditions={choice.value: parse(choice.show_if, f"{place}, choice {choice.value}")
                           for choice in item.choices if choice.show_if},
        exclusive=frozenset(choice.value for choice in item.choices if choice.is_exclusive),
        text_fields={choice.value: f"{item.key}_{choice.value}_text" for choice in item.choices if choice.has_text},
    )


def _allowed_values(item: Item, scale: AnswerScale | None) -> dict[str, Any]:
    if item.kind == "rating" and scale is not None:
        allowed: dict[str, Any] = {str(point.value): point.value for point in scale.points}
        if scale.not_applicable:
            allowed[NOT_APPLICABLE] = REFUSED
        return allowed
    if item.kind == "acknowledge":
        return {ACKNOWLEDGED: ACKNOWLEDGED}
    return {choice.value: choice.value for choice in item.choices}


def _conditions_of(item: CompiledItem) -> Iterable[Tree]:
    return (tree for tree in (item.show_if, item.calculation, *item.choice_conditions.values()) if tree is not None)


def _references_of(pages: Iterable[Page]) -> Iterable[str]:
    for page in pages:
        yield from references(page.show_if) if page.show_if is not None else ()
        for item in page.items:
            for tree in _conditions_of(item):
                yield from references(tree)


def _evaluation_order(pages: tuple[Page, ...]) -> tuple[tuple[str, str], ...]:
    """Return what has to be evaluated, each after all it depends on; only what has a condition or a formula."""
    graph: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for page in pages:
        section = ("section", page.key)
        if page.show_if is not None:
            graph[section] = {("item", key) for key in references(page.show_if)}
        for item in page.items:
            trees = list(_conditions_of(item))
            if trees or page.show_if is not None:
                needed = {("item", key) for tree in trees for key in references(tree)} - {("item", item.key)}
                graph[("item", item.key)] = needed | ({section} if page.show_if is not None else set())
    try:
        ordered = TopologicalSorter(graph).static_order()
        return tuple(step for step in ordered if step in graph)
    except CycleError:
        # A circle is refused when a questionnaire is checked; one that slipped in is evaluated from top to bottom.
        return tuple(graph)


def shown_order(page: Page, seed: str) -> tuple[str, ...]:
    """Return the keys of the page's items in the order this respondent sees them.

    Items are shuffled among neighbours on the same answer scale; what sums up or compares keeps its place. The order
    is that of the hashes of seed and key: uniform over all orders, the same on every machine and version.
    """
    if not page.section.is_shuffled:
        return tuple(item.key for item in page.items)
    order: list[str] = []
    for _, block in groupby(page.items, key=_shuffle_block):
        order.extend(sorted((item.key for item in block), key=lambda key: _place(seed, page.key, key)))
    return tuple(order)


def _shuffle_block(item: CompiledItem) -> str:
    is_free = item.kind == "rating" and item.item.role not in FIXED_ROLES
    return f"scale {item.item.scale}" if is_free else f"item {item.key}"


def _place(seed: str, section: str, key: str) -> bytes:
    return hashlib.sha256("\x1f".join((seed, section, key)).encode()).digest()
