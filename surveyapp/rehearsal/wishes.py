"""Which answers lead down a branch: read from the conditions, so that a rehearsal finds every one on purpose.

A wish maps item keys to the values that make a condition true. A condition with `or` gives several wishes; what stands
before it in the way (the condition of the section, of the items it names) is wished for too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from instruments.logic import parse
from instruments.schema import Instrument, Item

Wish = dict[str, str]
Tree = list[Any]
MOST_WISHES = 12        # of one condition; more are ways to the same place
DEEPEST = 6             # conditions in a row; a questionnaire of more levels is walked at random there
_NEIGHBOURS: Mapping[str, float] = {">": 1.0, ">=": 0.0, "<": -1.0, "<=": 0.0}
_TURNED: Mapping[str, str] = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def wishes_for(instrument: Instrument) -> list[Wish]:
    """Return wishes that together lead to every section, item, choice, screen and quota with a condition."""
    found: list[Wish] = []
    for condition, around in _conditions(instrument):
        for wish in islice(_with_way(instrument, condition, around, DEEPEST), MOST_WISHES):
            if wish and wish not in found:
                found.append(wish)
    return found


def _conditions(instrument: Instrument) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each condition with those it stands under."""
    of_section = {section.key: section.show_if for section in instrument.sections}
    for section in instrument.sections:
        if section.show_if:
            yield section.show_if, ()
    for item in instrument.items:
        around = tuple(filter(None, (of_section.get(item.section),)))
        if item.show_if:
            yield item.show_if, around
        for choice in item.choices:
            if choice.show_if:
                yield choice.show_if, (*around, *filter(None, (item.show_if,)))
    yield from ((screen.condition, ()) for screen in instrument.screens)
    yield from ((quota.condition, ()) for quota in instrument.quotas)


def _with_way(instrument: Instrument, condition: str, around: tuple[str, ...], depth: int) -> Iterator[Wish]:
    options = [list(islice(_ways(parse(text)), MOST_WISHES)) or [{}] for text in (condition, *around)]
    for chosen in product(*options):
        wish: Wish = {}
        for part in reversed(chosen):
            wish.update(part)
        yield _reachable(instrument, wish, depth)


def _reachable(instrument: Instrument, wish: Wish, depth: int) -> Wish:
    """Return the wish with what makes its own items shown."""
    if depth == 0:
        return wish
    whole: Wish = {}
    for key in wish:
        if not instrument.has_item(key):
            continue
        item = instrument.item(key)
        section = next((section for section in instrument.sections if section.key == item.section), None)
        for text in filter(None, (item.show_if, section.show_if if section else None)):
            first = next(_ways(parse(text)), {})
            if not first.keys() <= wish.keys():
                whole.update(_reachable(instrument, first, depth - 1))
    return {**whole, **wish}


def _ways(tree: Tree) -> Iterator[Wish]:
    """Yield wishes under which a condition is likely true; nothing where it cannot be read off."""
    if tree[0] == "binary" and tree[1] == "or":
        yield from _ways(tree[2])
        yield from _ways(tree[3])
    elif tree[0] == "binary" and tree[1] == "and":
        right = list(islice(_ways(tree[3]), MOST_WISHES)) or [{}]
        for left in islice(_ways(tree[2]), MOST_WISHES):
            yield from ({**left, **more} for more in right)
    elif (atom := _atom(tree)) is not None:
        yield atom


def _atom(tree: Tree) -> Wish | None:
    if tree[0] == "call" and tree[1] == "selected" and tree[2][0][0] == "item" and tree[2][1][0] == "string":
        return {tree[2][0][1]: tree[2][1][1].strip()}
    if tree[0] != "binary":
        return None
    operator, left, right = tree[1:]
    if right[0] == "item" and left[0] != "item":
        operator, left, right = _TURNED.get(operator, operator), right, left
    if left[0] != "item" or right[0] not in ("string", "number"):
        return None
    if operator == "=":
        return {left[1]: _text(right[1])}
    if operator in _NEIGHBOURS and right[0] == "number":
        return {left[1]: _text(right[1] + _NEIGHBOURS[operator])}
    return None


def _text(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return str(value).strip()


def wished_values(item: Item, wish: Wish) -> list[str]:
    """Return the values that a wish names for an item, as a form spells them."""
    return wish[item.key].split() if item.key in wish and item.choices else [wish[item.key]] if item.key in wish else []
