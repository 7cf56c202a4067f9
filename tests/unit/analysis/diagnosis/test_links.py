"""Links from causes to problems: which scales enter, and which are judged."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.diagnosis.detectability import setting_of
from analysis.diagnosis.links import (
    Estimated,
    LinkSources,
    estimate_links,
    find_links,
    link_scores,
    reliabilities_of,
)
from analysis.diagnosis.surveyed import Surveyed, survey_audience
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.quant.scoring import construct_items, recoded_items, score_scales
from analysis.tables import StudyTables
from bench.validate.study import staff_instrument, table_of
from instruments.template_loader import load_catalogue_template
from surveyapp.sample.surveys import draw_survey
from surveyapp.sample.worlds import World

BANK = load_catalogue_template("bank_crm")
STAFF = staff_instrument(BANK)
CAUSES = [construct.key for construct in STAFF.constructs_of_group("cause")]
PROBLEMS = [construct.key for construct in STAFF.constructs_of_group("problem")]
THRESHOLDS = resolve_thresholds()
LOOSE = CAUSES[0]


def asked(n: int, world: World) -> Surveyed:
    survey = draw_survey(STAFF, world, n, 1, 0.0)
    return survey_audience(StudyTables(BANK, {STAFF.audience: table_of(STAFF, survey)}), STAFF.audience, THRESHOLDS)


def estimated(side: Surveyed) -> Estimated:
    return estimate_links(side, THRESHOLDS, seed=1, n_resamples=200)


def unanswered(side: Surveyed, construct: str, people: slice, keep: int = 0) -> Surveyed:
    """Return the survey as it were had these people answered only the first `keep` items of a scale."""
    values = side.valid.values.copy()
    items = [item.key for item in construct_items(STAFF, construct)][keep:]
    values.loc[values.index[people], items] = np.nan
    valid = replace(side.valid, values=values)
    return replace(side, valid=valid, scores=score_scales(valid))


@pytest.fixture(scope="module")
def loose() -> Surveyed:
    """One cause is measured badly, and it alone acts on the first problem; all causes correlate."""
    return asked(150, World(links={(LOOSE, PROBLEMS[0]): 0.5}, cause_correlation=0.65, reliability=0.85,
                            reliabilities={LOOSE: 0.35}, share_missing=0.0, seed=4))


def test_an_unreliable_cause_enters_and_no_link_of_it_is_told(loose: Surveyed):
    found = estimated(loose).estimates

    assert found is not None
    assert found.covariates == (LOOSE,)
    assert {cause for cause, _ in found.beta} == set(CAUSES) - {LOOSE}
    x = loose.scores.plain[[*CAUSES, *PROBLEMS]].dropna()
    z = ((x - x.mean()) / x.std()).to_numpy()
    weights = np.linalg.lstsq(z[:, :len(CAUSES)], z[:, len(CAUSES):], rcond=None)[0]
    assert found.beta[CAUSES[1], PROBLEMS[0]] == pytest.approx(weights[1, 0], abs=1e-9)


def test_what_an_unreliable_cause_does_is_put_down_less_to_those_it_goes_with(loose: Surveyed):
    x = loose.scores.plain[[*CAUSES[1:], *PROBLEMS]].dropna()
    z = ((x - x.mean()) / x.std()).to_numpy()
    left_out = np.linalg.lstsq(z[:, :len(CAUSES) - 1], z[:, len(CAUSES) - 1:], rcond=None)[0][:, 0]

    found = estimated(loose).estimates

    assert found is not None
    assert sum(found.beta[cause, PROBLEMS[0]] for cause in CAUSES[1:]) < left_out.sum()


def test_how_often_a_link_would_be_found_reckons_with_causes_that_enter_unjudged(loose: Surveyed):
    found = estimated(loose).estimates

    assert found is not None
    setting = setting_of(found, reliabilities_of(loose, (*CAUSES, *PROBLEMS)), THRESHOLDS)
    assert (setting.causes[-1], setting.n_judged, len(setting.causes)) == (LOOSE, len(CAUSES) - 1, len(CAUSES))


def test_a_scale_with_some_gaps_is_not_dropped_to_keep_the_rows():
    gaps = unanswered(asked(64, World(reliability=0.9, share_missing=0.0, seed=2)), CAUSES[1], slice(0, 6))

    found = estimated(gaps)

    assert (found.estimates, found.reason) == (None, "too_few_answers")
    assert found.n == gaps.n - 6 < THRESHOLDS["minimum_n_links"]


def test_whoever_answered_half_of_a_scale_stays_among_the_rows():
    side = asked(150, World(reliability=0.9, share_missing=0.0, seed=2))
    items = [item.key for item in construct_items(STAFF, CAUSES[1])]
    half = unanswered(side, CAUSES[1], slice(0, 20), keep=len(items) // 2)
    fewer = unanswered(side, CAUSES[1], slice(0, 20), keep=len(items) // 2 - 1)

    assert half.scores.plain[CAUSES[1]].isna().sum() == 20
    assert (estimated(half).n, estimated(fewer).n) == (side.n, side.n - 20)
    recoded = recoded_items(half.valid, CAUSES[1])
    assert link_scores(half)[CAUSES[1]].to_numpy() == pytest.approx(recoded.mean(axis=1).to_numpy())


def test_a_scale_asked_of_a_small_part_leaves_the_others_their_links():
    part = unanswered(asked(150, World(reliability=0.9, share_missing=0.0, seed=2)), CAUSES[1], slice(40, None))

    found = estimated(part).estimates

    assert found is not None
    assert {cause for cause, _ in found.beta} == set(CAUSES) - {CAUSES[1]}
    assert found.covariates == ()


@pytest.fixture(scope="module")
def many() -> Surveyed:
    """Enough answers for weights freed of unreliability; the first cause acts on the first problem."""
    return asked(520, World(links={(CAUSES[0], PROBLEMS[0]): 0.45}, cause_correlation=0.3, reliability=0.75,
                            share_missing=0.0, seed=5))


def test_large_surveys_are_judged_by_weights_freed_of_unreliability(many: Surveyed):
    links = find_links(many, LinkSources(), THRESHOLDS, seed=1, n_resamples=200)

    estimates = links.estimates
    assert estimates is not None
    assert estimates.n >= THRESHOLDS["minimum_n_corrected_links"]
    assert estimates.freed == estimates.beta.keys()
    assert links.model.is_freed
    assert all(link.is_freed for link in links.findings)
    assert {(link.cause, link.problem) for link in links.findings if link.status == "supports"} == {
        (CAUSES[0], PROBLEMS[0])}
    against = {(link.cause, link.problem) for link in links.findings if link.status == "against"}
    assert against == {pair for pair, limit in estimates.beta_dis_hi.items() if limit is not None and limit < 0.10}


def test_a_study_may_set_how_many_answers_that_takes(many: Surveyed):
    thresholds = THRESHOLDS | {"minimum_n_corrected_links": 1000.0}

    links = find_links(many, LinkSources(), thresholds, seed=1, n_resamples=200)

    assert not links.model.is_freed
    assert {link.is_freed for link in links.findings} == {False}


def test_smaller_surveys_are_judged_by_the_weights_that_were_measured(loose: Surveyed):
    found = estimated(loose).estimates

    assert found is not None
    assert found.freed == frozenset()
