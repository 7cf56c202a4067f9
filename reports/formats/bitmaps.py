"""The charts of a report as PNG for slides, in our own fonts: a process of its own draws and rasters them.

`python -m reports.formats.bitmaps`: what the report says as JSON on standard input, the archive on standard output. All
charts are laid out by the engine of the PDF, one a page, and rastered by pdfium, which reads the words of PDFs
elsewhere in this program already; so a PNG looks as the report does, and no further library is needed.
"""

from __future__ import annotations

import json
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from html import escape
from io import BytesIO

from instruments.codec import from_document
from reports.apart import confine
from reports.charts.draw import draw
from reports.content import Figure, StudyReport
from reports.formats.pictures import add_file, figures_of, listing
from reports.pdf import MissingGlyphs, PdfError, load_engine, write_pdf
from reports.render import HTML_LANGUAGE

REFUSED = 3
TIMES = 2                               # pixels for a unit of the chart: twice those of a screen
BORDER = 12                             # units of white around a chart
POINTS = 0.75                           # of a unit, in a PDF
PER_METRE = round(TIMES * 96 / 0.0254)  # so that a slide takes a picture at its natural size
UNKNOWN = "□"                           # stands for a sign that no font has
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_BARE = "".join(f"@{place} {{ content: none; border: 0; }} " for place in
                ("top-left", "top-right", "bottom-left", "bottom-right"))


def report_bitmaps(report: StudyReport) -> bytes:
    """Return a zip archive with one PNG a figure and the list that tells what each shows.

    The same content gives the same bytes on one machine.
    """
    stream, figures = BytesIO(), figures_of(report)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for figure, picture in zip(figures, _pictures(report, figures), strict=True):
            add_file(archive, f"figure-{figure.number:02d}.png", picture, report.frozen_on)
        add_file(archive, "figures.txt", listing(report, "png").encode(), report.frozen_on)
    return stream.getvalue()


def _pictures(report: StudyReport, figures: list[Figure]) -> Iterator[bytes]:
    if not figures:
        return
    import pypdfium2  # type: ignore[import-untyped]  # publishes no types

    document = pypdfium2.PdfDocument(_pdf(report, figures))
    for page in document:
        bitmap = page.render(scale=TIMES / POINTS, rev_byteorder=True, may_draw_forms=False)
        yield png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride)
    document.close()


def _pdf(report: StudyReport, figures: list[Figure]) -> bytes:
    """Return a PDF with one chart a page; a sign that the fonts lack is drawn as an empty box."""
    html = _html(report, figures)
    try:
        return _printed(report, html)
    except MissingGlyphs as lacking:
        return _printed(report, html.translate(dict.fromkeys(map(ord, lacking.characters), UNKNOWN)))


def _printed(report: StudyReport, html: str) -> bytes:
    return write_pdf(html, title=report.title, language=report.language, identifier=report.identifier,
                     frozen_on=report.frozen_on)


def _html(report: StudyReport, figures: list[Figure]) -> str:
    rules, bodies = [], []
    for place, figure in enumerate(figures):
        svg = draw(figure.chart, figure.alt, report.language)
        found = _BOX.search(svg)
        width, height = (float(part) for part in found.groups()) if found else (0.0, 0.0)
        rules.append(f"@page shot{place} {{ size: {width + 2 * BORDER:g}px {height + 2 * BORDER:g}px; "
                     f"margin: {BORDER}px; background: white; {_BARE}}} #shot{place} {{ page: shot{place}; }} "
                     f"#shot{place} svg {{ display: block; width: {width:g}px; height: {height:g}px; }}")
        bodies.append(f'<div id="shot{place}">{svg}</div>')
    return (f'<!DOCTYPE html><html lang="{HTML_LANGUAGE[report.language]}"><head><meta charset="utf-8">'
            f"<title>{escape(report.title)}</title><style>body {{ font-size: 0; line-height: 0; }} {' '.join(rules)}"
            f'</style></head><body class="{report.language}">{"".join(bodies)}</body></html>')


def png(pixels: bytes, width: int, height: int, stride: int) -> bytes:
    """Return rows of red, green, blue as a PNG, with its size and nothing else said in it."""
    wanted = width * len("rgb")
    rows = b"".join(b"\0" + pixels[line * stride:line * stride + wanted] for line in range(height))
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
             (b"pHYs", struct.pack(">IIB", PER_METRE, PER_METRE, 1)), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts)


def main() -> int:
    """Read what a report says from standard input and write its pictures; what cannot be drawn is said in words."""
    report = from_document(StudyReport, json.load(sys.stdin.buffer))
    try:
        load_engine()
        import pypdfium2

        pypdfium2.PdfDocument.new().close()     # its library is loaded while files may still be opened
        confine()
        sys.stdout.buffer.write(report_bitmaps(report))
    except PdfError as error:
        sys.stderr.write(str(error))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
