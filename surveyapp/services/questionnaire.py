"""A questionnaire made ready for answering: pages, allowed values, parsed conditions, the order of evaluation.

Made once per version and kept in the process, so that a posted page is checked with dictionary look-ups only.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import Any

from instruments.logic import parse, references
from instruments.schema import NUMBER_KINDS, REFUSED, AnswerScale, Instrument, Item, Section, Text
from surveyapp.models.response import QUOTA_FULL, SCREENED

Tree = list[Any]
NOT_APPLICABLE = str(REFUSED)       # what the form posts for "does not apply"
ACKNOWLEDGED = "OK"                 # the value XLSForm gives to an acknowledgement
UNSEEN_KINDS = frozenset({"calculate", "hidden"})
OPTION_KINDS = frozenset({"rating", "single", "multiple", "ranking", "acknowledge"})
FIXED_ROLES = frozenset({"benchmark", "trend", "nps"})      # asked after the items they sum up, never among them
KEPT_VERSIONS = 64                  # questionnaires kept ready in one process


@dataclass(frozen=True)
class CompiledItem:
    """One item with what a posted value is looked up in; it is asked so often that it works nothing out twice."""

    item: Item
    scale: AnswerScale | None
    allowed: Mapping[str, Any]                          # posted text → stored value, for kinds with options
    show_if: Tree | None = None
    constraint: Tree | None = None
    calculation: Tree | None = None
    choice_conditions: Mapping[str, Tree] = field(default_factory=dict)
    exclusive: frozenset[str] = frozenset()
    default: Any = None                                 # the answer the form holds before any was given
    text_fields: Mapping[str, str] = field(default_factory=dict)        # choice value → name of its text field

    @cached_property
    def key(self) -> str:
        return self.item.key

    @cached_property
    def kind(self) -> str:
        return self.item.kind

    @cached_property
    def takes_answer(self) -> bool:
        """Whether the respondent is asked: notes, calculations and hidden values are not."""
        return self.item.kind != "note" and self.item.kind not in UNSEEN_KINDS

    @cached_property
    def has_way_out(self) -> bool:
        """Whether its own options already let one say "does not apply" or "prefer not to say"."""
        scale = self.scale
        return (scale is not None and scale.not_applicable is not None) or any(c.is_missing for c in self.item.choices)

    @cached_property
    def is_visible_kind(self) -> bool:
        return self.item.kind not in UNSEEN_KINDS


@dataclass(frozen=True)
class Page:
    """One section with its items in the questionnaire's own order."""

    section: Section
    items: tuple[CompiledItem, ...]
    show_if: Tree | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)      # answers the form holds before any was given
    asks_of_others: tuple[str, ...] = ()                # items of other pages that its items depend on

    @property
    def key(self) -> str:
        return self.section.key

    @cached_property
    def has_uploads(self) -> bool:
        """Whether an item of it asks for a file."""
        return any(item.kind == "upload" for item in self.items)


@dataclass(frozen=True)
class Gate:
    """A screen or, with a limit, a quota: a response that meets the condition may end before the end."""

    key: str
    state: str                                          # what the response's state becomes
    condition: Tree
    names: tuple[str, ...]                              # items that must be settled before it is judged
    message: Text
    limit: int | None = None


@dataclass(frozen=True)
class Questionnaire:
    """One version of a questionnaire, ready for answering; `steps` are (kind, key) in the order of evaluation."""

    instrument: Instrument
    content_hash: str
    pages: tuple[Page, ...]
    steps: tuple[tuple[str, str], ...]
    referenced: frozenset[str]                          # items that some condition asks for
    gates: tuple[Gate, ...] = ()                        # screens before quotas

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pages", {page.key: page for page in self.pages})
        object.__setattr__(self, "_items", {item.key: item for page in self.pages for item in page.items})
        blocks = tuple(tuple(block) for _, block in groupby(self.pages, key=lambda page: _block_of(page.section)))
        object.__setattr__(self, "blocks", blocks)
        object.__setattr__(self, "has_uploads", any(page.has_uploads for page in self.pages))
        object.__setattr__(self, "shuffles_pages", any(page.section.shuffle_group for page in self.pages))

    blocks: tuple[tuple[Page, ...], ...] = field(init=False, repr=False, compare=False)
    has_uploads: bool = field(init=False, repr=False, compare=False)
    shuffles_pages: bool = field(init=False, repr=False, compare=False)

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
    pages = tuple(_compile_page(instrument, section, scales) for section in instrument.sections)
    steps = _evaluation_order(pages)
    gates = tuple(_gates_of(instrument))
    asked_for = {*_references_of(pages), *(key for gate in gates for key in gate.names)}
    return Questionnaire(instrument, content_hash, pages, steps, frozenset(asked_for), gates)


def _block_of(section: Section) -> str:
    return f"block {section.block}" if section.block else f"section {section.key}"


def _gates_of(instrument: Instrument) -> Iterable[Gate]:
    for screen in instrument.screens:
        tree = parse(screen.condition, f"screen {screen.key}")
        yield Gate(screen.key, SCREENED, tree, references(tree), screen.message)
    for quota in instrument.quotas:
        tree = parse(quota.condition, f"quota {quota.key}")
        yield Gate(quota.key, QUOTA_FULL, tree, references(tree), quota.message, quota.limit)


def _compile_page(instrument: Instrument, section: Section, scales: Mapping[str, AnswerScale]) -> Page:
    items = tuple(_compile_item(item, scales) for item in instrument.items_of_section(section.key))
    defaults = {item.key: item.default for item in items if item.default is not None}
    on_page = {item.key for item in items if item.takes_answer}
    asked_for = {key for item in items if item.show_if is not None for key in references(item.show_if)}
    return Page(section, items, _tree(section.show_if, f"section {section.key}"), defaults,
                tuple(sorted(asked_for - on_page)))


def _tree(expression: str | None, where: str) -> Tree | None:
    return parse(expression, where) if expression else None


def _compile_item(item: Item, scales: Mapping[str, AnswerScale]) -> CompiledItem:
    scale = scales.get(item.scale or "")
    where = f"item {item.key}"
    allowed = _allowed_values(item, scale)
    return CompiledItem(
        item=item, scale=scale, allowed=allowed, default=_default_answer(item, allowed),
        show_if=_tree(item.show_if, where), constraint=_tree(item.constraint, where),
        calculation=_tree(item.calculation, where),
        choice_conditions={choice.value: parse(choice.show_if, f"{where}, choice {choice.value}")
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


def _default_answer(item: Item, allowed: Mapping[str, Any]) -> Any:
    """Return the default as an answer; None if there is none, or none that could be given."""
    text = (item.default or "").strip()
    if not text or item.kind in UNSEEN_KINDS:
        return None
    if item.kind in ("multiple", "ranking"):
        return [value for value in text.split() if value in allowed] or None
    if item.kind in OPTION_KINDS:
        return allowed.get(text)
    if item.kind in NUMBER_KINDS:
        return _default_number(text)
    return text


def _default_number(text: str) -> int | float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


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
        order.extend(sorted((item.key for item in block), key=lambda key: place(seed, page.key, key)))
    return tuple(order)


def _shuffle_block(item: CompiledItem) -> str:
    is_free = item.kind == "rating" and item.item.role not in FIXED_ROLES
    return f"scale {item.item.scale}" if is_free else f"item {item.key}"


def place(seed: str, scope: str, key: str) -> bytes:
    """Return by what things that change places are sorted."""
    return hashlib.sha256("\x1f".join((seed, scope, key)).encode()).digest()
