"""A norm package tells of scales what many people together answered, and of nobody."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.quant.norms.compare import moments_of
from analysis.quant.norms.package import norm_scales, told_people
from analysis.quant.scoring import recoded_items
from instruments.codec import from_document, to_document
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_answers

STAFF = load_catalogue_template("bank_crm").instrument("staff")
CONSTRUCT = next(construct.key for construct in STAFF.constructs if construct.group == "problem")


def test_a_package_holds_number_means_and_covariances_of_people_who_answered_every_item():
    table = simulated_answers(STAFF, 80, Plan())

    scale = next(one for one in norm_scales(table)[0] if one.construct == CONSTRUCT)

    people = recoded_items(table, CONSTRUCT)
    assert scale.n == 80
    assert [item.mean for item in scale.items] == pytest.approx(people.mean().tolist(), abs=5e-4)
    assert np.array(scale.covariances) == pytest.approx(people.cov().to_numpy(), abs=5e-5)


def test_the_score_over_some_items_follows_from_the_package():
    table = simulated_answers(STAFF, 80, Plan())
    scale = next(one for one in norm_scales(table)[0] if one.construct == CONSTRUCT)
    some = [item.key for item in scale.items][:3]

    told = moments_of(scale, some)

    score = recoded_items(table, CONSTRUCT)[some].mean(axis=1)
    assert (told.mean, told.variance) == pytest.approx((score.mean(), score.var(ddof=1)), abs=1e-3)


def test_twenty_nine_people_are_told_nothing_of():
    scales, left_out = norm_scales(simulated_answers(STAFF, 29, Plan()))

    assert scales == ()
    assert left_out[CONSTRUCT] == "too_few_people"


def test_a_study_may_ask_for_more_people_and_never_for_fewer():
    table = simulated_answers(STAFF, 40, Plan())

    assert norm_scales(table, minimum=50)[0] == ()
    assert norm_scales(simulated_answers(STAFF, 20, Plan()), minimum=5)[0] == ()


def test_an_item_that_all_but_one_answered_alike_is_left_out():
    table = simulated_answers(STAFF, 60, Plan())
    item = recoded_items(table, CONSTRUCT).columns[0]
    values = table.values.assign(**{item: 4.0})
    values.loc[values.index[0], item] = 2.0

    scales, left_out = norm_scales(replace(table, values=values))

    scale = next(one for one in scales if one.construct == CONSTRUCT)
    assert item not in [row.key for row in scale.items]
    assert left_out[item] == "nearly_all_alike"


@pytest.mark.parametrize("n_blank", [0, 1, 2, 4, 5, 9])
def test_no_difference_to_a_printed_figure_speaks_of_one_to_four_people(n_blank: int):
    people = recoded_items(simulated_answers(STAFF, 70, Plan()), CONSTRUCT)
    people.iloc[:n_blank, 0] = np.nan

    told = told_people(people, 5, np.random.default_rng(1))

    more = [int(n) - len(told) for n in people.notna().sum()] + [70 - len(told)]
    assert [n for n in more if 0 < n < 5] == []
    assert told.index.isin(people.dropna().index).all()


def test_a_package_comes_back_from_its_document_unchanged():
    scale = norm_scales(simulated_answers(STAFF, 40, Plan()))[0][0]

    assert from_document(type(scale), to_document(scale)) == scale
