"""Which words and signs does a model text hold, and where?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.errors import ModelSyntaxError

SIGNS = re.compile(r"""
    (?P<space>[^\S\n]+)
  | (?P<comment>[\#!][^\n]*)
  | (?P<end>[\n;])
  | (?P<operator>=~|~\*~|~~|<~|:=|==|[~|<>%])
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<string>"[^"\n]*"|'[^'\n]*')
  | (?P<name>[^\W\d][\w.]*|\.[^\W\d][\w.]*)
  | (?P<sign>[+\-*/^(),])
""", re.VERBOSE)


@dataclass(frozen=True)
class Token:
    """A word, number or sign with the number of its line."""

    kind: str
    text: str
    line: int


def tokens_of(text: str, place: str) -> list[Token]:
    """Return the words and signs of a model text.

    Parameters
    ----------
    text : str
        The model.
    place : str
        Words for messages.

    Returns
    -------
    list of Token
        Without spaces and comments; ends of lines and `;` are tokens of kind "end".

    Raises
    ------
    ModelSyntaxError
        For a sign that no model has.
    """
    found, at, line = [], 0, 1
    while at < len(text):
        match = SIGNS.match(text, at)
        if match is None:
            raise ModelSyntaxError(f"{place}, line {line}", f"the sign {text[at]!r} is not known in a model.",
                                   "Use names, numbers and =~ ~ ~~ := + * only.")
        kind, word = str(match.lastgroup), match.group()
        if kind == "string":
            word = word[1:-1]
        if kind not in {"space", "comment"}:
            found.append(Token(kind, word, line))
        line += match.group().count("\n")
        at = match.end()
    return found
