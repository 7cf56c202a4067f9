"""What holds of every fitted model, and what the data must not be."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import AnalysisError, NotConverged, NotIdentified, NoVariation, SpecError, TableError, TooFewData
from analysis.quant.sem.fit import ModelOptions, fitted_model, sem
from analysis.quant.sem.resample import bootstrap
from analysis.quant.sem.sample import moments_sample
from analysis.quant.sem.scores import factor_scores
from analysis.results.sem import SemResult
from tests.reference.psychometrics.cases import HERE

ITEMS = [f"x{i}" for i in range(1, 10)]
THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
LOADINGS = np.array([0.8, 0.7, 0.6, 0.5])
ONE = "f =~ a + b + c + d"


@cache
def schools(name: str = "hs1939.csv") -> pd.DataFrame:
    return pd.read_csv(HERE / "data" / name)


def simulated(n: int, seed: int, *, is_skewed: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(seed)

    def draw(*size: int) -> np.ndarray:
        return (rng.chisquare(3, size) - 3) / np.sqrt(6) if is_skewed else rng.normal(size=size)

    X = draw(n, 1) * LOADINGS + draw(n, 4) * np.sqrt(1 - LOADINGS**2)
    return pd.DataFrame(X, columns=list("abcd"))


def standardised(result: SemResult) -> dict[str, float]:
    return {f"{one.lhs}{one.op}{one.rhs}": one.std_all or 0.0 for one in result.parameters}


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM"])
def test_the_order_of_rows_changes_nothing(estimator: str) -> None:
    options = ModelOptions(estimator)
    plain, shuffled = (sem(THREE, data, options) for data in (schools(), schools().sample(frac=1, random_state=1)))

    assert shuffled.fit.chi2.value == pytest.approx(plain.fit.chi2.value, rel=1e-10)
    assert [one.se for one in shuffled.parameters] == pytest.approx([one.se for one in plain.parameters], rel=1e-8)


def test_the_order_of_items_changes_neither_fit_nor_standardised_values() -> None:
    turned = "speed =~ x9 + x8 + x7\nvisual =~ x3 + x1 + x2\ntextual =~ x6 + x5 + x4"

    plain, other = sem(THREE, schools()), sem(turned, schools())

    assert other.fit.chi2.value == pytest.approx(plain.fit.chi2.value, rel=1e-9)
    values = standardised(other)
    for key, value in standardised(plain).items():
        left, _, right = key.partition("~~")
        assert values.get(key, values.get(f"{right}~~{left}")) == pytest.approx(value, abs=1e-7)


def test_the_unit_of_items_changes_neither_fit_nor_standardised_values() -> None:
    units = 10.0 ** np.arange(-4, 5)
    scaled = schools()[ITEMS] * units + np.arange(9)

    plain, other = sem(THREE, schools()), sem(THREE, scaled)

    assert other.fit.chi2.value == pytest.approx(plain.fit.chi2.value, rel=1e-7)
    assert standardised(other) == pytest.approx(standardised(plain), abs=1e-6)


def test_full_information_of_complete_answers_is_listwise_with_means() -> None:
    plain = sem(THREE, schools(), ModelOptions(meanstructure=True))
    full = sem(THREE, schools(), ModelOptions(missing="fiml"))

    here, there = ([one.estimate for one in result.parameters] for result in (full, plain))
    assert full.fit.chi2.value == pytest.approx(plain.fit.chi2.value, rel=1e-10)
    assert here == pytest.approx(there, abs=1e-8)


@pytest.mark.parametrize(("model", "missing"), [(THREE, "listwise"), (THREE, "fiml"),
                                               (THREE + "\nspeed ~ visual + textual\nx1 ~ 1\nx1 ~~ x9", "fiml")])
def test_slopes_and_curvature_are_those_of_differences(model: str, missing: str) -> None:
    fitted = fitted_model(model, schools("hs1939_missing.csv"), ModelOptions(missing=missing))
    likelihood, step = fitted.likelihood, 1e-5
    x = fitted.x * 1.03

    def slope(at: np.ndarray) -> np.ndarray:
        return likelihood.gradient(likelihood.pulls(at) or [])

    def value(at: np.ndarray) -> float:
        return likelihood.value(likelihood.pulls(at) or [])

    moves = np.eye(len(x)) * step
    by_value = [(value(x + move) - value(x - move)) / (2 * step) for move in moves]
    by_slope = np.array([(slope(x + move) - slope(x - move)) / (2 * step) for move in moves])
    assert slope(x) == pytest.approx(np.array(by_value), abs=1e-7)
    assert likelihood.observed(likelihood.pulls(x) or []) == pytest.approx(by_slope, abs=1e-6)


def test_known_loadings_are_recovered() -> None:
    result = sem(ONE, simulated(20_000, 1))

    found = [one.std_all for one in result.parameters if one.op == "=~"]
    assert found == pytest.approx(LOADINGS, abs=0.02)


# Robust errors want more respondents: they rest on fourth moments, which few skewed answers show too small.
@pytest.mark.parametrize(("estimator", "n", "is_skewed"), [("ML", 300, False), ("MLR", 600, True), ("MLM", 600, True)])
def test_intervals_cover_the_truth(estimator: str, n: int, is_skewed: bool) -> None:
    covered = []
    for seed in range(150):
        result = sem(ONE, simulated(n, seed, is_skewed=is_skewed), ModelOptions(estimator))
        covered += [one.std_all_ci_low <= truth <= one.std_all_ci_high
                    for one, truth in zip(result.parameters[:4], LOADINGS, strict=True)]

    assert np.mean(covered) >= 0.93


def test_a_true_model_is_rejected_as_often_as_said() -> None:
    p = [sem(ONE, simulated(300, seed)).fit.chi2.p_value for seed in range(150)]

    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_an_invisible_gap_is_filled_without_bias() -> None:
    data = simulated(4000, 3)
    data.loc[data["a"] > 0.5, "b"] = np.nan

    result = sem(ONE, data, ModelOptions(missing="fiml"))

    means = {one.lhs: one.estimate for one in result.parameters if one.op == "~1"}
    assert means["b"] == pytest.approx(0.0, abs=0.06)
    assert data["b"].mean() < -0.15


def test_a_sum_of_scores_is_as_reliable_as_said() -> None:
    data = simulated(50_000, 5)

    found = sem(ONE, data).reliability[0]

    rho = LOADINGS.sum() ** 2 / (LOADINGS.sum() ** 2 + (1 - LOADINGS**2).sum())
    assert (found.cr, found.omega, found.cr_raw) == pytest.approx((rho, rho, rho), abs=0.01)


def test_scores_stand_in_the_order_of_the_rows() -> None:
    data = schools("hs1939_missing.csv").iloc[::-1]
    fitted = fitted_model(THREE, data, ModelOptions(missing="fiml"))

    scores = pd.DataFrame(factor_scores(fitted).scores, columns=["visual", "textual", "speed"])

    assert scores["textual"].corr(data["x4"].reset_index(drop=True)) > 0.8
    assert len(scores) == len(data)


def frame(**columns: object) -> pd.DataFrame:
    return simulated(50, 1).assign(**columns)


@pytest.mark.parametrize(("data", "options", "kind", "said"), [
    (frame(b=1.0), ModelOptions(), NoVariation, "'b': all answers are the same"),
    (frame(b=simulated(50, 1)["a"]), ModelOptions(), NoVariation, "a, b determine one another"),
    (frame(b=np.nan), ModelOptions(), TooFewData, "each has a gap"),
    (frame(b=np.nan), ModelOptions(missing="fiml"), TooFewData, "0 answer"),
    (frame().head(4), ModelOptions(), TooFewData, "4 row"),
    (frame(b=["x"] * 50), ModelOptions(), TableError, "something other than numbers"),
    (frame(b=[np.inf] + [1.0] * 49), ModelOptions(), TableError, "infinite"),
    (frame().drop(columns="c"), ModelOptions(), TableError, "'c' is not in the data"),
    (frame(g="one"), ModelOptions(group="g"), TooFewData, "one group only"),
    (frame(g=["m"] * 48 + ["w"] * 2), ModelOptions(group="g"), TooFewData, "group 'w': 2 row"),
    (frame(), ModelOptions("DWLS"), SpecError, "ML, MLR, MLM"),
    (frame(), ModelOptions("MLM", missing="fiml"), SpecError, "MLM needs complete rows"),
    (frame(), ModelOptions(equal=("loadings",)), SpecError, "need groups"),
    (frame(g=["m", "w"] * 25), ModelOptions(group="g", partial=("a~1",)), SpecError, "nothing is equal"),
], ids=["constant", "double", "empty", "empty-fiml", "few", "words", "infinite", "absent", "one-group", "small-group",
        "estimator", "mlm-gaps", "equal-what", "partial-what"])
def test_bad_data_are_refused_by_name(data: pd.DataFrame, options: ModelOptions, kind: type, said: str) -> None:
    with pytest.raises(kind) as refused:
        sem(ONE, data, options)

    assert said in str(refused.value)


def test_items_never_answered_together_are_refused() -> None:
    data = simulated(100, 1)
    data.loc[:49, "a"] = np.nan
    data.loc[50:, "b"] = np.nan

    with pytest.raises(TooFewData, match="never answered by the same person"):
        sem(ONE, data, ModelOptions(missing="fiml"))


@pytest.mark.parametrize("model", ["f =~ a + b", "f =~ a + b\na ~~ b\nf =~ c", "f =~ NA*a + b + c + d",
                                   "f =~ a + b + c + d\ng =~ a + b + c + d"])
def test_a_model_that_no_data_could_settle_is_refused(model: str) -> None:
    with pytest.raises(NotIdentified, match="cannot tell these parameters apart"):
        sem(model, simulated(200, 1))


def test_a_model_without_a_best_fit_is_refused_with_what_runs_away() -> None:
    rng = np.random.default_rng(6)
    weak = pd.DataFrame(rng.normal(size=(60, 9)) + 0.4 * rng.normal(size=(60, 1)), columns=ITEMS)

    with pytest.raises(NotConverged, match="x4 ~~ x4, g ~~ g run away"):
        sem("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9", weak)


def test_a_matrix_allows_no_robust_errors_scores_or_resamples() -> None:
    R = schools()[ITEMS].corr().to_numpy()
    sample = moments_sample(ITEMS, R, 301)

    fitted = fitted_model(THREE, sample)

    assert sem(THREE, sample).fit.chi2.value == pytest.approx(85.30552, rel=1e-6)
    for refused in (lambda: sem(THREE, sample, ModelOptions("MLR")), lambda: factor_scores(fitted),
                    lambda: bootstrap(fitted, n_resamples=10)):
        with pytest.raises(SpecError, match="only a matrix"):
            refused()


def test_a_negative_variance_has_no_bartlett_scores() -> None:
    fitted = fitted_model("f =~ x1 + x2\ng =~ x4 + x7\nf ~~ g", schools())

    with pytest.raises(AnalysisError, match="Bartlett scores do not exist"):
        factor_scores(fitted, method="bartlett")


def test_a_defined_quantity_has_the_error_of_the_delta_method() -> None:
    result = sem("f =~ a + p*b + q*c + d\nproduct := p*q\nlater := product + 1", simulated(500, 2))

    by_name = {one.lhs: one for one in result.parameters if one.op == ":="}
    assert by_name["later"].estimate == pytest.approx(by_name["product"].estimate + 1)
    assert by_name["later"].se == pytest.approx(by_name["product"].se)
    assert by_name["product"].z == pytest.approx(by_name["product"].estimate / by_name["product"].se)


def test_resamples_of_gappy_groups_agree_with_the_errors_of_theory() -> None:
    data = simulated(400, 8).assign(g=["m", "w"] * 200)
    data.loc[::7, "b"] = np.nan
    options = ModelOptions(missing="fiml", group="g", equal=("loadings",))
    fitted = fitted_model(ONE, data, options)

    found = bootstrap(fitted, n_resamples=60, seed=[1])

    theory = {(one.lhs, one.op, one.rhs): one.se for one in sem(ONE, data, options).parameters if one.op == "=~"}
    for one in found[:3]:
        assert one.se == pytest.approx(theory[one.lhs, one.op, one.rhs], rel=0.35)
