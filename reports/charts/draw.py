"""One door for all charts: figure data in, SVG out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reports.charts.curve import curve
from reports.charts.forest import forest
from reports.charts.histogram import histogram
from reports.charts.likert import likert
from reports.charts.matrix import matrix
from reports.charts.quadrants import quadrants
from reports.charts.roadmap import roadmap
from reports.charts.tree import tree
from reports.figures import Chart, Curve, Forest, Histogram, Likert, Matrix, QuadrantMap, RoadmapChart, Tree

_DRAW: dict[type, Callable[[Any, str, str], str]] = {
    Forest: forest, Likert: likert, QuadrantMap: quadrants, Matrix: matrix, RoadmapChart: roadmap, Tree: tree,
    Curve: curve, Histogram: histogram,
}


def draw(chart: Chart, title: str, language: str) -> str:
    """Return the chart as an SVG string whose first child is `title`, its text alternative."""
    return _DRAW[type(chart)](chart, title, language)
