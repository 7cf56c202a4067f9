import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.errors import NoVariation, SpecError, TooFewData
from analysis.quant.associate import (
    cause_links,
    centre_groups,
    disattenuate,
    driver_dominance,
    explained_variance,
    general_dominance,
    known_links,
    relative_weights,
)
from analysis.quant.corrected_weights import structural_weights
from analysis.quant.minimal_effect import link_rates
from analysis.quant.resampling import resample_correlations, resample_means, top_rank_probability

CAUSES, PROBLEMS = ["C1", "C2", "C3"], ["P1", "P2"]


def planted(n=200, seed=11):
    """Two problems; P1 goes with C1 (.6) and C2 (.3), P2 with C3 (.5)."""
    rng = np.random.default_rng(seed)
    c = rng.normal(size=(n, 3)) + 0.6 * rng.normal(size=(n, 1))
    p = np.column_stack([0.6 * c[:, 0] + 0.3 * c[:, 1], 0.5 * c[:, 2]]) + 0.7 * rng.normal(size=(n, 2))
    index = pd.Index([f"r{place:03d}" for place in range(n)])
    return pd.DataFrame(3 + 0.6 * c, index, CAUSES), pd.DataFrame(3 + 0.6 * p, index, PROBLEMS)


def test_links_equal_resampling_the_rows_one_by_one():
    causes, problems = planted(80)
    x = np.hstack([causes, problems])
    drawn = np.random.default_rng([7, 3]).integers(0, 80, size=(200, 80))

    def weights(rows):
        z = (rows - rows.mean(axis=0)) / rows.std(axis=0)
        return np.linalg.lstsq(z[:, :3], z[:, 3:], rcond=None)[0]
    resampled = np.array([weights(x[rows]) for rows in drawn])

    z = (x - x.mean(axis=0)) / x.std(axis=0)
    left = ((z[:, 3:] - z[:, :3] @ weights(x)) ** 2).sum(axis=0)
    classical = np.sqrt(np.outer(np.diag(np.linalg.inv(z[:, :3].T @ z[:, :3])), left) / (80 - 3 - 1))

    links = cause_links(causes, problems, n_resamples=200, seed=[7, 3])

    for i, cause in enumerate(CAUSES):
        for j, problem in enumerate(PROBLEMS):
            pair = cause, problem
            assert links.beta[pair] == pytest.approx(weights(x)[i, j], abs=1e-10)
            assert links.se[pair] == pytest.approx(resampled[:, i, j].std(ddof=1), abs=1e-10)
            assert [links.lo[pair], links.hi[pair]] == pytest.approx(
                np.quantile(resampled[:, i, j], [0.025, 0.975]), abs=1e-10)
            expected = stats.t.sf((links.beta[pair] - 0.10) / max(links.se[pair], classical[i, j]), 80 - 3 - 1)
            assert links.p[pair] == pytest.approx(expected, rel=1e-9)
    assert links.n_resamples == 200


def as_measured(links, causes, problems):
    """Return p of weights as they were measured, by the larger of the resampled and the classical error."""
    x, y = ((frame - frame.mean()) / frame.std(ddof=0) for frame in (causes, problems))
    n, k = x.shape
    weights = np.linalg.lstsq(x.to_numpy(), y.to_numpy(), rcond=None)[0]
    left = ((y.to_numpy() - x.to_numpy() @ weights) ** 2).sum(axis=0) / (n - k - 1)
    classical = np.sqrt(np.outer(np.diag(np.linalg.inv(x.T @ x)), left))
    return {(cause, problem): stats.t.sf((weights[i, j] - 0.10) / max(links.se[cause, problem], classical[i, j]),
                                         n - k - 1)
            for i, cause in enumerate(causes) for j, problem in enumerate(problems)}


RELIABILITIES = {"C1": 0.9, "C2": 0.88, "C3": 0.85, "P1": 0.9, "P2": 0.92}


