"""Content to HTML: one document, one language; the PDF and the downloadable page are both made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.charts.draw import draw
from reports.content import (
    Block,
    Bullets,
    Callout,
    Card,
    Cell,
    Columns,
    Contents,
    Facts,
    Figure,
    GradeCell,
    Group,
    Heading,
    KeyFigures,
    Listing,
    Number,
    Paragraph,
    Passages,
    Section,
    Stack,
    Statement,
    StudyReport,
    Table,
)
from reports.length import is_long, is_loose, is_tight, tall_rows
from reports.names_in_text import holds_name, split_at_names
from reports.numbers import HIDDEN, day, interval, printed
from reports.wording import Words

HERE = Path(__file__).parent
HTML_LANGUAGE = {"en": "en", "zh": "zh-Hans"}
GRADE_STEPS = 3
NO_BREAK = "\u00a0"
EvidenceOf = Callable[[str], str]       # short name of a finding → where its evidence stands, "" = nowhere
ANCHOR = "e-"               # before the short name of a finding, where its evidence stands in the report
# Signs that print nothing: control signs other than the ones white space needs, those that turn the direction of what
# follows, with which a text could rewrite its neighbours, joiners and selectors. Odd white space becomes a space.
_CONTROL: dict[int, str | None] = {
    **dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(128, 160), *range(0x200B, 0x2010),
                     *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF)),
    **dict.fromkeys((0x1680, 0x180E, 0x2028, 0x2029, 0x205F), " "),
}

# What reads as one thing: an interval in brackets, "n = 169", 0–100, −100～+100, "3 of 12", "客户经理 53；".
_UNBROKEN = re.compile(r"(\[[^\[\]]{1,24}\]|\bn (?:= )?\d[\d,]*|\bn＝\d[\d,]*|\b\d+–\d+\b|[−+]?\d+(?:～| to )[−+]\d+"
                       r"|\b\d+ of \d+\b|\d{4}年\d{1,2}月\d{1,2}日|\d+个月"
                       r"|“[一-鿿]{2,5}”|[一-鿿\d（）、/ ]{2,14}[ \u00a0](?:\d+|s)(?=；|$))")
_BRACKETED = re.compile(r"([一-鿿]{0,4}（[^（）]{1,8}）)")
_QUOTED = re.compile(_UNBROKEN.pattern[:-1] + r"|“[^“”]{1,10}”(?:[一-鿿]{2}$)?|(?<=[一-鿿]{2})[一-鿿]{2}$)")
_LAST_WORDS = re.compile(r"((?<= )[\w’'-]{1,20} \S{1,16}|“[一-鿿]{2,10}”"
                         r"|(?<=[一-鿿]{2})(?:[一-鿿]{4}|[一-鿿]{2})(?:[）”》]?|\d{1,3}[一-鿿]))$")
_CLAUSES = re.compile(r"(“[一-鿿]{1,10}”[，；：]?|[一-鿿]{2}[，；：]|\d+[个项][一-鿿]{2}|[一-鿿]{4}\d+项)")

_KINDS: dict[type, str] = {
    Statement: "statement", Paragraph: "paragraph", Bullets: "bullets", Facts: "facts", Passages: "passages",
    KeyFigures: "key_figures", Callout: "callout", Card: "card", Columns: "columns", Group: "group",
    Heading: "heading", Table: "table", Figure: "figure", Listing: "listing", Contents: "contents",
    Number: "number", Stack: "stack", GradeCell: "grade",
}


@dataclass(frozen=True)
class Piece:
    """A part of a wording; a short name carries the address of its evidence."""

    text: str
    address: str = ""


def _nowhere(_name: str) -> str:
    return ""


def style_sheet() -> str:
    """Return the report's style sheet; the fonts are declared apart, by who knows where they lie."""
    return (HERE / "styles" / "report.css").read_text(encoding="utf-8")


def report_html(report: StudyReport, *, style: str | None = None, is_traced: bool = True) -> str:
    """Return the whole report as one HTML document.

    `style` is put in its head where it has to stand alone; without `is_traced` the metric paths are left out, which
    only a page on a screen can follow.
    """
    words, anchors = Words(report.language), report.anchors()
    environment = _environment()
    page = environment.get_template("report.html").render(
        report=report, words=words, anchors=anchors, is_traced=is_traced, entries=_entries(report),
        evidence_of=lambda key: f"#{ANCHOR}{key}" if ANCHOR + key in anchors else "",
        style=Markup(style) if style else "",  # noqa: S704  # our own style sheet
        html_language=HTML_LANGUAGE[report.language], frozen_on=day(report.frozen_on, report.language))
    return page.translate(_CONTROL)


