"""What may be higher than a page is printed one below another; nothing runs off the foot of a page."""

from __future__ import annotations

import pytest

from reports.content import (
    Block,
    Card,
    Column,
    Columns,
    Cover,
    Figure,
    KeyFigure,
    KeyFigures,
    Number,
    Paragraph,
    Row,
    Section,
    Statement,
    StudyReport,
    Table,
)
from reports.figures import Forest, ForestRow
from reports.length import is_long
from reports.pdf import layout, missing_system_libraries
from reports.render import report_html
from reports.sections.study import study_report
from tests.gates.space import beyond
from tests.unit.reports.conftest import Study

LONG = "word " * 2000
WORDS = Paragraph((Statement(LONG),))
WORDS_OF_A_NOTE = Paragraph((Statement("A note."),))
TALL = Figure("f", Statement("Tall"), Forest(tuple(ForestRow(f"row {n}", 3.0, 2.0, 4.0, 10) for n in range(120)),
                                             1.0, 5.0, ((1.0, "1"),), "axis", "mean", "n"),
              "A text alternative that has 120 rows in it.", "", "")
BLOCKS: dict[str, Block] = {
    "columns": Columns((WORDS,), (WORDS,), "7-5"),
    "card": Card("c", "S1.1", "A measure", (("Aim", Statement(LONG)),), (("Priority", Statement("58")),)),
    "key figures": KeyFigures((KeyFigure(Number(3.0), LONG, ""),)),
    "a row": Table("t", Statement("A table"), (Column("A", 0.5), Column("B", 0.5)),
                   (Row((Statement("x"), Statement(LONG))),)),
    "a figure": TALL,
    "narrow cells in columns": Columns((WORDS_OF_A_NOTE,), (Table(
        "n", Statement("A table"), (Column("Facet", 0.26), Column("Quadrant", 0.74)),
        tuple(Row((Statement("W" * 120), Statement("x"))) for _ in range(8))),), "7-5"),
    "a figure in columns": Columns((TALL,), (WORDS,)),
}


@pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")
@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS.keys())
def test_nothing_longer_than_a_page_runs_off_its_foot(block: Block) -> None:
    section = Section("a", "Part", Statement("What was found"), (block,))
    report = StudyReport("en", "Title", LONG, LONG, Cover("Report", "Title", "", "Bank", ()), (section,), "x",
                         "2026-01-01")

    assert beyond(layout(report_html(report, is_traced=False))) == []


def test_blocks_of_a_usual_report_stay_side_by_side(bank: Study) -> None:
    blocks = [block for language in ("en", "zh") for block in study_report(*bank, language=language).blocks()]

    assert not [block for block in blocks if is_long(block)]
