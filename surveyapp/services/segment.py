"""Passages as rows: found or made where text, place and words agree; what a segment says never changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, Refused, Stale
from surveyapp.models.coding import Segment
from surveyapp.models.interview import ANSWERS, Interview, TranscriptVersion
from surveyapp.services.interview import current_version

CONTEXT = 32                # code points kept on either side of a passage, to find it again in an edited text
Range = tuple[int, int]


@dataclass(frozen=True)
class Passage:
    """A passage as the coder saw it."""

    start: int
    end: int
    quote: str
    version_sha256: str


def checked_version(session: Session, interview: Interview, version_sha256: str) -> TranscriptVersion:
    """Return the newest text if it is the one of that hash; Stale otherwise."""
    version = current_version(session, interview)
    if version is None:
        raise Refused("This interview has no text yet.", "Add a transcript or notes first.")
    if version.sha256 != version_sha256:
        raise Stale("The text of this interview was replaced after you had opened it.",
                    "Load the page again and mark the passage in the new text.")
    return version


def get_segment(session: Session, interview: Interview, passage: Passage) -> Segment:
    """Return the segment of the passage, made if it is new; Stale unless text, place and words agree."""
    version = checked_version(session, interview, passage.version_sha256)
    text, start, end = version.text, passage.start, passage.end
    if not 0 <= start < end <= len(text) or text[start:end] != passage.quote:
        raise Stale("The marked words are not at this place of the text.",
                    "Nothing was saved. Load the page again and mark the passage anew.")
    if not passage.quote.strip():
        raise BadInput("The marked passage has no words.", "Mark at least one word.")
    same = select(Segment).where(Segment.version_id == version.id, Segment.start == start, Segment.end == end)
    segment = session.scalar(same)
    if segment is not None:
        return segment
    segment = _new(interview, version, (start, end))
    try:
        with session.begin_nested():
            session.add(segment)
    except IntegrityError:      # another coder marked the same words at the same moment
        return session.scalars(same).one()
    return segment


def make_segments(session: Session, interview: Interview, version: TranscriptVersion,
                  places: Collection[Range]) -> Mapping[Range, Segment]:
    """Return the segment of each range of a text that nobody else can know yet."""
    made = {place: _new(interview, version, place) for place in dict.fromkeys(places)}
    session.add_all(made.values())
    session.flush()
    return made


def _new(interview: Interview, version: TranscriptVersion, place: Range) -> Segment:
    start, end = place
    segment = Segment(guid=str(uuid4()), version_id=version.id, start=start, end=end, quote=version.text[start:end])
    # A comment stands for itself: the lines around it are other people's and no context.
    if interview.kind != ANSWERS:
        segment.prefix = version.text[max(0, start - CONTEXT):start]
        segment.suffix = version.text[end:end + CONTEXT]
    return segment
