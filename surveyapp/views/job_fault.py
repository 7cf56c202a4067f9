"""Why a job failed, as its page says it: in the reader's language, with an error's own details in English."""

from __future__ import annotations

from flask_babel import get_locale, gettext

from surveyapp.models.diagnosis import Job


def job_fault(job: Job) -> str:
    """Return reason and remedy of a failed job, then details where there are; of an old job what the worker stored."""
    fault = job.fault
    if not fault:
        return job.message
    said = [gettext(text).format(**fault["values"]) for text in (fault["reason"], fault["remedy"]) if text]
    if fault.get("detail"):
        said.append(gettext("In detail: %(words)s", words=fault["detail"]))
    return ("" if str(get_locale() or "").startswith("zh") else " ").join(said)
