import pytest

from analysis.qual.cooccurrence import cooccurrences
from analysis.qual.saturation import saturation, saturation_curve
from tests.factories.interviews import codebook, coding, interview_table


def interviews_with_new_codes(*new):
    """Interviews that each bring so many codes not heard before."""
    coded, start = [], 0
    for place, n in enumerate(new):
        coded.append((f"i{place + 1}", frozenset(f"c{number}" for number in range(start, start + n)) | {"c0"}))
        start += n
    return coded


def test_the_example_of_guest_namey_and_chen():
    # Guest, Namey & Chen 2020: base of four interviews with 37 codes; interviews 5 and 6 bring 7 more, 19 %.
    result = saturation_curve(interviews_with_new_codes(16, 11, 6, 4, 4, 3, 1, 0, 0))

    values = [value for _, _, value in result.curve]
    assert sum(new for _, new, _ in result.curve[:4]) == 37
    assert values[:5] == [None] * 5
    assert round(values[5], 2) == 0.19
    assert values[6:] == pytest.approx([4 / 37, 1 / 37, 0.0])
    assert (result.verdict, result.reached_at) == ("reached", "6+2")


def test_runs_overlap_and_slide_by_one():
    result = saturation_curve(interviews_with_new_codes(10, 5, 3, 2, 1, 2, 2, 1, 2, 2))

    assert [value for _, _, value in result.curve[5:]] == pytest.approx([3 / 20, 4 / 20, 3 / 20, 3 / 20, 4 / 20])
    assert (result.verdict, result.reached_at) == ("not_reached", None)


def test_a_value_at_the_threshold_is_reached():
    assert saturation_curve(interviews_with_new_codes(10, 5, 3, 2, 1, 0, 1, 0, 1)).reached_at == "4+2"


@pytest.mark.parametrize(("new", "later", "broken_at"), [
    ((10, 5, 3, 2, 0, 0, 0, 0, 0), 0, None), ((10, 5, 3, 2, 1, 0, 1, 0, 1), 2, None),
    ((6, 2, 3, 1, 0, 0, 4, 0, 0), 4, (7, 4)), ((10, 5, 3, 2, 9, 9, 9, 9, 9), 0, None)],
    ids=["lasted", "few later", "many later", "never"])
def test_what_comes_after_the_rule_held_is_told_apart_by_whether_it_still_holds(new, later, broken_at):
    result = saturation_curve(interviews_with_new_codes(*new))

    assert (result.n_later, result.broken_at) == (later, broken_at)
    assert (result.n_reached == 6) is (result.verdict == "reached")


def test_fewer_than_nine_interviews_are_not_judged():
    result = saturation_curve(interviews_with_new_codes(5, 0, 0, 0, 0, 0, 0, 0))

    assert (result.verdict, result.reached_at, result.n_interviews) == ("too_few", None, 8)


def test_a_base_without_codes_is_undefined():
    empty = [(f"i{place}", frozenset()) for place in range(9)]

    assert saturation_curve(empty).verdict == "undefined"
    assert saturation_curve([]).verdict == "too_few"


def test_interviews_are_taken_in_the_order_of_their_dates():
    table = interview_table({"z": "rm", "a": "rm", "m": ("customer", "customer")},
                            [coding("z", "PRB.A"), coding("a", "PRB.A"), coding("a", "PRB.B")])

    result = saturation(table)

    assert [(interview, new) for interview, new, _ in result.curve] == [("z", 1), ("a", 1)]


def test_codes_meet_in_turns():
    codes = codebook("PRB", "PRB.A", "PRB.A.X", "CAU", "CAU.T")
    table = interview_table({"i0": "rm", "i1": "rm"}, [
        coding("i0", "PRB.A", turn=0), coding("i0", "CAU.T", turn=0), coding("i0", "PRB.A.X", turn=2),
        coding("i0", "CAU.T", turn=2), coding("i1", "PRB.A", turn=4), coding("i1", "CAU.T", coder="b", turn=4),
        coding("i1", "CAU.T", turn=6), coding("i1", "PRB.A", turn=-1)])

    pairs = cooccurrences(table, codes, ["PRB.A", "PRB.A.X", "CAU.T"])

    assert [(pair.first, pair.second) for pair in pairs] == [("PRB.A", "CAU.T"), ("PRB.A.X", "CAU.T")]
    assert (pairs[0].n_first, pairs[0].n_second, pairs[0].n_both, pairs[0].n_interviews) == (3, 4, 3, 2)
    assert pairs[0].coefficient == pytest.approx(3 / 4)
    assert [pair.is_thin for pair in pairs] == [False, True]
