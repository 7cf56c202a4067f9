"""Sizes and precisions planned here equal those that others printed or compute.

R: R 4.2.2 (stats), psych 2.2.9, epiR 2.0.57; the calls are in values.R, one line a value.
Krejcie & Morgan 1970: Determining sample size for research activities, Educational and Psychological Measurement 30,
table 1 (share .5, half-width .05, chi-square 3.841).
Cochran 1977: Sampling Techniques, section 4.4: 400 answers, 356 of 3200 (worked with t = 2 for 95 %).
Fugard & Potts 2015: Supporting thinking on sample sizes for thematic analyses: 29 participants for two instances of a
theme of 10 % prevalence with 80 % power.
"""

from math import ceil

import pytest
from scipy import stats

from analysis.quant.planning.cells import cell_coverage
from analysis.quant.planning.figures import alpha_figure, correlation_figure, mean_figure, share_figure
from analysis.quant.planning.interviews import chance_to_hear, interviews_for_theme
from analysis.quant.planning.precision import Frame, precision_at, size_for

TIGHT = 1e-9
COCHRAN_CONFIDENCE = float(2 * stats.norm.cdf(2) - 1)       # what t = 2 is exactly


@pytest.mark.parametrize(("population", "printed"), [
    (10, 10), (50, 44), (100, 80), (200, 132), (500, 217), (1000, 278), (5000, 357), (10_000, 370), (75_000, 382),
    (1_000_000, 384)])
def test_shares_take_the_answers_of_krejcie_and_morgan(population, printed):
    chi_square, spread = 3.841, 0.25
    exact = chi_square * population * spread / (0.05**2 * (population - 1) + chi_square * spread)

    planned = size_for(0.05, share_figure(0.5, "wald"), Frame(population))

    # They rounded to the nearest whole number, which may miss the wish by a little; we round up.
    assert round(exact) == printed
    assert planned.n == ceil(exact)


def test_a_share_takes_the_answers_of_cochran():
    wish = share_figure(0.5, "wald")

    assert size_for(0.05, wish, confidence=COCHRAN_CONFIDENCE).n == 400
    assert size_for(0.05, wish, Frame(3200), COCHRAN_CONFIDENCE).n == 356


@pytest.mark.parametrize(("population", "by_epir"), [(None, 384.1458820694), (1000, 277.7334531732)])
def test_a_share_takes_the_answers_of_epir(population, by_epir):
    planned = size_for(0.05, share_figure(0.5, "wald"), Frame(population))

    assert planned.n - 1 < by_epir <= planned.n


@pytest.mark.parametrize(("figure", "n", "low", "high"), [
    (mean_figure(0.8), 180, -0.1176652024117, 0.1176652024117),
    (share_figure(0.3), 180, 0.2378050124955, 0.3705531866731),
    (share_figure(0.3, "wald"), 180, 0.3 - 0.06694551484212, 0.3 + 0.06694551484212),
    (alpha_figure(0.8, 4), 100, 0.7273317922117, 0.8571231805087),
    (alpha_figure(0.7, 6), 60, 0.5649470440310, 0.8038707464727),
    (alpha_figure(0.9, 10), 250, 0.8804532912506, 0.9175079911202),
    (correlation_figure(0.3), 120, 0.1276211570427, 0.4547863829969),
    (correlation_figure(0.0), 180, -0.1462633169679, 0.1462633169679),
    (correlation_figure(-0.6), 45, -0.7597300004629, -0.3719791926755),
], ids=["mean", "wilson", "wald", "alpha-4", "alpha-6", "alpha-10", "r-.3", "r-0", "r-minus"])
def test_limits_are_those_of_r(figure, n, low, high):
    planned = precision_at(n, figure)

    assert (planned.ci_low, planned.ci_high) == pytest.approx((low, high), abs=TIGHT)


def test_interviews_for_a_theme_are_those_of_fugard_and_potts():
    assert interviews_for_theme(0.10, times=2, probability=0.80).n == 29


@pytest.mark.parametrize(("n", "share", "times", "population", "by_r"), [
    (29, 0.10, 2, None, 0.8011278994496), (20, 0.20, 3, 150, 0.8135107689449)])
def test_the_chance_to_hear_a_theme_is_that_of_r(n, share, times, population, by_r):
    assert chance_to_hear(n, share, times, population) == pytest.approx(by_r, abs=TIGHT)


def test_the_chance_of_a_unit_to_be_shown_is_that_of_r():
    assert cell_coverage({"outlet": 12}, 0.6).probability["outlet"] == pytest.approx(0.94269007872, abs=TIGHT)
