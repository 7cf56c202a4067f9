"""Normalised text → turns: who speaks from where to where, and who of them is being interviewed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

TIME = r"[(\[]?(?P<{name}>(?:\d{{1,2}}:)?\d{{1,2}}:\d{{2}}(?:[.,]\d{{1,3}})?)[)\]]?"
HEADING = re.compile(r"^#{1,6}[ \t]+(?P<name>[^\n]{1,60}?)[ \t]*[:：][ \t]*$", re.MULTILINE)
BOLD = re.compile(
    r"^(?:\*\*|__)(?P<name>[^*_\n]{1,60}?)[ \t]*(?:[:：][ \t]*(?:\*\*|__)|(?:\*\*|__)[ \t]*[:：])[ \t]*", re.MULTILINE)
PLAIN = re.compile(
    r"^[ \t]*(?:" + TIME.format(name="before") + r"[ \t]+)?(?P<name>[^\s:：#*\[\]<>\-][^:：\n]{0,39}?)"
    r"(?:[ \t]*" + TIME.format(name="after") + r")?[ \t]*[:：](?!//)[ \t]*", re.MULTILINE)
BRACKET = re.compile(r"^[ \t]*\[(?P<name>[^\]\d\n][^\]\n]{0,30})\][ \t]+", re.MULTILINE)
NOT_IN_A_NAME = re.compile(r"[。！？!?；;，,、“”\"《》…]|\d{5}")
MOST_WORDS_OF_A_NAME = 5
LONGEST_SPEAKER = 120                   # the column's width
QUESTION_SHARE = 0.3                    # who ends so many turns with a question mark asks rather than answers

INTERVIEWER_WORDS = frozenset({
    "i", "q", "int", "interviewer", "moderator", "host", "facilitator", "researcher", "journalist",
    "问", "問", "访", "訪", "采访者", "採訪者", "采访人", "访谈者", "訪談者", "访谈人",
    "访谈员", "访员", "訪員", "主持人", "记者", "記者",
    "研究者", "研究员", "提问",
})
INTERVIEWEE_WORDS = frozenset({
    "p", "a", "r", "ie", "participant", "respondent", "interviewee", "answer",
    "答", "受访者", "受訪者", "受访人", "被访者", "被訪者", "被访人", "访谈对象", "受访对象",
})
_SENTENCE = re.compile(r"\S[^\n]*?(?:[。！？!?…]+[”’\"'』」）)]*|\.[”’\"')]*(?=\s|$)|(?=\n|$))", re.MULTILINE)


@dataclass(frozen=True)
class ParsedTurn:
    """What one speaker said before another spoke: half-open range of code points of the words, without the label."""

    speaker: str
    is_interviewee: bool
    start: int
    end: int
    at_ms: int | None = None


@dataclass(frozen=True)
class _Label:
    name: str
    start: int
    end: int
    at_ms: int | None


def find_turns(text: str) -> tuple[ParsedTurn, ...]:
    """Return the turns of a text; without speaker labels each paragraph is a turn of the interviewee."""
    labels = _headings(text) or _bold(text) or _plain(text) or _bracketed(text)
    turns = _between(text, labels) if labels else _paragraphs(text)
    return with_interviewees(text, turns)


@lru_cache(maxsize=4096)        # turns never change, and a page shows hundreds of them again and again
def sentence_spans(words: str) -> tuple[tuple[int, int], ...]:
    """Return the half-open ranges of the sentences of a turn, in code points from the turn's start."""
    return tuple((found.start(), found.end()) for found in _SENTENCE.finditer(words))


def with_interviewees(text: str, turns: Sequence[ParsedTurn]) -> tuple[ParsedTurn, ...]:
    """Return the turns with a guess of who is interviewed; the researcher may correct it."""
    interviewees = guess_interviewees([(turn.speaker, text[turn.start:turn.end]) for turn in turns])
    return tuple(replace(turn, is_interviewee=turn.speaker in interviewees) for turn in turns)


