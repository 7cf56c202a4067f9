"""The guide as a Word document to fill in offline: fields for the log, ticks and room for notes by question.

What is filled in sits in cells bookmarked by question and in named content controls, so that it finds its way back
whatever stands around it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from instruments.schema import Text
from instruments.template import Guide, Question
from surveyapp.services.coverage import STATES, questions_for
from surveyapp.services.interview import MODES
from surveyapp.services.note_sheet_words import EMPTY, EMPTY_BOX, LOG_FIELDS, TICKED_BOX, group_name, words_of
from surveyapp.services.note_sheet_words import MODES as MODE_NAMES
from surveyapp.services.note_taking import REST
from surveyapp.services.sheet_controls import bookmark_of

TICK, LOG = "tick:", "log:"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FIXED_DATE = (2026, 1, 1, 0, 0, 0)      # the same guide gives the same bytes
LINES = 4                               # of room for each note; a box grows with what is written
PAGE_WIDTH, LOG_WIDTHS = 9000, (3000, 6000)     # twentieths of a point
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32)))
_TYPES = f"""{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}.document.main+xml"/>\
<Override PartName="/word/styles.xml" ContentType="{WORD_TYPE}.styles+xml"/></Types>"""
_ROOT = f"""{HEAD}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" \
Target="word/document.xml"/></Relationships>"""
_PARTS = f"""{HEAD}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="{OFFICE}/styles" \
Target="styles.xml"/></Relationships>"""


@dataclass(frozen=True)
class WordTable:
    """Rows of cells, the first the heads, and the share of the page that each column takes."""

    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]


def note_sheet(guide: Guide, audience: str, language: str, study_name: str) -> bytes:
    """Return the sheet of one group in one language as a docx."""
    words = words_of(language)
    controls = _Controls()
    questions = questions_for(guide, audience)
    body = [
        _paragraph(f"{words['title']} · {study_name}", "Title"),
        _paragraph(f"{guide.key} {guide.version} · {group_name(guide, audience, language)}"),
        _paragraph(words["how"], "Hint"),
        *_said(words["opening"], guide.opening, language),
        _paragraph(words["log"], "Heading1"),
        _log_table(controls, guide, language, words),
        _line([*_tick(controls, f"{LOG}consent"), _run(f" {words['consent']}")]),
    ]
    for question in questions:
        body += _question(controls, question, language, words)
    body += [_paragraph(words["rest"], "Heading1"), _room(controls, REST),
             *_said(words["closing"], guide.closing, language)]
    return _package("".join(body), language)


class _Controls:
    """Content controls and bookmarks, each with a number of its own, which Word asks for.

    Notes sit in bookmarked cells and not in controls, controls have no title, and none is marked as plain text:
    LibreOffice 7.4 writes Chinese words four times where a control holds whole paragraphs or plain text, and puts the
    title of a control around the paragraphs that follow.
    """

    def __init__(self) -> None:
        self.n = 0

    def properties(self, tag: str, kind: str = "") -> str:
        self.n += 1
        return f'<w:sdtPr><w:tag w:val={quoteattr(tag)}/><w:id w:val="{self.n}"/>{kind}</w:sdtPr>'

    def bookmarked(self, key: str) -> str:
        """Return room for notes on a question, the question's bookmark around all of it."""
        self.n += 1
        name = bookmark_of(key)
        start = f'<w:bookmarkStart w:id="{self.n}" w:name="{name}"/>' if name else ""
        end = f'<w:bookmarkEnd w:id="{self.n}"/>' if name else ""
        return f"<w:p>{start}</w:p>{'<w:p/>' * (LINES - 2)}<w:p>{end}</w:p>"


def _question(controls: _Controls, question: Question, language: str, words: Mapping[str, str]) -> list[str]:
    ticks = [piece for state in STATES
             for piece in (*_tick(controls, f"{TICK}{question.key}:{state}"), _run(f" {words[state]}    "))]
    probes = [_paragraph(f"– {probe.get(language, '')}", "Probe") for probe in question.probes]
    return [_paragraph(f"{question.key}  {question.text.get(language, '')}", "Heading1"),
            *([_paragraph(words["probes"], "Probe"), *probes] if probes else []),
            _line(ticks), _room(controls, question.key)]


def _said(label: str, text: Text, language: str) -> list[str]:
    said = text.get(language, "")
    colon = "：" if language == "zh" else ": "
    return [_paragraph(f"{label}{colon}{said}", "Hint")] if said else []


def _log_table(controls: _Controls, guide: Guide, language: str, words: Mapping[str, str]) -> str:
    roles = [(name.get(language, key), key) for key, name in guide.roles.items()]
    modes = [(MODE_NAMES.get(language, MODE_NAMES["en"])[mode], mode) for mode in MODES]
    kinds = {"role": _list(roles), "mode": _list(modes),
             "held_on": '<w:date><w:dateFormat w:val="yyyy-MM-dd"/></w:date>'}
    rows = [(words[field], _inline(controls, f"{LOG}{field}", kinds.get(field, ""))) for field in LOG_FIELDS]
    return _table([_row([_paragraph(label), f"<w:p>{value}</w:p>"], LOG_WIDTHS) for label, value in rows], LOG_WIDTHS)


