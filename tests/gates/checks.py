"""The gates of a printed report: each returns what is wrong with it, in words that name the place."""

from __future__ import annotations

import html
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf

from reports.apart import pdf_apart
from reports.content import Number, StudyReport, Table
from reports.numbers import HIDDEN
from reports.render import HTML_LANGUAGE
from tests.gates.printed import Printed, squeezed
from tests.gates.space import overflowing
from tests.gates.tree import content_marks, elements, kids_of, marks_of

ALLOWED_FONTS = ("Report-Sans", "ReportSans")
FEWEST_SIGNS_ON_A_PAGE = 60
ALT_SIGNS = 40                      # a Chinese sign counts for two
COMPARISON = re.compile(r"\d|more|less|higher|lower|most|least|above|below|高|低|多|少|最|大于|小于")
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
PHONE = re.compile(r"(?<![\d./-])(?:1[3-9]\d{9}|0\d{2,3}-\d{7,8}|\+\d{1,3}[ -]?\d[\d -]{6,})(?![\d./])")
WORD, LAST_LETTERS, FIRST_LETTERS = re.compile("[A-Za-z]+"), re.compile("[A-Za-z]+$"), re.compile("[A-Za-z]+")
LONGEST_WORD = 24                   # letters; a longer one may be torn where a column holds it on no line
MOST_SUMMARY_PAGES = 2


def not_well_formed(printed: Printed) -> list[str]:
    return [str(problem) for problem in printed.opened.check_pdf_syntax()]


def not_tagged(printed: Printed) -> list[str]:
    root, info = printed.opened.Root, printed.opened.docinfo
    with printed.opened.open_metadata() as metadata:
        stated = {
            "Marked": bool(root.MarkInfo.Marked), "StructTreeRoot": "/StructTreeRoot" in root,
            "Lang": str(root.get("/Lang")) == HTML_LANGUAGE[printed.language],
            "DisplayDocTitle": bool(root.ViewerPreferences.DisplayDocTitle),
            "Title": str(info.get("/Title")) == printed.report.title, "pdfuaid": metadata.get("pdfuaid:part") == "1"}
    return [what for what, holds in stated.items() if not holds]


def bookmarks_that_differ(printed: Printed) -> list[str]:
    with printed.opened.open_outline() as outline:
        marks = list(_bookmarks(outline.root, 2))
    headings = [(level, words) for level, words in printed.headings if level > 1]
    return [f"{mark} for {heading}" for mark, heading in itertools.zip_longest(marks, headings) if mark != heading]


def _bookmarks(items: list[Any], level: int) -> Iterator[tuple[int, str]]:
    for item in items:
        yield level, squeezed(item.title)
        yield from _bookmarks(item.children, level + 1)


def headings_out_of_order(printed: Printed) -> list[str]:
    levels = [int(str(one.S)[2:]) for one in elements(printed.opened) if re.fullmatch(r"/H[1-6]", str(one.S))]
    found = [] if levels[:1] == [1] else [f"begins with H{levels[0]}"]
    found += [] if levels.count(1) == 1 else [f"{levels.count(1)} times H1"]
    return found + [f"H{before} then H{after}" for before, after in itertools.pairwise(levels) if after > before + 1]


def charts_without_words(printed: Printed) -> list[str]:
    drawn = [one for one in elements(printed.opened) if str(one.S) == "/Figure"]
    alternatives = [str(one.get("/Alt", "")) for one in drawn]
    expected = len(re.findall(r"<svg|<img", printed.html))
    found = [] if len(drawn) == expected else [f"{len(drawn)} figures tagged of {expected}"]
    return found + [text or "no text" for text in alternatives
                    if _signs(text) <= ALT_SIGNS or not COMPARISON.search(text)]


def _signs(text: str) -> int:
    return sum(2 if ord(sign) >= 0x2E80 else 1 for sign in text)    # where Chinese signs begin


