"""The diagnosis as the one JSON document that `diagnose --json` prints."""

from __future__ import annotations

from typing import Any

from analysis.diagnosis.told_customers import told_customers, told_measures, told_metrics
from analysis.privacy import MINIMUM_GROUP, told_count
from analysis.results.comments import Comments
from analysis.results.customers import CustomerPicture
from analysis.results.diagnosis import (
    CauseFinding,
    Diagnosis,
    InterviewEvidence,
    Level,
    LinkFinding,
    ProblemFinding,
    Screening,
)
from analysis.told_figures import tells_one
from instruments.codec import to_document

LEVEL_FIELDS = ("n", "mean", "sd", "ci_low", "ci_high", "pomp", "status", "corrected_mean", "balanced_mean", "t",
                "p_value", "q_value", "p_corrected", "q_corrected", "q_mirror", "q_mirror_corrected", "quality", "tags",
                "mean_with_excluded")
LINK_FIELDS = ("cause", "problem", "beta", "lo", "hi", "status", "grade", "standard_error", "p_value", "q_value",
               "beta_disattenuated", "general_dominance", "relative_weight", "r", "interviewees", "interview_roles",
               "interview_status", "effect_points", "is_exploratory", "is_withheld", "stated_k", "stated_n",
               "slope", "slope_low", "slope_high", "is_freed",
               "beta_dis_error")
PICTURE_FIELDS = ("stage", "upgrade_candidates", "n_rows", "n_customers", "n_duplicate_rows", "n_without_key",
                  "n_unknown_tier", "n_impossible_tenure", "missing_share", "value_index",
                  "customers_by_tier_and_stage", "aum_by_tier_and_stage", "figures", "index_sensitivity", "transitions",
                  "n_stage_skipped", "clv", "warnings", "fields", "weights", "comparisons", "consistency_ratio",
                  "managers", "records", "connections")


def diagnosis_document(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the diagnosis in the shape that scripts read.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    dict
        `excluded`, `problems`, `causes`, `links`, `customers`, `metrics`, `provenance`, and beside them the screening,
        situation, facets, outcomes, interviews, objectives, measures, safeguards and warnings. Only what JSON knows.
    """
    minimum = int(diagnosis.provenance.thresholds.get("minimum_group", MINIMUM_GROUP))
    least = diagnosis.provenance.thresholds.get("interview_voices", 0)
    document = {
        "excluded": [key for screening in diagnosis.screening.values() for key in screening.excluded],
        "problems": {finding.level.construct: _problem(finding, least) for finding in diagnosis.problems},
        "causes": {finding.level.construct: _cause(finding, least) for finding in diagnosis.causes},
        "links": [_link(link) for link in diagnosis.links],
        "customers": _customers(diagnosis.customers, minimum),
        "metrics": told_metrics(diagnosis),
        "provenance": diagnosis.provenance,
        "gate": diagnosis.gate,
        "screening": {audience: _screening(screening, minimum)
                      for audience, screening in diagnosis.screening.items()},
        "quality": {"integrity": diagnosis.integrity},
        "link_model": diagnosis.link_model,
        "situation": {finding.level.construct: {**_level(finding.level), "tag": finding.tag}
                      for finding in diagnosis.situation},
        "facets": {finding.level.construct: {
            **_level(finding.level), "status": finding.status, "quadrant": finding.quadrant,
            "importance_stated": finding.importance_stated, "importance_derived": finding.importance_derived}
            for finding in diagnosis.facets},
        "outcomes": {level.construct: _level(level) for level in diagnosis.outcomes},
        "nps": diagnosis.nps,
        "interviews": {code.code: _evidence(code, least) for code in diagnosis.interviews},
        "objectives": diagnosis.objectives, "measures": told_measures(diagnosis),
        "safeguards": {finding.key: {"is_required": finding.is_required, "required_by": finding.required_by,
                                     "readiness": finding.readiness} for finding in diagnosis.safeguards},
        "candidates": diagnosis.candidates,
        "comments": _comments(diagnosis.comments),
        "benchmarks": {row.construct: row for row in diagnosis.benchmarks},
        "sensitivity": diagnosis.sensitivity,
        "warnings": diagnosis.warnings,
    }
    result: dict[str, Any] = to_document(document)
    return result


def _screening(screening: Screening, minimum: int) -> dict[str, Any]:
    """Return the screening without who carries which flag, and without numbers of a few people."""
    document: dict[str, Any] = to_document(screening)
    del document["flagged"]
    judged = {flag: n if None not in (told_count(n, minimum), told_count(screening.n_submitted - n, minimum)) else None
              for flag, n in screening.assessed.items()}
    return {**document, "flags": {flag: told_count(n, minimum) for flag, n in screening.flags.items()},
            "assessed": judged}


def _level(level: Level) -> dict[str, Any]:
    share = level.unfavourable.value if level.unfavourable is not None else None
    return {**{name: getattr(level, name) for name in LEVEL_FIELDS},
            "unfavourable_pct": None if share is None else 100 * share}


def _problem(finding: ProblemFinding, least: float) -> dict[str, Any]:
    return {
        **_level(finding.level), "grade": finding.grade, "grade_before_caps": finding.grade_before_caps,
        "caps": finding.caps, "severity": finding.band, "rank": finding.rank,
        "rank_top2_probability": finding.rank_top2_probability, "stated_share": finding.stated_share,
        "interviews": _evidence(finding.interview, least), "customer_status": finding.customer_status,
        "triangulation": finding.triangulation, "gaps": finding.gaps, "notes": finding.notes,
    }


def _cause(finding: CauseFinding, least: float) -> dict[str, Any]:
    return {**_level(finding.level), "elevated": finding.is_elevated, "share": finding.share, "vif": finding.vif,
            "reading": finding.reading, "interviews": _evidence(finding.interview, least),
            "stated_share": finding.stated_share}


def _link(link: LinkFinding) -> dict[str, Any]:
    return {**{name: getattr(link, name) for name in LINK_FIELDS}, "detectability": link.detectability}


def _evidence(evidence: InterviewEvidence | None, least: float) -> dict[str, Any] | None:
    """Return what interviews say of a code; nothing of it where it would tell what one interviewee said."""
    if evidence is None:
        return None
    told = {"asked": evidence.n_asked, "interviewees": evidence.supports, "roles": evidence.roles,
            "contradicts": evidence.contradicts, "mixed": evidence.mixed, "status": evidence.status,
            "agreement": evidence.agreement, "agreement_verdict": evidence.agreement_verdict}
    return dict.fromkeys(told) if tells_one(evidence.n_asked, least) else told


def _comments(comments: Comments | None) -> dict[str, Any] | None:
    """Return counts of comments: `codes` by audience, links, and candidates, which are not measured: no grades."""
    if comments is None:
        return None
    codes: dict[str, dict[str, Any]] = {}
    for row in comments.codes:
        codes.setdefault(row.audience, {})[row.code] = {
            "comments": row.n, "of": row.n_of, "supports": row.supports, "contradicts": row.contradicts,
            "mixed": row.mixed, "by_item": row.by_item, "agreement": row.agreement,
            "agreement_verdict": row.agreement_verdict}
    return {"items": comments.items, "codes": codes, "candidates": comments.candidates,
            "links": comments.links}


def _customers(picture: CustomerPicture | None, minimum: int) -> dict[str, Any] | None:
    if picture is None:
        return None
    return {**{name: getattr(picture, name) for name in PICTURE_FIELDS}, **told_customers(picture, minimum),
            **{f"n_negative_{field}": n for field, n in picture.n_negative.items()}}
