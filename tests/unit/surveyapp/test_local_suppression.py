"""Profiles that leave in a file of single rows are shared by enough people."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from surveyapp.services.local_suppression import safe_profiles


def test_a_profile_shared_by_many_stays_as_it_is():
    profiles = [("retail", "teller")] * 6 + [("corporate", "rm")] * 5

    assert safe_profiles(profiles) == profiles


def test_the_only_one_of_a_kind_is_not_shown():
    shown = safe_profiles([("retail",)] * 8 + [("legal",)])

    # With the one alone withheld it would still be known who it is, so the next group goes with it.
    assert set(shown) == {("",)}


def test_a_second_attribute_is_withheld_where_it_singles_out():
    profiles = [("retail", "teller")] * 6 + [("retail", "head")] * 1 + [("corporate", "rm")] * 5

    shown = safe_profiles(profiles)

    assert Counter(shown) == {("retail", ""): 7, ("corporate", "rm"): 5}


def test_fewer_people_than_the_minimum_have_no_profile():
    assert safe_profiles([("a",)] * 4) == [("",)] * 4


@given(st.lists(st.tuples(*[st.sampled_from("abcd")] * 3), max_size=60), st.integers(3, 8))
def test_every_profile_shown_is_shared_by_the_minimum_or_empty(profiles, minimum):
    shown = safe_profiles(profiles, minimum)

    sizes = Counter(shown)
    assert all(n >= minimum or set(profile) == {""} for profile, n in sizes.items())
    assert all(after in (before, "") for old, new in zip(profiles, shown, strict=True)
               for before, after in zip(old, new, strict=True))
