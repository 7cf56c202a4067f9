"""Pages look as they did when somebody last looked and agreed; every face draws its own glyphs."""

from __future__ import annotations

import pytest

from reports.pdf import missing_system_libraries
from tests.gates.pictures import FOLDER, GLYPH_DPI, MOST_DIFFERENT, approved, distance, draw, drawn_pages, sentinel

pytestmark = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")

MOST_BYTES = 1_500_000
REMEDY = "look at the page, then approve it: make approve-pages"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_chosen_pages_look_as_approved(language: str) -> None:
    apart = {name: distance(picture, approved(name)) for name, picture in drawn_pages(language)}

    assert {name: f"{share:.2%}" for name, share in apart.items() if share > MOST_DIFFERENT} == {}, REMEDY


def test_every_face_draws_the_glyphs_that_were_approved() -> None:
    picture = draw(sentinel(), dpi=GLYPH_DPI)

    assert distance(picture, approved("glyphs")) <= MOST_DIFFERENT / 5, REMEDY


def test_a_missing_line_is_more_than_a_page_may_differ() -> None:
    picture = approved("problems-en")
    pale = picture.copy()

    pale.paste(255, (0, 60, picture.width, 90))

    assert distance(picture, pale) > MOST_DIFFERENT


def test_the_approved_pictures_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.png")) < MOST_BYTES
