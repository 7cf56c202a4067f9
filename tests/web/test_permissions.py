"""Every route is asked as every role, of one's own study and of another's."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from surveyapp.models.account import Role
from tests.factories.programs import PREFIX, Program, program

OPEN_TO_ALL = {"static", "account.login", "account.logout", "account.choose_language", "study.index"}


def staff_routes(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules()
            if rule.endpoint not in OPEN_TO_ALL and not rule.endpoint.startswith(("response.", "api."))]


def api_routes(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("api.") and rule.endpoint != "api.describe"]


def _url(rule: Rule, study_id: int) -> str:
    values = {name: study_id if name == "study_id" else ("w1" if "wave" in name else 1) for name in rule.arguments}
    path = rule.rule
    for name, value in values.items():
        for converter in ("int:", "path:", ""):
            path = path.replace(f"<{converter}{name}>", str(value))
    return path


def _ask(client: FlaskClient, rule: Rule, study_id: int) -> list[int]:
    methods = sorted((rule.methods or set()) & {"GET", "POST"})
    return [client.open(_url(rule, study_id), method=method).status_code for method in methods]


def _call(asking: Program, rule: Rule, study_id: int) -> int:
    method = next(iter((rule.methods or set()) & {"GET", "POST"}))
    return asking.ask(method, _url(rule, study_id).removeprefix(PREFIX)).status_code


def test_every_route_behind_the_login_names_a_permission(app: Flask):
    unmarked = [rule.endpoint for rule in (*staff_routes(app), *api_routes(app))
                if not getattr(app.view_functions[rule.endpoint], "permission", None)]

    assert unmarked == []


def test_without_a_login_every_route_leads_to_the_login(app: Flask, bank_study):
    client = app.test_client()

    statuses = {rule.endpoint: _ask(client, rule, bank_study.id) for rule in staff_routes(app)}

    assert {status for found in statuses.values() for status in found} == {302}, statuses


def test_without_a_token_no_route_of_the_api_opens(app: Flask, bank_study):
    client = app.test_client()

    statuses = {rule.endpoint: _ask(client, rule, bank_study.id) for rule in api_routes(app)}

    assert len(statuses) >= 20
    assert {status for found in statuses.values() for status in found} == {401}, statuses


@pytest.mark.parametrize("role", list(Role))
def test_a_token_may_what_its_role_may(app: Flask, client: FlaskClient, bank_study, role: Role):
    asking = program(client, bank_study.id, role.value)

    for rule in api_routes(app):
        may = getattr(role, app.view_functions[rule.endpoint].permission)
        # Whoever may comes as far as what was sent, or what is not there.
        assert (_call(asking, rule, bank_study.id) == 403) is not may, rule


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_through_the_api_a_study_of_others_does_not_exist(app: Flask, client: FlaskClient, bank_study, role: Role):
    asking = program(client, None, role.value)

    for rule in api_routes(app):
        if "study_id" in rule.arguments and getattr(role, app.view_functions[rule.endpoint].permission):
            assert _call(asking, rule, bank_study.id) == 404, rule
    assert asking.get("/studies").get_json() == {"studies": []}


# Each operation asks the same of a role as the page that shows or does the same.
PAGES = {
    "api.list_study_waves": "study.show", "api.show_counts": "study.show", "api.show_study": "study.show",
    "api.list_study_questionnaires": "questionnaire.index", "api.show_version": "questionnaire.download",
    "api.import_answers": "dataset_file.index", "api.export_answers": "dataset_file.export",
    "api.list_roster": "invitation.index", "api.import_roster": "invitation.load",
    "api.hand_out_links": "invitation.links", "api.show_diagnosis": "diagnosis.show",
    "api.ask_for_diagnosis": "diagnosis.run", "api.show_job": "diagnosis.show",
    "api.list_study_reports": "report.index", "api.fetch_report": "report.show", "api.show_actions": "action.index",
    "api.list_study_interviews": "interview.index", "api.list_codings": "coding.show",
    "api.list_study_rounds": "round.index", "api.show_round": "round.show", "api.show_agreement": "round.agreement",
    "api.show_analysis": "interview_analysis.show", "api.show_joint_display": "joint.index",
    "api.show_wave": "study.show", "api.list_own_studies": "study.show", "api.show_token": "token.index",
}


def test_an_operation_asks_of_a_role_what_its_page_asks(app: Flask):
    assert {rule.endpoint for rule in api_routes(app)} == PAGES.keys()
    for endpoint, page in PAGES.items():
        assert app.view_functions[endpoint].permission == app.view_functions[page].permission, endpoint


@pytest.mark.parametrize("role", list(Role))
def test_a_role_without_the_permission_is_refused(app: Flask, log_in, bank_study, role: Role):
    client = log_in(role.value)

    for rule in staff_routes(app):
        if not getattr(role, app.view_functions[rule.endpoint].permission):
            assert set(_ask(client, rule, bank_study.id)) == {403}, rule


@pytest.mark.parametrize("role", ["researcher", "coder", "manager"])
def test_a_study_of_others_does_not_exist(app: Flask, log_in, bank_study, role: str):
    client = log_in(role, is_member=False)

    for rule in staff_routes(app):
        if "study_id" in rule.arguments and getattr(Role(role), app.view_functions[rule.endpoint].permission):
            assert set(_ask(client, rule, bank_study.id)) == {404}, rule


def test_the_list_shows_only_studies_of_ones_own(log_in, bank_study):
    client = log_in("researcher", is_member=False)

    assert f"/studies/{bank_study.id}" not in client.get("/").text


@pytest.mark.parametrize("number", [2 ** 31, 10 ** 30])
def test_a_number_no_column_can_hold_leads_to_no_page(log_in, bank_study, number: int):
    client = log_in("administrator")

    for path in (f"/studies/{number}", f"/studies/{bank_study.id}/reports/{number}",
                 f"/studies/{bank_study.id}/interviews/{number}/edit"):
        assert client.get(path).status_code == 404, path


def test_a_form_with_a_null_sign_is_refused(log_in, bank_study):
    client = log_in("administrator")

    posted = client.post(f"/studies/{bank_study.id}/interviews/new", data={"notes": "a\x00b"})
    addressed = client.get(f"/studies/{bank_study.id}/codes/%00")

    assert posted.status_code == 422
    assert addressed.status_code == 404


def test_a_link_with_a_null_sign_opens_nothing(client: FlaskClient, database):
    assert client.get("/q/%00").status_code == 404
    assert client.get("/r/%00").status_code == 404
