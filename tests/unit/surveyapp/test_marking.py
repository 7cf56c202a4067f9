"""Overlapping codings are drawn as flat runs that hold the text unchanged."""

from hypothesis import given
from hypothesis import strategies as st

from surveyapp.models.interview import Turn
from surveyapp.services.marking import lay_out
from surveyapp.services.passage import SeenCoding

TEXT = "答：𠮷先生👍🏽说系统慢。\n\n答：客户👨‍👩‍👧说好。"
TURNS = [Turn(number=1, speaker="答", is_interviewee=True, start=2, end=12), Turn(
    number=2, speaker="答", is_interviewee=True, start=16, end=len(TEXT))]


def coding(number: int, start: int, end: int, code: str = "PRB", polarity: str = "supports") -> SeenCoding:
    return SeenCoding(number, False, (code,), polarity, "", start, end, TEXT[start:end], {}, "C1", True, 1)


def test_overlaps_are_cut_at_every_boundary():
    found = lay_out(TEXT, TURNS, [coding(1, 2, 9), coding(2, 5, 12, "CAU")], {"PRB": 1, "CAU": 2})

    assert [(run.words, run.marks) for run in found[0].runs] == [
        ("𠮷先生", ("c1",)), ("👍🏽说系", ("c1", "c2")), ("统慢。", ("c2",))]
    assert found[0].runs[1].lanes == ("l0h1", "l1h2")


def test_a_coding_over_two_turns_shows_in_both_and_ends_once():
    found = lay_out(TEXT, TURNS, [coding(7, 9, 19)], {})

    assert [run.marks for layout in found for run in layout.runs if run.marks] == [("c7",), ("c7",)]
    assert [run.ending for layout in found for run in layout.runs if run.ending] == ["PRB+"]


def test_two_coders_of_one_mind_show_as_one_label():
    found = lay_out(TEXT, TURNS, [coding(1, 2, 5), coding(2, 2, 5)], {})

    assert found[0].runs[0].ending == "PRB+ ×2"


def test_the_text_between_turns_is_kept_for_passages_that_run_over_it():
    found = lay_out(TEXT, TURNS, [], {})

    assert [layout.gap for layout in found] == [TEXT[:2], TEXT[12:16]]
    assert "".join(layout.gap + "".join(run.words for run in layout.runs) for layout in found) == TEXT


spans = st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).filter(lambda s: s[0] < s[1]),
                 max_size=12)


@given(spans)
def test_runs_hold_the_text_and_every_coding_covers_exactly_its_signs(places: list[tuple[int, int]]):
    codings = [coding(number, start, end) for number, (start, end) in enumerate(places)]

    found = lay_out(TEXT, TURNS, sorted(codings, key=lambda row: row.start or 0), {})

    for turn, layout in zip(TURNS, found, strict=True):
        assert "".join(run.words for run in layout.runs) == TEXT[turn.start:turn.end]
        at = turn.start
        for run in layout.runs:
            covering = {row.mark for row in codings if row.start < at + len(run.words) and row.end > at}
            assert set(run.marks) == covering
            at += len(run.words)


@given(spans)
def test_drawing_one_turn_anew_gives_what_the_whole_page_shows(places: list[tuple[int, int]]):
    codings = sorted((coding(n, start, end) for n, (start, end) in enumerate(places)), key=lambda row: row.start or 0)
    touching = [row for row in codings if row.start < TURNS[1].end and row.end > TURNS[1].start]

    whole = lay_out(TEXT, TURNS, codings, {})[1]
    part = lay_out(TEXT, TURNS[1:], touching, {}, before=TURNS[0].end)[0]

    assert [(run.words, set(run.marks)) for run in part.runs] == [(run.words, set(run.marks)) for run in whole.runs]
    assert (part.gap, part.sentences, part.n_codings) == (whole.gap, whole.sentences, whole.n_codings)
