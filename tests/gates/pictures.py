"""Approved pictures of chosen pages: what a reader saw when somebody last looked and agreed.

    python -m tests.gates.pictures      # or: make approve-pages

draws them anew. Look at each that changed before it is committed: the pictures are the approval.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pypdfium2
from PIL import Image

from reports.pdf import write_pdf
from surveyapp.db.migrate import upgrade
from surveyapp.db.session import Database
from tests.gates.checks import destinations
from tests.gates.printed import Printed, print_report
from tests.gates.subjects import BY_HAND, SUBJECTS, written

FOLDER = Path(__file__).parent / "pictures"
DPI, GLYPH_DPI, SHADES, TOLERANCE = 60, 120, 16, 32
MOST_DIFFERENT = 0.005                  # share of a page's pixels
MOST_PARTS = 3                          # of a report of a kind that names none below; a pack is shown whole
CHOSEN = {"diagnosis": ("problems", "customers", "links", "roadmap"),
          "board": ("summary", "problems", "links", "customers", "strategies", "roadmap", "decisions")}
UNSEEN = ("poor",)                      # of the same looks as another subject
REMEDY = "look at the page, then approve it: make approve-pages"
# Every face and weight, and signs that only one of the families has.
SENTINEL = """<html lang="zh-Hans"><head><title>Glyphs</title><style>@page {{ size: 190mm 70mm; margin: 5mm }}
@page {{ @top-left {{ content: none; border: 0 }} @top-right {{ content: none; border: 0 }}
@bottom-left {{ content: none }} @bottom-right {{ content: none }} }}</style></head>
<body>{}</body></html>"""
LINES = "Zażółć gęślą αβγδ → ≥ ≤ ± − – — “q” £ € ✓ 0123456789 客户信息不完整，流失率。《》“引”"


def sentinel() -> bytes:
    """Return one page with the sentinel line in every face of the report."""
    rows = "".join(f'<p style="font-family: {family}; font-weight: {weight}">{LINES}</p>'
                   for family in ("'Report Sans', 'Report Sans SC'", "'Report Sans SC', 'Report Sans'")
                   for weight in (400, 600, 700))
    return write_pdf(SENTINEL.format(rows), title="Glyphs", language="zh", identifier="x", frozen_on="2026-01-01")


def draw(pdf: bytes, page: int = 0, dpi: int = DPI) -> Image.Image:
    """Return a page in grey at the resolution of the approved pictures."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[page].render(scale=dpi / 72, grayscale=True).to_pil()
    finally:
        document.close()
    return picture.convert("L")


def chosen_pages(subject: str, printed: Printed) -> Iterator[tuple[str, Image.Image]]:
    """Return name and picture of the pages of a report that are compared: its cover, and where parts begin."""
    yield f"{subject}-cover-{printed.language}", draw(printed.pdf)
    for key in _parts(subject, printed):
        yield f"{subject}-{key}-{printed.language}", draw(printed.pdf, destinations(printed.opened)[key])


def _parts(subject: str, printed: Printed) -> Sequence[str]:
    """Return the parts whose first page is compared, each on a page of its own."""
    if subject in CHOSEN:
        return CHOSEN[subject]
    places, pages = destinations(printed.opened), {0: "cover"}
    for section in printed.report.sections:
        pages.setdefault(places[section.key], section.key)
    return list(pages.values())[1:MOST_PARTS + 1]


def distance(one: Image.Image, other: Image.Image) -> float:
    """Return the share of pixels that differ visibly; 1 where the sizes differ."""
    if one.size != other.size:
        return 1.0
    apart = np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int))
    return float((apart > TOLERANCE).mean())


def approved(name: str) -> Image.Image:
    """Return the picture that was approved."""
    return Image.open(FOLDER / f"{name}.png").convert("L")


def unlike(name: str, picture: Image.Image) -> str:
    """Return by how much a page differs from its approved picture; "" where it does not visibly."""
    if not (FOLDER / f"{name}.png").exists():
        return "never approved"
    share = distance(picture, approved(name))
    return f"{share:.2%}" if share > MOST_DIFFERENT else ""


def approve() -> None:
    """Draw every picture anew; those that look as before are left alone."""
    FOLDER.mkdir(exist_ok=True)
    pages = dict(_all_pages())
    for name, picture in pages.items():
        path = FOLDER / f"{name}.png"
        if not path.exists() or distance(picture, approved(name)) > 0:
            picture.quantize(SHADES).save(path, optimize=True)
            sys.stdout.write(f"look at {path}\n")
    for path in FOLDER.glob("*.png"):
        if path.stem not in pages:
            path.unlink()


def _all_pages() -> Iterator[tuple[str, Image.Image]]:
    yield "glyphs", draw(sentinel(), dpi=GLYPH_DPI)
    with TemporaryDirectory() as folder:
        made = written(Path(folder), _empty(Path(folder)))
    for subject in SUBJECTS:
        for language in ("en", "zh"):
            if subject not in UNSEEN:
                report = BY_HAND[subject](language) if subject in BY_HAND else made[subject, language]
                yield from chosen_pages(subject, print_report(report))


def _empty(folder: Path) -> Path:
    path = folder / "empty.sqlite3"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


if __name__ == "__main__":
    approve()
