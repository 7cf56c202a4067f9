"""Releasing reports: what management is handed, dated, hashed and kept; a mistake is recalled with its reason."""

from __future__ import annotations

import hashlib
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from instruments.codec import content_hash
from surveyapp.db.base import utc_now
from surveyapp.errors import BadInput, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.diagnosis import Report, StoredDiagnosis
from surveyapp.models.report_release import ReportRelease
from surveyapp.models.study import Study
from surveyapp.models.wave import Wave
from surveyapp.services.audit import record_change
from surveyapp.services.diagnosis import newest_diagnosis, provenance_of

SHORTEST_REASON, LONGEST_TEXT = 10, 2_000       # characters; ten are a short sentence in Chinese too


def today_of(study: Study) -> date:
    """Return the day it is by the study's clock."""
    return utc_now().astimezone(ZoneInfo(study.time_zone)).date()


def release_report(session: Session, study: Study, account: Account | None = None, *, note: str = "",
                   diagnosis_id: int | None = None, sample_day: date | None = None) -> ReportRelease:
    """Return the release of a diagnosis with the newest file of each language; the newest diagnosis by default.

    Refused without a file, while answers still arrive, and where the same diagnosis is released already. Only a study
    of synthetic data may be given another day than today, so that its sample has a past.
    """
    session.refresh(study, with_for_update=True)        # two releases at once would get the same number
    stored = _diagnosis(session, study, diagnosis_id)
    _check_releasable(session, stored)
    note = check_text(note)
    files = [{"report": one.id, "language": one.language, "format": one.format, "sha256": one.sha256}
             for one in _newest_files(session, stored)]
    if not files:
        raise Refused("This diagnosis has no final report yet.", "Write the final version on the page of its review.")
    last = session.scalar(select(func.max(ReportRelease.number)).where(ReportRelease.study_id == study.id)) or 0
    release = ReportRelease(
        study_id=study.id, wave_id=stored.wave_id, diagnosis_id=stored.id, number=last + 1, files=files,
        content_hash=content_hash({"diagnosis": stored.content_hash, "files": files}),
        frozen_on=str(provenance_of(stored).get("frozen_on", "")),
        released_on=sample_day if sample_day and study.is_synthetic else today_of(study),
        released_by=account.id if account else None, note=note)
    session.add(release)
    session.flush()
    record_change(session, "release_report", f"release {release.number}", study_id=study.id, account=account,
                  after={"diagnosis": stored.id, "content_hash": release.content_hash, "files": files, "note": note})
    return release


def _diagnosis(session: Session, study: Study, diagnosis_id: int | None) -> StoredDiagnosis:
    if diagnosis_id is None:
        found = newest_diagnosis(session, study)
        if found is None:
            raise Refused("There is no diagnosis yet.", "Run one first.")
        return found
    found = session.get(StoredDiagnosis, diagnosis_id)
    if found is None or found.study_id != study.id:
        raise NotFound("There is no such diagnosis in this study.", "See the list of reports.")
    return found


def _check_releasable(session: Session, stored: StoredDiagnosis) -> None:
    if session.get_one(Wave, stored.wave_id).is_open:
        raise Refused("Collection is still open.",
                      "Close it and diagnose again: what is released rests on frozen data.")
    known = session.scalar(select(ReportRelease.number).where(
        ReportRelease.diagnosis_id == stored.id, ReportRelease.recalled_at.is_(None)))
    if known is not None:
        raise Refused("This diagnosis is released already, as number {number}.", "Open it below.", number=known)


def _newest_files(session: Session, stored: StoredDiagnosis) -> list[Report]:
    found = session.scalars(select(Report).where(Report.diagnosis_id == stored.id, Report.is_draft.is_(False))
                            .order_by(Report.id).options(defer(Report.content), defer(Report.tree)))
    newest = {(one.language, one.format): one for one in found}
    return [newest[key] for key in sorted(newest)]


def check_text(text: str, *, shortest: int = 0) -> str:
    """Return a text as it is stored; BadInput where it is too short or too long."""
    text = text.strip()
    if len(text) < shortest:
        raise BadInput("The reason is missing or too short.", "Write at least {least} characters.", least=shortest)
    if len(text) > LONGEST_TEXT:
        raise BadInput("The text is longer than {most} characters.", "Shorten it.", most=LONGEST_TEXT)
    return text


def recall_release(session: Session, study: Study, release: ReportRelease, reason: str,
                   account: Account | None = None) -> None:
    """Mark a release as recalled, with the reason; its files and what was decided on it stay to be read."""
    session.refresh(release, with_for_update=True)
    if release.is_recalled:
        raise Refused("This report was recalled already.", "See its reason in the list.")
    release.recall_reason = check_text(reason, shortest=SHORTEST_REASON)
    release.recalled_at, release.recalled_by = utc_now(), account.id if account else None
    session.flush()
    record_change(session, "recall_report", f"release {release.number}", study_id=study.id, account=account,
                  after={"reason": release.recall_reason})


def list_releases(session: Session, study: Study) -> list[ReportRelease]:
    """Return the study's releases, newest first, recalled ones too."""
    return list(session.scalars(select(ReportRelease).where(ReportRelease.study_id == study.id)
                                .order_by(ReportRelease.number.desc())))


def get_release(session: Session, study: Study, number: int | None = None) -> ReportRelease:
    """Return the release of that number; without one the newest that is not recalled. NotFound otherwise."""
    for release in list_releases(session, study):
        if release.number == number or (number is None and not release.is_recalled):
            return release
    if number is None:
        raise NotFound("No report of this study is released.", "Release one on the page of reports first.")
    raise NotFound("The study has no released report {number}.", "See the list of reports.", number=number)


def find_release(session: Session, study: Study) -> ReportRelease | None:
    """Return the newest release that is not recalled, None where there is none."""
    return next((release for release in list_releases(session, study) if not release.is_recalled), None)


def is_intact(session: Session, release: ReportRelease) -> bool:
    """Tell whether the released files are byte by byte what was released."""
    for file in release.files:
        content = session.scalar(select(Report.content).where(Report.id == file["report"]))
        if content is None or hashlib.sha256(content).hexdigest() != file["sha256"]:
            return False
    stored = session.get(StoredDiagnosis, release.diagnosis_id)
    return stored is not None and release.content_hash == content_hash(
        {"diagnosis": stored.content_hash, "files": release.files})
