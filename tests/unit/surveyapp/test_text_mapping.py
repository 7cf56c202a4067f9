"""Where places of a text are after it was changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.text_mapping import MOST_PAIRS, Edit, PlaceMap, edits_of_words, find_edits

SIGNS = st.text(st.sampled_from("𠮷野家👍🏽\u200d👨e\u0301שלום 客户ab。\n"), max_size=60)


def applied(old: str, new: str, edits: tuple[Edit, ...]) -> str:
    """The old text with the edits carried out, from the words of the new one."""
    text, at = "", 0
    for edit in edits:
        text += old[at:edit.start] + new[edit.new_start:edit.new_end]
        at = edit.end
    return text + old[at:]


@given(old=SIGNS, new=SIGNS)
def test_the_edits_lead_from_one_text_to_the_other(old: str, new: str):
    assert applied(old, new, find_edits(old, new)) == new


@given(old=SIGNS, new=SIGNS, data=st.data())
def test_a_passage_that_was_not_touched_keeps_its_words_and_none_turns_around(old: str, new: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    edits = find_edits(old, new)
    places = PlaceMap(edits)

    first, last = places.start(start), places.end(end)

    assert 0 <= first <= len(new)
    assert 0 <= last <= len(new)
    if start < end and not any(edit.start < end and edit.end > start for edit in edits):
        assert new[first:last] == old[start:end]


@pytest.mark.parametrize(("old", "new", "passage", "wanted"), [
    ("ab客户cd", "xxab客户cd", "客户", "客户"),              # something was put in ahead
    ("ab客户cd", "abX客户Ycd", "客户", "客户"),              # at both of its borders
    ("ab客户cd", "ab客新户cd", "客户", "客新户"),            # inside it
    ("ab客户cd", "ab顾客cd", "客户", "顾客"),                # a word in its place
    ("ab客户cd", "abcd", "客户", ""),                        # it is gone
])
def test_a_passage_moves_with_its_words(old: str, new: str, passage: str, wanted: str):
    start = old.index(passage)
    places = PlaceMap(find_edits(old, new))

    assert new[places.start(start):places.end(start + len(passage))] == wanted


def test_a_turn_takes_in_what_is_put_at_its_borders():
    places = PlaceMap(find_edits("客户说好", "新客户说好！"))

    assert (places.start(0, takes_in=True), places.end(4, takes_in=True)) == (0, 6)


@given(old=SIGNS, words=st.sampled_from(["客户", "a", "👍🏽", "e\u0301"]), other=st.sampled_from(["", "顾客", "[…]"]))
def test_words_replaced_everywhere_are_replaced_as_python_does(old: str, words: str, other: str):
    new = old.replace(words, other)

    assert applied(old, new, edits_of_words(old, words, other)) == new


def test_long_texts_are_compared_by_pieces_and_only_the_changed_ones_by_sign():
    lines = [f"答：第{number}次，客户在{number % 97}号窗口问了同样的事。\n" for number in range(40_000)]
    old = "".join(lines)
    lines[100] = lines[100].replace("客户", "顾客")
    lines[39_900] = lines[39_900].replace("窗口", "柜台")
    new = "".join(lines)
    assert len(old) > 800_000

    edits = find_edits(old, new)

    assert applied(old, new, edits) == new
    assert sum(edit.end - edit.start for edit in edits) <= 4


def test_texts_that_share_nothing_are_one_edit():
    old, new = "甲" * (MOST_PAIRS // 100), "乙" * 200

    assert find_edits(old, new) == (Edit(0, len(old), 0, len(new)),)


def test_edits_out_of_order_are_refused():
    with pytest.raises(ValueError, match="out of order"):
        PlaceMap([Edit(5, 9, 5, 9), Edit(1, 2, 1, 2)])
