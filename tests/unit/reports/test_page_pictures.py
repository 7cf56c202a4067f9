"""The pictures that pages are compared with tell what a page may differ by; every face draws its own glyphs."""

from __future__ import annotations

import pytest

from reports.pdf import missing_system_libraries
from tests.gates.pictures import FOLDER, GLYPH_DPI, MOST_DIFFERENT, REMEDY, approved, distance, draw, sentinel
from tests.gates.subjects import SUBJECTS

MOST_BYTES = 1_500_000


@pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")
def test_every_face_draws_the_glyphs_that_were_approved() -> None:
    picture = draw(sentinel(), dpi=GLYPH_DPI)

    assert distance(picture, approved("glyphs")) <= MOST_DIFFERENT / 5, REMEDY


def test_a_missing_line_is_more_than_a_page_may_differ() -> None:
    picture = approved("diagnosis-problems-en")
    pale = picture.copy()

    pale.paste(255, (0, 60, picture.width, 90))

    assert distance(picture, pale) > MOST_DIFFERENT


def test_the_approved_pictures_stay_small_and_belong_to_a_report() -> None:
    pictures = list(FOLDER.glob("*.png"))

    assert sum(path.stat().st_size for path in pictures) < MOST_BYTES
    assert {path.stem.partition("-")[0] for path in pictures} <= {*SUBJECTS, "glyphs"}
