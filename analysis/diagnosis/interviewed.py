"""What the interviews say, gathered for every later step (section 8 of the model)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from analysis.diagnosis.links import LinkStatus, Pair
from analysis.qual.across import compares
from analysis.qual.frequency import interview_evidence, interviewees, link_evidence
from analysis.qual.linked_crosstabs import Grouping, linked_crosstabs
from analysis.qual.quotation import link_quotes, roles_to_name
from analysis.qual.saturation import saturation
from analysis.results.crosstab import Crosstab
from analysis.results.diagnosis import InterviewEvidence, Quote
from analysis.results.saturation import Saturation
from analysis.tables import InterviewTable, StudyTables
from instruments.template import Codebook, StudyTemplate

SECTION = 8         # section of the model; keeps this stream of random numbers apart from the others


@dataclass(frozen=True)
class Interviewed:
    """Evidence of staff's interviews by code and construct, of links, and of other audiences apart."""

    evidence: tuple[InterviewEvidence, ...] = ()
    others: tuple[InterviewEvidence, ...] = ()
    by_construct: Mapping[str, InterviewEvidence] = field(default_factory=dict)
    by_safeguard: Mapping[str, InterviewEvidence] = field(default_factory=dict)
    links: Mapping[Pair, tuple[int, int, LinkStatus]] = field(default_factory=dict)
    quotes: Mapping[Pair, tuple[Quote, ...]] = field(default_factory=dict)
    n_staff: int = 0
    n_by_audience: Mapping[str, int] = field(default_factory=dict)
    n_by_role: Mapping[str, int] = field(default_factory=dict)
    saturation: Saturation | None = None
    candidates: tuple[str, ...] = ()
    crosstabs: tuple[Crosstab, ...] = ()


def hear_interviews(tables: StudyTables, audience: str, thresholds: Mapping[str, float],
                    n_resamples: int) -> Interviewed:
    """Return everything the interviews say; nothing where there are none or no codebook.

    Parameters
    ----------
    tables : StudyTables
    audience : str
        Who is asked about the problems; its interviews are counted apart from all others.
    thresholds : Mapping[str, float]
    n_resamples : int
        For the interval of coder agreement.

    Returns
    -------
    Interviewed
    """
    table, template = tables.interviews, tables.template
    if table is None or table.interviews.empty:
        return Interviewed()
    counts = {str(key): int(n) for key, n in table.interviews["audience"].value_counts(sort=False).items()}
    own = interviewees(table, audience)
    roles = {str(key): int(n) for key, n in own["role"].value_counts(sort=False).items()}
    heard = replace(hear_grades(tables, audience, thresholds, n_resamples), n_by_audience=counts, n_by_role=roles)
    if template.codebook is None:
        return heard
    quotable = roles_to_name(own, tables.facts.headcount_by_role)
    rest = sorted(set(counts) - set(own["audience"].astype(str)))
    others = tuple(found for other in rest for found in _evidence(tables, other, thresholds, n_resamples)
                   if found.supports + found.contradicts + found.mixed)
    return replace(
        heard, others=others, quotes={
            pair: link_quotes(table, *pair, quotable, interviews=frozenset(map(str, own.index)))
            for pair in heard.links},
        saturation=saturation(table, audience=audience, base=int(thresholds["saturation_base"]),
                              run=int(thresholds["saturation_run"]), threshold=thresholds["saturation_share"],
                              minimum=int(thresholds["interview_minimum"])) if len(own) else None,
        candidates=_candidates(template, {found.code: found for found in heard.evidence}, thresholds),
        crosstabs=_crosstabs(table, template, own, int(thresholds["minimum_group"])))


def hear_grades(tables: StudyTables, audience: str, thresholds: Mapping[str, float], n_resamples: int) -> Interviewed:
    """Return of the interviews what grades hang on: evidence by code and construct, and of links.

    Parameters
    ----------
    tables : StudyTables
    audience : str
    thresholds : Mapping[str, float]
    n_resamples : int
        For the interval of coder agreement.

    Returns
    -------
    Interviewed
    """
    table, template = tables.interviews, tables.template
    if table is None or table.interviews.empty:
        return Interviewed()
    n_staff = len(interviewees(table, audience))
    if template.codebook is None:
        return Interviewed(n_staff=n_staff)
    evidence = _evidence(tables, audience, thresholds, n_resamples)
    by_code = {found.code: found for found in evidence}
    return Interviewed(
        evidence=evidence, by_construct=_by_construct(template, by_code),
        by_safeguard=_by_safeguard(template.codebook, by_code),
        links=link_evidence(table, audience=audience, thresholds=thresholds), n_staff=n_staff)


def _evidence(tables: StudyTables, audience: str, thresholds: Mapping[str, float],
              n_resamples: int) -> tuple[InterviewEvidence, ...]:
    table, template = tables.interviews, tables.template
    if table is None or template.codebook is None:
        return ()
    return interview_evidence(table, template.codebook, template.guide, audience=audience, thresholds=thresholds,
                              headcount_by_role=tables.facts.headcount_by_role, n_resamples=n_resamples,
                              seed=[tables.seed, SECTION])


def _crosstabs(table: InterviewTable, template: StudyTemplate, people: pd.DataFrame,
               minimum: int) -> tuple[Crosstab, ...]:
    """Return codes by the attributes that tell interviewees apart; counts by role are printed beside them."""
    if template.codebook is None:
        return ()
    roles = {str(key): str(role) for key, role in people["role"].items()}
    groupings = [Grouping(column.key, column.values, column.name) for column in table.columns
                 if compares(column.values, roles)]
    return linked_crosstabs(table, template.codebook, [code.key for code in template.codebook.codes], groupings,
                            guide=template.guide, minimum=minimum, printed=roles)


def _by_construct(template: StudyTemplate, by_code: Mapping[str, InterviewEvidence]) -> dict[str, InterviewEvidence]:
    codebook = template.codebook
    if codebook is None:
        return {}
    top = {construct.key: codebook.top_code_of(construct.key) for construct in template.constructs}
    return {key: by_code[code.key] for key, code in top.items() if code is not None}


def _by_safeguard(codebook: Codebook, by_code: Mapping[str, InterviewEvidence]) -> dict[str, InterviewEvidence]:
    return {code.safeguard: by_code[code.key] for code in codebook.codes if code.safeguard is not None}


def _candidates(template: StudyTemplate, by_code: Mapping[str, InterviewEvidence],
                thresholds: Mapping[str, float]) -> tuple[str, ...]:
    """Return codes without a construct, beside codes of problems or causes, that enough interviewees name."""
    codebook = template.codebook
    if codebook is None:
        return ()
    judged = {construct.key for construct in template.constructs if construct.group in ("problem", "cause")}
    parents = {code.parent for code in codebook.codes if code.construct in judged}
    loose = [code.key for code in codebook.codes if code.construct is None and code.parent is not None
             and code.parent in parents]
    return tuple(key for key in loose if by_code[key].supports >= thresholds["candidate_interviewees"])
