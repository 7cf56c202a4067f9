"""What the diagnosis finds in surveys drawn from a world, and how many answers it takes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.diagnosis.detectability import LinkSetting, link_detectability, setting_of
from analysis.diagnosis.power import (
    Effort,
    PlantedSurvey,
    facet_power,
    found_of,
    needed_size,
    staff_power,
    wilson_of,
)
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.errors import TooFewData
from analysis.quant.associate import cause_links
from analysis.quant.corrected_weights import corrected_weights, error_of, structural_weights
from analysis.quant.dominance import standardised_beta
from analysis.quant.intervals import wilson
from analysis.quant.resampling import resample_correlations
from instruments.template_loader import load_catalogue_template
from surveyapp.jobs.planner import drawer
from surveyapp.sample.score_worlds import draw_scores
from surveyapp.sample.worlds import World
from tests.factories.answers import answer_table, construct, instrument, rating

TEMPLATE = load_catalogue_template("bank_crm")
STAFF, CUSTOMER = TEMPLATE.instrument("staff"), TEMPLATE.instrument("customer")
THRESHOLDS = resolve_thresholds(TEMPLATE.thresholds)
FEW, LEAST = Effort(n_surveys=12, n_resamples=100), Effort(n_surveys=5, n_resamples=60)
CAUSES, PROBLEMS = ("A", "B", "C"), ("P", "Q")


def setting(n: int = 120, reliability: float = 0.8) -> LinkSetting:
    return LinkSetting(CAUSES, PROBLEMS, np.full((3, 3), 0.25) + 0.75 * np.eye(3),
                       dict.fromkeys((*CAUSES, *PROBLEMS), reliability), n, 1, 0.10, 0.05)


def test_a_strong_link_is_found_and_links_that_are_not_there_are_not():
    tally = staff_power(drawer(STAFF, World(link=0.6)), 200, THRESHOLDS, effort=FEW)

    assert np.mean(tally.link_shares) > 0.9
    assert tally.false_links is not None
    assert tally.false_links < 0.05
    assert np.mean(tally.alphas) == pytest.approx(0.79, abs=0.02)


def test_severe_problems_are_found_and_none_at_the_border():
    shares = staff_power(drawer(STAFF, World()), 120, THRESHOLDS, effort=FEW).level_shares

    assert np.mean(shares[4.0]) == 1.0
    assert np.mean(shares[3.0]) < 0.25


def test_below_the_smallest_number_for_links_none_is_found():
    tally = staff_power(drawer(STAFF, World(link=0.6)), 59, THRESHOLDS, effort=FEW, with_problems=False)

    assert sum(tally.link_shares) == tally.n_declared == 0
    assert tally.false_links is None


def test_facets_count_as_found_on_the_side_of_their_mean():
    shares = facet_power(drawer(CUSTOMER, World(facet_means=(2.2, 4.2))), 150, THRESHOLDS, effort=FEW).level_shares

    assert np.mean(shares[2.2]) == np.mean(shares[4.2]) == 1.0


def test_the_needed_size_reaches_the_power_and_no_smaller_one_tried_does():
    needed = needed_size(drawer(STAFF, World(link=0.7)), 0.7, THRESHOLDS, wish=(0.80, 200), effort=LEAST)

    reached = {found.n: found.share for found in needed.tried}
    assert needed.n is not None
    assert reached[needed.n] >= 0.80
    assert all(share < 0.80 for n, share in reached.items() if n < needed.n)


def test_a_link_that_no_size_finds_is_beyond():
    needed = needed_size(drawer(STAFF, World(link=0.05)), 0.05, THRESHOLDS, wish=(0.80, 100), effort=LEAST)

    assert needed.n is None
    assert needed.most == 100


def test_the_interval_of_whole_counts_is_wilsons_and_of_parts_lies_between():
    seven, eight = wilson(7, 20), wilson(8, 20)

    assert wilson_of(7.0, 20) == pytest.approx((seven.ci_low, seven.ci_high))
    assert wilson_of(7.5, 20) == pytest.approx(((seven.ci_low + eight.ci_low) / 2, (seven.ci_high + eight.ci_high) / 2))
    assert found_of("link", 0.3, 90, [1.0] * 20).ci_high == pytest.approx(1.0)


def test_answers_that_say_nothing_are_no_fault():
    form = instrument([rating("a1", "CA"), rating("a2", "CA"), rating("p1", "PR"), rating("p2", "PR")],
                      [construct("CA", "cause"), construct("PR", "problem")])
    silent = answer_table(form, {"a1": [None] * 80, "a2": [None] * 80, "p1": [3] * 80, "p2": [3] * 80})
    planted = PlantedSurvey(silent, frozenset({("CA", "PR")}), {"CA": 3.0, "PR": 3.0})

    tally = staff_power(lambda _n, _number: planted, 80, THRESHOLDS, effort=replace(FEW, n_surveys=2))

    assert tally.link_shares == [0.0, 0.0]


# ---- beside an uncertain link ---------------------------------------------------------------------------------------
def test_a_link_is_found_more_often_by_more_answers_better_scales_and_greater_size():
    def share(size: float = 0.4, **own: float) -> float:
        found = link_detectability(setting(**own), draw_scores, size=size, n_surveys=20, n_resamples=60)
        return float(np.mean([one.share for one in found]))

    usual = share()

    assert share(n=240) > usual + 0.1
    assert share(reliability=0.95) > usual + 0.1
    assert share(size=0.25) < usual - 0.1


def test_every_pair_is_told_with_its_interval_and_found_no_less_often_among_others():
    found = link_detectability(setting(n=240), draw_scores, n_surveys=40)

    assert [(one.cause, one.problem) for one in found] == [(c, p) for p in PROBLEMS for c in CAUSES]
    assert all(one.ci_low <= one.share <= one.ci_high for one in found)
    assert np.mean([one.share_among for one in found]) >= np.mean([one.share for one in found])
    assert {(one.n, one.n_surveys, one.n_resamples) for one in found} == {(240, 40, 200)}


def test_the_expected_weight_is_the_one_that_many_scores_show():
    uneven = replace(setting(), reliabilities={"A": 0.9, "B": 0.6, "C": 0.8, "P": 0.7, "Q": 0.85})
    own = (np.array([0.9, 0.6, 0.8]), np.array([0.7, 0.85]))
    x = draw_scores(uneven.correlations, own, 0.3, [1, 2], 200_000, [4])
    R = np.corrcoef(x, rowvar=False)

    found = {(one.cause, one.problem): one.expected_beta
             for one in link_detectability(uneven, draw_scores, n_surveys=2)}

    assert np.linalg.solve(R[:3, :3], R[:3, 5])[1] == pytest.approx(found["B", "P"], abs=0.01)
    assert np.linalg.solve(R[:3, :3], R[:3, 6])[2] == pytest.approx(found["C", "Q"], abs=0.01)


def test_a_link_that_is_not_there_is_seldom_declared():
    found = link_detectability(setting(n=400), draw_scores, size=0.01, n_surveys=30, n_resamples=60)

    assert np.mean([one.share for one in found]) < 0.02


def test_the_setting_is_read_off_the_estimates_of_a_study():
    rng = np.random.default_rng(2)
    causes = pd.DataFrame(rng.normal(size=(150, 3)), columns=CAUSES)
    problems = pd.DataFrame(rng.normal(size=(150, 2)), columns=PROBLEMS)
    estimates = cause_links(causes, problems, n_resamples=50, seed=[1, 7])

    own = setting_of(estimates, {"A": 0.7, "B": -0.2}, THRESHOLDS)

    assert (own.causes, own.problems, own.n, own.n_groups) == (CAUSES, PROBLEMS, 150, 1)
    assert own.correlations == pytest.approx(causes.corr().to_numpy())
    assert own.reliabilities == {"A": 0.7, "B": 0.05, "C": 1.0, "P": 1.0, "Q": 1.0}


def test_a_simulated_survey_is_judged_by_freed_weights_where_the_study_is():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(600, 5)) + 0.8 * rng.normal(size=(600, 1))
    R, draws = np.corrcoef(x, rowvar=False), resample_correlations(x, n_resamples=2000, seed=[1])
    reliabilities = np.array([0.8, 0.75, 0.7, 0.85, 0.65])

    se = standardised_beta(draws, 3).std(axis=0, ddof=1)
    errors = structural_weights(R, 3, reliabilities, se=se, degrees=600 - 4)

    whole = corrected_weights(R, draws, 3, reliabilities, 0.025, errors[1])
    assert errors[0] == pytest.approx(whole.value)
    assert error_of(whole.lo, whole.hi, 0.025) == pytest.approx(whole.error, rel=0.12)
    plain, freed = (link_detectability(replace(setting(n=500), is_freed=is_freed), draw_scores, n_surveys=40)
                    for is_freed in (False, True))
    assert sum(one.share for one in freed) > sum(one.share for one in plain)


def test_pairs_that_are_asked_for_get_the_shares_that_all_pairs_get():
    everything = {(one.cause, one.problem): one for one in link_detectability(setting(), draw_scores, n_surveys=6)}

    found = link_detectability(setting(), draw_scores, n_surveys=6, wanted={("B", "Q")})

    assert found == (everything["B", "Q"],)


def test_the_more_answers_the_fewer_surveys_are_simulated_and_the_number_is_told():
    found = {n: link_detectability(setting(n=n), draw_scores, n_resamples=20, wanted={("A", "P")})[0].n_surveys
             for n in (60, 1000, 4000)}

    assert found == {60: 200, 1000: 60, 4000: 30}


def test_too_few_rows_for_the_causes_are_refused():
    with pytest.raises(TooFewData):
        link_detectability(setting(n=4), draw_scores)
