"""A questionnaire on paper: numbers of questions and boxes, conditions in words."""

from dataclasses import replace

import pytest

from instruments.paper import Box, NotSayable, boxes_of, paper_parts
from instruments.schema import REFUSED, Instrument
from instruments.template_loader import load_catalogue_template
from tests.factories import questionnaire as make


def conditioned(expression: str, kind: str = "single") -> Instrument:
    """A questionnaire whose third question is asked on the condition."""
    items = (
        make.item("A", "S", kind, choices=tuple(make.choice(value) for value in ("x", "y", "z"))),
        make.item("N", "S", "integer"), make.item("L", "S"), make.item("LATER", "S", show_if=expression))
    return make.instrument(items=items, sections=(replace(make.SECTIONS[0], key="S"),))


def said(expression: str, language: str = "en", kind: str = "single") -> str:
    (part,) = paper_parts(conditioned(expression, kind), language)
    return part.questions[-1].condition


@pytest.mark.parametrize(("expression", "english", "chinese"), [
    ("${A} = 'y'", "Only if question 1 was answered 2.", "仅当第1题选2时作答。"),
    ("${A} = 'x' or ${A} = 'z'", "Only if question 1 was answered 1 or 3.", "仅当第1题选1或3时作答。"),
    ("${A} != 'x'", "Only if question 1 was not answered 1.", "仅当第1题没有选1时作答。"),
    ("${L} > 3", "Only if question 3 is more than 3.", "仅当第3题大于3时作答。"),
    ("${N} >= 40 and ${A} = 'x'", "Only if question 2 is 40 or more and question 1 was answered 1.",
     "仅当第2题不小于40且第1题选1时作答。"),
    ("${N} != ''", "Only if question 2 was answered.", "仅当第2题已作答时作答。"),
    ("selected(${A}, 'z')", "Only if question 1 was answered 3.", "仅当第1题选3时作答。"),
])
def test_a_condition_is_said_in_words(expression: str, english: str, chinese: str):
    assert (said(expression), said(expression, "zh")) == (english, chinese)


def test_one_of_several_answers_is_worded_so():
    assert said("selected(${A}, 'z')", kind="multiple") == "Only if question 1 has 3 among its answers."
    assert said("not(selected(${A}, 'z'))", kind="multiple") == "Only if question 1 does not have 3 among its answers."


@pytest.mark.parametrize("expression", ["${N} + 1 > 3", "${N} > ${L}", "string-length(${A}) > 2", "${A} = 'gone'"])
def test_what_has_no_wording_is_refused_with_its_place(expression: str):
    with pytest.raises(NotSayable) as refused:
        said(expression)

    assert refused.value.place == "item LATER"
    assert expression in refused.value.reason


def test_a_page_with_a_condition_says_where_to_go_on():
    parts = paper_parts(make.instrument(), "en")

    assert parts[-1].condition == ("Only if question 1 was answered 1. Otherwise you have reached the end.")


def test_boxes_carry_the_number_that_is_typed():
    item = next(item for item in make.ITEMS if item.key == "L1")

    assert [box.number for box in boxes_of(item, make.AGREE, "en")] == ["1", "2", "3", "4", "5", "0"]
    assert boxes_of(item, make.AGREE, "en")[-1] == Box("0", REFUSED, "Does not apply")
    assert [box.number for box in boxes_of(item, make.RECOMMEND, "en")] == [str(n) for n in range(11)]


def test_what_is_calculated_or_hidden_has_no_number():
    questions = [question for part in paper_parts(make.instrument(), "en") for question in part.questions]
    numbers = {question.item.key: question.number for question in questions}

    assert "DOUBLE" not in numbers
    assert "SOURCE" not in numbers
    assert numbers["NOTE"] == 0
    assert [n for n in numbers.values() if n] == list(range(1, len([n for n in numbers.values() if n]) + 1))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_questionnaires_of_the_bank_can_be_printed(language: str):
    for instrument in load_catalogue_template("bank_crm").instruments:
        asked = [item for item in instrument.items if item.kind not in ("calculate", "hidden")]

        printed = [question for part in paper_parts(instrument, language) for question in part.questions]

        assert [question.item for question in printed] == sorted(
            asked, key=lambda item: [section.key for section in instrument.sections].index(item.section))
        assert all(question.text for question in printed)
