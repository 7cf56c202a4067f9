"""Impact, feasibility and priority of measures, computed by hand."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from analysis.diagnosis.ranking import Axes, Weights, drawn_weights, priorities, rank_stability, ranks
from instruments.template_loader import load_catalogue_template

RULES = load_catalogue_template("bank_crm").rules
MEASURE = replace(RULES.measures[0], effort=2, address_problem={"P1": 3, "P2": 1}, address_cause={"C1": 2},
                  address_facet={"F1": 3}, safeguards=("G1", "G2"))
AXES = Axes(("P1", "P2"), ("C1", "C2"), ("F1",), ("G1", "G2"))
FULL = Weights(problems=np.array([[0.6, 0.2]]), causes=np.array([[0.5, 0.5]]), facets=np.array([[0.3]]),
               readiness=np.array([[0.4, 0.8]]), support=np.array([0.25]))
IMPACT, FEASIBILITY = np.array([[0.5, 0.3, 0.2]]), np.array([[0.4, 0.4, 0.2]])


def test_impact_and_feasibility_are_weighted_means_of_their_parts() -> None:
    found = priorities([MEASURE], FULL, AXES, IMPACT, FEASIBILITY)

    problem = (0.6 * 1 + 0.2 / 3) / 0.8
    impact = 100 * (0.5 * problem + 0.3 * 0.5 * 2 / 3 + 0.2 * 1)
    feasibility = 100 * (0.4 * 0.75 + 0.4 * 0.6 + 0.2 * 0.25)
    assert found.impact[0, 0] == pytest.approx(impact)
    assert found.feasibility[0, 0] == pytest.approx(feasibility)
    assert found.priority[0, 0] == pytest.approx(sqrt(impact * feasibility))


def test_a_part_without_denominator_is_missing_and_the_others_take_its_weight() -> None:
    weights = replace(FULL, causes=np.zeros((1, 2)), facets=np.zeros((1, 1)), readiness=np.full((1, 2), np.nan),
                      support=np.array([np.nan]))

    found = priorities([MEASURE], weights, AXES, IMPACT, FEASIBILITY)

    assert found.impact[0, 0] == pytest.approx(100 * (0.6 + 0.2 / 3) / 0.8)
    assert found.feasibility[0, 0] == pytest.approx(75)
    assert np.isnan(found.impact_parts[0, 0, 1:]).all()


def test_without_any_part_a_measure_has_no_impact_and_is_not_ranked() -> None:
    weights = replace(FULL, problems=np.zeros((1, 2)), causes=np.zeros((1, 2)), facets=np.zeros((1, 1)))

    found = priorities([MEASURE], weights, AXES, IMPACT, FEASIBILITY)

    assert np.isnan(found.impact[0, 0])
    assert np.isnan(ranks(found.priority, ["S1"])[0, 0])


def test_ties_are_broken_by_key() -> None:
    order = ranks(np.array([[50.0, 70.0, 50.0, np.nan]]), ["S9", "S2", "S1", "S0"])

    assert order[0].tolist()[:3] == [3.0, 1.0, 2.0]
    assert np.isnan(order[0, 3])


def test_stability_counts_draws_among_the_first_three() -> None:
    drawn = np.array([[1.0, 4.0], [2.0, 3.0], [3.0, 5.0], [4.0, np.nan]])

    first, second = rank_stability(drawn)

    assert (first.probability_top3, first.median) == (0.75, 2.5)
    assert second.probability_top3 == pytest.approx(1 / 3)


def test_drawn_weights_sum_to_one_around_the_stated_ones() -> None:
    impact, feasibility = drawn_weights(RULES.defaults, np.random.default_rng(1))

    assert impact.shape == feasibility.shape == (1000, 3)
    assert impact.sum(axis=1) == pytest.approx(np.ones(1000))
    assert impact.mean(axis=0) == pytest.approx([0.5, 0.3, 0.2], abs=0.02)
