"""Suggested codes: by shared words in either language, with the reason; what stands for a name suggests nothing."""

import pytest

from instruments.template_loader import load_catalogue_template
from surveyapp.services.codebook import CodeEntry, StudyCodebook
from surveyapp.services.suggestion import LEAST_SCORE, MOST, learn_terms, score_code, suggest, terms_of

CODES = load_catalogue_template("bank_crm").codebook.codes
CODEBOOK = StudyCodebook(tuple(
    CodeEntry(number, code.key, code.key.count("."), code.key.split(".")[0], 0, None, True, code)
    for number, code in enumerate(CODES)))
BOOK = learn_terms(CODEBOOK, {})


@pytest.mark.parametrize(("text", "code", "word"), [
    ("营销短信分客群发，不要一条发全行。", "PRB.DIFF", "短信"),
    ("把关联企业、家庭成员的信息建起来。", "PRB.INFO.LINK", "家庭"),
    ("季度目标定下来就别再改。", "PRB.GOAL", "目标"), ("培训不足", "SAF.TALENT", "培训"),
    ("Share the credit when two departments win a customer together.", "CAU.COORD", "department"),
    ("Head-office policy", "CAU.OTHER", "policy")])
def test_a_comment_with_words_of_a_code_gets_it_suggested_with_the_words(text: str, code: str, word: str):
    first = suggest(text, BOOK)[0]

    assert first.code == code
    assert word in first.words


@pytest.mark.parametrize("text", ["", "👍👍", "〔某领导〕", "[a manager]", "很好", "the and of", "客户客户客户"])
def test_words_that_say_nothing_of_a_code_suggest_none(text: str):
    assert suggest(text, BOOK) == ()


def test_there_are_at_most_three_none_below_the_least_score_and_none_that_is_given_already():
    text = "Head-office policy, departments together, training, screen with everything"

    found = suggest(text, BOOK)
    others = suggest(text, BOOK, without=[found[0].code])

    assert len(found) == MOST
    assert all(row.score >= LEAST_SCORE for row in found)
    assert found[0].code not in [row.code for row in others]


def test_a_term_of_one_coded_comment_teaches_nothing_of_two_it_does():
    texts = ["叫号机坏了", "叫号机失灵", "空调太冷", "饮水机没水", "停车难"]

    once = learn_terms(CODEBOOK, {"PRB.MAINT": texts[:1]}, texts)
    twice = learn_terms(CODEBOOK, {"PRB.MAINT": texts[:2]}, texts)

    assert score_code("叫号机很吵", once, "PRB.MAINT").from_lines == ()
    assert score_code("叫号机很吵", twice, "PRB.MAINT").from_lines == ("叫号机",)


def test_terms_are_pairs_of_signs_and_words_without_their_plural():
    assert terms_of("系统慢 Systems fail") == ["系统", "统慢", "system", "fail"]