def _list(items: Iterable[tuple[str, str]]) -> str:
    entries = "".join(f"<w:listItem w:displayText={quoteattr(name)} w:value={quoteattr(key)}/>" for name, key in items)
    return f"<w:dropDownList>{entries}</w:dropDownList>"


def _inline(controls: _Controls, tag: str, kind: str) -> str:
    return f"<w:sdt>{controls.properties(tag, kind)}<w:sdtContent>{_run(EMPTY)}</w:sdtContent></w:sdt>"


def _tick(controls: _Controls, tag: str) -> list[str]:
    kind = (f'<w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="{ord(TICKED_BOX):04X}"/>'
            f'<w14:uncheckedState w14:val="{ord(EMPTY_BOX):04X}"/></w14:checkbox>')
    return [f"<w:sdt>{controls.properties(tag, kind)}<w:sdtContent>{_run(EMPTY_BOX)}</w:sdtContent></w:sdt>"]


def _room(controls: _Controls, key: str) -> str:
    """Return a bordered cell for the notes on one question."""
    return _table([_row([controls.bookmarked(key)], (PAGE_WIDTH,))], (PAGE_WIDTH,))


def _row(cells: Iterable[str], widths: tuple[int, ...]) -> str:
    """Return a row that stands on one page as long as it fits one."""
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(map(_cell, cells, widths))}</w:tr>"


def _table(rows: Iterable[str], widths: tuple[int, ...]) -> str:
    sides = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="9AA5B1"/>'
                    for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (f'<w:tbl><w:tblPr><w:tblW w:w="{PAGE_WIDTH}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl><w:p/>")


def _cell(content: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'


def _paragraph(text: str, style: str = "Normal") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{_run(text)}</w:p>'


def _line(pieces: Iterable[str]) -> str:
    """Return a line of boxes, kept with the room below it."""
    return f"<w:p><w:pPr><w:keepNext/></w:pPr>{''.join(pieces)}</w:p>"


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text.translate(_CONTROL))}</w:t></w:r>'


def _package(body: str, language: str) -> bytes:
    page = ('<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1418" w:bottom="1134" '
            'w:left="1418" w:header="600" w:footer="600" w:gutter="0"/></w:sectPr>')
    document = (f'{HEAD}<w:document xmlns:w="{W}" xmlns:w14="{W14}" xmlns:mc="{COMPATIBILITY}" mc:Ignorable="w14">'
                f"<w:body>{body}{page}</w:body></w:document>")
    parts = {"[Content_Types].xml": _TYPES, "_rels/.rels": _ROOT, "word/document.xml": document,
             "word/styles.xml": _styles(language), "word/_rels/document.xml.rels": _PARTS}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_DATE), text.encode(), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _styles(language: str) -> str:
    spoken = "zh-CN" if language == "zh" else "en-GB"
    defaults = (f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" '
                f'w:eastAsia="SimSun"/><w:sz w:val="22"/><w:lang w:val="{spoken}" w:eastAsia="zh-CN"/></w:rPr>'
                '</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="80"/></w:pPr></w:pPrDefault></w:docDefaults>')
    looks = {"Normal": ("Normal", "", ""), "Title": ("Title", "", '<w:b/><w:sz w:val="34"/>'),
             "Heading1": ("heading 1", '<w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="0"/>',
                          '<w:b/><w:sz w:val="24"/>'),
             "Heading2": ("heading 2", "<w:keepNext/>", "<w:b/>"),
             "Hint": ("Hint", "", '<w:color w:val="44525F"/>'),
             "Probe": ("Probe", '<w:keepNext/><w:ind w:left="300"/>', '<w:color w:val="44525F"/><w:sz w:val="20"/>')}
    made = ""
    for key, (name, paragraph, run) in looks.items():
        is_default, basis = (' w:default="1"', "") if key == "Normal" else ("", '<w:basedOn w:val="Normal"/>')
        made += (f'<w:style w:type="paragraph"{is_default} w:styleId="{key}"><w:name w:val="{name}"/>{basis}'
                 f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>")
    return f'{HEAD}<w:styles xmlns:w="{W}">{defaults}{made}</w:styles>'


def word_document(pieces: Iterable[tuple[str, str] | WordTable], language: str) -> bytes:
    """Return a docx of paragraphs, each with its style (Title, Heading1, Heading2, Normal, Hint, Probe), and tables."""
    return _package("".join(map(_piece, pieces)), language)


def _piece(piece: tuple[str, str] | WordTable) -> str:
    if isinstance(piece, WordTable):
        widths = tuple(max(round(PAGE_WIDTH * share), 1) for share in piece.shares)
        rows = [_row(["".join(_paragraph(line, "Heading2" if not number else "Normal") for line in cell.split("\n"))
                      for cell in row], widths) for number, row in enumerate(piece.rows)]
        return _table(rows, widths)
    text, style = piece
    return "".join(_paragraph(line, style) for line in text.split("\n"))
