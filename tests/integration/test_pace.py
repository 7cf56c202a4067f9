"""How many responses came within a quarter of an hour: counted by outlet, without keeping when."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from instruments.template_loader import load_catalogue_template
from surveyapp.db.session import Database, transaction
from surveyapp.models.fieldwork import Pace
from surveyapp.models.response import Response
from surveyapp.models.study import Study
from surveyapp.services.pace import note_pace, pace_of
from surveyapp.services.response_bulk import BulkResponse, store_responses
from surveyapp.services.study import create_study, get_instrument, get_link, get_study, get_wave
from tests.factories.roster import fresh

START = datetime(2026, 9, 7, 9, 1, tzinfo=UTC)


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return create_study(session, load_catalogue_template("bank_crm"), "bank")


def answer(session: Session, study: Study, n: int, mode: str = "web", batch: str | None = None) -> None:
    """Let so many people hand in."""
    link = get_link(session, get_wave(session, study), get_instrument(session, study, "staff"))
    known = len(session.scalars(select(Response.key)).all())
    names = [f"p{known + place}" for place in range(n)]
    store_responses(session, link, (BulkResponse(name, "en", {"C": {"ORG1": 3}}, {}) for name in names), "web")
    session.execute(update(Response).where(Response.source_key.in_(names)).values(mode=mode, batch=batch))


def pace(study: Study) -> dict:
    session = fresh()
    return dict(pace_of(session, get_wave(session, study)).get("staff", {}))


def look(study: Study, minutes: int, n: int = 0, **origin: object) -> None:
    with transaction() as session:
        answer(session, get_study(session, study.id), n, **origin)
        note_pace(session, START + timedelta(minutes=minutes))


def test_quarter_hours_are_counted_by_what_they_brought(study: Study):
    look(study, 0)
    for minutes, n in ((15, 3), (30, 1), (45, 0), (60, 3)):
        look(study, minutes, n)

    assert pace(study) == {"": {1: 1, 3: 2}}


def test_within_a_quarter_hour_nothing_is_noted_twice(study: Study):
    look(study, 0)
    look(study, 5, 2)
    look(study, 9, 1)
    assert pace(study) == {}

    look(study, 16)

    assert pace(study) == {"": {3: 1}}


def test_outlets_are_counted_apart(study: Study):
    look(study, 0)
    look(study, 15, 2, mode="kiosk", batch="07")
    look(study, 30, 4, mode="kiosk", batch="08")

    assert {outlet: sizes for outlet, sizes in pace(study).items() if sizes} == {"07": {2: 1}, "08": {4: 1}}


def test_sheets_and_files_have_no_pace(study: Study):
    look(study, 0)
    look(study, 15, 5, mode="paper", batch="07")
    look(study, 30, 5, mode="file")

    assert pace(study) == {}


def test_what_came_while_nobody_looked_is_left_out(study: Study):
    look(study, 0)
    look(study, 15, 2)
    look(study, 90, 40)
    look(study, 105, 1)

    assert pace(study) == {"": {1: 1, 2: 1}}


def test_what_was_there_before_the_first_look_is_left_out(study: Study):
    look(study, 0, 30)
    look(study, 15, 1)

    assert pace(study) == {"": {1: 1}}


def test_no_instant_is_kept(study: Study):
    look(study, 0)
    look(study, 15, 2)

    row = fresh().scalars(select(Pace)).one()
    assert set(Pace.__table__.columns.keys()) == {"link_id", "outlet", "n_seen", "sizes"}
    assert (row.n_seen, row.sizes) == (2, {"2": 1})
