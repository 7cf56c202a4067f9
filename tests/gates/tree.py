"""The structure tree of a written PDF, as the gates read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf


def kids_of(element: Any) -> list[Any]:
    """Return the elements directly below one."""
    kids = element.get("/K")
    listed = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in listed if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def elements(pdf: Any) -> Iterator[Any]:
    """Return every element in reading order."""
    waiting = kids_of(pdf.Root.StructTreeRoot)[::-1]
    while waiting:
        element = waiting.pop()
        yield element
        waiting += kids_of(element)[::-1]


def marks_of(pdf: Any) -> dict[tuple[int, int], Any]:
    """Return, for each page and mark of content that an element holds, that element."""
    places = {page.objgen: number for number, page in enumerate(pdf.pages)}
    found = {}
    for element in elements(pdf):
        kids = element.get("/K")
        for kid in (kids if isinstance(kids, pikepdf.Array) else [kids]):
            if isinstance(kid, int):
                found[places[element.Pg.objgen], int(kid)] = element
    return found


def content_marks(page: Any) -> list[int]:
    """Return the marks that a page's instructions carry."""
    return [int(operands[1].MCID) for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) == "BDC" and "/MCID" in operands[1]]
