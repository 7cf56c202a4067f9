"""Passages by place: held to a plain restatement that looks at every sign."""

from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.query_hits import NOWHERE, Hit, related, turn_numbers, united

STARTS = {1: [0, 10, 20, 30], 2: [0, 15]}
places = st.tuples(st.integers(1, 2), st.integers(0, 38), st.integers(1, 12))


def hits(found: list[tuple[int, int, int]], code: str) -> list[Hit]:
    return united(Hit(version * 10, version, start, start + length, frozenset({code}), codings=(number,))
                  for number, (version, start, length) in enumerate(found, 1))


def signs(hit: Hit) -> set[tuple[int, int]]:
    return {(hit.version_id, place) for place in range(hit.start, hit.end)}


def turns(hit: Hit) -> set[tuple[int, int]]:
    return {(version, max(number for number, start in enumerate(STARTS[version]) if start <= place))
            for version, place in signs(hit)}


@given(st.lists(places, max_size=8), st.lists(places, max_size=8))
def test_each_relation_holds_exactly_where_the_signs_say_so(first, second):
    left, right = hits(first, "A"), hits(second, "B")
    expected = {
        "overlapping": lambda a, b: bool(signs(a) & signs(b)), "containing": lambda a, b: signs(b) <= signs(a),
        "inside": lambda a, b: signs(a) <= signs(b), "in the same turn as": lambda a, b: bool(turns(a) & turns(b)),
        "in the same interview as": lambda a, b: a.interview_id == b.interview_id,
    }

    for relation, holds in expected.items():
        wanted = [hit.place for hit in left if any(holds(hit, other) for other in right)]
        assert [hit.place for hit in related(relation, left, right, STARTS)] == wanted, relation
        rest = [hit.place for hit in related(relation, left, right, STARTS, is_not=True)]
        assert sorted(rest + wanted) == sorted(hit.place for hit in left), relation


@given(st.lists(places, max_size=8), st.lists(places, max_size=8))
def test_and_gives_the_text_that_both_share_with_both_codes(first, second):
    left, right = hits(first, "A"), hits(second, "B")

    shared = related("and", left, right, STARTS)

    covered = {sign for hit in shared for sign in signs(hit)}
    assert covered == ({sign for hit in left for sign in signs(hit)} & {sign for hit in right for sign in signs(hit)})
    assert all(hit.codes == {"A", "B"} for hit in shared)


def test_the_shared_part_of_an_overlap_is_remembered():
    found, = related("overlapping", hits([(1, 5, 10)], "A"), hits([(1, 12, 12)], "B"), STARTS)

    assert (found.start, found.end, found.parts) == (5, 15, ((12, 15),))
    assert list(turn_numbers(found, STARTS)) == [0, 1]


def test_codings_without_words_stay_apart_and_overlap_nothing():
    loose = united([Hit(1, NOWHERE, 0, 0, frozenset({"A"}), codings=(1,)), Hit(1, NOWHERE, 0, 0, codings=(2,))])

    assert len(loose) == 2
    assert related("overlapping", loose, loose, STARTS) == []
    assert related("in the same turn as", loose, loose, STARTS) == []
    assert len(related("in the same interview as", loose, loose, STARTS)) == 2
