"""What coders say place by place: agreed, only some, another polarity, another code."""

from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.comparison import AGREED, CODE, ONLY, POLARITY, Mark, compare

ANN, BOB, EVE = 1, 2, 3


def mark(number, coder, code, start=0, end=10, turn=1, polarity="supports"):
    return Mark(f"c{number}", coder, (code,), polarity, start, end, "words", "", turn)


def said(marks, coders=(ANN, BOB)):
    return [(row.kind, row.codes, tuple(found.mark for found in row.marks)) for row in compare(marks, coders)]


def test_the_same_code_in_a_turn_is_agreed_wherever_the_marking_begins():
    assert said([mark(1, ANN, "A", 0, 5), mark(2, BOB, "A", 6, 9)]) == [(AGREED, ("A",), ("c1", "c2"))]


def test_the_same_code_in_another_turn_is_no_agreement():
    assert [kind for kind, _, _ in said([mark(1, ANN, "A"), mark(2, BOB, "A", 20, 30, turn=2)])] == [ONLY, ONLY]


def test_for_and_against_by_one_coder_is_the_same_as_mixed_by_the_other():
    marks = [mark(1, ANN, "A"), mark(2, ANN, "A", polarity="contradicts"), mark(3, BOB, "A", polarity="mixed")]

    assert said(marks)[0][0] == AGREED
    assert said(marks[:1] + marks[2:])[0][0] == POLARITY


def test_another_code_is_joined_only_where_the_words_overlap_and_with_what_overlaps_most():
    marks = [mark(1, ANN, "A", 0, 10), mark(2, BOB, "B", 8, 12), mark(3, BOB, "C", 2, 10), mark(4, ANN, "D", 40, 50),
             mark(5, BOB, "E", 60, 70)]

    assert said(marks) == [(CODE, ("A", "C"), ("c1", "c3")), (ONLY, ("B",), ("c2",)), (ONLY, ("D",), ("c4",)),
                           (ONLY, ("E",), ("c5",))]


def test_with_three_coders_a_code_that_one_lacks_is_given_by_only_some():
    marks = [mark(1, ANN, "A"), mark(2, BOB, "A"), mark(3, EVE, "B", 5, 8)]

    assert said(marks, (ANN, BOB, EVE)) == [(CODE, ("A", "B"), ("c1", "c2", "c3"))]
    assert said(marks[:2], (ANN, BOB, EVE)) == [(ONLY, ("A",), ("c1", "c2"))]


@given(st.lists(st.tuples(st.sampled_from([ANN, BOB, EVE]), st.sampled_from("ABC"), st.integers(0, 40),
                          st.integers(1, 9), st.sampled_from(["supports", "contradicts", "mixed"])), max_size=14))
def test_every_coding_stands_in_exactly_one_place_and_the_order_of_reading_does_not_matter(rows):
    marks = [mark(number, coder, code, start, start + length, 1 + start // 10, polarity)
             for number, (coder, code, start, length, polarity) in enumerate(rows)]

    found, turned = compare(marks, (ANN, BOB, EVE)), compare(marks[::-1], (ANN, BOB, EVE))

    assert sorted(row.mark for place in found for row in place.marks) == sorted(row.mark for row in marks)
    assert {place.place for place in found} == {place.place for place in turned}
    assert len({place.place for place in found}) == len(found)
