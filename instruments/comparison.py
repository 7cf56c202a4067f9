"""What differs between two versions of a questionnaire, and whether answers to both stay comparable.

`comparable`: nothing that an answer depends on was touched. `check`: a person has to judge (other words, other people
asked, other options). `not_comparable`: the same number or word means something else now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from instruments.codec import content_hash
from instruments.schema import CHOICE_KINDS, AnswerScale, Choice, Instrument, Item, Text
from instruments.wording_checks import frame_wordings

Judgement = Literal["comparable", "check", "not_comparable"]
Part = Literal["frame", "section", "item", "scale", "construct", "screen", "quota"]
COMPARABLE: Judgement = "comparable"
CHECK: Judgement = "check"
ORDER: Mapping[Judgement, int] = {"comparable": 0, "check": 1, "not_comparable": 2}
COUNTED = frozenset({"integer", "decimal"})     # a whole number is a decimal one too


@dataclass(frozen=True)
class Change:
    """One difference; `what` is a word of `CHANGE_WORDS`, `old` and `new` are empty where there is nothing."""

    part: Part
    key: str
    what: str
    old: str = ""
    new: str = ""
    language: str = ""
    judgement: Judgement = "comparable"
    old_version: str = ""
    new_version: str = ""


# What can be different, in words for people.
CHANGE_WORDS: Mapping[str, str] = {
    "added": "added", "removed": "removed", "moved": "moved", "wording": "other wording", "hint": "other hint",
    "kind": "other kind of item", "scale": "other scale values", "scale_wording": "other words on the scale",
    "not_applicable": "“does not apply” added, removed or reworded", "reverse": "reverse-keyed or no longer",
    "unit": "other unit", "choice_added": "choice added", "choice_removed": "choice removed",
    "choice_wording": "other wording of a choice", "choice_value": "other value, same wording: recoded",
    "choice_conflict": "choices exchanged their meaning", "choice_marks": "other marks of a choice",
    "condition": "other condition", "constraint": "other constraint", "range": "other range",
    "calculation": "other calculation", "default": "other default", "required": "required or no longer",
    "most": "other largest number of choices", "construct": "measures something else", "role": "other role",
    "expected": "other expected values", "display": "shown in another way", "order": "other order",
    "languages": "other languages", "option": "other setting", "consent": "other consent",
    "limit": "other limit", "files": "other kinds or sizes of file", "definition": "other definition",
}


def compare_instruments(old: Instrument, new: Instrument) -> tuple[Change, ...]:
    """Return every difference from `old` to `new`: the frame, sections, scales, constructs, items, endings."""
    found = [*_frame(old, new), *_sections(old, new), *_scales(old, new), *_constructs(old, new),
             *_items(old, new), *_endings(old, new)]
    return tuple(replace(change, old_version=old.version, new_version=new.version) for change in found)


def worst(changes: tuple[Change, ...] | list[Change]) -> Judgement:
    """Return the gravest judgement among the changes."""
    return max((change.judgement for change in changes), key=lambda judgement: ORDER[judgement], default="comparable")


def item_hash(instrument: Instrument, item: Item) -> str:
    """Return the hash of what makes an item's answers mean what they mean; equal hashes stay comparable."""
    scale = _find_scale(instrument, item)
    return content_hash({
        "key": item.key, "kind": "number" if item.kind in COUNTED else item.kind, "reverse": item.is_reverse,
        "scale": [scale.kind, [point.value for point in scale.points]] if scale else None,
        "unit": item.unit, "calculation": item.calculation if item.kind == "calculate" else None})


def wording_hash(instrument: Instrument, item: Item, languages: Collection[str]) -> str:
    """Return the hash of the words an item is answered by, in these languages: its own, and those on its scale."""
    scale = _find_scale(instrument, item)
    return content_hash({
        "text": _spoken(item.text, languages),
        "points": [_spoken(point.label, languages) for point in scale.points] if scale else None,
        "not_applicable": _spoken(scale.not_applicable or {}, languages) if scale else None})