def tables_without_heads(printed: Printed) -> list[str]:
    tables = [one for one in elements(printed.opened) if str(one.S) == "/Table"]
    asked = sum(isinstance(block, Table) for block in printed.report.blocks())
    found = [] if len(tables) >= asked else [f"{len(tables)} tables tagged of {asked}"]
    for number, table in enumerate(tables, 1):
        kinds = {str(kid.S) for kid in kids_of(table)}
        cells = [cell for part in kids_of(table) for row in kids_of(part) for cell in kids_of(row)]
        heads = [cell for cell in cells if str(cell.S) == "/TH"]
        if "/THead" not in kinds or not heads:
            found.append(f"table {number} has no head")
        found += [f"table {number}: a head without scope" for cell in heads if "/Scope" not in cell.A]
        found += [f"table {number}: a cell without headers" for cell in cells
                  if str(cell.S) == "/TD" and not len(cell.A.get("/Headers", []))]
    return found


def content_outside_the_tree(printed: Printed) -> list[str]:
    held = marks_of(printed.opened).keys()
    drawn = {(number, mark) for number, page in enumerate(printed.opened.pages) for mark in content_marks(page)}
    return [f"page {page + 1}, mark {mark}" for page, mark in sorted(held ^ drawn)]


def foreign_fonts(printed: Printed) -> list[str]:
    found = []
    for page in printed.opened.pages:
        for font in page.Resources.get("/Font", {}).values():
            name = str(font.BaseFont).lstrip("/")
            described = font.DescendantFonts[0].FontDescriptor
            is_ours = re.fullmatch(r"[A-Z]{6}\+.*", name) and name.split("+")[1].startswith(ALLOWED_FONTS)
            if not is_ours or "/FontFile2" not in described or "/ToUnicode" not in font:
                found.append(name)
    return sorted(set(found))


def headings_not_in_the_text(printed: Printed) -> list[str]:
    text = squeezed("".join(printed.pages))
    return [words for _, words in printed.headings if words not in text]


