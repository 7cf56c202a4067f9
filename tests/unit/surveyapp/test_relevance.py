"""What is asked, given the answers so far."""

from collections import Counter
from dataclasses import replace

import pytest

from instruments.schema import LEFT_BLANK, REFUSED
from surveyapp.services.questionnaire import shown_order
from surveyapp.services.relevance import as_value, relevance_of
from tests.factories import questionnaire as make

SMALL = make.questionnaire()


def test_an_item_appears_with_the_answer_it_depends_on():
    without, with_it = relevance_of(SMALL, {"ROLE": "teller"}), relevance_of(SMALL, {"ROLE": "rm"})

    assert "LOAD" in without.hidden_items
    assert "LOAD" not in with_it.hidden_items


def test_a_section_that_is_not_asked_covers_its_items():
    found = relevance_of(SMALL, {"ROLE": "teller", "L1": 5})

    assert found.hidden_sections == {"E"}
    assert not found.shows_item(SMALL.item("BOSS"))
    assert not found.shows_page(SMALL.find_page("E"))


def test_an_item_that_is_not_asked_reads_as_empty_for_what_depends_on_it():
    hidden = relevance_of(SMALL, {"ROLE": "teller", "LOAD": 40})
    shown = relevance_of(SMALL, {"ROLE": "rm", "LOAD": 40})

    assert hidden.calculated["DOUBLE"] is None
    assert shown.calculated["DOUBLE"] == 80


@pytest.mark.parametrize("code", [LEFT_BLANK, REFUSED, -91, -94])
def test_every_kind_of_empty_is_empty_for_a_condition(code: int):
    assert as_value(code) == ""


def test_dependence_is_followed_whatever_the_order_of_the_file():
    late = replace(make.item("LATE", "A", show_if="${EARLY} = 3"))
    early = make.item("EARLY", "B", show_if="${ROLE} = 'rm'")
    questionnaire = make.questionnaire(items=(late, *make.ITEMS, early))

    found = relevance_of(questionnaire, {"ROLE": "teller", "EARLY": 3})

    assert {"EARLY", "LATE"} <= found.hidden_items


def test_an_option_can_depend_on_an_answer_too():
    only_rm = replace(make.choice("b"), show_if="${ROLE} = 'rm'")
    many = make.item("MANY", "C", "multiple", choices=(make.choice("a"), only_rm))
    questionnaire = make.questionnaire(items=(make.ITEMS[0], many))

    assert relevance_of(questionnaire, {"ROLE": "teller"}).hidden_choices == {("MANY", "b")}
    assert relevance_of(questionnaire, {"ROLE": "rm"}).hidden_choices == frozenset()


def test_the_order_is_the_respondents_own_and_stays():
    page = SMALL.find_page("B")

    assert shown_order(page, "one") == shown_order(page, "one")
    assert len({shown_order(page, str(seed)) for seed in range(50)}) > 30
    assert sorted(shown_order(page, "one")) == sorted(item.key for item in page.items)


def test_every_item_comes_first_about_equally_often():
    page = SMALL.find_page("B")

    firsts = Counter(shown_order(page, str(seed))[0] for seed in range(3000))

    # Six items, 3,000 draws: 500 each; five standard deviations of a binomial count are 102.
    assert all(abs(n - 500) < 102 for n in firsts.values()), firsts
    assert len(firsts) == 6


def test_items_that_compare_or_sum_up_keep_their_place():
    items = (make.item("S1", "B"), make.item("S2", "B"), make.item("PEER", "B", role="benchmark"),
             make.item("N", "B", scale="nps", role="nps"))
    page = make.questionnaire(items=items).find_page("B")

    assert {shown_order(page, str(seed))[2:] for seed in range(20)} == {("PEER", "N")}
