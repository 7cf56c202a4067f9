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
from reports.length import is_long, is_loose
from reports.pdf import layout, missing_system_libraries
from reports.render import report_html
from reports.sections.study import study_report
from tests.gates.checks import tables_without_heads
from tests.gates.printed import print_report
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


def table_of(lines: int, rows: int, title: str = "A table") -> Table:
    """Return a table of six columns whose row names take so many lines."""
    return Table("t", Statement(title), tuple(Column(f"Column {n}", 1 / 6) for n in range(6)), tuple(
        Row((Statement("W" * 15 * lines), *(Number(1.0) for _ in range(5)))) for _ in range(rows)))


@pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")
@pytest.mark.parametrize(("lines", "rows", "title"), [(28, 3, "A table"), (18, 5, "A table"), (2, 70, "W" * 900)],
                         ids=["high rows", "rows of a third", "a title of nine lines"])
def test_a_table_keeps_head_and_caption_on_every_page_however_high_its_rows(lines: int, rows: int, title: str) -> None:
    section = Section("a", "Part", Statement("What was found"), (Paragraph((Statement("word " * 820),)),
                                                                 table_of(lines, rows, title)), is_appendix=True)
    report = StudyReport("en", "Title", "Study", "Wave", Cover("Report", "Title", "", "Bank", ()), (section,), "x",
                         "2026-01-01")

    printed = print_report(report)

    assert len(printed.pages) > 3
    assert tables_without_heads(printed) == []


def test_rows_of_a_usual_table_are_kept_with_their_neighbours() -> None:
    assert [is_loose(table_of(lines, 3)) for lines in (1, 6, 12, 13)] == [False, False, False, True]


def test_blocks_of_a_usual_report_stay_side_by_side(bank: Study) -> None:
    blocks = [block for language in ("en", "zh") for block in study_report(*bank, language=language).blocks()]

    assert not [block for block in blocks if is_long(block)]
