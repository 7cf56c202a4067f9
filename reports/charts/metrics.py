"""How wide a text runs in the vendored fonts, and where it may break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent.parent / "fonts"
BOLD_FROM = 600
SEMIBOLD = 600
# Signs that never begin a line in Chinese typesetting.
NO_LINE_START = frozenset("，。、；：？！）》」』】”’%·…,.;:?!)]}–—")
NO_LINE_END = frozenset("（《「『【“‘([{")
FIRST_WIDE = 0x2E80
FEWEST_PIECES = 4                       # of a text whose last two go together


@cache
def widths(family: str, weight: int) -> Mapping[int, float]:
    """Return the advance width of each code point in em."""
    with TTFont(FONTS / f"{family}-{weight}.ttf", lazy=True) as font:
        advances, per_em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {point: advances[name][0] / per_em for point, name in font.getBestCmap().items()}


@cache
def _faces(language: str, weight: int) -> tuple[Mapping[int, float], ...]:
    chinese = widths("ReportSansSC", 700 if weight >= BOLD_FROM else 400)
    latin = widths("ReportSans", weight if weight in (400, 600, 700) else 400)
    return (chinese, latin) if language == "zh" else (latin, chinese)


def text_width(text: str, size: float, weight: int = 400, language: str = "en") -> float:
    """Return the width of a line of text in the unit of `size`."""
    first, second = _faces(language, weight)
    return size * sum(first.get(ord(sign)) or second.get(ord(sign), 1.0) for sign in text)


def _pieces(text: str) -> list[str]:
    """Return the smallest pieces a line may break between; a Latin word keeps its space."""
    pieces: list[str] = []
    for sign in text:
        glue = bool(pieces) and not _may_break(pieces[-1], sign)
        if glue:
            pieces[-1] += sign
        else:
            pieces.append(sign)
    if len(pieces) > FEWEST_PIECES and all(ord(piece[0]) >= FIRST_WIDE for piece in pieces[-2:]):
        pieces[-2:] = ["".join(pieces[-2:])]            # no line of a single sign
    return pieces


def _may_break(before: str, sign: str) -> bool:
    last = before[-1]
    if sign in NO_LINE_START or last in NO_LINE_END:
        return False
    if last == " ":
        return sign != " "
    return ord(last) >= FIRST_WIDE or ord(sign) >= FIRST_WIDE


def _fitting(pieces: list[str], width: float, size: float, weight: int, language: str) -> Iterator[str]:
    """Return pieces none of which is wider than a line; a column that holds no sign breaks nothing."""
    for piece in pieces:
        rest = piece
        while len(rest) > 1 and text_width(rest.rstrip(), size, weight, language) > width:
            n = _fits(rest, width, size, weight, language)
            yield rest[:n]
            rest = rest[n:]
        yield rest


def _fits(text: str, width: float, size: float, weight: int, language: str) -> int:
    """Return how many signs of a text a line holds, at least one."""
    run = 0.0
    for n, sign in enumerate(text):
        run += text_width(sign, size, weight, language)
        if run > width:
            return max(n, 1)
    return len(text)


def wrap(text: str, width: float, size: float, weight: int = 400, language: str = "en") -> list[str]:
    """Return the lines `text` takes in a column of that width; a word too long for it is broken."""
    lines: list[str] = []
    for piece in _fitting(_pieces(text), width, size, weight, language):
        if lines and text_width((lines[-1] + piece).rstrip(), size, weight, language) <= width:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.strip() for line in lines] or [""]


def clip(text: str, width: float, size: float, n_lines: int, weight: int = 400, language: str = "en") -> list[str]:
    """Return at most `n_lines` lines; what does not fit ends in an ellipsis."""
    lines = wrap(text, width, size, weight, language)
    if len(lines) <= n_lines:
        return lines
    last = lines[n_lines - 1]
    while last and text_width(last + "…", size, weight, language) > width:
        last = last[:-1]
    return [*lines[: n_lines - 1], last.rstrip() + "…"]
