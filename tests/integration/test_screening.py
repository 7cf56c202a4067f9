"""Screens and quotas on both databases: who is told that there is nothing more to ask, and that no place is lost."""

import threading

import pytest
from sqlalchemy import select

from instruments.schema import Quota, Screen
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import AlreadySubmitted
from surveyapp.models.response import OPEN, QUOTA_FULL, SCREENED, SUBMITTED, QuotaCount, Response
from surveyapp.services.daily_count import take_daily_counts
from surveyapp.services.progress import wave_progress
from surveyapp.services.response_finish import submit_response
from surveyapp.services.study import get_study, get_wave
from tests.factories import questionnaire as make
from tests.factories.filler import NOW, SECRET, Filler

TELLERS = Screen("not_rm", "${ROLE} = 'teller'", make.both("This one is for relationship managers."))
BUSY = Screen("busy", "${ROLE} = 'rm' and ${LOAD} > 100", make.both("Too busy."))


def quota(limit: int, key: str = "rms", condition: str = "${ROLE} = 'rm'") -> Quota:
    return Quota(key, condition, limit, make.both("Enough relationship managers have answered."))


def link_of(**changes: object) -> str:
    with transaction() as session:
        study = make.study(session, "small", make.instrument(**changes))
        return make.link_of(session, study).token


def response_of(filler: Filler) -> Response:
    close_read_session()
    return read_session().get_one(Response, filler.key)


def counts() -> dict[str, int]:
    close_read_session()
    return {row.quota: row.n for row in read_session().scalars(select(QuotaCount))}


def answer_as(filler: Filler, role: str, load: str = "40") -> None:
    filler.save("A", ROLE=role, LOAD=load, **{":seen": "ROLE,LOAD"})


def test_whom_it_is_not_for_is_told_after_the_page_that_says_so(any_database: Database):
    filler = Filler(link_of(screens=(TELLERS,)))

    outcome = filler.save("A", ROLE="teller")

    response = response_of(filler)
    assert outcome.is_ended
    assert (response.state, response.ended_by) == (SCREENED, "not_rm")
    assert response.shown_order["A"] == ["ROLE"]
    assert filler.stored("A") == {"ROLE": "teller", "LOAD": -91}


def test_what_was_answered_before_the_end_is_kept_and_cannot_be_changed(any_database: Database):
    filler = Filler(link_of(screens=(TELLERS,)))
    filler.save("B", L1="5")
    filler.save("A", ROLE="teller")

    with pytest.raises(AlreadySubmitted):
        filler.save("B", L1="1")

    assert filler.stored("B")["L1"] == 5


def test_a_screen_waits_until_every_item_it_names_was_posted(any_database: Database):
    both_pages = Screen("both", "${ROLE} = 'teller' and ${L1} < 3", make.both("Thank you."))
    filler = Filler(link_of(screens=(both_pages,)))

    filler.save("A", ROLE="teller")
    before = response_of(filler).state
    filler.save("B", L1="2")

    assert before == OPEN
    assert response_of(filler).state == SCREENED


def test_a_screen_with_a_negative_condition_is_not_met_by_silence(any_database: Database):
    filler = Filler(link_of(screens=(Screen("x", "${L1} != 5", make.both("Thank you.")),)))

    filler.save("A", ROLE="teller")
    before = response_of(filler).state
    filler.submit()

    assert before == OPEN
    assert response_of(filler).state == SUBMITTED


def test_an_item_that_is_not_asked_counts_as_settled(any_database: Database):
    filler = Filler(link_of(screens=(Screen("no_load", "${LOAD} = ''", make.both("Thank you.")),)))

    filler.save("A", ROLE="teller")

    assert response_of(filler).state == SCREENED


