"""Numbers that must never be recorded are found, with their place, and not shown again in full."""

import pytest

from surveyapp.services.private_numbers import find_private_numbers


@pytest.mark.parametrize(("words", "kind"), [
    ("我的电话是13812345678，随时打", "telephone"), ("call 138 1234 5678 now", "telephone"),
    ("座机0755-83501234", "telephone"),
    ("+86 138-1234-5678", "telephone"), ("ring +44 20 7946 0958", "telephone"),
    ("身份证440301199003071234", "identity_number"),
    ("44030119900307123X", "identity_number"), ("卡号 6222 0212 3456 7890 123", "account_number"),
    ("account 40000123456789", "account_number"), ("write to li.na@example.com.cn", "mail_address"),
])
def test_a_private_number_is_found(words: str, kind: str):
    found = find_private_numbers(words)

    assert [number.kind for number in found] == [kind]


@pytest.mark.parametrize("words", [
    "一百八十多户，2026年9月8日，利率3.85%", "about 1200000 in deposits", "turn 12:30:45 of 2026-09-08",
    "余额 1,200,000.00 元", "Q13",
])
def test_other_figures_are_left_alone(words: str):
    assert find_private_numbers(words) == ()


def test_the_place_is_a_line_and_the_number_is_masked():
    found = find_private_numbers("一\n二 13812345678\n三")

    assert (found[0].line, found[0].shown) == (2, "138••••••••")
