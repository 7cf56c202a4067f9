"""Two waves: which items count, what may be said, and what chance alone brings back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from analysis.errors import TableError, TooFewData
from analysis.quant.waves.change import change_of, linked_people, reweighted_change
from analysis.quant.waves.comparison import WaveRules, compare_waves
from analysis.quant.waves.gate import match_hashes
from analysis.quant.waves.scores import TwoWaves, two_waves
from analysis.quant.waves.worst_unit import worst_unit
from analysis.results.waves import InvarianceStep, ItemMatch

KEYS = ("Q1", "Q2", "Q3", "Q4")
SCALES = {"SAT": KEYS}


def answers(n: int = 120, change: float = 0.5, seed: int = 3, odd: float = 0.0) -> tuple[pd.DataFrame, pd.Series]:
    """Return n people in each of two waves; Q4 of the second wave is shifted by `odd` beside the change."""
    rng = np.random.default_rng(seed)
    base = rng.normal(3, 0.6, 2 * n) + np.repeat([0.0, change], n)
    items = pd.DataFrame({key: base + rng.normal(0, 0.7, 2 * n) for key in KEYS})
    items.loc[n:, "Q4"] += odd
    return items, pd.Series(["w1"] * n + ["w2"] * n, name="wave")


def rows(items: pd.DataFrame, wave: pd.Series, **more: pd.Series) -> TwoWaves:
    return two_waves(items, wave, **more)


def matches(**status: str) -> tuple[ItemMatch, ...]:
    return tuple(ItemMatch(key, status.get(key, "same")) for key in KEYS)


def one(found):
    return found.scales[0]


def test_a_change_is_told_with_its_size() -> None:
    found = one(compare_waves(rows(*answers()), SCALES, matches()))

    assert found.verdict == "changed"
    assert found.difference.value == pytest.approx(found.second.value - found.first.value)
    assert found.difference.ci_low > 0.25
    assert found.q_value < 0.001
    assert found.difference_without_flagged is None
    assert (found.invariance.word, found.invariance.reason) == ("cannot_be_judged", "no_engine")


def test_a_small_change_of_many_people_is_no_demonstrable_one() -> None:
    found = one(compare_waves(rows(*answers(3000, 0.12)), SCALES, matches()))

    assert found.q_value < 0.01
    assert found.verdict == "no_demonstrable_change"
    assert found.detectable.value < 0.1


def test_an_anonymous_comparison_says_that_it_is_conservative() -> None:
    found = compare_waves(rows(*answers()), SCALES, matches())

    assert "unlinked_conservative" in found.warnings
    assert "wider than it need be" in one(found).difference.method


def test_the_unlinked_interval_is_never_too_narrow_where_the_same_people_answer() -> None:
    rng, plain, paired = np.random.default_rng(5), [], []
    wave = pd.Series(["a"] * 60 + ["b"] * 60)
    people = pd.Series([str(i) for i in range(60)] * 2)

    for _ in range(300):
        true = rng.normal(size=60)
        items = pd.DataFrame({"Q1": np.concatenate([true + rng.normal(size=60), true + 0.3 + rng.normal(size=60)])})
        for linked, kept in ((None, plain), (people, paired)):
            waves = two_waves(items, wave, people=linked)
            kept.append(change_of(waves.score(["Q1"]), waves)[0])

    held = [np.mean([found.ci_low <= 0.3 <= found.ci_high for found in kept]) for kept in (plain, paired)]
    assert held[0] >= 0.97
    assert 0.93 <= held[1] <= 0.98
    assert np.mean([found.ci_high - found.ci_low for found in paired]) < np.mean(
        [found.ci_high - found.ci_low for found in plain])


def test_linked_people_are_compared_with_themselves() -> None:
    items, wave = answers(60, 0.3)
    people = pd.Series([f"p{i}" for i in range(60)] + [f"p{i + 20}" for i in range(60)])

    found = one(compare_waves(rows(items, wave, people=people), SCALES, matches()))

    assert (found.linked.n_both, found.linked.n_only_first, found.linked.n_only_second) == (40, 20, 20)
    assert found.difference.n == found.n_first == found.n_second == 40
    score = items.mean(axis=1).to_numpy()
    assert found.difference.value == pytest.approx((score[60:100] - score[20:60]).mean())
    assert found.linked.left.value == pytest.approx(score[:20].mean() - score[20:60].mean())
    assert found.linked.r == pytest.approx(np.corrcoef(score[20:60], score[60:100])[0, 1])


def test_an_item_that_means_something_else_is_left_out() -> None:
    found = one(compare_waves(rows(*answers(odd=2.0)), SCALES, matches(Q4="changed")))

    assert (found.items, found.refused, found.warnings) == (("Q1", "Q2", "Q3"), ("Q4",), ("items_left_out",))
    assert found.difference.value < 0.8


def test_a_reworded_item_is_flagged_and_the_change_told_without_it() -> None:
    found = one(compare_waves(rows(*answers(odd=0.4)), SCALES, matches(Q4="reworded")))

    assert found.flagged == ("Q4",)
    assert found.difference_without_flagged.value == pytest.approx(found.difference.value - 0.1, abs=0.05)
    assert found.verdict == "changed"


def test_a_change_whose_sign_hangs_on_a_flagged_item_is_withheld() -> None:
    found = one(compare_waves(rows(*answers(400, -0.3, odd=3.0)), SCALES, matches(Q4="reworded")))

    assert found.difference.value > 0.25
    assert found.difference_without_flagged.value < 0
    assert (found.verdict, found.reasons) == ("withheld", ("sign_depends_on_flagged_items",))


def test_nothing_is_said_where_every_item_was_reworded() -> None:
    found = one(compare_waves(rows(*answers()), SCALES, matches(**dict.fromkeys(KEYS, "reworded"))))

    assert (found.verdict, found.reasons) == ("withheld", ("only_flagged_items",))


@pytest.mark.parametrize(("change", "reason"), [
    (lambda items, wave: (items, wave, matches(**dict.fromkeys(KEYS, "changed"))), "no_common_items"),
    (lambda items, wave: (items.assign(**{key: np.random.default_rng(i).normal(size=len(items))
                                          for i, key in enumerate(KEYS)}), wave, matches()), "low_alpha"),
    (lambda items, wave: (items.iloc[:125], wave.iloc[:125], matches()), "too_few_people"),
    (lambda items, wave: (items * 0 + 3, wave, matches()), "no_variation"),
])
def test_waves_that_cannot_be_compared_are_refused_with_the_reason(change, reason: str) -> None:
    items, wave, found_matches = change(*answers())

    found = one(compare_waves(rows(items, wave), SCALES, found_matches))

    assert found.verdict == "refused"
    assert reason in found.reasons
    assert (found.difference.value, found.p_value, found.q_value) == (None, None, None)


class StepsOf:
    """An engine that has fitted already."""

    def __init__(self, cfi: Sequence[float], freed: Sequence[str] = ()) -> None:
        self.steps = tuple(InvarianceStep(level, 10.0, 5, value, 1 - value) for level, value in zip(
            ("configural", "metric", "scalar"), cfi, strict=True))
        self.freed = tuple(freed)

    def __call__(self, items: pd.DataFrame, waves: pd.Series) -> tuple[tuple[InvarianceStep, ...], tuple[str, ...]]:
        assert items.notna().all().all()
        assert len(items) == len(waves)
        return self.steps, self.freed


@pytest.mark.parametrize(("engine", "n", "word", "reason"), [
    (StepsOf([0.98, 0.975, 0.97]), 160, "shown", ""),
    (StepsOf([0.98, 0.975, 0.95], ["Q4"]), 160, "partly", "intercepts"),
    (StepsOf([0.98, 0.95, 0.95], ["Q4"]), 160, "partly", "loadings"),
    (StepsOf([0.98, 0.95, 0.95], ["Q2", "Q3", "Q4"]), 160, "partly", "few_invariant_items"),
    (StepsOf([0.80, 0.80, 0.80]), 160, "cannot_be_judged", "no_common_factor"),
    (StepsOf([0.98, 0.975, 0.97]), 100, "cannot_be_judged", "too_few_people"),
])
def test_invariance_is_told_in_three_words(engine: StepsOf, n: int, word: str, reason: str) -> None:
    found = one(compare_waves(rows(*answers(n)), SCALES, matches(), engine=engine))

    assert (found.invariance.word, found.invariance.reason) == (word, reason)
    assert found.flagged == (engine.freed if word == "partly" else ())


def test_composition_is_shown_and_weighted_away() -> None:
    rng = np.random.default_rng(6)
    units = pd.Series(["a"] * 80 + ["b"] * 40 + ["a"] * 40 + ["b"] * 80, name="unit")
    items = pd.DataFrame({key: rng.normal(np.where(units == "a", 3.0, 4.0), 0.6) for key in KEYS})
    wave = pd.Series(["w1"] * 120 + ["w2"] * 120)

    found = compare_waves(rows(items, wave, units=units), SCALES, matches(), rules=WaveRules(least_alpha=0.0))

    shares = [(share.unit, share.n_first, share.n_second) for share in found.composition]
    assert shares == [("a", 80, 40), ("b", 40, 80)]
    assert one(found).difference.value > 0.25
    assert abs(one(found).difference_reweighted.value) < 0.1


def test_intervals_of_the_reweighted_change_hold() -> None:
    rng, held = np.random.default_rng(7), []
    wave = pd.Series(["a"] * 100 + ["b"] * 100)

    for _ in range(200):
        units = pd.Series(np.concatenate([rng.choice(["x", "y"], 100, p=[0.6, 0.4]),
                                          rng.choice(["x", "y"], 100, p=[0.3, 0.7])]))
        value = rng.normal(np.where(units == "x", 3.0, 4.0)) + np.repeat([0.0, 0.2], 100)
        waves = two_waves(pd.DataFrame({"Q1": value}), wave, units=units)
        found = reweighted_change(waves.score(["Q1"]), waves)
        held.append(found.ci_low <= 0.2 <= found.ci_high)

    assert np.mean(held) >= 0.93


def units_in_two_waves(rng: np.random.Generator, n_units: int = 12, size: int = 12, change: float = 0.0) -> TwoWaves:
    true = rng.normal(3, 0.25, n_units)
    units = np.tile(np.repeat([f"u{i:02d}" for i in range(n_units)], size), 2)
    place = np.tile(np.repeat(np.arange(n_units), size), 2)
    value = true[place] + rng.normal(size=len(place)) + np.repeat([0.0, change], n_units * size)
    wave = pd.Series(["a"] * (n_units * size) + ["b"] * (n_units * size))
    return two_waves(pd.DataFrame({"Q1": value}), wave, units=pd.Series(units))


@pytest.mark.parametrize("change", [0.0, 0.4])
def test_the_way_back_of_the_worst_unit_is_foretold(change: float) -> None:
    rng, found = np.random.default_rng(8), []

    for _ in range(300):
        waves = units_in_two_waves(rng, change=change)
        found.append(worst_unit(waves.score(["Q1"]), waves, "SAT"))

    seen = np.mean([one.change for one in found])
    foretold = np.mean([one.expected_return.value for one in found]) + change
    assert seen - change > 0.2                                      # it comes back although nothing was done
    assert foretold == pytest.approx(seen, abs=0.05)
    assert np.mean([one.beyond.value for one in found]) == pytest.approx(0, abs=0.05)
    assert np.mean([one.is_beyond for one in found]) <= 0.07


def test_the_unit_picked_is_the_worst_by_the_stated_end() -> None:
    waves = units_in_two_waves(np.random.default_rng(9))
    means = pd.Series(waves.score(["Q1"])[~waves.is_second]).groupby(
        np.array(waves.units)[~waves.is_second]).mean()

    low = worst_unit(waves.score(["Q1"]), waves, "SAT")
    high = worst_unit(waves.score(["Q1"]), waves, "SAT", is_low_worse=False)

    assert (low.unit, high.unit) == (means.idxmin(), means.idxmax())
    assert low.expected_return.value > 0 > high.expected_return.value


def test_a_unit_too_small_is_not_picked() -> None:
    waves = units_in_two_waves(np.random.default_rng(9), n_units=4, size=4)

    assert worst_unit(waves.score(["Q1"]), waves, "SAT") is None


def test_people_without_a_link_are_not_paired() -> None:
    items, wave = answers(30)
    people = pd.Series([f"p{i}" if i < 12 else "" for i in range(30)] * 2)
    waves = rows(items, wave, people=people)

    assert len(waves.pairs()) == 12
    assert linked_people(waves.score(KEYS), waves).n_only_first == 18


@pytest.mark.parametrize(("wave", "people", "error", "words"), [
    (["a"] * 6, None, TableError, "holds 1 waves"),
    (["a", "a", "b", "b", "c", "c"], None, TableError, "holds 3 waves"),
    (["a"] * 5 + ["b"], None, TooFewData, "wave 'b'"),
    (["a", "a", "a", "b", "b", "b"], ["x", "x", "y", "x", "y", "z"], TableError, "'x' took part twice"),
])
def test_waves_that_are_not_two_are_refused(wave: list, people: list | None, error: type, words: str) -> None:
    items = pd.DataFrame({"Q1": range(6)}, dtype=float)

    with pytest.raises(error, match=words):
        two_waves(items, pd.Series(wave), people=None if people is None else pd.Series(people))


def test_different_hashes_make_an_item_reworded() -> None:
    found = match_hashes(KEYS, {"Q1": ("ab", "ab"), "Q2": ("ab", "cd")}, changed=("Q3",))

    assert [match.status for match in found] == ["same", "reworded", "changed", "same"]


def test_neither_the_order_of_people_nor_of_items_matters() -> None:
    items, wave = answers()
    order = np.random.default_rng(2).permutation(len(items))

    found = one(compare_waves(rows(items, wave), SCALES, matches()))
    other = one(compare_waves(rows(items.iloc[order, ::-1], wave.iloc[order]), {"SAT": KEYS[::-1]}, matches()))

    assert other.difference.value == pytest.approx(found.difference.value)
    assert other.p_value == pytest.approx(found.p_value)
    assert other.alpha_second == pytest.approx(found.alpha_second)
