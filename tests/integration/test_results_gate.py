"""While people answer anonymously, nothing but a rounded count of the day is shown, whoever asks and however."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from surveyapp.cli import run
from surveyapp.dataset import load_answers, load_tables
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import Refused
from surveyapp.jobs.diagnose import compute_diagnosis
from surveyapp.jobs.measure import measure_study
from surveyapp.models.fieldwork import FieldworkDay
from surveyapp.models.response import SUBMITTED, Response
from surveyapp.models.study import Study
from surveyapp.services.daily_count import take_daily_counts
from surveyapp.services.disclosure import plan_release
from surveyapp.services.progress import wave_progress
from surveyapp.services.response_import import import_responses
from surveyapp.services.study import close_wave, create_study, get_instrument, get_study, get_wave, reopen_wave
from surveyapp.services.withdrawal import REVOKED
from tests.factories import questionnaire as make
from tests.factories.answered import people_answer

MORNING = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)       # nine o'clock in the study's zone


@pytest.fixture
def study(database: Database) -> Study:
    with transaction() as session:
        return make.study(session)


def answer(n: int, name: str = "small", **answers: object) -> list[str]:
    with transaction() as session:
        return people_answer(session, make.link_of(session, get_study(session, name)),
                             [{"ROLE": "rm", "L1": 4, **answers}] * n)


def close(name: str = "small") -> None:
    with transaction() as session:
        study = get_study(session, name)
        close_wave(session, study, get_wave(session, study))


def count(now: datetime) -> None:
    with transaction() as session:
        take_daily_counts(session, now)


def shown(name: str = "small"):
    close_read_session()
    session = read_session()
    return wave_progress(session, get_wave(session, get_study(session, name)))[0]


# ---- results --------------------------------------------------------------------------------------------------------
def places(name: str = "small"):
    close_read_session()
    session = read_session()
    study = get_study(session, name)
    return session, study, get_wave(session, study), get_instrument(session, study, "staff")


WAYS = {
    "the data set": lambda session, study, wave, published: load_answers(session, wave, make.instrument()),
    "the tables": lambda session, study, wave, published: load_tables(session, study, wave),
    "a diagnosis": lambda session, study, wave, published: compute_diagnosis(study, wave, 100),
    "a measurement": lambda session, study, wave, published: measure_study(study, wave, "staff"),
    "an export": plan_release,
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_results_while_people_answer(study: Study, way: str):
    answer(30)

    with pytest.raises(Refused, match="still open"):
        WAYS[way](*places())


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_to_results_of_fewer_people_than_the_minimum(study: Study, way: str):
    answer(4)
    close()

    with pytest.raises(Refused, match="Fewer than 5"):
        WAYS[way](*places())


@pytest.mark.parametrize("command", [
    ["diagnose", "small", "--json"], ["report", "small", "-o", "out.pdf"],
    ["report", "small", "-o", "out.html", "--format", "html"],
    ["report", "small", "-o", "out.json", "--format", "json"],
    ["report", "small", "-o", "out.pdf", "--measurement", "staff"],
    ["responses", "export", "small", "staff"], ["responses", "export", "small", "staff", "-o", "out.csv", "--json"]])
def test_no_command_shows_results_while_people_answer(database: Database, tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    with transaction() as session:
        make.study(session)
    answer(30)
    close_read_session()

    code = run(command)

    assert code == 1
    assert "still open" in capsys.readouterr().err
    assert not list(tmp_path.glob("out*"))


def test_rows_of_a_file_may_be_analysed_while_the_wave_is_open(study: Study):
    with transaction() as session:
        found = get_study(session, "small")
        import_responses(session, found, get_wave(session, found), get_instrument(session, found, "staff"),
                         b"respondent_id,L1\na,4\nb,3\n", "a.csv")

    session, _, wave, _ = places()

    assert len(load_answers(session, wave, make.instrument()).values) == 2


# ---- counts ---------------------------------------------------------------------------------------------------------
def test_a_count_is_rounded_down_to_five(study: Study):
    answer(13)

    count(MORNING)

    assert (shown().n_submitted, shown().is_rounded) == (10, True)


def test_looking_again_on_the_same_day_shows_no_new_answer(study: Study):
    answer(4)
    count(MORNING)
    answer(1)

    count(MORNING + timedelta(hours=8))

    assert shown().n_submitted == 0
    count(MORNING + timedelta(days=1))
    assert shown().n_submitted == 5


def test_a_day_is_one_of_the_study_s_time_zone(study: Study):
    answer(5)
    count(datetime(2026, 5, 4, 15, 59, tzinfo=UTC))
    answer(5)

    count(datetime(2026, 5, 4, 16, 1, tzinfo=UTC))     # past midnight in Shanghai

    assert shown().n_submitted == 10


def test_no_exact_count_is_stored_while_the_wave_is_open(study: Study):
    answer(13)
    count(MORNING)

    assert [row.counts for row in read_session().scalars(select(FieldworkDay))] == [{"n_submitted": 10}]


def test_before_the_first_count_nothing_is_shown(study: Study):
    answer(13)

    assert (shown().n_submitted, shown().counted_on) == (0, None)


def test_a_withdrawal_changes_no_count_before_closing(study: Study):
    keys = answer(10)
    count(MORNING)
    with transaction() as session:
        session.get_one(Response, keys[0]).consent = {"is_given": True, REVOKED: True}

    count(MORNING + timedelta(days=1))

    assert shown().n_submitted == 10


def test_rows_of_a_file_are_counted_at_once_beside_it(study: Study):
    answer(7)
    count(MORNING)
    with transaction() as session:
        found = get_study(session, "small")
        import_responses(session, found, get_wave(session, found), get_instrument(session, found, "staff"),
                         b"respondent_id,L1\na,4\nb,3\n", "a.csv")

    assert shown().n_submitted == 7     # two of the file and five of seven


def test_the_command_shows_the_count_of_the_day_only(database: Database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    with transaction() as session:
        make.study(session)
    answer(6)

    run(["study", "show", "small", "--json"])
    first = json.loads(capsys.readouterr().out)["questionnaires"][0]
    answer(4)
    run(["study", "show", "small", "--json"])
    second = json.loads(capsys.readouterr().out)["questionnaires"][0]

    assert (first["n_submitted"], second["n_submitted"]) == (5, 5)
    assert second["counted_on"]


def test_after_closing_the_count_is_exact(study: Study):
    answer(13)
    close()

    assert (shown().n_submitted, shown().is_rounded) == (13, False)


def test_a_study_that_is_not_anonymous_counts_as_it_goes(database: Database):
    with transaction() as session:
        create_study(session, make.template(), "open", privacy={"staff": "identified"})
    answer(3, "open")

    assert (shown("open").n_submitted, shown("open").is_rounded) == (3, False)


# ---- the order of things at closing ---------------------------------------------------------------------------------
def test_withdrawals_are_applied_before_anything_can_be_shown_and_never_after(study: Study):
    keys = answer(6)
    with transaction() as session:
        session.get_one(Response, keys[0]).consent = {"is_given": True, REVOKED: True}

    close()

    session, _, wave, _ = places()
    assert len(load_answers(session, wave, make.instrument()).values) == 5
    states = session.scalars(select(Response.state)).all()
    assert states.count(SUBMITTED) == 5


def test_a_withdrawal_that_leaves_too_few_leaves_none(study: Study):
    keys = answer(5)
    with transaction() as session:
        session.get_one(Response, keys[0]).consent = {"is_given": True, REVOKED: True}
    close()

    with pytest.raises(Refused, match="Fewer than 5"):
        plan_release(*places())


def test_a_closed_anonymous_wave_stays_closed(study: Study):
    answer(1)
    close()

    with transaction() as session, pytest.raises(Refused, match="frozen"):
        found = get_study(session, "small")
        reopen_wave(session, found, get_wave(session, found))


@pytest.mark.parametrize("privacy", ["confidential", "identified"])
def test_a_wave_that_is_not_anonymous_may_be_opened_again(database: Database, privacy: str):
    with transaction() as session:
        create_study(session, make.template(), "open", privacy={"staff": privacy})
    answer(1, "open")
    close("open")

    with transaction() as session:
        found = get_study(session, "open")
        reopen_wave(session, found, get_wave(session, found))

    assert places("open")[2].is_open


def test_a_wave_closed_by_mistake_before_anybody_answered_may_be_opened_again(study: Study):
    close()

    with transaction() as session:
        found = get_study(session, "small")
        reopen_wave(session, found, get_wave(session, found))

    assert places()[2].is_open


def test_results_hide_groups_as_large_as_respondents_were_told(database: Database):
    from dataclasses import replace

    with transaction() as session:
        create_study(session, replace(make.template(), thresholds={"minimum_group": 9}), "careful")
        study = get_study(session, "careful")
        study.template = {**study.template, "thresholds": {}}       # somebody lowers the study's own number later
    answer(12, "careful")
    close("careful")

    session, study, wave, _ = places("careful")

    assert load_tables(session, study, wave).thresholds["minimum_group"] == 9
    assert plan_release(session, study, wave, get_instrument(session, study, "staff")).minimum == 9
