"""The joint display: both sources side by side, with a proposed judgement by a printed rule; a person decides.

Farmer et al. (2006) for the words, Guetterman, Fetters & Creswell (2015) for the form. Standard library only, so that
the web can put the display together from a stored diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analysis.diagnosis.joint_sides import Sources, spoken_side, survey_side
from analysis.results.diagnosis import Diagnosis
from analysis.results.joint import (
    DesignRow,
    Direction,
    JointRow,
    Proposal,
    SilentSide,
    SpokenSide,
    SurveySide,
)
from instruments.template import CodeDefinition, StudyTemplate

GROUPS = ("problem", "cause", "situation", "experience", "outcome")     # order of the display
DEFINITE: frozenset[Direction] = frozenset({"for", "against"})


def instrument_table(template: StudyTemplate) -> tuple[DesignRow, ...]:
    """Return with what each construct is asked about in survey and interviews.

    Parameters
    ----------
    template : StudyTemplate
        Questionnaires, guide and codebook.

    Returns
    -------
    tuple[DesignRow, ...]
        Constructs by group in the order of the template, and after those of their group the codes that stand beside
        codes of constructs and belong to none. `silent` names the source that asks nothing: silence by design.
    """
    rows = [_design_of(template, construct.key, construct.group) for construct in template.constructs]
    rows += [DesignRow(code.key, group, (), _questions(template, [code.key]), (code.key,), "survey")
             for code, group in _loose_codes(template)]
    return tuple(sorted(rows, key=lambda row: GROUPS.index(row.group) if row.group in GROUPS else len(GROUPS)))


def joint_rows(diagnosis: Diagnosis, template: StudyTemplate) -> tuple[JointRow, ...]:
    """Return the joint display of a diagnosis.

    Parameters
    ----------
    diagnosis : Diagnosis
        Levels, interviews, comparisons and thresholds; unrounded.
    template : StudyTemplate
        Says which items and codes belong together.

    Returns
    -------
    tuple[JointRow, ...]
        One row for each row of `instrument_table`, in its order, without exception: a source that says nothing is
        shown as silent, with the reason. Prominence is a third of the order within the group: of the means in the
        survey, of the share of those asked who speak for it in the interviews.
    """
    designs = instrument_table(template)
    sources = Sources(diagnosis, template, {row.key: row for row in designs})
    surveys = {row.key: survey_side(sources, row) for row in designs}
    spoken = {row.key: spoken_side(sources, row) for row in designs}
    grades = {finding.level.construct: finding.grade for finding in diagnosis.problems}
    found = []
    for row in designs:
        survey, said = surveys[row.key], spoken[row.key]
        found.append(JointRow(row.key, row.group, survey, said, propose(survey, said), row.silent,
                              grades.get(row.key)))
    return tuple(found)


def propose(survey: SurveySide, spoken: SpokenSide) -> Proposal:
    """Return the judgement that the rule proposes for two sides; the rule's words stand in docs/joint-display.md.

    Parameters
    ----------
    survey : SurveySide
        Direction by the interval against the border, prominence as a third.
    spoken : SpokenSide
        Direction by interviewees for and against, prominence as a third.

    Returns
    -------
    Proposal
        silence where one side says nothing; dissonance where the directions are opposite; agreement where direction
        and prominence match; partial agreement where one of the two does and nothing contradicts; None otherwise.
        Exchanging "for" and "against" on both sides changes nothing.

    References
    ----------
    Farmer, Robinson, Elliott & Eyles (2006), Developing and implementing a triangulation protocol. O'Cathain, Murphy &
    Nicholl (2010) for complementarity.
    """
    silent = _silent_side(survey, spoken)
    if silent == "both":
        return Proposal("silence", silent, "silent_both", is_complementary=False)
    if silent == "survey":
        return Proposal("silence", silent, "silent_survey", is_complementary=False)
    if silent == "interviews":
        return Proposal("silence", silent, "silent_interviews", is_complementary=False)
    if spoken.direction == "not_valued":
        return Proposal(None, "", "described_only", is_complementary=bool(spoken.facets))
    return _compared(survey, spoken, is_complementary=bool(spoken.facets))


def _silent_side(survey: SurveySide, spoken: SpokenSide) -> SilentSide:
    if survey.silence and spoken.silence:
        return "both"
    if survey.silence:
        return "survey"
    return "interviews" if spoken.silence else ""


def _compared(survey: SurveySide, spoken: SpokenSide, *, is_complementary: bool) -> Proposal:
    is_ranked = survey.tercile is not None and spoken.tercile is not None
    has_same_weight = is_ranked and survey.tercile == spoken.tercile
    if {survey.direction, spoken.direction} == DEFINITE:
        return Proposal("dissonance", "", "opposite_directions", is_complementary)
    if survey.direction == spoken.direction and survey.direction in DEFINITE:
        if has_same_weight:
            return Proposal("agreement", "", "same_direction_and_weight", is_complementary)
        return Proposal("partial_agreement", "", "same_direction_other_weight" if is_ranked
                        else "same_direction_no_weight", is_complementary)
    if has_same_weight:
        return Proposal("partial_agreement", "", "same_weight_only", is_complementary)
    return Proposal(None, "", "nothing_matches", is_complementary)


# ---- what is asked with what ------------------------------------------------------------------------------------
def _design_of(template: StudyTemplate, key: str, group: str) -> DesignRow:
    items = tuple(item.key for instrument in template.instruments for item in instrument.items_of_construct(key))
    codes = tuple(code.key for code in template.codebook.codes if code.construct == key) if template.codebook else ()
    return DesignRow(key, group, items, _questions(template, codes), codes, _silent_by_design(items, codes))


def _silent_by_design(items: Sequence[str], codes: Sequence[str]) -> SilentSide:
    if items and codes:
        return ""
    if items:
        return "interviews"
    return "survey" if codes else "both"


def _questions(template: StudyTemplate, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the guide's questions that reach one of the codes, or a code above one of them."""
    if template.guide is None or template.codebook is None:
        return ()
    related = {above for code in codes for above in (code, *template.codebook.ancestors(code))}
    return tuple(question.key for question in template.guide.questions if related & set(question.codes))


def _loose_codes(template: StudyTemplate) -> list[tuple[CodeDefinition, str]]:
    """Return codes without a construct beside codes of constructs, with the group of those they stand beside."""
    if template.codebook is None:
        return []
    groups = {construct.key: construct.group for construct in template.constructs}
    beside: Mapping[str, str] = {code.parent: groups[code.construct] for code in template.codebook.codes
                                 if code.parent is not None and code.construct in groups}
    return [(code, beside[code.parent]) for code in template.codebook.codes
            if code.construct is None and code.parent is not None and code.parent in beside]
