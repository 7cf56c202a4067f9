"""A filled-in sheet → log entry, ticks and notes by question; what has no sure place is listed, never guessed.

A note is found by the bookmark of its cell (by its content control in sheets printed before); where a program dropped
these, by the number or the words of the question it stands under. What was written elsewhere is left over, with the
question above it as a suggestion.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict

from instruments.template import Guide
from surveyapp.errors import BadInput
from surveyapp.services.coverage import STATES
from surveyapp.services.decoding import check_size, normalise
from surveyapp.services.note_sheet_document import LOG, TICK
from surveyapp.services.note_sheet_words import FORMER, LABELS, LOG_FIELDS, MODES, TICKED, folded, group_keys, is_blank
from surveyapp.services.note_taking import REST
from surveyapp.services.sheet_controls import NOTE
from surveyapp.services.text_document import read_in_child

LINES_OF_HEAD = 5
BY_CONTROL, BY_NUMBER, BY_WORDS = "control", "number", "words"
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_BOX = re.compile(r"([☐□○☑☒✓✔√■●×]|\b[xX]\b)\s*([^☐□○☑☒✓✔√■●×]+)")


@dataclass(frozen=True)
class LeftOver:
    """A paragraph without a sure place; `suggestion` is the question it stands under, "" for none."""

    text: str
    suggestion: str


@dataclass(frozen=True)
class FilledSheet:
    """What a sheet holds; `how` says for each note how its question was found, `unread` which fields made no sense."""

    notes: Mapping[str, str]
    how: Mapping[str, str]
    states: Mapping[str, str]
    log: Mapping[str, str]
    has_consent: bool
    left_over: tuple[LeftOver, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    held_on: date | None = None
    duration_min: int | None = None


@dataclass
class _Found:
    notes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    how: dict[str, str] = field(default_factory=dict)
    ticks: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    log: dict[str, str] = field(default_factory=dict)
    loose: list[LeftOver] = field(default_factory=list)
    has_consent: bool = False


def is_sheet(content: bytes, place: str, guide: Guide) -> bool:
    """Tell a sheet for notes from a transcript: by its controls, or by the line with the guide's name at its head."""
    rows = _rows(content, place)
    tags = {tag for row in rows for tag in (row["tag"], *(inner[0] for inner in row["inside"]))}
    head = [folded(row["text"]) for row in rows if row["text"].strip()][:LINES_OF_HEAD]
    return (any(tag.startswith((NOTE, TICK, LOG)) for tag in tags)
            or any(line.startswith(folded(guide.key)) for line in head))


def read_note_sheet(content: bytes, place: str, guide: Guide) -> FilledSheet:
    """Return what was filled in; BadInput where the file is no Word document or nothing was written."""
    check_size(content, place)
    rows = _rows(content, place)
    reading = _Reading(guide, frozenset(row["tag"].removeprefix(NOTE) for row in rows if row["tag"].startswith(NOTE)))
    for row in rows:
        reading.take(row["tag"], normalise(row["text"]), row["inside"])
    found = reading.found
    states, unclear = _states(found.ticks)
    log, unread = _log(found.log, guide)
    notes = {key: "\n".join(lines).strip() for key, lines in found.notes.items()}
    sheet = FilledSheet(
        {key: text for key, text in notes.items() if text}, found.how, states, log, found.has_consent,
        tuple(found.loose), (*unread, *unclear), _date(found.log.get("held_on", "")),
        _minutes(found.log.get("duration_min", "")))
    if not sheet.notes and not sheet.left_over and not states:
        raise BadInput("{place}: nothing is filled in.", "Choose the sheet with the notes.", place=place)
    return sheet


class _Row(TypedDict):
    tag: str
    text: str
    inside: list[tuple[str, str, bool]]


def _rows(content: bytes, place: str) -> list[_Row]:
    rows: list[_Row] = json.loads(read_in_child(content, "sheet", place).text)
    return rows


