"""Unit sheets: a page for each unit with enough answers, its figures beside those of all, no ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analysis.results.comparisons import GroupFigure
from analysis.results.diagnosis import Diagnosis, ProblemFinding
from instruments.facts import StudyFacts
from instruments.template import StudyTemplate
from reports.content import Block, Callout, Figure, Number, Paragraph, Row, Section, Statement, StudyReport, Table
from reports.figures import Forest, ForestRow
from reports.kinds.frame import Face, bound, naming
from reports.numbers import printed, with_interval
from reports.sections.source import Source, capitalised
from reports.sections.table_columns import columns_of

FEWEST = 10                 # valid answers of a unit that gets a sheet
MOST_POINTS = 3
AXIS, MIDDLE = (1.0, 5.0), 3.0
TICKS = tuple((float(value), str(value)) for value in range(1, 6))


def unit_sheets(diagnosis: Diagnosis, template: StudyTemplate, facts: StudyFacts, item: str, released_on: str,
                language: str) -> list[tuple[str, StudyReport]]:
    """Return a sheet for each unit, with the unit's key; `item` is the question that says who belongs to which.

    Figures are those that the diagnosis shows by group: cells hidden there are hidden here, and a unit with fewer than
    ten valid answers gets no sheet.
    """
    study = Source(diagnosis, template, facts, language)
    by_unit: dict[str, dict[str, GroupFigure]] = {}
    for figure in diagnosis.groups:
        if figure.profile_item == item and not figure.is_hidden and (figure.n or 0) >= FEWEST:
            by_unit.setdefault(figure.choice, {})[figure.construct] = figure
    return [(unit, _sheet(study, item, unit, figures, released_on)) for unit, figures in by_unit.items()
            if any(problem.level.construct in figures for problem in study.problems)]


def _sheet(study: Source, item: str, unit: str, figures: Mapping[str, GroupFigure], released_on: str) -> StudyReport:
    words, names = study.words, naming(study.language, study.template)
    asked = study.item(item)
    name = study.choice(asked, unit) if asked else unit
    shown = [problem for problem in study.problems if problem.level.construct in figures]
    n = max(figures[problem.level.construct].n or 0 for problem in shown)
    blocks: list[Block] = [_figure(study, name, shown, figures), _table(study, shown, figures),
                           _talk(study, shown, figures)]
    blocks.append(Paragraph((words.say("unit_sheet.care_small"), words.say("unit_sheet.care_order"),
                             words.say("unit_sheet.care_people")), "small"))
    section = Section("unit", words.text("unit_sheet.part"), words.say("unit_sheet.title", n=n), tuple(blocks),
                      starts_page=False, is_listed=False)
    face = Face(words.text("unit_sheet.kind"), name, words.text("unit_sheet.subtitle"), study.organisation, (),
                study.is_synthetic, released_on)
    made = bound(names, face, (section,), [study.diagnosis.provenance.input_hash, item, unit, released_on])
    return replace(made, shape="sheet")


def _figure(study: Source, name: str, shown: list[ProblemFinding], figures: Mapping[str, GroupFigure]) -> Figure:
    words = study.words
    rows = []
    for problem in shown:
        own, whole = figures[problem.level.construct], problem.level
        label = capitalised(study.name(whole.construct))
        rows.append(ForestRow(label, own.mean, own.ci_low, own.ci_high, own.n, is_highlighted=True,
                              text=with_interval(own.mean, own.ci_low, own.ci_high, "mean", study.language)))
        rows.append(ForestRow(words.text("unit_sheet.whole"), whole.mean, whole.ci_low, whole.ci_high, whole.n,
                              text=with_interval(whole.mean, whole.ci_low, whole.ci_high, "mean", study.language)))
    chart = Forest(tuple(rows), *AXIS, TICKS, words.text("unit_sheet.axis"), words.text("unit_sheet.mean"), "n",
                   reference=MIDDLE)
    first = shown[0]
    alt = words.text("unit_sheet.alt", unit=name, n=len(shown), name=study.name(first.level.construct),
                     own=figures[first.level.construct].mean, whole=first.level.mean)
    return Figure("f-unit", words.say("unit_sheet.figure", n=len(shown)), chart, alt, words.text("unit_sheet.unit"),
                  words.text("unit_sheet.source", period=study.period()))


def _reading(problem: ProblemFinding, own: GroupFigure) -> str:
    """Return whether the unit's interval lies above or below the mean of all, or neither can be told."""
    mean = problem.level.mean
    if mean is None or own.ci_low is None or own.ci_high is None:
        return "open"
    return "more" if own.ci_low > mean else "less" if own.ci_high < mean else "open"


def _table(study: Source, shown: list[ProblemFinding], figures: Mapping[str, GroupFigure]) -> Table:
    words, rows = study.words, []
    for problem in shown:
        own, whole = figures[problem.level.construct], problem.level
        rows.append(Row((Statement(capitalised(study.name(whole.construct))),
                         Number(own.mean, "mean", own.ci_low, own.ci_high),
                         Number(whole.mean, "mean", whole.ci_low, whole.ci_high),
                         Statement(words.text(f"unit_sheet.reading_{_reading(problem, own)}")))))
    columns = columns_of(words, "unit_sheet.head_", ("name", 0.3), ("own", 0.22, "right"), ("whole", 0.22, "right"),
                         ("reading", 0.26))
    return Table("t-unit", words.say("unit_sheet.table", n=len(rows)), columns, tuple(rows), "",
                 words.text("unit_sheet.note"), is_dense=True)


def _talk(study: Source, shown: list[ProblemFinding], figures: Mapping[str, GroupFigure]) -> Callout:
    points = _points(study, shown, figures)
    return Callout("so_what", study.words.text("unit_sheet.talk", n=len(points)), tuple(points))


def _points(study: Source, shown: list[ProblemFinding], figures: Mapping[str, GroupFigure]) -> list[Statement]:
    """Return three questions on what weighs most in this unit; where it stands among units is not said."""
    heaviest = sorted(shown, key=lambda problem: (-(figures[problem.level.construct].mean or 0.0),
                                                  problem.level.construct))[:MOST_POINTS]
    return [_point(study, problem.level.construct, figures[problem.level.construct]) for problem in heaviest]


def _point(study: Source, construct: str, own: GroupFigure) -> Statement:
    """Return the question on one problem; it says so where the unit's interval does not lie above the middle."""
    is_above = own.ci_low is not None and own.ci_low > MIDDLE
    return study.words.say("unit_sheet.point" if is_above else "unit_sheet.point_unsure",
                           name=study.in_sentence(construct), mean=printed(own.mean, "mean"), middle=MIDDLE)