def test_an_item_that_the_page_has_just_brought_up_is_waited_for(any_database: Database):
    filler = Filler(link_of(screens=(BUSY,)))

    late = filler.save("A", ROLE="rm").late_items
    before = response_of(filler).state
    answer_as(filler, "rm", "200")

    assert late == ("LOAD",)
    assert before == OPEN
    assert response_of(filler).state == SCREENED


def test_going_back_decides_nothing(any_database: Database):
    filler = Filler(link_of(screens=(TELLERS,)))

    filler.save("A", ROLE="teller", **{":deed": "back"})

    assert response_of(filler).state == OPEN


def test_a_calculated_value_can_screen(any_database: Database):
    screen = Screen("double", "${DOUBLE} > 100", make.both("Thank you."))
    filler = Filler(link_of(screens=(screen,)))

    answer_as(filler, "rm", "60")

    assert response_of(filler).state == SCREENED


def test_a_quota_counts_handed_in_responses_only(any_database: Database):
    link = link_of(quotas=(quota(2),))
    first, second = Filler(link), Filler(link)
    answer_as(first, "rm")
    before = counts()
    first.submit()
    answer_as(second, "teller")
    second.submit()

    assert before == {}
    assert counts() == {"rms": 1}


def test_a_full_quota_ends_the_next_of_its_kind_and_nobody_else(any_database: Database):
    link = link_of(quotas=(quota(1),))
    first, second, teller = Filler(link), Filler(link), Filler(link)
    answer_as(first, "rm")
    first.submit()

    answer_as(second, "rm")
    answer_as(teller, "teller")
    teller.submit()

    assert (response_of(second).state, response_of(second).ended_by) == (QUOTA_FULL, "rms")
    assert response_of(teller).state == SUBMITTED


def test_a_quota_that_fills_up_meanwhile_is_told_at_the_end(any_database: Database):
    link = link_of(quotas=(quota(1),))
    fast, slow = Filler(link), Filler(link)
    answer_as(slow, "rm")
    answer_as(fast, "rm")
    fast.submit()

    slow.submit()

    assert response_of(slow).state == QUOTA_FULL
    assert counts() == {"rms": 1}


def test_a_response_over_one_of_its_quotas_is_counted_in_none(any_database: Database):
    link = link_of(quotas=(quota(5), quota(1, "busy", "${LOAD} > 10")))
    first, second = Filler(link), Filler(link)
    for filler in (first, second):
        answer_as(filler, "rm")
    first.submit()
    second.submit()

    assert counts() == {"rms": 1, "busy": 1}


def test_who_ended_early_is_in_no_count(any_database: Database):
    link = link_of(screens=(TELLERS,))
    for role in ("teller", "rm", "rm", "rm", "rm", "rm"):
        filler = Filler(link)
        answer_as(filler, role)
        if role == "rm":
            filler.submit()

    with transaction() as session:
        take_daily_counts(session)
    wave = get_wave(read_session(), get_study(read_session(), "small"))
    assert wave_progress(read_session(), wave)[0].n_submitted == 5


def test_no_place_is_given_twice_to_people_who_hand_in_at_once(any_database: Database):
    link = link_of(quotas=(quota(3),))
    fillers = [Filler(link) for _ in range(10)]
    for filler in fillers:
        answer_as(filler, "rm")
    ready = threading.Barrier(len(fillers))

    def hand_in(filler: Filler, database: Database) -> None:
        """Hand in on a connection pool of its own, as another process would."""
        ready.wait()
        with database.transaction() as session:
            submit_response(session, SECRET, filler.token, NOW)
        database.close()

    threads = [threading.Thread(target=hand_in, args=(filler, Database(any_database.url))) for filler in fillers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    states = [response_of(filler).state for filler in fillers]
    assert (states.count(SUBMITTED), states.count(QUOTA_FULL)) == (3, 7)
    assert counts() == {"rms": 3}


def test_the_counter_cannot_be_joined_to_a_response():
    assert set(QuotaCount.__table__.columns.keys()) == {"link_id", "quota", "n"}


