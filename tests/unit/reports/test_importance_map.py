"""The importance–performance map: it shows the importance that decides on the quadrants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.results.measurement import Estimate
from reports.content import Columns, Figure, Stack, StudyReport, Table
from reports.figures import QuadrantMap
from reports.sections.study import study_report

ENOUGH = 100        # model 6: customers from which derived importance decides
STATED, DERIVED = (4.4, 3.2, 4.0), (0.05, 0.30, 0.10)


def _report(bank: Any, n: int, language: str = "en") -> StudyReport:
    """Return the report with three facets whose stated and derived importance differ."""
    diagnosis, template, facts = bank
    quadrant = "keep_up" if n < ENOUGH else "possible_overkill"
    facets = tuple(
        replace(facet, level=replace(facet.level, n=n),
                importance_stated=Estimate(stated, stated - .1, stated + .1, n, ""), importance_derived=derived,
                derived_low=derived - .02, derived_high=derived + .02, quadrant=quadrant, quadrant_stated="keep_up",
                quadrant_derived="possible_overkill")
        for facet, stated, derived in zip(diagnosis.facets[:3], STATED, DERIVED, strict=True))
    return study_report(replace(diagnosis, facets=facets), template, facts, language=language)


def _shown(report: StudyReport) -> tuple[QuadrantMap, Table]:
    columns = next(block for block in report.section("customers").blocks if isinstance(block, Columns))
    figure, table = columns.left[0], columns.right[0]
    assert isinstance(figure, Figure)
    assert isinstance(table, Table)
    assert isinstance(figure.chart, QuadrantMap)
    return figure.chart, table


@pytest.mark.parametrize(("n", "heights"), [(60, STATED), (240, DERIVED)])
def test_the_map_shows_the_importance_that_the_quadrants_are_of(bank: Any, n: int, heights: tuple[float, ...]) -> None:
    chart, _ = _shown(_report(bank, n))

    assert tuple(point.y for point in chart.points) == heights
    assert chart.cross_y == pytest.approx(sum(heights) / 3)


@pytest.mark.parametrize(("language", "words"), [("en", "stated: keep up"), ("zh", "自述：继续保持")], ids=["en", "zh"])
def test_where_both_disagree_both_quadrants_are_printed(bank: Any, language: str, words: str) -> None:
    _, table = _shown(_report(bank, 240, language))

    last = [row.cells[-1] for row in table.rows]
    assert [cell.lines[-1].text for cell in last if isinstance(cell, Stack)] == [words] * 3


def test_with_few_customers_the_stated_importance_stands_alone(bank: Any) -> None:
    _, table = _shown(_report(bank, 60))

    assert not [cell for row in table.rows for cell in row.cells if isinstance(cell, Stack)]


