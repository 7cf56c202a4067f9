"""Cells that spreadsheet programs would compute, made harmless."""

from __future__ import annotations

import re

from surveyapp.services.answer_cell import CODES
from surveyapp.services.release import Cell

# Signs at which a spreadsheet program takes a cell for a formula; some take those of Chinese keyboards too.
DANGEROUS = "=+-@\t\r＝＋－＠"
FORMULA = re.compile(f"'*[{re.escape(DANGEROUS)}]")


def harmless(cell: Cell) -> Cell:
    """Return the cell so that no spreadsheet program computes it; numbers and missing codes stay.

    An apostrophe is put before it, before one that has apostrophes too: `plain` can then take exactly one away.
    """
    if isinstance(cell, str) and cell and cell not in CODES and FORMULA.match(cell):
        return f"'{cell}"
    return cell


def plain(text: str) -> str:
    """Return a text without the apostrophe that `harmless` put before it."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
