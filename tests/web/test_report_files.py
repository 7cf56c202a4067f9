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
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.jobs import report_pictures
from surveyapp.jobs.worker import do_job
from surveyapp.models.diagnosis import Report
from surveyapp.models.study import Study
from surveyapp.queue import prepare_queue
from surveyapp.services.account import add_account, add_member
from surveyapp.services.diagnosis import list_jobs, store_diagnosis, store_report
from surveyapp.services.report_files import DRAWN, FILES, packed, report_words
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


@pytest.mark.parametrize("format", [one for one in FILES if one != DRAWN])
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


def ask_for_pictures(reader: FlaskClient, study: Study, which: str, number: int | str):
    return reader.post(f"/studies/{study.id}/reports/pictures", data={"which": which, "number": number},
                       follow_redirects=True)


def test_the_figures_are_drawn_by_a_worker_once_and_no_page_waits_for_them(app: Flask, reported, monkeypatch):
    prepare_queue()
    study, (number, _) = reported
    manager, address = client_of(app, study, "manager"), f"/studies/{study.id}/reports/{number}/png"
    drawn = []
    monkeypatch.setattr(report_pictures, "report_bitmaps", lambda report: drawn.append(report.title) or b"PK archive")

    before = manager.get(address)
    asked = [ask_for_pictures(manager, study, "diagnosis", number) for _ in range(2)]
    jobs = [job.id for job in list_jobs(read_session(), study)]
    for job in jobs * 2:
        do_job(job)
    close_read_session()
    page, after = manager.get(f"/studies/{study.id}/reports"), manager.get(address)
    again = ask_for_pictures(manager, study, "diagnosis", number)

    assert (before.status_code, "not drawn yet" in before.text) == (409, True)
    assert all("are being drawn" in one.text and "being drawn</span>" in one.text for one in asked)
    assert (len(jobs), len(drawn)) == (1, 1)
    assert f'href="/studies/{study.id}/reports/{number}/png"' in page.text
    assert (after.data, after.content_type) == (b"PK archive", FILES[DRAWN][0])
    assert f"report-{study.id}-{number}-zh.png.zip" in after.headers["Content-Disposition"]
    assert "The figures are drawn" in again.text
    assert len(list_jobs(read_session(), study)) == 1


def test_figures_that_cannot_be_drawn_are_told_beside_the_report(app: Flask, reported, monkeypatch):
    prepare_queue()
    study, (number, _) = reported
    manager = client_of(app, study, "manager")

    def fails(_report: object) -> bytes:
        raise Refused("The figures could not be drawn: {words}", "Take them as SVG, which needs no drawing.",
                      words="too long")

    monkeypatch.setattr(report_pictures, "report_bitmaps", fails)

    ask_for_pictures(manager, study, "diagnosis", number)
    do_job(list_jobs(read_session(), study)[0].id)
    close_read_session()
    page = manager.get(f"/studies/{study.id}/reports").text

    assert "could not be drawn: too long" in page
    assert "Draw figures (PNG)" in page


@pytest.mark.parametrize(("which", "number"), [("diagnosis", "99"), ("further", "1"), ("other", "1"),
                                               ("diagnosis", "1x"), ("diagnosis", "9" * 30)])
def test_figures_of_no_report_are_not_asked_for(app: Flask, reported, which: str, number: str):
    study, _ = reported

    answer = ask_for_pictures(client_of(app, study, "manager"), study, which, number)

    assert answer.status_code == 404
    assert list_jobs(read_session(), study) == []


def test_figures_of_a_report_of_an_earlier_version_are_refused_at_once(app: Flask, reported):
    study, (_, old) = reported
    manager = client_of(app, study, "manager")

    assert manager.get(f"/studies/{study.id}/reports/{old}/png").status_code == 404
    assert ask_for_pictures(manager, study, "diagnosis", old).status_code == 404


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