def test_from_the_given_number_of_rows_weights_freed_of_unreliability_are_tested():
    causes, problems = planted(300)
    x = np.hstack([causes, problems])
    rng = np.random.default_rng([5])
    samples = [np.corrcoef(x[rng.integers(0, 300, 300)], rowvar=False) for _ in range(400)]
    root = np.sqrt([RELIABILITIES[key] for key in (*CAUSES, *PROBLEMS)])

    def freed(R):
        true = R / np.outer(root, root)
        np.fill_diagonal(true, 1.0)
        return np.linalg.solve(true[:3, :3], true[:3, 3:])
    # Resamples of their own: the two bootstraps differ by chance alone.
    low, high = np.quantile([freed(R) for R in samples], [0.025, 0.975], axis=0)
    R = np.corrcoef(x, rowvar=False)
    weight = freed(R)

    links = cause_links(causes, problems, n_resamples=2000, seed=[5], reliabilities=RELIABILITIES, corrected_from=300)
    smaller = cause_links(causes, problems, n_resamples=200, seed=[5], reliabilities=RELIABILITIES, corrected_from=301)

    se = np.array([[links.se[cause, problem] for problem in PROBLEMS] for cause in CAUSES])
    errors = structural_weights(R, 3, root**2, se=se, degrees=300 - 3 - 1)[1]

    assert links.freed == {(cause, problem) for cause in CAUSES for problem in PROBLEMS}
    assert smaller.freed == frozenset()
    for i, cause in enumerate(CAUSES):
        for j, problem in enumerate(PROBLEMS):
            pair = cause, problem
            assert links.beta_dis[pair] == pytest.approx(weight[i, j], abs=1e-9)
            assert links.beta_dis_hi[pair] - links.beta_dis_lo[pair] == pytest.approx(high[i, j] - low[i, j], rel=0.15)
            assert links.beta_dis_se[pair] == pytest.approx(errors[i, j])
            assert links.p[pair] == pytest.approx(
                stats.t.sf((weight[i, j] - 0.10) / errors[i, j], 300 - 3 - 1), rel=1e-6)
            assert smaller.p[pair] == pytest.approx(as_measured(smaller, *planted(300))[pair], rel=1e-9)


def test_a_problem_of_unknown_reliability_is_tested_as_it_was_measured():
    known = {key: value for key, value in RELIABILITIES.items() if key != "P2"}

    links = cause_links(*planted(300), n_resamples=200, seed=[5], reliabilities=known, corrected_from=100)

    assert links.freed == {(cause, "P1") for cause in CAUSES}
    assert {links.beta_dis[cause, "P2"] for cause in CAUSES} == {None}
    for cause in CAUSES:
        assert links.p[cause, "P2"] == pytest.approx(as_measured(links, *planted(300))[cause, "P2"], rel=1e-9)


def test_what_a_badly_measured_cause_does_is_not_put_down_to_another_however_many_answer():
    rng = np.random.default_rng(8)
    n = 4000
    true = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=n)
    problem = 0.6 * true[:, 0] + 0.8 * rng.normal(size=n)
    seen = np.column_stack([true[:, 0] + rng.normal(size=n), true[:, 1] + 0.1 * rng.normal(size=n)])
    causes = pd.DataFrame(seen, columns=["bad", "good"])       # reliability .50 and .99; only the first acts
    problems = pd.DataFrame({"P": problem})
    known = {"bad": 0.5, "good": 1 / 1.01, "P": 1.0}

    measured = cause_links(causes, problems, n_resamples=300, seed=[1], reliabilities=known)
    freed = cause_links(causes, problems, n_resamples=300, seed=[1], reliabilities=known, corrected_from=400)

    assert measured.p["good", "P"] < 0.001
    assert freed.p["good", "P"] > 0.5
    assert freed.p["bad", "P"] < 0.001


def test_estimates_carried_with_a_matrix_give_the_same_tests():
    causes, problems = planted(300)
    found = cause_links(causes, problems, n_resamples=200, seed=[5], reliabilities=RELIABILITIES, corrected_from=100)
    R = np.corrcoef(np.hstack([causes, problems]), rowvar=False)

    again = known_links(R, CAUSES, PROBLEMS, n=300, n_groups=1,
                        spread={pair: (found.se[pair], found.lo[pair], found.hi[pair]) for pair in found.beta},
                        corrected={pair: (found.beta_dis[pair], found.beta_dis_lo[pair], found.beta_dis_hi[pair],
                                          found.beta_dis_se[pair])
                                   for pair in found.freed})

    assert again.freed == found.freed
    for figure in ("beta", "p", "beta_dis", "beta_dis_hi"):
        assert getattr(again, figure) == pytest.approx(getattr(found, figure)), figure


def test_a_covariate_takes_its_part_and_none_of_its_pairs_is_told_or_counted():
    causes, problems = planted(80)
    known = {"C1": 0.8, "C2": -0.1, "C3": 0.7, "P1": 0.75, "P2": 0.8}

    everything = cause_links(causes, problems, n_resamples=200, seed=[1], reliabilities=known | {"C2": 1.0})
    links = cause_links(causes, problems, n_resamples=200, seed=[1], reliabilities=known, covariates=["C2"])

    told = [("C1", "P1"), ("C3", "P1"), ("C1", "P2"), ("C3", "P2")]
    assert list(links.beta) == told
    for figure in ("beta", "se", "lo", "hi", "p", "beta_dis", "general_dominance", "slope", "r"):
        mine, all_of_them = getattr(links, figure), getattr(everything, figure)
        assert mine == {pair: all_of_them[pair] for pair in told}, figure
    assert set(link_rates(links.p, 0.05, is_adaptive=True)) == set(told)
    assert (links.covariates, everything.covariates) == (("C2",), ())
    assert links.correlation == everything.correlation


