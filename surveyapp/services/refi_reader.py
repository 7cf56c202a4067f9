"""REFI-QDA 1.5: bytes of a .qdpx or .qdc file → a foreign project. Runs in the child process only.

Lenient where programs are known to differ (namespace, path, identifier, order of elements); whatever has no place here
is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError  # only the classes; defusedxml does the parsing

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # publishes no types
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]  # publishes no types

from surveyapp.services.code_shade import shade_of
from surveyapp.services.foreign_project import OWN_ORIGIN, REFI, ForeignCode, ForeignMemo, ForeignProject
from surveyapp.services.foreign_zip import ForeignZip, UnsafeZip, open_zip

NAMESPACES = ("urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0")
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DEEPEST = 60                # elements within one another; a tree of codes has about ten levels
MOST_ELEMENTS = 2_000_000
KNOWN = frozenset((
    "Project", "Users", "User", "CodeBook", "Codes", "Code", "Description", "NoteRef", "Variables", "Variable",
    "Cases", "Case", "CodeRef", "VariableValue", "VariableRef", "TextValue", "BooleanValue", "IntegerValue",
    "FloatValue", "DateValue", "DateTimeValue", "SourceRef", "SelectionRef", "Sources", "TextSource",
    "PlainTextContent", "PlainTextSelection", "Coding", "PictureSource", "TextDescription", "PictureSelection",
    "PDFSource", "PDFSelection", "Representation", "AudioSource", "AudioSelection", "VideoSource", "VideoSelection",
    "Transcript", "SyncPoint", "TranscriptSelection", "Notes", "Note", "Links", "Link", "Sets", "Set", "MemberCode",
    "MemberSource", "MemberNote", "Graphs", "Graph", "Vertex", "Edge",
))


class Unreadable(Exception):
    """The file is none of these, damaged or unsafe; one word says which."""


@dataclass
class Reading:
    """What is gathered while a file is read."""

    root: Element
    archive: ForeignZip | None = None
    losses: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)

    def guid(self, words: str | None) -> str:
        """Return an identifier in the one way they are compared: small letters, no braces."""
        found = (words or "").strip().strip("{}").lower()
        if found and not GUID.fullmatch(found):
            self.warnings["guid"] += 1
        return found


def local(element: Element) -> str:
    """Return the element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Yield the children of these names, whatever their namespace."""
    for child in element if element is not None else ():
        if local(child) in names:
            yield child


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child of that name, or None."""
    return next(children(element, name), None)


def inside(element: Element | None, name: str) -> list[Element]:
    """Return all that stands in the child of that name."""
    found = child(element, name)
    return list(found) if found is not None else []


def description_of(element: Element) -> str:
    """Return the words of the element's description."""
    found = child(element, "Description")
    return ((found.text if found is not None else "") or "").strip()


def parse(content: bytes) -> Element:
    """Return the root of the XML; document types, entities and abysses are refused."""
    try:
        root: Element = fromstring(content, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise Unreadable("unsafe") from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise Unreadable("damaged") from None
    _check_depth(root)
    return root


def _check_depth(root: Element) -> None:
    level, n_elements = [root], 0
    for _ in range(DEEPEST):
        n_elements += len(level)
        level = [below for element in level for below in element]
        if not level:
            break
    if level or n_elements > MOST_ELEMENTS:
        raise Unreadable("unsafe")


def read_codebook(content: bytes) -> ForeignProject:
    """Return the codes of a .qdc file."""
    root = parse(content)
    if local(root) != "CodeBook":
        raise Unreadable("no_codebook")
    reading = Reading(root)
    _look_over(reading)
    codes = read_codes(root, reading)
    reading.losses["sets"] = sum(1 for _ in children(child(root, "Sets"), "Set"))
    return ForeignProject(REFI, "", root.get("origin", ""), codes, losses=+reading.losses, warnings=+reading.warnings)


def open_project(content: bytes) -> Reading:
    """Return the project of a .qdpx file, ready to be read."""
    try:
        archive = open_zip(content)
        entries = archive.projects()
        if not entries:
            raise Unreadable("no_project")
        reading = Reading(parse(archive.read(entries[0])), archive)
    except UnsafeZip as error:
        raise Unreadable(str(error)) from None
    if local(reading.root) != "Project":
        raise Unreadable("no_project")
    reading.losses["other_projects"] = len(entries) - 1
    reading.warnings["inner_name"] = int(entries[0].filename != "project.qde")
    _look_over(reading)
    return reading


def _look_over(reading: Reading) -> None:
    """Count what the standard does not know."""
    reading.warnings["namespace"] = int(str(reading.root.tag).rpartition("}")[0].lstrip("{") not in NAMESPACES)
    reading.losses["unknown_elements"] = sum(local(element) not in KNOWN for element in reading.root.iter())


def is_own(root: Element) -> bool:
    """Return whether this program wrote the file."""
    return root.get("origin", "").split(" ")[0].casefold() == OWN_ORIGIN


def no_memos(element: Element) -> tuple[ForeignMemo, ...]:
    """Return the memos on a code where a file has none."""
    return ()


def read_codes(book: Element | None, reading: Reading,
               memos_of: Callable[[Element], tuple[ForeignMemo, ...]] = no_memos) -> tuple[ForeignCode, ...]:
    """Return the codes of a codebook, each after the one it stands below."""
    found: list[ForeignCode] = []
    own = is_own(reading.root)
    waiting = [(code, "") for code in reversed(list(children(child(book, "Codes"), "Code")))]
    while waiting:
        element, parent = waiting.pop()
        guid = reading.guid(element.get("guid")) or f"code {len(found)}"
        found.append(ForeignCode(guid, (element.get("name") or "").strip(), parent, description_of(element),
                                 element.get("isCodable", "true").strip() not in ("false", "0"),
                                 memos_of(element), "" if own else shade_of(element.get("color", "")) or ""))
        waiting += [(below, guid) for below in reversed(list(children(element, "Code")))]
    return tuple(found)
