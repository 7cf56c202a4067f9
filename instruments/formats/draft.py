"""A questionnaire while it is read from another tool's file: texts, keys, sections, items and what was lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from instruments.formats.loss import LossLog
from instruments.formats.markup import plain_text
from instruments.formats.wordings import spoken
from instruments.instrument_checks import MAX_KEY_LENGTH, RESERVED_KEYS
from instruments.schema import MISSING_CODES, AnswerScale, Item, Quota, ScalePoint, Screen, Section, Text

AUDIENCE = "respondent"     # other tools do not say whom a questionnaire asks
LOST = "…"                  # stands where a text named what cannot be shown
MOST_SCALE_POINTS = 21      # a finer scale is asked as a number
# Takes the place, a text that may hold marks of the other tool, and the language; returns it with our `${key}`.
Pipe = Callable[[str, str, str], str]
Plain = Callable[[str], tuple[str, tuple[str, ...]]]


def no_pipe(_place: str, text: str, _language: str) -> str:
    """Return the text as it is."""
    return text


@dataclass
class Draft:
    """What a reader has found so far."""

    languages: tuple[str, ...]
    log: LossLog = field(default_factory=LossLog)
    sections: list[Section] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    scales: dict[str, AnswerScale] = field(default_factory=dict)
    screens: list[Screen] = field(default_factory=list)
    quotas: list[Quota] = field(default_factory=list)
    to_plain: Plain = plain_text
    pipe: Pipe = no_pipe

    def __post_init__(self) -> None:
        self._keys: set[str] = {key.lower() for key in RESERVED_KEYS}
        self._section_keys: set[str] = set()
        self._filled: dict[str, int] = {}
        self._english: dict[str, list[str]] = {}

    @property
    def base(self) -> str:
        """The language in which the questionnaire was written first."""
        return self.languages[0]

    # ---- texts ------------------------------------------------------------------------------------------------------
    def text(self, place: str, raw: Mapping[str, str], fallback: str = "") -> Text:
        """Return a wording in every language: plain, with our marks for piping; a gap is filled and counted."""
        given = {}
        for language in self.languages:
            words = self._words(place, raw.get(language, ""), language)
            if words and not (words == LOST and fallback):
                given[language] = words
        if not given:
            return self.same(fallback) if fallback else {}
        source = self.base if self.base in given else next(iter(given))
        first = given[source]
        if source != self.base:
            self.log.add(place, f"it has no text in '{self.base}'", f"the text in '{source}' stands in")
        for language in self.languages:
            if language not in given:
                self._filled[language] = self._filled.get(language, 0) + 1
        return {language: given.get(language, first) for language in self.languages}

    def _words(self, place: str, text: str, language: str) -> str:
        words, lost = self.to_plain(self.pipe(place, text, language)) if text.strip() else ("", ())
        media = [entry for entry in lost if " " in entry or entry in _SHOWN]
        styles = sorted({entry for entry in lost if entry not in media})
        if styles:
            self.log.add(place, f"its text is styled ({', '.join(styles)})", "the plain words are kept")
        for entry in media:
            self.log.add(place, f"its text holds <{entry}>", "left out")
        return words

    def same(self, text: str) -> Text:
        """Return one text for every language."""
        return dict.fromkeys(self.languages, text)

    def word(self, word: str) -> Text:
        """Return a word that the other tool shows by itself, in every language."""
        found, missing = spoken(word, self.languages)
        for language in missing:
            self._english.setdefault(language, []).append(found[language])
        return found

    def note_languages(self) -> None:
        """Report what had to be filled in, language by language."""
        for language, number in self._filled.items():
            self.log.add(f"language {language}", f"{number} text(s) have no translation", "another language stands in")
        for language, words in self._english.items():
            listed = ", ".join(dict.fromkeys(words))
            self.log.add(
                f"language {language}", f"the file does not hold the words its tool shows for {listed}",
                "they are in English; please translate them")

    # ---- keys -------------------------------------------------------------------------------------------------------
    def key(self, wanted: str, place: str) -> str:
        """Return a free key for an item, the wanted one if it can be had; a change is reported."""
        base = re.sub(r"[^\w.-]+", "_", wanted.strip(), flags=re.ASCII).strip("_.-")
        if not re.match(r"[A-Za-z]", base):
            base = f"q_{base}" if base else "q"
        base = base[:MAX_KEY_LENGTH]
        found, number = base, 1
        while found.lower() in self._keys:
            number += 1
            found = f"{base[:MAX_KEY_LENGTH - len(str(number)) - 1]}_{number}"
        self._keys.add(found.lower())
        if found != wanted:
            self.log.add(place, f"its name '{wanted}' cannot name a column here or is taken", f"called {found}")
        return found

    def open_section(
        self, wanted: str, title: Text, show_if: str | None = None, *, kind: str = "questions",
        block: str | None = None, shuffle_group: str | None = None,
    ) -> str:
        """Begin a section; return its key."""
        base = re.sub(r"[^A-Za-z0-9_]+", "_", wanted).strip("_") or "page"
        key, number = base, 1
        while key in self._section_keys:
            number += 1
            key = f"{base}_{number}"
        self._section_keys.add(key)
        self.sections.append(Section(
            key, kind, title, show_if=show_if, block=block, shuffle_group=shuffle_group))
        return key

    def shuffle_ratings(self, section: str, questions: Iterable[tuple[bool, list[Item]]]) -> bool:
        """Shuffle the ratings of a section within their scales, if nothing else would move with them.

        `questions` are the items of each question and whether they are to be shuffled. A section is shuffled as a
        whole, so a question whose rows keep their order, or a condition on a row, stands against it.
        """
        runs: dict[bool, bool] = {}
        keys: set[str] = set()
        named: set[str] = set()
        for is_shuffled, items in questions:
            has_run = any(one.scale == after.scale is not None for one, after in pairwise(items))
            runs[is_shuffled] = runs.get(is_shuffled, False) or has_run
            keys.update(item.key for item in items)
            named.update(name for item in items for name in _NAMED.findall(item.show_if or ""))
        can_shuffle = runs.get(True, False) and not runs.get(False, False) and not named & keys
        if can_shuffle:
            self.sections = [
                replace(known, is_shuffled=True) if known.key == section else known for known in self.sections]
        return can_shuffle

    # ---- scales -----------------------------------------------------------------------------------------------------
    def scale(self, wanted: str, points: Iterable[tuple[int, Text]], not_applicable: Text | None = None,
              kind: str = "ordinal") -> str:
        """Return the key of a scale with these points; an equal one is used again."""
        ordered = tuple(ScalePoint(value, label) for value, label in sorted(points, key=lambda pair: pair[0]))
        for key, known in self.scales.items():
            if (known.points, known.not_applicable, known.kind) == (ordered, not_applicable, kind):
                return key
        base = re.sub(r"[^A-Za-z0-9_]+", "_", wanted).strip("_") or "scale"
        key, number = base, 1
        while key in self.scales:
            number += 1
            key = f"{base}_{number}"
        self.scales[key] = AnswerScale(key, "nps" if kind == "nps" else "ordinal", ordered, not_applicable)
        return key

    def number_scale(self, low: int, high: int, step: int = 1, ends: tuple[Text, Text] | None = None) -> str:
        """Return the key of a scale of bare numbers; `ends` are words for its first and last point."""
        values = list(range(low, high + 1, step))
        labels = {value: self.same(str(value)) for value in values}
        if ends is not None:
            for value, words in ((values[0], ends[0]), (values[-1], ends[1])):
                labels[value] = {code: f"{value} – {text}" if (text := words.get(code)) else str(value)
                                 for code in self.languages}
        name = f"scale_{low}_{high}" + (f"_{step}" if step > 1 else "")
        return self.scale(name.replace("-", "m"), labels.items())


def numbers_of_codes(codes: list[str]) -> dict[str, int]:
    """Return the number that each answer code of a scale is stored as: its own, its digits, or its place."""
    own = [int(code) for code in codes if re.fullmatch(r"-?[0-9]{1,4}", code)]
    parts = [match for code in codes if (match := _NUMBERED.fullmatch(code))]
    digits = [int(match.group(2)) for match in parts]
    for numbers, is_same in ((own, True), (digits, len({match.group(1) for match in parts}) == 1)):
        if len(set(numbers)) == len(codes) and is_same and not MISSING_CODES & set(numbers):
            return dict(zip(codes, numbers, strict=True))
    return {code: place for place, code in enumerate(codes, 1)}


_NUMBERED = re.compile(r"([A-Za-z_]*)0*([0-9]{1,4})")
_NAMED = re.compile(r"\$\{([^}]*)\}")
_SHOWN = frozenset({"img", "audio", "video", "iframe", "object", "embed", "svg", "canvas", "script", "image"})
