"""The API: what it says is described, what it takes is checked, and a token is its only authority."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveyapp.app import create_app
from surveyapp.config import Config
from surveyapp.db.base import utc_now
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.jobs.interview_analysis import analyse_study
from surveyapp.models.api_token import ApiToken
from surveyapp.models.audit import Audit
from surveyapp.models.diagnosis import Job
from surveyapp.models.study import Study
from surveyapp.queue import prepare_queue
from surveyapp.services.account import find_account, set_password, set_role
from surveyapp.services.api_token import revoke_token
from surveyapp.services.diagnosis import newest_diagnosis, store_report
from surveyapp.services.report_release import release_report
from surveyapp.services.study import close_wave, get_study, get_wave
from surveyapp.views.api import OPERATIONS, PREFIX
from surveyapp.views.api_description import PLACE, description
from surveyapp.views.api_problem import TYPES
from surveyapp.views.api_schema import SCHEMAS
from tests.factories.described import faults
from tests.factories.kept import bring
from tests.factories.programs import Program, closed_round, program
from tests.factories.sample_file import STUDY

ROOT = Path(__file__).resolve().parents[2]
EXPORT = "/waves/w1/responses/staff/export"


@pytest.fixture
def sample(diagnosed_file: Path, database: Database) -> Study:
    """The sample study with its diagnosis and a report, in place of what the database held."""
    bring(diagnosed_file, database)
    with transaction() as session:
        study = get_study(session, STUDY)
        store_report(session, newest_diagnosis(session, study), "en", b"%PDF-1.7 not a real one")
    return study


@pytest.fixture
def researcher(client: FlaskClient, bank_study: Study) -> Program:
    return program(client, bank_study.id)


def at(study: Study, path: str = "") -> str:
    return f"/studies/{study.id}{path}"


def fits(page: TestResponse, name: str) -> list[str]:
    return list(faults(page.get_json(), SCHEMAS[name], SCHEMAS))


def is_problem(page: TestResponse, status: int, kind: str) -> bool:
    assert (page.status_code, page.content_type) == (status, "application/problem+json"), page.text
    assert fits(page, "Problem") == []
    return (page.get_json()["type"], page.get_json()["status"]) == (f"urn:surveyapp:problem:{kind}", status)


# ---- described ------------------------------------------------------------------------------------------------------
def test_the_description_names_every_route_and_no_other(app: Flask):
    routes = {(PLACE.sub(r"{\2}", re.sub(r"<int:", "<int:", rule.rule)), method.lower())
              for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)
              for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}

    described = {(path, method) for path, methods in description()["paths"].items() for method in methods}

    assert described == routes
    assert len(routes) == len(OPERATIONS)


def test_the_description_is_handed_out_without_a_token_and_holds_together(client: FlaskClient):
    page = client.get(f"{PREFIX}/openapi.json")

    document = page.get_json()
    assert document["openapi"] == "3.1.0"
    assert document == description()
    named = set(re.findall(r'"#/components/schemas/(\w+)"', page.text))
    assert named <= set(document["components"]["schemas"])
    names = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))


def test_every_reply_of_a_whole_study_fits_its_description(client: FlaskClient, sample: Study):
    asking = program(client, sample.id)
    places = {"study_id": str(sample.id), "wave_key": "w1", "audience": "staff", "report_id": "1",
              "number": "1", "version": next(
                  one["version"] for one in asking.get(at(sample, "/questionnaires")).get_json()["versions"]
                  if one["questionnaire"] == "staff"),
              "interview_key": asking.get(at(sample, "/interviews")).get_json()["interviews"][0]["key"]}
    prepare_queue()
    with transaction() as session:
        study = get_study(session, sample.id)
        close_wave(session, study, get_wave(session, study))
        closed_round(session, study)
        release_report(session, study)
    analyse_study(sample)
    places["job_id"] = asking.post(at(sample, "/diagnosis")).get_json()["id"]
    bodies = {"import_answers": None, "import_roster": b"name,address\nAnn,ann@bank.example\n"}

    wrong = {}
    for found in OPERATIONS:
        path = PLACE.sub(lambda place: places[place.group(2)], found.path)
        kind = next(iter(found.body), None)
        if found.name == "import_answers":
            continue        # the wave is closed; it has a test of its own
        page = asking.ask(found.method, path, content_type=kind,
                          data=bodies.get(found.name, b"{}") if kind else None)
        assert page.status_code == found.status, (found.name, page.text)
        assert page.mimetype in found.replies
        if page.mimetype == "application/json":
            wrong[found.name] = list(faults(page.get_json(), SCHEMAS[found.replies["application/json"]], SCHEMAS))
    assert {name: found for name, found in wrong.items() if found} == {}
    assert len(wrong) >= 15


# ---- tokens ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("line", ["", "Bearer", "Bearer svy_wrong", "Basic YTpi", "Bearer nothing"])
def test_without_a_token_that_holds_nothing_opens(client: FlaskClient, bank_study: Study, line: str):
    page = client.get(f"{PREFIX}/studies", headers={"Authorization": line})

    assert is_problem(page, 401, "unauthorized")
    assert page.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_login_of_a_browser_is_no_authority_here(log_in, bank_study: Study):
    browser = log_in("administrator")

    assert browser.get(f"{PREFIX}/studies").status_code == 401


def test_a_call_sets_no_cookie(researcher: Program, bank_study: Study):
    page = researcher.get("/studies")

    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"


def _expire(session, account) -> None:
    session.scalars(select(ApiToken)).one().expires_on = utc_now().date() - timedelta(days=1)


@pytest.mark.parametrize("end", [
    lambda session, _: revoke_token(session, 1), _expire,
    lambda session, account: set_password(session, account, "another long password"),
    lambda session, account: set_role(session, account, "coder"),
    lambda session, account: setattr(account, "is_active", False)])
def test_a_token_ends_by_hand_by_its_day_and_with_what_ends_a_login(researcher: Program, end):
    before = researcher.get("/token").status_code
    with transaction() as session:
        end(session, find_account(session, "researcher@program"))

    assert (before, researcher.get("/token").status_code) == (200, 401)


def test_the_database_knows_a_token_by_its_hash_and_the_day_of_its_last_use(researcher: Program):
    researcher.get("/token")
    researcher.get("/token")

    close_read_session()
    row = read_session().scalars(select(ApiToken)).one()
    assert row.last_used_on == utc_now().date()
    assert researcher.token not in str(vars(row))
    assert researcher.token.startswith(row.hint)
    assert len(row.token_hash) == 64


def test_a_token_for_reading_changes_nothing(client: FlaskClient, bank_study: Study):
    reader = program(client, bank_study.id, scope="read")

    for found in OPERATIONS:
        if found.scope == "write":
            path = PLACE.sub(lambda place: {"study_id": str(bank_study.id)}.get(place.group(2), "w1"), found.path)
            page = reader.ask(found.method, path, content_type=next(iter(found.body), None))
            assert is_problem(page, 403, "insufficient-scope"), found.name
            assert "insufficient_scope" in page.headers["WWW-Authenticate"]


def test_a_token_of_one_study_opens_no_other(client: FlaskClient, sample: Study, bank_study: Study):
    program(client, sample.id)
    bound = program(client, bank_study.id, is_bound=True)

    assert [row["name"] for row in bound.get("/studies").get_json()["studies"]] == ["bank"]
    assert is_problem(bound.get(at(sample)), 404, "not-found")
    assert bound.get(at(bank_study)).status_code == 200


def test_who_asks_too_often_is_asked_to_wait(config: Config, bank_study: Study):
    app = create_app(replace(config, is_testing=False))
    often = program(app.test_client(), bank_study.id)

    pages = [often.get("/token") for _ in range(121)]

    assert [page.status_code for page in pages] == [200] * 120 + [429]
    assert is_problem(pages[-1], 429, "too-many-requests")
    assert pages[-1].headers["Retry-After"] == "60"


# ---- errors ---------------------------------------------------------------------------------------------------------
def test_what_is_wrong_is_said_in_the_language_asked_for(researcher: Program, bank_study: Study):
    page = researcher.get(at(bank_study, "/waves/w9"), headers={"Accept-Language": "zh"})

    assert is_problem(page, 404, "not-found")
    assert "'w9'" in page.get_json()["title"]
    assert re.search("[一-鿿]", page.get_json()["title"])
    assert page.headers["Content-Language"] == "zh"


def test_an_address_or_method_that_is_not_there_is_a_problem_too(researcher: Program):
    assert is_problem(researcher.get("/nothing"), 404, "not-found")
    page = researcher.ask("DELETE", "/studies")
    assert is_problem(page, 405, "no-such-method")
    assert "GET" in page.headers["Allow"]


def test_parameters_and_members_that_are_not_described_are_refused(researcher: Program, bank_study: Study):
    assert is_problem(researcher.get("/studies?limit=5"), 422, "bad-input")
    assert is_problem(researcher.get(at(bank_study, "/questionnaires/staff/versions/1.1.0?format=csv")), 422,
                      "bad-input")
    for body in ({"fromat": "csv"}, {"format": 3}, {"format": "sav"}, [1]):
        assert is_problem(researcher.post(at(bank_study, EXPORT), json=body), 422, "bad-input"), body
    page = researcher.post(at(bank_study, EXPORT), data=b"{", content_type="application/json")
    assert is_problem(page, 422, "bad-input")


def test_a_body_of_another_kind_is_refused(researcher: Program, bank_study: Study):
    page = researcher.post(at(bank_study, "/waves/w1/responses/staff"), data=b"a,b\n1,2\n",
                           content_type="application/json")

    assert is_problem(page, 415, "wrong-media-type")
    assert "text/csv" in page.get_json()["remedy"]


def test_more_than_the_server_takes_is_refused_as_a_problem(app: Flask, researcher: Program, bank_study: Study):
    app.config["MAX_CONTENT_LENGTH"] = 20

    page = researcher.send_csv(at(bank_study, "/waves/w1/responses/staff"), "respondent_id,ORG1\np1,4\n")

    assert is_problem(page, 413, "too-large")


def test_every_kind_of_problem_is_documented():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")

    assert [kind for kind in TYPES if f"`{kind}`" not in text] == []


# ---- answers in -----------------------------------------------------------------------------------------------------
def test_answers_are_taken_over_whole_or_not_at_all(researcher: Program, bank_study: Study):
    path = at(bank_study, "/waves/w1/responses/staff")

    refused = researcher.send_csv(path, "respondent_id,ORG1\np1,4\np2,9\n")
    taken = researcher.send_csv(path, "respondent_id,ORG1\np1,4\np2,5\n")

    assert is_problem(refused, 422, "bad-input")
    place = refused.get_json()["places"][0]
    assert (place["row"], place["column"], place["found"]) == (3, "ORG1", "9")
    assert taken.status_code == 201
    assert taken.get_json()["n_responses"] == 2
    assert fits(taken, "Imported") == []
    counts = researcher.get(at(bank_study, "/waves/w1/counts")).get_json()["counts"]
    assert {row["questionnaire"]: row["n_submitted"] for row in counts}["staff"] == 2


def test_columns_that_are_no_items_are_named_mapped_or_left_out(researcher: Program, bank_study: Study):
    path, text = at(bank_study, "/waves/w1/responses/staff"), "respondent_id,ORG_1,colour\np1,4,red\n"

    refused = researcher.send_csv(path, text)
    taken = researcher.send_csv(f"{path}?map=ORG_1:ORG1&unknown=ignore", text)

    assert is_problem(refused, 422, "bad-input")
    assert "ORG_1, colour" in refused.get_json()["title"]
    assert taken.status_code == 201
    exported = researcher.post(at(bank_study, EXPORT), json={"format": "jsonl"})
    assert '"ORG1":4' in exported.text


def test_an_import_is_recorded_with_the_account(researcher: Program, bank_study: Study):
    researcher.send_csv(at(bank_study, "/waves/w1/responses/staff"), "respondent_id,ORG1\np1,4\n")

    close_read_session()
    row = read_session().scalars(select(Audit).where(Audit.action == "import_responses")).one()
    assert row.account_id == find_account(read_session(), "researcher@program").id


# ---- questionnaires, invitations, results ---------------------------------------------------------------------------
def test_a_definition_comes_as_json_yaml_and_xlsform(researcher: Program, bank_study: Study):
    version = next(row for row in researcher.get(at(bank_study, "/questionnaires")).get_json()["versions"]
                   if row["questionnaire"] == "staff")["version"]
    path = at(bank_study, f"/questionnaires/staff/versions/{version}")

    as_json, as_yaml, as_form = (researcher.get(f"{path}?format={format}") for format in ("json", "yaml", "xlsform"))

    assert fits(as_json, "Definition") == []
    keys = {item["key"] for item in as_json.get_json()["definition"]["items"]}
    assert "ORG1" in keys
    assert "ORG1" in str(yaml.safe_load(as_yaml.text))
    assert "survey" in openpyxl.load_workbook(io.BytesIO(as_form.data)).sheetnames


def test_people_are_invited_and_their_links_handed_out_and_recorded(researcher: Program, bank_study: Study):
    path = at(bank_study, "/waves/w1/invitations/staff")

    done = researcher.send_csv(path, "name,address,unit\nAnn,ann@bank.example,Loans\nBob,,Loans\n")
    again = researcher.send_csv(path, "name,address\nAnn,ann@bank.example\n")
    roster = researcher.get(path)
    links = researcher.post(f"{path}/links").get_json()["links"]

    assert done.get_json() == {"n_new": 2, "n_known": 0, "n_opted_out": 0, "groupings": [], "left_out": []}
    assert again.get_json()["n_known"] == 1
    assert [row["state"] for row in roster.get_json()["invitations"]] == ["not_sent", "not_sent"]
    assert researcher.client.get(links[0]["link"].removeprefix("http://localhost")).status_code == 200
    close_read_session()
    assert "export_invitations" in read_session().scalars(select(Audit.action)).all()


def test_a_report_and_a_diagnosis_are_fetched(client: FlaskClient, sample: Study):
    manager = program(client, sample.id, "manager")

    listed = manager.get(at(sample, "/reports")).get_json()["reports"]
    report = manager.get(at(sample, f"/reports/{listed[0]['id']}"))

    assert report.data.startswith(b"%PDF")
    assert manager.get(at(sample, "/reports/99")).status_code == 404
    assert manager.get(at(sample, "/diagnosis")).get_json()["diagnosis"]["problems"]


def test_a_manager_gets_no_row_of_a_person_and_a_researcher_those_of_files(client: FlaskClient, sample: Study):
    manager, researcher = (program(client, sample.id, role) for role in ("manager", "researcher"))

    shown, whole = (one.get(at(sample, "/diagnosis")).get_json()["diagnosis"] for one in (manager, researcher))

    assert (shown["excluded"], "stage" in shown["customers"]) == ([], False)
    assert whole["excluded"]
    assert "stage" in whole["customers"]
    assert {**shown, "excluded": 0, "screening": 0, "customers": 0} == {
        **whole, "excluded": 0, "screening": 0, "customers": 0}


def test_a_diagnosis_is_asked_for_and_followed(client: FlaskClient, bank_study: Study):
    prepare_queue()
    asking = program(client, bank_study.id)

    refused = asking.post(at(bank_study, "/diagnosis"))
    with transaction() as session:
        study = get_study(session, bank_study.id)
        close_wave(session, study, get_wave(session, study))
    asked = asking.post(at(bank_study, "/diagnosis"))
    job = asking.get(asked.headers["Location"].removeprefix(f"{PREFIX}"))

    assert is_problem(refused, 409, "refused")
    assert asked.status_code == 202
    assert (job.get_json()["id"], job.get_json()["state"]) == (read_session().scalars(select(Job.id)).one(), "waiting")
