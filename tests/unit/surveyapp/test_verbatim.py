"""Which words of notes may be printed in quotation marks."""

import pytest

from surveyapp.services.verbatim import quote_kind, quoted_spans

NOTES = "系统很慢，「每次查客户要登五个系统」，因此自己做表。\nSaid “we build our own tables” and sighed."


def kind_of(words: str, text: str = NOTES, record: str = "notes") -> str:
    start = text.index(words)
    return quote_kind(record, text, start, start + len(words))


@pytest.mark.parametrize("words", ["「每次查客户要登五个系统」", "每次查客户要登五个系统", "要登五个",
                                   "“we build our own tables”", "build our own", "「每次查客户要登五个系统」，"])
def test_words_between_the_marks_may_be_quoted(words: str):
    assert kind_of(words) == "verbatim"


@pytest.mark.parametrize("words", ["系统很慢", "系统很慢，「每次查客户要登五个系统」", "Said “we build our own tables”",
                                   "，「", "tables” and"])
def test_the_interviewers_wording_and_a_mixture_are_a_paraphrase(words: str):
    assert kind_of(words) == "paraphrase"


def test_a_verbatim_transcript_needs_no_marks():
    assert kind_of("系统很慢", record="verbatim") == "verbatim"


@pytest.mark.parametrize(("text", "words"), [
    ("「他说『太慢了』就走了」", "他说『太慢了』就走了"),
    ("“he said “no” and left”", "said “no” and"),
    ("“half 「open” words", "half 「open"),
    ('他说"太慢了"，我们记下了', "太慢了"),
    ('She said "don\'t wait" twice.', "don't wait"),
    ("我说：＂不行＂。", "不行"),
    ("「一」、「二」", "「一」、「二」"),
    ("“𠮷先生👍🏽也抱怨”", "𠮷先生👍🏽也"),
])
def test_marks_inside_marks_and_apostrophes_do_not_end_the_words_said(text: str, words: str):
    assert kind_of(words, text) == "verbatim"


@pytest.mark.parametrize(("text", "words"), [
    ("「没有结束的引号 后面都是笔记", "后面都是笔记"),
    ("“never closed\nnext note” here", "next note"),
    ("“never closed\nnext “note” here", "here"),
    ("没有开始的引号」以后", "没有开始"),
    ("a 5\" screen and a 7\" one", "screen and a 7"),
    ("it's the bank's fault, it's late", "s the bank"),
    ("‘single marks’ are used for names", "single marks"),
    ("《客户管理办法》没人看", "客户管理办法"),
    ("after \" a lone mark \" nothing", "a lone mark"),
])
def test_an_unbalanced_mark_makes_nothing_verbatim(text: str, words: str):
    assert kind_of(words, text) == "paraphrase"


def test_a_range_without_words_or_outside_the_text_is_no_quotation():
    assert quote_kind("notes", "「」", 0, 2) == "paraphrase"
    assert quote_kind("notes", "「说」", -5, 99) == "verbatim"
    assert quote_kind("notes", "", 0, 0) == "paraphrase"


def test_only_the_outermost_pair_counts():
    assert quoted_spans("「a『b』c」“d”") == ((0, 7), (7, 10))
