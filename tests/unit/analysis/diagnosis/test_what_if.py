"""A cause moved by a stated amount: what the link model implies, and when nothing may be said."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.diagnosis.diagnose import diagnose
from analysis.diagnosis.links import department_of
from analysis.diagnosis.surveyed import survey_audience
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.diagnosis.what_if import movable_causes, what_if
from analysis.quant.associate import centre_groups
from analysis.results.diagnosis import Diagnosis
from analysis.results.what_if import ImpliedDifference
from analysis.tables import StudyTables
from instruments.codec import from_document, to_document
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_study

BANK = load_catalogue_template("bank_crm")
RESAMPLES = 400
PLANTED = Plan(means={"PRB_INFO": 3.6, "CAU_TECH": 3.4}, links={("CAU_TECH", "PRB_INFO"): 0.6})


@pytest.fixture(scope="module")
def tables() -> StudyTables:
    return simulated_study(BANK, n_staff=300, plan=PLANTED)


@pytest.fixture(scope="module")
def diagnosis(tables: StudyTables) -> Diagnosis:
    return diagnose(tables, n_resamples=RESAMPLES)


def row_of(diagnosis: Diagnosis, cause: str, amount: float, problem: str, **unit: str) -> ImpliedDifference:
    return next(row for row in what_if(diagnosis, cause, amount, **unit).rows if row.problem == problem)


def test_one_sd_of_the_cause_goes_with_beta_times_the_sd_of_the_problem(diagnosis: Diagnosis) -> None:
    link = next(link for link in diagnosis.links if (link.cause, link.problem) == ("CAU_TECH", "PRB_INFO"))

    row = row_of(diagnosis, "CAU_TECH", 1.0, "PRB_INFO", unit="sd")

    assert row.points == pytest.approx(link.beta * diagnosis.link_model.sd["PRB_INFO"], abs=1e-12)
    assert row.points == pytest.approx(link.effect_points, abs=1e-12)
    assert row.pomp == pytest.approx(row.points / 4 * 100, abs=1e-9)


def test_the_difference_is_the_slope_of_an_ordinary_regression_and_its_bootstrap(
        diagnosis: Diagnosis, tables: StudyTables) -> None:
    side = survey_audience(tables, "staff", resolve_thresholds())
    causes = [key for key in diagnosis.link_model.sd if key.startswith("CAU")]
    scores, _ = centre_groups(side.scores.plain[list(diagnosis.link_model.sd)].dropna(), department_of(side))
    x, y = scores[causes].to_numpy(), scores["PRB_INFO"].to_numpy()
    slope = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)[0][1 + causes.index("CAU_TECH")]
    rng, drawn = np.random.default_rng(1), []
    for _ in range(2000):
        place = rng.integers(0, len(x), len(x))
        design = np.column_stack([np.ones(len(x)), x[place]])
        drawn.append(np.linalg.lstsq(design, y[place], rcond=None)[0][1 + causes.index("CAU_TECH")])

    row = row_of(diagnosis, "CAU_TECH", -0.5, "PRB_INFO")

    assert row.points == pytest.approx(-0.5 * slope, abs=1e-9)
    assert (row.low, row.high) == pytest.approx(-0.5 * np.quantile(drawn, [0.975, 0.025]), abs=0.02)


def test_twice_the_move_is_twice_the_difference_and_less_of_a_cause_goes_with_less(diagnosis: Diagnosis) -> None:
    once, twice = (row_of(diagnosis, "CAU_TECH", amount, "PRB_INFO") for amount in (-0.4, -0.8))

    assert (twice.points, twice.low, twice.high) == pytest.approx((2 * once.points, 2 * once.low, 2 * once.high))
    assert twice.low < twice.points < twice.high < 0


def test_no_figure_stands_where_the_link_is_not_supported(diagnosis: Diagnosis) -> None:
    found = what_if(diagnosis, "CAU_COORD", -0.5)

    assert found.refusal is None
    assert [row.problem for row in found.rows] == [row.level.construct for row in diagnosis.problems]
    assert found.shown == ()
    assert {row.points for row in found.rows} == {None}
    assert {row.unsaid for row in found.rows} <= {"uncertain", "against"}


@pytest.mark.parametrize(("cause", "amount", "refusal"), [
    ("CAU_TECH", 0.0, "no_move"), ("CAU_TECH", float("nan"), "no_move"), ("CAU_TECH", 2.0, "out_of_scale"),
    ("CAU_TECH", -3.0, "out_of_scale"), ("PRB_INFO", 0.5, "not_in_model"), ("NOTHING", 0.5, "not_in_model"),
])
def test_a_move_that_cannot_be_is_refused_by_name(
        diagnosis: Diagnosis, cause: str, amount: float, refusal: str) -> None:
    found = what_if(diagnosis, cause, amount)

    assert (found.refusal, found.rows) == (refusal, ())


def test_a_move_further_than_most_staff_lie_apart_is_marked(diagnosis: Diagnosis) -> None:
    assert not what_if(diagnosis, "CAU_TECH", -1.0, "sd").is_far
    assert what_if(diagnosis, "CAU_TECH", -2.1, "sd").is_far


def test_with_too_few_answers_nothing_is_implied() -> None:
    small = diagnose(simulated_study(BANK, n_staff=45, plan=PLANTED), n_resamples=50)

    found = what_if(small, "CAU_TECH", -0.5)

    assert (found.refusal, found.rows) == ("too_few_answers", ())
    assert movable_causes(small) == ()


def test_a_link_that_cannot_be_told_apart_is_withheld(diagnosis: Diagnosis) -> None:
    together = replace(diagnosis, links=tuple(replace(link, is_withheld=True) for link in diagnosis.links))

    found = what_if(together, "CAU_TECH", -0.5)

    assert {row.unsaid for row in found.rows} == {"withheld"}


def test_no_difference_is_stated_where_no_grades_are_given(diagnosis: Diagnosis) -> None:
    doubtful = replace(diagnosis, screening={
        audience: replace(screening, verdict="no_grades") for audience, screening in diagnosis.screening.items()})

    assert what_if(doubtful, "CAU_TECH", -0.5).refusal == "no_grades"


def test_a_diagnosis_stored_before_there_were_slopes_still_opens(diagnosis: Diagnosis) -> None:
    document = to_document(diagnosis)
    for link in document["links"]:
        for name in ("slope", "slope_low", "slope_high"):
            del link[name]
    del document["link_model"]["sd"], document["link_model"]["ends"]

    old = from_document(Diagnosis, document)

    assert what_if(old, "CAU_TECH", -0.5).refusal == "computed_before"
