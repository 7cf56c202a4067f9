"""The data of each chart, in the report's language, numbers unrounded; `reports.charts` draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ForestRow:
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    badge: str = ""                     # rank or number in the circle before the label
    is_highlighted: bool = False
    text: str = ""                      # estimate as printed at the right


@dataclass(frozen=True)
class Forest:
    """Estimates with intervals on one axis; `zone` tints the axis from there to its end."""

    rows: tuple[ForestRow, ...]
    axis_low: float
    axis_high: float
    ticks: tuple[tuple[float, str], ...]
    axis_label: str
    value_head: str
    n_head: str = ""
    zone_from: float | None = None
    zone_label: str = ""
    reference: float | None = None
    is_bar: bool = False                # a bar from the axis' start instead of a point


@dataclass(frozen=True)
class LikertRow:
    label: str
    shares: tuple[float, ...]           # from the unfavourable to the favourable end
    n: int
    figure: str                         # share printed at the right
    margin: str


@dataclass(frozen=True)
class Likert:
    rows: tuple[LikertRow, ...]
    legend: tuple[str, ...]
    figure_head: str
    left_label: str
    right_label: str


@dataclass(frozen=True)
class MapPoint:
    number: int
    label: str
    x: float
    y: float
    x_low: float | None
    x_high: float | None
    y_low: float | None
    y_high: float | None
    is_highlighted: bool = False


@dataclass(frozen=True)
class QuadrantMap:
    points: tuple[MapPoint, ...]
    cross_x: float
    cross_y: float
    x_label: str
    y_label: str
    corners: tuple[str, str, str, str]  # upper left, upper right, lower left, lower right


@dataclass(frozen=True)
class MatrixCell:
    first: str
    second: str = ""
    step: int = 0                       # 0..4, darkness


@dataclass(frozen=True)
class Matrix:
    rows: tuple[tuple[str, str], ...]   # label, small print
    columns: tuple[str, ...]
    cells: tuple[tuple[MatrixCell, ...], ...]
    legend_label: str = ""
    legend: tuple[str, ...] = ()        # words for the five steps


@dataclass(frozen=True)
class Bar:
    label: str
    start: float                        # months
    end: float
    kind: Literal["first", "second", "third", "support"]


@dataclass(frozen=True)
class Lane:
    label: str
    owner: str
    bars: tuple[Bar, ...]
    milestone: str = ""
    milestone_at: float | None = None


@dataclass(frozen=True)
class RoadmapChart:
    lanes: tuple[Lane, ...]
    phases: tuple[tuple[str, float, float], ...]
    months: int
    tick_labels: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class TreeNode:
    key: str
    label: str
    note: str
    parent: str | None
    is_highlighted: bool = False


@dataclass(frozen=True)
class Tree:
    nodes: tuple[TreeNode, ...]


@dataclass(frozen=True)
class Series:
    label: str
    values: tuple[float | None, ...]
    kind: Literal["line", "dashed", "bars"] = "line"


@dataclass(frozen=True)
class Curve:
    series: tuple[Series, ...]
    x_labels: tuple[str, ...]
    x_label: str
    y_label: str
    threshold: float | None = None
    threshold_label: str = ""
    y_max: float | None = None
    mark: int | None = None             # index where a rule is met
    mark_label: str = ""


@dataclass(frozen=True)
class Histogram:
    """Shares of people (0..1) in bins of an ordered axis, with a limit where a rule has one."""

    bins: tuple[tuple[float, float, float], ...]    # from, to, share
    labels: tuple[str, ...]
    x_label: str
    limit: float | None = None
    limit_label: str = ""
    beyond_is_high: bool = True         # which side of the limit the rule marks

    def is_beyond(self, start: float, end: float) -> bool:
        """Return whether a whole bin lies on the marked side of the limit."""
        if self.limit is None:
            return False
        return start >= self.limit if self.beyond_is_high else end <= self.limit


Chart = Forest | Likert | QuadrantMap | Matrix | RoadmapChart | Tree | Curve | Histogram