def is_identical(instrument: Instrument, item: Item, meaning: str, wordings: Mapping[str, str]) -> bool:
    """Tell whether an item means what these hashes say, worded the same in every language both know."""
    shared = [language for language in instrument.languages if language in wordings]
    return bool(shared) and item_hash(instrument, item) == meaning and all(
        wording_hash(instrument, item, [language]) == wordings[language] for language in shared)


def _spoken(text: Text | None, languages: Collection[str]) -> dict[str, str]:
    """Return the words by language, without regard to spaces."""
    return {language: " ".join((text or {}).get(language, "").split()) for language in sorted(languages)}


def _find_scale(instrument: Instrument, item: Item) -> AnswerScale | None:
    if item.kind != "rating":
        return None
    return next((scale for scale in instrument.scales if scale.key == item.scale), None)


# ---- items ----------------------------------------------------------------------------------------------------------
def compare_items(old: Instrument, before: Item, new: Instrument, after: Item) -> list[Change]:
    """Return the differences between two wordings of one item."""
    found = [*_meaning(before, after), *_scale_of(old, before, new, after), *_choices(before, after),
             *_wordings("item", after.key, "wording", before.text, after.text, CHECK),
             *_wordings("item", after.key, "hint", before.hint or {}, after.hint or {}, COMPARABLE),
             *_fields(before, after)]
    if before.section != after.section:
        found.append(Change("item", after.key, "moved", before.section, after.section))
    return found


def _meaning(before: Item, after: Item) -> Iterator[Change]:
    if before.kind != after.kind:
        verdict: Judgement = "check" if {before.kind, after.kind} <= COUNTED else "not_comparable"
        yield Change("item", after.key, "kind", before.kind, after.kind, judgement=verdict)
    if before.is_reverse != after.is_reverse:
        yield Change("item", after.key, "reverse", _said(before.is_reverse), _said(after.is_reverse),
                     judgement="not_comparable")
    if before.unit != after.unit:
        yield Change("item", after.key, "unit", before.unit or "", after.unit or "", judgement="not_comparable")
    if before.calculation != after.calculation:
        yield Change("item", after.key, "calculation", before.calculation or "", after.calculation or "",
                     judgement="not_comparable" if after.kind == "calculate" else "check")


# Field of an item → what it is called here, and what a change of it means for the answers.
_FIELDS: tuple[tuple[str, str, Judgement], ...] = (
    ("show_if", "condition", "check"), ("constraint", "constraint", "check"), ("minimum", "range", "check"),
    ("maximum", "range", "check"), ("max_choices", "most", "check"), ("expected", "expected", "check"),
    ("default", "default", "comparable"), ("is_required", "required", "comparable"),
    ("construct", "construct", "comparable"), ("role", "role", "comparable"),
    ("accepts", "files", "check"), ("largest_mb", "files", "comparable"),
    ("appearance", "display", "comparable"), ("shuffles_choices", "display", "comparable"),
)


def _fields(before: Item, after: Item) -> Iterator[Change]:
    for name, what, verdict in _FIELDS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change("item", after.key, what, _said(old), _said(new), judgement=verdict)


def _scale_of(old: Instrument, before: Item, new: Instrument, after: Item) -> Iterator[Change]:
    one, other = _find_scale(old, before), _find_scale(new, after)
    if one is None or other is None:
        return
    if _values(one) != _values(other) or one.kind != other.kind:
        yield Change("item", after.key, "scale", _values(one), _values(other), judgement="not_comparable")


def _values(scale: AnswerScale) -> str:
    return ", ".join(str(point.value) for point in scale.points)


def choice_recodes(before: Item, after: Item) -> dict[str, str] | None:
    """Return old value → new value where only the value of a choice changed; None if meanings were exchanged.

    A choice is the same if its wording is: one that kept its wording under another value is recoded. One that kept
    its value under another wording is the same choice reworded, unless another choice has come to stand for it.
    """
    recodes: dict[str, str] = {}
    targets: set[str] = set()
    for choice in before.choices:
        value = _value_now(choice, after)
        if value in targets:
            return None
        targets.add(value)
        if value != choice.value:
            recodes[choice.value] = value
    return recodes


