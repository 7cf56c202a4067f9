"""Rows I and J of the seed checklist: purpose and reach, and what the seed implies without naming it."""

import pytest

from analysis.privacy import MINIMUM_GROUP
from reports.content import Figure
from tests.seed.conftest import Branch


def test_i1_the_roadmap_begins_with_quick_wins(branch: Branch):
    phases = {measure.phase for measure in branch.diagnosis.measures if measure.verdict == "proposed"}

    assert "quick_win" in phases
    section = branch.section("roadmap")
    lanes = next(block.chart.lanes for block in section.blocks if isinstance(block, Figure))
    assert lanes[0].bars[0].kind == "first"
    assert "quick win" in section.title.text


def test_i2_customers_by_tier_and_what_they_bring_are_both_counted(branch: Branch):
    customers = branch.diagnosis.customers

    assert customers.customers_by_tier_and_stage
    assert customers.aum_by_tier_and_stage


def test_j1_personal_and_corporate_customers_have_tiers_of_their_own(branch: Branch):
    kinds = {key.split(".")[0] for key in branch.diagnosis.customers.customers_by_tier_and_stage}

    assert kinds == {"personal", "corporate"}


def test_j2_no_shown_group_of_staff_is_smaller_than_the_minimum(branch: Branch):
    shown = [group.n for group in branch.diagnosis.groups if not group.is_hidden and group.n is not None]

    assert shown
    assert min(shown) >= MINIMUM_GROUP


@pytest.mark.parametrize("language", ["en", "zh"])
def test_j4_the_summary_stands_first_and_has_two_sections(branch: Branch, language: str):
    keys = [section.key for section in branch.reports[language].sections]

    assert keys[:2] == ["summary", "summary-causes"]


@pytest.mark.parametrize(("language", "words"), [("en", "One survey at one time"), ("zh", "一次调查")])
def test_j5_limits_say_that_one_survey_shows_no_effects(branch: Branch, language: str, words: str):
    assert words in branch.words("limits", language)
