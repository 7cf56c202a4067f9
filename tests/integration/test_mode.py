"""How a response came about is kept by every way in, and leaves in files like a profile."""

import pytest
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.response import FILE, KIOSK, WEB, Response
from surveyapp.sample.answers import generate_responses
from surveyapp.sample.plan import BANK_PLAN
from surveyapp.services.disclosure import plan_release
from surveyapp.services.mode import at_kiosk
from surveyapp.services.response import Agreement, find_door, start_response
from surveyapp.services.response_finish import submit_response
from surveyapp.services.response_import import import_responses, load_sample_responses
from surveyapp.services.response_page import save_page
from surveyapp.services.response_token import issue_token
from surveyapp.services.sealed_transfer import seal_responses, unseal_responses
from surveyapp.services.site_key import load_site
from surveyapp.services.study import close_wave, get_instrument, get_study, get_wave, instrument_of, list_links
from tests.factories import questionnaire as make


@pytest.fixture
def study(database: Database) -> None:
    with transaction() as session:
        make.study(session)


def places(session, name: str = "small"):
    study = get_study(session, name)
    return study, get_wave(session, study), get_instrument(session, study, "staff")


def answer(batch: str | None, name: str = "small") -> None:
    with transaction() as session:
        link = make.link_of(session, get_study(session, name)).token
        token = issue_token(make.SECRET, link, find_door(session, link).questionnaire.content_hash)
        origin = {} if batch is None else {"origin": at_kiosk(batch)}
        start_response(session, make.SECRET, link, token, "en", Agreement(is_given=True), **origin)
        save_page(session, make.SECRET, token, "A", {":seen": ["ROLE"], ":deed": ["next"], "ROLE": ["teller"]})
        submit_response(session, make.SECRET, token)


def close(name: str = "small") -> None:
    with transaction() as session:
        study, wave, _ = places(session, name)
        close_wave(session, study, wave)


def ways(name: str = "small") -> list[tuple[str | None, str | None]]:
    close_read_session()
    session = read_session()
    link = make.link_of(session, get_study(session, name))
    return sorted((row.mode, row.batch) for row in session.scalars(
        select(Response).where(Response.link_id == link.id)))


def profile() -> list[tuple[str, str]]:
    close_read_session()
    release = plan_release(read_session(), *places(read_session()))
    tables = {table.name: table for table in release.tables}
    table = tables["profile"]
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows()]
    return sorted((row.get("response_mode", ""), row.get("batch_code", "")) for row in rows)


def test_rows_of_a_file_are_of_mode_file(study):
    with transaction() as session:
        import_responses(session, *places(session), b"respondent_id,ROLE\np1,teller\n", "answers.csv")

    assert ways() == [(FILE, None)]


def test_sample_data_are_of_the_web(bank_study):
    with transaction() as session:
        link, published = list_links(session, get_wave(session, bank_study))[0]
        instrument = instrument_of(published)
        load_sample_responses(session, link, instrument,
                              generate_responses(instrument, BANK_PLAN, published.audience))
        found = session.scalars(select(Response.mode).where(Response.source == "sample").distinct()).all()

    assert found == [WEB]


def test_mode_and_batch_travel_in_a_sealed_package(study, tmp_path):
    with transaction() as session:
        make.study(session, "inside")
    answer("outlet-07")
    close()
    sites = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        sites.append(load_site(tmp_path / name))
    with transaction() as session:
        package, _ = seal_responses(session, *places(session), sites[0], sites[1].public)
    with transaction() as session:
        unseal_responses(session, *places(session, "inside"), sites[1], sites[0].public, package)

    assert ways("inside") == [(KIOSK, "outlet-07")]


def test_modes_and_batches_that_enough_people_share_leave_with_the_profile(study):
    for batch in [None] * 6 + ["north"] * 6 + ["south"] * 6:
        answer(batch)
    close()

    assert profile() == [(KIOSK, "north")] * 6 + [(KIOSK, "south")] * 6 + [(WEB, "")] * 6


def test_an_outlet_of_two_is_shown_by_no_row(study):
    for batch in [None] * 12 + ["north"] * 7 + ["tiny"] * 2:
        answer(batch)
    close()
    found = profile()

    assert len(found) == 21
    assert not any(code == "tiny" for _, code in found)
    assert min(found.count(way) for way in found) >= 5


def test_where_all_answered_in_one_way_there_is_no_column_of_it(study):
    for _ in range(6):
        answer(None)
    close()

    assert profile() == [("", "")] * 6
