"""The charts of measurement: every number beside its own mark, none over another's, and a text alternative."""

from __future__ import annotations

import re
from itertools import combinations

import defusedxml.ElementTree as ET  # noqa: N817  # the name it has everywhere
import pytest

from reports.charts.distribution import inks
from reports.charts.draw import draw
from reports.charts.heatmap import step_of
from reports.charts.metrics import text_width
from reports.figures import (
    Chart,
    Distribution,
    DistributionRow,
    Heatmap,
    MeasurementPaths,
    PathFactor,
    PathItem,
    PathNode,
    Scree,
    ScreePanel,
    StructurePaths,
)

NAMES = ("Agreeableness", "Conscientiousness", "Extraversion", "Neuroticism", "Openness")
NUMBER = re.compile(r"−?\d\.\d\d")
Box = tuple[float, float, float, float]


def _measurement(n: int = 5, k: int = 5) -> MeasurementPaths:
    factors = tuple(PathFactor(name, tuple(
        PathItem(f"{name[0]}{row}", f"0.{41 + row * 5}", "0.43") for row in range(k))) for name in NAMES[:n])
    arcs = tuple((first, second, f"0.{first}{second}") for first, second in combinations(range(n), 2))
    return MeasurementPaths(factors, arcs, (), "residual")


def _structure() -> StructurePaths:
    nodes = tuple(PathNode(name, True, "R² 0.20" if place > 1 else "") for place, name in enumerate(NAMES))
    paths = tuple((source, target, f"0.{source}{target}", source != 1)
                  for source, target in combinations(range(5), 2) if (source, target) != (0, 1))
    return StructurePaths(nodes, paths, ((0, 1, "0.33"),))


def _scree(n: int = 15) -> Scree:
    falling = tuple(5 / (place + 1) - 0.4 for place in range(n))
    flat = tuple(0.3 - 0.03 * place for place in range(n))
    panel = ScreePanel("Common factors", falling, flat, flat, 8, "8 above random")
    return Scree((panel, panel), "number", "eigenvalue", "observed", "mean", "95th percentile", "1 (Kaiser)")


def _heatmap() -> Heatmap:
    values = tuple(tuple((-1) ** column * (row + column) / 40 for column in range(5)) for row in range(25))
    texts = tuple(tuple(f"{value:.2f}".replace("-", "−") for value in line) for line in values)
    return Heatmap(tuple(f"Item {row}" for row in range(25)), ("F1", "F2", "F3", "F4", "F5"), values, texts)


def _distribution(n: int = 6) -> Distribution:
    rows = (DistributionRow("Scale"), *(DistributionRow(f"Item {row} with a wording that is longer than its column is",
                                                        (1 / n,) * n, ("4.20", "1.30", "2,784")) for row in range(4)))
    return Distribution(rows, tuple(str(point + 1) for point in range(n)), ("M", "SD", "n"))


CHARTS: dict[str, Chart] = {"measurement": _measurement(), "structure": _structure(), "scree": _scree(),
                            "heatmap": _heatmap(), "distribution": _distribution()}


