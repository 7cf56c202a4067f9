"""A planner's sizes give what was wished, and no answer less would; what cannot be planned is said with its place."""

from itertools import pairwise
from math import inf, nan

import numpy as np
import pytest

from analysis.errors import SpecError
from analysis.quant.intervals import net_promoter
from analysis.quant.planning.cells import cell_coverage
from analysis.quant.planning.figures import (
    alpha_figure,
    correlation_figure,
    mean_figure,
    nps_figure,
    share_figure,
)
from analysis.quant.planning.interviews import chance_to_hear, interviews_for_both_sides, interviews_for_theme
from analysis.quant.planning.precision import Frame, answers_from, invitations_for, precision_at, size_for

FIGURES = {
    "mean": (mean_figure(0.8), 0.1), "share": (share_figure(0.3), 0.06), "nps": (nps_figure(), 12.0),
    "alpha": (alpha_figure(0.75, 4), 0.05), "bonett": (alpha_figure(0.75, 4, "bonett"), 0.05),
    "correlation": (correlation_figure(0.3), 0.12),
}


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("frame", [Frame(), Frame(900), Frame(900, 0.6, 1.3)], ids=["many", "few", "weighted"])
def test_the_smallest_size_reaches_the_wish_and_one_answer_less_does_not(kind, frame):
    figure, wish = FIGURES[kind]

    planned = size_for(wish, figure, frame)

    assert planned.reached.half_width <= wish + 1e-9
    assert precision_at(planned.n - 1, figure, frame).half_width > wish


@pytest.mark.parametrize("kind", FIGURES)
def test_more_answers_never_make_a_figure_less_precise(kind):
    figure, _ = FIGURES[kind]

    widths = [precision_at(n, figure).half_width for n in range(figure.fewest, 400)]

    assert all(earlier >= later - 1e-12 for earlier, later in pairwise(widths))


def test_a_planned_nps_interval_is_the_one_that_will_be_printed():
    answers = [10] * 24 + [0] * 18 + [7] * 18

    printed = net_promoter(answers)
    planned = precision_at(60, nps_figure(24 / 60, 18 / 60))

    assert (planned.ci_low, planned.ci_high) == pytest.approx((printed.ci_low, printed.ci_high))


def test_bonetts_interval_of_alpha_is_close_to_feldts():
    feldt, bonett = (precision_at(150, alpha_figure(0.8, 4, method)) for method in ("feldt", "bonett"))

    assert bonett.half_width == pytest.approx(feldt.half_width, rel=0.03)


def test_a_census_has_no_sampling_error_in_its_means():
    assert precision_at(240, mean_figure(0.8), Frame(240)).half_width == pytest.approx(0)


def test_reliability_gains_nothing_from_a_small_population_and_says_so():
    small = precision_at(100, alpha_figure(0.8, 4), Frame(120))

    assert small.half_width == precision_at(100, alpha_figure(0.8, 4)).half_width
    assert small.warnings == ("no_finite_population",)


def test_a_design_effect_costs_as_many_answers_as_it_says():
    plain, weighted = size_for(0.1, share_figure()), size_for(0.1, share_figure(), Frame(design_effect=1.5))

    assert weighted.n == pytest.approx(1.5 * plain.n, abs=1.5)


@pytest.mark.parametrize(("n", "rate", "invitations"), [(100, 1.0, 100), (29, 0.29, 100), (100, 0.3, 334)])
def test_invitations_are_answers_over_response_rate(n, rate, invitations):
    assert invitations_for(n, Frame(response_rate=rate)) == (invitations, ())
    assert answers_from(invitations, Frame(response_rate=rate)) >= n


def test_a_population_too_small_to_invite_is_named():
    planned = size_for(0.1, mean_figure(0.8), Frame(240, 0.4))

    assert planned.invitations == 240
    assert planned.warnings == ("population_too_small",)


def test_both_sides_are_heard_as_often_as_in_simulated_interviews():
    planned = interviews_for_both_sides(0.4, 0.15, times=2)
    draws = np.random.default_rng(7).multinomial(planned.n, [0.4, 0.15, 0.45], 20_000)

    assert planned.reached == pytest.approx(((draws[:, 0] >= 2) & (draws[:, 1] >= 2)).mean(), abs=0.012)
    assert planned.reached >= 0.80


def test_one_side_takes_no_more_interviews_than_both():
    assert interviews_for_theme(0.15).n <= interviews_for_both_sides(0.4, 0.15).n


def test_whom_everybody_knows_is_heard_once_all_but_the_silent_are_asked():
    assert interviews_for_theme(0.5, times=1, probability=0.99, population=10).n == 5
    assert chance_to_hear(6, 0.5, 1, 10) == pytest.approx(1)


def test_units_smaller_than_the_minimum_are_never_shown():
    cells = cell_coverage({"branch": 40, "outlet": 9, "desk": 4}, 0.6)

    assert cells.n_never == 1
    assert cells.probability["desk"] == 0
    assert cells.n_expected == pytest.approx(sum(cells.probability.values()))
    assert cells.warnings == ("complement_hidden",)


def test_the_rate_for_all_units_shows_them_together_as_often_as_wished():
    units = {"a": 12, "b": 14, "c": 40}

    rate = cell_coverage(units, 0.5).rate_for_all

    assert np.prod([*cell_coverage(units, rate).probability.values()]) >= 0.80
    assert np.prod([*cell_coverage(units, rate - 0.001).probability.values()]) < 0.80


@pytest.mark.parametrize("wrong", [
    lambda: mean_figure(0), lambda: mean_figure(inf), lambda: mean_figure(nan), lambda: share_figure(1.0),
    lambda: share_figure(0.5, "exact"), lambda: nps_figure(0.7, 0.6), lambda: alpha_figure(1.0, 4),
    lambda: alpha_figure(0.8, 1), lambda: alpha_figure(0.8, 4, "other"), lambda: correlation_figure(-1.0),
    lambda: Frame(0), lambda: Frame(10, 0.0), lambda: Frame(10, 1.2), lambda: Frame(design_effect=0.9),
    lambda: precision_at(1, mean_figure(0.8)), lambda: precision_at(20, mean_figure(0.8), Frame(10)),
    lambda: precision_at(20, mean_figure(0.8), confidence=1.0), lambda: size_for(0.0, mean_figure(0.8)),
    lambda: size_for(nan, mean_figure(0.8)), lambda: size_for(1e-6, mean_figure(0.8)),
    lambda: size_for(0.01, alpha_figure(0.8, 4), Frame(50)), lambda: size_for(0.1, mean_figure(0.8), Frame(1)),
    lambda: interviews_for_theme(0.0),
    lambda: interviews_for_theme(0.1, times=0), lambda: interviews_for_theme(0.1, probability=1.0),
    lambda: interviews_for_theme(0.01, population=20), lambda: interviews_for_both_sides(0.6, 0.6),
    lambda: cell_coverage({}, 0.5), lambda: cell_coverage({"a": -1}, 0.5), lambda: cell_coverage({"a": 9}, 0.0),
    lambda: cell_coverage({"a": 9}, 0.5, minimum=0),
], ids=[f"case{place}" for place in range(31)])
def test_what_cannot_be_planned_is_refused_with_a_remedy(wrong):
    with pytest.raises(SpecError) as caught:
        wrong()

    assert caught.value.place.startswith("planner")
    assert caught.value.remedy
