"""The rules of a questionnaire's way: screens, quotas, blocks, shuffling, repeated answers, length (INS-026 on)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from instruments.duration import LONGEST_QUESTIONNAIRE_S, section_seconds, total_seconds
from instruments.errors import Finding
from instruments.order import SectionOrder
from instruments.schema import (
    CHOICE_KINDS,
    MOST_MB,
    UPLOAD_KINDS,
    USUAL_MB,
    Instrument,
    Item,
    Quota,
    Screen,
    Section,
)
from instruments.short_form import short_form, short_form_seconds
from instruments.wording_checks import instrument_wordings, item_wordings

FLOW_RULES: Mapping[str, str] = {
    "INS-026": "Every screen and quota has a key of its own, of letters, digits, _ . - only.",
    "INS-027": "The limit of a quota is at least 1.",
    "INS-028": "The condition of a screen or quota names an item.",
    "INS-029": "The sections of a block stand together and share one shuffle group.",
    "INS-030": "A shuffle group holds at least two blocks. (warning)",
    "INS-031": "Only the choices of a single, multiple or ranking item are shuffled; a warning where fewer than two of "
               "them may change places.",
    "INS-032": "An answer that a wording repeats (`${KEY}`) belongs to an item that exists and stores an answer.",
    "INS-033": "A wording repeats no answer that is given after it.",
    "INS-034": "A wording repeats answers of earlier pages; one of the same page is not there yet. (warning)",
    "INS-035": "Only items, their hints and their choices repeat answers; elsewhere `${KEY}` stays as it is. (warning)",
    "INS-036": "The short form has at most 12 questions and takes at most 2 minutes. (warning)",
    "INS-037": "A questionnaire takes at most ten minutes, as estimated from its wording. (warning)",
    "INS-038": "An upload takes known kinds of file of 1 to 20 MB, without default or constraint; nothing else names "
               "kinds of file or a size.",
    "INS-039": "An upload may show who sent it. (warning)",
}
PIPE = re.compile(r"\$\{([^}]*)\}")
MOST_SHORT_QUESTIONS, LONGEST_SHORT_FORM_S = 12, 120.0      # customers at a counter: issue of the short form
_RULE_KEY = re.compile(r"[\w.-]{1,64}")
_FREE_CHOICES = 2
_UNASKED = frozenset({"note", "calculate", "hidden"})


def flow_findings(instrument: Instrument, place: str) -> Iterator[Finding]:
    """Yield what is wrong with the way through a questionnaire."""
    for check in _CHECKS:
        yield from check(instrument, place)


# ---- screens and quotas ---------------------------------------------------------------------------------------------
def _check_endings(instrument: Instrument, place: str) -> Iterator[Finding]:
    endings: tuple[tuple[str, tuple[Screen | Quota, ...]], ...] = (
        ("screen", instrument.screens), ("quota", instrument.quotas))
    times = Counter(rule.key for _, rules in endings for rule in rules)
    for noun, rules in endings:
        for rule in rules:
            here = f"{place}, {noun} {rule.key}"
            if times[rule.key] > 1 or not _RULE_KEY.fullmatch(rule.key):
                yield Finding(
                    "INS-026", here, "the key is used more than once or holds other signs.",
                    "Give each screen and quota a key of its own, of letters, digits, _ . -.")
            if not PIPE.search(rule.condition):
                yield Finding(
                    "INS-028", f"{here}, condition", "the condition names no item, so it is the same for everybody.",
                    "Name an item: `${KEY}`.", found=rule.condition)
    for quota in instrument.quotas:
        if quota.limit < 1:
            yield Finding(
                "INS-027", f"{place}, quota {quota.key}, limit", f"the limit is {quota.limit}.",
                "Write how many responses are wanted, 1 or more.")


# ---- blocks and shuffling -------------------------------------------------------------------------------------------
def _check_blocks(instrument: Instrument, place: str) -> Iterator[Finding]:
    runs = [(key, tuple(sections)) for key, sections in groupby(instrument.sections, key=_block_of)]
    times = Counter(key for key, _ in runs)
    for block in [key for key, number in times.items() if number > 1]:
        yield Finding(
            "INS-029", f"{place}, block {block}", "its sections do not stand together.",
            "Move them next to each other, or give the second part a name of its own.")
    for _, sections in runs:
        groups = {section.shuffle_group for section in sections}
        if len(groups) > 1:
            listed = ", ".join(section.key for section in sections)
            yield Finding(
                "INS-029", f"{place}, block {sections[0].block}", f"its sections ({listed}) have different shuffle"
                " groups.", "Give all of them the same one.")
    members = Counter(sections[0].shuffle_group for _, sections in runs if sections[0].shuffle_group)
    for group in [group for group, number in members.items() if number == 1]:
        yield Finding(
            "INS-030", f"{place}, shuffle group {group}", "it holds one block, which has nothing to exchange places"
            " with.", "Add another block to the group, or take the group out.", is_error=False)


def _block_of(section: Section) -> str:
    return section.block or f"(section {section.key})"


def _check_shuffled_choices(instrument: Instrument, place: str) -> Iterator[Finding]:
    for item in instrument.items:
        here = f"{place}, item {item.key}"
        if item.shuffles_choices and item.kind not in CHOICE_KINDS:
            yield Finding(
                "INS-031", here, f"an item of kind {item.kind} has no choices to shuffle.",
                "Remove `shuffle_choices`, or make it a single, multiple or ranking item.")
        elif item.shuffles_choices and sum(not choice.is_fixed for choice in item.choices) < _FREE_CHOICES:
            yield Finding(
                "INS-031", here, "fewer than two choices are free to change places.",
                "Remove `fixed` from some choices, or `shuffle_choices` from the item.", is_error=False)


# ---- repeated answers -----------------------------------------------------------------------------------------------
def _check_pipes(instrument: Instrument, place: str) -> Iterator[Finding]:
    order = SectionOrder(instrument)
    items = {item.key: item for item in instrument.items}
    piping = set()
    for item in instrument.items:
        for where, text, _ in item_wordings(item):
            if where.endswith("message of the constraint"):
                continue
            piping.add(where)
            for wording in text.values():
                for name in dict.fromkeys(PIPE.findall(wording)):
                    yield from _pipe(items, item, name, order, f"{place}, {where}")
    for where, text, _ in instrument_wordings(instrument):
        if where not in piping and any(PIPE.search(wording) for wording in text.values()):
            yield Finding(
                "INS-035", f"{place}, {where}", "an answer cannot be repeated here.",
                "Move `${...}` into an item or note.", is_error=False)


def _pipe(items: Mapping[str, Item], item: Item, name: str, order: SectionOrder, here: str) -> Iterator[Finding]:
    named = items.get(name)
    found = f"${{{name}}}"
    if named is None or not named.stores_answer:
        reason = f"there is no item '{name}'." if named is None else f"'{name}' is a note without an answer."
        yield Finding("INS-032", here, reason, "Correct the name, without spaces, or take it out.", found=found)
    elif named.kind in ("calculate", "hidden"):
        return          # known before the page is shown, as far as it can be
    elif named.section == item.section:
        yield Finding(
            "INS-034", here, f"'{name}' is asked on the same page.", "Move one of the two to another section.",
            is_error=False, found=found)
    elif not order.is_before(named.section, item.section):
        yield Finding(
            "INS-033", here, f"'{name}' is asked later, or may be: sections exchange places.",
            "Ask it in an earlier section.", found=found)


# ---- length ---------------------------------------------------------------------------------------------------------
def _check_length(instrument: Instrument, place: str) -> Iterator[Finding]:
    if not instrument.languages or not instrument.items:
        return
    short = [item for item in instrument.items if item.is_short and item.kind not in _UNASKED]
    form = short_form(instrument)
    longest = short_form_seconds(form) if form is not None else 0.0
    if len(short) > MOST_SHORT_QUESTIONS or longest > LONGEST_SHORT_FORM_S:
        yield Finding(
            "INS-036", place, f"the short form has {len(short)} questions and takes about {longest / 60:.1f} minutes.",
            f"Mark at most {MOST_SHORT_QUESTIONS} questions with `short: true`, of {LONGEST_SHORT_FORM_S / 60:.0f}"
            " minutes together.", is_error=False)
    seconds = {language: total_seconds(instrument, language) for language in instrument.languages}
    slowest = max(seconds, key=lambda language: seconds[language])
    if seconds[slowest] > LONGEST_QUESTIONNAIRE_S:
        pages = section_seconds(instrument, slowest)
        heaviest = max(pages, key=lambda key: pages[key])
        yield Finding(
            "INS-037", place, f"it takes about {seconds[slowest] / 60:.0f} minutes ({slowest}), most of it in section"
            f" {heaviest} ({pages[heaviest] / 60:.1f}).", "Leave items out, or split it in two.", is_error=False)


# ---- files ----------------------------------------------------------------------------------------------------------
def _check_uploads(instrument: Instrument, place: str) -> Iterator[Finding]:
    for item in instrument.items:
        here = f"{place}, item {item.key}"
        if item.kind != "upload":
            if item.accepts or item.largest_mb is not None:
                yield Finding("INS-038", here, f"an item of kind {item.kind} takes no file.",
                              "Remove `accepts` and `largest_mb`, or make it `kind: upload`.")
            continue
        strange = [kind for kind in item.accepts if kind not in UPLOAD_KINDS]
        if strange or not 1 <= (item.largest_mb or USUAL_MB) <= MOST_MB:
            yield Finding(
                "INS-038", here, f"the kind of file '{strange[0]}' is not known." if strange else
                f"files of {item.largest_mb} MB are not taken.",
                f"`accepts` names some of {', '.join(UPLOAD_KINDS)}; `largest_mb` is a whole number, 1 to {MOST_MB}.")
        if item.default or item.constraint:
            yield Finding("INS-038", here, "a file has no default and no constraint.", "Remove them.")
        yield Finding(
            "INS-039", here, "a file can show who sent it: a face, a name in a document, a voice.",
            "Ask for it anonymously only if that cannot happen, and say so in the item's hint; otherwise leave it out "
            "or publish the questionnaire as confidential or identified.", is_error=False)


_CHECKS: tuple[Callable[[Instrument, str], Iterator[Finding]], ...] = (
    _check_endings, _check_blocks, _check_shuffled_choices, _check_pipes, _check_length, _check_uploads,
)
