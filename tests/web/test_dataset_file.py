"""Answers from files and to files in the browser."""

import csv
import io
import itertools
import re
import zipfile
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from instruments.template_loader import load_catalogue_template
from surveyapp.db.base import utc_now
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.worker import do_job
from surveyapp.models.audit import Audit
from surveyapp.models.diagnosis import Job
from surveyapp.models.export_file import ExportFile
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.queue import prepare_queue
from surveyapp.services.export_file import store_export_file
from surveyapp.services.study import create_study, get_study


@pytest.fixture
def researcher(log_in) -> FlaskClient:
    return log_in("researcher")


def send(client: FlaskClient, study: Study, text: str, **form: object):
    data = {"instrument": "staff", "file": (io.BytesIO(text.encode()), "answers.csv"), **form}
    return client.post(f"/studies/{study.id}/answers", data=data, follow_redirects=True)


def n_responses() -> int:
    return read_session().scalar(select(func.count()).select_from(Response))


def test_a_file_whose_columns_are_items_is_taken_over_at_once(researcher: FlaskClient, bank_study: Study):
    page = send(researcher, bank_study, "respondent_id,ORG1,ORG2\np1,4,5\np2,1,\n")

    assert "2 responses were imported." in page.text
    assert n_responses() == 2


def test_unknown_columns_are_shown_with_the_likeliest_item_before_anything_is_stored(
        researcher: FlaskClient, bank_study: Study):
    page = send(researcher, bank_study, "respondent_id,ORG_1,colour\np1,4,red\n")

    assert "ORG_1" in page.text
    assert "<option selected>ORG1</option>" in page.text
    assert n_responses() == 0


def test_a_mapping_leads_the_columns_to_items(researcher: FlaskClient, bank_study: Study):
    page = send(researcher, bank_study, "respondent_id,ORG_1,colour\np1,4,red\n",
                column=["ORG_1", "colour"], item=["ORG1", ""])

    assert "1 response was imported." in page.text


def test_faults_are_listed_by_row_and_column(researcher: FlaskClient, bank_study: Study):
    page = send(researcher, bank_study, "respondent_id,ORG1\np1,9\n")

    assert page.status_code == 422
    cells = re.findall(r"<td[^>]*><div>([^<]*)</div></td>", page.text)
    assert ("ORG1", "9") in itertools.pairwise(cells)
    assert n_responses() == 0


@pytest.mark.parametrize("text", ["", "respondent_id,ORG1\n"])
def test_a_file_without_rows_is_refused_in_words(researcher: FlaskClient, bank_study: Study, text: str):
    page = send(researcher, bank_study, text)

    assert page.status_code == 422
    assert "answers.csv" in page.text


def test_answers_leave_as_a_file_and_that_is_recorded(researcher: FlaskClient, bank_study: Study):
    send(researcher, bank_study, "respondent_id,ORG1\np1,4\n")

    reply = researcher.post(f"/studies/{bank_study.id}/answers/export", data={"instrument": "staff", "format": "csv"})

    assert next(csv.DictReader(io.StringIO(reply.text)))["ORG1"] == "4"
    assert "attachment" in reply.headers["Content-Disposition"]
    assert "export_responses" in read_session().scalars(select(Audit.action)).all()


def test_what_stands_in_a_file_is_shown_as_text(researcher: FlaskClient, bank_study: Study):
    page = send(researcher, bank_study, "respondent_id,ORG1\n<script>1</script>,<img src=x>\n")

    assert "<script>1" not in page.text
    assert "<img src=x>" not in page.text


def ask_for(client: FlaskClient, study: Study, **form: str) -> TestResponse:
    return client.post(f"/studies/{study.id}/answers/export", data={"instrument": "staff", **form})


@pytest.mark.parametrize(("format", "names"), [
    ("r", {"staff.R", "staff.csv"}), ("ddi", {"staff.xml", "staff.csv"})])
def test_a_script_and_a_codebook_come_with_their_data(researcher: FlaskClient, bank_study: Study, format: str, names):
    send(researcher, bank_study, "respondent_id,ORG1\np1,4\n")

    reply = ask_for(researcher, bank_study, format=format, language="zh")

    assert set(zipfile.ZipFile(io.BytesIO(reply.data)).namelist()) == names


def test_csv_is_written_as_the_form_says(researcher: FlaskClient, bank_study: Study):
    send(researcher, bank_study, "respondent_id,ORG1,O_SUG\np1,4,@more 😀\n")

    marked = ask_for(researcher, bank_study, format="csv", separator="semicolon").data
    exact = ask_for(researcher, bank_study, format="csv", encoding="gb18030", exact="yes").data

    assert marked.startswith(b"\xef\xbb\xbfrespondent_id;")
    assert ";'@more 😀" in marked.decode("utf-8-sig")
    assert ",@more 😀" in exact.decode("gb18030")


@pytest.mark.parametrize("form", [
    {"format": "pdf"}, {"format": "csv", "encoding": "x"}, {"format": "csv", "language": "fr"}])
def test_what_is_not_written_is_refused_in_words(researcher: FlaskClient, bank_study: Study, form: dict[str, str]):
    reply = ask_for(researcher, bank_study, **form)

    assert reply.status_code in (409, 422)
    assert "Choose one of" in reply.text


def test_a_heavy_file_is_written_by_a_worker_and_fetched(researcher: FlaskClient, bank_study: Study):
    prepare_queue()
    send(researcher, bank_study, "respondent_id,ORG1\np1,4\n")

    asked = ask_for(researcher, bank_study, format="sav", language="zh")
    waiting = researcher.get(asked.headers["Location"]).text
    close_read_session()
    do_job(read_session().scalars(select(Job.id).where(Job.kind == "export")).one())
    close_read_session()
    page = researcher.get(asked.headers["Location"]).text

    assert "The file is being written" in waiting
    link = re.search(r'href="(/studies/\d+/answers/files/\d+)"', page).group(1)
    file = researcher.get(link)
    assert file.data.startswith(b"$FL2")
    assert "staff-w1.sav" in file.headers["Content-Disposition"]
    assert "export_responses" in read_session().scalars(select(Audit.action)).all()


def test_a_file_is_kept_for_a_day_and_stays_in_its_study(researcher: FlaskClient, bank_study: Study):
    with transaction() as session:
        old = store_export_file(session, get_study(session, bank_study.id), "old.sav", b"x")
        old.created_at = utc_now() - timedelta(days=1, minutes=1)
        elsewhere = create_study(session, load_catalogue_template("bank_crm"), "clinic")
        foreign = store_export_file(session, elsewhere, "foreign.sav", b"y").id
    close_read_session()

    assert researcher.get(f"/studies/{bank_study.id}/answers/files/{old.id}").status_code == 404
    assert researcher.get(f"/studies/{bank_study.id}/answers/files/{foreign}").status_code == 404
    with transaction() as session:
        store_export_file(session, get_study(session, bank_study.id), "new.sav", b"z")
    close_read_session()
    assert read_session().scalars(select(ExportFile.name)).all() == ["foreign.sav", "new.sav"]
