"""Score tests of ordinal items: they keep their level, find what differs, and free it as for continuous items."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import NotIdentified
from analysis.quant.sem.ladder import distinct, largest
from analysis.quant.sem.ordinal_invariance import ordinal_invariance
from analysis.quant.sem.ordinal_model import OrdinalFit
from analysis.quant.sem.ordinal_scores import ordinal_modification, ordinal_releases
from analysis.quant.sem.wlsmv import OrdinalOptions, fitted_ordinal
from analysis.quant.spec.run import run_spec
from analysis.results.sem import ReleaseTest
from tests.unit.analysis.quant.test_ordinal_models import ITEMS, MODEL, groups, simulated

ONE = "f =~ a1 + a2 + a3 + a4"


def test_the_scaled_score_test_keeps_its_level_where_the_plain_one_does_not() -> None:
    draws = []
    for seed in range(200):
        fitted = fitted_ordinal(ONE, simulated(300, 50_000 + seed))
        draws.append(next((one.mi, one.mi_scaled) for one in ordinal_modification(fitted)
                          if (one.lhs, one.op, one.rhs) == ("a1", "~~", "a2")))

    plain, scaled = np.mean(draws, axis=0)

    assert scaled == pytest.approx(1.0, abs=0.25)           # mean of chi-square with one df; Monte Carlo error .10
    assert plain < 0.75                                     # lavaan's p would be too large
    assert np.mean([mi > 3.84 for _, mi in draws]) < 0.10   # 5 % expected; Monte Carlo error .015


def test_a_related_pair_of_items_has_the_largest_index_and_its_size() -> None:
    generator = np.random.default_rng(31)
    latent = generator.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=4000)[:, [0, 0, 0, 0, 1, 1, 1]] * 0.7
    noise = generator.standard_normal((4000, 7)) * np.sqrt(0.51)
    noise[:, 4] = 0.25 * noise[:, 1] + np.sqrt(1 - 0.25**2) * noise[:, 4]
    items = pd.DataFrame(np.digitize(latent + noise, [-1, 0, 1]).astype(float), columns=ITEMS)

    found = ordinal_modification(fitted_ordinal(MODEL, items))[0]

    assert (found.lhs, found.op, found.rhs) == ("a2", "~~", "b1")
    assert found.epc_std_all == pytest.approx(0.25, abs=0.08)
    assert found.p_value < 1e-6


def test_the_score_test_foretells_the_fall_of_the_misfit() -> None:
    items = simulated(1500, 33)

    held = fitted_ordinal(MODEL, items)

    one = next(one for one in ordinal_modification(held) if (one.lhs, one.op, one.rhs) == ("a1", "~~", "a2"))

    freed = fitted_ordinal(f"{MODEL}\na1 ~~ a2", items)
    assert one.mi == pytest.approx(held.chi2 - freed.chi2, rel=0.15, abs=0.05)


def test_order_of_rows_groups_and_items_does_not_change_a_score_test() -> None:
    data = groups(600, 35, shift=0.5)
    options = OrdinalOptions(group="who", equal=("thresholds", "loadings"))

    straight = {one.parameter: one for one in ordinal_releases(fitted_ordinal(MODEL, data, options))}
    turned = "g =~ b1 + b3 + b2\nf =~ a1 + a4 + a3 + a2"
    again = {one.parameter: one for one in ordinal_releases(
        fitted_ordinal(turned, data.sample(frac=1, random_state=1).sort_values("who", kind="stable"), options))}

    assert straight.keys() == again.keys()
    for key, one in straight.items():
        assert again[key].chi2_scaled == pytest.approx(one.chi2_scaled, rel=1e-4, abs=1e-4)


def test_the_item_that_answers_differently_is_found_and_freed() -> None:
    found = ordinal_invariance(MODEL, groups(2000, 13, shift=0.7), "who")

    scalar = found.steps[-1]
    assert scalar.is_held is False
    assert {test.parameter for test in scalar.releases} == {f"{item}~1" for item in ITEMS}
    assert max(scalar.releases, key=lambda test: test.chi2_scaled).parameter == "a1~1"
    assert [(step.name, step.partial, step.is_held) for step in found.partial_steps] == [("scalar", ("a1~1",), True)]
    assert found.highest_held == "metric"
    freed = next(one for one in found.partial_steps[0].result.parameters
                 if (one.lhs, one.op, one.group) == ("a1", "~1", "two"))
    assert freed.estimate == pytest.approx(0.7, abs=0.15)


def test_a_loading_that_differs_is_freed_and_stays_free_in_the_next_step() -> None:
    data = pd.concat([crossed(2500, 41, 0.8).assign(who="one"), crossed(2500, 42, 0.2).assign(who="two")],
                     ignore_index=True)

    found = ordinal_invariance(ONE, data, "who")

    assert [step.is_held for step in found.steps[:3]] == [None, True, False]
    assert [(step.name, step.partial, step.is_held) for step in found.partial_steps] == [
        ("metric", ("f=~a3",), True), ("scalar", ("f=~a3",), True)]


def crossed(n: int, seed: int, loading: float) -> pd.DataFrame:
    """Return answers to four items of one factor, of which the third has another loading."""
    generator = np.random.default_rng(seed)
    loadings = np.array([0.7, 0.75, loading, 0.7])
    latent = generator.standard_normal((n, 1)) * loadings
    latent += generator.standard_normal((n, 4)) * np.sqrt(1 - loadings**2)
    return pd.DataFrame(np.digitize(latent, [-1, 0, 1]).astype(float), columns=["a1", "a2", "a3", "a4"])


def test_at_most_half_of_the_items_of_two_categories_are_freed() -> None:
    data = groups(1500, 15)
    data[ITEMS] = (data[ITEMS] > 2).astype(float)
    data.loc[data["who"] == "two", "a1"] = np.where(np.random.default_rng(3).random(1500) < 0.4, 1.0,
                                                    data.loc[data["who"] == "two", "a1"])

    found = ordinal_invariance(ONE, data[["a1", "a2", "a3", "a4", "who"]], "who")

    assert found.steps[1].is_held is False
    assert len(found.steps[1].releases) == 7            # four thresholds, three loadings
    assert distinct(found.steps[1].releases) == 4
    assert all(len(step.partial) <= 2 for step in found.partial_steps)


def test_what_cannot_be_tested_alone_is_named() -> None:
    data = groups(1500, 17, shift=0.0)
    data[["a1", "a4"]] = np.minimum(data[["a1", "a4"]], 3)
    two = data["who"] == "two"
    data.loc[two, "a3"] = data.loc[two, "a3"].where(np.random.default_rng(5).random(1500) < 0.45, 3.0)

    found = ordinal_invariance(ONE, data[["a1", "a2", "a3", "a4", "who"]], "who")

    assert found.steps[1].is_held is False
    named = next(caution for caution in found.warnings if caution.name == "not_testable")
    assert {"a1|t1", "a1|t2", "a2|t1", "a2|t2", "a4|t1", "a4|t2"} <= set(named.about)
    assert {test.parameter for test in found.steps[1].releases} == {f"a3|t{at}" for at in range(1, 5)}


def test_of_tests_that_are_one_the_first_parameter_is_freed() -> None:
    tests = [released("x|t1", 12.0), released("f=~x", 12.0 + 1e-9), released("y|t1", 3.0, p_holm=0.2)]

    assert largest(tests) == "x|t1"
    assert distinct(tests) == 2
    assert largest(tests[2:]) is None


def released(parameter: str, chi2: float, p_holm: float = 0.001) -> ReleaseTest:
    return ReleaseTest(parameter, "two", chi2 / 2, 1, p_holm / 3, p_holm, 0.1, chi2)


def test_a_model_whose_information_is_singular_is_refused_by_name() -> None:
    fitted = fitted_ordinal(ONE, simulated(300, 43))
    rows = [next(row for row in fitted.table.rows if row.op == "=~" and row.free)]
    blank = OrdinalFit(fitted.table, fitted.sample, fitted.blocks, fitted.cuts, fitted.x, fitted.value, fitted.steps,
                       tuple(type(one)(one.state, one.values, one.slopes * 0) for one in fitted.implied))

    with pytest.raises(NotIdentified, match="f =~ a2"):
        ordinal_releases(blank, rows)


def test_the_spec_gives_modification_indices_of_ordinal_models() -> None:
    found = run_spec(simulated(500, 19), [
        {"id": "model", "do": "cfa", "model": MODEL, "estimator": "WLSMV", "modification": 3}])["model"]

    assert len(found["modification_indices"]) == 3
    first, second, third = found["modification_indices"]
    assert first["mi_scaled"] >= second["mi_scaled"] >= third["mi_scaled"]
    assert first["mi"] > 0
