"""The texts, passages, codings, memos and cases of a REFI-QDA project → a foreign project. Child process only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element  # only the class; defusedxml does the parsing

from surveyapp.services.foreign_project import (
    REFI,
    ForeignCoding,
    ForeignLink,
    ForeignMemo,
    ForeignProject,
    ForeignSelection,
    ForeignText,
    passages_of,
)
from surveyapp.services.refi_reader import (
    Reading,
    child,
    children,
    description_of,
    inside,
    is_own,
    local,
    open_project,
    read_codes,
)
from surveyapp.services.refi_text import TURNS_NOTE, as_kept, text_of

MEDIA = ("PictureSource", "AudioSource", "VideoSource")
ON_PAGES = ("PictureSelection", "PDFSelection", "AudioSelection", "VideoSelection")
VALUES = ("TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue")
CASE = "case"               # the attribute that names a text's case


@dataclass
class Memos:
    """The notes of a project by guid; `used` are those that hang on something."""

    texts: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))
    used: set[str] = field(default_factory=set)

    def of(self, element: Element, reading: Reading, *, with_links: bool = False) -> Iterator[str]:
        """Yield the guids of the notes that hang on the element."""
        for reference in children(element, "NoteRef"):
            guid = reading.guid(reference.get("targetGUID"))
            if guid in self.texts and (guid in self.links) == with_links:
                self.used.add(guid)
                yield guid

    def words(self, element: Element, reading: Reading) -> str:
        """Return the words of the notes that hang on the element."""
        return "\n\n".join(self.texts[guid] for guid in self.of(element, reading) if self.texts[guid].strip())

    def on(self, element: Element, reading: Reading, user: str = "") -> tuple[ForeignMemo, ...]:
        """Return the memos on the element; `user` wrote those of which nobody else is named."""
        return tuple(ForeignMemo(self.texts[guid], self.users[guid] or user) for guid in self.of(element, reading)
                     if self.texts[guid].strip() and self.names[guid] != TURNS_NOTE)


def read_project(content: bytes) -> ForeignProject:
    """Return the project of a .qdpx file."""
    reading = open_project(content)
    root = reading.root
    memos, creator = _memos(reading), reading.guid(root.get("creatingUserGUID"))
    codes = read_codes(child(root, "CodeBook"), reading, lambda element: memos.on(element, reading, creator))
    attributes = _attributes(reading)
    texts = tuple(_with_case(text, attributes) for text in _texts(reading, memos))
    coders = {reading.guid(user.get("guid")): (user.get("name") or user.get("id") or "").strip()
              for user in children(child(root, "Users"), "User")}
    known = {code.guid for code in codes}
    codings = [coding for text in texts for passage in passages_of(text) for coding in passage.codings]
    reading.losses["unknown_codes"] = sum(coding.code not in known for coding in codings)
    _count_losses(reading, memos)
    variables = {(variable.get("name") or "").strip(): description_of(variable)
                 for variable in children(child(root, "Variables"), "Variable")}
    return ForeignProject(REFI, root.get("name", ""), root.get("origin", ""), codes, coders, variables, texts,
                          +reading.losses, +reading.warnings)


def _count_losses(reading: Reading, memos: Memos) -> None:
    root, losses = reading.root, reading.losses
    for name in ("Graphs", "Sets"):
        losses[name.lower()] = len(inside(root, name))
    losses["notes"] = len(set(memos.texts) - memos.used)
    losses["links"] = sum(1 for _ in children(child(root, "Links"), "Link")) - len(
        {link for guid, links in memos.links.items() if guid in memos.used for *_, link in links})
    losses["descriptions"] = int(bool(description_of(root)) and not is_own(root))
    losses["coded_cases"] = sum(1 for case in children(child(root, "Cases"), "Case") for _ in children(case, "CodeRef"))


# ---- memos and links ------------------------------------------------------------------------------------------------
def _memos(reading: Reading) -> Memos:
    memos = Memos()
    for number, note in enumerate(children(child(reading.root, "Notes"), "Note")):
        guid = reading.guid(note.get("guid")) or f"note {number}"
        content = child(note, "PlainTextContent")
        kept = text_of(note, reading) if content is None else None
        words = (content.text or "") if content is not None else kept.text if kept else description_of(note)
        memos.texts[guid] = words.strip()
        memos.names[guid] = (note.get("name") or "").strip()
        memos.users[guid] = reading.guid(note.get("creatingUser"))
    for number, link in enumerate(children(child(reading.root, "Links"), "Link")):
        ends = reading.guid(link.get("originGUID")), reading.guid(link.get("targetGUID"))
        for reference in children(link, "NoteRef"):
            guid = reading.guid(reference.get("targetGUID"))
            if guid in memos.texts:
                memos.links[guid].append((*ends, f"link {number}"))
    return memos


# ---- cases and their values ------------------------------------------------------------------------------------------
def _attributes(reading: Reading) -> Mapping[str, Mapping[str, str]]:
    """Return what the cases say of each text or passage, by guid."""
    names = {reading.guid(variable.get("guid")): (variable.get("name") or "").strip()
             for variable in children(child(reading.root, "Variables"), "Variable")}
    found: dict[str, dict[str, str]] = {}
    for case in children(child(reading.root, "Cases"), "Case"):
        values = {CASE: (case.get("name") or "").strip(), **_values(case, names, reading)}
        targets = [reading.guid(reference.get("targetGUID"))
                   for reference in children(case, "SourceRef", "SelectionRef")]
        if description_of(case):
            values["description"] = description_of(case)
        for guid in targets:
            found.setdefault(guid, {}).update(values)
        reading.losses["cases_without_text"] += not targets
    for source in inside(reading.root, "Sources"):
        own = _values(source, names, reading)
        if own:
            found.setdefault(reading.guid(source.get("guid")), {}).update(own)
    return found


def _values(element: Element, names: Mapping[str, str], reading: Reading) -> dict[str, str]:
    values = {}
    for value in children(element, "VariableValue"):
        reference = child(value, "VariableRef")
        name = names.get(reading.guid(reference.get("targetGUID")), "") if reference is not None else ""
        words = next((found.text or "" for found in children(value, *VALUES)), "")
        if name and words.strip():
            values[name] = words.strip()
    return values


def _with_case(text: ForeignText, attributes: Mapping[str, Mapping[str, str]]) -> ForeignText:
    found = dict(attributes.get(text.guid, {}))
    for selection in text.selections:
        found = {**attributes.get(selection.guid, {}), **found}
    return replace(text, attributes=found)


# ---- texts ----------------------------------------------------------------------------------------------------------
def _texts(reading: Reading, memos: Memos) -> Iterator[ForeignText]:
    for source in inside(reading.root, "Sources"):
        if local(source) == "TextSource":
            yield from _text(source, source, reading, memos)
        elif local(source) == "PDFSource":
            reading.losses["places_on_pages"] += sum(1 for _ in children(source, "PDFSelection"))
            words = child(source, "Representation")
            if words is None:
                reading.losses["missing_texts"] += 1
            else:
                yield from _text(words, source, reading, memos)
        elif local(source) in MEDIA:
            reading.losses["pictures"] += 1
            reading.losses["places_on_pages"] += sum(1 for _ in children(source, *ON_PAGES))
            for words in children(source, "Transcript", "TextDescription"):
                yield from _text(words, source, reading, memos)


def _text(element: Element, source: Element, reading: Reading, memos: Memos) -> Iterator[ForeignText]:
    """Yield the text of an element with what is coded in it; `source` names it and holds its case."""
    kept = text_of(element, reading)
    if kept is None:
        return
    turns = [memos.texts[guid] for guid in memos.of(source, reading) if memos.names[guid] == TURNS_NOTE]
    user = reading.guid(source.get("creatingUser")) or reading.guid(reading.root.get("creatingUserGUID"))
    yield ForeignText(
        reading.guid(source.get("guid")), _name(source) or _name(element), kept.text,
        kept.crlf, kept.dropped, kept.has_mark, description_of(source), turns[0] if turns else "",
        memos.on(source, reading, user), selections=tuple(_selections(element, reading, memos, user)),
        codings=tuple(_codings(source, "", reading, memos, user)), links=tuple(_links(source, reading, memos)))


def _name(element: Element) -> str:
    """Return what a text is called, or the name of its file."""
    path = element.get("plainTextPath") or element.get("richTextPath") or element.get("path") or ""
    return (element.get("name") or "").strip() or PurePosixPath(path.replace("\\", "/")).stem


def _selections(element: Element, reading: Reading, memos: Memos, user: str) -> Iterator[ForeignSelection]:
    points = {reading.guid(point.get("guid")): point.get("position", "") for point in children(element, "SyncPoint")}
    for selection in children(element, "PlainTextSelection", "TranscriptSelection"):
        start = selection.get("startPosition") or points.get(reading.guid(selection.get("fromSyncPoint")), "")
        end = selection.get("endPosition") or points.get(reading.guid(selection.get("toSyncPoint")), "")
        if not (start.strip().isdecimal() and end.strip().isdecimal()):
            reading.losses["places_on_pages"] += 1
            continue
        maker = reading.guid(selection.get("creatingUser")) or user
        yield ForeignSelection(
            reading.guid(selection.get("guid")), int(start), int(end), as_kept(selection.get("name") or "").text,
            (*((ForeignMemo(description_of(selection), maker),) if description_of(selection) else ()),
             *memos.on(selection, reading, maker)),
            tuple(_codings(selection, selection.get("creationDateTime", ""), reading, memos, maker)),
            tuple(_links(selection, reading, memos)))


def _codings(element: Element, made_at: str, reading: Reading, memos: Memos, user: str) -> Iterator[ForeignCoding]:
    for coding in children(element, "Coding"):
        reference = child(coding, "CodeRef")
        if reference is not None:
            yield ForeignCoding(
                reading.guid(coding.get("guid")), reading.guid(reference.get("targetGUID")),
                reading.guid(coding.get("creatingUser")) or user, memos.words(coding, reading),
                coding.get("creationDateTime") or made_at)


def _links(element: Element, reading: Reading, memos: Memos) -> Iterator[ForeignLink]:
    for guid in memos.of(element, reading, with_links=True):
        for cause, problem, _ in memos.links[guid]:
            yield ForeignLink(cause, problem, memos.users[guid], memos.texts[guid], guid)
