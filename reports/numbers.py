"""How numbers are printed, in one place; results and content stay unrounded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Literal

MISSING = "–"
HIDDEN = "s"
MINUS = "−"
PERCENT = 100
SMALLEST_P = 0.001


def fixed(value: float, decimals: int, *, sign: bool = False) -> str:
    """Return a number with thousands marks and a real minus; never "-0.00"."""
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not any(figure in text for figure in "123456789")
    if is_zero:
        return text
    if value < 0:
        return MINUS + text
    return "+" + text if sign else text


def printed(value: float | None, style: str, language: str = "en") -> str:
    """Return `value` in a named style: see `STYLES`; signs of relation are as wide as Chinese ones in Chinese."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return MISSING
    if style in ("p", "p_relation"):
        is_small = value < SMALLEST_P
        told = ("< 0.001" if is_small else fixed(value, 3)) if style == "p" or is_small else f"= {fixed(value, 3)}"
        return told.replace("< ", "＜").replace("= ", "＝") if language == "zh" else told
    factor, decimals, suffix, sign = STYLES[style]
    return fixed(value * factor, decimals, sign=sign) + suffix


# style → factor, decimals, suffix, sign shown for positive values too
STYLES: dict[str, tuple[float, int, str, bool]] = {
    "count": (1, 0, "", False),
    "percent": (PERCENT, 0, "%", False),        # a share 0..1
    "percent1": (PERCENT, 1, "%", False),
    "points": (1, 0, "", False),                # 0..100
    "points1": (1, 1, "", False),
    "signed_points": (1, 0, "", True),
    "signed_one": (1, 1, "", True),
    "pct": (1, 0, "%", False),                  # already in percent
    "pct1": (1, 1, "%", False),
    "mean": (1, 2, "", False),
    "score": (1, 0, "", False),
    "coefficient": (1, 2, "", False),
    "signed": (1, 2, "", True),
    "money": (1, 0, "", False),
    "millions": (1e-6, 1, "", False),
    "months": (1, 0, "", False),
    "rank": (1, 0, "", False),
    "three": (1, 3, "", False),
    "four": (1, 4, "", False),                  # a change beside its limit of .010 must not round onto it
    "one": (1, 1, "", False),
}


Beside = Literal["coefficient", "three", "four"]


def style_beside(value: float | None, limits: Iterable[float]) -> Beside:
    """Return the style of a coefficient that is judged by limits: it must not round onto one that it does not reach."""
    if value is None or not math.isfinite(value):
        return "coefficient"
    limits = tuple(limits)
    styles: tuple[Beside, ...] = ("coefficient", "three")
    return next((style for style in styles if all(
        (round(value, STYLES[style][1]) >= limit) == (value >= limit) for limit in limits)), "four")


def style_of_size(value: float | None, limit: float) -> Beside:
    """Return the style of a coefficient whose size, whatever its sign, is judged by a limit."""
    return style_beside(None if value is None else abs(value), (limit,))


def styles_of_sizes(lines: Iterable[Iterable[float | None]], limit: float) -> list[Beside]:
    """Return the style of each coefficient of a matrix whose sizes are judged by a limit."""
    return [style_of_size(value, limit) for line in lines for value in line]


def interval(low: float | None, high: float | None, style: str, language: str) -> str:
    """Return "[low–high]"; with signs before the bounds the word "to" stands for the dash."""
    if low is None or high is None:
        return ""
    first, second = printed(low, style), printed(high, style)
    has_signs = MINUS in first + second or (style in STYLES and STYLES[style][3])
    between = (" to " if language == "en" else "至") if has_signs else "–"
    return f"[{first.removesuffix('%')}{between}{second}]"


def with_interval(value: float | None, low: float | None, high: float | None, style: str, language: str) -> str:
    """Return "estimate [low–high]"."""
    if value is None:
        return MISSING
    return f"{printed(value, style)} {interval(low, high, style, language)}".strip()


def day(iso: str, language: str) -> str:
    """Return an ISO date as it is written in the language; anything else as it stands."""
    try:
        found = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    if language == "zh":
        return f"{found.year}年{found.month}月{found.day}日"
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def month(iso: str, language: str) -> str:
    """Return month and year of an ISO date."""
    try:
        found = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{found.year}年{found.month}月" if language == "zh" else f"{MONTHS[found.month - 1]} {found.year}"


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")
