"""An adoption on both databases: kept between sessions, made, made anew, opened, given up with what it made."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from instruments.facts import StudyFacts
from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.adoption import Adoption
from surveyapp.models.audit import Audit
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, get_account
from surveyapp.services.adoption import (
    begin_adoption,
    choices_of,
    get_adoption,
    is_current,
    make_study,
    open_study,
    remove_adoption,
    save_choices,
    save_facts,
    save_name,
)
from surveyapp.services.study import get_study, list_waves

CLINIC = load_catalogue_template("outpatient_service")


@pytest.fixture
def number(any_database: Database, monkeypatch: pytest.MonkeyPatch) -> int:
    """An adoption of the clinic's template that has a name."""
    monkeypatch.setattr("surveyapp.queue._client", lambda _url: type("Queue", (), {
        "enqueue_in_transaction": lambda *_: None})())
    with transaction() as session:
        add_account(session, "boss", "Boss", "researcher", None)
        row = begin_adoption(session, CLINIC, boss(session))
        save_name(session, row, "East", replace(choices_of(row), kind="district"))
        return row.id


def boss(session) -> Account:
    return get_account(session, "boss")


def make(number: int) -> None:
    with transaction() as session:
        make_study(session, get_adoption(session, number, boss(session)), ["zh"], boss(session))
    close_read_session()


def test_an_adoption_is_made_made_anew_and_opened(number: int):
    make(number)
    first = get_study(read_session(), "East").id
    with transaction() as session:
        row = get_adoption(session, number, boss(session))
        save_choices(session, row, replace(choices_of(row), measures_off=(CLINIC.rules.measures[0].key,)), "wording")
        save_facts(session, row, StudyFacts(population={"staff": 90}))
        was_current = is_current(row)

    make(number)
    with transaction() as session:
        open_study(session, get_adoption(session, number, boss(session)), boss(session))

    close_read_session()
    study = get_study(read_session(), "East")
    assert not was_current
    assert study.id != first
    assert [wave.is_open for wave in list_waves(read_session(), study)] == [True]
    assert {"begin_adoption", "finish_adoption", "create_study"} <= set(read_session().scalars(select(Audit.action)))


def test_a_study_that_was_opened_meanwhile_is_not_made_anew(number: int):
    make(number)
    with transaction() as session:
        list_waves(session, get_study(session, "East"))[0].opened_at = get_study(session, "East").created_at

    with pytest.raises(Refused, match="opened already"):
        make(number)


def test_giving_an_adoption_up_removes_its_unopened_study_and_nothing_else(number: int):
    make(number)
    with transaction() as session:
        remove_adoption(session, get_adoption(session, number, boss(session)), boss(session))

    close_read_session()
    assert read_session().scalars(select(Study)).all() == []
    assert read_session().scalars(select(Adoption)).all() == []


def test_removing_the_study_elsewhere_leaves_the_adoption(number: int):
    make(number)
    with transaction() as session:
        session.delete(get_study(session, "East"))

    close_read_session()
    row = get_adoption(read_session(), number, boss(read_session()))
    assert row.study_id is None
    assert not is_current(row)


def test_an_adoption_is_nobody_elses(number: int):
    with transaction() as session:
        other = add_account(session, "other", "Other", "administrator", None)

        with pytest.raises(NotFound):
            get_adoption(session, number, other)