def _value_now(choice: Choice, after: Item) -> str:
    by_value = next((other for other in after.choices if other.value == choice.value), None)
    if by_value is not None and _same_words(choice.label, by_value.label):
        return choice.value
    alike = [other for other in after.choices if _same_words(choice.label, other.label)]
    return alike[0].value if len(alike) == 1 else choice.value


def _same_words(one: Text, other: Text) -> bool:
    shared = [language for language in one if language in other and one[language].strip()]
    return bool(shared) and all(one[language].split() == other[language].split() for language in shared)


def _choices(before: Item, after: Item) -> Iterator[Change]:
    if not {before.kind, after.kind} <= CHOICE_KINDS or before.kind != after.kind:
        return
    recodes = choice_recodes(before, after)
    if recodes is None:
        yield Change("item", after.key, "choice_conflict", _listed(before), _listed(after), judgement="not_comparable")
        return
    now = {choice.value: choice for choice in after.choices}
    kept = {recodes.get(choice.value, choice.value): choice for choice in before.choices}
    for value, choice in kept.items():
        yield from _choice(after.key, choice, now.get(value))
    for value, choice in now.items():
        if value not in kept:
            yield Change("item", after.key, "choice_added", "", _words(choice), judgement="check")
    shared = [choice.value for choice in before.choices if choice.value in now]
    if shared != [choice.value for choice in after.choices if choice.value in set(shared)]:
        yield Change("item", after.key, "order", _listed(before), _listed(after))


def _choice(key: str, before: Choice, after: Choice | None) -> Iterator[Change]:
    if after is None:
        yield Change("item", key, "choice_removed", _words(before), judgement="check")
        return
    if before.value != after.value:
        yield Change("item", key, "choice_value", before.value, after.value)
    yield from _wordings("item", key, "choice_wording", before.label, after.label, CHECK)
    if before.show_if != after.show_if:
        yield Change("item", key, "condition", before.show_if or "", after.show_if or "", judgement="check")
    marks = [", ".join(name for name in ("is_exclusive", "has_text", "is_missing", "is_fixed") if getattr(one, name))
             for one in (before, after)]
    if marks[0] != marks[1]:
        verdict: Judgement = "check" if before.is_missing != after.is_missing else "comparable"
        yield Change("item", key, "choice_marks", f"{before.value}: {marks[0]}", f"{after.value}: {marks[1]}",
                     judgement=verdict)


def _listed(item: Item) -> str:
    return ", ".join(choice.value for choice in item.choices)


def _words(choice: Choice) -> str:
    return f"{choice.value}: {next(iter(choice.label.values()), '')}"


def _items(old: Instrument, new: Instrument) -> Iterator[Change]:
    before = {item.key: item for item in old.items}
    after = {item.key: item for item in new.items}
    for key, item in after.items():
        if key in before:
            yield from compare_items(old, before[key], new, item)
        else:
            yield Change("item", key, "added", "", _first(item.text))
    for key, item in before.items():
        if key not in after:
            yield Change("item", key, "removed", _first(item.text), judgement="check")
    yield from _order("item", [key for key in before if key in after], [key for key in after if key in before])


def _order(part: Part, before: list[str], after: list[str]) -> Iterator[Change]:
    if before != after:
        yield Change(part, "", "order", " ".join(before), " ".join(after))


def _first(text: Text) -> str:
    return next(iter(text.values()), "")


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")


def _wordings(part: Part, key: str, what: str, before: Text, after: Text, judgement: Judgement) -> Iterator[Change]:
    """Yield one change per language both versions have; a language that came or went is told once, of the frame."""
    for language in {**before, **after}:
        old, new = before.get(language, ""), after.get(language, "")
        if old != new and not (language not in before and before) and not (language not in after and after):
            yield Change(part, key, what, old, new, language, judgement)


# ---- everything else ------------------------------------------------------------------------------------------------
_SETTINGS = ("audience", "allow_skip", "estimated_minutes", "has_progress", "has_speed_prompt")


