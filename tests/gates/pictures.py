"""Approved pictures of chosen pages: what a reader saw when somebody last looked and agreed.

    python -m tests.gates.pictures      # or: make approve-pages

draws them anew. Look at each that changed before it is committed: the pictures are the approval.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

from reports.deliver import report_pdf
from reports.pdf import write_pdf
from tests.gates import subjects
from tests.gates.checks import destinations
from tests.gates.printed import Printed, print_report

FOLDER = Path(__file__).parent / "pictures"
DPI, GLYPH_DPI, SHADES, TOLERANCE = 60, 120, 16, 32
MOST_DIFFERENT = 0.005                  # share of a page's pixels
CHOSEN = ("problems", "customers", "links", "roadmap")
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


def drawn_pages(language: str) -> Iterator[tuple[str, Image.Image]]:
    """Return name and picture of every chosen page of one language."""
    printed: Printed = print_report(subjects.bank_report(language))
    places = destinations(printed.opened)
    yield f"cover-{language}", draw(printed.pdf)
    for key in CHOSEN:
        yield f"{key}-{language}", draw(printed.pdf, places[key])
    yield f"measured-{language}", draw(report_pdf(subjects.measured_report(language)), 2)


def distance(one: Image.Image, other: Image.Image) -> float:
    """Return the share of pixels that differ visibly; 1 where the sizes differ."""
    if one.size != other.size:
        return 1.0
    apart = np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int))
    return float((apart > TOLERANCE).mean())


def approved(name: str) -> Image.Image:
    """Return the picture that was approved."""
    return Image.open(FOLDER / f"{name}.png").convert("L")


def approve() -> None:
    """Draw every picture anew; those that look as before are left alone."""
    FOLDER.mkdir(exist_ok=True)
    pages = [("glyphs", draw(sentinel(), dpi=GLYPH_DPI)), *drawn_pages("en"), *drawn_pages("zh")]
    for name, picture in pages:
        path = FOLDER / f"{name}.png"
        if not path.exists() or distance(picture, approved(name)) > 0:
            picture.quantize(SHADES).save(path, optimize=True)
            sys.stdout.write(f"look at {path}\n")
    for path in FOLDER.glob("*.png"):
        if path.stem not in {name for name, _ in pages}:
            path.unlink()


if __name__ == "__main__":
    approve()
