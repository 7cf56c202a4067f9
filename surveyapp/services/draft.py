"""Drafts of questionnaires: made, changed, taken back; every save is kept, sound or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from instruments.codec import content_hash, from_document, to_document
from instruments.schema import Instrument
from surveyapp.db.base import utc_now
from surveyapp.errors import NotFound, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.draft import DraftRevision, InstrumentDraft
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change

KEPT_REVISIONS = 100        # steps that can be taken back
LONGEST_DEED = 120          # characters; the width of the column
AUDIENCE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def list_drafts(session: Session, study: Study) -> list[InstrumentDraft]:
    """Return the study's drafts."""
    return list(session.scalars(
        select(InstrumentDraft).where(InstrumentDraft.study_id == study.id).order_by(InstrumentDraft.audience)))


def find_draft(session: Session, study: Study, audience: str) -> InstrumentDraft | None:
    """Return the draft of a questionnaire, None if nobody is changing it."""
    return session.scalar(select(InstrumentDraft).where(
        InstrumentDraft.study_id == study.id, InstrumentDraft.audience == audience))


def get_draft(session: Session, study: Study, audience: str) -> InstrumentDraft:
    """Return the draft of a questionnaire; NotFound otherwise."""
    draft = find_draft(session, study, audience)
    if draft is None:
        raise NotFound("There is no draft of this questionnaire.", "Begin one from the list of questionnaires.")
    return draft


def lock_draft(session: Session, study: Study, audience: str) -> InstrumentDraft:
    """Return the draft to be changed; who changes it at the same moment waits, so that neither change is lost."""
    draft = get_draft(session, study, audience)
    session.refresh(draft, with_for_update=True)
    return draft


def instrument_of_draft(draft: InstrumentDraft) -> Instrument:
    """Return the draft as a value; it need not be sound."""
    return from_document(Instrument, draft.document)


def start_draft(session: Session, study: Study, instrument: Instrument, *, based_on: str | None = None,
                losses: Sequence[str] = (), account: Account | None = None) -> InstrumentDraft:
    """Return a new draft that begins as `instrument`; refuse where there is one already."""
    audience = instrument.audience
    if not AUDIENCE.fullmatch(audience):
        raise Refused("A questionnaire's short name has small letters a–z, digits, - and _, at most 40.",
                      "Give another short name, for example {example}.", example="customer")
    if find_draft(session, study, audience) is not None:
        raise Refused("There is a draft of this questionnaire already.", "Go on with it, or discard it first.")
    draft = InstrumentDraft(
        study_id=study.id, audience=audience, document=to_document(instrument), revision=1, based_on=based_on,
        losses=list(losses), changed_at=utc_now(), account_id=account.id if account else None)
    session.add(draft)
    session.flush()
    record_change(session, "start_draft", f"draft {audience}", study_id=study.id, account=account,
                  after={"based_on": based_on, "n_items": len(instrument.items)})
    return draft


def save_draft(session: Session, study: Study, draft: InstrumentDraft, instrument: Instrument, deed: str,
               account: Account | None = None) -> bool:
    """Store the changed questionnaire and keep what was before; False if nothing changed."""
    document = to_document(instrument)
    if document == draft.document:
        return False
    session.add(DraftRevision(draft_id=draft.id, revision=draft.revision, document=draft.document,
                              deed=deed[:LONGEST_DEED]))
    session.execute(delete(DraftRevision).where(
        DraftRevision.draft_id == draft.id, DraftRevision.revision <= draft.revision - KEPT_REVISIONS))
    before, draft.document = draft.document, document
    draft.revision += 1
    draft.changed_at = utc_now()
    draft.account_id = account.id if account else None
    session.flush()
    record_change(session, "save_draft", f"draft {draft.audience}", study_id=study.id, account=account,
                  before={"revision": draft.revision - 1, "content_hash": content_hash(before)},
                  after={"revision": draft.revision, "content_hash": content_hash(document), "deed": deed})
    return True


def last_deed(session: Session, draft: InstrumentDraft) -> str | None:
    """Return what was done last, None if nothing can be taken back."""
    return session.scalar(
        select(DraftRevision.deed).where(DraftRevision.draft_id == draft.id)
        .order_by(DraftRevision.revision.desc()).limit(1))


def undo_draft(session: Session, study: Study, draft: InstrumentDraft, account: Account | None = None) -> str:
    """Take the last step back and return what it was; Refused if there is none."""
    last = session.scalar(
        select(DraftRevision).where(DraftRevision.draft_id == draft.id)
        .order_by(DraftRevision.revision.desc()).limit(1))
    if last is None:
        raise Refused("There is nothing to take back.", "Steps can be taken back one by one, the last one first.")
    deed = last.deed
    draft.document, draft.changed_at = last.document, utc_now()
    draft.revision += 1         # a number is never used twice, so that an older page is known as such
    session.delete(last)
    session.flush()
    record_change(session, "undo_draft", f"draft {draft.audience}", study_id=study.id, account=account,
                  after={"revision": draft.revision, "deed": deed})
    return deed


def discard_draft(session: Session, study: Study, draft: InstrumentDraft, account: Account | None = None) -> None:
    """Remove the draft with its steps; published versions stay."""
    record_change(session, "discard_draft", f"draft {draft.audience}", study_id=study.id, account=account,
                  before={"revision": draft.revision})
    session.delete(draft)
    session.flush()


def check_revision(draft: InstrumentDraft, revision: str) -> None:
    """Raise Stale if the draft was changed since a page showed it at that revision."""
    if revision != str(draft.revision):
        raise Stale("The draft was changed since this page was shown.", "Look at the changes again.")


def mark_of(piece: Any) -> str:
    """Return the mark a form carries of what it was filled from."""
    return content_hash(piece)[:16]


class StalePiece(Stale):
    """Somebody else changed the same part while a form was open; both states are kept."""


def check_mark(piece: Any, mark: str) -> None:
    """Raise StalePiece if the part is no longer as the form showed it."""
    if mark_of(piece) != mark:
        raise StalePiece("Somebody else changed this part while you had it open.",
                         "Compare both below; saving again replaces theirs by yours.")
