"""Planned interviews: with whom by role class, when, where, by whom; what became of them, against the guide's quota."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.codec import to_document
from instruments.template import Guide
from surveyapp.errors import BadInput, NotFound, Refused, marked
from surveyapp.models.account import Account
from surveyapp.models.interview import Interview
from surveyapp.models.schedule import PlannedInterview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.interview import MODES, InterviewLog, audiences_of, guide_of, log_interview

PLANNED, HELD, CANCELLED, NO_SHOW = "planned", "held", "cancelled", "no_show"
STATES = (PLANNED, HELD, CANCELLED, NO_SHOW)
PLACES = ("own_room", "meeting_room", "outlet", "outside", "remote")      # kinds of places, never an address
TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|")
UNKNOWN = {
    "role": marked("{value} is not a role class of the interview guide."),
    "audience": marked("{value} is not a group of the interview guide."),
    "mode": marked("{value} is not a way to hold an interview."),
    "place": marked("{value} is not a kind of place."),
}


@dataclass(frozen=True)
class Plan:
    """What is planned of an interview."""

    role: str
    audience: str
    planned_on: date | None = None
    at_time: str = ""
    place: str = "meeting_room"
    mode: str = "in_person"
    interviewer: str = ""


@dataclass(frozen=True)
class RoleQuota:
    """One role class: interviews asked for by the guide, logged, still planned, cancelled or not come to."""

    role: str
    asked: int
    held: int
    planned: int
    cancelled: int
    no_show: int

    @property
    def missing(self) -> int:
        """Interviews that nobody has planned yet."""
        return max(self.asked - self.held - self.planned, 0)


def list_schedule(session: Session, study: Study) -> list[PlannedInterview]:
    """Return what is planned, by date; what has no date comes last."""
    rows = session.scalars(select(PlannedInterview).where(PlannedInterview.study_id == study.id))
    return sorted(rows, key=lambda row: (row.planned_on or date.max, row.at_time, row.id))


def quota_of(guide: Guide | None, interviews: Sequence[Interview],
             schedule: Sequence[PlannedInterview]) -> tuple[RoleQuota, ...]:
    """Return each role class against the guide's quota; held are the interviews in the log."""
    quota = dict(guide.quota) if guide else {}
    held = Counter(interview.role for interview in interviews)
    states = Counter((row.role, row.state) for row in schedule)
    roles = dict.fromkeys([*quota, *sorted(held), *sorted(role for role, _ in states)])
    return tuple(RoleQuota(role, quota.get(role, 0), held[role], states[role, PLANNED], states[role, CANCELLED],
                           states[role, NO_SHOW]) for role in roles)


def plan_interview(session: Session, study: Study, plan: Plan, account: Account | None = None) -> PlannedInterview:
    """Return a newly planned interview."""
    _check_plan(study, plan)
    row = PlannedInterview(study_id=study.id, **asdict(plan))
    session.add(row)
    session.flush()
    record_change(session, "plan_interview", f"planned interview {row.id}", study_id=study.id, account=account,
                  after=to_document(asdict(plan)))
    return row


def get_planned(session: Session, study: Study, number: int) -> PlannedInterview:
    """Return the planned interview of that number; NotFound otherwise."""
    row = session.get(PlannedInterview, number)
    if row is None or row.study_id != study.id:
        raise NotFound("The study has no such planned interview.", "See the schedule.")
    return row


def set_state(session: Session, study: Study, row: PlannedInterview, state: str,
              account: Account | None = None) -> None:
    """Say what became of a planned interview; one that is in the log was held and stays so."""
    if state not in STATES or (state == HELD and row.interview_id is None):
        raise BadInput("{value} is not what can become of a planned interview.", "Choose one of: {known}.",
                       value=repr(state), known=", ".join(STATES))
    if row.interview_id is not None and state != HELD:
        raise Refused("This interview was held and is in the log.", "Delete the interview first.")
    before, row.state = row.state, state
    record_change(session, "change_planned_interview", f"planned interview {row.id}", study_id=study.id,
                  account=account, before={"state": before}, after={"state": state})
    session.flush()


def hold_interview(session: Session, study: Study, row: PlannedInterview, language: str,
                   account: Account | None = None) -> Interview:
    """Return the log entry of a planned interview that is being held; a second call gives the same entry."""
    if row.interview_id is not None:
        return session.get_one(Interview, row.interview_id)
    guide = guide_of(study)
    languages = guide.languages if guide else ("en",)
    interview = log_interview(session, study, InterviewLog(
        role=row.role, audience=row.audience, held_on=row.planned_on, mode=row.mode, interviewer=row.interviewer,
        language=language if language in languages else languages[0]), account)
    row.interview_id = interview.id
    set_state(session, study, row, HELD, account)
    return interview


def remove_planned(session: Session, study: Study, row: PlannedInterview, account: Account | None = None) -> None:
    """Take a plan back; the interview in the log, if there is one, stays."""
    record_change(session, "remove_planned_interview", f"planned interview {row.id}", study_id=study.id,
                  account=account, before={"role": row.role, "state": row.state})
    session.delete(row)
    session.flush()


def _check_plan(study: Study, plan: Plan) -> None:
    guide = guide_of(study)
    known = {"role": tuple(guide.roles) if guide else (), "audience": audiences_of(guide), "mode": MODES,
             "place": PLACES}
    for field, choices in known.items():
        value = str(getattr(plan, field))
        if not value.strip() or (choices and value not in choices):
            raise BadInput(UNKNOWN[field], "Choose one of: {known}.", value=repr(value), known=", ".join(choices))
    if not TIME.fullmatch(plan.at_time):
        raise BadInput("{text} is no time of day.", "Write it as 14:30.", text=repr(plan.at_time))
