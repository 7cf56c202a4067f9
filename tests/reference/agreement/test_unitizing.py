"""The unitizing alphas against worked values of others and of our own, and what must be so of any coding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import TableError
from analysis.qual.unitizing import Continuum, alpha_u, alpha_u_of, united, unitized_alpha

# Krippendorff (2004), Content Analysis, p. 254: a continuum from 150 to 450.
C_PASSAGES = ([(225, 295), (370, 400)], [(220, 300), (355, 375), (400, 420)])
K_PASSAGES = ([(180, 240), (300, 350)], [(180, 240), (300, 350)])
THREE = (((0, 40, "t"), (60, 90, "s"), (120, 150, "d")), ((0, 35, "t"), (60, 95, "s"), (120, 150, "t")),
         ((5, 40, "t"), (120, 150, "d")))


def test_alpha_u_equals_krippendorff_2004():
    c, k = (alpha_u(coders, 150, 300) for coders in (C_PASSAGES, K_PASSAGES))

    assert (round(c.observed, 4), round(c.expected, 4), round(c.alpha, 4)) == (0.0144, 0.0532, 0.7286)
    assert (round(c.observed, 5), round(c.expected, 5)) == (0.01444, 0.05322)
    assert k.alpha == 1.0
    assert (round(alpha_u_of([c, k]), 4), round(alpha_u_of([c, k]), 3)) == (0.8587, 0.859)


def test_the_family_equals_the_worked_value_of_a_published_example_read_half_open():
    found = unitized_alpha([Continuum(56, (((3, 15, "x"), (22, 53, "x")), ((3, 10, "x"), (22, 53, "x")),
                                          ((22, 46, "x"),)))])

    assert round(found.all_values, 5) == 0.56454
    assert found.all_values == found.any_code
    assert found.codes_only is None         # with one code nothing can be confused


def test_swapped_codes_agree_on_where_and_not_on_what():
    found = unitized_alpha([Continuum(40, (((0, 10, "a"), (20, 30, "b")), ((0, 10, "b"), (20, 30, "a"))))])

    assert (round(found.all_values, 3), found.any_code, round(found.codes_only, 9)) == (0.255, 1.0, -0.5)


def test_three_coders_and_three_codes_equal_the_worked_values():
    found = unitized_alpha([Continuum(200, THREE)])

    assert (round(found.all_values, 5), round(found.any_code, 5), round(found.codes_only, 5)) == (
        0.60201, 0.70364, 0.59747)
    assert {code: round(value, 5) for code, value in found.by_code.items()} == {"d": 0.40625, "s": 1.0, "t": 0.53353}


def test_a_coder_who_marked_nothing_leaves_the_codes_undefined():
    found = unitized_alpha([Continuum(50, (((0, 10, "a"), (20, 30, "b")), ()))])

    assert (found.codes_only, found.by_code) == (None, {"a": None, "b": None})
    assert found.all_values < 0


def test_nothing_marked_at_all_is_undefined():
    found = unitized_alpha([Continuum(50, ((), ()))])

    assert (found.all_values, found.any_code, found.codes_only) == (None, None, None)


def test_a_coders_overlapping_passages_of_a_code_are_joined_first():
    assert united([(5, 9), (0, 3), (8, 12), (3, 4)], "x") == ((0, 4, "x"), (5, 12, "x"))
    with pytest.raises(TableError, match="overlaps"):
        Continuum(20, (((0, 5, "x"), (4, 9, "x")),))


def test_texts_of_different_coders_are_refused():
    with pytest.raises(TableError, match="same two or more coders"):
        unitized_alpha([Continuum(9, ((), ())), Continuum(9, ((),))])


@st.composite
def sections(draw, length=60):
    cuts = sorted(draw(st.sets(st.integers(0, length), min_size=0, max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return tuple((start, end, draw(st.sampled_from("ab"))) for start, end in pairs)


def values_of(found):
    return [found.all_values, found.any_code, found.codes_only, *found.by_code.values()]


@given(sections())
def test_identical_coding_agrees_fully_wherever_it_is_defined(own):
    found = unitized_alpha([Continuum(60, (own, own, own))])

    assert all(value is None or value == pytest.approx(1.0) for value in values_of(found))


@given(sections(), sections(), sections())
def test_the_order_of_the_coders_does_not_matter(a, b, c):
    one, other = unitized_alpha([Continuum(60, (a, b, c))]), unitized_alpha([Continuum(60, (c, a, b))])

    assert values_of(one) == pytest.approx(values_of(other))


@given(sections(), sections(), st.integers(2, 9))
def test_agreement_on_codes_does_not_change_with_the_unit_of_length(a, b, factor):
    longer = [tuple((start * factor, end * factor, value) for start, end, value in own) for own in (a, b)]

    one, other = unitized_alpha([Continuum(60, (a, b))]), unitized_alpha([Continuum(60 * factor, tuple(longer))])

    assert one.codes_only == pytest.approx(other.codes_only)
    assert list(one.by_code.values()) == pytest.approx(list(other.by_code.values()))


@given(sections(), sections(), sections())
def test_two_texts_are_more_than_one_twice_as_long(a, b, c):
    texts = [Continuum(60, (a, b)), Continuum(60, (b, c))]

    found, turned = unitized_alpha(texts), unitized_alpha(texts[::-1])

    assert values_of(found) == pytest.approx(values_of(turned))
    assert all(value is None or value <= 1 + 1e-9 for value in values_of(found))
