"""The facts of this organisation that the text of a measure is filled with (model 11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analysis.diagnosis.forms import known_share, measure_form, weak_points
from analysis.diagnosis.links import department_item
from analysis.diagnosis.present import corresponding_practice
from analysis.diagnosis.suggested import suggestion_codes
from analysis.diagnosis.surveyed import Surveyed
from analysis.diagnosis.triggers import judge_trigger
from analysis.privacy import told_count
from analysis.quant.describe import item_shares
from analysis.results.comments import Comments
from analysis.results.comparisons import GroupFigure
from analysis.results.diagnosis import FacetFinding, InterviewEvidence, MeasureFinding, ProblemFinding
from analysis.results.measures import (
    ItemGround,
    MeasureGrounds,
    PresentMeasure,
    StepGround,
    SuggestionGround,
    UnitGround,
)
from instruments.facts import ProcessStep, StudyFacts
from instruments.template import Measure, StudyTemplate

MOST_ITEMS, MOST_UNITS = 2, 2
OF_A_CONSTRUCT = frozenset({"problem", "cause", "facet", "gap"})     # families whose path names a construct first


@dataclass(frozen=True)
class GroundSources:
    """Everything a measure's text may be filled from; `sides` begins with who is asked about the problems."""

    template: StudyTemplate
    facts: StudyFacts
    sides: tuple[Surveyed, ...]
    problems: tuple[ProblemFinding, ...]
    facets: tuple[FacetFinding, ...]
    interviews: Mapping[str, InterviewEvidence]     # by code
    comments: Comments | None
    groups: Sequence[GroupFigure]
    thresholds: Mapping[str, float]


def grounded_measures(findings: Iterable[MeasureFinding], sources: GroundSources) -> tuple[MeasureFinding, ...]:
    """Return the measures with their form beside what is in place, and with the facts their text is filled with.

    Parameters
    ----------
    findings : iterable of MeasureFinding
    sources : GroundSources

    Returns
    -------
    tuple of MeasureFinding
        Without a form where the register is empty or the rule names no present measure.
    """
    rules = sources.template.rules
    by_key = {measure.key: measure for measure in rules.measures} if rules else {}
    return tuple(_grounded(finding, by_key[finding.key], sources) for finding in findings)


def _grounded(finding: MeasureFinding, measure: Measure, sources: GroundSources) -> MeasureFinding:
    behind = _Behind.of(finding, measure, sources)
    weak = weak_points(measure, sources.problems, sources.facets, sources.thresholds)
    step = _slowest(sources.facts.process) if measure.names_step else None
    grounded = replace(finding, grounds=MeasureGrounds(
        _items(behind, sources), step, _suggestions(measure, sources), _units(behind, sources), weak))
    register = sources.facts.practices
    if not register or not measure.practices:
        return grounded
    practice = corresponding_practice(measure, register)
    known_by = known_share(measure, practice, sources.sides, sources.thresholds)
    present = PresentMeasure(practice.key, practice.name, practice.status, practice.since) if practice else None
    return replace(grounded, practice=present, known_by=known_by, form=measure_form(
        finding.verdict, practice, known_by, is_weak=bool(weak), thresholds=sources.thresholds))


# ---- what stands behind the trigger ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Behind:
    """Constructs and items that the conditions which made a trigger true speak of."""

    constructs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    @classmethod
    def of(cls, finding: MeasureFinding, measure: Measure, sources: GroundSources) -> _Behind:
        values = {trigger.metric: trigger.value for trigger in finding.triggers}
        paths = [condition.metric for condition in judge_trigger(measure.trigger, values).carrying]
        items = [path.split(".")[1] for path in paths if path.startswith("item.")]
        named = [construct for path in paths for construct in _constructs(path, sources.template)]
        return cls(tuple(dict.fromkeys(named)), tuple(dict.fromkeys(items)))


