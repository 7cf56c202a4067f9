"""Why a job failed, as its page says it: in the reader's language where the error is one of the application's own."""

from __future__ import annotations

from flask_babel import get_locale, gettext

from surveyapp.models.diagnosis import Job


def job_fault(job: Job) -> str:
    """Return reason and remedy of a failed job; an error of a library has only the words the worker stored."""
    fault = job.fault
    if not fault:
        return job.message
    said = [gettext(text).format(**fault["values"]) for text in (fault["reason"], fault["remedy"]) if text]
    return ("" if str(get_locale() or "").startswith("zh") else " ").join(said)
