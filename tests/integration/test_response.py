"""Responses on both databases: what is stored of a filled questionnaire, page by page."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import select, text

from surveyapp.db.session import Database, read_session, transaction
from surveyapp.db.writer import Writer
from surveyapp.errors import AlreadySubmitted, NotFound, Refused, WaveClosed
from surveyapp.models.audit import Audit
from surveyapp.models.response import OPEN, SUBMITTED, WITHDRAWN, Response, ResponsePage
from surveyapp.services.questionnaire import shown_order
from surveyapp.services.response import Agreement, find_door, read_filling, start_response
from surveyapp.services.response_page import save_page
from surveyapp.services.response_token import issue_token, sealed_time, withdrawal_code
from surveyapp.services.row_order import forget_row_order
from surveyapp.services.study import close_wave, get_study, get_wave
from surveyapp.services.withdrawal import apply_withdrawals, request_withdrawal
from tests.factories import questionnaire as make
from tests.factories.filler import NOW, SECRET, YES, Filler

ALL_OF_B = {f"L{n}": ["4"] for n in range(1, 6)} | {"CHECK": ["2"]}


@pytest.fixture
def link(any_database: Database) -> str:
    with transaction() as session:
        return make.link_of(session, make.study(session)).token


def test_a_saved_page_is_there_for_a_new_session(link: str):
    filler = Filler(link)

    filler.save("B", **ALL_OF_B)

    page = read_session().get(ResponsePage, (filler.key, "B"))
    assert page.answers == {"L1": 4, "L2": 4, "L3": 4, "L4": 4, "L5": 4, "CHECK": 2}
    assert page.visits == 1


def test_starting_twice_gives_one_response(link: str):
    filler = Filler(link)

    with transaction() as session:
        start_response(session, SECRET, link, filler.token, "en", YES)

    assert len(read_session().scalars(select(Response)).all()) == 1


def test_nothing_is_stored_without_consent(link: str):
    token = issue_token(SECRET, link, find_door(read_session(), link).questionnaire.content_hash)

    with pytest.raises(Refused, match="tick the box"), transaction() as session:
        start_response(session, SECRET, link, token, "en", Agreement(is_given=False))

    assert read_session().scalars(select(Response)).all() == []


def test_a_token_that_was_not_issued_here_starts_nothing(link: str):
    with pytest.raises(Refused, match="does not belong"), transaction() as session:
        start_response(session, SECRET, link, "a" * 44, "en", YES)


def test_the_consent_is_kept_with_its_text_and_language(link: str):
    filler = Filler(link)

    consent = read_session().get(Response, filler.key).consent

    assert consent["is_given"] is True
    assert consent["language"] == "en"
    assert len(consent["text_hash"]) == 64


def test_the_kinds_of_empty_are_stored_apart(link: str):
    filler = Filler(link)

    filler.save("A", ROLE="teller")
    filler.save("B", L1="-93")
    filler.submit()

    assert filler.stored("A") == {"ROLE": "teller", "LOAD": -91}
    assert filler.stored("B")["L1"] == -93
    assert filler.stored("B")["L2"] == -92
    assert filler.stored("C")["SHARE"] == -94
    assert filler.stored("E") == {"BOSS": -91}


def test_an_answer_hidden_later_is_kept_and_blanked_at_submission(link: str):
    filler = Filler(link)
    filler.save("A", ROLE="rm", LOAD="40", **{":seen": "ROLE,LOAD"})

    filler.save("A", ROLE="teller")
    kept = filler.stored("A")
    filler.submit()

    assert kept == {"ROLE": "teller", "LOAD": 40}
    assert filler.stored("A") == {"ROLE": "teller", "LOAD": -91}


def test_calculated_and_hidden_values_are_stored_at_submission(link: str):
    filler = Filler(link)
    filler.save("A", ROLE="rm", LOAD="40", **{":seen": "ROLE,LOAD"})

    filler.submit()

    assert filler.stored("D")["DOUBLE"] == 80
    assert filler.stored("D")["SOURCE"] == "poster"
    assert "NOTE" not in filler.stored("D")


def test_an_item_that_this_pages_answers_bring_up_is_asked_before_going_on(link: str):
    filler = Filler(link)

    outcome = filler.save("A", ROLE="rm")

    assert outcome.late_items == ("LOAD",)
    assert filler.stored("A") == {"ROLE": "rm"}


def test_a_faulty_value_costs_no_other_answer_and_no_earlier_one(link: str):
    filler = Filler(link)
    filler.save("C", SHARE="40", NPS="9")

    outcome = filler.save("C", SHARE="140", NPS="8")

    assert list(outcome.problems) == ["SHARE"]
    assert filler.stored("C")["SHARE"] == 40
    assert filler.stored("C")["NPS"] == 8


def test_a_blank_page_in_a_second_window_erases_nothing(link: str):
    filler = Filler(link)
    second_window = filler.form("B")
    filler.save("B", **ALL_OF_B)

    with transaction() as session:
        save_page(session, SECRET, filler.token, "B", second_window | {"L1": ["1"]}, NOW)

    assert filler.stored("B") == {"L1": 1, "L2": 4, "L3": 4, "L4": 4, "L5": 4, "CHECK": 2}


def test_taking_an_answer_back_on_the_same_page_works(link: str):
    filler = Filler(link)
    filler.save("D", OPEN="too frank")

    filler.save("D", OPEN="")

    assert filler.stored("D")["OPEN"] == -92


def test_an_answer_saved_by_the_browser_touches_no_other(link: str):
    filler = Filler(link)
    filler.save("B", L1="1", L2="2")

    filler.autosave("B", "L2", L2="5")
    filler.autosave("B", "L1")

    assert filler.stored("B")["L1"] == -92
    assert filler.stored("B")["L2"] == 5


def test_an_unposted_page_saved_by_the_browser_has_no_blanks_yet(link: str):
    filler = Filler(link)

    filler.autosave("B", "L2", L2="5")

    assert filler.stored("B") == {"L2": 5}
    assert filler.read().pages["B"].visits == 0


def test_the_time_on_a_page_adds_up_over_visits(link: str):
    filler = Filler(link)
    ago = int(NOW.timestamp() * 1000)

    filler.save("B", **ALL_OF_B, **{":at": sealed_time(SECRET, filler.key, "B", ago - 30_000), ":time": "20000"})
    filler.save("B", **ALL_OF_B, **{":at": sealed_time(SECRET, filler.key, "B", ago - 9_000)})

    assert read_session().get(ResponsePage, (filler.key, "B")).duration_ms == 29_000


def test_a_browser_cannot_claim_more_time_than_has_passed(link: str):
    filler = Filler(link)
    shown = int(NOW.timestamp() * 1000) - 5_000

    filler.save("B", **{":at": sealed_time(SECRET, filler.key, "B", shown), ":time": "99000"})

    assert read_session().get(ResponsePage, (filler.key, "B")).duration_ms == 7_000


def test_a_submitted_response_refuses_changes(link: str):
    filler = Filler(link)
    filler.save("B", **ALL_OF_B)
    filler.submit()

    with pytest.raises(AlreadySubmitted):
        filler.save("B", L1="1")
    with pytest.raises(AlreadySubmitted):
        filler.autosave("B", "L1", L1="1")

    assert filler.stored("B")["L1"] == 4


def test_a_closed_wave_refuses_a_late_response(link: str):
    filler = Filler(link)
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))

    with pytest.raises(WaveClosed):
        filler.save("B", **ALL_OF_B)
    with pytest.raises(WaveClosed):
        Filler(link)

    assert filler.stored("B") == {}


def test_the_order_shown_is_stored_without_what_was_not_shown(link: str):
    filler = Filler(link)
    filler.save("A", ROLE="teller")
    filler.save("B", **ALL_OF_B)

    filler.submit()

    response = read_session().get(Response, filler.key)
    page = filler.read().questionnaire.find_page("B")
    assert response.shown_order["B"] == list(shown_order(page, str(response.seed)))
    assert response.shown_order["A"] == ["ROLE"]
    assert "E" not in response.shown_order


def test_nothing_stored_tells_who_or_when(link: str):
    filler = Filler(link)
    filler.save("B", **ALL_OF_B)
    filler.submit()

    response = read_session().get(Response, filler.key)
    columns = {**vars(response), "_sa_instance_state": None}
    audit = read_session().scalars(select(Audit.action)).all()
    assert response.state == SUBMITTED
    assert filler.token not in str(columns)
    assert not any(isinstance(value, datetime) for value in columns.values())
    assert not any("response" in action for action in audit)


def test_a_token_of_another_link_finds_nothing(link: str):
    with pytest.raises(NotFound), transaction() as session:
        read_filling(session, SECRET, issue_token(SECRET, link, "hash"))


def test_many_respondents_at_once_lose_no_page(link: str, any_database: Database):
    writer = Writer(any_database)
    fillers = [Filler(link) for _ in range(12)]
    forms = [filler.form("B", **ALL_OF_B) for filler in fillers]

    def fill(filler: Filler, form: dict[str, list[str]]) -> None:
        writer.write(lambda session: save_page(session, SECRET, filler.token, "B", form, NOW))

    threads = [threading.Thread(target=fill, args=pair) for pair in zip(fillers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(filler.stored("B")["L5"] == 4 for filler in fillers)


# ---- withdrawal -----------------------------------------------------------------------------------------------------
def test_a_withdrawal_is_marked_now_and_applied_at_closing(link: str):
    filler, other = Filler(link), Filler(link)
    for one in (filler, other):
        one.save("B", **ALL_OF_B)
        one.submit()

    with transaction() as session:
        request_withdrawal(session, SECRET, withdrawal_code(SECRET, filler.token))
    while_open = read_session().get(Response, filler.key).state
    read_session().rollback()
    with transaction() as session:
        wave = get_wave(session, get_study(session, "small"))
        n = apply_withdrawals(session, wave)
        again = apply_withdrawals(session, wave)

    assert while_open == SUBMITTED
    assert (n, again) == (1, 0)
    assert read_session().get(Response, filler.key, populate_existing=True).state == WITHDRAWN
    assert filler.stored("B") == {}
    assert other.stored("B")["L1"] == 4


def test_a_code_nobody_was_given_withdraws_nothing(link: str):
    with pytest.raises(NotFound, match="not known"), transaction() as session:
        request_withdrawal(session, SECRET, "AAAA-BBBB-CCCC")


def test_after_closing_a_withdrawal_comes_too_late(link: str):
    filler = Filler(link)
    filler.submit()
    with transaction() as session:
        study = get_study(session, "small")
        close_wave(session, study, get_wave(session, study))

    with pytest.raises(Refused, match="has ended"), transaction() as session:
        request_withdrawal(session, SECRET, withdrawal_code(SECRET, filler.token))


def test_after_closing_rows_lie_in_the_order_of_random_keys(link: str, any_database: Database):
    for _ in range(25):
        Filler(link).save("B", **ALL_OF_B)

    with transaction() as session:
        forget_row_order(session)

    place = "ctid" if not any_database.is_sqlite else "key"
    keys = read_session().execute(text(f"SELECT key FROM response ORDER BY {place}")).scalars().all()  # noqa: S608 - two constants
    assert keys == sorted(keys)
    assert len(keys) == 25


def test_an_open_response_has_no_withdrawal_code_yet(link: str):
    filler = Filler(link)

    assert read_session().get(Response, filler.key).state == OPEN
    assert read_session().get(Response, filler.key).withdrawal_hash is None
