"""Answers from files and to files in the browser."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveyapp.db.session import read_session
from surveyapp.models.audit import Audit
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.views import dataset_file


@pytest.fixture
def researcher(app: Flask, log_in) -> FlaskClient:
    if "dataset_file" not in app.blueprints:
        app.register_blueprint(dataset_file.blueprint)
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
    assert "<td>ORG1</td><td>9</td>" in page.text
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
