"""SubRip and WebVTT → text with turns; the times are kept beside the turns, not written into the words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from surveyapp.errors import BadInput
from surveyapp.services.speakers import LONGEST_SPEAKER, ParsedTurn, find_turns, with_interviewees

TIMING = re.compile(r"^\s*(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})\s*-->\s*\S+")
VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]+)>")
INLINE_TIME = re.compile(r"<\d{1,2}:\d{2}[:.][\d.:]+>")      # written by captions that roll, line by line
TAG = re.compile(r"<[^>\n]*>|\{\\[^}\n]*\}")
CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class _Cue:
    speaker: str
    words: str
    at_ms: int


def read_subtitles(text: str, place: str) -> tuple[str, tuple[ParsedTurn, ...]]:
    """Return the words of the cues as one text and its turns; BadInput where there is no cue."""
    cues = _read_cues(text)
    if INLINE_TIME.search(text):
        cues = _without_repeats(cues)
    if not cues:
        raise BadInput("{place}: there is no cue with a time line.",
                       "Look whether the file is SubRip (srt) or WebVTT (vtt); otherwise save it as txt.", place=place)
    if any(cue.speaker for cue in cues):
        return _by_voice(_joined(cues))
    return _by_paragraph(cues)


def _read_cues(text: str) -> list[_Cue]:
    cues: list[_Cue] = []
    payload: list[str] | None = None
    at_ms = 0
    for line in [*text.split("\n"), ""]:
        timing = TIMING.match(line)
        if timing or not line.strip():
            cues += _cues_of(payload, at_ms)
            payload = None
        if timing:
            hours, minutes, seconds, part = (int(number or 0) for number in timing.groups())
            at_ms, payload = ((hours * 60 + minutes) * 60 + seconds) * 1000 + part, []
        elif payload is not None:
            payload.append(line)
    return cues


def _cues_of(payload: list[str] | None, at_ms: int) -> list[_Cue]:
    """Return a cue's words by voice; a cue may hold several voices."""
    if not payload:
        return []
    pieces = VOICE.split(" ".join(line.strip() for line in payload))
    voices = ["", *(name.strip()[:LONGEST_SPEAKER] for name in pieces[1::2])]
    spoken = (_Cue(name, unescape(TAG.sub("", words)).strip(), at_ms)
              for name, words in zip(voices, pieces[0::2], strict=True))
    return [cue for cue in spoken if cue.words]


def _without_repeats(cues: list[_Cue]) -> list[_Cue]:
    """Leave out what rolling captions show again: the words of the cue before, at the start of the next one."""
    kept: list[_Cue] = []
    before = ""
    for cue in cues:
        words = f"{cue.words} ".removeprefix(f"{before} ").strip() if before else cue.words
        before = cue.words
        if words:
            kept.append(_Cue(cue.speaker, words, cue.at_ms))
    return kept


def _joined(cues: list[_Cue]) -> list[_Cue]:
    """Join cues of one speaker in a row into what they said before another spoke."""
    joined: list[_Cue] = []
    for cue in cues:
        if joined and joined[-1].speaker == cue.speaker:
            last = joined.pop()
            gap = "" if CJK.match(last.words[-1]) and CJK.match(cue.words[0]) else " "
            joined.append(_Cue(last.speaker, f"{last.words}{gap}{cue.words}", last.at_ms))
        else:
            joined.append(cue)
    return joined


def _by_voice(cues: list[_Cue]) -> tuple[str, tuple[ParsedTurn, ...]]:
    text, turns = "", []
    for cue in cues:
        label = f"{cue.speaker}: " if cue.speaker else ""
        start = len(text) + len(label)
        text += f"{label}{cue.words}\n\n"
        turns.append(ParsedTurn(cue.speaker, True, start, start + len(cue.words), cue.at_ms))
    return text, with_interviewees(text, turns)


def _by_paragraph(cues: list[_Cue]) -> tuple[str, tuple[ParsedTurn, ...]]:
    """Return one paragraph a cue; names before a colon are found as in any text."""
    text, starts = "", []
    for cue in cues:
        starts.append((len(text), cue.at_ms))
        text += f"{cue.words}\n\n"
    turns = find_turns(text)
    timed = []
    for turn in turns:
        at_ms = max((start, ms) for start, ms in starts if start <= turn.start)[1]
        timed.append(ParsedTurn(turn.speaker, turn.is_interviewee, turn.start, turn.end, at_ms))
    return text, tuple(timed)
