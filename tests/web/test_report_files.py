"""A report in other forms: made of what was kept with it, for the same readers, never of newer entries."""

import gzip
import io
import json
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from instruments.codec import to_document
from reports.sections.study import study_report
from surveyapp.db.session import Database, close_read_session, transaction
from surveyapp.models.diagnosis import Report
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import store_diagnosis, store_report
from surveyapp.services.report_files import FILES, packed, report_words
from surveyapp.services.study import facts_of, get_study, get_wave, template_of
from tests.conftest import PASSWORD
from tests.factories import coding as make
from tests.factories.diagnosis import rich_diagnosis


@pytest.fixture
def reported(database: Database) -> tuple[Study, list[int]]:
    """The bank study with a report that has its content, and one of an earlier version."""
    with transaction() as session:
        study = make.bank_study(session)
        template = template_of(session, study)
        diagnosis = rich_diagnosis(template)
        content = study_report(diagnosis, template, facts_of(study), language="zh")
        stored = store_diagnosis(session, study, get_wave(session, study), diagnosis)
        rows = [store_report(session, stored, "zh", b"%PDF new", tree=packed(content)),
                store_report(session, stored, "zh", b"%PDF old")]
        numbers = [row.id for row in rows]
    close_read_session()
    return study, numbers


def client_of(app: Flask, study: Study, role: str) -> FlaskClient:
    with transaction() as session:
        add_member(session, get_study(session, study.id), add_account(session, role, role, role, PASSWORD))
    close_read_session()
    client = app.test_client()
    client.post("/login", data={"login": role, "password": PASSWORD})
    return client


@pytest.mark.parametrize("format", list(FILES))
def test_a_manager_takes_a_report_in_each_form(app: Flask, reported: tuple[Study, list[int]], format: str):
    study, (number, _) = reported
    manager = client_of(app, study, "manager")

    page = manager.get(f"/studies/{study.id}/reports")
    answer = manager.get(f"/studies/{study.id}/reports/{number}/{format}")

    assert f"/reports/{number}/{format}" in page.text
    assert answer.status_code == 200
    assert answer.content_type == FILES[format][0]
    assert f"report-{study.id}-{number}-zh." in answer.headers["Content-Disposition"]
    assert len(answer.data) > 2000


def test_a_report_of_an_earlier_version_is_there_as_pdf_only_and_an_unknown_form_is_named(app: Flask, reported):
    study, (new, old) = reported
    manager = client_of(app, study, "manager")

    earlier = manager.get(f"/studies/{study.id}/reports/{old}/xlsx")
    unknown = manager.get(f"/studies/{study.id}/reports/{new}/odt")

    assert (earlier.status_code, unknown.status_code) == (404, 404)
    assert "PDF only" in earlier.text
    assert "html, xlsx, svg, png, docx" in unknown.text


def test_a_coder_gets_no_form_of_a_report(app: Flask, reported):
    study, (number, _) = reported

    assert client_of(app, study, "coder").get(f"/studies/{study.id}/reports/{number}/xlsx").status_code == 403


def test_the_words_to_edit_are_those_of_the_summary(reported):
    study, (number, _) = reported
    with transaction() as session:
        kept = session.get(Report, number)
        tree = json.loads(gzip.decompress(kept.tree))
        content = study_report(rich_diagnosis(template_of(session, study)), template_of(session, study),
                               facts_of(study), language="zh")

    with zipfile.ZipFile(io.BytesIO(report_words(content))) as archive:
        document = etree.fromstring(archive.read("word/document.xml"))
    words = "\n".join("".join(paragraph.itertext()) for paragraph in document.iter(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"))

    summary = content.section("summary")
    assert tree == json.loads(json.dumps(to_document(content)))
    assert summary.title.text in words
    assert all(one.title.text in words for one in content.sections if one.part == summary.part)
    assert content.section("problems").title.text not in words
