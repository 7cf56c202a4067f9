"""May these words be printed in quotation marks? Pure: a record's kind, its text and a range of it decide.

Notes mark what was said word for word with 「」 or quotation marks; all else is the interviewer's wording (转述).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

QuoteKind = Literal["verbatim", "paraphrase"]
VERBATIM: Final = "verbatim"
PARAPHRASE: Final = "paraphrase"
PAIRS = {"「": "」", "『": "』", "\N{LEFT DOUBLE QUOTATION MARK}": "\N{RIGHT DOUBLE QUOTATION MARK}"}
CLOSING = frozenset(PAIRS.values())
# The same sign opens and closes; the fullwidth one comes from Chinese keyboards. A single mark is an apostrophe.
STRAIGHT = frozenset('"\N{FULLWIDTH QUOTATION MARK}')


def quote_kind(record: str, text: str, start: int, end: int) -> QuoteKind:
    """Return whether the half-open range may be quoted: every word of it was written down as it was said.

    A range that holds a quoted fragment and words beside it is a paraphrase; the coder may narrow it.
    """
    if record == VERBATIM:
        return VERBATIM
    words = [place for place in range(max(start, 0), min(end, len(text))) if text[place].isalnum()]
    spans = quoted_spans(text)
    is_said = bool(words) and all(any(first <= place < last for first, last in spans) for place in words)
    return VERBATIM if is_said else PARAPHRASE


@lru_cache(maxsize=64)      # a page asks for every passage of the same text
def quoted_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the half-open ranges between quotation marks, outermost ones, marks included.

    A pair stands on one line: a mark that nobody closed must not turn the notes after it into somebody's words.
    """
    found: list[tuple[int, int]] = []
    opened: list[tuple[str, int]] = []      # the sign that would close it, where it was opened
    for place, sign in enumerate(text):
        if sign == "\n":
            opened.clear()
        elif _closes(text, place, opened):
            while opened[-1][0] != sign:
                opened.pop()                # an inner mark that nobody closed
            found.append((opened.pop()[1], place + 1))
        elif sign in PAIRS:
            opened.append((PAIRS[sign], place))
        elif sign in STRAIGHT and _may_open(text, place):
            opened.append((sign, place))
    return _outermost(found)


def _closes(text: str, place: int, opened: list[tuple[str, int]]) -> bool:
    sign = text[place]
    if not any(sign == closing for closing, _ in opened):
        return False
    return sign in CLOSING or not text[place - 1].isspace()


def _may_open(text: str, place: int) -> bool:
    """Tell an opening mark from inches and seconds: no figure or Latin letter stands before it, and a word follows."""
    before, after = text[place - 1:place], text[place + 1:place + 2]
    return not (before.isascii() and before.isalnum()) and bool(after) and not after.isspace()


def _outermost(found: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    kept: list[tuple[int, int]] = []
    for span in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return tuple(kept)
