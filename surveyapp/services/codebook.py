"""A study's codebook as coders use it: codes in order, their tree, and which of them name problems and causes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.codec import from_document
from instruments.template import COLOURS, PATTERNS, Codebook, CodeDefinition
from surveyapp.errors import BadInput, NotFound
from surveyapp.models.coding import Code
from surveyapp.models.study import PublishedInstrument, Study

_definitions_by_id: dict[int, tuple[dict[str, Any], CodeDefinition]] = {}
_groups_by_hash: dict[str, dict[str, str]] = {}     # a published questionnaire never changes


@dataclass(frozen=True)
class CodeEntry:
    """One code; `group` is that of the constructs it belongs to (problem, cause, situation …), None without any.

    `hue` and `pattern` are the places of its top code's colour and pattern among COLOURS and PATTERNS.
    """

    id: int
    key: str
    depth: int
    top: str
    hue: int
    group: str | None
    is_active: bool
    definition: CodeDefinition = field(hash=False)
    pattern: int = 0
    version: int = 1
    merged_into: int | None = None

    @cached_property
    def search_words(self) -> str:
        """What a type-ahead looks in, in small letters: key, names and definitions in every language."""
        parts = (self.key, *self.definition.name.values(), *self.definition.definition.values())
        return " ".join(parts).casefold()


@dataclass(frozen=True)
class StudyCodebook:
    """The codes of a study in the order of the codebook."""

    entries: tuple[CodeEntry, ...]

    @cached_property
    def by_key(self) -> Mapping[str, CodeEntry]:
        """Each code by its key, and by every former key that no other code has taken."""
        former = {alias: entry for entry in self.entries for alias in entry.definition.aliases}
        return former | {entry.key: entry for entry in self.entries}

    @cached_property
    def by_id(self) -> Mapping[int, CodeEntry]:
        return {entry.id: entry for entry in self.entries}

    @property
    def usable(self) -> tuple[CodeEntry, ...]:
        return tuple(entry for entry in self.entries if entry.is_active)

    def of_group(self, group: str) -> tuple[CodeEntry, ...]:
        return tuple(entry for entry in self.usable if entry.group == group)

    def get(self, key: str) -> CodeEntry:
        """Return the code of that key; NotFound otherwise."""
        entry = self.by_key.get(key)
        if entry is None:
            raise NotFound("The codebook has no code {key}.", "Look at the codebook for the codes there are.",
                           key=repr(key))
        return entry

    def chosen(self, key: str, group: str | None = None) -> CodeEntry:
        """Return the code to be given; BadInput if there is none, it is retired, or it is of another group."""
        entry = self.by_key.get(key)
        if entry is None or not entry.is_active:
            raise BadInput("The codebook has no code {key}.", "Choose one from the list.", key=repr(key))
        if group is not None and entry.group != group:
            raise BadInput("{key} is not a code of the group {group}.", "Choose one from the list.", key=repr(key),
                           group=group)
        return entry

    def with_descendants(self, key: str) -> tuple[CodeEntry, ...]:
        """Return the code and every code below it."""
        known = self.by_key.get(key)
        found = {known.key if known is not None else key}
        for entry in self.entries:
            if entry.definition.parent in found:
                found.add(entry.key)
        return tuple(entry for entry in self.entries if entry.key in found)

    def exclusive_sets(self, key: str) -> Mapping[str, str]:
        """Return the sets of codes that exclude each other to which a code counts: their parent → its member there."""
        found: dict[str, str] = {}
        entry = self.by_key.get(key)
        while entry is not None and (above := self.by_key.get(entry.definition.parent or "")) is not None:
            if above.key in found:
                break
            if above.definition.has_exclusive_children:
                found[above.key] = entry.key
            entry = above
        return found

    def exclude(self, key: str, other: str) -> bool:
        """Return whether the codebook says that the same words get at most one of the two codes."""
        own, others = self.exclusive_sets(key), self.exclusive_sets(other)
        return any(others.get(parent, member) != member for parent, member in own.items())

    def construct_of(self, key: str) -> str | None:
        """Return the construct of the code, or of the nearest code above it that has one."""
        seen: set[str] = set()
        entry = self.by_key.get(key)
        while entry is not None and entry.key not in seen:
            if entry.definition.construct:
                return entry.definition.construct
            seen.add(entry.key)
            entry = self.by_key.get(entry.definition.parent or "")
        return None

    def top_code_of(self, construct: str) -> CodeEntry | None:
        """Return the code nearest the root that is linked to the construct, or None; a retired one as the last."""
        linked = [entry for entry in self.entries if entry.definition.construct == construct]
        return min(linked, key=lambda entry: (not entry.is_active, entry.depth), default=None)


def load_codebook(session: Session, study: Study) -> StudyCodebook:
    """Return the study's codebook; read once a session, because a session sees one state of the database."""
    known: dict[int, StudyCodebook] = session.info.setdefault("codebooks", {})
    if study.id not in known:
        known[study.id] = _read_codebook(session, study)
    return known[study.id]


