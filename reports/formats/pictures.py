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
    words = Words(report.language)
    year, month, day = (int(part) for part in report.frozen_on[:10].split("-"))
    told = [report.title, report.cover.label, ""]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for figure in (block for block in report.blocks() if isinstance(block, Figure)):
            name = f"figure-{figure.number:02d}.svg"
            _add(archive, name, draw(figure.chart, figure.alt, report.language), (year, month, day))
            told += [f"{name}  {words.text('formats.figure', number=figure.number)}  {figure.title.text}",
                     figure.unit, figure.alt, figure.source, ""]
        _add(archive, "figures.txt", "\n".join(line for line in told if line is not None), (year, month, day))
    return stream.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str, date: tuple[int, int, int]) -> None:
    entry = zipfile.ZipInfo(name, (*date, 0, 0, 0))
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    archive.writestr(entry, text.encode())
