"""Names and numbers in a text are found, told apart from ordinary words, and replaced in every place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.person_names import find_names
from surveyapp.services.pseudonymise import find_identifiers, replace_identifiers
from surveyapp.services.transcript import transcript_of


def names(text: str, *, sure: bool | None = None) -> list[str]:
    return [found.words for found in find_names(text) if sure is None or found.is_sure == sure]


@pytest.mark.parametrize(("text", "wanted"), [
    ("我们王行长说过，张晓明经理负责对公。", ["王行长", "张晓明"]),
    ("小李和老陈都知道。", ["小李", "老陈"]), ("找赵总谈，欧阳主任也在。", ["赵总", "欧阳"]),
    ("我叫刘建国。", ["刘建国"]), ("張經理說，陳行長不在。", ["張經理", "陳行長"]),
    ("I talked to Mr. Smith and Ms Zhang Wei.", ["Smith", "Zhang Wei"]), ("My name is John Doe.", ["John Doe"]),
    ("Then we asked Peter Miller's team.", ["Peter Miller"]), ("我们找Mr Smith谈，Smith不在。", ["Smith"]),
])
def test_names_are_found_by_how_people_speak_of_each_other(text: str, wanted: list[str]):
    assert names(text) == wanted


@pytest.mark.parametrize("text", [
    "我现任客户经理，担任经理三年。", "客户经理要向行长汇报。", "资金总量提高了，资金主管也换了。",
    "老客户很多，小微企业也多。", "公司高管不关心。", "现金主管管得严，每小时之内要报。",
    "The Head Office in China was slow.", "On Monday the Relationship managers met.",
])
def test_duties_and_ordinary_words_are_no_sure_names(text: str):
    assert names(text, sure=True) == []


def test_a_known_name_is_found_wherever_it_stands():
    assert [found.places for found in find_names("晓明说好，问晓明。", ["晓明"])] == [((0, 2), (6, 8))]


def test_a_longer_name_wins_over_the_one_within_it():
    assert names("张晓明经理来了，小张没来。") == ["张晓明", "小张"]
    assert [found.words for found in find_names("Li Wenliang and Wenliang", ["Wenliang", "Li Wenliang"])] == [
        "Li Wenliang", "Wenliang"]


def test_replacements_are_numbered_on_from_those_of_the_study():
    found = find_identifiers("答：王建国经理和李梅主任，电话13812345678。", {"王建国": "人员1"}, n_known={"person": 1})

    assert [(row.words, row.replacement, row.is_known) for row in found] == [
        ("王建国", "人员1", True), ("李梅", "人员2", False), ("13812345678", "电话1", False)]


def test_a_speaker_with_a_replaced_name_is_still_the_same_speaker():
    transcript = transcript_of("Leslie Daigle: How?\n\nAudrey Tang: Slowly, Leslie Daigle.\n\n"
                               "Leslie Daigle: Oh?\n\nAudrey Tang: Yes.\n")
    found = find_identifiers(transcript.text, {}, names=["Leslie Daigle", "Audrey Tang"])

    replaced = replace_identifiers(transcript, found, {"Leslie Daigle": "Person 1", "Audrey Tang": "Person 2"})

    assert [turn.speaker for turn in replaced.turns] == ["Person 1", "Person 2", "Person 1", "Person 2"]
    assert [turn.is_interviewee for turn in replaced.turns] == [turn.is_interviewee for turn in transcript.turns]
    assert "Leslie" not in replaced.text


PARTS = ("王建国经理", "13812345678", "小李", "慢。", "👨‍👩‍👧", "\U00020bb7", " e\u0301 ", "a@b.cn", "\n", "答：")


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=30))
def test_nothing_that_was_chosen_is_left_and_nothing_else_is_touched(parts: list[str]):
    transcript = transcript_of("始。" + "".join(parts) + "完。")
    found = find_identifiers(transcript.text, {})
    chosen = {row.words: f"〔{number}〕" for number, row in enumerate(found)}

    replaced = replace_identifiers(transcript, found, chosen)

    again = replaced.text
    for words, replacement in chosen.items():
        again = again.replace(replacement, words)
    assert again == transcript.text
    assert all(words not in replaced.text for words in chosen)
