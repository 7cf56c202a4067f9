"""Memos in the margin: each beside the turn of its passage, the passage marked, the text unchanged."""

from dataclasses import replace

from hypothesis import given

from surveyapp.services.margin import add_margin
from surveyapp.services.marking import lay_out
from surveyapp.services.memo import SeenMemo
from tests.unit.surveyapp.test_marking import TEXT, TURNS, coding, spans


def memo(number: int, start: int | None, end: int | None, text: str = "look again") -> SeenMemo:
    return SeenMemo(number, "segment", text, "Ann", True, 1, start, end, TEXT[start:end] if end else "", False, "")


def test_a_memo_stands_beside_its_passage_which_is_marked():
    found = add_margin(lay_out(TEXT, TURNS, [coding(1, 2, 9)], {}), [], [memo(3, 5, 12)])

    assert [(run.words, run.marks, run.notes) for run in found[0].runs] == [
        ("𠮷先生", ("c1",), ()), ("👍🏽说系", ("c1",), ("m3",)), ("统慢。", (), ("m3",))]
    assert [run.ending for run in found[0].runs] == ["", "PRB+", ""]
    assert [(note.mark, note.beginning, note.quote) for note in found[0].notes] == [("m3", "look again", TEXT[5:12])]
    assert found[1].notes == ()


def test_a_memo_over_two_turns_is_told_once_and_marked_in_both():
    found = add_margin(lay_out(TEXT, TURNS, [], {}), [], [memo(3, 9, 19)])

    assert [[note.mark for note in layout.notes] for layout in found] == [["m3"], []]
    assert [run.words for layout in found for run in layout.runs if run.notes] == [TEXT[9:12], TEXT[16:19]]


def test_a_memo_of_a_coding_stands_there_with_the_name_of_the_coding():
    noted = replace(coding(1, 2, 9), memo="why?\nask again")

    found = add_margin(lay_out(TEXT, TURNS, [noted], {}), [noted], [])

    assert [(note.mark, note.label, note.beginning, note.text) for note in found[0].notes] == [
        ("c1", "PRB+", "why? ask again", "why?\nask again")]


def test_a_memo_on_the_whole_is_in_no_margin_and_a_long_one_is_cut():
    found = add_margin(lay_out(TEXT, TURNS, [], {}), [], [memo(1, None, None), memo(2, 2, 4, "字" * 2000)])

    assert [(len(note.beginning), len(note.text)) for note in found[0].notes] == [(31, 601)]


def test_a_part_of_a_long_text_shows_the_memo_that_began_before_it():
    found = add_margin(lay_out(TEXT, TURNS[1:], [], {}, before=TURNS[0].end), [], [memo(3, 9, 19)])

    assert [note.mark for note in found[0].notes] == ["m3"]
    assert [run.words for run in found[0].runs if run.notes] == [TEXT[16:19]]


@given(spans, spans)
def test_marks_of_memos_change_no_sign_and_cover_exactly_their_passage(codings: list[tuple[int, int]],
                                                                       places: list[tuple[int, int]]):
    rows = [coding(number, start, end) for number, (start, end) in enumerate(sorted(codings))]
    memos = [memo(number, start, end) for number, (start, end) in enumerate(places)]

    found = add_margin(lay_out(TEXT, TURNS, rows, {}), rows, memos)

    for turn, layout in zip(TURNS, found, strict=True):
        assert "".join(run.words for run in layout.runs) == TEXT[turn.start:turn.end]
        at = turn.start
        for run in layout.runs:
            inside = {row.mark for row in memos if row.start <= at < row.end}
            assert set(run.notes) == inside
            at += len(run.words)
