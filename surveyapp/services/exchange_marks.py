"""Segments, codings and links of one imported text, made in bulk, each with its row in the audit log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.db.base import utc_now
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding, LinkCoding, Memo, Segment
from surveyapp.models.interview import ANSWERS, Interview, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.codebook import CodeEntry
from surveyapp.services.coding_history import state_of
from surveyapp.services.foreign_offsets import Placed
from surveyapp.services.foreign_project import ForeignCoding, ForeignLink, ForeignMemo, ForeignSelection, ForeignText
from surveyapp.services.labelled_lines import read_coding
from surveyapp.services.memo import LONGEST_MEMO, ON_CODE, ON_INTERVIEW, ON_SEGMENT
from surveyapp.services.refi_reader import GUID
from surveyapp.services.segment import CONTEXT

# Deeds that undoing one's own steps passes over: they were not taken one by one.
DEEDS = {Coding: ("import_coding", "coding"), LinkCoding: ("import_link", "link"), Memo: ("import_memo", "memo")}
AT_ONCE = 500               # values in one condition; databases allow a few thousand
Place = tuple[int, int]
Mark = Coding | LinkCoding
Row = Coding | LinkCoding | Memo


@dataclass(frozen=True)
class Marks:
    """Where the marks of a text go, and what its codes and coders are here."""

    session: Session
    study: Study
    interview: Interview
    version: TranscriptVersion | None
    codes: Mapping[str, CodeEntry]
    coder: Callable[[str], Account]
    account: Account | None
    codebook_version: int | None
    joined: Mapping[int, Sequence[int]] = field(default_factory=dict)      # person → coders of files that they are


def store_marks(marks: Marks, text: ForeignText, placed: list[Placed], counts: Counter[str]) -> None:
    """Store what is coded in the text; what cannot be is counted under the reason."""
    segments = _segments(marks, placed)
    known = set(_known(marks))
    rows: list[Row] = []
    for place in placed:
        segment = segments.get(place.place) if place.place else None
        if segment is None:
            counts["passages_lost"] += 1
            continue
        rows += _rows(marks, place.selection, segment, known, counts)
        rows += _memos(marks, place.selection.memos, segment)
    rows += _rows(marks, text, None, known, counts)
    rows += _memos(marks, text.memos, None)
    record_rows(marks.session, marks.study, marks.account, rows)
    counts["segments"] += len(segments)
    counts["codings"] += sum(isinstance(row, Coding) for row in rows)
    counts["links"] += sum(isinstance(row, LinkCoding) for row in rows)
    counts["memos"] += sum(isinstance(row, Memo) for row in rows)


def _rows(marks: Marks, passage: ForeignSelection | ForeignText, segment: Segment | None, known: set[tuple[Any, ...]],
          counts: Counter[str]) -> Iterator[Mark]:
    found_marks: tuple[ForeignCoding | ForeignLink, ...] = (*passage.codings, *passage.links)
    for found in found_marks:
        row: Mark | None = (_link(marks, found, segment) if isinstance(found, ForeignLink)
                            else _coding(marks, found, segment))
        if row is None:
            counts["codes_left"] += 1
        elif _identity(row) in known:
            counts["known"] += 1
        else:
            known.add(_identity(row))
            yield row


def _identity(row: Mark, coder: int | None = None) -> tuple[Any, ...]:
    """Return what makes two marks the same: one coder gives a code to a passage once; `coder` is who it also is."""
    codes = (row.code_id,) if isinstance(row, Coding) else (row.cause_id, row.problem_id)
    return (row.segment_id, coder or row.account_id, *codes)


def _known(marks: Marks) -> Iterator[tuple[Any, ...]]:
    here = marks.interview.id
    codings = select(Coding).where(Coding.interview_id == here, Coding.deleted_at.is_(None))
    links = select(LinkCoding).where(LinkCoding.interview_id == here, LinkCoding.deleted_at.is_(None))
    for row in (*marks.session.scalars(codings), *marks.session.scalars(links)):
        yield _identity(row)
        for coder in marks.joined.get(row.account_id, ()):
            yield _identity(row, coder)


def _coding(marks: Marks, found: ForeignCoding, segment: Segment | None) -> Coding | None:
    code = marks.codes.get(found.code)
    if code is None:
        return None
    polarity, memo, edited = read_coding(found.note)
    return Coding(interview_id=marks.interview.id, segment_id=segment.id if segment else None, code_id=code.id,
                  account_id=marks.coder(found.coder).id, polarity=polarity, memo=memo, edited_quote=edited, version=1,
                  codebook_version_id=marks.codebook_version, created_at=_instant(found.created_at))


def _link(marks: Marks, found: ForeignLink, segment: Segment | None) -> LinkCoding | None:
    cause, problem = marks.codes.get(found.cause), marks.codes.get(found.problem)
    if cause is None or problem is None or (cause.group, problem.group) != ("cause", "problem"):
        return None
    _, _, edited = read_coding(found.note)
    return LinkCoding(interview_id=marks.interview.id, segment_id=segment.id if segment else None, cause_id=cause.id,
                      problem_id=problem.id, account_id=marks.coder(found.coder).id, edited_quote=edited,
                      created_at=utc_now())


def _memos(marks: Marks, memos: Iterable[ForeignMemo], segment: Segment | None) -> Iterator[Memo]:
    """Yield the memos on a passage or on the interview that are not here yet."""
    place = Memo.segment_id == segment.id if segment else Memo.segment_id.is_(None)
    here = marks.session.scalars(select(Memo).where(Memo.interview_id == marks.interview.id, place,
                                                    Memo.deleted_at.is_(None))) if memos else ()
    known = {(row.account_id, row.text) for row in here}
    for memo in memos:
        author, text = marks.coder(memo.coder), memo.text[:LONGEST_MEMO]
        if (author.id, text) not in known:
            known.add((author.id, text))
            yield Memo(study_id=marks.study.id, account_id=author.id, kind=ON_SEGMENT if segment else ON_INTERVIEW,
                       interview_id=marks.interview.id, segment_id=segment.id if segment else None, text=text,
                       version=1, created_at=utc_now())


def code_memos(session: Session, study: Study, code: CodeEntry, memos: Iterable[ForeignMemo],
               coder: Callable[[str], Account]) -> Iterator[Memo]:
    """Yield the memos on a code that are not here yet."""
    here = session.scalars(select(Memo).where(Memo.code_id == code.id, Memo.deleted_at.is_(None))) if memos else ()
    known = {row.text for row in here}
    for memo in memos:
        if memo.text[:LONGEST_MEMO] not in known:
            yield Memo(study_id=study.id, account_id=coder(memo.coder).id, kind=ON_CODE, code_id=code.id,
                       text=memo.text[:LONGEST_MEMO], version=1, created_at=utc_now())


def _instant(words: str) -> datetime:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        return utc_now()
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _segments(marks: Marks, placed: list[Placed]) -> dict[Place, Segment]:
    """Return the segment of each place, new where there is none; a passage's identifier is kept where it is free."""
    version = marks.version
    if version is None:
        return {}
    found = marks.session.scalars(select(Segment).where(Segment.version_id == version.id))
    segments = {(row.start, row.end): row for row in found}
    wanted = {row.place: row.selection.guid for row in reversed(placed) if row.place and _is_used(row.selection)}
    new = {place: guid for place, guid in wanted.items() if place not in segments}
    taken = set(_taken(marks.session, [guid for guid in new.values() if GUID.fullmatch(guid)]))
    for (start, end), guid in sorted(new.items()):
        is_free = bool(GUID.fullmatch(guid)) and guid not in taken
        taken.add(guid)
        context = marks.interview.kind != ANSWERS       # the lines around a comment are other people's
        row = Segment(
            guid=guid if is_free else str(uuid4()), version_id=version.id, start=start, end=end,
            quote=version.text[start:end], prefix=version.text[max(0, start - CONTEXT):start] if context else "",
            suffix=version.text[end:end + CONTEXT] if context else "")
        segments[start, end] = row
        marks.session.add(row)
    marks.session.flush()
    return {place: segments[place] for place in wanted}


def _is_used(selection: ForeignSelection) -> bool:
    return bool(selection.codings or selection.links or selection.memos)


def _taken(session: Session, guids: list[str]) -> Iterable[str]:
    for start in range(0, len(guids), AT_ONCE):
        yield from session.scalars(select(Segment.guid).where(Segment.guid.in_(guids[start:start + AT_ONCE])))


def record_rows(session: Session, study: Study, account: Account | None, rows: Sequence[Row]) -> None:
    """Add the rows and tell of each in the audit log."""
    session.add_all(rows)
    session.flush()
    for row in rows:
        action, name = DEEDS[type(row)]
        subject = f"interview {row.interview_id} {name} {row.id}" if row.interview_id else f"{name} {row.id}"
        session.add(Audit(action=action, study_id=study.id, account_id=account.id if account else None,
                          subject=subject, after={**state_of(row), **_made_of(row), "coder": row.account_id}))
    session.flush()


def _made_of(row: Row) -> dict[str, Any]:
    if isinstance(row, LinkCoding):
        return {"cause": row.cause_id, "problem": row.problem_id, "segment": row.segment_id}
    return {"code": row.code_id, "segment": row.segment_id}
