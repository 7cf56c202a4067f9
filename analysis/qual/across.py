"""Everything that is computed across the interviews of one audience, from tables to one result."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from analysis.privacy import MINIMUM_GROUP
from analysis.qual.agreement import DEFAULT_SEED, N_RESAMPLES
from analysis.qual.cooccurrence import cooccurrences, overlaps
from analysis.qual.frequency import RAISED, STAFF, count_code, interview_evidence, interviewees
from analysis.qual.linked_crosstabs import Grouping, linked_crosstabs
from analysis.qual.saturation import SaturationRule
from analysis.results.interviews import (
    ClaimEvidence,
    InterviewAnalysis,
    NegativeCases,
    QuestionCoverage,
    RoleSaturation,
)
from analysis.tables import InterviewTable
from instruments.template import Codebook, Guide

FEWEST_GROUPS, MOST_GROUPS = 2, 12      # values of an attribute by which codes are compared; one compares nothing


def analyse_interviews(table: InterviewTable, codebook: Codebook, guide: Guide | None = None, *,
                       attributes: Mapping[str, Mapping[str, str]] | None = None, minimum: int = MINIMUM_GROUP,
                       rule: SaturationRule | None = None, n_resamples: int = N_RESAMPLES,
                       seed: Sequence[int] = DEFAULT_SEED) -> InterviewAnalysis:
    """Return what the interviews of staff and managers say together.

    Parameters
    ----------
    table : InterviewTable
        Interviews and codings, without interviews that are still being coded independently.
    codebook : Codebook
        Codes, in whose order rows stand.
    guide : Guide, optional
        Says who was asked.
    attributes : Mapping[str, Mapping[str, str]], optional
        Name of an attribute → interview key → value, for further crosstabs.
    minimum : int, optional
        People that a cell of a crosstab needs.
    rule : SaturationRule, optional
        By what saturation is judged.
    n_resamples, seed
        For the interval of coder agreement.

    Returns
    -------
    InterviewAnalysis
        Without words, provenance and what was left out, which are not known here.
    """
    audience, judged = STAFF, rule or SaturationRule()
    people = interviewees(table, audience)
    codes = [code.key for code in codebook.codes]
    given = [code for code in codes if _is_given(table, codebook, code, audience)]
    roles = {str(key): str(role) for key, role in people["role"].items()}
    groupings = [Grouping("role", roles), *(Grouping(name, own) for name, own in (attributes or {}).items()
                                            if compares(own, roles))]
    return InterviewAnalysis(
        audience=audience, interviews=tuple(sorted(map(str, people.index))),
        crosstabs=linked_crosstabs(table, codebook, codes, groupings, audience=audience, guide=guide, minimum=minimum),
        same_turn=cooccurrences(table, codebook, given, audience=audience),
        overlapping=overlaps(table, codebook, given, audience=audience),
        saturation=judged.judge(table, audience), by_role=_by_role(table, roles, audience, judged),
        questions=tuple(_questions(table, codebook, guide, audience)),
        negative=tuple(_negative(table, codebook, codes, audience)),
        evidence=tuple(claim_evidence(table, codebook, guide, audience=audience, rule=judged,
                                      n_resamples=n_resamples, seed=seed)))


def claim_evidence(table: InterviewTable, codebook: Codebook, guide: Guide | None = None, *, audience: str = STAFF,
                   rule: SaturationRule | None = None, n_resamples: int = N_RESAMPLES,
                   seed: Sequence[int] = DEFAULT_SEED) -> list[ClaimEvidence]:
    """Return how strong the evidence for each code is that somebody was given.

    Parameters
    ----------
    table, codebook, guide, audience, rule, n_resamples, seed
        As in `analyse_interviews`.

    Returns
    -------
    list[ClaimEvidence]
        In the order of the codebook; counts as in `interview_evidence`, from which they are taken.
    """
    n, curve = len(interviewees(table, audience)), (rule or SaturationRule()).judge(table, audience)
    rows = interview_evidence(table, codebook, guide, audience=audience, n_resamples=n_resamples, seed=seed)
    return [ClaimEvidence.of(row, n, curve, audience) for row in rows if row.supports + row.contradicts + row.mixed]


def without_interviews(table: InterviewTable, keys: frozenset[str]) -> InterviewTable:
    """Return the table without these interviews and everything in them.

    Parameters
    ----------
    table : InterviewTable
    keys : frozenset[str]
        Interview keys.

    Returns
    -------
    InterviewTable
    """
    if not keys:
        return table
    gone = sorted(keys)
    originals = table.originals
    return replace(
        table, interviews=table.interviews[~table.interviews.index.isin(gone)],
        codings=table.codings[~table.codings["interview"].isin(gone)],
        links=table.links[~table.links["interview"].isin(gone)],
        turns=table.turns[~table.turns["interview"].isin(gone)],
        double_coded=tuple(key for key in table.double_coded if key not in keys),
        originals=None if originals is None else originals[~originals["interview"].isin(gone)])


def _is_given(table: InterviewTable, codebook: Codebook, code: str, audience: str) -> bool:
    count = count_code(table, codebook, code, audience=audience)
    return bool(count.supports | count.contradicts | count.mixed)


def compares(values: Mapping[str, str], people: Collection[str]) -> bool:
    """Return whether an attribute tells the people apart, in few enough groups to be compared.

    Parameters
    ----------
    values : Mapping[str, str]
        Interview key → value.
    people : Collection[str]
        Interview keys.

    Returns
    -------
    bool
    """
    return FEWEST_GROUPS <= len({value for key, value in values.items() if key in people}) <= MOST_GROUPS


def _by_role(table: InterviewTable, roles: Mapping[str, str], audience: str,
             rule: SaturationRule) -> tuple[RoleSaturation, ...]:
    """Return saturation within each role that has interviews enough for a base and a run."""
    found = []
    for role in sorted(set(roles.values())):
        others = frozenset(map(str, table.interviews.index)) - {key for key, own in roles.items() if own == role}
        if len(table.interviews) - len(others) >= rule.n_needed:
            found.append(RoleSaturation(role, rule.judge(without_interviews(table, others), audience, rule.n_needed)))
    return tuple(found)


def _questions(table: InterviewTable, codebook: Codebook, guide: Guide | None, audience: str) -> list[QuestionCoverage]:
    people = interviewees(table, audience)
    known = {code.key for code in codebook.codes}
    found = []
    for question in guide.questions if guide else ():
        put_to = people[people["audience"].isin(question.audiences)]
        states = {str(key): _state(noted, question.key) for key, noted in put_to["questions"].items()}
        for code in (code for code in question.codes if code in known):
            count = count_code(table, codebook, code, audience=audience)
            said = count.supports | count.contradicts | count.mixed
            found.append(_coverage(question.key, code, states, said))
    return found


def _state(noted: object, question: str) -> bool | None:
    """Return whether a question came up in an interview; None where that was not noted."""
    if isinstance(noted, Mapping):
        state = noted.get(question)
        return None if state is None else state in RAISED
    return question in noted if isinstance(noted, (tuple, list)) else None


def _coverage(question: str, code: str, states: Mapping[str, bool | None],
              said: frozenset[str]) -> QuestionCoverage:
    raised = {key for key, state in states.items() if state}
    not_noted = {key for key, state in states.items() if state is None}
    rest = set(states) - raised - not_noted
    return QuestionCoverage(question, code, len(raised & said), len(raised - said), len(rest & said), len(rest - said),
                            len(not_noted))


def _negative(table: InterviewTable, codebook: Codebook, codes: Sequence[str], audience: str) -> list[NegativeCases]:
    found = []
    for code in codes:
        count = count_code(table, codebook, code, audience=audience)
        if count.supports | count.contradicts | count.mixed:
            found.append(NegativeCases(code, len(count.supports), tuple(sorted(count.contradicts)),
                                       tuple(sorted(count.mixed))))
    return found