def test_planted_links_are_found_and_others_are_not():
    links = cause_links(*planted(400), seed=[20260101, 7])

    found = {pair for pair, q in link_rates(links.p, 0.05, is_adaptive=False).items() if q <= 0.05}
    assert found == {("C1", "P1"), ("C2", "P1"), ("C3", "P2")}
    assert links.n_groups == 1
    assert all(lo < links.beta[pair] < links.hi[pair] for pair, lo in links.lo.items())


def test_the_rates_are_over_all_pairs_together():
    links = cause_links(*planted(), seed=[1])
    p = np.array(list(links.p.values()))

    rates = link_rates(links.p, 0.05, is_adaptive=False)

    left = p[p <= 0.5]
    assert 0 < len(left) < len(p)
    assert [rate for rate, one in zip(rates.values(), p, strict=True) if one <= 0.5] == pytest.approx(
        stats.false_discovery_control(left / 0.5).tolist())
    assert {rate for rate, one in zip(rates.values(), p, strict=True) if one > 0.5} == {1.0}


def test_the_same_seed_gives_the_same_links_and_another_seed_others():
    causes, problems = planted()

    first, again, other = (cause_links(causes, problems, n_resamples=300, seed=seed)
                           for seed in ([1, 7], [1, 7], [2, 7]))

    assert first == again
    assert first.beta == other.beta
    assert first.se != other.se


def test_rows_with_anything_missing_are_left_out():
    causes, problems = planted(100)
    causes.iloc[0, 0] = np.nan
    problems.iloc[1, 1] = np.nan

    links = cause_links(causes, problems, n_resamples=100, seed=[1])

    assert links.n == 98
    assert links.beta == cause_links(causes.iloc[2:], problems.iloc[2:], n_resamples=100, seed=[1]).beta


def test_department_means_are_removed_when_three_departments_are_large_enough():
    causes, problems = planted(200)
    groups = pd.Series(["a"] * 80 + ["b"] * 60 + ["c"] * 40 + ["d"] * 8 + [None] * 12, index=causes.index)
    shifted = problems.add(groups.map({"a": 0.0, "b": 3.0, "c": -3.0}).fillna(1.0), axis=0)

    plain = cause_links(causes, problems, groups=groups, n_resamples=100, seed=[1])
    moved = cause_links(causes, shifted, groups=groups, n_resamples=100, seed=[1])

    assert (plain.n, plain.n_groups) == (200, 4)
    assert moved.beta == pytest.approx(plain.beta)


def test_a_small_pool_of_departments_is_dropped():
    scores = pd.DataFrame({"x": np.arange(39.0)})
    groups = pd.Series(["a"] * 10 + ["b"] * 10 + ["c"] * 10 + ["d"] * 5 + [""] * 4)

    centred, n_groups = centre_groups(scores, groups)

    assert (len(centred), n_groups) == (30, 3)
    assert centred["x"].iloc[:10].mean() == pytest.approx(0)


def test_two_departments_are_not_centred():
    scores = pd.DataFrame({"x": np.arange(40.0)})

    centred, n_groups = centre_groups(scores, pd.Series(["a"] * 20 + ["b"] * 20))

    assert n_groups == 1
    assert centred.equals(scores)


def test_correction_for_unreliability_is_given_only_where_reliabilities_are_known():
    causes, problems = planted()
    known = dict.fromkeys([*CAUSES, "P1"], 0.8)

    links = cause_links(causes, problems, n_resamples=200, seed=[1], reliabilities=known)

    assert links.beta_dis["C1", "P1"] > links.beta["C1", "P1"]
    assert links.beta_dis_lo["C1", "P1"] < links.beta_dis["C1", "P1"] < links.beta_dis_hi["C1", "P1"]
    assert links.beta_dis["C1", "P2"] is None


def test_perfect_reliabilities_change_nothing():
    causes, problems = planted()
    perfect = dict.fromkeys([*CAUSES, *PROBLEMS], 1.0)

    links = cause_links(causes, problems, n_resamples=100, seed=[1], reliabilities=perfect)

    assert links.beta_dis == pytest.approx(links.beta)


def test_dominance_and_relative_weights_add_up_to_explained_variance():
    links = cause_links(*planted(), n_resamples=100, seed=[1])

    for problem in PROBLEMS:
        for values in (links.general_dominance, links.relative_weight):
            assert sum(values[cause, problem] for cause in CAUSES) == pytest.approx(links.r_squared[problem])
    assert links.general_dominance_lo["C1", "P1"] < links.general_dominance["C1", "P1"]


