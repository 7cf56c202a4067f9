"""Queries as people write them, and what they are told where one does not fit."""

import pytest

from surveyapp.forms.retrieval import write_query
from surveyapp.services.query_grammar import (
    CodeIs,
    Condition,
    Either,
    Every,
    Query,
    QueryError,
    Related,
    Said,
    read_query,
)


def test_a_query_reads_from_left_to_right_and_or_binds_last():
    query = read_query("A and B overlapping C or D")

    assert query.passages == Either(Related("overlapping", Related("and", CodeIs("A", column=1), CodeIs("B", column=7)),
                                            CodeIs("C", column=21)), CodeIs("D", column=26))


@pytest.mark.parametrize(("text", "relation", "is_not"), [
    ("A not B", "overlapping", True), ("A and not B", "overlapping", True), ("A but not B", "overlapping", True),
    ("A not in the same turn as B", "in the same turn as", True), ("A inside B", "inside", False),
    ("A within the same interview as B", "in the same interview as", False), ("A within B", "inside", False),
    ("A 且 B", "and", False), ("A 非 B", "overlapping", True), ("A 非 同一轮发言 B", "in the same turn as", True),
    ("A 同一话轮 B", "in the same turn as", False),
    ("A 包含 B", "containing", False), ("A OVERLAPS B", "overlapping", False),
])
def test_each_relation_has_its_words_in_both_languages(text: str, relation: str, is_not: bool):
    found = read_query(text).passages

    assert (found.relation, found.is_not) == (relation, is_not)


def test_full_width_signs_of_a_chinese_keyboard_are_read():
    query = read_query("（PRB.INFO：反对 或 “客户信息”） 条件 岗位类别＝“客户经理”，teller")

    assert query == Query(Either(CodeIs("PRB.INFO", "contradicts", column=2), Said("客户信息")),
                          (Condition("role", ("客户经理", "teller"), column=27),))


def test_the_words_that_chinese_pages_use_are_read_as_well():
    query = read_query("PRB：相反意见 条件 倾向 != 两方面都有 且 编码员 = ann 且 类型 = 意见")

    assert query.passages == CodeIs("PRB", "contradicts")
    assert [(found.field, found.values) for found in query.conditions] == [
        ("polarity", ("mixed",)), ("coder", ("ann",)), ("kind", ("answers",))]


def test_conditions_alone_ask_for_every_coded_passage():
    query = read_query("where polarity != mixed and case.line = retail")

    assert query == Query(Every("any"), (Condition("polarity", ("mixed",), is_not=True, column=7),
                                         Condition("case.line", ("retail",), column=29)))


def test_a_word_that_only_begins_like_one_of_the_language_is_a_code():
    assert read_query("android").passages == CodeIs("android")
    assert read_query("A where role = 非常规").conditions[0].values == ("非常规",)


@pytest.mark.parametrize(("text", "column", "reason"), [
    ("A and", 6, "a code is missing"), ("not A", 1, "a code is missing"), ("(A or B", 1, "the bracket is not closed"),
    ('A and "words', 7, "the quotation mark is not closed"), ("A B", 3, "is not expected here"),
    ("A where colour = red", 9, "there is no condition"), ("A where role teller", 14, "= or != is missing"),
    ("A where role =", 15, "a value is missing"), ("A:", 3, "a polarity is missing"),
    ("A where", 8, "a condition is missing"),
    ('A and "  "', 7, "there are no words between"), ("(" * 21 + "A" + ")" * 21, 21, "too many brackets"),
    ("A)", 2, "is not expected here"), ("A" * 2001, 2000, "longer than"),
])
def test_what_does_not_fit_is_named_with_its_place_and_a_remedy(text: str, column: int, reason: str):
    with pytest.raises(QueryError) as refused:
        read_query(text)

    assert refused.value.column == column
    assert reason in str(refused.value)
    assert refused.value.remedy


def test_the_form_writes_what_the_language_reads():
    text = write_query({"first": "CAU.TECH", "relation": "not in the same turn as", "second": "PRB.INFO",
                        "second_polarity": "contradicts", "role": "relationship_manager", "coder": 'Ann "B" 安',
                        "attribute": "line", "value": "retail"})

    assert text == ('CAU.TECH not in the same turn as PRB.INFO:contradicts where role = relationship_manager and '
                    'coder = "Ann  B  安" and case.line = retail')
    assert len(read_query(text).conditions) == 3
    assert write_query({"first_words": '说"好"', "relation": "and"}) == '"说 好 "'
    assert write_query({"relation": "overlapping", "second": "A"}) == "any overlapping A"
