"""Boundaries of a coded passage: moved by place, by sentence, or by its exact words; and the review after a correction.

A changed boundary makes the coding point to another segment; segments never change.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from surveyapp.errors import BadInput, NotAllowed, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.coding import Coding, LinkCoding, Segment
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import check_may_code
from surveyapp.services.coding import get_own, get_seen
from surveyapp.services.coding_history import EDGES, REVIEW, check_free, placed_state_of, record_coding
from surveyapp.services.decoding import normalise
from surveyapp.services.interview import turns_around
from surveyapp.services.segment import Passage, checked_version, get_segment
from surveyapp.services.speakers import sentence_spans

Kind = TypeVar("Kind", Coding, LinkCoding)
START, END = "start", "end"


def change_edges(session: Session, study: Study, interview: Interview, account: Account, kind: type[Kind],
                 number: int, passage: Passage, *, version: int) -> Kind:
    """Let one's own coding hold for another passage; Stale if the coding or the text changed meanwhile."""
    row = get_own(session, interview, account, kind, number)
    check_may_code(session, interview, account)
    if row.version != version:
        raise Stale("This coding was changed in another window after you had opened it.",
                    "Load the page again and repeat the change if it is still right.")
    before = placed_state_of(row)
    row.segment_id = get_segment(session, interview, passage).id
    row.needs_review, row.former_id = False, None
    if placed_state_of(row) == before:
        return row
    session.flush()
    check_free(session, [row])
    row.version += 1
    record_coding(session, study, account, EDGES, row, before=before)
    session.flush()
    return row


def accept_review(session: Session, study: Study, interview: Interview, account: Account, kind: type[Kind],
                  number: int) -> Kind:
    """Say that a coding still holds though the text was corrected in it; by its coder or who runs the study."""
    row = get_seen(session, interview, account, kind, number)
    if row.account_id != account.id and not account.permissions.can_run_studies:
        raise NotAllowed("This is the coding of another coder.", "Only they or a researcher can accept it.")
    if not row.needs_review:
        return row
    before = placed_state_of(row)
    row.needs_review, row.former_id = False, None
    row.version += 1
    record_coding(session, study, account, REVIEW, row, before=before)
    session.flush()
    return row


def passage_by_step(session: Session, interview: Interview, row: Coding | LinkCoding, edge: str, step: int,
                    version_sha256: str) -> Passage:
    """Return the coding's passage with one edge moved to the next sentence boundary before or after it."""
    segment = _segment_of(session, row)
    version = checked_version(session, interview, version_sha256)
    text, start, end = version.text, segment.start, segment.end
    spans = _sentences_around(session, interview, segment, version_sha256)
    if edge == START:
        places = [left for left, _ in spans if (left < start if step < 0 else start < left < end)]
    else:
        places = [right for _, right in spans if (right > end if step > 0 else start < right < end)]
    if not places:
        raise BadInput("There is no sentence further in that direction.", "Paste the exact words of the passage.")
    place = max(places) if step < 0 else min(places)
    start, end = (place, end) if edge == START else (start, place)
    return Passage(start, end, text[start:end], version.sha256)


def passage_of_new_words(session: Session, interview: Interview, row: Coding | LinkCoding, quote: str,
                         version_sha256: str) -> Passage:
    """Return the passage with exactly these words in the turns at or beside the coding's own; they occur once."""
    version = checked_version(session, interview, version_sha256)
    spans = _sentences_around(session, interview, _segment_of(session, row), version_sha256)
    first, last = spans[0][0], spans[-1][1]
    quote = normalise(quote).strip()
    near = version.text[first:last]
    n_places = near.count(quote) if quote else 0
    if n_places == 0:
        raise BadInput("These words do not occur at this place of the text.",
                       "Copy them from the text, every sign of them.")
    if n_places > 1:
        raise BadInput("These words occur more than once here.", "Paste a longer piece that occurs once.")
    start = first + near.index(quote)
    return Passage(start, start + len(quote), quote, version.sha256)


def _segment_of(session: Session, row: Coding | LinkCoding) -> Segment:
    segment = session.get(Segment, row.segment_id) if row.segment_id is not None else None
    if segment is None:
        raise Refused("This coding has no place in a text.", "It was taken over without one.")
    return segment


def _sentences_around(session: Session, interview: Interview, segment: Segment,
                      version_sha256: str) -> list[tuple[int, int]]:
    """Return the sentences of the turns that the passage touches and of the turns next to them."""
    version = checked_version(session, interview, version_sha256)
    near = turns_around(session, version, (segment.start, segment.end))
    beyond = turns_around(session, version, (near[0].start, near[-1].end + _AS_FAR))
    turns = {turn.number: turn for turn in (*near, *beyond)}
    last = max(turn.number for turn in near)
    return [(turn.start + left, turn.start + right) for number, turn in sorted(turns.items()) if number <= last + 1
            for left, right in sentence_spans(version.text[turn.start:turn.end])]


_AS_FAR = 20_000            # code points after a passage in which the next turn is looked for
