"""The board pack: at most eight pages in the shape of slides, taken from a diagnosis report as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from reports.content import (
    Block,
    Bullets,
    Callout,
    Columns,
    Figure,
    Heading,
    KeyFigures,
    Section,
    Statement,
    StudyReport,
    Table,
    walk,
)
from reports.figures import QuadrantMap
from reports.wording import Words

MOST_ROWS, MOST_PROBLEMS, MOST_POINTS = 7, 4, 3       # of a table, of a list: a slide is read from afar
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


def _table(section: Section | None, key: str) -> Block | None:
    found = _first(section, lambda block: isinstance(block, Table) and block.key == key)
    return _short(found) if isinstance(found, Table) else None


def _short(table: Table) -> Table:
    """Return the first rows of a table, without its small print."""
    return replace(table, rows=table.rows[:MOST_ROWS], source="", is_dense=True)


def _slide(section: Section | None, blocks: Sequence[Block | None], key: str = "") -> Section | None:
    kept = tuple(block for block in blocks if block is not None)
    if section is None or not kept:
        return None
    return replace(section, key=key or section.key, blocks=kept, lead=None)


# ---- the slides -----------------------------------------------------------------------------------------------------
def _summary(report: StudyReport, words: Words) -> Section | None:
    section = _find(report, SUMMARY)
    figures = _first(section, lambda block: isinstance(block, KeyFigures))
    points = _table(section, "t-summary")
    problems = replace(points, rows=points.rows[:MOST_PROBLEMS]) if isinstance(points, Table) else None
    return _slide(section, (figures, problems))


def _problems(report: StudyReport, words: Words) -> Section | None:
    section = _find(report, "problems")
    return _slide(section, (_figure(section, "f-problems"),))


def _links(report: StudyReport, words: Words) -> Section | None:
    section = _find(report, "links")
    return _slide(section, (_figure(section, "f-links"),)) or _slide(
        _find(report, "causes"), (_figure(_find(report, "causes"), "f-causes"),))


def _customers(report: StudyReport, words: Words) -> Section | None:
    """Return the map with the table beside it that names its points."""
    section = _find(report, "customers")
    return _slide(section, (_first(section, lambda block: isinstance(block, Columns) and any(
        isinstance(one, Figure) and isinstance(one.chart, QuadrantMap) for one in block.left)),))


def _measures(report: StudyReport, words: Words) -> Section | None:
    section = _find(report, "strategies")
    return _slide(section, (_table(section, "t-ranks"),))


def _roadmap(report: StudyReport, words: Words) -> Section | None:
    section = _find(report, "roadmap")
    return _slide(section, (_figure(section, "f-roadmap"),))


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