def guess_interviewees(spoken: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the speakers who answer: known words decide, else who talks most answers and who asks does not."""
    spoken = list(spoken)
    order = list(dict.fromkeys(speaker for speaker, _ in spoken))
    if len(order) <= 1:
        return frozenset(order)
    length: Counter[str] = Counter()
    n_turns: Counter[str] = Counter()
    n_questions: Counter[str] = Counter()
    for speaker, words in spoken:
        length[speaker] += len(words)
        n_turns[speaker] += 1
        n_questions[speaker] += words.rstrip("”\"』」）) ").endswith(("?", "？"))
    asking = {name for name in order if n_questions[name] >= QUESTION_SHARE * n_turns[name]}
    candidates = [name for name in order if not _is_word(name, INTERVIEWER_WORDS)] or order
    has_known_interviewer = len(candidates) < len(order)
    # Of two who are alike in everything, the one who speaks second is taken for the interviewee.
    main = max(reversed(candidates),
               key=lambda name: (_is_word(name, INTERVIEWEE_WORDS), name not in asking, length[name]))

    def answers(name: str) -> bool:
        if name == main or _is_word(name, INTERVIEWEE_WORDS):
            return True
        return name not in asking and (has_known_interviewer or name != order[0])

    return frozenset(name for name in candidates if answers(name))


def _is_word(name: str, words: frozenset[str]) -> bool:
    return name.casefold().rstrip("0123456789一二三四五六七八九十 .") in words


def _headings(text: str) -> list[_Label]:
    return [_label(found) for found in HEADING.finditer(text)]


def _bold(text: str) -> list[_Label]:
    return _accepted(text, [_label(found) for found in BOLD.finditer(text)])


def _plain(text: str) -> list[_Label]:
    return _accepted(text, [_label(found) for found in PLAIN.finditer(text) if _could_be_a_name(found["name"])])


def _bracketed(text: str) -> list[_Label]:
    """Labels in brackets; remarks like [laughs] are told apart because every paragraph must begin with one."""
    labels = [_label(found) for found in BRACKET.finditer(text)]
    return labels if labels and len(labels) >= _n_paragraphs(text) else []


def _label(found: re.Match[str]) -> _Label:
    groups = found.groupdict()
    time = groups.get("before") or groups.get("after")
    return _Label(groups["name"].strip()[:LONGEST_SPEAKER], found.start(), found.end(), _milliseconds(time))


def _milliseconds(time: str | None) -> int | None:
    if not time:
        return None
    whole, _, part = time.replace(",", ".").partition(".")
    seconds = 0
    for number in whole.split(":"):
        seconds = seconds * 60 + int(number)
    return seconds * 1000 + int(part.ljust(3, "0") or 0)


def _could_be_a_name(name: str) -> bool:
    return not NOT_IN_A_NAME.search(name) and len(name.split()) <= MOST_WORDS_OF_A_NAME


def _accepted(text: str, labels: list[_Label]) -> list[_Label]:
    """Return the labels that name a speaker: known words, names that come back, or a file labelled throughout."""
    if labels and len(labels) >= _n_paragraphs(text):
        return labels
    count = Counter(label.name for label in labels)
    return [label for label in labels if count[label.name] > 1
            or _is_word(label.name, INTERVIEWER_WORDS | INTERVIEWEE_WORDS)]


def _n_paragraphs(text: str) -> int:
    return len(_paragraphs(text))


def _between(text: str, labels: list[_Label]) -> list[ParsedTurn]:
    """Return what stands between one label and the next; a label with nothing after it is left out."""
    ends = [label.start for label in labels[1:]] + [len(text)]
    turns = []
    for label, end in zip(labels, ends, strict=True):
        start, stop = _stripped(text, label.end, end)
        if start < stop:
            turns.append(ParsedTurn(label.name, True, start, stop, label.at_ms))
    return turns


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))


def _paragraphs(text: str) -> list[ParsedTurn]:
    """Return blocks between empty lines; where there is no empty line, each line."""
    pattern = r"\S(?:[^\n]|\n(?![ \t]*(?:\n|$)))*" if re.search(r"\S\s*\n[ \t]*\n\s*\S", text) else r"\S[^\n]*"
    spans = [_stripped(text, found.start(), found.end()) for found in re.finditer(pattern, text)]
    return [ParsedTurn("", True, start, end) for start, end in spans]
