"""Surveys of a validation hold what their world says, from any questionnaire, and who is careless is known."""

from dataclasses import replace

import numpy as np
import pytest

from instruments.template_loader import load_catalogue_template
from surveyapp.sample.settings import LINKS, MARGIN, SETTINGS, STRONG_MOOD, is_there, world_of
from surveyapp.sample.surveys import draw_survey
from surveyapp.sample.worlds import World, draw_answers, expected_scores, expected_weights
from tests.factories.answers import construct, instrument, rating

STAFF = load_catalogue_template("bank_crm").instrument("staff")
CAUSES = [cause.key for cause in STAFF.constructs_of_group("cause")]


def scores_of(drawn, key: str) -> np.ndarray:
    columns = [6 - drawn.values[:, drawn.items.index(item.key)] if item.is_reverse
               else drawn.values[:, drawn.items.index(item.key)]
               for item in STAFF.items_of_construct(key) if item.key in drawn.items]
    return np.column_stack(columns)


def alpha(values: np.ndarray) -> float:
    k = values.shape[1]
    return k / (k - 1) * (1 - values.var(axis=0, ddof=1).sum() / values.sum(axis=1).var(ddof=1))


@pytest.mark.parametrize("setting", ["random", "yes-saying", "halo", "unreliable"])
def test_the_expected_score_is_the_mean_of_very_many_people(setting):
    world = replace(world_of(setting, STAFF, 1, 3), share_missing=0.0)

    drawn = draw_answers(STAFF, world, 40_000, 3)

    expected = expected_scores(STAFF, world, 3)
    for problem in STAFF.constructs_of_group("problem"):
        assert scores_of(drawn, problem.key).mean() == pytest.approx(expected[problem.key], abs=0.02)


def test_expected_weights_are_those_of_scores_freed_of_unreliability():
    links = {("CAU_TECH", "PRB_INFO"): 0.5, ("CAU_COORD", "PRB_INFO"): 0.3}
    world = World(links=links, mood=0.4, cause_correlation=0.4, reliability=0.9, style_mean=0.0, style_sd=0.0,
                  share_missing=0.0, means=dict.fromkeys([*CAUSES, "PRB_INFO"], 3.0))
    drawn = draw_answers(STAFF, world, 60_000, 0)
    items = [scores_of(drawn, key) for key in [*CAUSES, "PRB_INFO"]]
    r = np.corrcoef([values.mean(axis=1) for values in items])
    reliable = np.sqrt([alpha(values) for values in items])
    true = r / np.outer(reliable, reliable)
    np.fill_diagonal(true, 1)

    weights = np.linalg.solve(true[:-1, :-1], true[:-1, -1])

    expected = expected_weights(STAFF, world, 0)
    assert weights == pytest.approx([expected[cause, "PRB_INFO"] for cause in CAUSES], abs=0.03)


def test_without_a_mood_the_expected_weights_are_the_planted_links():
    world = replace(world_of("random", STAFF, 1, 0), mood=0.0)

    expected = expected_weights(STAFF, world, 0)

    assert world.links
    for pair, weight in expected.items():
        assert weight == pytest.approx(world.links.get(pair, 0.0), abs=1e-12)


def test_a_world_is_the_same_under_all_settings_but_for_what_they_change():
    drawn = {name: world_of(name, STAFF, 1, 7) for name in SETTINGS}

    assert drawn["careless"] == drawn["random"]
    assert replace(drawn["halo"], mood=drawn["random"].mood) == drawn["random"]
    assert drawn["halo"].mood == STRONG_MOOD
    assert drawn["null"].links == {}
    assert drawn["yes-saying"].style_mean > drawn["null"].style_mean == 0
    assert drawn["correlated"].means == drawn["random"].means
    assert world_of("random", STAFF, 1, 8) != drawn["random"]


def test_random_links_are_of_the_sizes_that_the_rule_names():
    weights = [weight for number in range(40) for weight in world_of("random", STAFF, 1, number).links.values()]

    low, high = LINKS
    assert low <= min(weights) < 0.30
    assert 0.45 < max(weights) <= high
    assert len(weights) / 40 == pytest.approx(6, abs=0.8)


def test_a_problem_too_near_the_middle_counts_as_neither():
    assert is_there(3.0) is False
    assert is_there(3.0 + MARGIN) is None
    assert is_there(3.0 + MARGIN + 0.01) is True


def test_the_careless_are_as_many_as_planned_and_fail_attention_more_often():
    survey = draw_survey(STAFF, World(), 1000, 0, share_careless=0.25)
    attention = next(item for item in STAFF.items if item.role == "attention")
    passed = survey.values[:, survey.items.index(attention.key)] == attention.expected[0]

    assert survey.is_careless.sum() == 250
    assert passed[survey.is_careless].mean() < 0.5
    assert passed[~survey.is_careless].mean() > 0.9
    assert np.median(survey.seconds[survey.is_careless]) < np.median(survey.seconds[~survey.is_careless])


def test_those_who_read_answer_the_same_beside_careless_ones():
    alone, beside = (draw_survey(STAFF, World(), 80, 0, share) for share in (0.0, 0.25))

    careful = ~beside.is_careless
    assert np.array_equal(alone.values[careful], beside.values[careful], equal_nan=True)
    assert np.array_equal(alone.positions, beside.positions, equal_nan=True)


def test_every_item_has_one_place_in_the_order_of_each_person():
    survey = draw_survey(STAFF, World(), 5, 0)

    assert np.array_equal(np.sort(survey.positions, axis=1), np.tile(np.arange(len(survey.items)), (5, 1)))


def test_any_questionnaire_can_be_answered():
    parcels = instrument(
        [rating(f"L{place}", "LATE", reverse=place == 3) for place in range(1, 4)]
        + [rating(f"V{place}", "VANS") for place in range(1, 4)],
        [construct("LATE", "problem"), construct("VANS", "cause")])
    world = world_of("random", parcels, 1, 0)

    survey = draw_survey(parcels, world, 30, 0)

    assert survey.values.shape == (30, 6)
    assert set(survey.means) == {"LATE", "VANS"}
    assert set(np.unique(survey.values[np.isfinite(survey.values)])) <= {1, 2, 3, 4, 5}
