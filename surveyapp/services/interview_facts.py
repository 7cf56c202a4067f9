"""What an interview report says besides the diagnosis: the log, and which questions came up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from reports.kinds.interviews import InterviewLog, QuestionAsked
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.coverage import coverage_of
from surveyapp.services.interview import list_interviews
from surveyapp.services.member_check import count_checks
from surveyapp.services.study import template_of

VERBATIM = "verbatim"
DAY = 10                # signs of an ISO date


def interview_log(session: Session, study: Study) -> InterviewLog:
    """Return what is known of the interviews besides their content."""
    rows = list_interviews(session, study)
    first_on, last_on = _days(rows)
    checks = count_checks(session, study)
    return InterviewLog(
        n=len(rows), n_verbatim=sum(row.record == VERBATIM for row in rows),
        n_with_consent=sum(row.has_consent for row in rows),
        languages=tuple(sorted({row.language for row in rows})), first_on=first_on,
        last_on=last_on, n_checked=checks.get("all", 0), n_confirmed=checks.get("confirmed", 0),
        n_corrected=checks.get("corrected", 0))


def interview_days(session: Session, study: Study, until: str) -> tuple[str, str]:
    """Return the first and the last ISO day of the interviews held up to a day; empty where none is known."""
    return _days(list_interviews(session, study), until)


def questions_asked(session: Session, study: Study, language: str) -> list[QuestionAsked]:
    """Return each question of the guide with how often it came up."""
    rows: list[Interview] = list_interviews(session, study)
    found = coverage_of(template_of(session, study).guide, rows, {})
    return [QuestionAsked(row.question.key, _in(row.question.text, language), row.n_raised, row.n_put, row.n_unknown)
            for row in found if row.n_put]


def _in(text: Mapping[str, str], language: str) -> str:
    return text.get(language) or next(iter(text.values()), "")


def _days(rows: Iterable[Interview], until: str = "") -> tuple[str, str]:
    days = sorted(day for row in rows if row.held_on for day in [str(row.held_on)] if not until or day <= until[:DAY])
    return (days[0], days[-1]) if days else ("", "")
