"""One cause → problem link on several comments at once: one deed, one row in the audit log, one undo."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.errors import Refused
from surveyapp.models.account import Account
from surveyapp.models.coding import LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.batch_coding import chosen_lines, segments_of_lines
from surveyapp.services.blinding import check_may_code
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coding_history import LINK_BATCH, state_of


@dataclass(frozen=True)
class LineLink:
    """A link to be given to whole lines of the text of that hash: the writer says that the cause brings it about."""

    lines: tuple[int, ...]
    cause: str
    problem: str
    version_sha256: str


@dataclass(frozen=True)
class LinkBatch:
    """What one deed did: the new links, and how many lines had the link already."""

    links: tuple[LinkCoding, ...]
    n_before: int


def link_lines(session: Session, study: Study, interview: Interview, account: Account, wanted: LineLink) -> LinkBatch:
    """Return new links: that one on each of these whole lines; those that have it by the account stay as they are."""
    check_may_code(session, interview, account)
    codebook = load_codebook(session, study)
    cause, problem = codebook.chosen(wanted.cause, "cause"), codebook.chosen(wanted.problem, "problem")
    version, turns = chosen_lines(session, interview, wanted.lines, wanted.version_sha256)
    segments = segments_of_lines(session, version, turns)
    had = set(session.scalars(select(LinkCoding.segment_id).where(
        LinkCoding.interview_id == interview.id, LinkCoding.cause_id == cause.id, LinkCoding.problem_id == problem.id,
        LinkCoding.account_id == account.id, LinkCoding.deleted_at.is_(None))))
    new = [segment for segment in segments if segment.id not in had]
    if not new:
        raise Refused("You have linked {cause} and {problem} in all chosen comments already.",
                      "Choose others, or another link.", cause=cause.key, problem=problem.key)
    links = [LinkCoding(interview_id=interview.id, segment_id=segment.id, cause_id=cause.id, problem_id=problem.id,
                        account_id=account.id, edited_quote={}, version=1) for segment in new]
    session.add_all(links)
    session.flush()
    record_change(session, LINK_BATCH, f"interview {interview.id} batch {links[0].id}", study_id=study.id,
                  account=account, after={**state_of(links[0]), "cause": cause.id, "problem": problem.id,
                                          "links": [link.id for link in links]})
    return LinkBatch(tuple(links), len(segments) - len(new))
