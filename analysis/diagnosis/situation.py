"""How things stand today: facets of the situation, outcomes, single items, groups (sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from analysis.diagnosis.levels import construct_level
from analysis.diagnosis.surveyed import HIDDEN, Surveyed
from analysis.quant.compare import adjust_comparisons, group_comparisons, group_means
from analysis.quant.intervals import mean_interval
from analysis.results.comparisons import GroupComparison, GroupFigure
from analysis.results.diagnosis import InterviewEvidence, Level, SingleItem, SituationFinding
from instruments.schema import CHOICE_KINDS, NUMBER_KINDS, Item, ItemRole

SINGLE_ROLES: tuple[ItemRole, ...] = ("benchmark", "trend", "nps", "importance", "readiness", "fact", "stated_problem",
                                      "stated_cause")
Tag = Literal["weak_point", "in_order", "mixed", "too_few"]


def situation_findings(side: Surveyed, interviews: Mapping[str, InterviewEvidence],
                       thresholds: Mapping[str, float]) -> tuple[SituationFinding, ...]:
    """Return how each facet of the present situation stands.

    Parameters
    ----------
    side : Surveyed
    interviews : Mapping[str, InterviewEvidence]
        By construct key.
    thresholds : Mapping[str, float]
        `situation_border_pomp`.

    Returns
    -------
    tuple of SituationFinding
        Weak point: POMP interval entirely below the border; in order: entirely above; else mixed; too few below the
        number needed for tests.
    """
    findings = []
    for construct in side.of_group("situation"):
        level = construct_level(side, construct, thresholds, is_tested=False)
        findings.append(SituationFinding(level, _tag(level, thresholds), interviews.get(construct.key)))
    return tuple(findings)


def _tag(level: Level, thresholds: Mapping[str, float]) -> Tag:
    if level.n < thresholds["minimum_n_tests"] or level.pomp_low is None or level.pomp_high is None:
        return "too_few"
    if level.pomp_high < thresholds["situation_border_pomp"]:
        return "weak_point"
    return "in_order" if level.pomp_low > thresholds["situation_border_pomp"] else "mixed"


def outcome_levels(side: Surveyed, thresholds: Mapping[str, float]) -> tuple[Level, ...]:
    """Return the levels of the outcomes one audience was asked about.

    Parameters
    ----------
    side : Surveyed
    thresholds : Mapping[str, float]

    Returns
    -------
    tuple of Level
        Described, not tested.
    """
    return tuple(construct_level(side, construct, thresholds, is_tested=False)
                 for construct in side.of_group("outcome"))


def single_items(side: Surveyed, thresholds: Mapping[str, float]) -> tuple[SingleItem, ...]:
    """Return the items that are reported for themselves.

    Parameters
    ----------
    side : Surveyed
    thresholds : Mapping[str, float]
        Below `minimum_n_description` answers only their number is given.

    Returns
    -------
    tuple of SingleItem
        Ratings: mean with interval and counts by point; numbers: mean with interval and median, no counts because a
        rare number may point at a person; choices: counts by choice.
    """
    items = [item for role in SINGLE_ROLES for item in side.instrument.items_of_role(role)
             if item.key in side.valid.values.columns]
    return tuple(_single(item, side.valid.values[item.key], thresholds) for item in items)


def _single(item: Item, answers: pd.Series, thresholds: Mapping[str, float]) -> SingleItem:
    known = answers.dropna()
    if len(known) < thresholds["minimum_n_description"]:
        return SingleItem(item.key, len(known), None, None, None, {})
    if item.kind in CHOICE_KINDS:
        return SingleItem(item.key, len(known), None, None, None, _choice_counts(item, known))
    if item.kind not in NUMBER_KINDS:
        return SingleItem(item.key, len(known), None, None, None, {})
    mean = mean_interval(known, thresholds["confidence"])
    counts = {} if item.kind != "rating" else {
        f"{value:g}": int(n) for value, n in known.value_counts().sort_index().items()}
    return SingleItem(item.key, len(known), mean.value, mean.ci_low, mean.ci_high, counts,
                      float(np.median(known.to_numpy(dtype=float))))


def _choice_counts(item: Item, known: pd.Series) -> dict[str, int]:
    chosen = [(answer,) if isinstance(answer, str) else tuple(answer) for answer in known]
    return {choice.value: sum(choice.value in answer for answer in chosen) for choice in item.choices}


def group_figures(side: Surveyed, thresholds: Mapping[str, float],
                  ) -> tuple[tuple[GroupFigure, ...], tuple[GroupComparison, ...]]:
    """Return every construct by every profile item, and the differences between groups large enough to test.

    Parameters
    ----------
    side : Surveyed
        Its register knows what else is printed.
    thresholds : Mapping[str, float]

    Returns
    -------
    figures : tuple of GroupFigure
        Cells that could speak of too few people are hidden.
    comparisons : tuple of GroupComparison
        Unadjusted; the false discovery rate is taken over all comparisons of the study.
    """
    figures: list[GroupFigure] = []
    comparisons: list[GroupComparison] = []
    for item in side.instrument.items_of_role("profile"):
        if item.kind != "single" or item.key not in side.valid.values.columns:
            continue
        missing = {choice.value for choice in item.choices if choice.is_missing}
        answers = side.valid.values[item.key]
        groups = answers.where(~answers.isin(missing), None)
        order = [choice.value for choice in item.choices]
        uncounted = {choice for choice, n in side.screening.composition.get(item.key, {}).items() if n == HIDDEN}
        for construct in side.constructs:
            scores = side.scores.plain[construct.key]
            found = group_means(scores, groups, minimum=int(thresholds["minimum_group"]), register=side.register,
                                order=order, hidden_counts=uncounted, confidence=thresholds["confidence"])
            figures.extend(found)
            comparisons.extend(group_comparisons(
                scores, groups, found, minimum_compared=int(thresholds["minimum_n_group_tests"]),
                confidence=thresholds["confidence"]))
    return tuple(figures), tuple(comparisons)


def adjusted(*families: tuple[GroupComparison, ...]) -> tuple[GroupComparison, ...]:
    """Return all group comparisons of the study with q values.

    Parameters
    ----------
    *families : tuple of GroupComparison
        Of each audience.

    Returns
    -------
    tuple of GroupComparison
    """
    together = [comparison for family in families for comparison in family]
    return adjust_comparisons(together) if together else ()
