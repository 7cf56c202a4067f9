"""Sets of codes that exclude each other: the worked values of the unitizing family, reached from coded texts."""

import numpy as np
import pytest

from analysis.qual.coded_text import CodedText, Mark
from analysis.qual.exclusive import code_alpha, set_agreements
from analysis.qual.unitizing import Continuum, unitized_alpha
from analysis.qual.unitizing_interval import unitized_draws
from instruments.template import Codebook, CodeDefinition

# The worked example of three coders and three codes (length 200): place by coder and code.
THREE = {"ann": ((0, 40, "T"), (60, 90, "S"), (120, 150, "D")), "bob": ((0, 35, "T"), (60, 95, "S"), (120, 150, "T")),
         "eve": ((5, 40, "T"), (120, 150, "D"))}


def book(**parents):
    return Codebook("c", "1", ("en",), tuple(
        CodeDefinition(key, None if parent == "top" else parent, {"en": key}, {},
                       has_exclusive_children=key == "SET") for key, parent in parents.items()))


CODES = book(SET="top", T="SET", S="SET", D="SET", OTHER="top")


def text(marks, length=200, turns=None, key="I1"):
    return CodedText(key, length, tuple(marks), turns or ((0, length, True),), (), tuple(
        Mark(coder, code, "supports", start, end) for coder, own in marks.items() for start, end, code in own))


def values(found):
    return [round(value, 5) for value in (found.all_values, found.any_code, found.codes_only)]


def test_the_worked_values_are_reached_from_a_coded_text():
    [found] = set_agreements([text(THREE)], CODES)

    assert values(found) == [0.60201, 0.70364, 0.59747]
    assert {key: round(value, 5) for key, value in found.by_code.items()} == {"D": 0.40625, "S": 1.0, "T": 0.53353}
    assert (found.parent, found.codes, found.not_given, found.clashes) == ("SET", ("T", "S", "D"), (), ())


def test_a_code_counts_for_the_member_above_it_and_the_parent_for_none():
    below = book(SET="top", T="SET", **{"T.1": "T"}, S="SET", D="SET")
    marks = {**THREE, "ann": ((0, 20, "T"), (20, 40, "T.1"), *THREE["ann"][1:], (160, 170, "SET"))}

    [found] = set_agreements([text(marks)], below)

    assert values(found) == [0.60201, 0.70364, 0.59747]
    assert found.n_parent == 1


def test_only_turns_that_count_are_places():
    marks = {coder: tuple((start + 50, end + 50, code) for start, end, code in own) for coder, own in THREE.items()}

    [found] = set_agreements([text(marks, 250, ((0, 50, False), (50, 250, True)))], CODES)

    assert values(found) == [0.60201, 0.70364, 0.59747]


def test_words_with_two_codes_of_the_set_are_named_and_left_out_for_all():
    marks = {coder: tuple((start + 10 * (start >= 40), end + 10 * (start >= 40), code) for start, end, code in own)
             for coder, own in THREE.items()}
    marks["ann"] += ((40, 50, "S"), (40, 50, "D"))

    [found] = set_agreements([text(marks, 210)], CODES)

    assert values(found) == [0.60201, 0.70364, 0.59747]
    assert [(clash.coder, clash.first, clash.second, clash.n_characters) for clash in found.clashes] == [
        ("ann", "S", "D", 10)]
    assert found.n_left_out == 10


def test_pairs_of_coders_who_differ_from_text_to_text_count_together():
    swapped = ((0, 10, "T"), (20, 30, "S")), ((0, 10, "S"), (20, 30, "T"))
    texts = [text(dict(zip(pair, swapped, strict=True)), 40, key=f"I{number}")
             for number, pair in enumerate((("ann", "bob"), ("ann", "eve"), ("bob", "eve")))]

    [found] = set_agreements(texts, CODES)

    assert (round(found.any_code, 9), found.codes_only < 0) == (1.0, True)
    assert code_alpha(texts, {"T", "S"}) == pytest.approx(1.0)


def test_without_a_declaration_or_with_one_code_there_is_no_set():
    assert set_agreements([text(THREE)], book(TOP="top", T="TOP", S="TOP", D="TOP")) == ()
    assert set_agreements([text(THREE)], book(SET="top", T="SET", S="top", D="top")) == ()


def test_what_nobody_gave_is_undefined_and_named():
    [found] = set_agreements([text({"ann": (), "bob": ()})], CODES)

    assert (found.all_values, found.codes_only, found.by_code, found.not_given) == (None, None, {}, ("T", "S", "D"))
    assert found.share_coded == 0.0


def several():
    """Four texts on which the coders agree differently well."""
    other = {"ann": ((0, 30, "T"), (50, 80, "D")), "bob": ((0, 30, "S"), (50, 75, "D"))}
    return [text(THREE, key="I1"), text(other, key="I2"), text({**other, "eve": ((0, 30, "T"),)}, key="I3"),
            text({"ann": THREE["ann"], "eve": THREE["eve"]}, key="I4")]


def test_each_resample_is_reckoned_as_its_texts_are():
    draws = np.array([[1, 1, 1, 1], [2, 0, 1, 1], [0, 4, 0, 0]], dtype=float)
    continua = [Continuum(200, tuple(tuple((mark.start, mark.end, mark.code) for mark in each.marks
                                           if mark.coder == coder) for coder in each.coders)) for each in several()]

    found = unitized_draws(continua, draws)

    for place, times in enumerate(draws.astype(int)):
        drawn = [continuum for continuum, n in zip(continua, times, strict=True) for _ in range(n)]
        alpha = unitized_alpha(drawn)
        assert [values[place] for values in found.values()] == pytest.approx(
            [alpha.all_values, alpha.any_code, alpha.codes_only])


def test_the_interval_holds_the_value_and_needs_resamples():
    counts = np.random.default_rng(1).multinomial(4, [1 / 4] * 4, size=500).astype(float)

    [with_counts], [without] = set_agreements(several(), CODES, counts), set_agreements(several(), CODES)

    assert set(with_counts.intervals) == {"all_values", "any_code", "codes_only"}
    for name, (low, high) in with_counts.intervals.items():
        assert low < getattr(with_counts, name) < high
    assert (without.intervals, without.all_values) == ({}, with_counts.all_values)
