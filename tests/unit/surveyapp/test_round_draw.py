from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.round_draw import Candidate, assign_coders, draw_doubles

TWENTY = [Candidate(f"I{n:02d}", "teller · zh" if n < 12 else "manager · zh", 1000 + 37 * n) for n in range(20)]

texts = st.lists(st.tuples(st.sampled_from(["teller", "manager", "it"]), st.integers(1, 5000)), min_size=1,
                 max_size=25).map(lambda rows: [Candidate(f"I{n}", role, size) for n, (role, size) in enumerate(rows)])


def test_the_draw_of_a_seed_is_the_same_everywhere_and_for_ever():
    # By the description alone: of 4, the strata's shares are 2.4 and 1.6, so two each; the first two of each in the
    # order of sha256("7:key") are I03 and I06 (20bcb262 …), I17 and I18 (15163667 …).
    assert draw_doubles(TWENTY, 0.2, 7) == draw_doubles(TWENTY[::-1], 0.2, 7) == ("I03", "I06", "I17", "I18")


def test_a_fifth_is_drawn_in_proportion_to_the_strata():
    drawn = draw_doubles(TWENTY, 0.2, 1)

    assert len(drawn) == 4
    assert Counter(key >= "I12" for key in drawn) == {False: 2, True: 2}


@given(texts, st.floats(0.01, 1), st.integers(0, 10**6))
def test_at_least_one_is_drawn_and_never_less_than_the_share(candidates, share, seed):
    drawn = draw_doubles(candidates, share, seed)

    assert len(drawn) == len(set(drawn))
    assert max(1, share * len(candidates) - 1e-6) <= len(drawn) < max(1, share * len(candidates)) + 1
    for stratum in {row.stratum for row in candidates}:
        size = sum(row.stratum == stratum for row in candidates)
        n = sum(row.key in drawn for row in candidates if row.stratum == stratum)
        assert abs(n - len(drawn) * size / len(candidates)) < 1


@given(texts, st.integers(2, 5), st.integers(0, 10**6))
def test_doubles_get_two_coders_all_others_one_and_nobody_reads_much_more(candidates, n_coders, seed):
    doubles = draw_doubles(candidates, 0.2, seed)

    given_to = assign_coders(candidates, doubles, range(1, n_coders + 1), seed)

    assert {key: len(set(coders)) for key, coders in given_to.items()} == {
        row.key: 2 if row.key in doubles else 1 for row in candidates}
    load = Counter(dict.fromkeys(range(1, n_coders + 1), 0))
    for row in candidates:
        load.update(dict.fromkeys(given_to[row.key], row.size))
    assert max(load.values()) - min(load.values()) <= max(row.size for row in candidates)


def test_nothing_to_draw_from_draws_nothing():
    assert draw_doubles([], 0.2, 1) == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_another_seed_draws_others(seed):
    assert draw_doubles(TWENTY, 0.2, seed) != draw_doubles(TWENTY, 0.2, seed + 2)
