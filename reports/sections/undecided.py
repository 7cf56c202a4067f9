"""What stands beside the links that a survey leaves undecided: how often one of a stated size would have been found."""

from __future__ import annotations

from analysis.results.diagnosis import LinkFinding
from analysis.results.planning import LinkDetectability
from reports.content import Block, Cell, Column, Paragraph, Row, Stack, Statement, Table
from reports.numbers import interval, printed
from reports.sections.source import Source
from reports.sections.table_columns import columns_of

PROBLEM_WIDTH = 0.24


def undecided(study: Source) -> list[Block]:
    """Return the matrix of problems and causes with those shares; nothing where no link is undecided, or none is known.

    A share belongs to the survey, not to the link: it says what could have been seen, never what is there.
    """
    found = {(link.cause, link.problem): link for link in study.diagnosis.links if link.detectability is not None}
    if not found:
        return []
    words = study.words
    problems = [p.level.construct for p in study.problems if any(problem == p.level.construct for _, problem in found)]
    causes = [c.level.construct for c in study.causes if any(cause == c.level.construct for cause, _ in found)]
    rows = tuple(Row((Statement(study.name(problem)), *(_cell(study, found.get((cause, problem))) for cause in causes)))
                 for problem in problems)
    width = (1 - PROBLEM_WIDTH) / len(causes)
    columns = (*columns_of(words, "undecided.", ("problem", PROBLEM_WIDTH, "left")),
               *(Column(study.name(cause), width) for cause in causes))
    known = [link.detectability for link in found.values() if link.detectability is not None]
    source = words.text("undecided.source", size=known[0].size, n=known[0].n, surveys=known[0].n_surveys)
    return [Table("t-undecided", _title(study, known), columns, rows, "", source, is_dense=True)]


def undecided_line(study: Source) -> list[Block]:
    """Return the one sentence on what could have been found, for where the links are told."""
    known = [link.detectability for link in study.diagnosis.links if link.detectability is not None]
    if not known:
        return []
    title = _title(study, known)
    return [Paragraph((study.words.say("undecided.line", said=title.text, **dict(title.values)),), "small")]


def _title(study: Source, known: list[LinkDetectability]) -> Statement:
    low, high = min(one.share for one in known), max(one.share for one in known)
    is_one = printed(low, "percent") == printed(high, "percent")
    return study.words.say("undecided.title_one" if is_one else "undecided.title", size=known[0].size, low=low,
                           high=high)


def _cell(study: Source, link: LinkFinding | None) -> Cell:
    if link is None or link.detectability is None:
        return Statement("–")
    told = link.detectability
    return Stack((Statement(printed(told.share, "percent"), {"share": told.share},
                            (f"link.{link.cause}.{link.problem}.status",)),
                  Statement(interval(told.ci_low, told.ci_high, "percent", study.language))), has_head=False)


def found_sentence(study: Source, told: LinkDetectability) -> Statement:
    """Return the sentence that stands beside one undecided link."""
    return study.words.say("undecided.sentence", size=told.size, share=told.share, n=told.n,
                           interval=interval(told.ci_low, told.ci_high, "percent", study.language))
