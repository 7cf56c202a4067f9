"""The roadmap: lanes with owner, status and milestone over the months."""

from __future__ import annotations

from dataclasses import replace

from reports.charts import canvas as c
from reports.charts.canvas import Canvas
from reports.charts.metrics import clip
from reports.figures import Bar, Lane, RoadmapChart

LABEL_WIDTH, LOW_LABEL_WIDTH = 262.0, 300.0
LOW_LINES, LEAST_ROOM = 2, 60.0         # of a label and of an owner; room beside a bar that is worth a line
LEGEND, TICKS, SWATCH = 20.0, 18.0, 11.0
BAR = 19.0
FILLS = {"first": c.TEAL, "second": c.NAVY, "third": "#6d7f9c", "running": "#bcdfe4", "held": c.WHITE, "done": c.TEAL,
         "support": c.MUTED}
PALE = ("running", "held")              # bars on which words are dark


def roadmap(data: RoadmapChart, title: str, language: str) -> str:
    """Return the roadmap as SVG; a diamond is a milestone."""
    sheet = Canvas(title, language)
    left = LOW_LABEL_WIDTH if data.is_low else LABEL_WIDTH
    unit = (sheet.width - left - 8) / data.months
    kind = _Low if data.is_low else _High
    lanes = [kind(sheet, lane, (left, unit)) for lane in data.lanes]

    def x(month: float) -> float:
        return left + month * unit

    heights = [lane.height() for lane in lanes]
    foot = LEGEND + TICKS + sum(heights)
    _legend(sheet, data)
    for month, label in data.tick_labels:
        sheet.line(x(month), LEGEND + TICKS - 3, x(month), foot, c.GRID)
        anchor = "start" if month == 0 else "end" if month == data.months else "middle"
        sheet.text(x(month), LEGEND + 9, label, c.TINY, fill=c.MUTED, anchor=anchor)
    y = LEGEND + TICKS
    for lane, height in zip(lanes, heights, strict=True):
        sheet.line(0, y, sheet.width, y, c.HAIRLINE)
        lane.draw(y)
        y += height
    sheet.line(0, y, sheet.width, y, c.HAIRLINE)
    sheet.height = y + 2
    return sheet.svg()


def _legend(sheet: Canvas, data: RoadmapChart) -> None:
    """Say what the fills mean, from the right end, so that the words stand over the bars."""
    x = sheet.width
    for kind, name in reversed(data.legend):
        x -= sheet.measure(name, c.TINY) + 3
        sheet.text(x, 11, name, c.TINY, fill=c.INK_SOFT)
        x -= SWATCH + 5
        sheet.rect(x, 2, SWATCH, SWATCH, FILLS[kind], stroke=c.MUTED if kind == "held" else "", radius=2)
        x -= 14


class _High:
    """A lane of a page: the owner stands below the measure."""

    def __init__(self, sheet: Canvas, lane: Lane, scale: tuple[float, float]) -> None:
        self.sheet, self.lane, self.scale = sheet, lane, scale
        width = scale[0] - 14
        self.labels = sheet.wrap(lane.label, width, c.LABEL, 700)
        self.owners = sheet.wrap(lane.owner, width, c.TINY) if lane.owner else []

    def height(self) -> float:
        words = (len(self.labels) * c.LABEL + len(self.owners) * c.TINY) * self.sheet.leading
        return max(words + 12, len(self.lane.bars) * (BAR + 4) + (17 if self.lane.milestone else 0) + 8)

    def draw(self, y: float) -> None:
        self.write(y + 6 + c.LABEL)
        top = y + 5
        for bar in self.lane.bars:
            _bar(self.sheet, bar, top, self.scale)
            top += BAR + 4
        if self.lane.milestone_at is not None:
            self.milestone(self.lane.milestone_at, y + 5 + BAR / 2 if not self.lane.milestone else top + 7)

    def write(self, base: float) -> None:
        """Write measure and owner, the first line on that base."""
        for line in self.labels:
            self.sheet.text(0, base, line, c.LABEL, weight=700)
            base += c.LABEL * self.sheet.leading
        for line in self.owners:
            self.sheet.text(0, base, line, c.TINY, fill=c.MUTED)
            base += c.TINY * self.sheet.leading

    def milestone(self, month: float, middle: float) -> None:
        x = self.scale[0] + month * self.scale[1]
        self.sheet.polygon([(x, middle - 7), (x + 7, middle), (x, middle + 7), (x - 7, middle)], c.AMBER_DARK)
        self.sheet.text(x - 12, middle + 3.5, self.lane.milestone, c.TINY, fill=c.INK_SOFT, anchor="end")


