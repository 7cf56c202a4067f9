"""The colours of codes: enough contrast on every ground, and told apart with any colour vision."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from instruments.template import COLOURS
from surveyapp.services.marking import HUES

STYLES = Path(__file__).parents[3] / "surveyapp/static"
TEXT = 4.5                  # WCAG 2.2, 1.4.3; lines and bars need 3 (1.4.11)
APART = 20                  # CIE76; about 2 is just seen, side by side and large
# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((.152286, 1.052583, -.204868), (.114503, .786281, .099216), (-.003882, -.048116, 1.051998)),
    "deutan": ((.367322, .860646, -.227968), (.280085, .672501, .047413), (-.011820, .042940, .968881)),
    "tritan": ((1.255528, -.076749, -.178779), (-.078411, .930809, .147602), (.004733, .691367, .303900)),
}
XYZ = ((.4124564, .3575761, .1804375), (.2126729, .7151522, .0721750), (.0193339, .1191920, .9503041))
WHITE = (.95047, 1.0, 1.08883)
Triple = tuple[float, float, float]


def of_styles(name: str, pattern: str, scheme: int) -> list[str]:
    """The values in the light (0) or dark (1) block of a stylesheet."""
    blocks = re.split(r"@media \(prefers-color-scheme: dark\)", (STYLES / name).read_text(encoding="utf-8"))
    return re.findall(pattern, blocks[scheme].split("--radius")[0] if scheme == 0 else blocks[1].split("}")[0])


def linear(colour: str) -> Triple:
    parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= .04045 else ((part + .055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def times(matrix: tuple[Triple, ...], vector: Triple) -> Triple:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def luminance(colour: str) -> float:
    return times(XYZ, linear(colour))[1]


def lab(rgb: Triple) -> Triple:
    found = (value / white for value, white in zip(times(XYZ, rgb), WHITE, strict=True))
    x, y, z = (value ** (1 / 3) if value > .008856 else 7.787 * value + 16 / 116 for value in found)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_colour_can_be_read_on_every_ground(scheme: int):
    colours = of_styles("coding.css", r"--hue\d: (#[0-9a-f]{6})", scheme)
    grounds = of_styles("app.css", r"--(?:page|panel|panel-teal|tint): (#[0-9a-f]{6})", scheme)

    ratios = [(max(pair) + .05) / (min(pair) + .05) for colour in colours for ground in grounds
              for pair in [(luminance(colour), luminance(ground))]]

    assert len(colours) == len(COLOURS) == HUES
    assert len(grounds) == 4
    assert min(ratios) >= TEXT


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize("vision", VISION)
def test_no_two_colours_look_alike_with_any_colour_vision(vision: str, scheme: int):
    seen = [lab(tuple(min(1.0, max(0.0, part)) for part in times(VISION[vision], linear(colour))))
            for colour in of_styles("coding.css", r"--hue\d: (#[0-9a-f]{6})", scheme)]

    nearest = min(sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** .5 for pair in combinations(seen, 2))

    assert nearest >= APART
