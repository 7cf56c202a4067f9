"""What people change or add before a report is released: wordings, and management's response to each problem."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.results.diagnosis import Diagnosis
from instruments.template import StudyTemplate
from reports.reviewing import STANCES, Response, WordingEdit, forbidden_in, statements_of, strange_numbers
from surveyapp.errors import BadInput, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Report
from surveyapp.models.report_release import ReportRelease
from surveyapp.models.report_review import ManagementResponse, ReportEdit
from surveyapp.models.study import Study
from surveyapp.services.audit import record_change
from surveyapp.services.report_files import content_of

SHORTEST_REASON, LONGEST = 5, 2_000
MARKS = {"en": " (edited)", "zh": "（经编辑）"}     # how an edited wording ends, as reports.reviewing writes it


# ---- wordings -------------------------------------------------------------------------------------------------------
def edit_wording(session: Session, study: Study, report: Report, section: str, original: str, text: str, reason: str,
                 account: Account | None) -> ReportEdit:
    """Store another wording of one sentence of a report; an empty text takes the edit back.

    Numbers stay bound: the text may hold those of the original and no others. The report itself does not change: what
    was edited stands in the next one that is written of the diagnosis.
    """
    _check_open(session, report.diagnosis_id)
    original = _unedited(session, report, section, original)
    text = text.strip()
    if len(text) > LONGEST:
        raise BadInput("The text is longer than {most} characters.", "Shorten it.", most=LONGEST)
    if text:
        _check_wording(original, text, report.language)
    reason = _checked_reason(reason)
    digest = sha256(original.encode()).hexdigest()
    same = (ReportEdit.diagnosis_id == report.diagnosis_id, ReportEdit.language == report.language,
            ReportEdit.section == section, ReportEdit.original_hash == digest)
    number = (session.scalar(select(func.max(ReportEdit.number)).where(*same)) or 0) + 1
    row = ReportEdit(study_id=study.id, diagnosis_id=report.diagnosis_id, language=report.language, section=section,
                     original_hash=digest, original=original, text=text, reason=reason, number=number,
                     account_id=account.id if account else None)
    session.add(row)
    session.flush()
    record_change(session, "edit_wording", f"report {report.id}", study_id=study.id, account=account,
                  before={"text": original}, after={"text": text, "reason": reason, "section": section})
    return row


def _unedited(session: Session, report: Report, section: str, shown: str) -> str:
    """Return the wording as it was generated; a wording shown edited leads back to its original."""
    content = content_of(report)
    part = next((one for one in content.sections if one.key == section), None)
    if part is None or shown not in {one.text for one in statements_of(part)}:
        raise BadInput("The report has no such wording.", "Open its review again and edit there.")
    plain = shown.removesuffix(MARKS.get(report.language, ""))
    for edit in wording_edits(session, report.diagnosis_id, report.language):
        if edit.section == section and edit.text == plain:
            return edit.original
    return shown


def _check_wording(original: str, text: str, language: str) -> None:
    strange = strange_numbers(original, text)
    if strange:
        raise BadInput("The original holds no number {numbers}.", "Numbers stay as they were computed; leave it out.",
                       numbers=", ".join(strange))
    forbidden = forbidden_in(text, language)
    if forbidden:
        raise BadInput("The figures do not support the words {words}.", "Say that things go together, or what is seen.",
                       words=", ".join(dict.fromkeys(forbidden)))


def wording_edits(session: Session, diagnosis_id: int, language: str) -> list[WordingEdit]:
    """Return the newest version of every edited wording of a diagnosis in a language; those taken back are left out."""
    rows = session.execute(
        select(ReportEdit, Account.name).outerjoin(Account, Account.id == ReportEdit.account_id)
        .where(ReportEdit.diagnosis_id == diagnosis_id, ReportEdit.language == language).order_by(ReportEdit.id))
    newest = {(row.section, row.original_hash): (row, name) for row, name in rows}
    return [WordingEdit(row.section, row.original, row.text, row.reason, row.at.date().isoformat(), name or "",
                        row.number) for row, name in newest.values() if row.text]


# ---- management's response ------------------------------------------------------------------------------------------
def respond(session: Session, study: Study, diagnosis_id: int, constructs: Sequence[str], construct: str, stance: str,
            reason: str, account: Account | None) -> ManagementResponse:
    """Store what management says of a problem; an empty stance takes it back. It never touches a grade."""
    _check_open(session, diagnosis_id)
    if construct not in constructs:
        raise BadInput("The diagnosis has no such problem.", "Choose one from the list.")
    if stance not in ("", *STANCES):
        raise BadInput("There is no such response.", "Agree, agree in part, or disagree.")
    reason = _checked_reason(reason) if stance else reason.strip()[:LONGEST]
    number = (session.scalar(select(func.max(ManagementResponse.number)).where(
        ManagementResponse.diagnosis_id == diagnosis_id, ManagementResponse.construct == construct)) or 0) + 1
    row = ManagementResponse(study_id=study.id, diagnosis_id=diagnosis_id, construct=construct, stance=stance,
                             reason=reason, number=number, account_id=account.id if account else None)
    session.add(row)
    session.flush()
    record_change(session, "respond", construct, study_id=study.id, account=account,
                  after={"stance": stance, "reason": reason, "diagnosis": diagnosis_id})
    return row


def responses_of(session: Session, diagnosis_id: int, diagnosis: Diagnosis, template: StudyTemplate,
                 language: str) -> list[Response]:
    """Return the newest response to every problem of a diagnosis, in the order of the diagnosis."""
    rows = session.execute(
        select(ManagementResponse, Account.name).outerjoin(Account, Account.id == ManagementResponse.account_id)
        .where(ManagementResponse.diagnosis_id == diagnosis_id).order_by(ManagementResponse.id))
    newest = {row.construct: (row, name) for row, name in rows}
    names = {construct.key: construct.name for construct in template.constructs}
    found = []
    for problem in diagnosis.problems:
        key = problem.level.construct
        if key in newest and newest[key][0].stance:
            row, name = newest[key]
            found.append(Response(key, names.get(key, {}).get(language) or key, row.stance, row.reason,
                                  row.at.date().isoformat(), name or ""))
    return found


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST:
        raise BadInput("A reason needs {low} to {high} characters.", "Say in a sentence why.", low=SHORTEST_REASON,
                       high=LONGEST)
    return reason


def _check_open(session: Session, diagnosis_id: int) -> None:
    if session.scalar(select(ReportRelease.id).where(ReportRelease.diagnosis_id == diagnosis_id,
                                                     ReportRelease.recalled_at.is_(None))):
        raise Refused("This report is released and never changes.", "Recall it first, or comment on a newer draft.")
