"""Quadrants, customer status of mirrored problems, and the gap between staff and customers."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.diagnosis.customer_view import customer_statuses, facet_findings, view_gaps
from analysis.diagnosis.surveyed import survey_audience
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.results.diagnosis import FacetFinding, Level
from instruments.template_loader import load_catalogue_template
from tests.factories.branch import Plan, simulated_study

BANK = load_catalogue_template("bank_crm")
THRESHOLDS = resolve_thresholds()
GAP = json.loads((Path(__file__).parents[3] / "reference" / "diagnosis" / "reference-vectors.json").read_text(
    encoding="utf-8"))["gap"]


def _level(construct: str, group: str, pomp: float, n: int = 100, sd: float = 1.0) -> Level:
    half = 1.984 * sd / n**0.5
    mean = 1 + pomp / 25
    return Level(construct, group, n, mean, sd, mean - half, mean + half, pomp, pomp - 25 * half, pomp + 25 * half,
                 None, None, mean, n, None, None, None, None, None, None, None, "uncertain")


def _facet(key: str, status: str, mirrors: tuple[str, ...], pomp: float = 50.0) -> FacetFinding:
    return FacetFinding(_level(key, "experience", pomp), status, None, None, None, None, None, None, None, mirrors)


@pytest.mark.parametrize(("first", "second", "joint"), [
    ("supports", "against", "supports"), ("against", "against", "against"), ("against", "uncertain", "uncertain"),
    ("against", "none", "uncertain"), ("none", "none", "none"), ("none", "supports", "supports")])
def test_a_problem_mirrored_twice_is_supported_by_one_and_denied_only_by_both(first: str, second: str,
                                                                               joint: str) -> None:
    statuses = customer_statuses([_facet("F1", first, ("P",)), _facet("F2", second, ("P",))])

    assert statuses == {"P": joint}


def test_the_gap_equals_the_worked_example_and_is_not_flagged_below_ten_points() -> None:
    facet = _facet("F", "uncertain", ("P",), GAP["pomp_customer"])

    (gap,) = view_gaps([_level("P", "problem", GAP["pomp_problem"])], [facet], THRESHOLDS)["P"]

    assert gap.value == pytest.approx(GAP["gap"])
    assert (gap.ci_low + gap.ci_high) / 2 == pytest.approx(GAP["gap"])
    assert gap.ci_high - gap.value == pytest.approx(1.959964 * 25 * (1 / 100 + 1 / 100) ** 0.5, abs=1e-4)
    assert not gap.is_flagged


def test_a_large_and_certain_gap_is_flagged_unless_too_few_answered() -> None:
    facet = _facet("F", "uncertain", ("P",), 30.0)

    (large,) = view_gaps([_level("P", "problem", 40.0)], [facet], THRESHOLDS)["P"]
    (thin,) = view_gaps([_level("P", "problem", 40.0, n=20)], [facet], THRESHOLDS)["P"]

    assert (large.value, large.is_flagged) == (30.0, True)
    assert not thin.is_flagged


def test_important_facets_that_perform_badly_are_where_to_concentrate() -> None:
    study = simulated_study(BANK, n_staff=0, n_customers=80, customer_plan=Plan(means={"C_INFO": 2.2, "C_SVC": 4.2},
                                                                               default_mean=3.2))
    table = study.answers["customer"]
    stated = {"IMP1": 2.0, "IMP2": 5.0, "IMP3": 2.0, "IMP4": 5.0, "IMP5": 2.0}
    values = table.values.assign(**{key: [value] * 80 for key, value in stated.items()})
    study = replace(study, answers={"customer": replace(table, values=values)})

    facets = facet_findings(survey_audience(study, "customer", THRESHOLDS), THRESHOLDS, seed=1, n_resamples=200)

    by_key = {facet.level.construct: facet for facet in facets}
    assert by_key["C_INFO"].quadrant == by_key["C_INFO"].quadrant_stated == "concentrate_here"
    assert by_key["C_SVC"].quadrant == "possible_overkill"
    assert by_key["C_INFO"].status == "supports"
    assert by_key["C_SVC"].status == "against"
    assert sum(facet.importance_derived for facet in facets) <= 1


def test_below_thirty_customers_there_is_no_status_and_no_quadrant() -> None:
    study = simulated_study(BANK, n_staff=0, n_customers=29, customer_plan=Plan(default_mean=1.5))

    facets = facet_findings(survey_audience(study, "customer", THRESHOLDS), THRESHOLDS, seed=1, n_resamples=50)

    assert {facet.status for facet in facets} == {"none"}
    assert {facet.quadrant for facet in facets} == {None}
    assert all(facet.level.mean is not None for facet in facets)
