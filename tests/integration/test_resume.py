"""Going on with a short code, on both databases: the right answers, and never anybody else's."""

import threading

import pytest
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import NotFound
from surveyapp.models.response import Response
from surveyapp.services.response import read_filling
from surveyapp.services.response_token import issue_token, response_key
from surveyapp.services.resume import CodeUnknown, find_token
from surveyapp.services.resume_token import RESUME_ALPHABET, plain_resume_code, resume_code
from tests.factories import questionnaire as make
from tests.factories.filler import SECRET, Filler


@pytest.fixture
def link(any_database: Database) -> str:
    with transaction() as session:
        return make.link_of(session, make.study(session)).token


def code_of(filler: Filler) -> str:
    return resume_code(SECRET, filler.token)


def found(link: str, text: str) -> str:
    close_read_session()
    return find_token(read_session(), SECRET, link, text)


def test_a_code_leads_back_to_its_own_answers(link: str):
    filler, other = Filler(link), Filler(link)
    filler.save("A", ROLE="teller")
    other.save("A", ROLE="na")

    token = found(link, code_of(filler))

    assert token == filler.token
    assert read_filling(read_session(), SECRET, token).stored("A")["ROLE"] == "teller"


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} ",
                                    lambda code: code.replace("-", "－"), lambda code: " ".join(code.replace("-", ""))])
def test_a_code_may_be_typed_as_people_type(link: str, change):
    filler = Filler(link)

    assert found(link, change(code_of(filler))) == filler.token


def test_unknown_wrong_and_used_codes_get_the_same_reply(link: str):
    handed_in, never_begun = Filler(link), issue_token(SECRET, link, "hash")
    code = code_of(handed_in)
    handed_in.submit()
    tries = (code, resume_code(SECRET, never_begun), "AAA-AAA-AAA", "", "O0O-1l1-I00", "x" * 5000, "K7Q-M3X-DA")

    replies = set()
    for text in tries:
        with pytest.raises(CodeUnknown) as refused:
            found(link, text)
        replies.add((refused.value.reason, refused.value.remedy))

    assert len(replies) == 1


def test_a_code_is_worth_nothing_under_another_questionnaire(link: str):
    with transaction() as session:
        elsewhere = make.link_of(session, make.study(session, "other")).token

    with pytest.raises(CodeUnknown):
        found(elsewhere, code_of(Filler(link)))


def test_only_a_keyed_hash_and_a_closed_box_are_stored(link: str):
    filler = Filler(link)

    row = read_session().get_one(Response, filler.key)
    stored = " ".join(str(value) for value in vars(row).values())

    plain = code_of(filler).replace("-", "")
    assert plain not in stored
    assert filler.token[:22] not in stored
    with pytest.raises(NotFound):       # with another key the same database opens nothing
        find_token(read_session(), "z" * 48, link, plain)


def test_handing_in_forgets_the_code(link: str):
    filler = Filler(link)

    filler.submit()

    row = read_session().get_one(Response, filler.key)
    assert (row.resume_hash, row.resume_box) == (None, None)


def test_a_code_that_is_taken_is_not_given_again(link: str, monkeypatch: pytest.MonkeyPatch):
    first = Filler(link)
    monkeypatch.setattr("surveyapp.services.response.resume_code", lambda secret, token: code_of(first))

    second = Filler(link)

    assert first.read().has_code
    assert not second.read().has_code
    assert found(link, code_of(first)) == first.token


def test_many_who_go_on_at_once_each_find_their_own(link: str, any_database: Database):
    fillers = [Filler(link) for _ in range(12)]
    for number, filler in enumerate(fillers):
        filler.save("A", ROLE="rm", LOAD=str(number), **{":seen": "ROLE,LOAD"})
    seen: list[tuple[int, int, str]] = []
    ready = threading.Barrier(len(fillers))

    def go_on(number: int, filler: Filler) -> None:
        ready.wait()
        for turn in range(8):
            token = find_token(any_database.read_session(), SECRET, link, code_of(filler))
            filling = read_filling(any_database.read_session(), SECRET, token)
            seen.append((number, filling.stored("A")["LOAD"], token))
            if turn == 3:       # writing goes on meanwhile
                filler.save("A", ROLE="rm", LOAD=str(number), **{":seen": "ROLE,LOAD"})
        any_database.close_read_session()

    threads = [threading.Thread(target=go_on, args=pair) for pair in enumerate(fillers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 96
    assert all(number == load and token == fillers[number].token for number, load, token in seen)


def test_codes_have_no_signs_that_look_alike():
    codes = [resume_code(SECRET, issue_token(SECRET, "link", "hash")) for _ in range(300)]

    assert set("0O1IL").isdisjoint(RESUME_ALPHABET)
    assert len(set(codes)) == 300
    assert all(len(plain_resume_code(code)) == 9 for code in codes)
    assert set("".join(codes)) == {*RESUME_ALPHABET, "-"}


def test_every_response_has_a_hash_of_its_own(link: str):
    fillers = [Filler(link) for _ in range(5)]

    hashes = set(read_session().scalars(select(Response.resume_hash)))

    assert len(hashes) == 5
    assert {response_key(SECRET, filler.token) for filler in fillers} == set(
        read_session().scalars(select(Response.key)))
