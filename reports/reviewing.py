"""What people add to a report before it is released: edited wordings, management's response, the mark of a draft."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reports.content import (
    Block,
    Bullets,
    Callout,
    Columns,
    Group,
    Paragraph,
    Row,
    Section,
    Statement,
    StudyReport,
    Table,
    with_numbers,
)
from reports.numbers import day
from reports.sections.table_columns import columns_of
from reports.wording import Words, forbidden_phrases

STANCES = ("agree", "partly", "disagree")
RESPONDED = "problems"              # the section that carries management's response
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class WordingEdit:
    """One wording of a section as it was written, and as a researcher put it; an empty text takes the edit back."""

    section: str
    original: str
    text: str
    reason: str
    edited_on: str = ""             # ISO date
    editor: str = ""
    number: int = 1


@dataclass(frozen=True)
class Response:
    """What management says of one problem; it never touches a grade."""

    construct: str
    name: str
    stance: str                     # one of STANCES
    reason: str
    responded_on: str = ""
    by: str = ""


# ---- pieces ---------------------------------------------------------------------------------------------------------
def statements_of(section: Section) -> Iterator[Statement]:
    """Return the wordings of a section that may be edited, in reading order: sentences, points, boxes, the lead."""
    if section.lead:
        yield section.lead
    for block in section.blocks:
        yield from _of_block(block)


def wordings_of(block: Block) -> tuple[str, ...]:
    """Return the wordings of one block that may be edited."""
    return tuple(one.text for one in _of_block(block) if one.text)


def _of_block(block: Block) -> Iterator[Statement]:
    if isinstance(block, Statement):
        yield block
    elif isinstance(block, Paragraph):
        yield from block.statements
    elif isinstance(block, (Bullets, Callout)):
        yield from block.items
    elif isinstance(block, (Group, Columns)):
        for inner in block.blocks if isinstance(block, Group) else block.left + block.right:
            yield from _of_block(inner)


def _changed(block: Block, change: Callable[[Statement], Statement]) -> Block:
    if isinstance(block, Statement):
        return change(block)
    if isinstance(block, Paragraph):
        return replace(block, statements=tuple(map(change, block.statements)))
    if isinstance(block, (Bullets, Callout)):
        return replace(block, items=tuple(map(change, block.items)))
    if isinstance(block, Group):
        return replace(block, blocks=tuple(_changed(inner, change) for inner in block.blocks))
    if isinstance(block, Columns):
        return replace(block, left=tuple(_changed(inner, change) for inner in block.left),
                       right=tuple(_changed(inner, change) for inner in block.right))
    return block


# ---- edits ----------------------------------------------------------------------------------------------------------
def strange_numbers(original: str, text: str) -> list[str]:
    """Return the numbers of a text that its original does not hold; none is what an edit needs."""
    known = set(FIGURE.findall(original))
    return [number for number in dict.fromkeys(FIGURE.findall(text)) if number not in known]


def forbidden_in(text: str, language: str) -> list[str]:
    """Return wordings of an edit that no figure of the report supports."""
    return forbidden_phrases(text, language)


def with_edits(report: StudyReport, edits: Sequence[WordingEdit]) -> tuple[StudyReport, tuple[WordingEdit, ...]]:
    """Return the report with its edits in force, and the edits whose original wording it does not hold any more.

    An edited wording is marked; the original, the reason and the editor stand in an appendix.
    """
    words = Words(report.language)
    made = {(edit.section, edit.original): edit for edit in edits if edit.text}
    used: list[WordingEdit] = []

    def change_in(section: Section) -> Section:
        def change(statement: Statement) -> Statement:
            edit = made.get((section.key, statement.text))
            if edit is None:
                return statement
            used.append(edit)
            return replace(statement, text=words.text("review.edited", text=edit.text))

        lead = change(section.lead) if section.lead else section.lead
        return replace(section, lead=lead, blocks=tuple(_changed(block, change) for block in section.blocks))

    sections = [change_in(section) for section in report.sections]
    stale = tuple(edit for edit in made.values() if edit not in used)
    if used:
        names = {section.key: section.part for section in report.sections}
        sections.append(_edits_section(words, list(dict.fromkeys(used)), names))
    return with_numbers(replace(report, sections=tuple(sections))), stale


def _edits_section(words: Words, edits: Sequence[WordingEdit], parts: Mapping[str, str]) -> Section:
    rows = tuple(Row((
        Statement(parts.get(edit.section, edit.section)), Statement(edit.original), Statement(edit.text),
        Statement(" · ".join(filter(None, (day(edit.edited_on, words.language), edit.editor, edit.reason))))))
        for edit in edits)
    columns = columns_of(words, "review.edit_", ("part", 0.13), ("original", 0.33), ("text", 0.31), ("made", 0.23))
    table = Table("t-wording-edits", words.say("review.edit_table", n=len(rows)), columns, rows, "",
                  words.text("review.edit_note"), is_dense=True)
    return Section("wording-edits", words.text("review.part_edits"), words.say("review.edit_title", n=len(rows)),
                   (table,), is_appendix=True)


# ---- management's response ------------------------------------------------------------------------------------------
def with_responses(report: StudyReport, responses: Sequence[Response]) -> StudyReport:
    """Return the report with what management says of each problem below the ranking, as it is where it says nothing."""
    known = [one for one in responses if one.stance in STANCES]
    if not known or not any(section.key == RESPONDED for section in report.sections):
        return report
    words = Words(report.language)
    rows = tuple(Row((Statement(one.name), Statement(words.text(f"review.stance_{one.stance}")), Statement(one.reason),
                      Statement(" · ".join(filter(None, (day(one.responded_on, words.language), one.by))))))
                 for one in known)
    columns = columns_of(words, "review.response_", ("problem", 0.22), ("stance", 0.14), ("reason", 0.42), ("by", 0.22))
    agree, partly, disagree = (sum(one.stance == stance for one in known) for stance in STANCES)
    title = words.say("review.response_table", agree=agree, partly=partly, disagree=disagree)
    table = Table("t-responses", title, columns, rows, "",
                  words.text("review.response_note"))
    sections = tuple(replace(section, blocks=(*section.blocks, table)) if section.key == RESPONDED else section
                     for section in report.sections)
    return with_numbers(replace(report, sections=sections))


# ---- drafts ---------------------------------------------------------------------------------------------------------
def as_draft(report: StudyReport, number: int) -> StudyReport:
    """Return the report as a numbered draft: marked across every page and in the foot."""
    words = Words(report.language)
    foot = words.text("review.draft_foot", foot=report.classification, number=number)
    return replace(report, watermark=words.text("review.watermark", number=number), classification=foot)