def block_html(block: Block, language: str, evidence_of: EvidenceOf = _nowhere, *,
               anchors: frozenset[str] | None = None) -> str:
    """Return one block as HTML without any style of its own, for a web page that shows a part of the report.

    `evidence_of` gives the address that a short name of a finding leads to; `anchors` are the places that links may
    lead to, None = all.
    """
    return str(_blocks(language, evidence_of, anchors).render_block(block))


def statement_html(statement: Statement, language: str, evidence_of: EvidenceOf) -> str:
    """Return one wording as HTML with the short names it is followed by; it leads nowhere else."""
    return str(_blocks(language, evidence_of, frozenset()).said(statement))


def _blocks(language: str, evidence_of: EvidenceOf, anchors: frozenset[str] | None) -> Any:
    template = _environment().get_template("blocks.html")
    return template.make_module({"words": Words(language), "language": language, "anchors": anchors,
                                 "is_traced": False, "is_on_page": True, "evidence_of": evidence_of})


def _entries(report: StudyReport) -> list[Section]:
    return [section for section in report.sections if section.is_listed]


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(kind=_kind, chart=_chart, figure_text=_figure_text, range_text=_range_text,
                               cell_class=_cell_class, grade_steps=GRADE_STEPS, pieces=_pieces, marks=_marks,
                               is_long=is_long, shown=_shown, on_cover=_on_cover, tall_rows=tall_rows,
                               is_loose=is_loose, is_tight=is_tight)
    return environment


def _shown(text: str, *, is_title: bool = False, is_label: bool = False) -> Markup | str:
    """Return a text whose intervals, counts and ranges no line end tears.

    A title does not end in a single word, a Chinese one tears no end of a clause; a label of few words tears no short
    name in Chinese quotation marks.
    """
    parts = _LAST_WORDS.split(text, maxsplit=1) if is_title else (_QUOTED if is_label else _UNBROKEN).split(text)
    if is_title and (len(parts) == 1 or " " not in parts[1]):
        parts = [*_CLAUSES.split(parts[0]), *parts[1:]]
    if len(parts) == 1:
        return text
    if is_title and " " in parts[1]:        # a box of its own would tear a line that holds a link
        return _UNBROKEN.sub(lambda found: found.group().replace(" ", NO_BREAK), parts[0]) + parts[1].replace(
            " ", NO_BREAK)
    return Markup("").join(_whole(part) if place % 2 else part for place, part in enumerate(parts))


def _whole(part: str) -> Markup:
    """Return a part that no line end tears; a line may end before a quotation."""
    whole = Markup('<span class="whole">{}</span>').format(part)
    return Markup("<wbr>") + whole if part.startswith("“") else whole


def _on_cover(text: str) -> Markup | str:
    """Return a title of large letters in which the words before brackets go with what stands in them."""
    parts = _BRACKETED.split(text)
    return Markup("").join(Markup('<span class="whole">{}</span>').format(part) if place % 2 else part
                           for place, part in enumerate(parts))


def _pieces(statement: Statement, evidence_of: EvidenceOf) -> list[Piece]:
    """Return the wording in pieces; short names that it holds become links where they stand."""
    parts = split_at_names(statement.text, [name for name in statement.evidence if evidence_of(name)])
    return [Piece(part, evidence_of(part) if place % 2 else "") for place, part in enumerate(parts) if part]


def _marks(evidence: Sequence[str], evidence_of: EvidenceOf, text: str = "") -> list[Piece]:
    """Return the short names to be put behind a wording: those that lead somewhere and are not in it already."""
    return [Piece(name, evidence_of(name)) for name in evidence if evidence_of(name) and not holds_name(text, name)]


def _kind(block: Block | Cell) -> str:
    return _KINDS[type(block)]


def _chart(figure: Figure, language: str) -> Markup:
    return Markup(draw(figure.chart, figure.alt, language))  # noqa: S704  # draw() escapes every text it is given


def _figure_text(number: Number, language: str) -> str:
    return HIDDEN if number.is_hidden else printed(number.value, number.style, language)


def _range_text(number: Number, language: str) -> str:
    return "" if number.is_hidden or number.value is None else interval(number.low, number.high, number.style, language)


def _cell_class(cell: Any) -> str:
    if not isinstance(cell, Number):
        return ""
    return "strong" if cell.is_emphasised else "light" if cell.is_light else ""
