"""What nobody can ever reach: items, sections, choices, screens and quotas whose condition never holds (INS-112).

A condition is tried on every answer that can make a difference: each choice and point, and for numbers, dates and
texts each constant they are compared with, what lies between, and one more on either side. Items are taken in their
order, and one that is not asked reads as empty, as in the field. Where that is no proof (arithmetic with free numbers,
patterns, today) or too much to try, nothing is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations, pairwise, product
from typing import Any

from instruments.errors import Finding, LogicError
from instruments.logic.grammar import Tree, children, functions_used, parse, references, walk
from instruments.logic.interpreter import FUNCTIONS, evaluate
from instruments.logic.values import find_date, is_number_text, is_true, to_text
from instruments.schema import Instrument, Item

REACH_RULES: Mapping[str, str] = {
    "INS-112": "Every item, section, choice, screen and quota with a condition can be reached by somebody. (warning)",
}
MOST_TRIALS = 4_000         # combinations of answers for one condition: some 20 ms
MOST_STEPS = 300_000        # evaluations for one questionnaire, so that a file of 3,000 items is checked in time
MOST_ITEMS = 8              # with two answers each they make 256 combinations
MOST_MARKED = 6             # of a multiple item, choices that its conditions name
_ORDERINGS = frozenset({"<", "<=", ">", ">="})
_COMPARISONS = _ORDERINGS | {"=", "!="}
Answers = tuple[Any, ...]
Named = tuple[str, str]     # sign or function, constant


class NoProof(Exception):
    """The answers that matter cannot be listed."""


def reach_findings(instrument: Instrument, place: str) -> Iterator[Finding]:
    """Yield what has a condition that holds for nobody."""
    trees = dict(_conditions(instrument))
    search = _Search(instrument, {where: tree for where, (tree, _) in trees.items()})
    dead_sections = set()
    for where, (tree, text) in trees.items():
        if search.section_of(where) not in dead_sections and not search.can_hold(where, tree):
            if where.startswith("section "):
                dead_sections.add(where.split()[1].rstrip(","))     # said once, not again of each of its items
            noun = where.split()[0]
            reason = {"screen": "it ends the questionnaire for nobody", "quota": "nobody belongs to it"}.get(
                noun, "the condition holds for nobody, so it is never shown")
            yield Finding(
                "INS-112", f"{place}, {where}", f"{reason}.",
                "Correct the condition: look for values that exclude each other or an item that is never asked.",
                is_error=False, found=text)


def _conditions(instrument: Instrument) -> Iterator[tuple[str, tuple[Tree, str]]]:
    """Yield place, tree and text of every condition that can be read and evaluated."""
    texts = [(f"section {section.key}, show_if", section.show_if) for section in instrument.sections]
    for item in instrument.items:
        texts.append((f"item {item.key}, show_if", item.show_if))
        texts += [(f"item {item.key}, choice {choice.value}, show_if", choice.show_if) for choice in item.choices]
    texts += [(f"screen {screen.key}, condition", screen.condition) for screen in instrument.screens]
    texts += [(f"quota {quota.key}, condition", quota.condition) for quota in instrument.quotas]
    for where, text in texts:
        if text is not None and (tree := _readable(text)) is not None:
            yield where, (tree, text)


def _readable(text: str) -> Tree | None:
    try:
        tree = parse(text)
    except LogicError:
        return None     # INS-101 names it
    for node in walk(tree):
        if node[0] == "call":
            function = FUNCTIONS.get(node[1])
            if function is None or len(node[2]) < function.least or len(node[2]) > (function.most or math.inf):
                return None     # INS-103 or INS-104
    return tree


@dataclass
class _Search:
    instrument: Instrument
    trees: Mapping[str, Tree]
    steps: int = 0
    _items: dict[str, Item] = field(init=False)
    _positions: dict[str, int] = field(init=False)
    _points: dict[str, Answers] = field(init=False)

    def __post_init__(self) -> None:
        self._items = {item.key: item for item in self.instrument.items}
        self._positions = {key: position for position, key in enumerate(self._items)}
        self._points = {scale.key: tuple(float(point.value) for point in scale.points)
                        for scale in self.instrument.scales}

    def _item(self, where: str) -> Item | None:
        return self._items.get(where.split()[1].rstrip(",")) if where.startswith("item ") else None

    def section_of(self, where: str) -> str | None:
        """Return the section of the item that a place names, or None."""
        item = self._item(where)
        return item.section if item is not None else None

    def can_hold(self, where: str, tree: Tree) -> bool:
        """Return False only where no answers make the condition true."""
        own = self._item(where)
        section = self.trees.get(f"section {own.section}, show_if") if own is not None else None
        targets = [condition for condition in (section, tree) if condition is not None]
        if ", choice " in where and own is not None and own.show_if:
            targets += [self.trees[f"item {own.key}, show_if"]] if f"item {own.key}, show_if" in self.trees else []
        try:
            asked = self._needed(targets)
            domains = [self._answers(key, asked, targets) for key in asked]
        except NoProof:
            return True
        return self._is_met(targets, asked, domains)

    def _is_met(self, targets: list[Tree], asked: list[str], domains: list[Answers]) -> bool:
        trials = math.prod(len(domain) for domain in domains)
        if trials > MOST_TRIALS or self.steps > MOST_STEPS:
            return True
        for answers in product(*domains):
            self.steps += 1 + len(asked)
            values = self._as_asked(dict(zip(asked, answers, strict=True)))
            if all(is_true(evaluate(target, values)) for target in targets):
                return True
        return False

    def _as_asked(self, answers: dict[str, Any]) -> dict[str, Any]:
        """Return the answers with those of items that are not asked emptied, in the order of the questionnaire."""
        values: dict[str, Any] = dict.fromkeys(answers, "")
        for key, answer in answers.items():
            if all(is_true(evaluate(tree, values)) for tree in self._conditions_of(key)):
                values[key] = answer
        return values

    def _conditions_of(self, key: str) -> list[Tree]:
        wheres = (f"section {self._items[key].section}, show_if", f"item {key}, show_if")
        return [self.trees[where] for where in wheres if where in self.trees]

    def _needed(self, targets: list[Tree]) -> list[str]:
        """Return the items on which the conditions depend, directly or not, in the order of the questionnaire."""
        found: set[str] = set()
        waiting = [key for tree in targets for key in references(tree)]
        while waiting:
            key = waiting.pop()
            if key not in self._items or self._items[key].calculation or self._items[key].kind in ("hidden", "note"):
                raise NoProof
            if key not in found:
                found.add(key)
                if len(found) > MOST_ITEMS:
                    raise NoProof
                waiting += [other for tree in self._conditions_of(key) for other in references(tree)]
        conditions = [*targets, *(tree for key in found for tree in self._conditions_of(key))]
        if any("today" in functions_used(tree) for tree in conditions):
            raise NoProof
        return sorted(found, key=self._positions.__getitem__)

    # ---- the answers that matter ------------------------------------------------------------------------------------
    def _answers(self, key: str, asked: list[str], targets: list[Tree]) -> Answers:
        trees = [*targets, *(tree for other in asked for tree in self._conditions_of(other))]
        item = self._items[key]
        if item.kind == "rating":
            return ("", *self._points.get(item.scale or "", ()))
        if item.kind == "single":
            return ("", *(choice.value for choice in item.choices))
        if item.kind == "acknowledge":
            return ("", "OK")
        named = [(sign, text) for tree in trees for sign, text in _compared_with(tree, key)]
        if item.kind in ("multiple", "ranking"):
            return _sets(item, named)
        return ("", *_neighbours(item.kind, item, named))


def _compared_with(tree: Tree, key: str) -> Iterator[Named]:
    """Yield sign and constant wherever an item is compared; NoProof where it is used in another way."""
    for node in walk(tree):
        for child in children(node):
            if child != ["item", key]:
                continue
            others = [other for other in children(node) if other is not child]
            is_known = node[1] in _COMPARISONS or node[:2] == ["call", "selected"]
            if node[0] == "negate" or not is_known or others[0][0] not in ("string", "number"):
                raise NoProof
            yield node[1], to_text(others[0][1]).strip()


def _sets(item: Item, named: list[Named]) -> Answers:
    if any(sign != "selected" and text for sign, text in named):
        raise NoProof
    values = {choice.value for choice in item.choices}
    marked = list(dict.fromkeys(text for _, text in named if text in values))
    others = [choice.value for choice in item.choices if choice.value not in marked][:1]
    if len(marked) > MOST_MARKED:
        raise NoProof
    pool = [*marked, *others]
    return tuple(chosen for size in range(len(pool) + 1) for chosen in combinations(pool, size))


def _neighbours(kind: str, item: Item, named: list[Named]) -> Iterator[Any]:
    texts = [text for _, text in named if text]
    if kind in ("integer", "decimal"):
        if not all(map(is_number_text, texts)):
            raise NoProof
        yield from _numbers(item, [float(text) for text in texts])
    elif kind == "date":
        days = [find_date(text) for text in texts]
        for day in days:
            if day is None or not 1 < day.toordinal() < date.max.toordinal():
                raise NoProof
            yield from ((day + timedelta(days=step)).isoformat() for step in (-1, 0, 1))
        yield "2000-01-01"
    elif any(sign in _ORDERINGS for sign, _ in named):
        raise NoProof
    else:
        yield from (*texts, "\u00a0")       # and a text that no condition names


def _numbers(item: Item, named: list[float]) -> Iterator[float]:
    low = -math.inf if item.minimum is None else item.minimum
    high = math.inf if item.maximum is None else item.maximum
    edges = sorted({*named, *(bound for bound in (low, high) if math.isfinite(bound))}) or [0.0]
    found = {edges[0] - 1, edges[-1] + 1, *edges, *((one + other) / 2 for one, other in pairwise(edges))}
    if item.kind == "integer":
        found = {whole for number in edges for whole in (
            math.floor(number) - 1.0, float(math.floor(number)), float(math.ceil(number)), math.ceil(number) + 1.0)}
    yield from (number for number in sorted(found) if low <= number <= high)
