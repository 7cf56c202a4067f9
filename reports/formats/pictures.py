"""The charts of a report as files for slides: SVG, with a list that tells what each shows."""

from __future__ import annotations

import io
import zipfile

from reports.charts.draw import draw
from reports.content import Figure, StudyReport
from reports.wording import Words


def report_pictures(report: StudyReport) -> bytes:
    """Return a zip archive with one SVG a figure and a text with titles, units, alternatives and sources.

    The same content gives the same bytes. Fonts are not inside: office programs take the next sans-serif.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for figure in figures_of(report):
            add_file(archive, f"figure-{figure.number:02d}.svg",
                     draw(figure.chart, figure.alt, report.language).encode(), report.frozen_on)
        add_file(archive, "figures.txt", listing(report, "svg").encode(), report.frozen_on)
    return stream.getvalue()


def figures_of(report: StudyReport) -> list[Figure]:
    """Return the report's figures in reading order."""
    return [block for block in report.blocks() if isinstance(block, Figure)]


def listing(report: StudyReport, ending: str) -> str:
    """Return the list that tells what each picture shows; `ending` is that of their names."""
    words = Words(report.language)
    told = [report.title, report.cover.label, ""]
    for figure in figures_of(report):
        told += [f"figure-{figure.number:02d}.{ending}  {words.text('formats.figure', number=figure.number)}  "
                 f"{figure.title.text}", figure.unit, figure.alt, figure.source, ""]
    return "\n".join(told)


def add_file(archive: zipfile.ZipFile, name: str, content: bytes, frozen_on: str) -> None:
    """Add a file that bears the day of the data and no other time."""
    year, month, day = (int(part) for part in frozen_on[:10].split("-"))
    entry = zipfile.ZipInfo(name, (year, month, day, 0, 0, 0))
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    archive.writestr(entry, content)
