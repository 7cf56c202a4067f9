"""The secret a respondent holds."""

import re

import pytest

from surveyapp.services.response_token import (
    elapsed_ms,
    is_genuine,
    issue_token,
    response_key,
    sealed_time,
    withdrawal_code,
    withdrawal_hash,
)

SECRET = "s" * 40


def test_a_token_is_good_for_its_link_and_version_only():
    token = issue_token(SECRET, "link", "hash")

    assert is_genuine(SECRET, token, "link", "hash")
    assert not is_genuine(SECRET, token, "other link", "hash")
    assert not is_genuine(SECRET, token, "link", "other version")
    assert not is_genuine("x" * 40, token, "link", "hash")


@pytest.mark.parametrize("token", ["", "é" * 44, "a" * 44, "a" * 43])
def test_what_was_not_issued_here_is_not_genuine(token: str):
    assert not is_genuine(SECRET, token, "link", "hash")


def test_the_database_holds_nothing_of_the_token():
    token = issue_token(SECRET, "link", "hash")

    key = response_key(SECRET, token)

    assert re.fullmatch("[0-9a-f]{32}", key)
    assert token[:6] not in key
    assert key != response_key("x" * 40, token)


def test_the_withdrawal_code_can_be_read_out_and_typed_carelessly():
    code = withdrawal_code(SECRET, issue_token(SECRET, "link", "hash"))

    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", code)
    typed = code.lower().replace("-", " ").replace("1", "l").replace("0", "o")
    assert withdrawal_hash(SECRET, typed) == withdrawal_hash(SECRET, code)


def test_codes_differ():
    assert len({withdrawal_code(SECRET, issue_token(SECRET, "l", "h")) for _ in range(200)}) == 200


def test_the_time_on_a_page_cannot_be_forged():
    sealed = sealed_time(SECRET, "key", "A", 1_000)

    assert elapsed_ms(SECRET, "key", "A", sealed, 6_000) == 5_000
    assert elapsed_ms(SECRET, "key", "B", sealed, 6_000) is None
    assert elapsed_ms(SECRET, "key", "A", sealed.replace("1000", "1001"), 6_000) is None
    assert elapsed_ms(SECRET, "key", "A", "", 6_000) is None
    assert elapsed_ms(SECRET, "key", "A", "é.é", 6_000) is None