def _constructs(path: str, template: StudyTemplate) -> list[str]:
    family, *middle = path.split(".")[:-1]
    if family in OF_A_CONSTRUCT:
        return middle[:1]
    if family == "link":
        return middle[::-1]
    if family == "item":
        found = [item.construct for instrument in template.instruments for item in instrument.items
                 if item.key == middle[0]]
        return [construct for construct in found if construct]
    return _of_code(".".join(middle), template) if family == "interview" else []


def _of_code(code: str, template: StudyTemplate) -> list[str]:
    if template.codebook is None:
        return []
    lineage = (code, *template.codebook.ancestors(code))
    return [found for key in lineage for found in (template.codebook.code(key).construct,) if found][:1]


def _items(behind: _Behind, sources: GroundSources) -> tuple[ItemGround, ...]:
    """Return the items with the highest share unfavourable, those that a condition names before all others."""
    thresholds, found = sources.thresholds, []
    for side in sources.sides:
        for construct in side.constructs:
            if construct.key in behind.constructs:
                shares = item_shares(side.valid, construct.key, confidence=thresholds["confidence"])
                found += [ItemGround(item, construct.key, side.audience, share) for item, share in shares.items()
                          if share.value is not None and share.n >= thresholds["minimum_n_description"]]
    ordered = sorted(found, key=lambda ground: (ground.item not in behind.items, -(ground.share.value or 0)))
    return tuple(ordered[:MOST_ITEMS])


def _slowest(process: Sequence[ProcessStep]) -> StepGround | None:
    timed = [step for step in process if step.days is not None]
    step = max(timed, key=lambda step: step.days or 0, default=None)
    return None if step is None or step.days is None else StepGround(step.number, step.name, step.owner, step.days)


def _suggestions(measure: Measure, sources: GroundSources) -> tuple[SuggestionGround, ...]:
    """Return who suggests it: interviewees of those asked, and comments where they are not a few."""
    book, minimum = sources.template.codebook, int(sources.thresholds["minimum_group"])
    comments = [row for row in sources.comments.codes if row.audience == sources.sides[0].audience
                ] if sources.comments and sources.sides else []
    used = {key for key, one in sources.interviews.items() if one.supports} | {
        row.code for row in comments if row.supports}
    found: list[SuggestionGround] = []
    for code in suggestion_codes(book, measure.key, used):
        heard, n_measures = sources.interviews.get(code.key), len(code.strategy)
        if heard is not None and heard.supports:
            found.append(SuggestionGround(code.key, "interviews", heard.supports, heard.n_asked, n_measures))
        found += [SuggestionGround(code.key, "comments", row.supports, row.n_of, n_measures) for row in comments
                  if row.code == code.key and row.supports and told_count(row.supports, minimum) is not None]
    return tuple(found)


# ---- where it is highest --------------------------------------------------------------------------------------------
def _units(behind: _Behind, sources: GroundSources) -> tuple[UnitGround, ...]:
    """Return the one or two units that stand above all others shown, interval apart from interval; else none."""
    problems = {found.level.construct: found.level.mean or 0.0 for found in sources.problems}
    construct = max((key for key in behind.constructs if key in problems), key=lambda key: problems[key], default=None)
    item = department_item(sources.sides[0]) if sources.sides else None
    shown = [UnitGround(figure.construct, figure.profile_item, figure.choice, figure.n, figure.mean, figure.ci_low,
                        figure.ci_high)
             for figure in sources.groups if item is not None and figure.construct == construct
             and figure.profile_item == item.key and not figure.is_hidden and figure.n is not None
             and figure.mean is not None and figure.ci_low is not None and figure.ci_high is not None]
    ordered = sorted(shown, key=lambda unit: -unit.mean)
    for count in range(1, min(MOST_UNITS, len(ordered) - 1) + 1):
        if min(unit.ci_low for unit in ordered[:count]) > max(unit.ci_high for unit in ordered[count:]):
            return tuple(ordered[:count])
    return ()
