"""The last step of reading another tool's file: the model is held to our numbered checks.

What breaks a rule of the expression language is taken out with a notice, because a condition that cannot be judged
would keep the whole questionnaire out. Everything else must be sound already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from instruments.checks import check_instrument
from instruments.errors import CheckFailed, FileFormatError, Finding
from instruments.formats.draft import AUDIENCE, LOST, Draft
from instruments.formats.loss import LossLog, LossReport
from instruments.order import SectionOrder
from instruments.schema import Choice, Instrument, Item, Quota, Screen, Section, Text

MOST_ROUNDS = 12        # each round takes at least one broken expression out of a circle
_LOGIC = re.compile(r"INS-1\d\d|INS-028")
_ITEM = re.compile(r"item (?P<item>\S+?)(?:, choice (?P<choice>\S+))?, (?P<field>show_if|constraint|calculation)\b")
_OTHER = re.compile(r"(?P<noun>section|screen|quota|item) (?P<key>[^\s,]+)")
_PIPE = re.compile(r"\$\{\s*([^}\s]*)\s*\}")
_DONE = {
    "show_if": "shown to everybody", "constraint": "any answer is allowed", "calculation": "it stays empty",
    "screen": "nobody is screened out by it", "quota": "the quota is left out",
}


def finish(draft: Draft, place: str, **head: Any) -> tuple[Instrument, LossReport]:
    """Return the sound questionnaire of a draft and what did not pass unchanged."""
    used = {item.section for item in draft.items}
    for section in draft.sections:
        if section.key not in used:
            draft.log.add(f"section {section.key}", "it holds no item", "left out")
    order = {section.key: number for number, section in enumerate(draft.sections)}
    items = sorted(draft.items, key=lambda item: order[item.section])
    if not any(item.kind not in ("note", "hidden", "calculate") for item in items):
        raise FileFormatError(
            place, "the file holds no question that can be asked here.", "Choose a file with at least one question.")
    draft.note_languages()
    instrument = Instrument(
        audience=AUDIENCE, languages=draft.languages, items=tuple(items), scales=tuple(draft.scales.values()),
        sections=tuple(section for section in draft.sections if section.key in used),
        screens=tuple(draft.screens), quotas=tuple(draft.quotas), **head)
    instrument = _without_broken_pipes(instrument, draft.log)
    return without_broken_logic(instrument, draft.log, place), draft.log.report()


# ---- expressions ----------------------------------------------------------------------------------------------------
def without_broken_logic(instrument: Instrument, log: LossLog, place: str) -> Instrument:
    """Return the questionnaire without expressions that break a rule; CheckFailed when anything else does."""
    errors: tuple[Finding, ...] = ()
    for _ in range(MOST_ROUNDS):
        errors = tuple(finding for finding in check_instrument(instrument, "") if finding.is_error)
        changed = instrument
        for finding in errors:
            if _LOGIC.fullmatch(finding.number):
                changed = _without(changed, finding, log)
        if changed is instrument:
            break
        instrument = changed
    if errors:
        raise CheckFailed(place, errors)
    return instrument


def _without(instrument: Instrument, finding: Finding, log: LossLog) -> Instrument:
    at = _ITEM.search(finding.place)
    if at is not None:
        return _without_of_item(instrument, at["item"], at["choice"], at["field"], finding, log)
    other = _OTHER.search(finding.place)
    if other is None:
        return instrument
    noun, key = other["noun"], other["key"]
    if noun == "section":
        return replace(instrument, sections=tuple(
            _without_condition(section, f"section {key}", finding, log) if section.key == key else section
            for section in instrument.sections))
    if noun == "item":      # it depends on itself in a circle
        return _without_circle(instrument, key, finding, log)
    rules: tuple[Screen | Quota, ...] = (*instrument.screens, *instrument.quotas)
    for rule in rules:
        if rule.key == key:
            _note(rule.condition, f"{noun} {key}", noun, finding, log)
    return replace(
        instrument, screens=tuple(rule for rule in instrument.screens if rule.key != key),
        quotas=tuple(rule for rule in instrument.quotas if rule.key != key))


Governed = TypeVar("Governed", Section, Choice)


def _without_condition(governed: Governed, place: str, finding: Finding, log: LossLog) -> Governed:
    _note(governed.show_if, place, "show_if", finding, log)
    return replace(governed, show_if=None)


def _note(text: str | None, place: str, field: str, finding: Finding, log: LossLog) -> None:
    if text is not None:
        log.add(place, f"the expression [{text}] cannot be judged here ({finding.number}: {finding.reason})",
                _DONE[field])


def _without_of_item(
    instrument: Instrument, key: str, value: str | None, field: str, finding: Finding, log: LossLog,
) -> Instrument:
    def changed(item: Item) -> Item:
        if item.key != key:
            return item
        if value is None:
            return _without_field(item, field, finding, log)
        return replace(item, choices=tuple(
            _without_condition(choice, f"item {key}, choice {value}", finding, log) if choice.value == value else choice
            for choice in item.choices))

    return replace(instrument, items=tuple(changed(item) for item in instrument.items))


def _without_field(item: Item, field: str, finding: Finding, log: LossLog) -> Item:
    _note(getattr(item, field), f"item {item.key}", field, finding, log)
    changes: dict[str, Any] = {field: None}
    if field == "constraint":
        changes["constraint_message"] = None
    if field == "calculation" and item.kind == "calculate":
        changes["kind"] = "hidden"
    return replace(item, **changes)


def _without_circle(instrument: Instrument, key: str, finding: Finding, log: LossLog) -> Instrument:
    for item in instrument.items:
        if item.key == key:
            field = "calculation" if item.calculation else "show_if"
            return _without_of_item(instrument, key, None, field, finding, log)
    return instrument


# ---- piping ---------------------------------------------------------------------------------------------------------
def _without_broken_pipes(instrument: Instrument, log: LossLog) -> Instrument:
    pipes = _Pipes(instrument, log)
    items = tuple(pipes.checked(item) if _pipes(item) else item for item in instrument.items)

    def plain(place: str, text: Text) -> Text:
        return {language: _PIPE.sub(lambda match: _no_pipe(match, place, log), words)
                for language, words in text.items()}

    sections = tuple(
        replace(section, title=plain(f"section {section.key}", section.title)) for section in instrument.sections)
    return replace(
        instrument, items=items, sections=sections, title=plain("title", instrument.title),
        intro=plain("introduction", instrument.intro), completion=plain("text at the end", instrument.completion))


def _pipes(item: Item) -> bool:
    return any("${" in words for text in _texts(item) for words in text.values())


def _texts(item: Item) -> Iterator[Text]:
    yield item.text
    yield item.hint or {}
    for choice in item.choices:
        yield choice.label


def _no_pipe(match: re.Match[str], place: str, log: LossLog) -> str:
    log.add(place, f"its text shows the answer of {match.group(1)}, which only items do", f"'{LOST}' stands there")
    return LOST


class _Pipes:
    """Takes answers out of the texts of items where they cannot be shown, or are not known yet."""

    def __init__(self, instrument: Instrument, log: LossLog) -> None:
        self._items = {item.key: item for item in instrument.items}
        self._order, self._log = SectionOrder(instrument), log

    def checked(self, item: Item) -> Item:
        """Return the item with the answers that its texts may show."""
        place = f"item {item.key}"
        return replace(
            item, text=self._text(item, place, item.text),
            hint=self._text(item, f"{place}, hint", item.hint) if item.hint else None,
            choices=tuple(
                replace(choice, label=self._text(item, f"{place}, choice {choice.value}", choice.label))
                for choice in item.choices))

    def _text(self, item: Item, place: str, text: Text) -> Text:
        return {language: _PIPE.sub(lambda match: self._shown(match, item, place), words)
                for language, words in text.items()}

    def _shown(self, match: re.Match[str], item: Item, place: str) -> str:
        named = self._items.get(match.group(1))
        if named is None or not named.stores_answer:
            why = "has no answer here"
        elif named.kind in ("calculate", "hidden") or named.section == item.section or self._order.is_before(
                named.section, item.section):
            return match.group(0)
        else:
            why = "is asked later"
        self._log.add(place, f"its text shows '{match.group(1)}', which {why}", f"'{LOST}' stands there")
        return LOST
