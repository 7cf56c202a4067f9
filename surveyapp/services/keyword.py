"""Words looked for in texts: how they are spelt, where they stand, and what stands around them.

The words become a pattern in which each sign stands for all signs that fold to it, so a text is read as it is, once,
without a copy or an index: a million signs take a few hundredths of a second. Chinese needs no segmentation for that:
words are found as they stand, blanks between Chinese signs do not matter. Who wants whole words only gets those that
`segmentation` would also cut out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from surveyapp.errors import BadInput
from surveyapp.services.folding import fold, table

LONGEST_WORDS = 200
MOST_TERMS = 20
_PARTING = re.compile(r"[;；|｜\n]+")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
BLANK = r"[^\S\n]"
LETTER = r"[^\W_\u3400-\u9fff]"       # a letter or digit; a Chinese sign beside a Latin word does not make it longer


@dataclass(frozen=True)
class Pattern:
    """Words as looked for; several parted by ; stand for each other."""

    terms: tuple[str, ...]
    compiled: re.Pattern[str]

    @classmethod
    def of(cls, words: str, *, is_whole: bool = False) -> Pattern:
        """Return the pattern of the words; `is_whole`: Latin words from beginning to end."""
        terms = tuple(dict.fromkeys(term for part in _PARTING.split(words) if (term := " ".join(part.split()))))
        if not terms:
            raise BadInput("There are no words to look for.", "Write at least one; several are parted by ;")
        if len(words) > LONGEST_WORDS or len(terms) > MOST_TERMS:
            raise BadInput("These are more words than can be looked for at once.",
                           "Look for at most {most} words in {n} signs.", most=MOST_TERMS, n=LONGEST_WORDS)
        # The longest comes first, so that it is found where a shorter one begins at the same place.
        by_length = sorted(terms, key=lambda term: -len(term))
        return cls(terms, re.compile("|".join(_term_pattern(term, is_whole) for term in by_length)))

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the words stand, from left to right, without overlaps."""
        for found in self.compiled.finditer(text):
            yield found.start(), found.end()


def _term_pattern(term: str, is_whole: bool) -> str:
    signs = fold(term)
    parts = []
    for place, sign in enumerate(signs):
        if sign == " ":
            parts.append(f"{BLANK}+" if not _is_han(signs[place - 1]) else f"{BLANK}*")
            continue
        between = place and signs[place - 1] != " " and _is_han(sign) and _is_han(signs[place - 1])
        parts.append((f"{BLANK}?" if between else "") + _class_of(sign))
    before = f"(?<!{LETTER})" if _is_latin(signs[0]) else ""
    after = f"(?!{LETTER})" if is_whole and _is_latin(signs[-1]) else ""
    return f"{before}{''.join(parts)}{after}"


def _is_han(sign: str) -> bool:
    return _HAN.match(sign) is not None


def _is_latin(sign: str) -> bool:
    return sign.isalnum() and not _is_han(sign)


def _class_of(sign: str) -> str:
    """Return a pattern of every sign that folds to this one."""
    alike = "".join(re.escape(other) for other in _sources().get(sign, sign))
    return f"[{alike}]" if len(_sources().get(sign, sign)) > 1 else alike


@cache
def _sources() -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for code, folded in table().items():
        found[chr(folded)] += chr(code)
    return {sign: sign + before.replace(sign, "") for sign, before in found.items()}
