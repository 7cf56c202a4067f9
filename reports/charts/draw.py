"""One door for all charts: figure data in, SVG out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reports.charts.curve import curve
from reports.charts.distribution import distribution
from reports.charts.flow import flow
from reports.charts.forest import forest
from reports.charts.funnel import funnel
from reports.charts.heatmap import heatmap
from reports.charts.histogram import histogram
from reports.charts.likert import likert
from reports.charts.matrix import matrix
from reports.charts.measurement_paths import measurement_paths
from reports.charts.quadrants import quadrants
from reports.charts.roadmap import roadmap
from reports.charts.scree import scree
from reports.charts.structure_paths import structure_paths
from reports.charts.tree import tree
from reports.figures import (
    Chart,
    Curve,
    Distribution,
    Flow,
    Forest,
    Funnel,
    Heatmap,
    Histogram,
    Likert,
    Matrix,
    MeasurementPaths,
    QuadrantMap,
    RoadmapChart,
    Scree,
    StructurePaths,
    Tree,
)

_DRAW: dict[type, Callable[[Any, str, str], str]] = {
    Forest: forest, Likert: likert, QuadrantMap: quadrants, Matrix: matrix, RoadmapChart: roadmap, Tree: tree,
    Flow: flow, Curve: curve, Histogram: histogram, Heatmap: heatmap, Scree: scree, Distribution: distribution,
    MeasurementPaths: measurement_paths, StructurePaths: structure_paths,
    Funnel: funnel,
}


def draw(chart: Chart, title: str, language: str) -> str:
    """Return the chart as an SVG string whose first child is `title`, its text alternative."""
    return _DRAW[type(chart)](chart, title, language)
