"""What a number is enough for: by the thresholds of the diagnosis, and only what the questionnaire is made for."""

import numpy as np
import pytest

from analysis.diagnosis.thresholds import THRESHOLDS, resolve_thresholds
from instruments.template_loader import load_catalogue_template
from surveyapp.services.use_of_n import ANALYSES, COMPARISONS, uses_of
from tests.factories import questionnaire as make

LIMITS = resolve_thresholds()
BANK = load_catalogue_template("bank_crm")


def enough(audience: str, n: int, limits: dict[str, float] = LIMITS) -> dict[str, bool]:
    return {use.words.split(":")[0] + " " + use.threshold: use.is_enough
            for use in uses_of(BANK.instrument(audience), limits, n)}


@pytest.mark.parametrize(("n", "last", "first_not"), [
    (4, None, "Description minimum_n_description"),
    (29, "Description minimum_n_description", "Problems minimum_n_tests"),
    (99, "Problems minimum_n_tests", "Reliability omega_minimum_n"),
    (100, "Reliability omega_minimum_n", "Factor analysis structure_minimum_n"),
    (150, "Factor analysis structure_minimum_n", None)])
def test_each_analysis_is_enough_from_its_threshold_on(n: int, last: str | None, first_not: str | None):
    found = enough("staff", n)

    assert last is None or found[last]
    assert first_not is None or not found[first_not]


def test_customers_are_not_told_of_links_between_causes_and_problems():
    assert not any("Links" in words or "Problems" in words for words in enough("customer", 300))
    assert any("Links" in words for words in enough("staff", 300))
    assert enough("customer", 30)["Experiences minimum_n_customers"]


def test_a_comparison_needs_the_number_in_each_of_two_groups():
    by_n = {n: {use.threshold: (use.is_enough, use.n_groups) for use in uses_of(BANK.instrument("staff"), LIMITS, n)
                if use.n_groups is not None} for n in (9, 59, 130)}

    assert by_n[9]["minimum_group"] == (False, 1)
    assert by_n[59]["minimum_n_group_tests"] == (False, 1)
    assert by_n[130]["minimum_n_group_tests"] == (True, 4)


def test_a_study_that_asks_for_more_is_told_its_own_number():
    found = enough("staff", 160, resolve_thresholds({"structure_minimum_n": 200}))

    assert not found["Factor analysis structure_minimum_n"]


def test_a_questionnaire_without_scales_is_only_described():
    words = [use.threshold for use in uses_of(make.instrument(constructs=()), LIMITS, 500)]

    assert words == ["minimum_n_description", "minimum_group"]


def test_every_analysis_names_a_threshold_with_its_source():
    for one in (*ANALYSES, *COMPARISONS):
        assert THRESHOLDS[one.threshold].source


@pytest.mark.parametrize(("n", "width"), [(30, 0.27), (100, 0.14)])
def test_the_width_of_alpha_that_is_told_is_that_of_feldts_interval(n: int, width: float):
    from scipy import stats

    r = 0.78 / (4 - 3 * 0.78)           # four equal correlations of which alpha is 0.78
    correlation = np.full((4, 4), r) + (1 - r) * np.eye(4)
    alpha = 4 / 3 * (1 - np.trace(correlation) / correlation.sum())
    low, high = (1 - (1 - alpha) * stats.f.ppf(q, n - 1, 3 * (n - 1)) for q in (0.975, 0.025))

    assert high - low == pytest.approx(width, abs=0.005)
    assert f"{width}" in next(one.words for one in ANALYSES if "Cronbach" in one.words)
