"""Reviewing a report before release: comments on its pieces and their answers, and who found it fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.content import Block, Figure, StudyReport, Table
from reports.reviewing import wordings_of
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Report
from surveyapp.models.report_release import ReportRelease
from surveyapp.models.report_review import ReportComment, ReportReview
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.report_files import content_of

SHORTEST, LONGEST = 3, 4_000        # characters of a comment, an answer
QUOTED = 400                        # characters kept of the piece that is commented on


@dataclass(frozen=True)
class ReviewPiece:
    """One block of a section with what was said of it; `wordings` are those of it that may be edited."""

    place: str
    block: Block
    wordings: tuple[str, ...]
    comments: tuple[ReportComment, ...]


@dataclass(frozen=True)
class ReviewPart:
    """One section of a report as it is reviewed."""

    key: str
    part: str
    title: str
    pieces: tuple[ReviewPiece, ...]
    is_appendix: bool = False           # looked up rather than read: shown when asked for
    called: str = ""                    # in the list of the page's parts: `part`, or the title where that is taken

    @property
    def n_open(self) -> int:
        return sum(not comment.answer for piece in self.pieces for comment in piece.comments)


def load_parts(session: Session, report: Report) -> tuple[StudyReport, tuple[ReviewPart, ...]]:
    """Return what a report says, section by section, with the comments on each piece; NotFound without its content."""
    content = content_of(report)
    comments: dict[str, list[ReportComment]] = {}
    for row in list_comments(session, report):
        comments.setdefault(row.place, []).append(row)
    parts: list[ReviewPart] = []
    for section in content.sections:
        pieces = tuple(ReviewPiece(place, block, wordings_of(block), tuple(comments.get(place, ())))
                       for place, block in _placed(section.key, section.blocks))
        is_taken = any(section.part == other.part and other.pieces for other in parts)
        parts.append(ReviewPart(section.key, section.part, section.title.text, pieces, section.is_appendix,
                                section.title.text if is_taken else section.part))
    return content, tuple(parts)


def _placed(key: str, blocks: tuple[Block, ...]) -> list[tuple[str, Block]]:
    return [(f"{key}:{number}", block) for number, block in enumerate(blocks)]


def list_comments(session: Session, report: Report) -> list[ReportComment]:
    """Return the comments on a report, oldest first."""
    return list(session.scalars(select(ReportComment).where(ReportComment.report_id == report.id)
                                .order_by(ReportComment.id)))


def n_open_comments(session: Session, diagnosis_id: int) -> int:
    """Return how many comments on the drafts of a diagnosis wait for an answer."""
    return len(list(session.scalars(select(ReportComment.id).join(Report, Report.id == ReportComment.report_id).where(
        Report.diagnosis_id == diagnosis_id, ReportComment.answer == ""))))


def check_answered(session: Session, diagnosis_id: int) -> None:
    """Refuse what comes after a review while a comment on a draft of the diagnosis waits for an answer."""
    if n_open_comments(session, diagnosis_id):
        raise Refused("A comment on this report is not answered yet.", "Answer every comment first.")


def add_comment(session: Session, study: Study, report: Report, place: str, text: str,
                account: Account | None) -> ReportComment:
    """Store a comment on a piece of a report; Refused once the report is released."""
    _check_not_released(session, report)
    found = {piece.place: piece for part in load_parts(session, report)[1] for piece in part.pieces}
    if place not in found:
        raise BadInput("The report has no such piece.", "Open its review again and comment there.")
    row = ReportComment(report_id=report.id, place=place, quoted=quoted(found[place].block), text=_checked(text),
                        account_id=account.id if account else None)
    session.add(row)
    session.flush()
    record_change(session, "comment_report", f"report {report.id}", study_id=study.id, account=account,
                  after={"place": place, "comment": row.id})
    return row


def answer_comment(session: Session, study: Study, report: Report, number: int, text: str,
                   account: Account | None) -> ReportComment:
    """Store the answer to a comment; a second answer is refused, a further comment may follow."""
    row = session.get(ReportComment, number)
    if row is None or row.report_id != report.id:
        raise NotFound("There is no such comment on this report.", "Open its review again.")
    if row.answer:
        raise Refused("The comment was answered already.", "Write a further comment if it is not settled.")
    row.answer, row.answered_by, row.answered_at = _checked(text), account.id if account else None, utc_now()
    session.flush()
    record_change(session, "answer_comment", f"comment {row.id}", study_id=study.id, account=account,
                  after={"report": report.id})
    return row


def mark_reviewed(session: Session, study: Study, report: Report, account: Account) -> None:
    """Note that an account found the report fit to be released; Refused while a comment on it waits for an answer."""
    if any(not row.answer for row in list_comments(session, report)):
        raise Refused("A comment on this report is not answered yet.", "Answer every comment first.")
    known = session.scalar(select(ReportReview).where(ReportReview.report_id == report.id,
                                                      ReportReview.account_id == account.id))
    if known is None:
        session.add(ReportReview(report_id=report.id, account_id=account.id))
        session.flush()
        record_change(session, "review_report", f"report {report.id}", study_id=study.id, account=account)


def reviewers_of(session: Session, diagnosis_id: int) -> Mapping[int, list[str]]:
    """Return who found which report of a diagnosis fit, by the number of the report."""
    rows = session.execute(select(ReportReview.report_id, Account.name)
                           .join(Account, Account.id == ReportReview.account_id)
                           .join(Report, Report.id == ReportReview.report_id)
                           .where(Report.diagnosis_id == diagnosis_id).order_by(ReportReview.id))
    found: dict[int, list[str]] = {}
    for report_id, name in rows:
        found.setdefault(report_id, []).append(name)
    return found


def quoted(block: Block) -> str:
    """Return the words of a piece: its title, else its wordings."""
    if isinstance(block, (Figure, Table)):
        return block.title.text[:QUOTED]
    return " ".join(wordings_of(block))[:QUOTED]


def _checked(text: str) -> str:
    text = text.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise BadInput("The text needs {low} to {high} characters.", "Write it again.", low=SHORTEST, high=LONGEST)
    return text


def _check_not_released(session: Session, report: Report) -> None:
    released = session.scalars(select(ReportRelease.files).where(ReportRelease.diagnosis_id == report.diagnosis_id))
    if any(file["report"] == report.id for files in released for file in files):
        raise Refused("This report is released and never changes.", "Recall it first, or comment on a newer draft.")