class _Reading:
    """Goes through the paragraphs from top to bottom and keeps under which question it is."""

    def __init__(self, guide: Guide, controlled: frozenset[str]) -> None:
        self.found, self.guide, self.controlled = _Found(), guide, controlled
        self.at, self.at_how, self.awaited = "", BY_NUMBER, ""
        self.keys = sorted((question.key for question in guide.questions), key=lambda key: -len(key))
        self.tops = tuple(folded(text) for text in
                          (guide.key + guide.version, *(words["title"] for words in LABELS.values())))
        self.texts = {folded(text): question.key for question in guide.questions for text in question.text.values()}
        self.rests = {folded(words["rest"]) for words in LABELS.values()}
        self.labels = {folded(words): name for words, name in FORMER.items()}
        self.labels |= {folded(words[name]): name for words in LABELS.values() for name in LOG_FIELDS}
        self.fixed = _fixed_words(guide)

    def take(self, tag: str, text: str, inside: list[tuple[str, str, bool]]) -> None:
        if tag.startswith(NOTE):
            self._note(tag.removeprefix(NOTE), text)
        elif any(inner.startswith((TICK, LOG)) for inner, _, _ in inside):
            for inner, said, is_on in inside:
                self._control(inner, said, is_on)
            self.awaited = ""
        elif not is_blank(text):
            self._loose(text.strip())
        elif self.at in self.found.notes and self.at not in self.controlled:
            self.found.notes[self.at].append("")        # a blank line of the notes; those at the end go

    def _note(self, key: str, text: str) -> None:
        if key != REST and key not in self.keys:
            if not is_blank(text):
                self.found.loose.append(LeftOver(text.strip(), ""))
            return
        self.found.notes[key].append("" if is_blank(text) else text)
        self.found.how[key] = BY_CONTROL

    def _control(self, tag: str, said: str, is_on: bool) -> None:
        is_ticked = is_on or said.strip() in TICKED
        if tag == f"{LOG}consent":
            self.found.has_consent = is_ticked
        elif tag.startswith(LOG) and not is_blank(said):
            self.found.log[tag.removeprefix(LOG)] = said.strip()
        elif tag.startswith(TICK) and is_ticked:
            key, _, state = tag.removeprefix(TICK).rpartition(":")
            self.found.ticks[key].append(state)

    def _loose(self, text: str) -> None:
        """Place a paragraph without a control."""
        words = folded(text)
        is_top = not self.at and words.startswith(self.tops)
        if is_top:
            self._group(words)
        if is_top or self._ticks(text) or words in self.fixed:
            return
        if self._heads(text, words) or self._is_field(text, words):
            return
        if self.at and self.at not in self.controlled:
            self.found.notes[self.at].append(text)
            self.found.how[self.at] = self.at_how
        else:
            self.found.loose.append(LeftOver(text, self.at))

    def _group(self, words: str) -> None:
        """Take the group that the sheet was printed for from the line with the guide's name."""
        group = words.removeprefix(self.tops[0])
        if words.startswith(self.tops[0]) and group:
            self.found.log["audience"] = group_keys(self.guide).get(group, group)

    def _heads(self, text: str, words: str) -> bool:
        """Tell whether the paragraph heads a question; one that begins like a heading and is none is left over."""
        key = next((key for key in self.keys if re.match(rf"{re.escape(key)}(?![0-9A-Za-z])", text)), "")
        rest = folded(text[len(key):])
        if key and (not rest or self.texts.get(rest) == key):
            self.at, self.at_how = key, BY_NUMBER
        elif words in self.texts:
            self.at, self.at_how = self.texts[words], BY_WORDS
        elif words in self.rests:
            self.at, self.at_how = REST, BY_WORDS
        elif key:
            begins = [own for said, own in self.texts.items() if own == key and rest.startswith(said)]
            self.at = key if begins else self.at
            self.found.loose.append(LeftOver(text, key if begins else self.at))
        return bool(key) or words in self.texts or words in self.rests

    def _is_field(self, text: str, words: str) -> bool:
        """Take a log field whose control was dropped: its label, then its value in the cell beside."""
        if self.at:
            return False
        if words in self.labels:
            self.awaited = self.labels[words]
            return True
        if self.awaited:
            self.found.log.setdefault(self.awaited, text)
            self.awaited = ""
            return True
        return False

    def _ticks(self, text: str) -> bool:
        """Take a line of boxes whose controls were dropped."""
        names = {folded(words[state]): state for words in LABELS.values() for state in STATES}
        names |= {folded(words["consent"]): "consent" for words in LABELS.values()}
        pairs = [(mark, names.get(folded(label))) for mark, label in _BOX.findall(text)]
        if not pairs or any(name is None for _, name in pairs):
            return False
        for mark, name in pairs:
            if mark in TICKED and name == "consent":
                self.found.has_consent = True
            elif mark in TICKED and name and self.at:
                self.found.ticks[self.at].append(name)
        return True


def _fixed_words(guide: Guide) -> set[str]:
    """Return every line that the sheet prints itself, folded; what somebody wrote is none of them."""
    said = {words[name] for words in LABELS.values() for name in ("log", "how", "probes", "consent")}
    said |= {probe for question in guide.questions for texts in question.probes for probe in texts.values()}
    for words in LABELS.values():
        said |= {words[name] + text for name, texts in (("opening", guide.opening), ("closing", guide.closing))
                 for text in texts.values()}
    return {folded(text) for text in said}


def _states(ticks: Mapping[str, list[str]]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the state of each question; two ticks say nothing for certain."""
    clear = {key: found[0] for key, found in ticks.items() if len(set(found)) == 1 and found[0] in STATES}
    return clear, [(key, " + ".join(found)) for key, found in ticks.items() if key not in clear]


def _log(said: Mapping[str, str], guide: Guide) -> tuple[dict[str, str], list[tuple[str, str]]]:
    roles = {folded(name): key for key, names in guide.roles.items() for name in (key, *names.values())}
    modes = {folded(name): key for names in MODES.values() for key, name in names.items()}
    log: dict[str, str] = {}
    unread = []
    for name, text in said.items():
        known: object = {"role": roles.get(folded(text)), "mode": modes.get(folded(text)), "held_on": _date(text),
                         "duration_min": _minutes(text)}.get(name, text)
        if known is None:
            unread.append((name, text))
        elif name not in ("held_on", "duration_min"):
            log[name] = str(known)
    return log, unread


def _date(text: str) -> date | None:
    found = _DATE.search(text)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _minutes(text: str) -> int | None:
    found = re.fullmatch(r"\s*(\d{1,4})\s*\D{0,12}", text)
    return int(found[1]) if found else None
