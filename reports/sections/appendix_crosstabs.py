"""Codes by the attributes of the interviewees, as far as no figure points at one of them."""

from __future__ import annotations

from analysis.results.crosstab import Crosstab, CrosstabRow
from reports.content import Block, Column, Number, Row, Statement, Table
from reports.sections.source import Source

LEAST_GROUPS = 2            # one group alone is compared with nothing
MOST_GROUPS = 6             # columns that can be read beside each other
CODE_WIDTH = 0.34
ALL_WIDTH = 0.1


def crosstabs(study: Source) -> list[Block]:
    """Return a table for each attribute of which anything may be printed."""
    return [table for found in study.diagnosis.crosstabs if (table := _table(study, found)) is not None]


def _table(study: Source, found: Crosstab) -> Table | None:
    """Return the groups that are large enough, with the codes of which a figure may be shown; None without any."""
    groups = [group for group, n in found.groups.items() if n >= found.minimum
              and any(row.cells.get(group) is not None for row in found.rows)]
    rows = [row for row in found.rows if any(row.cells.get(group) for group in groups)]
    if not rows or not LEAST_GROUPS <= len(groups) <= MOST_GROUPS:
        return None
    words = study.words
    width = (1 - CODE_WIDTH - ALL_WIDTH) / len(groups)
    columns = (Column(words.text("crosstabs.code"), CODE_WIDTH),
               Column(words.text("crosstabs.all"), ALL_WIDTH, "right"),
               *(Column(words.text("crosstabs.group", name=_named(study, found, group), n=found.groups[group]), width,
                        "right") for group in groups))
    name = study.read(found.name) if found.name else found.grouping
    return Table(f"t-crosstab-{found.grouping}", words.say("crosstabs.table", name=name, n=sum(found.groups.values())),
                 columns, tuple(_row(study, row, groups) for row in rows), words.text("crosstabs.unit"),
                 words.text("crosstabs.source", minimum=found.minimum), is_dense=True)


def _named(study: Source, found: Crosstab, group: str) -> str:
    """Return a group by its wording where a question on the person offers the groups printed, by its key otherwise."""
    printed = {key for key, n in found.groups.items() if n >= found.minimum}
    asked = sorted(study.items_of_role("profile"), key=lambda item: found.grouping.lower() not in item.key.lower())
    item = next((item for item in asked if printed <= {choice.value for choice in item.choices}), None)
    return study.choice(item, group) if item is not None else group


def _row(study: Source, row: CrosstabRow, groups: list[str]) -> Row:
    return Row((Statement(f"{row.code} {study.code(row.code)}"), _cell(row.n, row.of),
                *(_cell(row.cells[group], row.asked[group]) if group in row.cells else Number(None)
                  for group in groups)))


def _cell(n: int | None, of: int) -> Number | Statement:
    return Number(None, "count", is_hidden=True) if n is None else Statement(f"{n}/{of}")
