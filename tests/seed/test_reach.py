"""Rows I3 and J3: another bank takes over the study without its data; personal financial information is protected."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from analysis.errors import TableError
from instruments.codec import to_document
from instruments.template_loader import load_catalogue_template, load_template
from instruments.template_writer import template_zip
from surveyapp.dataset import load_tables
from surveyapp.db.base import utc_now
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.jobs.sample import add_sample_study
from surveyapp.models.customer import Customer, CustomerFile
from surveyapp.models.invitation import Invitation
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, add_member
from surveyapp.services.customer_import import import_file
from surveyapp.services.erasure import set_retention
from surveyapp.services.invitation import add_invitations
from surveyapp.services.study import close_wave, create_study, get_study, get_wave, template_of
from surveyapp.services.upkeep import keep_up
from tests.conftest import PASSWORD
from tests.factories import questionnaire as make
from tests.factories.roster import PEOPLE, SECRET, finish, tokens_of


@pytest.fixture
def two_banks(database) -> tuple[Study, Study]:
    """The sample branch, and another bank that has the same template and no answers."""
    with transaction() as session:
        add_sample_study(session, "bank_crm", "bank A")
        create_study(session, load_catalogue_template("bank_crm"), "bank B")
    found = get_study(read_session(), "bank A"), get_study(read_session(), "bank B")
    close_read_session()        # pages shall see what the test writes
    return found


def test_i3_a_template_goes_to_another_bank_and_holds_no_data(two_banks, tmp_path):
    own = template_of(read_session(), two_banks[0])
    path = tmp_path / "bank.zip"
    path.write_bytes(template_zip(own))

    received = load_template(path)

    assert to_document(received) == to_document(own)
    for respondent in load_tables(read_session(), two_banks[0], get_wave(read_session(), two_banks[0])
                                  ).answers["staff"].values.index[:20]:
        assert respondent.encode() not in path.read_bytes()


def test_i3_organisations_side_by_side_do_not_see_each_other(client: FlaskClient, two_banks):
    with transaction() as session:
        account = add_account(session, "bea", "Bea", "researcher", PASSWORD)
        add_member(session, get_study(session, "bank B"), account)
    client.post("/login", data={"login": "bea", "password": PASSWORD})
    own, other = (client.get(f"/studies/{study.id}/diagnosis") for study in reversed(two_banks))

    assert (own.status_code, other.status_code) == (200, 404)
    assert "bank A" not in client.get("/").text
    tables = load_tables(read_session(), two_banks[1], get_wave(read_session(), two_banks[1]))
    assert {audience: table.n for audience, table in tables.answers.items()} == {"staff": 0, "customer": 0}
    assert (tables.interviews, tables.customers) == (None, None)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_j3_both_questionnaires_ask_for_consent_before_anything_else(language: str):
    for instrument in load_catalogue_template("bank_crm").instruments:
        assert len(instrument.consent.text[language]) > 40


@pytest.mark.parametrize("column", ["name", "phone", "身份证号", "card_no"])
def test_j3_a_customer_file_with_a_direct_identifier_is_refused_and_nothing_is_stored(database, column: str):
    with transaction() as session:
        study = create_study(session, load_catalogue_template("bank_crm"), "bank")
    file = f"customer_id,aum,{column}\nK1,1000,x\nK2,2000,y\n".encode()

    with pytest.raises((BadInput, TableError), match=column), transaction() as session:
        import_file(session, get_study(session, study.id), file, "customers.csv")

    stored = [read_session().scalar(select(func.count()).select_from(table)) for table in (Customer, CustomerFile)]
    assert stored == [0, 0]


def test_j3_customers_of_the_sample_go_by_codes_that_say_nothing(two_banks):
    frame = load_tables(read_session(), two_banks[0], get_wave(read_session(), two_banks[0])).customers

    assert frame["customer_id"].str.fullmatch(r"[A-Z]+\d+").all()


def test_j3_at_its_day_the_roster_and_the_answers_go(client: FlaskClient, database):
    with transaction() as session:
        study = create_study(session, make.template(), "small", privacy={"staff": "confidential"})
        link = make.link_of(session, study)
        add_invitations(session, SECRET, study, link, PEOPLE)
        set_retention(session, study, utc_now().date() - timedelta(days=2), "answers")
        tokens = tokens_of(session, link)
    finish(client, tokens[0])
    with transaction() as session:
        study = get_study(session, study.id)
        close_wave(session, study, get_wave(session, study))

    with transaction() as session:
        keep_up(session, SECRET)

    left = [read_session().scalar(select(func.count()).select_from(table)) for table in (Invitation, Response)]
    assert left == [0, 0]
