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
    is_withheld: bool = False           # hollow: drawn, but nothing is concluded from it


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
    is_low: bool = False                # to stand on a slide


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
    is_low: bool = False                # to stand on a slide


BarKind = Literal["first", "second", "third", "running", "held", "done", "support"]


@dataclass(frozen=True)
class Bar:
    label: str
    start: float                        # months
    end: float
    kind: BarKind


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
    legend: tuple[tuple[BarKind, str], ...]     # what the fills of the bars mean
    months: int
    tick_labels: tuple[tuple[float, str], ...]
    is_low: bool = False                # to stand on a slide: owners beside their bars, not below their measures


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
class FlowStep:
    label: str
    owner: str
    days: float | None      # a step whose duration nobody entered has none
    days_label: str
    input: str = ""
    output: str = ""


@dataclass(frozen=True)
class Flow:
    steps: tuple[FlowStep, ...]
    heads: tuple[str, str, str, str]    # step and owner, input, output, days


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
class Stage:
    """One stage of a funnel: how many reached it, and what became of those who did not go on."""

    label: str
    n: int
    left: str = ""


@dataclass(frozen=True)
class Funnel:
    """People who went from stage to stage, fewer each time."""

    stages: tuple[Stage, ...]


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


@dataclass(frozen=True)
class Heatmap:
    """Coefficients from -1 to 1 in cells; None leaves a cell empty. The colour only repeats the number."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    bold_from: float = 0.3              # size from which a cell is set bold
    breaks: tuple[int, ...] = ()        # rows that a gap goes before


@dataclass(frozen=True)
class ScreePanel:
    """Observed eigenvalues beside those of random data; `keep` of them lie above."""

    title: str
    observed: tuple[float, ...]
    mean: tuple[float, ...]
    upper: tuple[float, ...]
    keep: int
    keep_label: str
    limit: float | None = None          # a fixed line: 1 for components


@dataclass(frozen=True)
class Scree:
    panels: tuple[ScreePanel, ...]
    x_label: str
    y_label: str
    observed_label: str
    mean_label: str
    upper_label: str
    limit_label: str = ""


@dataclass(frozen=True)
class DistributionRow:
    """One item: shares of its answers from the lowest to the highest; no shares = a heading."""

    label: str
    shares: tuple[float, ...] = ()
    figures: tuple[str, ...] = ()       # printed at the right, under the heads


@dataclass(frozen=True)
class Distribution:
    rows: tuple[DistributionRow, ...]
    points: tuple[str, ...]             # names of the answers, lowest first
    heads: tuple[str, ...]
    among: tuple[DistributionRow, ...] = ()     # rows of all figures that are drawn to the same scale


@dataclass(frozen=True)
class PathItem:
    """An observed item of a latent variable, with what is written at its line and behind it."""

    label: str
    loading: str
    residual: str = ""
    is_weak: bool = False


@dataclass(frozen=True)
class PathFactor:
    label: str
    items: tuple[PathItem, ...]


@dataclass(frozen=True)
class MeasurementPaths:
    """Latent variables as circles with their items as boxes, and what they share as arcs."""

    factors: tuple[PathFactor, ...]
    arcs: tuple[tuple[int, int, str], ...] = ()         # first and second factor, text
    cross: tuple[tuple[int, int, int, str], ...] = ()   # from factor, to the item (factor, place), text
    residual_head: str = ""


@dataclass(frozen=True)
class PathNode:
    label: str
    is_latent: bool
    note: str = ""                      # below its name, such as the explained variance


@dataclass(frozen=True)
class StructurePaths:
    """Regressions among variables, drawn from left to right in the order of the arrows."""

    nodes: tuple[PathNode, ...]
    paths: tuple[tuple[int, int, str, bool], ...]       # from, to, text, whether its interval leaves zero out
    arcs: tuple[tuple[int, int, str], ...] = ()


Chart = (Forest | Likert | QuadrantMap | Matrix | RoadmapChart | Tree | Flow | Curve | Histogram | Heatmap | Scree
         | Distribution | MeasurementPaths | StructurePaths | Funnel)
