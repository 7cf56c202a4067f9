"""The board pack: at most eight pages in the shape of slides, taken from a diagnosis report as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from reports.content import (
    Block,
    Bullets,
    Callout,
    Cell,
    Columns,
    Figure,
    GradeCell,
    Heading,
    KeyFigures,
    Paragraph,
    Row,
    Section,
    Stack,
    Statement,
    StudyReport,
    Table,
    walk,
)
from reports.figures import Lane, Matrix, QuadrantMap, RoadmapChart
from reports.wording import Words

MOST_SIGNS, MOST_SIGNS_BESIDE = 120, 60     # of the words of a cell; in a table beside a figure
MOST_ROWS, MOST_LANES, MOST_PROBLEMS, MOST_POINTS = 8, 9, 4, 3     # of a table, a chart, a list: read from afar
SUMMARY = "summary"


def board_pack(report: StudyReport) -> StudyReport:
    """Return the pack of a study's report; figures and tables keep the numbers that they have there."""
    words = Words(report.language)
    slides = (_summary, _problems, _links, _customers, _measures, _roadmap, _decisions)
    made = [slide(report, words) for slide in slides]
    sections = tuple(replace(section, starts_page=True, is_appendix=False, is_listed=False)
                     for section in made if section is not None and section.blocks)
    cover = replace(report.cover, kind=words.text("board.kind"))
    foot = words.text("board.foot", classification=report.classification.rstrip("。."), day=report.frozen_on)
    return replace(report, sections=sections, cover=cover, name=words.text("board.name", name=report.name),
                   classification=foot, shape="slide")


def _find(report: StudyReport, key: str) -> Section | None:
    return next((section for section in report.sections if section.key == key), None)


def _first(section: Section | None, fits: Callable[[Block], bool]) -> Block | None:
    return next((block for block in walk(section.blocks) if fits(block)), None) if section is not None else None


def _figure(section: Section | None, key: str) -> Block | None:
    return _first(section, lambda block: isinstance(block, Figure) and block.key == key)


def _table(section: Section | None, key: str, words: Words, most: int = MOST_ROWS) -> Block | None:
    """Return the first rows of a table without its small print; rows left out are told."""
    found = _first(section, lambda block: isinstance(block, Table) and block.key == key)
    if not isinstance(found, Table):
        return None
    n = len(found.rows)
    left_out = words.text("board.cut", shown=most, n=n) if n > most else ""
    return replace(_briefly(found, most), source=left_out, is_dense=True)


def _briefly(table: Table, most: int = MOST_ROWS, signs: int = MOST_SIGNS) -> Table:
    """Return the first rows of a table, whose cells leave room for each other."""
    rows = (replace(row, cells=tuple(_brief(cell, signs) for cell in row.cells)) for row in table.rows[:most])
    return replace(table, rows=tuple(rows))


def _brief(cell: Cell, signs: int) -> Cell:
    """Return a cell whose words leave room for the others; the whole of them stands in the report."""
    if isinstance(cell, Stack):
        return replace(cell, lines=tuple(_brief_words(line, signs) for line in cell.lines))
    return _brief_words(cell, signs) if isinstance(cell, Statement) else cell


def _brief_words(said: Statement, signs: int) -> Statement:
    return said if len(said.text) <= signs else replace(said, text=f"{said.text[:signs].rstrip()}…")


def _slide(section: Section | None, blocks: Sequence[Block | None], key: str = "") -> Section | None:
    kept = tuple(block for block in blocks if block is not None)
    if section is None or not kept:
        return None
    return replace(section, key=key or section.key, blocks=kept, lead=None)


# ---- the slides -----------------------------------------------------------------------------------------------------
def _summary(report: StudyReport, words: Words) -> Section | None:
    section = _find(report, SUMMARY)
    figures = _first(section, lambda block: isinstance(block, KeyFigures))
    table = _table(section, "t-summary", words, MOST_PROBLEMS)
    whole = _first(section, lambda block: isinstance(block, Table) and block.key == "t-summary")
    if isinstance(table, Table) and isinstance(whole, Table) and len(whole.rows) > MOST_PROBLEMS:
        names = [_in_short(words, row) for row in whole.rows[MOST_PROBLEMS:]]
        table = replace(table, source=words.text("board.cut_problems", names=words.join(names), n=len(names)))
    return _slide(section, (figures, table))


def _in_short(words: Words, row: Row) -> str:
    """Return a problem of the summary with its grade, such as "5. Imperfect management system (weak)"."""
    name, grade = row.cells[0], row.cells[-1]
    said = name.lines[0].text if isinstance(name, Stack) else name.text if isinstance(name, Statement) else ""
    return words.text("board.cut_problem", name=said, grade=grade.word) if isinstance(grade, GradeCell) else said


def _problems(report: StudyReport, words: Words) -> Section | None:
    """Return the problems as staff rate them, with what changed since the wave before where it was compared."""
    section = _find(report, "problems")
    return _slide(section, (_figure(section, "f-problems"), _changed(report, words)))


