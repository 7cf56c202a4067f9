"""Places of a comment that may name a person: found with high recall, judged by a researcher.

Nothing is decided here. A name that is missed is read by coders, a word that is no name costs a look: so doubtful
places are taken. Four ways of its own lead to a place: a surname with a title (王经理, 老陈, Mr Smith), a surname with
a usual given name (张伟), an office that one person holds (行长), and the names the study knows (roster, log,
accounts). What the reader of transcripts takes for a name counts too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from surveyapp.services.name_lists import (
    AFTER_NAMES,
    CHINESE_OFFICES,
    DOUBLE_SURNAMES,
    ENGLISH_OFFICES,
    GIVEN,
    NO_FAMILIAR,
    NO_NAMES,
    NO_PEOPLE,
    NO_TITLES,
    SURNAMES,
    TITLES,
)
from surveyapp.services.person_names import find_names
from surveyapp.services.private_numbers import find_private_numbers

TITLE, FULL_NAME, OFFICE, KNOWN = "title", "full_name", "office", "known_name"
_SIDE = f"(?:{'|'.join(DOUBLE_SURNAMES)}|[{SURNAMES}])"
_TITLED = re.compile(f"{_SIDE}(?:{'|'.join(TITLES)})")
_TITLE = re.compile("|".join(title for title in TITLES if len(title) > 1))
_FAMILIAR = re.compile(f"[老小阿][{SURNAMES}](?![板户师区事时家商本型额微心组])")
_NAMED = re.compile(f"(?:{'|'.join(DOUBLE_SURNAMES)}|[{SURNAMES}])[\u4e00-\u9fff]{{1,2}}")
_SAID = re.compile(
    r"(?:叫|姓|感谢|表扬|投诉|找|换成|联系人(?:是)?)[:：]?(?P<name>[\u4e00-\u9fff]{2,3}(?=[，。、；！？\s]|$))")
# Not the edge of a word: Chinese signs stand right beside English names, and are letters too.
_FROM, _TO = "(?<![A-Za-z])", "(?![A-Za-z])"
_CAPITAL = r"[A-ZÀ-Þ][A-Za-zÀ-ÿ'’\-]+"
_ENGLISH_TITLE = re.compile(
    rf"{_FROM}(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Manager|Director|President|Comrade)\.?\s+{_CAPITAL}")
_ENGLISH_NAME = re.compile(rf"{_FROM}{_CAPITAL}\s+(?:[A-Z]\.?\s+)?{_CAPITAL}")
_NAMED_BY = re.compile(
    rf"{_FROM}(?:named|called|ask|thank|thanks to|colleague|boss|by)\s+(?P<name>{_CAPITAL})")
_ENGLISH_OFFICE = re.compile(f"{_FROM}(?:{'|'.join(ENGLISH_OFFICES)}){_TO}", re.IGNORECASE)
_CHINESE_OFFICE = re.compile("|".join(CHINESE_OFFICES))
_HAN = re.compile(r"[\u4e00-\u9fff]")
SHORTEST_KNOWN = 2          # signs of a Chinese name
SHORTEST_LATIN = 3          # letters of a part of a name


@dataclass(frozen=True)
class Mark:
    """A place of a text that may name a person or hold a private number; half-open, in code points."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class KnownNames:
    """Names the study knows; where one of them stands in a comment is looked up by length, not tried one by one."""

    names: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> KnownNames:
        """Return the names to look for: whole names, and of Latin ones each part."""
        found: set[str] = set()
        for name in names:
            words = name.strip()
            if _HAN.search(words):
                found.update(part for part in re.findall(r"[\u4e00-\u9fff·]+", words) if len(part) >= SHORTEST_KNOWN)
            else:
                found.update(part.casefold() for part in re.findall(r"[^\W\d_]+", words) if len(part) >= SHORTEST_LATIN)
        return cls(frozenset(found))

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(name) for name in self.names if _HAN.search(name)}, reverse=True))

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where a known name stands."""
        for length in self.lengths:
            for start in range(len(text) - length + 1):
                if text[start:start + length] in self.names:
                    yield start, start + length
        for word in re.finditer(r"[^\W\d_]+", text):
            if word[0].casefold() in self.names and word[0][:1].isupper():
                yield word.span()


NOBODY = KnownNames(frozenset())


def find_person_marks(text: str, known: KnownNames = NOBODY) -> tuple[Mark, ...]:
    """Return the places that may name a person or hold a private number, in order; overlapping ones are one."""
    found = [Mark(number.start, number.end, number.kind) for number in find_private_numbers(text)]
    found += [Mark(start, end, KNOWN) for start, end in known.places(text)]
    found += [Mark(*place, TITLE) for place in _titled(text)]
    found += [Mark(*place, FULL_NAME) for place in _full_names(text)]
    found += [Mark(*place, FULL_NAME) for name in find_names(text) for place in name.places
              if name.words not in NO_NAMES | NO_TITLES and not NO_PEOPLE.intersection(name.words.casefold().split())]
    for pattern in (_ENGLISH_OFFICE, _CHINESE_OFFICE):
        found += [Mark(*match.span(), OFFICE) for match in pattern.finditer(text)]
    return tuple(_merged(found))


def proposed_words(text: str, marks: Iterable[Mark]) -> str:
    """Return the text with every mark replaced by a word for anybody; a proposal that a person may change."""
    for mark in sorted(marks, key=lambda mark: -mark.start):
        is_chinese = bool(_HAN.search(text))
        word = ("〔某同事〕" if is_chinese else "[name]") if mark.kind in (TITLE, FULL_NAME, KNOWN) else (
            ("〔某领导〕" if is_chinese else "[a manager]") if mark.kind == OFFICE else
            ("〔号码〕" if is_chinese else "[number]"))
        text = text[:mark.start] + word + text[mark.end:]
    return text


def _titled(text: str) -> Iterator[tuple[int, int]]:
    for match in _TITLED.finditer(text):
        if match[0] not in NO_TITLES:
            yield match.span()
    for match in _FAMILIAR.finditer(text):
        if match[0] not in NO_FAMILIAR:
            yield match.span()
    for match in _ENGLISH_TITLE.finditer(text):
        yield match.span()


def _full_names(text: str) -> Iterator[tuple[int, int]]:
    for start in range(len(text)):
        match = _NAMED.match(text, start)
        if match is not None and (end := _name_end(text, *match.span())):
            title = _TITLE.match(text, end)
            yield start, title.end() if title else end
    for pattern in (_SAID, _NAMED_BY):
        for found in pattern.finditer(text):
            is_name = (found["name"].casefold() not in NO_PEOPLE if pattern is _NAMED_BY else
                       _is_given(found["name"][-1]) or found["name"][0] in SURNAMES)
            if is_name:
                yield found.span("name")
    for found in _ENGLISH_NAME.finditer(text):
        if not NO_PEOPLE.intersection(found[0].casefold().split()):
            yield found.span()


def _name_end(text: str, start: int, end: int) -> int:
    """Return where a surname with one or two usual signs of given names ends, 0 where there is none."""
    family = 2 if text[start:start + 2] in DOUBLE_SURNAMES else 1
    given = text[start + family:min(end, start + family + 2)]
    if len(given) > 1 and all(map(_is_given, given)) and text[start:start + 2] not in NO_NAMES:
        return start + family + 2
    is_short = _is_given(given[:1]) and text[start:start + family + 1] not in NO_NAMES | NO_TITLES
    is_head = start == 0 or not _HAN.match(text[start - 1])
    return start + family + 1 if is_short and (is_head or not _goes_on(text, start + family + 1)) else 0


def _goes_on(text: str, at: int) -> bool:
    """Return whether a short name would stand inside a longer word: no end and no word of speech follows."""
    return at < len(text) and bool(_HAN.match(text[at])) and text[at] not in AFTER_NAMES


def _is_given(sign: str) -> bool:
    return bool(sign) and sign in GIVEN


def _merged(marks: list[Mark]) -> Iterator[Mark]:
    held: Mark | None = None
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if held is not None and mark.start < held.end:
            held = Mark(held.start, max(held.end, mark.end), held.kind)
            continue
        if held is not None:
            yield held
        held = mark
    if held is not None:
        yield held
