"""Who sees whose codings: independent coding rounds, enforced where rows are read.

While an interview is given to coders blind and not released, each of them, and everybody who only codes, sees nothing
but their own codings there; a researcher who codes in a round is blind to all of that round. It is released when its
round is closed, or, in no round, when all have finished. From then on what they marked stays as it is: agreement is
computed from it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, not_, or_, select
from sqlalchemy.orm import Session, aliased, object_session

from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotAllowed, Refused
from surveyapp.models.account import Account, Membership, Role
from surveyapp.models.coding import CoderAssignment, Coding, LinkCoding, Memo
from surveyapp.models.interview import Interview
from surveyapp.models.round import AdjudicatedSet, Decision
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.codebook_version import freeze_codebook

_running, _blind, _own = aliased(CoderAssignment), aliased(CoderAssignment), aliased(CoderAssignment)
FEWEST_CODERS = 2       # agreement needs two who code independently


def is_seen_by(kind: type[Coding] | type[LinkCoding] | type[Memo], account: Account) -> ColumnElement[bool]:
    """Return the condition under which the account may know of a coding or memo; every query of them holds it.

    A memo on a code names no interview, so that no round hides it.
    """
    is_running = exists().where(_running.interview_id == kind.interview_id, _running.released_at.is_(None))
    is_blind = exists().where(_blind.interview_id == kind.interview_id, _blind.is_blind)
    if account.permissions.can_run_studies:
        in_round = exists().where(_own.round_id == _blind.round_id, _own.account_id == account.id)
        is_blind = is_blind.where(or_(_blind.account_id == account.id, in_round))
    hides = and_(is_running, is_blind)
    return or_(kind.account_id == account.id, not_(hides))


def is_released(kind: type[Coding] | type[LinkCoding]) -> ColumnElement[bool]:
    """Return the condition under which a coding counts in analyses: it is in no round that still goes on."""
    return ~exists().where(_running.interview_id == kind.interview_id, _running.released_at.is_(None),
                           _running.is_blind)


def list_assignments(session: Session, interview: Interview) -> list[tuple[CoderAssignment, Account]]:
    """Return the coders the interview is given to, in the order they were named."""
    found = (
        select(CoderAssignment, Account).join(Account, Account.id == CoderAssignment.account_id)
        .where(CoderAssignment.interview_id == interview.id).order_by(CoderAssignment.id)
    )
    return [(assignment, account) for assignment, account in session.execute(found)]


def list_coders(session: Session, study: Study) -> list[Account]:
    """Return the accounts that may code in the study, by name."""
    in_study = exists().where(Membership.study_id == study.id, Membership.account_id == Account.id)
    found = select(Account).where(Account.is_active, or_(in_study, Account.role == Role.ADMINISTRATOR))
    return [account for account in session.scalars(found.order_by(Account.name)) if account.permissions.can_code]


def is_complete(assignments: Sequence[tuple[CoderAssignment, Account]]) -> bool:
    """Return whether the interview was given to coders and is released: nothing is hidden or changed any more."""
    return bool(assignments) and all(row.released_at is not None for row, _ in assignments)


def sees_only_own(assignments: Sequence[tuple[CoderAssignment, Account]], account: Account) -> bool:
    """Return whether the account is blind to others in this interview now; the same rule as `is_seen_by`."""
    is_running = any(row.released_at is None for row, _ in assignments)
    blind = [row for row, _ in assignments if row.is_blind]
    if not is_running or not blind:
        return False
    is_own = account.id in {row.account_id for row in blind}
    return is_own or not account.permissions.can_run_studies or _codes_in_round(blind[0], account)


def _codes_in_round(row: CoderAssignment, account: Account) -> bool:
    session = object_session(row)
    return session is not None and row.round_id is not None and session.scalar(select(CoderAssignment.id).where(
        CoderAssignment.round_id == row.round_id, CoderAssignment.account_id == account.id).limit(1)) is not None


def check_may_code(session: Session, interview: Interview, account: Account) -> None:
    """Refuse codings that would spoil a round: from outside it, or by someone who has finished."""
    assignments = list_assignments(session, interview)
    if not assignments:
        return
    own = next((row for row, _ in assignments if row.account_id == account.id), None)
    if own is None and not is_complete(assignments):
        raise NotAllowed("This interview is being coded independently by others.",
                         "Wait until they have finished, or ask the researcher to give it to you too.")
    if own is not None and own.finished_at is not None:
        if is_complete(assignments):
            raise Refused("The round is finished: agreement between the coders is computed from it.",
                          "A researcher can dissolve the round; it then no longer counts as double coded.")
        raise Refused("You have finished coding this interview.", "Take the finish back to go on.")


def open_round(session: Session, study: Study, interview: Interview, coder_ids: Sequence[int],
               account: Account | None = None) -> None:
    """Give the interview to coders who will not see each other's work until all have finished."""
    coders = {coder.id: coder for coder in list_coders(session, study)}
    chosen = [coders[number] for number in dict.fromkeys(coder_ids) if number in coders]
    if len(chosen) < FEWEST_CODERS or len(chosen) != len(set(coder_ids)):
        raise BadInput("A round needs at least {n} coders of this study.", "Choose them from the list.",
                       n=FEWEST_CODERS)
    if list_assignments(session, interview):
        raise Refused("This interview has a round already.", "Dissolve it before you open another.")
    for coder in chosen:
        session.add(CoderAssignment(interview_id=interview.id, account_id=coder.id, is_blind=True))
    session.flush()
    freeze_codebook(session, study, account, f"{interview.key}: round opened")
    record_change(session, "open_round", f"interview {interview.id}", study_id=study.id, account=account,
                  after={"coders": [coder.id for coder in chosen]})