def _frame(old: Instrument, new: Instrument) -> Iterator[Change]:
    if old.languages != new.languages:
        yield Change("frame", "", "languages", ", ".join(old.languages), ", ".join(new.languages))
    texts = {where: text for where, text, _ in frame_wordings(old)}
    for where, text, _ in frame_wordings(new):
        if where.startswith(("screen ", "quota ")):
            continue        # told with the screens and quotas
        verdict: Judgement = "check" if where.startswith("consent") else "comparable"
        yield from _wordings("frame", where, "wording", texts.get(where, {}), text, verdict)
    for name in ("consent", "link_consent"):
        one, other = getattr(old, name), getattr(new, name)
        states = ["none" if it is None else "required" if it.is_required else "asked" for it in (one, other)]
        if states[0] != states[1]:
            yield Change("frame", name, "consent", states[0], states[1], judgement="check")
    for name in _SETTINGS:
        if getattr(old, name) != getattr(new, name):
            yield Change("frame", name, "option", _said(getattr(old, name)), _said(getattr(new, name)))


def _sections(old: Instrument, new: Instrument) -> Iterator[Change]:
    before = {section.key: section for section in old.sections}
    after = {section.key: section for section in new.sections}
    for key, section in after.items():
        was = before.get(key)
        if was is None:
            yield Change("section", key, "added", "", _first(section.title))
            continue
        yield from _wordings("section", key, "wording", was.title, section.title, COMPARABLE)
        if was.show_if != section.show_if:
            yield Change("section", key, "condition", was.show_if or "", section.show_if or "", judgement="check")
        shown = [(one.kind, one.is_shuffled, one.block, one.shuffle_group) for one in (was, section)]
        if shown[0] != shown[1]:
            yield Change("section", key, "display", _said(tuple(filter(None, shown[0]))),
                         _said(tuple(filter(None, shown[1]))))
    for key, section in before.items():
        if key not in after:
            yield Change("section", key, "removed", _first(section.title))
    yield from _order("section", [key for key in before if key in after], [key for key in after if key in before])


def _scales(old: Instrument, new: Instrument) -> Iterator[Change]:
    before = {scale.key: scale for scale in old.scales}
    for scale in new.scales:
        was = before.get(scale.key)
        if was is None:
            yield Change("scale", scale.key, "added", "", _values(scale))
            continue
        if _values(was) != _values(scale) or was.kind != scale.kind:
            yield Change("scale", scale.key, "scale", _values(was), _values(scale), judgement="not_comparable")
        labels = {point.value: point.label for point in was.points}
        for point in scale.points:
            if point.value in labels:
                yield from _wordings("scale", scale.key, "scale_wording", labels[point.value], point.label, CHECK)
        yield from _wordings("scale", scale.key, "not_applicable", was.not_applicable or {},
                             scale.not_applicable or {}, CHECK)
    for key in before.keys() - {scale.key for scale in new.scales}:
        yield Change("scale", key, "removed", _values(before[key]))


def _constructs(old: Instrument, new: Instrument) -> Iterator[Change]:
    before = {construct.key: construct for construct in old.constructs}
    for construct in new.constructs:
        was = before.get(construct.key)
        if was is None:
            yield Change("construct", construct.key, "added", "", _first(construct.name))
        elif was != construct:
            yield Change("construct", construct.key, "definition", _first(was.definition), _first(construct.definition))
    for key in before.keys() - {construct.key for construct in new.constructs}:
        yield Change("construct", key, "removed", _first(before[key].name))


def _endings(old: Instrument, new: Instrument) -> Iterator[Change]:
    names: tuple[tuple[Part, str], ...] = (("screen", "screens"), ("quota", "quotas"))
    for part, name in names:
        before = {rule.key: rule for rule in getattr(old, name)}
        after = {rule.key: rule for rule in getattr(new, name)}
        for key, rule in after.items():
            was = before.get(key)
            if was is None:
                yield Change(part, key, "added", "", rule.condition, judgement="check")
                continue
            if was.condition != rule.condition:
                yield Change(part, key, "condition", was.condition, rule.condition, judgement="check")
            if getattr(was, "limit", None) != getattr(rule, "limit", None):
                yield Change(part, key, "limit", str(was.limit), str(rule.limit), judgement="check")
            yield from _wordings(part, key, "wording", was.message, rule.message, COMPARABLE)
        for key in before.keys() - after.keys():
            yield Change(part, key, "removed", before[key].condition, judgement="check")
