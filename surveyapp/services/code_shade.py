"""The shades of codes: ours by name, and the nearest of ours to one of another program."""

from __future__ import annotations

import re
from collections.abc import Mapping

# As the pages show the colours of codes, in light.
SHADES: Mapping[str, str] = {"blue": "#0B5C8A", "red": "#B3261E", "ochre": "#8A5A00", "green": "#1D7A3E",
                             "violet": "#6A3FA0", "slate": "#4B5A66"}
_SHADE = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
GREYEST = 32                # of 255: channels nearer than that have no hue of their own
_GREY = "slate"


def shade_of(words: str) -> str | None:
    """Return the shade as #rrggbb, None where the words name none."""
    found = words.strip().casefold()
    if not _SHADE.fullmatch(found):
        return None
    return found if len(found) > len("#rgb") else "#" + "".join(sign * 2 for sign in found[1:])


def nearest_colour(shade: str) -> str:
    """Return the name of our colour whose hue is nearest; what has no hue is slate."""
    own = _channels(shade)
    if max(own) - min(own) < GREYEST:
        return _GREY
    return min((name for name in SHADES if name != _GREY), key=lambda name: _apart(_hue(_channels(SHADES[name])),
                                                                                    _hue(own)))


def _channels(shade: str) -> tuple[int, int, int]:
    number = int(shade[1:], 16)
    return number >> 16, number >> 8 & 255, number & 255


def _hue(channels: tuple[int, int, int]) -> float:
    """Return the place on the circle of colours, 0 to 6."""
    red, green, blue = channels
    most, least = max(channels), min(channels)
    span = most - least
    if most == red:
        return (green - blue) / span % 6
    return (blue - red) / span + 2 if most == green else (red - green) / span + 4


def _apart(one: float, other: float) -> float:
    return min(abs(one - other), 6 - abs(one - other))