def dissolve_round(session: Session, study: Study, interview: Interview, account: Account | None = None) -> None:
    """End a round without result: codings stay, become visible, and the interview is not double coded any more."""
    assignments = list_assignments(session, interview)
    if not assignments:
        raise Refused("This interview has no round.", "There is nothing to dissolve.")
    if account is not None and sees_only_own(assignments, account):
        raise NotAllowed("You are one of the coders of this round and it is not finished.",
                         "Finish your coding, or ask another researcher to dissolve the round.")
    if assignments[0][0].round_id is not None:
        raise Refused("The interview belongs to a round with others.", "Dissolve the round on the page of rounds.")
    clear_adjudication(session, interview.id)
    session.execute(delete(CoderAssignment).where(CoderAssignment.interview_id == interview.id))
    record_change(session, "dissolve_round", f"interview {interview.id}", study_id=study.id, account=account,
                  before={"coders": [row.account_id for row, _ in assignments]})


def clear_adjudication(session: Session, interview_id: int) -> None:
    """Forget what was decided of differences in an interview: they are differences no more."""
    session.execute(delete(AdjudicatedSet).where(AdjudicatedSet.interview_id == interview_id))
    session.execute(delete(Decision).where(Decision.interview_id == interview_id))


def finish_coding(session: Session, study: Study, interview: Interview, account: Account) -> None:
    """Mark that the account has coded all of the interview."""
    _set_finished(session, study, interview, account, is_finished=True)


def resume_coding(session: Session, study: Study, interview: Interview, account: Account) -> None:
    """Take the finish back; only while another coder is still at work, because nothing was shown until then."""
    if is_complete(list_assignments(session, interview)):
        raise Refused("All coders have finished and may have seen each other's codings.",
                      "Ask a researcher to dissolve the round if something has to be changed.")
    _set_finished(session, study, interview, account, is_finished=False)


def _set_finished(session: Session, study: Study, interview: Interview, account: Account, *,
                  is_finished: bool) -> None:
    row = session.scalar(select(CoderAssignment).where(
        CoderAssignment.interview_id == interview.id, CoderAssignment.account_id == account.id))
    if row is None:
        raise Refused("This interview was not given to you to code in a round.", "There is nothing to finish.")
    if (row.finished_at is not None) == is_finished:
        return
    row.finished_at = utc_now() if is_finished else None
    rows = [found for found, _ in list_assignments(session, interview)]
    if row.round_id is None and all(found.finished_at is not None for found in rows):
        for found in rows:
            found.released_at = row.finished_at
    record_change(session, "finish_coding" if is_finished else "resume_coding", f"interview {interview.id}",
                  study_id=study.id, account=account)
    session.flush()
