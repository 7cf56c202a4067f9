"""Why a job failed, as its page says it: in the reader's language, with details that no list holds in English."""

from __future__ import annotations

from flask_babel import get_locale, gettext

from surveyapp.models.diagnosis import Job
from surveyapp.services.analysis_wording import own_words_of
from surveyapp.services.finding_wording import place_in_words
from surveyapp.views.wave_words import with_wave_called


def job_fault(job: Job) -> str:
    """Return reason and remedy of a failed job, then details where there are; of an old job what the worker stored."""
    fault = job.fault
    if not fault:
        return job.message
    values = with_wave_called(fault["values"])
    said = [gettext(text).format(**values) for text in (fault["reason"], fault["remedy"]) if text]
    between = "" if str(get_locale() or "").startswith("zh") else " "
    if own := _own_details(fault.get("said") or [], between):
        said.append(gettext("Details: %(words)s", words=own))
    elif fault.get("detail"):
        said.append(gettext("In detail: %(words)s", words=fault["detail"]))
    return between.join(said)


def _own_details(faults: list[list[str]], between: str) -> str:
    """Return every fault in the reader's language; "" where one is told in a sentence that no list holds."""
    told = []
    for place, *texts in faults:
        words = [own_words_of(text, gettext) for text in texts]
        if None in words:
            return ""
        at = gettext(": ").join([" · ".join(place_in_words(place, gettext)), ""]) if place else ""
        told.append(at + between.join(filter(None, words)))
    return between.join(told)
