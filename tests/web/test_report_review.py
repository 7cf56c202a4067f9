"""Review before release: comments and answers, edited wordings, management's response, drafts and the final version."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reports.content import StudyReport
from reports.pdf import missing_system_libraries
from reports.reviewing import statements_of
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.diagnose import write_report
from surveyapp.models.diagnosis import Report, StoredDiagnosis
from surveyapp.models.report_review import ReportComment
from surveyapp.models.study import Study
from surveyapp.queue import prepare_queue
from surveyapp.services.diagnosis import list_jobs, store_diagnosis, store_report
from surveyapp.services.report_files import content_of, packed
from surveyapp.services.report_release import release_report
from surveyapp.services.report_wording import wording_edits
from surveyapp.services.study import close_wave, facts_of, get_study, get_wave, template_of
from tests.factories import coding as make
from tests.factories.diagnosis import rich_diagnosis
from tests.web.test_report_files import client_of

needs_pdf = pytest.mark.skipif(bool(missing_system_libraries()), reason=missing_system_libraries() or "-")


@pytest.fixture
def drafted(database: Database) -> tuple[Study, int]:
    """The bank study, closed and diagnosed, with a draft in English."""
    from reports.sections.study import study_report

    with transaction() as session:
        study = make.bank_study(session)
        template = template_of(session, study)
        diagnosis = rich_diagnosis(template)
        close_wave(session, study, get_wave(session, study))
        stored = store_diagnosis(session, study, get_wave(session, study), diagnosis)
        content = study_report(diagnosis, template, facts_of(study), language="en")
        number = store_report(session, stored, "en", b"%PDF draft", tree=packed(content), is_draft=True).id
    prepare_queue()
    close_read_session()
    return study, number


def place(drafted: tuple[Study, int], path: str = "") -> str:
    return f"/studies/{drafted[0].id}/reports/{drafted[1]}/review{path}"


def content(drafted: tuple[Study, int]) -> StudyReport:
    return content_of(read_session().get_one(Report, drafted[1]))


def comment(client: FlaskClient, drafted: tuple[Study, int], at: str = "limits:0", text: str = "Too soft.") -> int:
    return client.post(place(drafted, "/comments"), data={"place": at, "text": text}).status_code


def test_no_two_links_to_the_parts_of_a_review_have_the_same_words(app: Flask, drafted: tuple[Study, int]):
    page = client_of(app, drafted[0], "researcher").get(place(drafted)).get_data(as_text=True)

    links = re.findall(r'<li><a href="#part-[^"]+">(.*?)</a></li>', page)
    assert len(links) > 10
    assert len(set(links)) == len(links)


def test_tables_of_an_appendix_are_shown_when_asked_for_or_discussed(app: Flask, drafted: tuple[Study, int]):
    client = client_of(app, drafted[0], "manager")
    key = next(section.key for section in content(drafted).sections if section.is_appendix)
    folded = client.get(place(drafted)).text

    asked = client.get(place(drafted, f"?part={key}")).text

    piece = f'id="{key}-0"'
    assert (piece in folded, piece in asked) == (False, True)
    assert f"/review?part={key}#part-{key}" in folded
    assert 'id="limits-0"' in folded
    assert comment(client, drafted, f"{key}:0") == 302
    assert piece in client.get(place(drafted)).text


def test_a_manager_comments_a_researcher_answers_and_both_read_it(app: Flask, drafted):
    manager, researcher = client_of(app, drafted[0], "manager"), client_of(app, drafted[0], "researcher")
    assert comment(manager, drafted) == 302
    close_read_session()
    number = read_session().scalars(select(ReportComment.id)).one()

    answered = researcher.post(place(drafted, f"/comments/{number}"), data={"text": "The interval says no more."})
    again = researcher.post(place(drafted, f"/comments/{number}"), data={"text": "Once more."})
    page = manager.get(place(drafted)).text

    assert (answered.status_code, again.status_code) == (302, 409)
    assert all(words in page for words in ("Too soft.", "The interval says no more.", "No comment waits"))


@pytest.mark.parametrize(("at", "text", "words"), [
    ("nowhere:0", "Why?", "no such piece"), ("limits:0", "x", "needs 3 to 4000 characters")])
def test_a_comment_on_nothing_or_without_words_is_refused(app: Flask, drafted, at: str, text: str, words: str):
    answer = client_of(app, drafted[0], "manager").post(place(drafted, "/comments"), data={"place": at, "text": text})

    assert answer.status_code == 422
    assert words in answer.text


def test_the_final_version_waits_until_every_comment_is_answered(app: Flask, drafted):
    researcher = client_of(app, drafted[0], "researcher")
    comment(researcher, drafted)

    final = researcher.post(place(drafted, "/versions"), data={"version": "final"})
    fit = researcher.post(place(drafted, "/reviewed"))
    draft = researcher.post(place(drafted, "/versions"), data={"version": "draft"})

    close_read_session()
    assert (final.status_code, fit.status_code, draft.status_code) == (409, 409, 302)
    assert "is not answered yet" in final.text
    assert [job.options["is_final"] for job in list_jobs(read_session(), drafted[0])] == [False]


def wording(client: FlaskClient, drafted, text: str, reason: str = "Plainer for readers.", original: str = ""):
    first = original or next(statements_of(content(drafted).section("limits"))).text
    return client.post(place(drafted, "/wordings"), data={"place": "limits:0", "original": first, "text": text,
                                                          "reason": reason})


def test_a_wording_is_edited_with_its_versions_and_taken_back(app: Flask, drafted):
    researcher = client_of(app, drafted[0], "researcher")
    report = read_session().get_one(Report, drafted[1])
    asked = [wording(researcher, drafted, text).status_code for text in ("One snapshot in time.", "One snapshot.")]
    close_read_session()
    kept = wording_edits(read_session(), report.diagnosis_id, "en")

    back = wording(researcher, drafted, "")

    close_read_session()
    assert (asked, back.status_code) == ([302, 302], 302)
    assert [(edit.text, edit.number, edit.editor) for edit in kept] == [("One snapshot.", 2, "researcher")]
    assert wording_edits(read_session(), report.diagnosis_id, "en") == []


@pytest.mark.parametrize(("text", "words"), [
    ("Exactly 97 people said so.", "holds no number 97"),
    ("This is due to the technology.", "do not support the words")])
def test_an_edit_may_bring_no_number_and_no_cause(app: Flask, drafted, text: str, words: str):
    answer = wording(client_of(app, drafted[0], "researcher"), drafted, text)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_manager_edits_no_wording_and_answers_no_comment(app: Flask, drafted):
    manager = client_of(app, drafted[0], "manager")
    comment(manager, drafted)

    assert wording(manager, drafted, "Other.").status_code == 403
    assert manager.post(place(drafted, "/comments/1"), data={"text": "Me."}).status_code == 403


def test_management_responds_to_a_problem_and_takes_it_back(app: Flask, drafted):
    manager = client_of(app, drafted[0], "manager")
    given = {"construct": "PRB_INFO", "stance": "partly", "reason": "Half of it is known."}

    manager.post(place(drafted, "/responses"), data=given)
    page = manager.get(place(drafted)).text
    no_reason = manager.post(place(drafted, "/responses"), data={**given, "reason": ""})
    strange = manager.post(place(drafted, "/responses"), data={**given, "construct": "PRB_NONE"})
    manager.post(place(drafted, "/responses"), data={**given, "stance": "", "reason": ""})
    after = manager.get(place(drafted)).text

    assert "Half of it is known." in page
    assert (no_reason.status_code, strange.status_code) == (422, 422)
    assert "Half of it is known." not in after


@needs_pdf
def test_edits_and_responses_stand_in_the_next_draft_and_the_same_draft_is_not_written_twice(app: Flask, drafted):
    client_of(app, drafted[0], "manager").post(place(drafted, "/responses"), data={
        "construct": "PRB_INFO", "stance": "disagree", "reason": "It was mended in May."})
    wording(client_of(app, drafted[0], "researcher"), drafted, "One snapshot in time.")
    close_read_session()
    stored = read_session().scalars(select(StoredDiagnosis)).one()

    study = get_study(read_session(), drafted[0].id)
    second = write_report(study, stored, "en", is_draft=True)
    again = write_report(study, stored, "en", is_draft=True)
    final = write_report(study, stored, "en")

    tree = json.dumps([[one.text for one in statements_of(section)] for section in content_of(final).sections])
    assert second.id == again.id != drafted[1]
    assert (second.is_draft, final.is_draft) == (True, False)
    assert "One snapshot in time. (edited)" in tree
    assert "t-responses" in {getattr(block, "key", "") for block in content_of(final).blocks()}


@needs_pdf
def test_drafts_are_not_released_and_after_release_nothing_changes(app: Flask, drafted):
    researcher = client_of(app, drafted[0], "researcher")
    refused = researcher.post(f"/studies/{drafted[0].id}/reports/release", data={})
    close_read_session()
    study = get_study(read_session(), drafted[0].id)
    final = write_report(study, read_session().scalars(select(StoredDiagnosis)).one(), "en")
    with transaction() as session:
        release_report(session, get_study(session, study.id))
    released = (drafted[0], final.id)
    close_read_session()

    answers = [comment(researcher, released), wording(researcher, drafted, "Other.").status_code]
    page = researcher.get(place(released)).text

    assert refused.status_code in (302, 404, 405, 409)
    assert answers == [409, 409]
    assert "nothing changes any more" in page


def test_a_coder_reviews_nothing(app: Flask, drafted):
    assert client_of(app, drafted[0], "coder").get(place(drafted)).status_code == 403
