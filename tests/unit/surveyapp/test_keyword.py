"""Words as they are looked for, in both scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.errors import BadInput
from surveyapp.services.folding import fold, pairs
from surveyapp.services.keyword import Pattern
from surveyapp.services.segmentation import Lexicon, count_words


def found(words: str, text: str, **options: bool) -> list[str]:
    return [text[start:end] for start, end in Pattern.of(words, **options).places(text)]


@given(st.text())
def test_folding_keeps_every_place(text: str):
    assert len(fold(text)) == len(text)


def test_every_pair_of_signs_is_one_and_leads_to_a_simplified_one():
    assert len(pairs()) >= 1100
    for before, after in pairs().items():
        assert len(before) == len(after) == 1
        assert after.encode("gb2312")
        assert fold(before) == after


@pytest.mark.parametrize(("words", "text", "places"), [
    ("银行", "銀行和银行", ["銀行", "银行"]), ("銀行", "银行", ["银行"]),
    ("ＫＰＩ", "kpi, KPI与ｋｐｉ", ["kpi", "KPI", "ｋｐｉ"]),
    ("客户信息", "客 户信　息", ["客 户信　息"]), ("cafe", "Café", ["Café"]),
    ("process", "Processes, reprocess", ["Process"]),
    ("system;平台", "平台 and systems", ["平台", "system"]), ("系统；平台", "系统平台", ["系统", "平台"]),
    ("two words", "two  words\ntwo\nwords", ["two  words"]), ("𠮷", "𠮷先生", ["𠮷"]), ("a.c", "abc a.c", ["a.c"]),
    ("AI 系统", "AI系统", []), ("系统 AI", "系统AI", ["系统AI"]),
])
def test_words_are_found_however_they_are_spelt(words: str, text: str, places: list[str]):
    assert found(words, text) == places


def test_whole_words_end_where_they_are_said_to_end():
    assert found("process", "process processes", is_whole=True) == ["process"]


@pytest.mark.parametrize("words", ["", " ; ", ";".join("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌"), "字" * 201])
def test_nothing_and_too_much_is_refused(words: str):
    with pytest.raises(BadInput):
        Pattern.of(words)


def test_a_chinese_word_inside_another_is_told_apart():
    lexicon = Lexicon.of_list(["客户经理"])

    text = "发展中国家的情况，和中国的客户经理不同。"

    assert [lexicon.is_word(text, *place) for place in Pattern.of("中国").places(text)] == [False, True]
    assert [lexicon.is_word(text, *place) for place in Pattern.of("客户经理").places(text)] == [True]


@given(st.text(alphabet="我们银行的系统abc，𠮷 "))
def test_cutting_loses_no_sign(text: str):
    lexicon = Lexicon.of_texts([text])

    assert "".join(lexicon.words(text)) == "".join(sign for sign in fold(text) if sign not in ", ")


def test_a_word_that_no_list_has_is_shown_by_the_texts():
    others = "，".join(map(chr, range(0x4E00, 0x5200)))
    text = others + "".join(f"{before}唐嫣然{after}，" for before, after in zip("请问见到叫让给", "说来去吗了呢过",
                                                                              strict=True))

    counts = count_words([text])

    assert counts["唐嫣然"] == 7
    assert "的" not in counts