def _changed(report: StudyReport, words: Words) -> Block | None:
    """Return in a sentence what changed since the wave before, each change with its interval."""
    section = _find(report, "changes")
    if section is None:
        return None
    told = {words.text("changes.better"), words.text("changes.worse")}
    rows = [row.cells for block in walk(section.blocks) if isinstance(block, Table)
            and block.key.startswith("t-changes-") for row in block.rows]
    found = [(name.text, change.text) for name, *_, change, _, verdict in rows if isinstance(name, Statement)
             and isinstance(change, Statement) and isinstance(verdict, Statement) and verdict.text in told]
    changes = ([change for _, change in found] if len(found) == 1         # the title has its name
               else [words.text("board.change", name=name, change=change) for name, change in found])
    said = words.text("board.changes" if found else "board.no_changes", said=section.title.text,
                      names=words.text("labels.between").join(changes))
    return Callout("so_what", words.text("board.since"), (Statement(said),))


def _links(report: StudyReport, words: Words) -> Section | None:
    section = _find(report, "links")
    figure = _low(_figure(section, "f-links"))
    held = _held_before(report, words)
    if isinstance(figure, Figure) and held:
        figure = replace(figure, source=words.text("labels.between_sentences").join((figure.source, held)))
    return _slide(section, (figure,)) or _slide(
        _find(report, "causes"), (_figure(_find(report, "causes"), "f-causes"),))


def _held_before(report: StudyReport, words: Words) -> str:
    """Return when the interviews were held where the report says that it was before its survey, else nothing."""
    section = _find(report, "answers")
    for block in walk(section.blocks) if section is not None else ():
        for said in block.statements if isinstance(block, Paragraph) else ():
            days = {name: said.values.get(name, "") for name in ("start", "end")}
            if all(days.values()) and said.text == words.text("situation.held_before", **days):
                return words.text("board.held_before", **days)
    return ""


def _customers(report: StudyReport, words: Words) -> Section | None:
    """Return the map with the table beside it that names its points."""
    section = _find(report, "customers")
    found = _first(section, lambda block: isinstance(block, Columns) and any(map(_is_map, block.left)))
    if not isinstance(found, Columns):
        return None
    return _slide(section, (replace(
        found, left=tuple(_low(block) or block for block in found.left),
        right=tuple(replace(_briefly(block, signs=MOST_SIGNS_BESIDE), source=words.text("board.map_note")
                            if block.source else "") if isinstance(block, Table) else block
                    for block in found.right)),))


def _is_map(block: Block) -> bool:
    return isinstance(block, Figure) and isinstance(block.chart, QuadrantMap)


def _low(block: Block | None) -> Block | None:
    """Return a map or matrix as low as a slide needs it, any other block as it is."""
    if isinstance(block, Figure) and isinstance(block.chart, (Matrix, QuadrantMap)):
        return replace(block, chart=replace(block.chart, is_low=True))
    return block


def _measures(report: StudyReport, words: Words) -> Section | None:
    section = _find(report, "strategies")
    return _slide(section, (_table(section, "t-ranks", words),))


def _roadmap(report: StudyReport, words: Words) -> Section | None:
    """Return the roadmap with owners beside their bars; lanes that a slide does not hold are told."""
    section = _find(report, "roadmap")
    found = _figure(section, "f-roadmap")
    if not isinstance(found, Figure) or not isinstance(found.chart, RoadmapChart):
        return None
    measures = [lane for lane in found.chart.lanes if not _is_support(lane)]
    support = [lane for lane in found.chart.lanes if _is_support(lane)]
    shown = measures[:MOST_LANES - len(support)]
    chart = replace(found.chart, lanes=(*shown, *support), is_low=True)
    told = [words.text("board.cut", shown=len(shown), n=len(measures))] if len(shown) < len(measures) else []
    shorter = found.source.removeprefix(words.text("plan.roadmap_source")).strip()     # the legend has the phases
    source = words.text("labels.between_sentences").join([*told, shorter])
    return _slide(section, (replace(found, chart=chart, source=source),))


def _is_support(lane: Lane) -> bool:
    return any(bar.kind == "support" for bar in lane.bars)


def _decisions(report: StudyReport, words: Words) -> Section | None:
    """Return what management is asked to decide, and what to bear in mind while doing so, as the last page."""
    section = _find(report, SUMMARY)
    asked = _first(section, lambda block: isinstance(block, Callout) and block.kind == "decision")
    if section is None or not isinstance(asked, Callout):
        return None
    title = Statement(words.text("board.decisions", n=len(asked.items)))
    found = _first(_find(report, "limits"), lambda block: isinstance(block, Bullets))
    limits: tuple[Block, ...] = ()
    if isinstance(found, Bullets):
        limits = (Heading(words.text("board.limits")), replace(found, items=found.items[:MOST_POINTS]))
    return replace(section, key="decisions", part=words.text("board.part_decisions"), title=title, lead=None,
                   blocks=(asked, *limits))
