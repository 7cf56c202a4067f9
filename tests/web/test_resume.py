"""The page where a short code is typed."""

import re

import pytest
from flask.testing import FlaskClient

from surveyapp.db.session import Database, transaction
from surveyapp.services.study import close_wave, get_study, get_wave
from surveyapp.views.guesses import MOST_WRONG
from tests.factories import questionnaire as make
from tests.factories.questionnaire import Respondent


@pytest.fixture
def link(database: Database) -> str:
    with transaction() as session:
        return make.link_of(session, make.study(session)).token


def code_on(page: str) -> str:
    return re.search(r'<b class="code" translate="no">([^<]+)</b>', page)[1]


def type_in(client: FlaskClient, link: str, code: str):
    return client.post(f"/q/{link}/resume?lang=en", data={"code": code})


def test_the_code_of_a_page_leads_on_at_another_device(client: FlaskClient, link: str):
    respondent = Respondent(client, link).begin().post(ROLE="teller")
    other_device = client.application.test_client()
    start = other_device.get(f"/q/{link}?lang=en").text

    page = type_in(other_device, link, code_on(respondent.page.text))
    there = other_device.get(page.headers["Location"], follow_redirects=True)

    assert f'/q/{link}/resume?lang=en' in start
    assert page.status_code == 303
    assert there.request.path == respondent.address
    assert "Set-Cookie" not in there.headers


def test_every_page_says_where_the_code_is_typed(client: FlaskClient, link: str):
    respondent = Respondent(client, link).begin()

    assert f'href="http://localhost/q/{link}/resume"' in respondent.page.text


def test_where_only_invited_people_answer_a_code_leads_on_as_well(client: FlaskClient, link: str):
    respondent = Respondent(client, link).begin().post(ROLE="teller")
    with transaction() as session:
        make.link_of(session, get_study(session, "small")).is_by_invitation = True

    page = type_in(client.application.test_client(), link, code_on(respondent.page.text))

    assert page.status_code == 303


def test_the_code_is_the_same_on_every_page_and_in_every_language(client: FlaskClient, link: str):
    respondent = Respondent(client, link).begin()
    codes = [code_on(respondent.open(section).page.text) for section in "ABC"]
    respondent.post(**{":switch": "zh"})

    assert {*codes, code_on(respondent.page.text)} == {codes[0]}


def test_a_wrong_code_is_explained_and_kept_in_the_field(client: FlaskClient, link: str):
    page = type_in(client, link, "ABC-DEF-GHJ")

    assert page.status_code == 422
    assert "does not lead to open answers" in page.text
    assert 'value="ABC-DEF-GHJ"' in page.text


def test_too_many_wrong_codes_hold_back_one_link_for_a_while_and_no_other(client: FlaskClient, link: str):
    with transaction() as session:
        other = make.link_of(session, make.study(session, "other")).token
    code = code_on(Respondent(client, link).begin().page.text)
    for _ in range(MOST_WRONG):
        type_in(client, link, "ABC-DEF-GHJ")

    held, elsewhere = type_in(client, link, code), type_in(client, other, "ABC-DEF-GHJ")

    assert held.status_code == 503
    assert held.headers["Retry-After"]
    assert "wait a minute" in held.text
    assert elsewhere.status_code == 422


def test_looking_at_the_page_changes_nothing_and_uses_no_guess(client: FlaskClient, link: str):
    code = code_on(Respondent(client, link).begin().page.text)
    for _ in range(MOST_WRONG + 5):
        assert client.get(f"/q/{link}/resume?code=ABC").status_code == 200

    assert type_in(client, link, code).status_code == 303


def test_after_closing_it_is_said_in_words(client: FlaskClient, link: str):
    code = code_on(Respondent(client, link).begin().page.text)
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))

    page = type_in(client, link, code)

    assert page.status_code == 409
    assert "This questionnaire is closed." in page.text


def test_a_code_from_another_site_is_refused(client: FlaskClient, link: str):
    reply = client.post(f"/q/{link}/resume", data={"code": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert reply.status_code == 403


def test_an_unknown_link_has_no_such_page(client: FlaskClient, link: str):
    assert client.get("/q/unknown/resume").status_code == 404
