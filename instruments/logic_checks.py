"""The expressions of a questionnaire, held to the rules of the language (INS-101 to INS-110)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from instruments.errors import Finding, LogicError
from instruments.order import SectionOrder
from instruments.schema import Instrument, Item

CIRCLE_RULES: Mapping[str, str] = {
    "INS-110": "Conditions and calculations do not depend on themselves in a circle.",
}


def logic_findings(instrument: Instrument, place: str) -> Iterator[Finding]:
    """Yield what is wrong with the conditions, constraints and calculations of a questionnaire."""
    if not (instrument.screens or instrument.quotas or any(True for _ in _expressions(instrument))):
        return      # a questionnaire without logic does not load the language
    from instruments.logic import KnownItem, check_expression

    points = {scale.key: tuple(str(point.value) for point in scale.points) for scale in instrument.scales}
    known = {
        item.key: KnownItem(
            item.key, item.kind, tuple(choice.value for choice in item.choices) or points.get(item.scale or "", ()),
            position)
        for position, item in enumerate(instrument.items)}
    order, section_of = SectionOrder(instrument), {item.key: item.section for item in instrument.items}
    for where, text, position, self_key, section in _expressions(instrument):
        yield from check_expression(
            text, known, f"{place}, {where}", position=position, self_key=self_key,
            is_passed=_passed(order, section_of, section))
    for noun, rules in (("screen", instrument.screens), ("quota", instrument.quotas)):
        for rule in rules:      # judged when all it names has been answered, so nothing is too late for it
            yield from check_expression(rule.condition, known, f"{place}, {noun} {rule.key}, condition")
    yield from _circles(instrument, place)


def _passed(order: SectionOrder, section_of: Mapping[str, str], here: str) -> Callable[[str], bool]:
    return lambda key: section_of[key] == here or order.is_before(section_of[key], here)


Expression = tuple[str, str, int | None, str | None, str]


def _expressions(instrument: Instrument) -> Iterator[Expression]:
    """Yield place, expression, position of what it governs (None: may name any item), the item of `.`, section."""
    first: dict[str, int] = {}
    for position, item in enumerate(instrument.items):
        first.setdefault(item.section, position)
    for section in instrument.sections:
        if section.show_if is not None:
            position = first.get(section.key, len(instrument.items))
            yield f"section {section.key}, show_if", section.show_if, position, None, section.key
    shuffled = {section.key for section in instrument.sections if section.is_shuffled}
    for position, item in enumerate(instrument.items):
        start = first[item.section] if item.section in shuffled else position
        yield from _item_expressions(item, position, start)


def _item_expressions(item: Item, position: int, start: int) -> Iterator[Expression]:
    if item.show_if is not None:
        yield f"item {item.key}, show_if", item.show_if, start, None, item.section
    if item.constraint is not None:
        yield f"item {item.key}, constraint", item.constraint, position + 1, item.key, item.section
    if item.calculation is not None:
        yield f"item {item.key}, calculation", item.calculation, None, item.key, item.section
    for choice in item.choices:
        if choice.show_if is not None:
            yield f"item {item.key}, choice {choice.value}, show_if", choice.show_if, start, None, item.section


def _circles(instrument: Instrument, place: str) -> Iterator[Finding]:
    sections = {section.key: section.show_if for section in instrument.sections}
    needs = {
        item.key: _named((item.show_if, item.calculation, sections.get(item.section))) for item in instrument.items}
    left = _unsettled(needs)
    if left:
        yield Finding(
            "INS-110", f"{place}, item {left[0]}", f"it depends on itself by way of {', '.join(left[:6])}.",
            "Take one of the references out.")


def _unsettled(needs: Mapping[str, set[str]]) -> list[str]:
    """Return the items that go round in a circle, or depend on one that does."""
    open_needs = {key: {other for other in wanted if other in needs} for key, wanted in needs.items()}
    wanted_by: dict[str, list[str]] = {}
    for key, wanted in open_needs.items():
        for other in wanted:
            wanted_by.setdefault(other, []).append(key)
    ready = [key for key, wanted in open_needs.items() if not wanted]
    settled = set(ready)
    while ready:
        done = ready.pop()
        for key in wanted_by.get(done, ()):
            open_needs[key].discard(done)
            if not open_needs[key]:
                settled.add(key)
                ready.append(key)
    return [key for key in needs if key not in settled]


def _named(expressions: tuple[str | None, ...]) -> set[str]:
    from instruments.logic import parse, references

    found: set[str] = set()
    for text in expressions:
        if text is not None:
            try:
                found.update(references(parse(text)))
            except LogicError:      # reported as INS-101 already
                continue
    return found
