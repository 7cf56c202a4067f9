"""Causes: their level, their links, and the share of explanation each takes (sections 7 and 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from analysis.diagnosis.grades import IN_EVIDENCE
from analysis.diagnosis.links import Links
from analysis.results.diagnosis import CauseFinding, InterviewEvidence, Level, ProblemFinding
from analysis.results.measurement import Estimate

HALFWAY_POMP = 50.0         # model 11: where links are not available, what lies above this stands in for them
Reading = Literal["priority", "widespread", "differences", "no_evidence", "not_tested"]


def cause_findings(levels: Sequence[Level], links: Links, problems: Sequence[ProblemFinding],
                   interviews: Mapping[str, InterviewEvidence],
                   stated: Mapping[str, Estimate]) -> tuple[CauseFinding, ...]:
    """Return every cause with its two questions answered apart: elevated? linked to a present problem?

    Parameters
    ----------
    levels : sequence of Level
        Judged as one family.
    links : Links
    problems : sequence of ProblemFinding
    interviews : Mapping[str, InterviewEvidence]
        By construct key.
    stated : Mapping[str, Estimate]
        Share of respondents who name the cause.

    Returns
    -------
    tuple of CauseFinding
    """
    present = {finding.level.construct for finding in problems if finding.grade in IN_EVIDENCE}
    linked = {link.cause for link in links.findings
              if link.status == "supports" and not link.is_withheld and link.problem in present}
    shares = explanation_shares(levels, links, problems)
    return tuple(CauseFinding(
        level=level, is_elevated=level.status == "supports", interview=interviews.get(level.construct),
        share=shares.get(level.construct),
        vif=links.estimates.vif.get(level.construct) if links.estimates is not None else None,
        reading=_reading(level, is_linked=level.construct in linked), stated_share=stated.get(level.construct))
        for level in levels)


def _reading(level: Level, *, is_linked: bool) -> Reading:
    if level.status == "insufficient":
        return "not_tested"
    if level.status == "supports":
        return "priority" if is_linked else "widespread"
    return "differences" if is_linked else "no_evidence"


def explanation_shares(levels: Sequence[Level], links: Links, problems: Sequence[ProblemFinding]) -> dict[str, float]:
    """Return w_c of section 11: how much of the explanation each cause takes.

    Parameters
    ----------
    levels : sequence of Level
        Causes.
    links : Links
    problems : sequence of ProblemFinding

    Returns
    -------
    dict[str, float]
        General dominance summed over the problems with grade strong or moderate, weighted by severity, normalised to
        1; where links are not available, what of the cause's POMP lies above 50, normalised. Empty when nothing can
        be shared out.
    """
    severity = {finding.level.construct: (finding.level.pomp or 0.0) / 100 for finding in problems
                if finding.grade in IN_EVIDENCE}
    if links.estimates is None:
        weights = {level.construct: max(level.pomp - HALFWAY_POMP, 0.0) for level in levels if level.pomp is not None}
    else:
        dominance = links.estimates.general_dominance
        causes = dict.fromkeys(cause for cause, _ in dominance)
        weights = {cause: sum(severity.get(problem, 0.0) * max(value, 0.0)
                              for (own, problem), value in dominance.items() if own == cause) for cause in causes}
    total = sum(weights.values())
    return {cause: weight / total for cause, weight in weights.items()} if total > 0 else {}
