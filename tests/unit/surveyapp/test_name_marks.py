"""Names in comments: found with high recall, in both languages, without taking the trade's own words for people."""

import pytest

from surveyapp.sample.open_answers import BANK_OPEN_ANSWERS
from surveyapp.services.blank_answers import is_blank
from surveyapp.services.name_marks import KnownNames, find_person_marks, proposed_words

KNOWN = KnownNames.of(["赵四", "Anna-Lena Quist", "柳如"])


@pytest.mark.parametrize(("text", "found"), [
    ("王经理态度不好", "王经理"), ("老陈从来不回电话", "老陈"), ("小李很负责", "小李"), ("张伟说了算", "张伟"),
    ("张伟主任说了算", "张伟主任"),
    ("欧阳主任不管", "欧阳主任"), ("王小明同志", "王小明同志"), ("陈静调走以后没人管", "陈静"), ("周总不听", "周总"),
    ("我们科的王姐", "王姐"), ("找孙师傅", "孙师傅"), ("感谢刘洋", "刘洋"), ("林行长说的不算", "林行长"),
    ("行长不重视", "行长"), ("找Mr Wu问", "Mr Wu"), ("是John Miller的客户", "John Miller"),
    ("Mr Smith never answers", "Mr Smith"), ("ask Tom about it", "Tom"), ("when John Miller left", "John Miller"),
    ("Ms. Lee", "Ms. Lee"), ("The president ignores us", "The president"), ("投诉赵四", "赵四"),
    ("柳如来过", "柳如"), ("Quist knows", "Quist"), ("请联系 138 1234 5678", "138 1234 5678"),
    ("mail a.b@bank.cn", "a.b@bank.cn"), ("𠮷👍🏽王经理", "王经理")])
def test_a_name_is_found_at_its_place(text: str, found: str):
    marks = find_person_marks(text, KNOWN)

    assert [text[mark.start:mark.end] for mark in marks] == [found]
    assert found not in proposed_words(text, marks)


@pytest.mark.parametrize("text", [
    "客户经理太少", "大堂经理要培训", "高效办理业务", "方便客户",
    "支行人手不足", "和总行沟通", "小时候", "单位客户",
    "全行统一", "时间太长",
    "Customer Relationship Management is slow", "We need more staff in the Head Office", "by Wednesday", "金融科技",
    "成本太高", "严格执行", "安全第一", "项目太多", "程序复杂", "商行竞争"])
def test_words_of_the_trade_are_nobody(text: str):
    assert find_person_marks(text) == ()


def test_the_samples_comments_name_nobody_and_none_is_flagged():
    flagged = [text for by_language in BANK_OPEN_ANSWERS.values() for texts in by_language.values() for text in texts
               if find_person_marks(text)]

    assert flagged == []


def test_overlapping_places_are_one_and_the_proposal_keeps_everything_else():
    text = "王经理和老陈都说，找Mr Smith，电话13812345678。"

    proposed = proposed_words(text, find_person_marks(text))

    assert proposed == "〔某同事〕和〔某同事〕都说，找〔某同事〕，电话〔号码〕。"


@pytest.mark.parametrize("answer", ["无", "没有。", " N/A ", "n.a.",
    "None!", "——", "1", "ＮＯ", "暂无……", "no comment", ""])
def test_an_answer_that_says_nothing_is_blank(answer: str):
    assert is_blank(answer)


@pytest.mark.parametrize("answer", ["没有，该问的都问到了。", "没有人管", "No time for customers", "无人牵头", "差"])
def test_an_answer_that_begins_like_a_blank_one_is_none(answer: str):
    assert not is_blank(answer)
