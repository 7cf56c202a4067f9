"""What a sample interview holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from instruments.schema import Text


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
