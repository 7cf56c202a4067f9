"""Erasure: what is kept of people goes at the date that was promised, or when one of them asks.

The keys that join people to responses go first. In anonymous mode there are none, so that nobody's answers can be found
on request; respondents are told so before they begin, and the code they are shown lets them withdraw until closing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from surveyapp.db.base import Base, utc_now
from surveyapp.errors import BadInput, NotAllowed, Refused
from surveyapp.models.account import Account
from surveyapp.models.comment import CommentSource
from surveyapp.models.correction import AnswerChange
from surveyapp.models.interview import ANSWERS as COMMENTS
from surveyapp.models.interview import Interview
from surveyapp.models.invitation import Invitation, Pseudonym, Receipt, RespondentKey, SlipBatch, SpentLink
from surveyapp.models.mail import OptOut
from surveyapp.models.privacy import CONFIDENTIAL
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.models.wave import QuestionnaireLink, Wave
from surveyapp.services.audit import record_change
from surveyapp.services.invitation import is_anonymous
from surveyapp.services.person_key import may_look
from surveyapp.services.study import list_waves

ROSTER, ANSWERS, EVERYTHING = "roster", "answers", "everything"
SCOPES = (ROSTER, ANSWERS, EVERYTHING)      # roster and keys; responses too; interviews too


def set_retention(session: Session, study: Study, until: date | None, scope: str,
                  account: Account | None = None) -> None:
    """Set the last day on which personal data are kept, and what goes then; a promise once given is not stretched."""
    if scope not in SCOPES:
        raise BadInput("There is no such scope of erasure.", "Choose one of: {scopes}.", scopes=", ".join(SCOPES))
    if study.erased_on is not None:
        raise Refused("The personal data of this study were erased on {day}.", "There is nothing left to keep.",
                      day=study.erased_on.isoformat())
    promised = study.retain_until
    if promised is not None and (until is None or until > promised) and _has_begun(session, study):
        raise Refused("Respondents were told that personal data are kept until {day}.",
                      "Only an earlier day may be set.", day=promised.isoformat())
    before = {"until": study.retain_until.isoformat() if study.retain_until else None, "scope": study.erasure}
    study.retain_until, study.erasure = until, scope
    record_change(session, "set_retention", f"study {study.id}", study_id=study.id, account=account, before=before,
                  after={"until": until.isoformat() if until else None, "scope": scope})


def _has_begun(session: Session, study: Study) -> bool:
    return session.scalar(select(Response.key).where(Response.link_id.in_(_links(session, study))).limit(1)) is not None


def _links(session: Session, study: Study) -> Sequence[int]:
    return list(session.scalars(select(QuestionnaireLink.id).join(Wave, Wave.id == QuestionnaireLink.wave_id)
                                .where(Wave.study_id == study.id)))


def erase_if_due(session: Session, study: Study, today: date) -> list[str]:
    """Erase the personal data of a study whose last day has passed; return what was done, in words."""
    if study.retain_until is None or study.erased_on is not None or today <= study.retain_until:
        return []
    if any(wave.is_open for wave in list_waves(session, study)):
        return ["not erased: a wave is still open"]
    done = erase_study(session, study)
    return [f"erased {n} {name}" for name, n in done.items() if n]


def erase_study(session: Session, study: Study, account: Account | None = None) -> dict[str, int]:
    """Erase what the study's setting names; return how many rows of each kind. Aggregates and reports stay."""
    links = _links(session, study)
    done = {
        "keys": _delete(session, RespondentKey, RespondentKey.invitation_id.in_(
            select(Invitation.id).where(Invitation.link_id.in_(links)))),
        "pseudonyms": _delete(session, Pseudonym, Pseudonym.invitation_id.in_(
            select(Invitation.id).where(Invitation.link_id.in_(links)))),
        "people": _delete(session, Invitation, Invitation.link_id.in_(links)),
        "opt_outs": _delete(session, OptOut, OptOut.study_id == study.id),
        "used_links": _delete(session, SpentLink, SpentLink.link_id.in_(links)),
    }
    _delete(session, SlipBatch, SlipBatch.link_id.in_(links))
    _delete(session, Receipt, Receipt.link_id.in_(links))
    session.execute(update(Response).where(Response.link_id.in_(links)).values(source_key=None, withdrawal_hash=None))
    if study.erasure in (ANSWERS, EVERYTHING):
        # Of an anonymous questionnaire the history does not say whose answers it holds, so it does not go with them.
        done["corrections"] = _delete(session, AnswerChange, AnswerChange.link_id.in_(links))
        done["responses"] = _delete(session, Response, Response.link_id.in_(links))
        # Comments are copies of answers.
        done["comments"] = _delete(session, Interview, (Interview.study_id == study.id) & (Interview.kind == COMMENTS))
        _delete(session, CommentSource, CommentSource.study_id == study.id)
    if study.erasure == EVERYTHING:
        done["interviews"] = _delete(session, Interview, Interview.study_id == study.id)
    study.erased_on = utc_now().date()
    session.flush()
    record_change(session, "erase_personal_data", f"study {study.id}", study_id=study.id, account=account,
                  after={**done, "scope": study.erasure})
    return done


def _delete(session: Session, table: type[Base], condition: ColumnElement[bool]) -> int:
    n = session.scalar(select(func.count()).select_from(table).where(condition)) or 0
    session.execute(delete(table).where(condition))
    return n


def erase_person(session: Session, study: Study, link: QuestionnaireLink, invitation: Invitation,
                 account: Account | None = None) -> int:
    """Erase one invited person with the response where it can be found; return how many responses went.

    In anonymous mode the answers cannot be found; only the entry of the roster goes.
    """
    if link.privacy == CONFIDENTIAL and not may_look(link, account):
        # Whoever sees which row is gone after this person was erased knows the person's pseudonym.
        raise NotAllowed("Only a data manager may erase a person with confidential answers.",
                         "Ask the data manager of the study.")
    keys = list(session.scalars(select(RespondentKey.response_key).where(
        RespondentKey.invitation_id == invitation.id)))
    session.execute(delete(RespondentKey).where(RespondentKey.invitation_id == invitation.id))
    if not is_anonymous(link):
        session.execute(delete(Response).where(Response.key.in_(keys)))
    session.delete(invitation)
    session.flush()
    # The audit says that it was done and not to whom: otherwise the name would survive its erasure.
    record_change(session, "erase_person", f"link {link.id}", study_id=study.id, account=account,
                  after={"n_responses": len(keys)})
    return len(keys)
