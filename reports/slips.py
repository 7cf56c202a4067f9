"""Code slips: A4 sheets of one-time codes to cut apart and draw from a box.

Run as a process of its own (`python -m reports.slips`): a JSON document of `SlipSheet` on standard input, the PDF on
standard output, so that a web worker never loads WeasyPrint and no file with codes lies about.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from reports.apart import confine
from reports.pdf import PdfError, load_engine, write_pdf
from reports.render import HTML_LANGUAGE

REFUSED = 3
WORDS = {
    "en": {"sheet": "Code slips", "lead": "Your code for the survey", "open": "Scan the picture, or open",
           "type": "and type the code.", "promise": "Nobody knows who holds which slip. It works once."},
    "zh": {"sheet": "参与码纸条", "lead": "您的参与码", "open": "请扫描二维码，或打开", "type": "并输入上面的参与码。",
           "promise": "没有人知道哪张纸条在谁手中。每张只能使用一次。"},
}
STYLE = Path(__file__).parent / "styles" / "slips.css"


@dataclass(frozen=True)
class Slip:
    """One code as it is printed, and its QR code as SVG."""

    code: str
    qr: str


@dataclass(frozen=True)
class SlipSheet:
    """The slips of one printing, in one language."""

    language: str
    title: str              # of the questionnaire
    address: str            # short address, without https://
    slips: Sequence[Slip]
    printed_on: str


def slips_html(sheet: SlipSheet) -> str:
    """Return the sheets as HTML."""
    words = WORDS.get(sheet.language, WORDS["en"])
    items = "".join(_slip_html(sheet, slip, words) for slip in sheet.slips)
    title = escape(f"{words['sheet']} · {sheet.title}")
    style = STYLE.read_text(encoding="utf-8")
    body = f'<h1 class="slips-title">{title}</h1><ul class="slips">{items}</ul>'
    return (f'<!DOCTYPE html><html lang="{HTML_LANGUAGE.get(sheet.language, "en")}"><head><meta charset="utf-8">'
            f"<title>{title}</title><style>{style}</style></head>"
            f'<body class="slips {escape(sheet.language)}">{body}</body></html>')


def _slip_html(sheet: SlipSheet, slip: Slip, words: dict[str, str]) -> str:
    qr = slip.qr.replace("<svg ", f'<svg role="img" aria-label="QR {escape(slip.code)}" ', 1)
    return (f'<li><div class="slip-words"><p class="slip-title">{escape(sheet.title)}</p>'
            f'<p class="slip-lead">{words["lead"]}</p>'
            f'<p class="slip-code">{escape(slip.code)}</p>'
            f'<p class="slip-how">{words["open"]}<br><b>{escape(sheet.address)}</b><br>{words["type"]}</p></div>'
            f'<div class="slip-qr">{qr}</div><p class="slip-promise">{words["promise"]}</p></li>')


def slips_pdf(sheet: SlipSheet) -> bytes:
    """Return the sheets as PDF."""
    words = WORDS.get(sheet.language, WORDS["en"])
    return write_pdf(slips_html(sheet), title=f"{words['sheet']} · {sheet.title}", language=sheet.language,
                     identifier=f"slips {sheet.printed_on} {len(sheet.slips)}", frozen_on=sheet.printed_on)


def main() -> int:
    """Read a sheet from standard input and write its PDF; what cannot be printed is said on standard error."""
    document = json.load(sys.stdin)
    slips = tuple(Slip(**slip) for slip in document.pop("slips"))
    sheet = SlipSheet(slips=slips, **document)
    try:
        load_engine()
        confine()
        sys.stdout.buffer.write(slips_pdf(sheet))
    except PdfError as error:
        sys.stderr.write(str(error))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
