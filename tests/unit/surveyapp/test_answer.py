"""What a posted page says, item by item."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.answer import clean_text, read_number, read_page
from tests.factories import questionnaire as make

PAGES = {page.key: page for page in make.questionnaire().pages}


def read(section: str, **form: object):
    return read_page(PAGES[section], {key: value if isinstance(value, list) else [value]
                                      for key, value in form.items()})


def test_a_rating_is_stored_as_a_number_and_does_not_apply_as_its_code():
    found = read("B", L1="4", L2="-93")

    assert found.answers == {"L1": 4, "L2": -93}
    assert {"L3", "L4", "L5", "CHECK"} <= found.blank


def test_a_point_that_the_scale_does_not_have_costs_no_other_answer():
    found = read("B", L1="7", L2="2")

    assert found.answers == {"L2": 2}
    assert list(found.problems) == ["L1"]


def test_an_exclusive_option_rules_out_the_others():
    found = read("C", MANY=["a", "none"], SHARE="40")

    assert "rules out" in found.problems["MANY"].text
    assert found.answers == {"SHARE": 40}


def test_more_options_than_allowed_are_refused_with_both_numbers():
    problem = read("C", MANY=["a", "b", "c"]).problems["MANY"]

    assert problem.values == {"most": 2, "n": 3}


def test_options_are_stored_in_the_order_of_the_questionnaire():
    assert read("C", MANY=["c", "a"]).answers["MANY"] == ["a", "c"]


def test_a_text_behind_other_is_kept_and_means_other():
    found = read("C", MANY_other_text="  no time ")

    assert found.answers == {"MANY": ["other"], "MANY_other_text": "no time"}


def test_a_ranking_is_the_options_in_order():
    assert read("C", **{"RANK.x": "3", "RANK.y": "1"}).answers["RANK"] == ["y", "x"]


def test_a_place_given_twice_is_refused():
    assert "RANK" in read("C", **{"RANK.x": "1", "RANK.y": "1"}).problems


@pytest.mark.parametrize(("typed", "number"), [
    ("12", 12), (" 1,200 ", 1200), ("１２", 12), ("15%", 15), ("0.5", 0.5), (".5", 0.5), ("-3", -3), ("−3", -3),
])
def test_a_number_is_understood_as_people_write_it(typed: str, number: float):
    assert read_number(typed) == number


@pytest.mark.parametrize("typed", ["twelve", "1,5", "1e999", "nan", "inf", "1 2 x", "--3", "٣x", "9" * 40])
def test_what_is_no_number_is_none(typed: str):
    assert read_number(typed) is None


@pytest.mark.parametrize(("typed", "word"), [("101", "from {low}"), ("-1", "from {low}"), ("x", "digits")])
def test_a_number_outside_its_range_is_refused_with_the_range(typed: str, word: str):
    problem = read("C", SHARE=typed).problems["SHARE"]

    assert word in problem.text


def test_a_whole_number_is_asked_for_where_the_item_counts():
    assert "whole" in read("A", LOAD="2.5").problems["LOAD"].text


def test_dates_and_times_are_stored_in_one_form():
    found = read("D", DAY="2026-05-31", HOUR="09:05:00")

    assert found.answers == {"DAY": "2026-05-31", "HOUR": "09:05"}


def test_a_day_that_does_not_exist_is_refused():
    assert "DAY" in read("D", DAY="2026-02-30").problems


def test_an_open_answer_loses_control_signs_and_keeps_its_lines():
    assert clean_text(" a\r\nb\x00\x1b[31m\u0085 ") == "a\nb[31m"


def test_a_text_that_is_too_long_is_refused_and_not_cut():
    assert read("D", OPEN="长" * 10_001).problems["OPEN"].values["n"] == 10_001


@given(st.dictionaries(st.sampled_from(["MANY", "RANK.x", "RANK.y", "SHARE", "NPS", "MANY_other_text"]),
                       st.lists(st.text(max_size=8), max_size=3)))
def test_whatever_is_posted_never_fails_and_answers_are_of_their_kind(form: dict[str, list[str]]):
    found = read_page(PAGES["C"], form)

    assert found.answers.keys().isdisjoint(found.problems)
    assert found.answers.get("NPS") in {None, *range(11)}
    assert set(found.answers.get("MANY", [])) <= {"a", "b", "c", "other", "none"}
