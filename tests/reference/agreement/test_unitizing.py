"""The unitizing alphas against worked values of others and of our own, and what must be so of any coding."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.errors import TableError
from analysis.qual.unitizing import Continuum, alpha_u, alpha_u_of, united, unitized_alpha

# Krippendorff (2004), Content Analysis, p. 254: a continuum from 150 to 450.
C_PASSAGES = ([(225, 295), (370, 400)], [(220, 300), (355, 375), (400, 420)])
K_PASSAGES = ([(180, 240), (300, 350)], [(180, 240), (300, 350)])
# Krippendorff (1995), On the reliability of unitizing contiguous data, p. 57: four pairs of observers, 24 places.
PAIRS_1995 = {
    "A": ([(2, 10), (14, 20)], [(4, 8), (15, 17)]),
    "B": ([(0, 18)], [(0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 9), (9, 10)]),
    "C": ([(2, 8), (10, 12), (14, 18), (20, 22)], [(0, 2), (4, 8), (10, 14), (16, 18), (20, 22)]),
    "D": ([(0, 2), (2, 10), (10, 14), (14, 20), (20, 24)], [(0, 4), (4, 8), (8, 15), (15, 17), (17, 24)])}
FINE = 50_000               # places for one of 1995: the limit to five digits
# The example that comes with another program: first and last place of the key phrases in a text of 56 signs.
KEY_PHRASES = (((3, 14), (22, 52)), ((3, 9), (22, 52)), ((22, 45),))
THREE = (((0, 40, "t"), (60, 90, "s"), (120, 150, "d")), ((0, 35, "t"), (60, 95, "s"), (120, 150, "t")),
         ((5, 40, "t"), (120, 150, "d")))


def test_alpha_u_equals_krippendorff_2004():
    c, k = (alpha_u(coders, 150, 300) for coders in (C_PASSAGES, K_PASSAGES))

    assert (round(c.observed, 4), round(c.expected, 4), round(c.alpha, 4)) == (0.0144, 0.0532, 0.7286)
    assert (round(c.observed, 5), round(c.expected, 5)) == (0.01444, 0.05322)
    assert k.alpha == 1.0
    assert (round(alpha_u_of([c, k]), 4), round(alpha_u_of([c, k]), 3)) == (0.8587, 0.859)


def stretched(pair, factor):
    return [[(int(start * factor), int(end * factor)) for start, end in own] for own in PAIRS_1995[pair]]


@pytest.mark.parametrize(("pair", "observed"), [("A", 0.03125), ("B", 2.26736), ("C", 0.02778), ("D", 0.38715)])
def test_the_differences_of_1995_are_those_printed(pair, observed):
    found = alpha_u(PAIRS_1995[pair], 0, 24)

    assert round(found.observed, 5) == observed


@pytest.mark.parametrize(("pair", "expected", "alpha"), [("A", 0.06990, 0.553), ("D", 0.41445, 0.066)])
def test_what_1995_expects_by_chance_is_what_is_printed(pair, expected, alpha):
    found = alpha_u(stretched(pair, FINE), 0, 24 * FINE)

    assert (round(found.expected, 5), round(found.alpha, 3)) == (expected, alpha)


def test_pair_c_of_1995_is_as_printed_where_its_divisor_is_complete():
    halved = alpha_u(stretched("C", 0.5), 0, 12)
    fine = alpha_u(stretched("C", FINE), 0, 24 * FINE)

    squares = sum((end - start) ** 2 for own in PAIRS_1995["C"] for start, end in own)      # 104 of 48 x 48 = 2304
    without_own_pairs = fine.expected * (2304 - squares) / 2304
    assert (round(halved.expected, 5), round(halved.alpha, 3)) == (0.05494, 0.494)
    assert (round(fine.expected, 5), round(fine.alpha, 3)) == (0.09050, 0.693)
    assert (round(without_own_pairs, 5), round(1 - fine.observed / without_own_pairs, 3)) == (0.08642, 0.679)


def test_pair_b_of_1995_is_as_printed_where_the_gaps_are_two_places_longer():
    fine = alpha_u(stretched("B", FINE), 0, 24 * FINE)

    lengths = [end - start for own in PAIRS_1995["B"] for start, end in own]
    divisor = 48**2 - sum(length**2 for length in lengths)
    added = 2 * sum(length**2 for length in lengths if length < 6) * 2 / 24 / divisor
    assert (round(fine.expected, 5), round(fine.alpha, 3)) == (1.17578, -0.928)
    assert (round(fine.expected + added, 5), round(1 - fine.observed / (fine.expected + added), 3)) == (
        1.17731, -0.926)


def tiled(phrases, length, lost):
    """Return sections and gaps from first to last place; `lost` places of each are left out at its end."""
    found, at = [], 0
    for first, last in phrases:
        found += [(at, first, "")] if first > at else []
        found += [(first, last + 1, "x")]
        at = last + 1
    found += [(at, length, "")] if at < length else []
    return [(start, end - lost, value) for start, end, value in found]


def by_places(coders):
    """Return the unitizing alpha reckoned place by place: slow, and independent of the program."""
    values = [{place: value for start, end, value in own for place in range(start, end)} for own in coders]
    shared = [(one[place], other[place]) for i, one in enumerate(values) for j, other in enumerate(values) if i != j
              for place in one.keys() & other.keys()]
    weight = 1 / (len(coders) - 1)
    total, own_pairs = len(shared) * weight, dict.fromkeys({value for value, _ in shared}, 0)
    for start, end, value in (section for own in coders for section in own):
        own_pairs[value] += end - start if value == "" else (end - start) ** 2
    alike = sum(one == other for one, other in shared) * weight
    by_chance = total * sum((sum(one == value for one, _ in shared) * weight) ** 2 - pairs
                            for value, pairs in own_pairs.items()) / (total**2 - sum(own_pairs.values()))
    return 1 - (total - alike) / (total - by_chance)


def test_the_key_phrases_agree_by_56454_when_every_place_counts():
    found = unitized_alpha([Continuum(56, tuple(
        tuple((first, last + 1, "x") for first, last in own) for own in KEY_PHRASES))])

    assert round(found.all_values, 5) == 0.56454
    assert found.all_values == pytest.approx(by_places([tiled(own, 56, 0) for own in KEY_PHRASES]))
    assert found.all_values == found.any_code
    assert found.codes_only is None         # with one code nothing can be confused


def test_the_key_phrases_agree_by_56720_only_when_each_section_loses_its_last_place():
    assert by_places([tiled(own, 56, 1) for own in KEY_PHRASES]) == pytest.approx(0.5671992508994135, abs=1e-15)


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


def test_a_text_of_one_coder_is_refused():
    with pytest.raises(TableError, match="Two or more coders"):
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


@given(sections(), sections(), sections())
def test_the_alpha_of_places_and_codes_is_that_reckoned_place_by_place(a, b, c):
    coders = [[*own, *((start, end, "") for start, end in gaps(own, 60))] for own in (a, b, c)]
    assume(len({value for own in coders for _, _, value in own}) > 1)

    found = unitized_alpha([Continuum(60, (a, b, c))])

    assert found.all_values == pytest.approx(by_places(coders))


def gaps(own, length):
    borders = [0, *(border for start, end, _ in own for border in (start, end)), length]
    return [(start, end) for start, end in zip(borders[::2], borders[1::2], strict=True) if start < end]
