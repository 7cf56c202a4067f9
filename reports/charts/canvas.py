"""A sheet to draw a chart on: SVG elements with presentation attributes only, real text, fixed decimals."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape, quoteattr

from reports.charts.metrics import text_width, wrap

WIDTH = 696.0                           # 174 mm text width, four units a millimetre
INK, INK_SOFT, MUTED = "#1b2733", "#38495a", "#5c6b7a"
NAVY, TEAL, AMBER, AMBER_DARK = "#0b3954", "#087e8b", "#c8691c", "#a94f0e"
GRID, HAIRLINE, GREY_MARK = "#dfe4ea", "#c9d1d9", "#7b8a99"
PANEL, PANEL_TEAL, TINT_AMBER, WHITE = "#f3f6f8", "#eef4f5", "#fbeee4", "#ffffff"
LIKERT = ("#b35806", "#f1a340", "#d8dadb", "#92c5de", "#2166ac")
LIKERT_INK = (WHITE, INK, INK, INK, WHITE)
HEAT = ("#f3f5f7", "#cfe3ea", "#8fc1cf", "#2b7c92", "#0b5a70")
HEAT_INK = (INK, INK, INK, WHITE, WHITE)
# From -1 to 1 in nine steps: the middle is next to nothing.
DIVERGING = ("#8a3d06", "#c8691c", "#e8ab78", "#f7e2d0", "#f6f7f8", "#d5e8eb", "#8fc1cf", "#2b7c92", "#0b4a63")
DIVERGING_INK = (WHITE, WHITE, INK, INK, INK, INK, INK, WHITE, WHITE)
LABEL, SMALL, TINY = 12.0, 11.0, 10.2   # 8.5, 7.8 and 7.2 pt on the page
LEADING = 1.22
FAMILIES = {"en": "Report Sans, Report Sans SC", "zh": "Report Sans SC, Report Sans"}


def number(value: float) -> str:
    """Return a coordinate with at most two decimals."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class Canvas:
    """Collects elements; its height is set when the chart is known."""

    def __init__(self, title: str, language: str, width: float = WIDTH) -> None:
        self.title, self.language, self.width = title, language, width
        self.leading = LEADING * (1.06 if language == "zh" else 1.0)
        self.height = 0.0
        self._elements: list[str] = []

    def measure(self, text: str, size: float, weight: int = 400) -> float:
        return text_width(text, size, weight, self.language)

    def wrap(self, text: str, width: float, size: float, weight: int = 400) -> list[str]:
        """Return the lines of a label, as long as each other as can be: no sign is left alone on the last."""
        lines = wrap(text, width, size, weight, self.language)
        narrow, wide = width / 2, width
        while len(lines) > 1 and wide - narrow > size / 2:
            tried = wrap(text, (narrow + wide) / 2, size, weight, self.language)
            if len(tried) > len(lines):
                narrow = (narrow + wide) / 2
            else:
                wide = (narrow + wide) / 2
        return wrap(text, wide, size, weight, self.language) if len(lines) > 1 else lines

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, stroke: str = "",
             radius: float = 0) -> None:
        extra = f' rx="{number(radius)}"' if radius else ""
        extra += f' stroke="{stroke}" stroke-width="1"' if stroke else ""
        self._elements.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(width, 0))}" height="{number(height)}" '
            f'fill="{fill}"{extra}/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str = GRID, *, width: float = 1.0,
             dash: str = "") -> None:
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        self._elements.append(
            f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" stroke="{stroke}" '
            f'stroke-width="{number(width)}"{extra}/>')

    def circle(self, x: float, y: float, radius: float, fill: str, *, stroke: str = "") -> None:
        extra = f' stroke="{stroke}" stroke-width="1.4"' if stroke else ""
        self._elements.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}"{extra}/>')

    def ellipse(self, x: float, y: float, radius_x: float, radius_y: float, fill: str, *, stroke: str = "") -> None:
        extra = f' stroke="{stroke}" stroke-width="1.4"' if stroke else ""
        self._elements.append(f'<ellipse cx="{number(x)}" cy="{number(y)}" rx="{number(radius_x)}" '
                              f'ry="{number(radius_y)}" fill="{fill}"{extra}/>')

    def bend(self, start: tuple[float, float], first: tuple[float, float], second: tuple[float, float],
             end: tuple[float, float], stroke: str, *, width: float = 1.2, dash: str = "") -> None:
        """Draw a line that bends by two control points."""
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        listing = " ".join(f"{number(x)},{number(y)}" for x, y in (first, second, end))
        self._elements.append(f'<path d="M{number(start[0])},{number(start[1])} C{listing}" fill="none" '
                              f'stroke="{stroke}" stroke-width="{number(width)}"{extra}/>')

    def arrow(self, tip: tuple[float, float], came_from: tuple[float, float], fill: str, *, size: float = 6.0) -> None:
        """Draw the head of an arrow that comes from a point."""
        length = math.dist(tip, came_from) or 1.0
        ux, uy = (tip[0] - came_from[0]) / length, (tip[1] - came_from[1]) / length
        bx, by = tip[0] - ux * size, tip[1] - uy * size
        half = size * 0.42
        self.polygon([tip, (bx - uy * half, by + ux * half), (bx + uy * half, by - ux * half)], fill)

    def note(self, x: float, y_middle: float, text: str, size: float = TINY, *, weight: int = 400,
             fill: str = INK) -> None:
        """Write a line centred on a point, on a white ground that hides what runs under it."""
        half = self.measure(text, size, weight) / 2 + 2
        self.rect(x - half, y_middle - size * 0.6, 2 * half, size * 1.2, WHITE)
        self.text(x, y_middle + size * 0.35, text, size, weight=weight, fill=fill, anchor="middle")

    def polygon(self, points: list[tuple[float, float]], fill: str) -> None:
        listing = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self._elements.append(f'<polygon points="{listing}" fill="{fill}"/>')

    def polyline(self, points: list[tuple[float, float]], stroke: str, *, width: float = 1.8, dash: str = "") -> None:
        listing = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        self._elements.append(
            f'<polyline points="{listing}" fill="none" stroke="{stroke}" stroke-width="{number(width)}"{extra}/>')

    def text(self, x: float, y: float, text: str, size: float = SMALL, *, weight: int = 400, fill: str = INK,
             anchor: str = "start", turned: bool = False) -> None:
        """Write one line; `y` is its base line; `turned` reads upwards."""
        if not text:
            return
        extra = f' text-anchor="{anchor}"' if anchor != "start" else ""
        extra += f' font-weight="{weight}"' if weight != 400 else ""  # noqa: PLR2004  # the weight a face has anyway
        extra += f' transform="rotate(-90 {number(x)} {number(y)})"' if turned else ""
        self._elements.append(
            f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{fill}"{extra}>'
            f"{escape(text)}</text>")

    def lines(self, x: float, y_middle: float, lines: list[str], size: float, *, weight: int = 400, fill: str = INK,
              anchor: str = "start") -> None:
        """Write several lines centred on a height."""
        step = size * self.leading
        y = y_middle - step * (len(lines) - 1) / 2 + size * 0.35
        for line in lines:
            self.text(x, y, line, size, weight=weight, fill=fill, anchor=anchor)
            y += step

    def interval(self, x_low: float, x_high: float, y: float, stroke: str, *, cap: float = 4.0) -> None:
        """Draw a horizontal interval with end caps."""
        self.line(x_low, y, x_high, y, stroke, width=1.5)
        self.line(x_low, y - cap, x_low, y + cap, stroke, width=1.5)
        self.line(x_high, y - cap, x_high, y + cap, stroke, width=1.5)

    def svg(self) -> str:
        """Return the document; its title is the text alternative and comes first."""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(self.width)} {number(self.height)}" '
                f'font-family={quoteattr(FAMILIES[self.language])} role="img"><title>{escape(self.title)}</title>'
                + "".join(self._elements) + "</svg>")
