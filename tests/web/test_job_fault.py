"""A failed job says why in the language of whoever reads its page; errors of a library keep the worker's words."""

import pytest
from flask import Flask
from flask_babel import force_locale

from surveyapp.errors import BadInput, Refused
from surveyapp.jobs.worker import _fault_of
from surveyapp.models.diagnosis import Job
from surveyapp.views.job_fault import job_fault


def failed(error: Exception) -> Job:
    return Job(kind="diagnose", options={}, state="failed", message=f"{type(error).__name__}: {error}",
               fault=_fault_of(error))


@pytest.mark.parametrize(("language", "words"), [
    ("en", "The questionnaire staff has no scale of two or more items. Give its items a construct."),
    ("zh", "问卷staff中没有包含两道及以上题项的量表。请为题项指定所属构念。")])
def test_a_failed_job_is_told_in_the_readers_language(app: Flask, language: str, words: str):
    job = failed(BadInput("The questionnaire {key} has no scale of two or more items.", "Give its items a construct.",
                          key="staff"))

    with app.test_request_context(), force_locale(language):
        told = job_fault(job)

    assert told == words


def test_an_error_of_a_library_keeps_what_the_worker_stored(app: Flask):
    job = failed(ValueError("see the worker's log for the place"))

    with app.test_request_context(), force_locale("zh"):
        told = job_fault(job)

    assert told == "ValueError: see the worker's log for the place"


def test_a_value_with_braces_is_told_as_it_is(app: Flask):
    job = failed(Refused("The rehearsal failed: {words}", words="{not a name}"))

    with app.test_request_context(), force_locale("en"):
        told = job_fault(job)

    assert told == "The rehearsal failed: {not a name}"
