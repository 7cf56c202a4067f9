"""How each item was answered: stacked bars around the middle of the scale, for any number of points."""

from __future__ import annotations

from collections.abc import Sequence

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.charts.metrics import clip, wrap
from reports.figures import Distribution, DistributionRow

ROW, HEAD_ROW, BAR, HEADS, FOOT = 18.0, 20.0, 13.0, 24.0, 6.0
MOST_LABEL, LEAST_LABEL, FIGURE, BETWEEN = 244.0, 60.0, 46.0, 12.0
SHOWN_FROM, PERCENT = 0.055, 100
LABEL_LINES, LEAST_LETTERS, SMALLER = 2, 8.0, 0.25
SQUARE, LEGEND_ROW, BESIDE = 14.0, 16.0, 12.0


def distribution(data: Distribution, title: str, language: str) -> str:
    """Return the bars as SVG: low answers to the left, high ones to the right, the figures of each item behind."""
    sheet = Canvas(title, language)
    beside = data.among or data.rows
    label = min(max(*(sheet.measure(row.label, c.SMALL) for row in beside), LEAST_LABEL) + 6, MOST_LABEL)
    left, right = label + BETWEEN, sheet.width - FIGURE * len(data.heads) - BETWEEN
    bars = [row.shares for row in beside if row.shares]
    to_left = max((_left_share(shares) for shares in bars), default=0.5)
    to_right = max((1 - _left_share(shares) for shares in bars), default=0.5)
    unit = (right - left) / ((to_left + to_right) or 1)
    zero = left + to_left * unit
    top = _legend(sheet, data, left) + HEADS
    for place, head in enumerate(data.heads):
        x = sheet.width - FIGURE * (len(data.heads) - 1 - place)
        sheet.text(x, top - 8, head, c.TINY, weight=600, fill=c.INK_SOFT, anchor="end")
    y = top
    size = _letters([row.label for row in beside if row.shares], label, language)
    for row in data.rows:
        y += _row(sheet, row, (label, size), y, (zero, unit, len(data.points)))
    sheet.height = y + FOOT
    return sheet.svg()


def _left_share(shares: Sequence[float]) -> float:
    """Return how much of a bar lies left of the middle of the scale."""
    half = len(shares) // 2
    return sum(shares[:half]) + (shares[half] / 2 if len(shares) % 2 else 0)


def inks(n: int) -> list[tuple[str, str]]:
    """Return the colour and the ink on it of each of `n` answers, the middle one pale."""
    if n == 1:
        return [(c.DIVERGING[4], c.DIVERGING_INK[4])]
    last = len(c.DIVERGING) - 1
    places = [round(place * last / (n - 1)) for place in range(n)]
    return [(c.DIVERGING[place] if place != last / 2 else c.LIKERT[2], c.DIVERGING_INK[place]) for place in places]


def _legend(sheet: Canvas, data: Distribution, left: float) -> float:
    """Write what each colour stands for, over the bars where all of it has room there, and return its height."""
    widths = [sheet.measure(word, c.TINY) + SQUARE + BESIDE for word in data.points]
    start = left if left + sum(widths) - BESIDE <= sheet.width else 0.0
    x, y = start, 0.0
    for (fill, _ink), word, width in zip(inks(len(data.points)), data.points, widths, strict=True):
        if x > start and x + width - BESIDE > sheet.width:
            x, y = start, y + LEGEND_ROW
        sheet.rect(x, y + 2, 10, 10, fill)
        sheet.text(x + SQUARE, y + 10.6, word, c.TINY, fill=c.INK_SOFT)
        x += width
    return y + LEGEND_ROW


def _letters(labels: Sequence[str], width: float, language: str) -> float:
    """Return the size of letters at which every label has two lines at most: smaller ones before a word is lost."""
    size = c.SMALL
    while size > LEAST_LETTERS and any(len(wrap(text, width, size, language=language)) > LABEL_LINES
                                       for text in labels):
        size -= SMALLER
    return size


def _row(sheet: Canvas, row: DistributionRow, label: tuple[float, float], y: float,
         plan: tuple[float, float, int]) -> float:
    (width, size), (zero, unit, n_points) = label, plan
    if not row.shares:
        _middle(sheet, zero, y, HEAD_ROW)
        name = clip(row.label, width, c.SMALL, 1, 700, sheet.language)
        sheet.lines(0, y + HEAD_ROW / 2 + 1, name, c.SMALL, weight=700, fill=c.NAVY)
        return HEAD_ROW
    lines = clip(row.label, width, size, LABEL_LINES, language=sheet.language)
    height = max(ROW, len(lines) * c.SMALL * sheet.leading + 4)
    middle = y + height / 2
    _middle(sheet, zero, y, height)         # before the bar, whose middle share has its number there
    sheet.lines(0, middle, lines, size)
    x = zero - _left_share(row.shares) * unit
    for share, (fill, ink) in zip(row.shares, inks(n_points), strict=True):
        sheet.rect(x, middle - BAR / 2, share * unit, BAR, fill)
        if share >= SHOWN_FROM:
            sheet.text(x + share * unit / 2, middle + 3.6, f"{share * PERCENT:.0f}", c.TINY, fill=ink, anchor="middle")
        x += share * unit
    for place, text in enumerate(row.figures):
        right = sheet.width - FIGURE * (len(row.figures) - 1 - place)
        sheet.text(right, middle + 3.8, text, c.TINY, fill=c.INK, anchor="end")
    return height


def _middle(sheet: Canvas, zero: float, y: float, height: float) -> None:
    sheet.line(zero, y, zero, y + height, c.INK_SOFT, dash="2 2")
