"""The list of interviews with what is still to do, and how far fieldwork is against the guide."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.template import Guide
from surveyapp.models.account import Account
from surveyapp.models.coding import CoderAssignment
from surveyapp.models.interview import Interview, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.interview import list_interviews
from surveyapp.services.passage import count_codings


@dataclass(frozen=True)
class LogRow:
    """One interview; `n_codings` counts what the account may see, `coders` are those of a round with their state."""

    interview: Interview
    has_text: bool
    n_codings: int
    coders: tuple[tuple[str, bool], ...]
    is_mine_to_code: bool


@dataclass(frozen=True)
class Fieldwork:
    """Interviews held against those the guide asks for."""

    n_held: int
    by_role: tuple[tuple[str, int, int], ...]       # role, held, asked for
    n_roles: int


def list_log(session: Session, study: Study, account: Account) -> list[LogRow]:
    """Return the study's interviews as the account sees them."""
    counts = count_codings(session, study, account)
    with_text = set(session.scalars(select(TranscriptVersion.interview_id)
                                    .join(Interview, Interview.id == TranscriptVersion.interview_id)
                                    .where(Interview.study_id == study.id)))
    coders: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    mine = set()
    found = (select(CoderAssignment, Account.name).join(Account, Account.id == CoderAssignment.account_id)
             .join(Interview, Interview.id == CoderAssignment.interview_id)
             .where(Interview.study_id == study.id).order_by(CoderAssignment.id))
    for row, name in session.execute(found):
        coders[row.interview_id].append((name, row.finished_at is not None))
        if row.account_id == account.id and row.finished_at is None:
            mine.add(row.interview_id)
    return [LogRow(interview, interview.id in with_text, counts.get(interview.id, 0), tuple(coders[interview.id]),
                   interview.id in mine) for interview in list_interviews(session, study)]


def fieldwork_of(interviews: Sequence[Interview], guide: Guide | None) -> Fieldwork:
    """Return how many interviews were held, in all and by role class."""
    held = Counter(interview.role for interview in interviews)
    quota = dict(guide.quota) if guide else {}
    roles = list(dict.fromkeys([*quota, *sorted(held)]))
    return Fieldwork(len(interviews), tuple((role, held[role], quota.get(role, 0)) for role in roles), len(held))
