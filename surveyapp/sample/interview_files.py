"""Interviews of our own writing, with the codings of two coders, read from the folder `interviews`.

A quote that is not exactly one passage of its turn is refused; the format is described in `interviews/README.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from instruments.errors import InstrumentError
from instruments.schema import Text

FIRST_CODER: Final = "coder1"
SECOND_CODER: Final = "coder2"
SPEAKERS: Final = {
    "en": {"I": "Interviewer", "P": "Interviewee"},
    "zh": {"I": "访谈员", "P": "受访者"},
}
_FIELDS: Final = frozenset({
    "key", "audience", "role", "line", "tenure_band", "held_on", "duration_min", "mode", "interviewer", "language",
    "consent", "is_verbatim", "questions", "turns",
})


@dataclass(frozen=True)
class Turn:
    """What one speaker says before the other speaks."""

    speaker: str
    is_interviewee: bool
    text: str


@dataclass(frozen=True)
class SampleCoding:
    """One code on one passage by one coder; `turn` counts from 0, `edited` is the quote for print, by language."""

    coder: str
    turn: int
    quote: str
    code: str
    polarity: str = "supports"
    edited: Text = field(default_factory=dict)


@dataclass(frozen=True)
class SampleLink:
    """A passage that says that a problem exists because of a cause."""

    coder: str
    turn: int
    quote: str
    cause: str
    problem: str
    edited: Text = field(default_factory=dict)


@dataclass(frozen=True)
class SampleInterview:
    """One conversation with its codings."""

    key: str
    audience: str
    role: str
    line: str
    tenure_band: str
    held_on: date
    duration_min: int
    mode: str
    interviewer: str
    language: str
    consent: str
    is_verbatim: bool
    questions: tuple[str, ...]
    turns: tuple[Turn, ...]
    codings: tuple[SampleCoding, ...]
    links: tuple[SampleLink, ...]

    def codings_of(self, coder: str) -> tuple[SampleCoding, ...]:
        """Return what one coder coded, in the order of the turns."""
        return tuple(coding for coding in self.codings if coding.coder == coder)

    @property
    def text(self) -> str:
        """Return the transcript: one line a turn, the speaker before a colon."""
        mark = "：" if self.language == "zh" else ": "
        return "\n".join(f"{turn.speaker}{mark}{turn.text}" for turn in self.turns)


@cache
def load_interviews(folder_name: str = "") -> tuple[SampleInterview, ...]:
    """Return the interviews of one sample in the order in which they were held; each sample has its folder."""
    folder = resources.files("surveyapp.sample") / "interviews" / folder_name
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    interviews = [read_interview(file.read_text(encoding="utf-8"), file.name) for file in files]
    return tuple(sorted(interviews, key=lambda interview: (interview.held_on, interview.key)))


def read_interview(text: str, place: str) -> SampleInterview:
    """Return the interview written in `text`; InstrumentError names the turn that does not fit."""
    document = yaml.safe_load(text)
    if not isinstance(document, Mapping) or set(document) != _FIELDS:
        names = ", ".join(sorted(_FIELDS))
        raise InstrumentError(place, f"the fields must be exactly {names}.", "Add or remove fields.")
    language = document["language"]
    if language not in SPEAKERS:
        raise InstrumentError(place, f"language {language!r} is not known.", f"Use one of {', '.join(SPEAKERS)}.")
    turns = tuple(_turn(entry, language, f"{place}, turn {i}") for i, entry in enumerate(document["turns"]))
    codings: list[SampleCoding] = []
    links: list[SampleLink] = []
    for i, (turn, entry) in enumerate(zip(turns, document["turns"], strict=True)):
        here = f"{place}, turn {i}"
        codings += [_coding(FIRST_CODER, i, coding, turn, here) for coding in entry.get("codes", ())]
        codings += [_coding(SECOND_CODER, i, coding, turn, here) for coding in entry.get("second", ())]
        links += [_link(i, link, turn, here) for link in entry.get("links", ())]
    plain = {name: document[name] for name in _FIELDS - {"questions", "turns"}}
    if not isinstance(plain["held_on"], date):
        raise InstrumentError(place, "held_on is not a date.", "Write it as 2026-09-08.")
    return SampleInterview(**plain, questions=tuple(document["questions"]), turns=turns,
                           codings=tuple(codings), links=tuple(links))


def _turn(entry: Mapping[str, Any], language: str, place: str) -> Turn:
    speakers = [mark for mark in SPEAKERS[language] if mark in entry]
    if len(speakers) != 1 or set(entry) - {*speakers, "codes", "second", "links"}:
        raise InstrumentError(place, "a turn has one of I and P, and codes, second or links.", "Mend the turn.")
    text = entry[speakers[0]]
    if not isinstance(text, str) or not text.strip():
        raise InstrumentError(place, "the turn has no text.", "Write what was said, or remove the turn.")
    return Turn(SPEAKERS[language][speakers[0]], speakers[0] == "P", text.strip())


def _coding(coder: str, turn_index: int, entry: Mapping[str, str], turn: Turn, place: str) -> SampleCoding:
    return SampleCoding(coder, turn_index, _quote(entry, turn, place), entry["code"],
                        entry.get("polarity", "supports"), _edited(entry, place))


def _link(turn_index: int, entry: Mapping[str, str], turn: Turn, place: str) -> SampleLink:
    return SampleLink(FIRST_CODER, turn_index, _quote(entry, turn, place), entry["cause"], entry["problem"],
                      _edited(entry, place))


def _quote(entry: Mapping[str, str], turn: Turn, place: str) -> str:
    quote = entry["quote"]
    n_found = turn.text.count(quote)
    if n_found != 1:
        raise InstrumentError(place, f"the quote {quote!r} occurs {n_found} times in the turn.",
                              "Copy a passage that occurs exactly once.")
    return quote


def _edited(entry: Mapping[str, str], place: str) -> dict[str, str]:
    edited = {language: entry[language] for language in SPEAKERS if language in entry}
    if edited and set(edited) != set(SPEAKERS):
        raise InstrumentError(place, "an edited quote must be given in every language.", "Add the one that is missing.")
    return edited