def _read_codebook(session: Session, study: Study) -> StudyCodebook:
    rows = session.scalars(select(Code).where(Code.study_id == study.id).order_by(Code.position)).all()
    definitions = {row.key: _definition(row) for row in rows}
    groups = _construct_groups(session, study)
    tops = {key: _top(key, definitions) for key in definitions}
    roots = list(dict.fromkeys(tops.values()))
    group_of_top = {top: _only(groups.get(definition.construct or "") for key, definition in definitions.items()
                               if tops[key] == top) for top in roots}
    looks = {top: look_of(definitions[top], place) for place, top in enumerate(roots)}
    return StudyCodebook(tuple(
        CodeEntry(row.id, row.key, _depth(row.key, definitions), tops[row.key], looks[tops[row.key]][0],
                  groups.get(definitions[row.key].construct or "") or group_of_top[tops[row.key]], row.is_active,
                  definitions[row.key], looks[tops[row.key]][1], row.version, row.merged_into_id)
        for row in rows
    ))


def look_of(top: CodeDefinition, place: int) -> tuple[int, int]:
    """Return colour and pattern of a top code: as chosen, else by its place, so that neighbours differ in both."""
    hue = COLOURS.index(top.colour) if top.colour in COLOURS else place % len(COLOURS)
    pattern = PATTERNS.index(top.pattern) if top.pattern in PATTERNS else place % len(PATTERNS)
    return hue, pattern


def forget_codebook(session: Session, study: Study) -> None:
    """Have the codebook read anew, because this session changed it."""
    session.info.get("codebooks", {}).pop(study.id, None)


def definitions_in_force(rows: Sequence[Code]) -> tuple[CodeDefinition, ...]:
    """Return the codes as the analysis takes them: a construct of an active code is not that of a retired one too."""
    found = [from_document(CodeDefinition, row.document) for row in rows]
    linked = {code.construct for code, row in zip(found, rows, strict=True) if row.is_active}
    return tuple(replace(code, construct=None) if not row.is_active and code.construct in linked else code
                 for code, row in zip(found, rows, strict=True))


def _definition(row: Code) -> CodeDefinition:
    """Return the code's definition; read again only where its document changed."""
    known = _definitions_by_id.get(row.id)
    if known is None or known[0] != row.document:
        known = _definitions_by_id[row.id] = (row.document, from_document(CodeDefinition, row.document))
    return known[1]


def codebook_rules(study: Study) -> Codebook:
    """Return what the codebook says besides its codes: unit, meaning of the polarity words, quality."""
    document = study.template.get("codebook")
    if document is None:
        raise NotFound("The study has no codebook.", "Make the study from a template that has one.")
    return from_document(Codebook, document)


def _only(groups: Iterable[str | None]) -> str | None:
    """Return the one group there is; None where there is none or more than one."""
    found = {group for group in groups if group is not None}
    return found.pop() if len(found) == 1 else None


def _top(key: str, definitions: Mapping[str, CodeDefinition]) -> str:
    seen = {key}
    while (parent := definitions[key].parent) in definitions and parent not in seen:
        key = str(parent)
        seen.add(key)
    return key


def _depth(key: str, definitions: Mapping[str, CodeDefinition]) -> int:
    depth, seen = 0, {key}
    while (parent := definitions[key].parent) in definitions and parent not in seen:
        key = str(parent)
        seen.add(key)
        depth += 1
    return depth


def _construct_groups(session: Session, study: Study) -> dict[str, str]:
    """Return the group of each construct of the study's questionnaires."""
    mine = PublishedInstrument.study_id == study.id
    hashes = session.scalars(select(PublishedInstrument.content_hash).where(mine)).all()
    unread = [value for value in hashes if value not in _groups_by_hash]
    if unread:
        found = select(PublishedInstrument.content_hash, PublishedInstrument.document)
        for value, document in session.execute(found.where(PublishedInstrument.content_hash.in_(unread))):
            _groups_by_hash[value] = {entry["key"]: entry["group"] for entry in document["constructs"]}
    return {key: group for value in hashes for key, group in _groups_by_hash[value].items()}
