"""How the figures stand under other choices, and how groups see the problems."""

from __future__ import annotations

from analysis.results.comparisons import GroupFigure
from analysis.results.diagnosis import Level, LinkFinding
from instruments.schema import Item
from reports.content import Block, Column, Number, Row, Section, Statement, Table
from reports.sections.situation import hidden_note
from reports.sections.source import Source
from reports.sections.table_columns import columns_of
from reports.sections.undecided import undecided

ENDS = (1.0, 5.0)           # of the scale that means are told on


def sensitivity(study: Source) -> list[Section]:
    """Return means plain, corrected and with the answers left out, and every link in full."""
    words = study.words
    levels = [p.level for p in study.problems] + [c.level for c in study.causes]
    blocks: list[Block] = [_means(study, [level for level in levels if level.mean is not None])]
    links = [link for link in study.diagnosis.links if not link.is_withheld]
    if links:
        blocks.append(_links(study, links))
    blocks.extend(undecided(study))
    if not any(level.mean is not None for level in levels):
        return []
    return [Section("sensitivity", words.text("part.appendix_b2"), words.say("sensitivity.title"), tuple(blocks),
                    is_appendix=True)]


def _means(study: Source, levels: list[Level]) -> Table:
    words = study.words
    rows = tuple(Row((Statement(study.name(level.construct)), Number(level.mean, "mean", level.ci_low, level.ci_high),
                      Number(level.corrected_mean, "mean"), Number(level.balanced_mean, "mean"),
                      Number(level.mean_with_excluded, "mean"), Number(level.q_value, "p"),
                      Number(level.q_corrected, "p"))) for level in levels)
    columns = columns_of(words, "sensitivity.column_", ("name", 0.25), ("mean", 0.19), ("corrected", 0.12, "right"),
                         ("balanced", 0.11, "right"), ("with_excluded", 0.13, "right"), ("q", 0.1, "right"),
                         ("q_corrected", 0.1, "right"))
    return Table("t-sensitivity", words.say("sensitivity.means_title", n=len(rows)), columns, rows, "",
                 words.text("sensitivity.means_source"), is_dense=True)


def _links(study: Source, links: list[LinkFinding]) -> Table:
    words, rows, over = study.words, [], ""
    for link in sorted(links, key=lambda link: (link.problem, -link.beta)):
        if link.problem != over:
            over = link.problem
            rows.append(Row((Statement(study.name(over)),), is_group=True))
        stated = (f"{link.stated_k}/{link.stated_n}" if link.stated_k is not None and link.stated_n
                  and link.stated_n >= study.minimum_group else "–")
        rows.append(Row((Statement(study.name(link.cause)), Number(link.beta, "coefficient", link.lo, link.hi),
                         Number(link.q_value, "p"),
                         Number(link.beta_disattenuated, "coefficient", link.beta_dis_low, link.beta_dis_high),
                         Number(link.general_dominance, "coefficient", link.dominance_low, link.dominance_high),
                         Number(link.relative_weight, "coefficient"), Number(link.r, "coefficient"),
                         Statement(stated))))
    columns = columns_of(words, "sensitivity.link_", ("pair", 0.2), ("beta", 0.19), ("q", 0.08, "right"),
                         ("beta_dis", 0.19), ("dominance", 0.16), ("weight", 0.06, "right"), ("r", 0.06, "right"),
                         ("stated", 0.06, "right"))
    return Table("t-links", words.say("sensitivity.links_title", n=len(links)), columns, tuple(rows), "",
                 words.text("sensitivity.links_source"), is_dense=True)


def groups(study: Source) -> list[Section]:
    """Return the problems' means by group, one table for each attribute; hidden cells stay hidden."""
    words = study.words
    problems = [p.level.construct for p in study.problems]
    figures = [g for g in study.diagnosis.groups if g.construct in problems]
    attributes = list(dict.fromkeys(g.profile_item for g in figures))
    if not attributes:
        return []
    shown = [key for key in problems if any(g.construct == key for g in figures)]
    rows: list[Row] = []
    for attribute in attributes:
        inside = [g for g in figures if g.profile_item == attribute]
        item = study.item(attribute)
        name = study.read(item.text) if item else attribute
        if all(g.is_hidden for g in inside):
            rows.append(Row((words.say("groups.all_hidden", name=name),), is_group=True))
        else:
            rows.append(Row((Statement(name),), is_group=True))
            rows.extend(_group_rows(study, item, shown, inside))
    each = 0.77 / max(len(shown), 1)
    columns = (Column(words.text("groups.group"), 0.18), Column(words.text("labels_chart.n"), 0.05, "right"),
               *(Column(study.name(key), each, "right") for key in shown))
    table = Table("t-groups", words.say("groups.table_title", n=len(attributes)), columns, tuple(rows),
                  words.text("groups.unit"), _note(study, figures, rows), is_dense=True)
    return [Section("groups", words.text("part.groups"), words.say("groups.title"), (table,), words.say("groups.lead"),
                    is_appendix=True, starts_page=False)]


def _note(study: Source, figures: list[GroupFigure], rows: list[Row]) -> str:
    """Return what hidden cells mean, and that intervals end where the scale does, where the one or other is there."""
    is_cut = any(_cut(end) != end for g in figures if not g.is_hidden for end in (g.ci_low, g.ci_high))
    said = [hidden_note(study, rows), study.words.text("groups.cut") if is_cut else ""]
    return study.words.text("labels.between_sentences").join(part for part in said if part)


def _cut(end: float | None) -> float | None:
    """Return an end of an interval no further out than the scale: of few people it may lie beyond."""
    return None if end is None else min(max(end, ENDS[0]), ENDS[1])


def _group_rows(study: Source, item: Item | None, shown: list[str], figures: list[GroupFigure]) -> list[Row]:
    by_cell = {(g.choice, g.construct): g for g in figures}
    rows = []
    for choice in dict.fromkeys(g.choice for g in figures):
        cells = [by_cell.get((choice, key)) for key in shown]
        numbers = [Number(None) if g is None else Number(
            g.mean, "mean", _cut(g.ci_low), _cut(g.ci_high), is_hidden=g.is_hidden) for g in cells]
        n = max((g.n for g in cells if g is not None and g.n is not None and not g.is_hidden), default=None)
        is_hidden = all(g is None or g.is_hidden for g in cells)
        label = study.choice(item, choice) if item else choice
        rows.append(Row((Statement(label), Number(None if n is None else float(n), "count", is_hidden=is_hidden),
                         *numbers)))
    return rows
