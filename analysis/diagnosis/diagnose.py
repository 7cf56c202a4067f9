"""The diagnosis from tables to findings, top to bottom (section 0 of the model)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from analysis.customers.moves import Dates
from analysis.customers.picture import OtherFiles, customer_picture
from analysis.customers.sizing import rules_of
from analysis.diagnosis.benchmarks import benchmarks_of
from analysis.diagnosis.causes import cause_findings
from analysis.diagnosis.customer_view import customer_statuses, facet_findings, recommendation, view_gaps
from analysis.diagnosis.detectability import DrawScores, beside_uncertain
from analysis.diagnosis.grounds import GroundSources, grounded_measures
from analysis.diagnosis.integrity import integrity_of
from analysis.diagnosis.interviewed import Interviewed, hear_interviews
from analysis.diagnosis.item_answers import item_answers
from analysis.diagnosis.links import Links, LinkSources, find_links
from analysis.diagnosis.metrics import (
    answer_counts,
    finding_metrics,
    known_paths,
    rule_metrics,
    survey_metrics,
    unfavourable_metrics,
    view_metrics,
)
from analysis.diagnosis.problems import ProblemSources, judged_group, loose_verdicts, problem_findings
from analysis.diagnosis.provenance import provenance_of
from analysis.diagnosis.ranking_evidence import RankingEvidence
from analysis.diagnosis.sides import customer_side, staff_side
from analysis.diagnosis.situation import (
    adjusted,
    group_figures,
    outcome_levels,
    single_items,
    situation_findings,
)
from analysis.diagnosis.strategies import Improvement, derive_improvement
from analysis.diagnosis.surveyed import Surveyed, survey_audience
from analysis.diagnosis.thresholds import changed_thresholds, resolve_thresholds
from analysis.errors import SpecError
from analysis.qual.comments import comment_evidence, comment_metrics
from analysis.quant.attribution import StatedLink, stated_attribution, stated_shares
from analysis.quant.scoring import recoded_items
from analysis.quant.structure import problem_cause_structure
from analysis.results.customers import CustomerPicture
from analysis.results.diagnosis import Diagnosis
from analysis.results.integrity import Integrity
from analysis.results.measurement import Estimate, Structure
from analysis.results.stated import StatedReason
from analysis.tables import StudyTables
from instruments.schema import NOT_SHOWN, ItemRole

N_RESAMPLES = 2000          # model 5 and 7
OPEN_ANSWER_STREAM, COMMENT_STREAM = 4, 13


def diagnose(tables: StudyTables, *, n_resamples: int = N_RESAMPLES, study: str = "", is_synthetic: bool = False,
             frozen_on: str = "", draw_scores: DrawScores | None = None) -> Diagnosis:
    """Return what is wrong, why, and what to do about it.

    Parameters
    ----------
    tables : StudyTables
        Answers, interviews, customer file, facts and the study's thresholds; each of them may be missing or empty.
    n_resamples : int
        Bootstrap resamples; 2000 by the model.
    study, is_synthetic, frozen_on
        For the provenance.
    draw_scores : DrawScores or None
        Makes the scores of surveys like this one, to say beside uncertain links how often one is found.

    Returns
    -------
    Diagnosis
        Where a source is missing or too small the findings say so (insufficient, none, unknown); nothing is filled in.

    Raises
    ------
    AnalysisError
        When a threshold is out of bounds or the customer file cannot be used.
    """
    template, seed = tables.template, tables.seed
    if not template.instruments:
        raise SpecError(f"template {template.key}", "it has no questionnaire.", "Add one; a diagnosis starts from it.")
    thresholds = resolve_thresholds(template.thresholds, tables.thresholds)
    sides = {instrument.audience: survey_audience(tables, instrument.audience, thresholds)
             for instrument in template.instruments}
    staff, customers = staff_side(sides), customer_side(sides)
    heard = hear_interviews(tables, staff.audience, thresholds, n_resamples)
    picture = _picture(tables, thresholds)

    loose = loose_verdicts(staff, thresholds)
    problem_levels = judged_group(staff, "problem", thresholds, loose)
    cause_levels = judged_group(staff, "cause", thresholds, loose)
    facets = facet_findings(customers, thresholds, seed=seed, n_resamples=n_resamples) if customers else ()
    problems = problem_findings(staff, problem_levels, thresholds, ProblemSources(
        interviews=heard.by_construct, customers=customer_statuses(facets),
        gaps=view_gaps(problem_levels, facets, thresholds), stated=_stated(staff, "stated_problem", thresholds),
        seed=seed, n_resamples=n_resamples))
    structure = structure_of(staff, thresholds, seed)
    links = beside_uncertain(find_links(staff, _link_sources(staff, heard, structure, thresholds), thresholds,
                                        seed=seed, n_resamples=n_resamples), staff, thresholds, draw_scores, seed=seed)
    causes = cause_findings(cause_levels, links, problems, heard.by_construct,
                            _stated(staff, "stated_cause", thresholds))
    situation = situation_findings(staff, heard.by_construct, thresholds)
    outcomes = tuple(level for side in sides.values() for level in outcome_levels(side, thresholds))

    has_grades = staff.screening.verdict != "no_grades"
    metrics = dict.fromkeys(sorted(known_paths(template))) | survey_metrics(_first(staff, sides), thresholds)
    metrics |= unfavourable_metrics((*problem_levels, *cause_levels, *outcomes, *(found.level for found in situation),
                                     *(found.level for found in facets)))
    metrics |= finding_metrics(problems, causes, links.findings, has_grades=has_grades)
    metrics |= view_metrics(situation, facets, heard.evidence, picture)
    improvement = _improvement(tables, metrics, sides, RankingEvidence(
        staff, customers, problems, causes, facets, links, {found.code: found for found in heard.evidence},
        template.codebook, thresholds, seed), heard)
    comments = comment_evidence(tables.comments, template.codebook, thresholds=thresholds, n_resamples=n_resamples,
                                seed=(seed, COMMENT_STREAM))
    grouped = [group_figures(side, thresholds) for side in sides.values()]
    measures = grounded_measures(improvement.measures, GroundSources(
        template, tables.facts, tuple(_first(staff, sides)), problems, facets,
        {found.code: found for found in heard.evidence}, comments,
        [figure for figures, _ in grouped for figure in figures], thresholds))
    # After all groups of people that the report shows: what the panel may name depends on them.
    panel = {audience: integrity_of(side, tables.pace.get(audience, {}), thresholds, seed=seed)
             for audience, side in sides.items()}
    return Diagnosis(
        provenance=provenance_of(tables, thresholds, study=study, is_synthetic=is_synthetic, frozen_on=frozen_on),
        screening={audience: side.screening for audience, side in sides.items()}, gate=sample_gate(staff.n, thresholds),
        scales={key: quality for side in sides.values() for key, quality in side.quality.items()}, structure=structure,
        situation=situation, problems=problems, causes=causes, links=links.findings, link_model=links.model,
        outcomes=outcomes, facets=facets,
        single_items=tuple(item for side in sides.values() for item in single_items(side, thresholds)),
        nps=next(filter(None, (recommendation(side, thresholds) for side in sides.values())), None),
        groups=tuple(figure for figures, _ in grouped for figure in figures),
        group_tests=adjusted(*(comparisons for _, comparisons in grouped)),
        interviews=heard.evidence, customer_interviews=heard.others, n_interviews=heard.n_by_audience,
        roles_interviewed=heard.n_by_role, saturation=heard.saturation, candidates=heard.candidates, customers=picture,
        objectives=improvement.objectives, measures=measures, safeguards=improvement.safeguards,
        comments=comments, open_answers=_open_answers(sides.values(), thresholds, seed),
        warnings=(*_warnings(sides.values(), heard, picture, links, thresholds), *_panel_warnings(panel)),
        benchmarks=benchmarks_of(_first(staff, sides), tables.norms, thresholds),
        item_answers=item_answers(sides.values(), thresholds),
        integrity=panel, crosstabs=heard.crosstabs, stated_reasons=_stated_reasons(staff, thresholds),
        metrics=metrics | dict(improvement.metrics or {}) | dict(comment_metrics(comments)))


# ---- who was asked what ---------------------------------------------------------------------------------------------
def _first(staff: Surveyed, sides: Mapping[str, Surveyed]) -> list[Surveyed]:
    return [staff, *(side for side in sides.values() if side is not staff)]


def sample_gate(n: int, thresholds: Mapping[str, float]) -> str:
    """Return what a number of valid respondents allows (section 10 of the model).

    Parameters
    ----------
    n : int
    thresholds : Mapping[str, float]

    Returns
    -------
    str
        nothing, descriptive, severity, exploratory_links, links or full.
    """
    steps = (("minimum_n_absent_links", "full"), ("minimum_n_firm_links", "links"),
             ("minimum_n_links", "exploratory_links"), ("minimum_n_tests", "severity"),
             ("minimum_n_description", "descriptive"))
    return next((word for name, word in steps if n >= thresholds[name]), "nothing")


# ---- sources --------------------------------------------------------------------------------------------------------
def _picture(tables: StudyTables, thresholds: Mapping[str, float]) -> CustomerPicture | None:
    model = tables.template.value_model
    if tables.customers is None or model is None:
        return None
    # Rows read back from storage bring their columns with them; a file of no rows has none left.
    frame = tables.customers if len(tables.customers) else pd.DataFrame(columns=list(model.required))
    return customer_picture(frame, model, rules=rules_of(thresholds), others=OtherFiles(
        tables.records, tables.relations, tables.customers_before, Dates(*tables.customer_dates)))


def _stated(side: Surveyed, role: ItemRole, thresholds: Mapping[str, float]) -> dict[str, Estimate]:
    shares = stated_shares(side.valid, role, confidence=thresholds["confidence"])
    return {key: share for key, share in shares.items() if share.n >= thresholds["minimum_n_description"]}


def _link_sources(side: Surveyed, heard: Interviewed, structure: Structure,
                  thresholds: Mapping[str, float]) -> LinkSources:
    """Return what others say of links; who named a problem is a group, shown only when large enough."""
    named: dict[tuple[str, str], StatedLink] = stated_attribution(side.valid, confidence=thresholds["confidence"])
    shown = {pair: link for pair, link in named.items() if link.n >= thresholds["minimum_group"]}
    return LinkSources(interviews=heard.links, quotes=heard.quotes, stated=shown, n_interviews=heard.n_staff,
                       pairs=structure.pairs)


def _stated_reasons(side: Surveyed, thresholds: Mapping[str, float]) -> tuple[StatedReason, ...]:
    """Return which cause those who named a problem give as its main reason, where each problem has that question."""
    named = stated_attribution(side.valid, confidence=thresholds["confidence"]).values()
    return tuple(StatedReason(link.problem, link.cause, link.k, link.n, link.share) for link in named
                 if link.n_other is None and link.n >= thresholds["minimum_group"])


def structure_of(side: Surveyed, thresholds: Mapping[str, float], seed: int) -> Structure:
    """Return how the scales of problems and causes can be told apart.

    Parameters
    ----------
    side : Surveyed
    thresholds : Mapping[str, float]
    seed : int

    Returns
    -------
    Structure
        Not run where too few answered.
    """
    answered = side.scores.plain.count()
    keys = [construct.key for group in ("problem", "cause") for construct in side.constructs
            if construct.group == group and answered[construct.key] >= thresholds["structure_minimum_n"]]
    if not keys:
        return Structure(False, "too_few_respondents")
    items = {key: recoded_items(side.valid, key) for key in keys}
    return problem_cause_structure(pd.concat(items.values(), axis=1), {key: list(own) for key, own in items.items()},
                                   seed=seed, thresholds=thresholds)


def _improvement(tables: StudyTables, metrics: Mapping[str, object], sides: Mapping[str, Surveyed],
                 evidence: RankingEvidence, heard: Interviewed) -> Improvement:
    rules = tables.template.rules
    if rules is None:
        return Improvement()
    usable = rule_metrics(metrics, answer_counts(sides.values()), evidence.thresholds)
    return derive_improvement(rules, metrics, usable, evidence, heard.by_safeguard)


def _open_answers(sides: Iterable[Surveyed], thresholds: Mapping[str, float], seed: int) -> dict[str, tuple[str, ...]]:
    """Return open answers in an order that says nothing of who gave them."""
    rng = np.random.default_rng([seed, OPEN_ANSWER_STREAM])
    result = {}
    for side in sides:
        for item in side.instrument.items_of_role("open"):
            if item.key not in side.valid.values.columns or _n_asked(side, item.key) < thresholds["minimum_group"]:
                continue
            texts = sorted(text.strip() for text in side.valid.values[item.key].dropna() if str(text).strip())
            result[item.key] = tuple(texts[place] for place in rng.permutation(len(texts)))
    return result


def _n_asked(side: Surveyed, item: str) -> int:
    """Return how many people saw a question: own words to one that few were asked would show whose they are."""
    return int((side.valid.missing[item] != NOT_SHOWN).sum())


# ---- what must be said ----------------------------------------------------------------------------------------------
def _warnings(sides: Iterable[Surveyed], heard: Interviewed, picture: CustomerPicture | None, links: Links,
              thresholds: Mapping[str, float]) -> tuple[str, ...]:
    found: list[str] = []
    for side in sides:
        if side.screening.verdict != "good":
            found.append(f"screening_{side.screening.verdict}: {side.audience}")
        if side.n and not side.is_style_checkable:
            found.append(f"style_not_checkable: {side.audience}")
        found += [f"check_keying: {key}" for key, quality in side.quality.items() if quality.has_keying_doubt]
    if heard.n_staff and heard.n_staff < thresholds["interview_minimum"]:
        found.append(f"too_few_interviews: {heard.n_staff}")
    if any(code.supports and code.agreement_verdict == "not_double_coded" for code in heard.evidence):
        found.append("interviews_not_double_coded")
    found += [f"candidate_construct: {code}" for code in heard.candidates]
    if links.model.reason:
        found.append(f"no_links: {links.model.reason}")
    found += [f"threshold_changed: {name} = {value:g}" for name, value in changed_thresholds(thresholds).items()]
    return (*found, *(picture.warnings if picture is not None else ()))


def _panel_warnings(panel: Mapping[str, Integrity]) -> list[str]:
    found = [f"integrity_conspicuous: {audience}" for audience, one in panel.items() if one.is_conspicuous]
    return found + [f"modes_{one.modes.verdict}: {audience}" for audience, one in panel.items()
                    if one.modes.verdict in ("note", "apart")]
