"""The report of passages as HTML and as DOCX; nothing in either is loaded from elsewhere, and no time is written."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from html import escape
from typing import IO

from surveyapp.services.passage_report import Part
from surveyapp.services.refi_xml import words as xml_words

STYLE = (
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;"
    "background:#fff;overflow-wrap:anywhere}"
    "h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.2rem;border-top:1px solid #ccd2d9;padding-top:1rem}"
    ".quote{margin:1rem 0 .1rem;white-space:pre-line;border-left:3px solid #0b5c8a;padding-left:.8rem}"
    ".source,.counted,.about{color:#4b5563;margin:.1rem 0 .3rem;font-size:.92rem}.source,.memo{padding-left:1rem}"
    ".memo{white-space:pre-line;font-style:italic;margin:.1rem 0}@media print{h2{break-after:avoid}"
    ".quote{break-inside:avoid}}")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES_OF = {"title": "Title", "code": "Heading1", "quote": "Quote", "source": "Source", "counted": "Source",
             "about": "Source", "memo": "Memo"}
FONTS = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="SimSun" w:cs="Arial"/>'


def write_html(parts: Iterable[Part], stream: IO[bytes], language: str) -> None:
    """Write one page without any reference to another place."""
    parts = list(parts)
    title = escape(parts[0].text)
    body = "\n".join(f"<h{part.level}>{escape(part.text)}</h{part.level}>" if part.level else
                     f'<p class="{part.kind}" dir="auto">{escape(part.text)}</p>' for part in parts)
    stream.write((f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
                  '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
                  f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n"
                  "</html>\n").encode())


def write_docx(parts: Iterable[Part], stream: IO[bytes], language: str) -> None:
    """Write a document with headings, so that a word processor can list the codes."""
    body = "".join(_paragraph(part) for part in parts)
    document = (f'{XML}<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar '
                'w:top="1247" w:right="1304" w:bottom="1247" w:left="1304" w:header="709" w:footer="709" '
                'w:gutter="0"/></w:sectPr></w:body></w:document>')
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (*_frame(), ("word/styles.xml", _styles(language)), ("word/document.xml", document)):
            entry = zipfile.ZipInfo(name)       # it carries no time
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())


def _paragraph(part: Part) -> str:
    style = STYLES_OF.get(part.kind)
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    lines = '<w:br/>'.join(f'<w:t xml:space="preserve">{xml_words(line)}</w:t>' for line in part.text.split("\n"))
    return f"<w:p>{look}<w:r>{lines}</w:r></w:p>"


def _frame() -> tuple[tuple[str, str], ...]:
    return (
        ("[Content_Types].xml", (
            f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/word/document.xml" '
            f'ContentType="{WORD}.document.main+xml"/><Override PartName="/word/styles.xml" '
            f'ContentType="{WORD}.styles+xml"/></Types>')),
        ("_rels/.rels", (
            f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>')),
        ("word/_rels/document.xml.rels", (
            f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/styles" '
            'Target="styles.xml"/></Relationships>')))


def _styles(language: str) -> str:
    tongue = '<w:lang w:val="en-GB" w:eastAsia="zh-CN"/>' if language == "en" else \
        '<w:lang w:val="zh-CN" w:eastAsia="zh-CN"/>'
    base = (f'<w:docDefaults><w:rPrDefault><w:rPr>{FONTS}<w:sz w:val="21"/>{tongue}</w:rPr></w:rPrDefault>'
            '<w:pPrDefault><w:pPr><w:spacing w:after="80" w:line="288" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
            '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
            '</w:style>')
    return XML + f'<w:styles xmlns:w="{W}">{base}' + "".join((
        _style("Title", "Title", '<w:spacing w:after="120"/>', '<w:b/><w:sz w:val="36"/>'),
        _style("Heading1", "heading 1",
               '<w:keepNext/><w:spacing w:before="360" w:after="80"/><w:outlineLvl w:val="0"/>',
               '<w:b/><w:sz w:val="26"/>'),
        _style("Quote", "Quote", '<w:keepNext/><w:spacing w:before="140" w:after="20"/><w:ind w:left="284"/>', ""),
        _style("Source", "Source", '<w:spacing w:after="60"/><w:ind w:left="284"/>',
               '<w:color w:val="4B5563"/><w:sz w:val="18"/>'),
        _style("Memo", "Memo", '<w:ind w:left="284"/>', "<w:i/>"))) + "</w:styles>"


def _style(key: str, name: str, paragraph: str, run: str) -> str:
    return (f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
            f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>")