def test_one_problem_alone_gives_what_it_gives_among_others():
    causes, problems = planted()

    alone = cause_links(causes, problems[["P1"]], n_resamples=100, seed=[1])
    among = cause_links(causes, problems, n_resamples=100, seed=[1])

    assert alone.beta["C1", "P1"] == pytest.approx(among.beta["C1", "P1"])
    assert alone.se["C1", "P1"] == pytest.approx(among.se["C1", "P1"])


def test_one_cause_alone_is_its_correlation():
    causes, problems = planted()

    links = cause_links(causes[["C1"]], problems[["P1"]], n_resamples=100, seed=[1])

    assert links.beta["C1", "P1"] == pytest.approx(links.r["C1", "P1"])
    assert links.vif == pytest.approx({"C1": 1.0})


def test_a_score_that_never_varies_is_refused_by_name():
    causes, problems = planted()

    with pytest.raises(NoVariation, match="C2"):
        cause_links(causes.assign(C2=3.0), problems, seed=[1])


def test_causes_that_repeat_each_other_are_refused():
    causes, problems = planted()

    with pytest.raises(NoVariation, match="repeat"):
        cause_links(causes.assign(C3=causes["C1"] + causes["C2"]), problems, seed=[1])


def test_too_few_rows_are_refused():
    causes, problems = planted()

    with pytest.raises(TooFewData, match="4 complete rows"):
        cause_links(causes.head(4), problems.head(4), seed=[1])


def test_drivers_of_satisfaction_are_ordered_by_what_they_explain():
    causes, problems = planted(300)

    drivers = driver_dominance(causes, problems["P1"], n_resamples=300, seed=[5, 6])

    assert drivers["C1"].value > drivers["C2"].value > drivers["C3"].value
    assert drivers["C1"].ci_low < drivers["C1"].value < drivers["C1"].ci_high
    R = np.corrcoef(np.column_stack([causes, problems["P1"]]), rowvar=False)
    assert sum(driver.value for driver in drivers.values()) == pytest.approx(explained_variance(R)[0])


def test_an_outcome_cannot_drive_itself():
    causes, _ = planted()

    with pytest.raises(SpecError, match="both predictor and outcome"):
        driver_dominance(causes, causes["C1"], seed=[1])


def test_nine_predictors_are_too_many_for_exact_dominance():
    with pytest.raises(SpecError, match="at most 8"):
        general_dominance(np.eye(10))


def test_a_reliability_of_zero_cannot_be_corrected_for():
    with pytest.raises(SpecError, match="not above 0"):
        disattenuate(np.eye(2), [0.8, 0.0])


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 5), st.integers(0, 1000))
def test_dominance_of_unrelated_predictors_is_the_squared_correlation(k, seed):
    r = np.random.default_rng(seed).uniform(-0.4, 0.4, k)
    R = np.eye(k + 1)
    R[k, :k] = R[:k, k] = r

    assert general_dominance(R).tolist() == pytest.approx((r**2).tolist())
    assert relative_weights(R).tolist() == pytest.approx((r**2).tolist())


def test_a_large_sample_is_resampled_in_blocks_of_the_same_stream(monkeypatch):
    x = np.random.default_rng(1).normal(size=(50, 3))
    whole = resample_correlations(x, n_resamples=40, seed=[1])
    monkeypatch.setattr("analysis.quant.resampling._BLOCK_CELLS", 150)

    in_blocks = resample_correlations(x, n_resamples=40, seed=[1])

    assert in_blocks.tolist() == pytest.approx(whole, abs=1e-12)


def test_ranks_are_certain_where_problems_lie_far_apart():
    scores = pd.DataFrame({"A": [4.0, 4.2, np.nan, 4.1], "B": [2.0, 2.1, 2.2, np.nan], "C": [3.0, 3.0, 3.1, 3.2]})
    scores = pd.concat([scores] * 5, ignore_index=True)

    assert top_rank_probability(scores, 2, n_resamples=200, seed=[1]) == {"A": 1.0, "B": 0.0, "C": 1.0}


def test_resampled_means_are_over_the_values_known():
    scores = pd.DataFrame({"A": [1.0, np.nan, 3.0]})

    means = resample_means(scores, n_resamples=500, seed=[1])

    possible = [1.0, 5 / 3, 2.0, 7 / 3, 3.0]
    assert all(min(abs(mean - value) for value in possible) < 1e-9 for mean in means[np.isfinite(means)])
    assert np.isnan(means).any()
