"""Sheets of paper entered by the numbers beside their boxes."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.response import PAPER, SUBMITTED, Response, ResponsePage
from surveyapp.services.account import add_member
from surveyapp.services.disclosure import plan_release
from surveyapp.services.paper_sheet import DOUBLE, ILLEGIBLE, REASONS
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave
from tests.factories import questionnaire as make

SHEET = {"ROLE": "2", "L1": "4", "L2": "5", "L3": "1", "L4": "4", "L5": "0", "CHECK": "2", "MANY": "1 4",
         "MANY_other_text": "by fax", "RANK": "3 1", "SHARE": "40", "NPS": "10", "DAY": "2026-05-04", "HOUR": "10:00",
         "SEEN": "1", "OPEN": "More time."}


@pytest.fixture
def address(database: Database) -> str:
    with transaction() as session:
        study = make.study(session)
        return f"/studies/{study.id}/waves/w1/paper/staff"


@pytest.fixture
def researcher(log_in, address: str) -> FlaskClient:
    client = log_in()
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "researcher@example")).one()
        add_member(session, get_study(session, "small"), account)
    return client


def post(client: FlaskClient, address: str, consent: str = "yes", batch: str = "outlet-07", **typed: str):
    form = {f"f:{key}": text for key, text in {**SHEET, **typed}.items()}
    return client.post(address, data={"batch": batch, "language": "en", "consent": consent, **form})


def stored() -> tuple[Response, dict[str, object]]:
    close_read_session()
    session = read_session()
    response = session.scalars(select(Response)).one()
    answers: dict[str, object] = {}
    for page in session.scalars(select(ResponsePage)):
        answers |= {key: value for key, value in page.answers.items() if key != REASONS}
    return response, answers


def reasons() -> dict[str, str]:
    close_read_session()
    found: dict[str, str] = {}
    for page in read_session().scalars(select(ResponsePage)):
        found |= page.answers.get(REASONS, {})
    return found


def n_stored() -> int:
    close_read_session()
    return len(read_session().scalars(select(Response)).all())


def test_a_sheet_is_stored_as_what_stands_beside_its_boxes(researcher, address: str):
    reply = post(researcher, address)
    response, answers = stored()

    assert reply.status_code == 302
    assert (response.mode, response.batch, response.state, response.source) == (PAPER, "outlet-07", SUBMITTED, "web")
    assert [answers[key] for key in ("ROLE", "L1", "L5", "NPS", "SEEN")] == ["teller", 4, -93, 10, "OK"]
    assert (answers["MANY"], answers["MANY_other_text"]) == (["a", "other"], "by fax")
    assert (answers["RANK"], answers["SHARE"]) == (["z", "x"], 40)
    assert (answers["DAY"], answers["HOUR"], answers["OPEN"]) == ("2026-05-04", "10:00", "More time.")
    assert (answers["LOAD"], answers["BOSS"], reasons()) == (-91, -91, {})


def test_no_order_no_time_and_no_code_is_kept_of_a_sheet(researcher, address: str):
    post(researcher, address)
    response, _ = stored()

    assert response.consent.keys() == {"is_given", "text_hash", "language", "links"}
    assert (response.shown_order, response.seed, response.device) == ({}, None, None)
    assert (response.withdrawal_hash, response.resume_hash, response.resume_box) == (None, None, None)
    assert {page.duration_ms for page in read_session().scalars(select(ResponsePage))} == {None}


def test_illegible_and_double_marks_count_as_blank_and_their_reason_is_kept_apart(researcher, address: str):
    post(researcher, address, L1="i", L2="D", L3="", OPEN="i")
    _, answers = stored()

    assert [answers[key] for key in ("L1", "L2", "L3", "OPEN")] == [-92] * 4
    assert reasons() == {"L1": ILLEGIBLE, "L2": DOUBLE, "OPEN": ILLEGIBLE}


@pytest.mark.parametrize(("key", "typed"), [
    ("L1", "7"), ("L1", "4 5"), ("L1", "x"), ("ROLE", "9"), ("MANY", "1 9"), ("MANY", "1 2 3"), ("MANY", "1 5"),
    ("SHARE", "400"), ("SHARE", "d"), ("DAY", "4 May"), ("RANK", "4")])
def test_what_cannot_stand_on_a_sheet_is_told_and_nothing_is_stored(researcher, address: str, key: str, typed: str):
    page = post(researcher, address, **{key: typed})

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert f'id="f:{key}" name="f:{key}" value="{typed}"' in page.text
    assert n_stored() == 0


def test_a_sheet_without_consent_is_not_entered(researcher, address: str):
    page = post(researcher, address, consent="")

    assert page.status_code == 422
    assert n_stored() == 0


def test_the_sheets_of_a_batch_are_counted_and_each_leaves_a_row_in_the_log(researcher, address: str):
    client = researcher
    for batch in ("north", "north", "south"):
        post(client, address, batch=batch)
    page = client.get(f"{address}?batch=north").text
    rows = read_session().scalars(select(Audit).where(Audit.action == "enter_sheet").order_by(Audit.id)).all()

    assert "2 sheets entered" in page
    assert [row.after for row in rows] == [{"batch": "north"}, {"batch": "north"}, {"batch": "south"}]
    assert {row.subject for row in rows} == {"staff in wave w1"}


def test_a_batch_is_named_first(researcher, address: str):
    client = researcher

    assert "Batch code on the sheets" in client.get(address).text
    assert 'name="f:L1"' not in client.get(address).text
    assert 'name="f:L1"' in client.get(f"{address}?batch=north&language=zh").text
    assert post(client, address, batch="a b").status_code == 422
    assert n_stored() == 0


def test_where_people_are_to_be_found_again_no_sheet_is_taken(researcher, address: str):
    with transaction() as session:
        study = make.study(session, "known", privacy="confidential")
        account = session.scalars(select(Account).where(Account.login == "researcher@example")).one()
        add_member(session, study, account)
        address = f"/studies/{study.id}/waves/w1/paper/staff"

    assert "anonymous questionnaires only" in post(researcher, address).text
    assert n_stored() == 0


def test_a_closed_wave_takes_no_sheets(researcher, address: str):
    client = researcher
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))

    assert post(client, address).status_code == 422
    assert n_stored() == 0


def test_why_an_answer_is_blank_is_in_no_file_of_rows(researcher, address: str):
    for _ in range(6):
        post(researcher, address, L1="i", L2="d")
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))
    session = read_session()
    study = get_study(session, "small")
    release = plan_release(session, study, get_wave(session, study), get_instrument(session, study, "staff"))
    cells = {str(cell) for table in release.tables for row in table.rows() for cell in row}

    assert release.n_people == 6
    assert not {ILLEGIBLE, DOUBLE, REASONS} & cells


def test_only_who_runs_studies_enters_sheets(log_in, address: str):
    client = log_in("coder")
    with transaction() as session:
        account = session.scalars(select(Account).where(Account.login == "coder@example")).one()
        add_member(session, get_study(session, "small"), account)

    assert client.get(address).status_code == 403
    assert post(client, address).status_code == 403
    assert n_stored() == 0
