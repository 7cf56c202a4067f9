"""Versions of a study's codebook: the whole of it frozen with number, note and hash, and what differs between two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from instruments.codec import content_hash, from_document, to_document
from instruments.template import CodeDefinition
from surveyapp.errors import NotFound
from surveyapp.models.account import Account
from surveyapp.models.codebook import CodebookVersion
from surveyapp.models.coding import Code, Coding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.codebook_text import TEXTS

LONGEST_NOTE = 2_000
# A Latin word, one sign of Chinese, or whatever lies between: the pieces a change is shown in.
_PIECES = re.compile(r"[A-Za-zÀ-ɏ0-9]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class FrozenCode:
    """A code as a version holds it."""

    id: int
    is_active: bool
    merged_into: str | None
    definition: CodeDefinition


@dataclass(frozen=True)
class FrozenCodebook:
    """The codes of a version in their order."""

    codes: tuple[FrozenCode, ...]


def current_document(session: Session, study: Study) -> FrozenCodebook:
    """Return the codebook as it stands now."""
    rows = session.scalars(select(Code).where(Code.study_id == study.id).order_by(Code.position)).all()
    keys = {row.id: row.key for row in rows}
    return FrozenCodebook(tuple(
        FrozenCode(row.id, row.is_active, keys.get(row.merged_into_id or 0),
                   from_document(CodeDefinition, row.document)) for row in rows))


def freeze_codebook(session: Session, study: Study, account: Account | None, note: str) -> CodebookVersion:
    """Return the version that holds the codebook as it stands: the newest one where nothing changed since."""
    session.execute(select(Study.id).where(Study.id == study.id).with_for_update())
    document = current_document(session, study)
    newest = newest_version(session, study)
    if newest is not None and codebook_of(newest) == document:
        return newest
    version = CodebookVersion(
        study_id=study.id, number=(newest.number if newest else 0) + 1, note=note.strip()[:LONGEST_NOTE],
        account_id=account.id if account else None, document=to_document(document),
        content_hash=content_hash(document))
    session.add(version)
    session.flush()
    record_change(session, "freeze_codebook", f"codebook version {version.number}", study_id=study.id,
                  account=account, after={"hash": version.content_hash, "note": version.note})
    return version


def newest_version(session: Session, study: Study) -> CodebookVersion | None:
    """Return the version frozen last, or None."""
    return session.scalar(select(CodebookVersion).where(CodebookVersion.study_id == study.id)
                          .order_by(CodebookVersion.number.desc()).limit(1))


def newest_version_id(session: Session, study: Study) -> int | None:
    """Return the number in the database of the version frozen last: a new coding notes it."""
    return session.scalar(select(CodebookVersion.id).where(CodebookVersion.study_id == study.id)
                          .order_by(CodebookVersion.number.desc()).limit(1))


@dataclass(frozen=True)
class ListedVersion:
    """A version with who froze it and how many codings were made while it was the newest."""

    version: CodebookVersion
    by: str
    n_codings: int


def list_versions(session: Session, study: Study, seen: ColumnElement[bool]) -> list[ListedVersion]:
    """Return the versions, newest first; of codings only those are counted that may be `seen`."""
    counts = _n_codings(session, study, seen)
    found = (select(CodebookVersion, Account.name).outerjoin(Account, Account.id == CodebookVersion.account_id)
             .where(CodebookVersion.study_id == study.id).order_by(CodebookVersion.number.desc()))
    return [ListedVersion(version, name or "", counts.get(version.id, 0)) for version, name in session.execute(found)]


def _n_codings(session: Session, study: Study, seen: ColumnElement[bool]) -> dict[int | None, int]:
    found = (select(Coding.codebook_version_id, func.count()).join(Interview, Interview.id == Coding.interview_id)
             .where(Interview.study_id == study.id, Coding.deleted_at.is_(None), seen)
             .group_by(Coding.codebook_version_id))
    return {row[0]: row[1] for row in session.execute(found)}


def provenance_of(session: Session, study: Study, counted: ColumnElement[bool]) -> tuple[str, ...]:
    """Return one line per version that codings were made with, for the report: number, day, hash, `counted` codings."""
    counts = _n_codings(session, study, counted)
    rows = session.scalars(select(CodebookVersion).where(CodebookVersion.study_id == study.id)
                           .order_by(CodebookVersion.number))
    return tuple(f"v{row.number} ({row.created_at.date().isoformat()}, {row.content_hash[:12]}): {counts[row.id]}"
                 for row in rows if counts.get(row.id))


def get_version(session: Session, study: Study, number: int) -> CodebookVersion:
    """Return the version of that number; NotFound otherwise."""
    row = session.scalar(select(CodebookVersion).where(
        CodebookVersion.study_id == study.id, CodebookVersion.number == number))
    if row is None:
        raise NotFound("The codebook has no version {n}.", "Look at the list of versions.", n=number)
    return row


def codebook_of(version: CodebookVersion) -> FrozenCodebook:
    """Return what the version holds."""
    return from_document(FrozenCodebook, version.document)


# ---- what differs ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Piece:
    """Words that both have (""), that only the older has ("-"), or that only the newer has ("+")."""

    sign: str
    words: str


@dataclass(frozen=True)
class FieldChange:
    """One field of a code that differs, in one language where it has any."""

    field: str
    language: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class CodeChange:
    """What happened to a code: added, removed, renamed, moved, retired, reactivated, merged; and its fields."""

    key: str
    name: Mapping[str, str]
    deeds: tuple[str, ...]
    fields: tuple[FieldChange, ...]


def compare_codebooks(older: FrozenCodebook, newer: FrozenCodebook) -> tuple[CodeChange, ...]:
    """Return what differs, in the order of the newer codebook, removed codes last."""
    was, now = ({code.id: code for code in book.codes} for book in (older, newer))
    moved = _moved(older, newer)
    # A parent that was only renamed is no other parent.
    now_of = {code.definition.key: now[code.id].definition.key for code in older.codes if code.id in now}
    changes = [_code_change(_with_parent(was.get(code.id), now_of), code, code.id in moved) for code in newer.codes]
    gone = [CodeChange(code.definition.key, code.definition.name, ("removed",), ())
            for code in older.codes if code.id not in now]
    return tuple(change for change in (*changes, *gone) if change is not None)


def _with_parent(code: FrozenCode | None, now_of: Mapping[str, str]) -> FrozenCode | None:
    if code is None:
        return None
    parent = code.definition.parent
    return replace(code, definition=replace(code.definition, parent=now_of.get(parent, parent) if parent else None))


def _moved(older: FrozenCodebook, newer: FrozenCodebook) -> set[int]:
    """Return the codes whose place among those that both have is another: as few as explain the new order."""
    both = {code.id for code in older.codes} & {code.id for code in newer.codes}
    was, now = ([code.id for code in book.codes if code.id in both] for book in (older, newer))
    same = {number for block in SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
            for number in was[block.a:block.a + block.size]}
    return both - same


def _code_change(was: FrozenCode | None, now: FrozenCode, is_moved: bool) -> CodeChange | None:
    code = now.definition
    if was is None:
        return CodeChange(code.key, code.name, ("added",), ())
    deeds = _deeds(was, now, is_moved)
    fields = tuple(field_changes(was.definition, code))
    return CodeChange(code.key, code.name, deeds, fields) if deeds or fields else None


def _deeds(was: FrozenCode, now: FrozenCode, is_moved: bool) -> tuple[str, ...]:
    told = {"renamed": was.definition.key != now.definition.key,
            "moved": is_moved or was.definition.parent != now.definition.parent,
            "merged": now.merged_into is not None and was.merged_into is None,
            "retired": was.is_active and not now.is_active, "reactivated": now.is_active and not was.is_active}
    return tuple(deed for deed, is_so in told.items() if is_so)


PLAIN = ("key", "parent", "construct", "strategy", "safeguard", "colour", "pattern", "original_colour",
         "has_exclusive_children")


def field_changes(was: CodeDefinition, now: CodeDefinition) -> Iterator[FieldChange]:
    """Yield the fields of a code that differ, word by word."""
    for name in PLAIN:
        old, new = (_plain(getattr(code, name)) for code in (was, now))
        if old != new:
            yield FieldChange(name, "", tuple(Piece(sign, words) for sign, words in (("-", old), ("+", new)) if words))
    for name in TEXTS:
        old_text, new_text = getattr(was, name), getattr(now, name)
        for language in dict.fromkeys((*old_text, *new_text)):
            old, new = old_text.get(language, ""), new_text.get(language, "")
            if old != new:
                yield FieldChange(name, language, word_changes(old, new))


def _plain(value: object) -> str:
    if value is True:
        return "✓"
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")


def word_changes(old: str, new: str) -> tuple[Piece, ...]:
    """Return the new text in pieces, with the words that went and came; Chinese goes sign by sign."""
    was, now = _PIECES.findall(old), _PIECES.findall(new)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        pieces += _pieces(tag, was[a:b], now[c:d])
    return tuple(pieces)


def _pieces(tag: str, was: Sequence[str], now: Sequence[str]) -> Iterator[Piece]:
    if tag == "equal":
        yield Piece("", "".join(now))
        return
    for sign, words in (("-", was), ("+", now)):
        if words:
            yield Piece(sign, "".join(words))
