"""The shades of other programs: read as they are written, and led to the nearest of our colours."""

import pytest

from instruments.template import COLOURS
from surveyapp.services.code_shade import SHADES, nearest_colour, shade_of


@pytest.mark.parametrize(("words", "shade"), [
    ("#EF8256", "#ef8256"), (" #abc ", "#aabbcc"), ("red", None), ("#12345", None), ("", None),
    ("#ef8256;background:url(x)", None)])
def test_only_a_shade_is_a_shade(words: str, shade: str | None):
    assert shade_of(words) == shade


def test_each_of_our_colours_is_nearest_to_itself():
    assert tuple(SHADES) == COLOURS
    assert [nearest_colour(shade) for shade in SHADES.values()] == list(COLOURS)


@pytest.mark.parametrize(("shade", "colour"), [
    ("#2364a2", "blue"), ("#ef8256", "red"), ("#ffcc00", "ochre"), ("#46aa00", "green"), ("#ff00ff", "violet"),
    ("#000000", "slate"), ("#ffffff", "slate"), ("#808080", "slate"), ("#ff0000", "red"), ("#ff0040", "red")])
def test_a_shade_is_led_to_the_colour_of_its_hue(shade: str, colour: str):
    assert nearest_colour(shade) == colour
