"""The structure tree of a PDF, made lean and exact before it is written: fewer nodes, running heads as artefacts.

WeasyPrint gives every line of text a Span of its own and every unnamed box a NonStruct; neither tells a reader
anything. Their content is handed to the element that means something. Text in the margins of a page is left out of the
tree there but marked as content; here it becomes an artefact, which a screen reader passes over. Header cells say
whether they head a row or a column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_REFERENCE = re.compile(rb"\d+ 0 R")
_HOLLOW = ("/Span", "/NonStruct")
_MEANS_NOTHING = {"Type", "S", "K", "Pg", "P"}


def tidy(_document: Any, pdf: Any) -> None:
    """Change the tree of a PDF that WeasyPrint is about to write."""
    root = _by_reference(pdf.objects)[pdf.catalog["StructTreeRoot"]]
    tree = _Tree(pdf.objects, root)
    tree.say_scope()
    tree.dissolve()
    tree.drop_margins(pdf)
    _renumber(pdf, tree.dropped)


class _Tree:
    def __init__(self, objects: Iterable[Any], root: Any) -> None:
        self.all = _by_reference(objects)
        self.elements = {key: found for key, found in self.all.items() if _is_element(found)}
        self.dropped: set[bytes] = set()
        self.pages = self.all[root["ParentTree"]]["Nums"]
        self.linked = {root["K"][0]} | {kid for found in self.elements.values() for kid in found["K"]
                                        if kid in self.elements}

    def say_scope(self) -> None:
        for found in self.elements.values():
            if found["S"] == "/TH":
                row = self.elements[found["P"]]
                is_head = self.elements.get(row["P"], {}).get("S") == "/THead"
                found["A"]["Scope"] = "/Column" if is_head else "/Row"

    def dissolve(self) -> None:
        """Hand the content of elements that mean nothing to their parents, innermost first."""
        for reference in reversed(self.elements):       # a child was made after its parent
            found = self.elements[reference]
            if found["S"] in _HOLLOW and reference in self.linked and found.keys() <= _MEANS_NOTHING:
                self._hand_up(reference, found)
        self._lead_on()

    def _hand_up(self, reference: bytes, found: Any) -> None:
        parent = self.elements[found["P"]]
        kids = parent["K"]
        if any(isinstance(kid, int) for kid in found["K"]) and not self._may_hold_content(parent, found):
            return
        place = kids.index(reference)
        kids[place:place + 1] = found["K"]
        for kid in found["K"]:
            if kid in self.elements:
                self.elements[kid]["P"] = found["P"]
        self.dropped.add(reference)

    @staticmethod
    def _may_hold_content(parent: Any, found: Any) -> bool:
        """Return whether marked content may stand directly under the parent: on its page, and where text belongs."""
        return parent["S"] not in ("/Document", "/Table", "/TR", "/L", "/LI", "/THead", "/TBody") \
            and parent["Pg"] == found["Pg"]

    def _lead_on(self) -> None:
        """Let the pages' lists of content name the element that holds it now."""
        for entry in self.pages:
            if isinstance(entry, list):
                entry[:] = [self._kept(reference) for reference in entry]

    def _kept(self, reference: bytes) -> bytes:
        while reference in self.dropped:
            reference = self.elements[reference]["P"]
        return reference

    def drop_margins(self, pdf: Any) -> None:
        """Mark what no linked element holds as an artefact, and forget its elements."""
        reachable = self._reachable()
        loose = {key for key in self.elements if key not in reachable and key not in self.dropped}
        lists = [entry for entry in self.pages if isinstance(entry, list)]
        for page_reference, entry in zip(pdf.page_references, lists, strict=True):
            numbers = {place for place, reference in enumerate(entry) if reference in loose}
            entry[:] = [b"null" if place in numbers else reference for place, reference in enumerate(entry)]
            for stream in _streams_of(self.all, self.all[page_reference]):
                _make_artefacts(stream, numbers)
        self.dropped |= loose

    def _reachable(self) -> set[bytes]:
        found: set[bytes] = set()
        waiting = [key for key, one in self.elements.items() if one["S"] == "/Document"]
        while waiting:
            reference = waiting.pop()
            found.add(reference)
            waiting += [kid for kid in self.elements[reference]["K"] if kid in self.elements]
        return found


def _by_reference(objects: Iterable[Any]) -> dict[bytes, Any]:
    return {found.reference: found for found in objects}


def _is_element(found: Any) -> bool:
    return isinstance(found, dict) and found.get("Type") == "/StructElem"


def _streams_of(every: dict[bytes, Any], page: Any) -> list[Any]:
    contents = page["Contents"]
    return [every[key] for key in (contents if isinstance(contents, list) else [contents])]


def _make_artefacts(stream: Any, numbers: set[int]) -> None:
    parts = stream.stream
    for place in range(len(parts) - 1, 1, -1):
        if parts[place] == b"BDC" and parts[place - 1].get("MCID") in numbers:
            parts[place - 2:place + 1] = ["/Artifact", b"BMC"]


def _renumber(pdf: Any, dropped: set[bytes]) -> None:
    """Take objects out of the file and close the gaps in the numbers of those behind them."""
    moved: dict[bytes, bytes] = {}
    kept: list[Any] = []
    for found in pdf.objects:
        if found.number and found.reference in dropped:
            continue
        before, found.number = found.reference, len(kept)
        if found.reference != before:
            moved[before] = found.reference
        kept.append(found)
    pdf.objects[:] = kept
    for found in kept:
        if isinstance(found, dict):
            _lead_references(found, moved)
    for stream in kept:
        if hasattr(stream, "extra"):
            _lead_references(stream.extra, moved)


def _lead_references(holder: Any, moved: dict[bytes, bytes]) -> None:
    for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
        if isinstance(value, bytes):
            if value in moved:
                holder[key] = moved[value]
        elif isinstance(value, (dict, list)):
            _lead_references(value, moved)