def _texts(svg: str, language: str = "en") -> list[tuple[str, Box]]:
    """Return every upright text with the box it takes."""
    found = []
    for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if "transform" in element.attrib:
            continue
        size, text = float(element.attrib["font-size"]), element.text or ""
        width = text_width(text, size, int(element.attrib.get("font-weight", 400)), language)
        anchor = element.attrib.get("text-anchor", "start")
        x = float(element.attrib["x"]) - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        y = float(element.attrib["y"])
        found.append((text, (x, y - size * 0.7, x + width, y + size * 0.05)))
    return found


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("name", sorted(CHARTS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_chart_begins_with_its_text_alternative_and_stays_on_its_sheet(name: str, language: str) -> None:
    svg = draw(CHARTS[name], "What the chart <shows>", language)

    root = ET.fromstring(svg)
    assert root[0].text == "What the chart <shows>"
    width, height = (float(value) for value in root.attrib["viewBox"].split()[2:])
    outside = [(text, box) for text, box in _texts(svg, language)
               if box[0] < -1 or box[2] > width + 1 or box[1] < -1 or box[3] > height + 1]
    assert outside == []


@pytest.mark.parametrize("name", sorted(CHARTS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_lies_over_another(name: str, language: str) -> None:
    texts = _texts(draw(CHARTS[name], "t", language), language)

    assert [(one, other) for (one, a), (other, b) in combinations(texts, 2) if _overlap(a, b)] == []


@pytest.mark.parametrize(("n", "k"), [(1, 3), (2, 2), (3, 10), (6, 4)])
def test_loadings_of_any_model_stand_apart(n: int, k: int) -> None:
    chart = _measurement(min(n, 5), k)

    texts = _texts(draw(chart, "t", "en"))

    assert [(one, other) for (one, a), (other, b) in combinations(texts, 2) if _overlap(a, b)] == []
    assert sum(bool(NUMBER.fullmatch(text)) for text, _ in texts) == min(n, 5) * k * 2 + len(chart.arcs)


def test_many_factors_are_drawn_without_arcs() -> None:
    factors = tuple(PathFactor(f"Factor {number}", (PathItem(f"q{number}", "0.70"),) * 3) for number in range(7))
    chart = MeasurementPaths(factors, tuple((a, b, "0.99") for a, b in combinations(range(7), 2)))

    assert "0.99" not in draw(chart, "t", "en")


def test_a_weak_loading_is_dashed() -> None:
    chart = MeasurementPaths((PathFactor("F", (PathItem("a", "0.70"), PathItem("b", "0.12", is_weak=True))),))

    assert draw(chart, "t", "en").count("stroke-dasharray") == 1


def test_a_circle_of_arrows_is_drawn_all_the_same() -> None:
    nodes = (PathNode("a", False), PathNode("b", False), PathNode("c", True))
    chart = StructurePaths(nodes, ((0, 1, "0.10", True), (1, 2, "0.20", True), (2, 0, "0.30", False)))

    svg = draw(chart, "t", "en")

    assert all(text in svg for text in ("0.10", "0.20", "0.30"))


def test_kept_eigenvalues_are_filled_and_the_others_open() -> None:
    svg = draw(_scree(), "t", "en")

    assert svg.count('r="3.4" fill="#0b3954"') == 16
    assert svg.count('r="3.4" fill="#ffffff"') == 14


@pytest.mark.parametrize(("value", "step"), [
    (-1, 0), (-0.31, 2), (-0.3, 3), (0, 4), (0.1, 5), (0.3, 6), (0.7, 8), (1, 8)])
def test_a_coefficient_has_the_colour_of_its_size(value: float, step: int) -> None:
    assert step_of(value) == step


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 11])
def test_every_number_of_answers_has_its_colours(n: int) -> None:
    svg = draw(_distribution(n), "t", "en")

    assert len(inks(n)) == n
    assert len(ET.fromstring(svg)) > n * 4


def test_an_empty_cell_of_a_map_has_no_colour() -> None:
    chart = Heatmap(("a", "b"), ("F1", "F2"), ((0.4, None), (0.2, 0.6)), (("0.40", ""), ("0.20", "0.60")))

    svg = draw(chart, "t", "en")

    assert svg.count("<rect") == 3 + 9


def test_the_middle_of_the_scale_is_drawn_under_the_numbers() -> None:
    svg = draw(_distribution(5), "Bars", "en")

    last_dash = max(place for place in range(len(svg)) if svg.startswith("stroke-dasharray", place))

    assert last_dash < svg.rindex("<rect")


def test_a_legend_that_is_wider_than_the_bars_is_told_whole() -> None:
    points = tuple(f"{point} words that say what this answer means to people" for point in range(1, 6))
    rows = (DistributionRow("Item", (0.2,) * 5, ("3.00", "1.00", "60")),)

    texts = [text for text, _ in _texts(draw(Distribution(rows, points, ("M", "SD", "n")), "bars", "en"))]

    assert set(points) <= set(texts)


def test_figures_of_one_scale_draw_the_same_share_as_wide() -> None:
    low, high = DistributionRow("low", (0.8, 0.1, 0.1), ("1",)), DistributionRow("high", (0.1, 0.1, 0.8), ("1",))

    drawn = [draw(Distribution((row,), ("1", "2", "3"), ("M",), (low, high)), "bars", "en") for row in (low, high)]

    widest = [max(float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)" height="13"', svg))
              for svg in drawn]
    assert widest[0] == widest[1]


def test_a_label_longer_than_a_line_of_the_map_keeps_all_its_words() -> None:
    wording = "ABC1  When a customer needs several business lines, our structure makes it easy to serve as one team."
    chart = Heatmap((wording, "short"), ("F1", "F2"), ((0.4, 0.1), (0.2, 0.6)), (("0.40", "0.10"), ("0.20", "0.60")))

    texts = [text for text, _ in _texts(draw(chart, "map", "en"))]

    assert "…" not in "".join(texts)
    assert " ".join(texts).count("team.") == 1
