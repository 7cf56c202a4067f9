"""Worlds keep the luck of the draw and hold on average what was planted."""

import numpy as np
import pytest

from instruments.template_loader import load_catalogue_template
from surveyapp.sample.score_worlds import draw_scores, true_correlations
from surveyapp.sample.worlds import World, draw_answers, planted_links


@pytest.fixture(scope="module")
def staff():
    return load_catalogue_template("bank_crm").instrument("staff")


def recoded(instrument, drawn, construct: str) -> np.ndarray:
    items = [item for item in instrument.items_of_construct(construct) if item.kind == "rating"]
    columns = [drawn.values[:, drawn.items.index(item.key)] for item in items]
    return np.column_stack([6 - column if item.is_reverse else column
                            for item, column in zip(items, columns, strict=True)])


def alpha(values: np.ndarray) -> float:
    whole = values[np.isfinite(values).all(axis=1)]
    k = whole.shape[1]
    return k / (k - 1) * (1 - whole.var(axis=0, ddof=1).sum() / whole.sum(axis=1).var(ddof=1))


@pytest.mark.parametrize("planted", [0.65, 0.80])
def test_scales_are_about_as_reliable_as_planted_once_ticked(staff, planted):
    drawn = draw_answers(staff, World(reliability=planted), 8000, 0)

    for construct in ("CAU_TECH", "PRB_DIFF", "PRB_SYSTEM"):
        assert alpha(recoded(staff, drawn, construct)) == pytest.approx(planted, abs=0.03)


def test_a_construct_with_a_reliability_of_its_own_has_it(staff):
    drawn = draw_answers(staff, World(reliabilities={"CAU_TECH": 0.6}), 8000, 0)

    assert alpha(recoded(staff, drawn, "CAU_TECH")) == pytest.approx(0.60, abs=0.03)
    assert alpha(recoded(staff, drawn, "CAU_COORD")) == pytest.approx(0.80, abs=0.03)


def test_problems_have_their_planted_means_once_yes_saying_is_left_out(staff):
    drawn = draw_answers(staff, World(style_mean=0.0), 20_000, 0)

    for construct in staff.constructs_of_group("problem"):
        mean = np.nanmean(recoded(staff, drawn, construct.key))
        assert mean == pytest.approx(drawn.means[construct.key], abs=0.03)


def test_a_planted_link_shows_in_scores_and_no_other_does(staff):
    drawn = draw_answers(staff, World(link=0.4, share_missing=0.0, style_sd=0.0), 20_000, 0)
    causes = [construct.key for construct in staff.constructs_of_group("cause")]
    scores = np.column_stack([recoded(staff, drawn, key).mean(axis=1) for key in causes])
    standard = (scores - scores.mean(axis=0)) / scores.std(axis=0)

    for problem in ("PRB_GOAL", "PRB_SYSTEM"):
        y = recoded(staff, drawn, problem).mean(axis=1)
        beta = np.linalg.lstsq(standard, (y - y.mean()) / y.std(), rcond=None)[0]
        for cause, weight in zip(causes, beta, strict=True):
            # .4 between true scores is near .31 between scores of reliability .80 whose causes correlate.
            assert weight == pytest.approx(0.31 if (cause, problem) in drawn.links else 0.0, abs=0.05)


def test_the_same_survey_is_drawn_again_and_a_larger_one_begins_with_it(staff):
    small, again, large = (draw_answers(staff, World(), n, 5) for n in (50, 50, 120))

    assert np.array_equal(small.values, again.values, equal_nan=True)
    assert np.array_equal(small.values, large.values[:50], equal_nan=True)
    assert not np.array_equal(small.values, draw_answers(staff, World(), 50, 6).values, equal_nan=True)


def test_links_wander_over_all_pairs(staff):
    pairs = {(cause.key, problem.key) for cause in staff.constructs_of_group("cause")
             for problem in staff.constructs_of_group("problem")}

    each = [planted_links(staff, World(), number) for number in range(4)]
    lone = [planted_links(staff, World(spread="lone"), number) for number in range(24)]

    assert all(len(links) == 6 for links in each)
    assert {pair for links in each for pair in links} == pairs
    assert all(len(links) == 1 for links in lone)
    assert {pair for links in lone for pair in links} == pairs


def test_a_survey_without_causes_has_no_links():
    customer = load_catalogue_template("bank_crm").instrument("customer")

    assert draw_answers(customer, World(), 10, 0).links == frozenset()


def test_scores_have_the_correlations_and_the_attenuated_link_that_were_given():
    observed = np.array([[1.0, 0.3, 0.1], [0.3, 1.0, 0.2], [0.1, 0.2, 1.0]])
    of_causes, of_problems = np.array([0.8, 0.7, 0.9]), np.array([0.75])

    x = draw_scores(observed, (of_causes, of_problems), 0.3, [1], 200_000, [3])
    found = np.corrcoef(x, rowvar=False)

    assert found[:3, :3] == pytest.approx(observed, abs=0.01)
    assert found[:3, 3] == pytest.approx(0.0, abs=0.01)
    assert found[1, 4] == pytest.approx(0.3 * np.sqrt(0.7 * 0.75), abs=0.01)


def test_true_correlations_that_do_not_fit_together_are_mended():
    observed = np.array([[1.0, 0.6, 0.6], [0.6, 1.0, -0.5], [0.6, -0.5, 1.0]])

    true = true_correlations(observed, np.full(3, 0.5))

    assert np.linalg.eigvalsh(true)[0] > 0
    assert np.diag(true) == pytest.approx(1.0)