class _Low(_High):
    """A lane of a slide: the owner stands behind the bar, else inside it, so that the chart is low."""

    def __init__(self, sheet: Canvas, lane: Lane, scale: tuple[float, float]) -> None:
        super().__init__(sheet, lane, scale)
        self.labels = clip(lane.label, scale[0] - 14, c.LABEL, LOW_LINES, 700, sheet.language)
        end = max((bar.end for bar in lane.bars), default=0.0)
        self.right = scale[0] + max(end, lane.milestone_at or 0.0) * scale[1] + 12
        room = sheet.width - self.right
        if lane.bars and sheet.measure(lane.bars[0].label, c.TINY, 600) > self.width_of(lane.bars[0]):
            room = 0.0                  # the bar's own words stand there
        beside = sheet.wrap(lane.owner, room, c.TINY) if lane.owner and room > LEAST_ROOM else []
        self.beside = beside if len(beside) <= LOW_LINES else []
        inside = "" if self.beside or not lane.bars or not lane.owner else f"{lane.bars[0].label} · {lane.owner}"
        if inside and sheet.measure(inside, c.TINY, 600) <= self.room_of_label(lane.bars[0]):
            self.lane = replace(lane, bars=(replace(lane.bars[0], label=inside), *lane.bars[1:]))
        self.owners = self.owners if lane.owner and not self.beside and self.lane is lane else []
        self.owners = clip(lane.owner, scale[0] - 14, c.TINY, 1, 400, sheet.language) if self.owners else []
        self.inside = self.lines_inside()

    def width_of(self, bar: Bar) -> float:
        """Return the room for words inside a bar."""
        return (bar.end - bar.start) * self.scale[1] - 12

    def room_of_label(self, bar: Bar) -> float:
        """Return the room for words inside a bar, or behind it where its own do not fit inside."""
        if self.sheet.measure(bar.label, c.TINY, 600) <= self.width_of(bar):
            return self.width_of(bar)
        return self.sheet.width - self.scale[0] - bar.end * self.scale[1] - 20

    def lines_inside(self) -> list[str]:
        """Return the lines of a bar that is the whole chart long and too short for its words; else none."""
        bars = self.lane.bars
        if len(bars) != 1 or self.lane.owner or bars[0].start:
            return []
        width = bars[0].end * self.scale[1] - 12
        fits = self.sheet.measure(bars[0].label, c.TINY, 600) <= width
        lines = [] if fits else self.sheet.wrap(bars[0].label, width, c.TINY, 600)
        return lines if len(lines) <= LOW_LINES else clip(bars[0].label, width, c.TINY, LOW_LINES, 600,
                                                           self.sheet.language)

    def height(self) -> float:
        words = len(self.labels) * c.LABEL + len(self.owners) * c.TINY
        beside = len(self.beside) * c.TINY
        return max(words * self.sheet.leading + 5, beside * self.sheet.leading + 2, self.bar_height() + 4,
                   len(self.lane.bars) * (BAR + 4) + (17 if self.lane.milestone else 0) + 3)

    def draw(self, y: float) -> None:
        middle, top = y + self.height() / 2, y + 2.5
        self.write(middle - (len(self.labels) * c.LABEL + len(self.owners) * c.TINY) * self.sheet.leading / 2 + c.LABEL)
        if len(self.lane.bars) == 1 and not self.lane.milestone:
            top = middle - BAR / 2
        if self.inside:
            self.filled(self.lane.bars[0], middle)
        for place, bar in enumerate([] if self.inside else self.lane.bars):
            _bar(self.sheet, bar, top + place * (BAR + 4), self.scale)
        if self.lane.milestone_at is not None:
            foot = top + len(self.lane.bars) * (BAR + 4)
            self.milestone(self.lane.milestone_at, foot + 7 if self.lane.milestone else top + BAR / 2)
        for place, line in enumerate(self.beside):
            shift = (place - (len(self.beside) - 1) / 2) * c.TINY * self.sheet.leading
            width = self.sheet.measure(line, c.TINY)
            self.sheet.rect(self.right - 2, middle + shift - 6, width + 4, 12, c.WHITE)
            self.sheet.text(self.right, middle + shift + c.TINY * 0.35, line, c.TINY, fill=c.INK_SOFT)

    def bar_height(self) -> float:
        return len(self.inside) * c.TINY * self.sheet.leading + 5 if self.inside else BAR

    def filled(self, bar: Bar, middle: float) -> None:
        """Draw a bar over the whole chart that holds its words in several lines."""
        x, width, height = self.scale[0], bar.end * self.scale[1], self.bar_height()
        self.sheet.rect(x + 1, middle - height / 2, width - 2, height, FILLS[bar.kind], radius=2)
        self.sheet.lines(x + 7, middle, self.inside, c.TINY, weight=600, fill=c.WHITE)


def _bar(sheet: Canvas, bar: Bar, top: float, scale: tuple[float, float]) -> None:
    left, unit = scale
    x, width = left + bar.start * unit, (bar.end - bar.start) * unit
    if bar.kind == "done":
        return _done(sheet, bar, (x, top + BAR / 2))
    ink = c.INK if bar.kind in PALE else c.WHITE
    sheet.rect(x + 1, top, width - 2, BAR, FILLS[bar.kind], stroke=c.MUTED if bar.kind == "held" else "", radius=2)
    needed = sheet.measure(bar.label, c.TINY, 600)
    if needed <= width - 12:
        sheet.text(x + 7, top + 13, bar.label, c.TINY, weight=600, fill=ink)
    elif x + width + 6 + needed <= sheet.width:
        sheet.text(x + width + 6, top + 13, bar.label, c.TINY, weight=600, fill=c.INK_SOFT)
    elif needed <= x - left:
        sheet.text(x - 5, top + 13, bar.label, c.TINY, weight=600, fill=c.INK_SOFT, anchor="end")
    else:
        cut = clip(bar.label, width - 12, c.TINY, 1, 600, sheet.language)[0]
        sheet.text(x + 7, top + 13, cut, c.TINY, weight=600, fill=ink)
    return None


def _done(sheet: Canvas, bar: Bar, place: tuple[float, float]) -> None:
    """Draw what is in place already: a tick and its words instead of a bar."""
    x, y = place
    sheet.polyline([(x + 3, y), (x + 7, y + 4), (x + 14, y - 5)], FILLS["done"], width=2.2)
    room = sheet.width - x - 20
    sheet.text(x + 20, y + 3.5, clip(bar.label, room, c.TINY, 1, 600, sheet.language)[0], c.TINY, weight=600,
               fill=c.INK_SOFT)
