"""Metric paths: every figure of the diagnosis by the name that rules and scripts use (section 13 of the model)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analysis.customers.sizing import FIGURES
from analysis.diagnosis.kpis import split_baseline
from analysis.diagnosis.surveyed import Surveyed
from analysis.errors import AnalysisError
from analysis.quant.scoring import recoded_items
from analysis.results.customers import CustomerPicture
from analysis.results.diagnosis import (
    CauseFinding,
    FacetFinding,
    InterviewEvidence,
    Level,
    LinkFinding,
    ProblemFinding,
    SituationFinding,
)
from instruments.data_paths import figure_names
from instruments.template import Condition, ConditionGroup, StudyTemplate

PROBLEM_FIELDS = ("mean", "pomp", "unfavourable_pct", "status", "severity", "grade", "rank_top2_probability")
CAUSE_FIELDS = ("mean", "pomp", "elevated", "share")
LINK_FIELDS = ("beta", "lo", "hi", "status", "grade")
SITUATION_FIELDS = ("mean", "pomp", "tag")
FACET_FIELDS = ("pomp", "importance_stated", "importance_derived", "quadrant")
GAP_FIELDS = ("value", "lo", "hi", "flag")
ITEM_FIELDS = ("mean", "unfavourable_pct")
INTERVIEW_FIELDS = ("interviewees", "roles", "contradicts", "status")
SAFEGUARD_FIELDS = ("required_by_measures", "readiness")
QUALITY_FIELDS = ("n_submitted", "n_excluded", "excluded_pct", "response_rate")
DATA_TABLES = ("customers_by_tier_and_stage", "aum_by_tier_and_stage")
GATED_FAMILIES = ("item", "facet", "situation")
Metrics = dict[str, Any]


def known_paths(template: StudyTemplate) -> frozenset[str]:
    """Return every metric path that a diagnosis of this template produces.

    Parameters
    ----------
    template : StudyTemplate

    Returns
    -------
    frozenset of str
        A path in a rule or baseline that is not among these can never be known.
    """
    return frozenset(path for family in (_construct_paths, _item_paths, _rule_paths, _data_paths)
                     for path in family(template))


def _fields(stem: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{stem}.{name}" for name in names)


def _construct_paths(template: StudyTemplate) -> Iterator[str]:
    keys = {group: [construct.key for construct in template.constructs if construct.group == group]
            for group in ("problem", "cause", "situation", "experience")}
    named = (("problem", "problem", PROBLEM_FIELDS), ("cause", "cause", CAUSE_FIELDS),
             ("situation", "situation", SITUATION_FIELDS), ("facet", "experience", FACET_FIELDS))
    for family, group, names in named:
        for key in keys[group]:
            yield from _fields(f"{family}.{key}", names)
    for cause in keys["cause"]:
        for problem in keys["problem"]:
            yield from _fields(f"link.{cause}.{problem}", LINK_FIELDS)
    for construct in template.constructs:
        for problem in construct.mirrors:
            yield from _fields(f"gap.{problem}.{construct.key}", GAP_FIELDS)


def _item_paths(template: StudyTemplate) -> Iterator[str]:
    for instrument in template.instruments:
        for item in instrument.items:
            if item.kind == "rating" and item.role != "attention":
                yield from _fields(f"item.{item.key}", ITEM_FIELDS if item.construct else ("mean",))


def _rule_paths(template: StudyTemplate) -> Iterator[str]:
    for code in template.codebook.codes if template.codebook else ():
        yield from _fields(f"interview.{code.key}", INTERVIEW_FIELDS)
    for safeguard in template.rules.safeguards if template.rules else ():
        yield from _fields(f"safeguard.{safeguard.key}", SAFEGUARD_FIELDS)


def _data_paths(template: StudyTemplate) -> Iterator[str]:
    names = figure_names(template.value_model) if template.value_model else frozenset(FIGURES)
    yield from _fields("data", sorted({*FIGURES, *DATA_TABLES, *names}))
    yield from _fields("quality", QUALITY_FIELDS)
    for instrument in template.instruments:
        yield from _fields(f"quality.{instrument.audience}", QUALITY_FIELDS)


def check_paths(template: StudyTemplate) -> None:
    """Refuse a template whose rules name a metric that no diagnosis produces.

    Parameters
    ----------
    template : StudyTemplate

    Raises
    ------
    AnalysisError
        With the rule and the path.
    """
    known = known_paths(template)
    for place, path in _used_paths(template):
        if path not in known:
            raise AnalysisError(place, f"no diagnosis of this template produces {path!r}.",
                                "Correct the path, or take the condition out.")


def _used_paths(template: StudyTemplate) -> Iterator[tuple[str, str]]:
    rules = template.rules
    if rules is None:
        return
    for measure in rules.measures:
        place = f"{rules.key}, measure {measure.key}"
        yield from ((place, path) for path in _condition_paths(measure.trigger))
        if measure.sizing is not None:
            yield place, measure.sizing
    for safeguard in rules.safeguards:
        yield from ((f"{rules.key}, safeguard {safeguard.key}", path) for path in _condition_paths(safeguard.trigger))
    kpis = [(f"{rules.key}, objective {objective.key}", objective.kpi) for objective in rules.objectives]
    kpis += [(f"{rules.key}, measure {measure.key}", kpi) for measure in rules.measures for kpi in measure.kpis]
    kpis += [(f"{rules.key}, safeguard {safeguard.key}", safeguard.kpi) for safeguard in rules.safeguards]
    yield from ((place, split_baseline(kpi.baseline)[0]) for place, kpi in kpis if kpi.baseline is not None)


def _condition_paths(trigger: Condition | ConditionGroup) -> Iterator[str]:
    if isinstance(trigger, Condition):
        yield trigger.metric
        return
    for part in trigger.conditions:
        yield from _condition_paths(part)


# ---- values ---------------------------------------------------------------------------------------------------------
def survey_metrics(sides: Iterable[Surveyed], thresholds: Mapping[str, float]) -> Metrics:
    """Return the metrics of items, and of answers received and left out.

    Parameters
    ----------
    sides : iterable of Surveyed
        Who is asked about the problems first: its figures are also those of `quality` without an audience.
    thresholds : Mapping[str, float]

    Returns
    -------
    dict[str, Any]
    """
    metrics: Metrics = {}
    for place, side in enumerate(sides):
        screening = side.screening
        values = (screening.n_submitted, len(screening.excluded), 100 * side.excluded_share, screening.response_rate)
        for stem in ((f"quality.{side.audience}", "quality") if place == 0 else (f"quality.{side.audience}",)):
            metrics |= dict(zip(_fields(stem, QUALITY_FIELDS), values, strict=True))
        metrics |= _item_means(side, thresholds)
    return metrics


def _item_means(side: Surveyed, thresholds: Mapping[str, float]) -> Metrics:
    metrics: Metrics = {}
    singles = [item.key for item in side.instrument.items if item.kind == "rating" and item.construct is None
               and item.role != "attention" and item.key in side.valid.values.columns]
    frames = [side.valid.values[singles], *(recoded_items(side.valid, construct.key) for construct in side.constructs)]
    for frame in frames:
        for key, answers in frame.items():
            is_shown = answers.count() >= thresholds["minimum_n_description"]
            metrics[f"item.{key}.mean"] = float(answers.mean()) if is_shown else None
    return metrics


def unfavourable_metrics(levels: Iterable[Level]) -> Metrics:
    """Return the share of unfavourable answers of every item of these constructs.

    Parameters
    ----------
    levels : iterable of Level

    Returns
    -------
    dict[str, float]
        Percent of those who answered.
    """
    return {f"item.{item}.unfavourable_pct": 100 * share
            for level in levels for item, share in level.item_agree.items()}


def finding_metrics(problems: Iterable[ProblemFinding], causes: Iterable[CauseFinding], links: Iterable[LinkFinding],
                    *, has_grades: bool) -> Metrics:
    """Return the metrics of problems with their gaps, of causes and of links.

    Parameters
    ----------
    problems, causes, links
        Findings.
    has_grades : bool
        False where too many responses were excluded: then whether a cause is elevated is not known to rules either.

    Returns
    -------
    dict[str, Any]
    """
    metrics: Metrics = {}
    for finding in problems:
        level, key = finding.level, finding.level.construct
        share = level.unfavourable.value if level.unfavourable is not None else None
        metrics |= dict(zip(_fields(f"problem.{key}", PROBLEM_FIELDS), (
            level.mean, level.pomp, None if share is None else 100 * share, level.status, finding.band, finding.grade,
            finding.rank_top2_probability), strict=True))
        for gap in finding.gaps:
            metrics |= dict(zip(_fields(f"gap.{gap.problem}.{gap.facet}", GAP_FIELDS),
                                (gap.value, gap.ci_low, gap.ci_high, gap.is_flagged), strict=True))
    for cause in causes:
        level = cause.level
        is_known = has_grades and level.status != "insufficient"
        metrics |= dict(zip(_fields(f"cause.{level.construct}", CAUSE_FIELDS), (
            level.mean, level.pomp, cause.is_elevated if is_known else None, cause.share), strict=True))
    for link in links:
        if not link.is_withheld:
            metrics |= dict(zip(_fields(f"link.{link.cause}.{link.problem}", LINK_FIELDS),
                                (link.beta, link.lo, link.hi, link.status, link.grade), strict=True))
    return metrics


def view_metrics(situation: Iterable[SituationFinding], facets: Iterable[FacetFinding],
                 interviews: Iterable[InterviewEvidence], picture: CustomerPicture | None) -> Metrics:
    """Return the metrics of situation, customer view, interviews and customer file.

    Parameters
    ----------
    situation, facets, interviews
        Findings.
    picture : CustomerPicture or None

    Returns
    -------
    dict[str, Any]
        A code nobody was asked about is unknown, not zero.
    """
    metrics: Metrics = {}
    for finding in situation:
        level = finding.level
        metrics |= dict(zip(_fields(f"situation.{level.construct}", SITUATION_FIELDS),
                            (level.mean, level.pomp, finding.tag), strict=True))
    for facet in facets:
        stated = None if facet.importance_stated is None else facet.importance_stated.value
        metrics |= dict(zip(_fields(f"facet.{facet.level.construct}", FACET_FIELDS),
                            (facet.level.pomp, stated, facet.importance_derived, facet.quadrant), strict=True))
    for code in interviews:
        if code.n_asked:
            metrics |= dict(zip(_fields(f"interview.{code.code}", INTERVIEW_FIELDS),
                                (code.supports, code.roles, code.contradicts, code.status), strict=True))
    if picture is not None:
        metrics |= {f"data.{name}": value for name, value in picture.figures.items()}
        metrics |= {f"data.{name}": getattr(picture, name) for name in DATA_TABLES}
    return metrics


def rule_metrics(metrics: Mapping[str, Any], n_answers: Mapping[str, int], thresholds: Mapping[str, float]) -> Metrics:
    """Return the metrics as rules may use them.

    Parameters
    ----------
    metrics : Mapping[str, Any]
    n_answers : Mapping[str, int]
        Item or construct → answers behind it.
    thresholds : Mapping[str, float]
        `metric_minimum_n`: below it items, facets and situations are unknown to rules.

    Returns
    -------
    dict[str, Any]
    """
    usable = dict(metrics)
    for path in metrics:
        family, *key, _ = path.split(".")
        if family in GATED_FAMILIES and n_answers.get(".".join(key), 0) < thresholds["metric_minimum_n"]:
            usable[path] = None
    return usable


def answer_counts(sides: Iterable[Surveyed]) -> dict[str, int]:
    """Return how many answers stand behind each item and each construct.

    Parameters
    ----------
    sides : iterable of Surveyed

    Returns
    -------
    dict[str, int]
    """
    counts: dict[str, int] = {}
    for side in sides:
        counts |= {str(key): int(n) for key, n in side.valid.values.count().items()}
        counts |= {str(key): int(n) for key, n in side.scores.plain.count().items()}
    return counts
