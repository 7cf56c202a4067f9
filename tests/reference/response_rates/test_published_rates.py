"""Response rates of published examples, all digits that are printed there.

Sources: the R packages `outcomerate` 1.0.1 (README: the table of twelve cases with e = 9 / 10, and the vector of
eleven) and `responserates` 0.1.4 (README). Both implement AAPOR's Standard Definitions, 9th edition.
"""

import pytest

from analysis.response_rates import (
    Dispositions,
    completeness,
    cooperation_rate_1,
    cooperation_rate_2,
    eligibility,
    refusal_rate_1,
    response_rate_1,
    response_rate_2,
    response_rate_3,
    response_rate_4,
    response_rate_5,
    response_rate_6,
)

TWELVE = Dispositions(complete=4, partial=2, refusal=1, non_contact=1, other=1, unknown_household=1, unknown_other=1,
                      ineligible=1)
ELEVEN = Dispositions(complete=4, partial=2, refusal=1, non_contact=1, other=1, unknown_household=1, unknown_other=1)


@pytest.mark.parametrize(("rate", "printed"), [
    (response_rate_1, 0.364), (response_rate_2, 0.545), (response_rate_3, 0.370), (response_rate_4, 0.556),
    (response_rate_5, 0.444), (response_rate_6, 0.667), (cooperation_rate_1, 0.500), (cooperation_rate_2, 0.750),
    (refusal_rate_1, 0.091), (eligibility, 0.9)])
def test_the_twelve_cases_of_outcomerate(rate, printed: float):
    assert round(rate(TWELVE), 3) == printed


def test_the_eleven_cases_of_outcomerate():
    assert round(response_rate_2(ELEVEN), 2) == 0.55


@pytest.mark.parametrize("rate", [response_rate_1, response_rate_2, response_rate_5, response_rate_6])
def test_the_hundred_and_twenty_cases_of_responserates(rate):
    assert round(100 * rate(Dispositions(complete=100, non_contact=20)), 1) == 83.3


def test_who_is_not_eligible_changes_no_rate():
    with_more = Dispositions(**{**vars(TWELVE), "ineligible": 50})

    assert response_rate_1(with_more) == response_rate_1(TWELVE)


def test_where_all_are_eligible_the_third_rate_is_the_first():
    assert response_rate_3(ELEVEN) == response_rate_1(ELEVEN)
    assert response_rate_4(ELEVEN) == response_rate_2(ELEVEN)


def test_without_cases_there_is_no_rate():
    assert response_rate_1(Dispositions()) is None
    assert response_rate_5(Dispositions(unknown_other=3)) is None
    assert eligibility(Dispositions(unknown_other=3)) is None
    assert response_rate_3(Dispositions(unknown_other=3)) is None
    assert cooperation_rate_1(Dispositions(unknown_other=3)) is None


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="never negative"):
        Dispositions(complete=-1)


@pytest.mark.parametrize(("answered", "applicable", "word"), [
    (10, 10, "complete"), (8, 10, "complete"), (79, 100, "partial"), (5, 10, "partial"), (49, 100, "break_off"),
    (0, 10, "break_off"), (0, 0, "break_off")])
def test_what_counts_as_complete(answered: int, applicable: int, word: str):
    assert completeness(answered, applicable, 0.8, 0.5) == word
