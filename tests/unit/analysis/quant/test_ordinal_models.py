"""Models of ordinal items: what they recover, what leaves them alone, what they refuse and what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import (
    AnalysisError,
    ModelSyntaxError,
    NotIdentified,
    NoVariation,
    SpecError,
    TableError,
    TooFewData,
)
from analysis.quant.sem.ordinal_invariance import ordinal_invariance
from analysis.quant.sem.wlsmv import OrdinalOptions, ordinal_sem
from analysis.quant.spec.run import run_spec
from analysis.results.sem import ModelParameter, SemResult

MODEL = "f =~ a1 + a2 + a3 + a4\ng =~ b1 + b2 + b3"
ITEMS = ["a1", "a2", "a3", "a4", "b1", "b2", "b3"]
LOADINGS = np.array([0.8, 0.7, 0.6, -0.5, 0.75, 0.65, 0.7])
CUTS = ([-1.0, 0.0, 1.0], [-0.5, 0.8], [-1.2, -0.4, 0.4, 1.2], [0.0, 1.0], [-0.8, 0.3], [-0.2, 0.9], [-1.0, 0.2, 1.0])
FACTOR_R = 0.4


def simulated(n: int, seed: int, *, mean: float = 0.0, shift: float = 0.0) -> pd.DataFrame:
    """Return answers; `mean` moves the first factor, `shift` the first item beyond what the factor does."""
    generator = np.random.default_rng(seed)
    factors = generator.multivariate_normal([mean, 0.0], [[1, FACTOR_R], [FACTOR_R, 1]], size=n)
    latent = factors[:, [0, 0, 0, 0, 1, 1, 1]] * LOADINGS
    latent += generator.standard_normal((n, 7)) * np.sqrt(1 - LOADINGS**2)
    latent[:, 0] += shift
    return pd.DataFrame({name: np.searchsorted(cuts, latent[:, j]) + 1.0
                         for j, (name, cuts) in enumerate(zip(ITEMS, CUTS, strict=True))})


def of(result: SemResult, key: str, group: str = "") -> ModelParameter:
    return next(one for one in result.parameters if one.lhs + one.op + one.rhs == key and one.group == group)


def test_large_samples_recover_loadings_thresholds_and_factor_correlation() -> None:
    result = ordinal_sem(MODEL, simulated(20_000, 1))

    found = [of(result, f"{'f' if name[0] == 'a' else 'g'}=~{name}").std_all for name in ITEMS]
    assert np.abs(np.array(found) - LOADINGS).max() < 0.03
    assert of(result, "f~~g").std_all == pytest.approx(FACTOR_R, abs=0.03)
    for name, cuts in zip(ITEMS, CUTS, strict=True):
        assert [of(result, f"{name}|t{at + 1}").estimate for at in range(len(cuts))] == pytest.approx(cuts, abs=0.05)
    assert result.fit.scaled.chi2.p_value > 0.001
    assert result.fit.scaled.rmsea_scaled.value < 0.01
    assert result.warnings == ()


def test_intervals_cover_and_the_scaled_test_keeps_its_level() -> None:
    draws, covered, rejected = 100, [], 0
    for seed in range(draws):
        result = ordinal_sem(MODEL, simulated(400, 100 + seed))
        loading, related = of(result, "f=~a2"), of(result, "f~~g")
        covered.append([loading.std_all_ci_low <= LOADINGS[1] <= loading.std_all_ci_high,
                        related.std_all_ci_low <= FACTOR_R <= related.std_all_ci_high])
        rejected += result.fit.scaled.chi2.p_value < 0.05

    assert np.mean(covered) >= 0.93         # 200 intervals
    assert rejected / draws < 0.12          # 5 % expected; Monte Carlo error .022


def test_the_order_of_rows_items_and_numbers_of_categories_do_not_matter() -> None:
    items = simulated(500, 2)
    turned = "g =~ b1 + b3 + b2\nf =~ a1 + a4 + a3 + a2"

    found = ordinal_sem(MODEL, items)

    again = ordinal_sem(turned, items.sample(frac=1, random_state=3).map(lambda answer: 2 * answer**2))
    assert again.fit.scaled.chi2.value == pytest.approx(found.fit.scaled.chi2.value, rel=1e-6)
    for key in ("f=~a4", "g=~b2", "f~~g", "a3|t2"):
        keyed = key if key != "f~~g" else "g~~f"
        assert of(again, keyed).std_all == pytest.approx(of(found, key).std_all, abs=1e-7)
        assert of(again, keyed).std_all_se == pytest.approx(of(found, key).std_all_se, abs=1e-7)


def test_the_unit_of_a_factor_is_a_matter_of_taste() -> None:
    items = simulated(500, 4)

    marker, unit = ordinal_sem(MODEL, items), ordinal_sem(MODEL, items, OrdinalOptions(std_lv=True))

    assert unit.fit.chi2.value == pytest.approx(marker.fit.chi2.value, rel=1e-8)
    assert unit.fit.scaled.cfi_robust == pytest.approx(marker.fit.scaled.cfi_robust, abs=1e-7)
    assert of(unit, "f=~a4").estimate == pytest.approx(of(marker, "f=~a4").std_all, abs=1e-6)
    assert of(unit, "f=~a4").se == pytest.approx(of(marker, "f=~a4").std_all_se, rel=1e-4)


def test_turning_an_item_turns_its_loading_only() -> None:
    items = simulated(500, 5)

    found = ordinal_sem(MODEL, items.assign(a4=4 - items["a4"]))

    straight = ordinal_sem(MODEL, items)
    assert of(found, "f=~a4").estimate == pytest.approx(-of(straight, "f=~a4").estimate, abs=1e-6)
    assert found.fit.scaled.chi2.value == pytest.approx(straight.fit.scaled.chi2.value, rel=1e-6)


def test_a_defined_difference_of_loadings_has_an_error() -> None:
    result = ordinal_sem(f"{MODEL.replace('a2', 'p*a2').replace('a3', 'q*a3')}\nd := p - q", simulated(500, 6))

    difference = of(result, "d:=p-q")

    assert difference.estimate == pytest.approx(of(result, "f=~a2").estimate - of(result, "f=~a3").estimate)
    assert difference.se > 0


def test_paths_among_factors_and_fixed_thresholds_are_models_too() -> None:
    result = ordinal_sem(f"{MODEL}\ng ~ f\na1 | 0*t2", simulated(20_000, 7))

    assert of(result, "g~f").std_all == pytest.approx(FACTOR_R, abs=0.03)
    assert result.r_squared["g"] == pytest.approx(FACTOR_R**2, abs=0.03)
    assert of(result, "a1|t2").estimate == 0
    assert of(result, "a1|t2").se == 0


def test_pairwise_answers_use_every_row() -> None:
    items = simulated(3000, 8)
    gaps = items.mask(np.random.default_rng(1).random(items.shape) < 0.15)

    pairwise, listwise = (ordinal_sem(MODEL, gaps, OrdinalOptions(missing=kind)) for kind in ("pairwise", "listwise"))

    assert pairwise.n == 3000
    assert listwise.n + listwise.n_dropped == 3000
    assert of(pairwise, "f~~g").std_all_se < of(listwise, "f~~g").std_all_se
    assert of(pairwise, "f~~g").std_all == pytest.approx(FACTOR_R, abs=3 * of(pairwise, "f~~g").std_all_se)
    assert [caution.name for caution in listwise.warnings] == ["rows_dropped"]


def test_a_heywood_case_is_named() -> None:
    generator = np.random.default_rng(9)
    base = generator.standard_normal(300)
    latent = np.column_stack([base, base + 0.1 * generator.standard_normal(300), 0.3 * base
                              + generator.standard_normal(300), generator.standard_normal(300)])
    items = pd.DataFrame(np.digitize(latent, [-0.7, 0.4]) + 1.0, columns=["a1", "a2", "a3", "a4"])

    result = ordinal_sem("f =~ a1 + a2 + a3 + a4", items)

    named = {caution.name: caution.about for caution in result.warnings}
    assert "negative_variance" in named
    assert result.r_squared[named["negative_variance"][0]] is None


def test_what_cannot_be_estimated_is_refused_by_name() -> None:
    items = simulated(200, 10)

    for model, data, error, said in (
            (MODEL, items.assign(a1=1.0), NoVariation, r"item 'a1': all answers are the same"),
            (MODEL, items.assign(a1=np.inf), TableError, "infinite"),
            (MODEL, items.assign(a1="x"), TableError, "numbers"),
            (MODEL, items.assign(a1=np.nan), TooFewData, "no row can be used"),
            (MODEL, items.head(7), TooFewData, r"7 row\(s\) for 7 items"),
            (MODEL, items.assign(a1=np.arange(200.0)), TableError, "200 distinct answers"),
            (MODEL, items.assign(a2=items["a1"]), AnalysisError, "a1 ~~ a2 runs to 1 or -1"),
            (MODEL, items.drop(columns="b1"), TableError, "column 'b1' is not in the data"),
            (f"{MODEL}\ng ~ a1", items, ModelSyntaxError, "only factors"),
            (f"{MODEL}\na1 ~~ a1", items, ModelSyntaxError, "residual variance of ordinal item 'a1'"),
            ("f =~ a1 + a2", items, NotIdentified, "cannot tell these parameters apart")):
        with pytest.raises(error, match=said):
            ordinal_sem(model, data)
    with pytest.raises(SpecError, match="intercepts"):
        ordinal_sem(MODEL, items.assign(s=items.index % 2), OrdinalOptions(group="s", equal=("intercepts",)))


def groups(n: int, seed: int, *, shift: float = 0.0) -> pd.DataFrame:
    other = simulated(n, seed + 1, mean=0.5, shift=shift)
    return pd.concat([simulated(n, seed).assign(who="one"), other.assign(who="two")], ignore_index=True)


def test_equal_items_of_unequal_groups_are_held_to_be_equal_and_the_mean_is_found() -> None:
    found = ordinal_invariance(MODEL, groups(2000, 11), "who")

    assert found.highest_held == "scalar"
    assert [step.name for step in found.steps] == ["configural", "thresholds", "metric", "scalar"]
    assert all(step.difference.p_value > 0.001 for step in found.steps[1:])
    scalar = found.steps[-1].result
    assert of(scalar, "f~1", "two").std_all == pytest.approx(0.5, abs=0.1)
    assert of(scalar, "g~1", "two").estimate == pytest.approx(0.0, abs=0.1)


def test_an_item_that_answers_differently_fails_and_can_be_freed() -> None:
    data = groups(2000, 13, shift=0.7)

    found = ordinal_invariance(MODEL, data, "who")
    freed = ordinal_invariance(MODEL, data, "who", partial=["a1~1"])

    assert [step.is_held for step in found.steps] == [None, True, True, False]
    assert found.highest_held == "metric"
    assert freed.highest_held == "scalar"
    assert of(freed.steps[-1].result, "a1~1", "two").estimate == pytest.approx(0.7, abs=0.15)


def test_difference_tests_of_equal_items_keep_their_level() -> None:
    draws = [ordinal_invariance(MODEL, groups(400, 1000 + 2 * seed), "who") for seed in range(10)]

    p_values = np.array([[step.difference.p_value for step in draw.steps[1:]] for draw in draws])

    assert (p_values < 0.05).mean() < 0.2           # 30 tests at 5 %
    assert p_values.mean() == pytest.approx(0.5, abs=0.2)


def test_items_of_two_categories_go_straight_to_the_scalar_step() -> None:
    data = groups(1500, 15)
    data[ITEMS] = (data[ITEMS] > 2).astype(float)

    found = ordinal_invariance("f =~ a1 + a2 + a3 + a4", data.drop(columns=["b1", "b2", "b3"]), "who")

    assert [step.name for step in found.steps] == ["configural", "scalar"]
    assert found.warnings[0].name == "binary_items"
    assert found.steps[1].difference.df == 2      # 3 loadings and 4 thresholds are shared; 4 scales and a mean are new


def test_a_category_that_one_group_lacks_is_named() -> None:
    data = groups(300, 17)
    data.loc[(data["who"] == "two") & (data["a3"] == 5), "a3"] = 4.0

    with pytest.raises(TableError, match=r"item 'a3': nobody in group 'two' gave the answer 5"):
        ordinal_invariance(MODEL, data, "who")


def test_the_spec_fits_ordinal_models_and_invariance() -> None:
    data = groups(500, 19)

    found = run_spec(data, [
        {"id": "model", "do": "cfa", "model": MODEL, "estimator": "WLSMV", "missing": "pairwise", "range": [1, 5]},
        {"id": "steps", "do": "invariance", "model": MODEL, "estimator": "WLSMV", "group": "who",
         "partial": ["a1 | t1"]}])

    assert found["model"]["estimator"] == "WLSMV"
    assert found["model"]["fit"]["scaled"]["chi2"]["df"] == 13
    assert [step["name"] for step in found["steps"]["steps"]] == ["configural", "thresholds", "metric", "scalar"]
    assert found["steps"]["steps"][1]["partial"] == ["a1|t1"]


def test_the_spec_refuses_what_ordinal_models_do_not_have() -> None:
    data = simulated(100, 21)
    base = {"id": "x", "do": "cfa", "model": MODEL}

    for options, said in (({"estimator": "WLSMV", "scores": "regression"}, "scores is not computed with WLSMV"),
                          ({"estimator": "WLSMV", "missing": "fiml"}, "missing='fiml'"),
                          ({"estimator": "ML", "missing": "pairwise"}, "pairwise is for WLSMV"),
                          ({"estimator": "ML", "zero_cells": "add_half"}, "zero_cells is for WLSMV")):
        with pytest.raises(SpecError, match=said):
            run_spec(data, [{**base, **options}])
    matrix = data.corr()
    with pytest.raises(SpecError, match="WLSMV needs the answers"):
        run_spec(matrix, [{**base, "estimator": "WLSMV", "n": 100}])


def test_a_warning_of_one_group_keeps_its_name_and_says_which_group() -> None:
    found = ordinal_invariance(MODEL, groups(80, 23), "who").steps[0].result

    told = [caution for caution in found.warnings if caution.name == "empty_cells"]
    assert {name.rpartition(" in ")[2] for caution in told for name in caution.about} == {"one", "two"}
    assert all(caution.detail.isdigit() for caution in told)