def pictures(printed: Printed) -> list[str]:
    images = [one for one in printed.opened.objects
              if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
    inline = [number for number, page in enumerate(printed.opened.pages, 1)
              if any(str(operator) == "INLINE IMAGE" for _, operator in pikepdf.parse_content_stream(page))]
    return [f"{len(images)} pictures"] * bool(images) + [f"picture on page {number}" for number in inline]


def empty_pages(printed: Printed) -> list[str]:
    in_margins = _signs(squeezed(printed.report.name + printed.report.classification))
    return [f"page {number}" for number, page in enumerate(printed.pages, 1)
            if _signs(squeezed(page)) - in_margins * (number > 1) < FEWEST_SIGNS_ON_A_PAGE]


def summary_too_long(printed: Printed) -> list[str]:
    keys = [section.key for section in printed.report.sections]
    if "summary" not in keys:
        return []
    places = destinations(printed.opened)
    first, after = places["summary"], places[keys[keys.index("summary") + 1]]
    return [] if after - first <= MOST_SUMMARY_PAGES else [f"pages {first + 1} to {after}"]


def destinations(pdf: pikepdf.Pdf) -> dict[str, int]:
    """Return the page, counted from 0, of every named place."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages)}
    names = list(pdf.Root.get("/Names", {}).get("/Dests", {}).get("/Names", []))
    return {str(name): numbers[place[0].objgen] for name, place in zip(names[::2], names[1::2], strict=True)}


def links_to_nowhere(printed: Printed) -> list[str]:
    places = destinations(printed.opened)
    found = [f"no place {name}" for name in set(re.findall(r'href="#([^"]+)"', printed.html)) if name not in places]
    for number, page in enumerate(printed.opened.pages, 1):
        for note in page.get("/Annots", []):
            kind = str(note.A.S) if "/A" in note else "/GoTo"
            target = str(note.get("/Dest", note.A.get("/D") if "/A" in note else ""))
            if kind != "/GoTo" or target not in places:
                found.append(f"page {number}: {kind} {target}")
    root = printed.opened.Root
    return found + [key for key in ("/OpenAction", "/AA") if key in root] + \
        [key for key in ("/JavaScript", "/EmbeddedFiles") if key in root.get("/Names", {})]


def everything_said(printed: Printed) -> str:
    """Return the words of all pages, all text alternatives, and what the file says of itself."""
    alternatives = [str(one.Alt) for one in elements(printed.opened) if "/Alt" in one]
    return "\n".join([*printed.pages, *alternatives, *(str(value) for value in printed.opened.docinfo.values())])


def people_named(printed: Printed) -> list[str]:
    said = everything_said(printed)
    return [*MAIL.findall(said), *PHONE.findall(said), *(name for name in sorted(printed.names) if name in said)]


def hidden_cells_told(printed: Printed) -> list[str]:
    """Return cells that are hidden and yet hold a number, which an export would tell."""
    found = [f"{table.key}: {cell.value}" for table in _tables(printed.report) for row in table.rows
             for cell in row.cells if isinstance(cell, Number) and cell.is_hidden and cell.value is not None]
    asked = sum(isinstance(cell, Number) and cell.is_hidden for table in _tables(printed.report)
                for row in table.rows for cell in row.cells)
    shown = printed.html.count(f">{HIDDEN}<")
    return found + ([] if shown >= asked else [f"{shown} signs of {asked} hidden cells"])


def _tables(report: StudyReport) -> list[Table]:
    return [block for block in report.blocks() if isinstance(block, Table)]


def boxes_beyond(printed: Printed) -> list[str]:
    """Return texts and charts that leave their page, and texts that leave their cell of a table."""
    return printed.seen.beyond


def words_torn(printed: Printed) -> list[str]:
    """Return words torn apart at the end of a line that is wide enough for many another; their column is too narrow."""
    said = set(WORD.findall(html.unescape(re.sub("<[^>]+>", " ", printed.html))))
    found = []
    for line, following in printed.seen.seams:
        before, after = LAST_LETTERS.search(line), FIRST_LETTERS.match(following)
        whole = before[0] + after[0] if before and after else ""
        if before and after and whole in said and len(whole) <= LONGEST_WORD and not {before[0], after[0]} <= said:
            found.append(f"{before[0]}|{after[0]}")
    return found

def lines_that_jar(printed: Printed) -> list[str]:
    """Return lines of English that end before a word that had room, and lines of a single Chinese sign."""
    return printed.seen.ends


def chart_texts_beyond(printed: Printed) -> list[str]:
    """Return the texts of the report's charts that leave their sheet."""
    return [f"{place}: {text}" for place, svg in enumerate(re.findall(r"<svg.*?</svg>", printed.html, re.DOTALL), 1)
            for text in overflowing(svg, printed.language)]


def other_bytes(printed: Printed) -> list[str]:
    again = pdf_apart(printed.html, title=printed.report.title, language=printed.language,
                      identifier=printed.report.identifier, frozen_on=printed.report.frozen_on)
    return [] if again == printed.pdf else [f"{len(printed.pdf)} and {len(again)} bytes differ"]


def marks_twice(printed: Printed) -> list[str]:
    counted = Counter((number, mark) for number, page in enumerate(printed.opened.pages)
                      for mark in content_marks(page))
    return [f"page {page + 1}, mark {mark}" for (page, mark), n in counted.items() if n > 1]


Check = Callable[[Printed], list[str]]
CHECKS: tuple[Check, ...] = (
    not_well_formed, not_tagged, bookmarks_that_differ, headings_out_of_order, charts_without_words,
    tables_without_heads, content_outside_the_tree, marks_twice, foreign_fonts, headings_not_in_the_text, pictures,
    empty_pages, summary_too_long, links_to_nowhere, people_named, hidden_cells_told, boxes_beyond, words_torn,
    lines_that_jar, chart_texts_beyond, other_bytes)


def failures(printed: Printed) -> dict[str, list[str]]:
    """Return, for each gate that a report does not pass, what is wrong."""
    found = {check.__name__: check(printed) for check in CHECKS}
    return {name: wrong for name, wrong in found.items() if wrong}
