"""A study's figures computed again from a package: rows without profile, codings without text, tables as printed.

What a package cannot carry is not guessed: it is withheld, each figure by a named rule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import numpy as np

from analysis.diagnosis.causes import cause_findings
from analysis.diagnosis.customer_view import customer_statuses, facet_findings, view_gaps
from analysis.diagnosis.diagnose import structure_of
from analysis.diagnosis.interviewed import Interviewed, hear_grades
from analysis.diagnosis.links import Estimated, Links, LinkSources, LinkStatus, judge_links
from analysis.diagnosis.metrics import finding_metrics, survey_metrics, unfavourable_metrics, view_metrics
from analysis.diagnosis.problems import ProblemSources, judged_group, loose_verdicts, problem_findings
from analysis.diagnosis.sides import customer_side, staff_side
from analysis.diagnosis.situation import outcome_levels, situation_findings
from analysis.diagnosis.surveyed import Surveyed, measured_audience
from analysis.diagnosis.thresholds import resolve_thresholds
from analysis.qual.frequency import interview_status
from analysis.quant.associate import known_links
from analysis.results.diagnosis import InterviewEvidence, Screening
from analysis.results.package import Compared, Manifest, PackedAudience, Reproduction
from analysis.tables import AnswerTable, StudyTables
from instruments.schema import NOT_SHOWN

N_RESAMPLES = 2000
EXACT = 1e-9
RESAMPLED = ("rank_top2_probability", "quadrant")       # rows stand in another order, so other people are drawn
# What a figure rests on that stays behind; the first rule that fits a path holds.
RULES: Mapping[str, str] = {
    "customer_file": "The customer file holds personal financial information and never leaves.",
    "readiness": "Only managers are asked for readiness; a column that some were asked would show who is one.",
    "comments": "Own words never leave with a package, nor counts that only they give.",
    "asked_of_some": "Facts and questions asked of some are profile.",
    "departments": "Intervals of links need rows within departments, which are profile; they are carried as found.",
}


def rule_of(path: str, left_out: Mapping[str, str]) -> str | None:
    """Return the rule by which a figure is withheld, None where a package carries it.

    Parameters
    ----------
    path : str
        Metric path.
    left_out : Mapping[str, str]
        Column → rule, of what the package has no column for.

    Returns
    -------
    str or None
        A key of `RULES`.
    """
    family, _, rest = path.partition(".")
    if family == "data":
        return "customer_file"
    if family == "safeguard":
        return "readiness"
    if family in ("comment", "comments"):
        return "comments"
    if family == "link" and path.endswith((".lo", ".hi")):
        return "departments"
    if family == "item":
        return left_out.get(rest.rpartition(".")[0])
    return None


def packed_metrics(tables: StudyTables, manifest: Manifest, *, n_resamples: int = N_RESAMPLES) -> dict[str, Any]:
    """Return the figures that follow from a package.

    Parameters
    ----------
    tables : StudyTables
        Template, rows of those who stayed after screening, interviews with codings without text.
    manifest : Manifest
    n_resamples : int, optional

    Returns
    -------
    dict[str, Any]
        Metric path → figure, by the functions of the diagnosis itself.
    """
    thresholds = resolve_thresholds(manifest.thresholds)
    sides = {row.audience: measured_audience(tables.answers[row.audience], _screening(row), thresholds)
             for row in manifest.audiences}
    staff, customers = staff_side(sides), customer_side(sides)
    heard = _heard(tables, staff.audience, manifest, thresholds)
    loose = loose_verdicts(staff, thresholds)
    problem_levels = judged_group(staff, "problem", thresholds, loose)
    cause_levels = judged_group(staff, "cause", thresholds, loose)
    facets = facet_findings(customers, thresholds, seed=manifest.seed, n_resamples=n_resamples) if customers else ()
    problems = problem_findings(staff, problem_levels, thresholds, ProblemSources(
        heard.by_construct, customer_statuses(facets), view_gaps(problem_levels, facets, thresholds), {},
        manifest.seed, n_resamples))
    links = _links(staff, manifest, thresholds)
    causes = cause_findings(cause_levels, links, problems, heard.by_construct, {})
    situation = situation_findings(staff, heard.by_construct, thresholds)
    outcomes = [level for side in sides.values() for level in outcome_levels(side, thresholds)]
    metrics = survey_metrics([staff, *(side for side in sides.values() if side is not staff)], thresholds)
    metrics |= unfavourable_metrics((*problem_levels, *cause_levels, *outcomes,
                                     *(found.level for found in situation), *(found.level for found in facets)))
    metrics |= finding_metrics(problems, causes, links.findings, has_grades=staff.screening.verdict != "no_grades")
    return metrics | view_metrics(situation, facets, heard.evidence, None)


def compare(manifest: Manifest, found: Mapping[str, Any]) -> Reproduction:
    """Return how the figures of a package stand to those of its study.

    Parameters
    ----------
    manifest : Manifest
        With the study's own figures.
    found : Mapping[str, Any]
        As `packed_metrics` returns them.

    Returns
    -------
    Reproduction
        Reproduced: equal to 1e-9 relative. Resampled: rests on draws of rows that stand in another order. A figure that
        the study itself does not know is in none.
    """
    same: list[str] = []
    resampled: list[Compared] = []
    differing: list[Compared] = []
    withheld: dict[str, list[str]] = {}
    for path, figure in manifest.figures.items():
        rule = rule_of(path, manifest.columns_left_out)
        if figure is None:
            continue
        if rule is not None:
            withheld.setdefault(rule, []).append(path)
        elif _is_equal(figure, found.get(path), EXACT):
            same.append(path)
        elif path.endswith(RESAMPLED):
            resampled.append(Compared(path, figure, found.get(path)))
        else:
            differing.append(Compared(path, figure, found.get(path)))
    return Reproduction(tuple(same), tuple(resampled), tuple(differing),
                        {rule: tuple(paths) for rule, paths in withheld.items()})


def _is_equal(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)) and not isinstance(one, bool):
        return math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
    return bool(one == other)


def _screening(row: PackedAudience) -> Screening:
    """Return a screening of the sizes told; those left out have no rows and no names here."""
    excluded = tuple(f"left out {place}" for place in range(row.n_submitted - row.n_valid))
    return Screening(row.audience, row.n_submitted, row.n_valid, {}, excluded, {}, cast("Any", row.verdict),
                     row.population, row.response_rate)


def _heard(tables: StudyTables, audience: str, manifest: Manifest, thresholds: Mapping[str, float]) -> Interviewed:
    told = {row.code: row for row in manifest.codes}
    heard = hear_grades(tables, audience, thresholds, n_resamples=2)

    def whole(found: InterviewEvidence) -> InterviewEvidence:
        row = told.get(found.code)
        if row is None:
            return found
        return replace(found, n_asked=row.n_asked, roles=row.roles,
                       agreement_verdict=cast("Any", row.agreement_verdict),
                       status=interview_status(row.n_asked, found.supports, row.roles, found.contradicts,
                                               row.roles_against, thresholds))

    return replace(heard, evidence=tuple(map(whole, heard.evidence)),
                   by_construct={key: whole(found) for key, found in heard.by_construct.items()})


def _links(staff: Surveyed, manifest: Manifest, thresholds: Mapping[str, float]) -> Links:
    matrix = manifest.matrix
    if matrix is None:
        return judge_links(staff, Estimated(None, 0, reason="too_few_answers"), LinkSources(), thresholds)
    estimates = known_links(
        np.array(matrix.values), matrix.causes, matrix.problems, n=matrix.n, n_groups=matrix.n_groups,
        spread={(row.cause, row.problem): (row.standard_error, row.lo, row.hi) for row in manifest.links},
        delta=thresholds["delta"], covariates=matrix.covariates, confidence=thresholds["confidence"],
        corrected={(row.cause, row.problem): row.freed for row in manifest.links if row.freed is not None})
    said = {(row.cause, row.problem): (row.interviewees, row.interview_roles, cast("LinkStatus", row.interview_status))
            for row in manifest.links}
    sources = LinkSources(interviews=said, n_interviews=manifest.n_staff_interviews,
                          pairs=structure_of(staff, thresholds, manifest.seed).pairs)
    return judge_links(staff, Estimated(estimates, matrix.n, matrix.n_groups), sources, thresholds)


def carried_items(table: AnswerTable) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return which columns a package may carry, and the rule for each that it may not.

    Parameters
    ----------
    table : AnswerTable

    Returns
    -------
    tuple of (tuple of str, dict[str, str])
        Carried are ratings that everybody was asked: opinions, importance, recommendation, comparisons.
    """
    kept, left_out = [], {}
    for item in table.instrument.items:
        if item.key not in table.values.columns:
            continue
        if item.role == "readiness":
            left_out[item.key] = "readiness"
        elif item.kind == "rating" and item.role not in ("profile", "fact", "quota") and not _asked_of_some(table,
                                                                                                            item.key):
            kept.append(item.key)
        else:
            left_out[item.key] = "comments" if item.kind == "text" else "asked_of_some"
    return tuple(kept), left_out


def _asked_of_some(table: AnswerTable, key: str) -> bool:
    is_shown = table.missing[key].to_numpy() != NOT_SHOWN
    return bool(is_shown.any() and not is_shown.all())
