"""Who said what, counted in interviewees: evidence per code and per link (model 8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from analysis.privacy import MINIMUM_GROUP, suppress_cells
from analysis.qual.agreement import DEFAULT_SEED, N_RESAMPLES, code_agreement
from analysis.qual.quotation import N_QUOTES, chosen_quotes, roles_to_name
from analysis.results.diagnosis import InterviewEvidence, InterviewStatus
from analysis.tables import InterviewTable
from instruments.template import Codebook, Guide

LinkStatus = Literal["supports", "some", "silent", "none"]

STAFF = "staff"
RAISED = ("asked", "covered")               # states of a guide question that came up; the third is "skipped"
STAFF_AUDIENCES = ("staff", "manager")      # model 8: counted together; every other audience stands for itself
INTERVIEW_DEFAULTS: Mapping[str, float] = MappingProxyType({    # model 8; Guest et al. 2020 for the minimum
    "interview_minimum": 9,
    "interview_count": 3,
    "interview_roles": 2,
    "interview_share": 0.20,
    "interview_ratio": 2.0,
    "link_interviewees": 2,
})
_TOLERANCE = 1e-9           # a share of N may come out a rounding error above a whole number


@dataclass(frozen=True)
class CodeCount:
    """One code in interviewees: who said so, who said the opposite, who said both, of those it was raised with."""

    supports: frozenset[str]
    contradicts: frozenset[str]
    mixed: frozenset[str]
    asked: frozenset[str]
    not_noted: frozenset[str] = frozenset()     # of those asked: nobody noted whether they really were
    not_asked: frozenset[str] = frozenset()

    @property
    def silent(self) -> frozenset[str]:
        """Asked for certain, and not mentioned: the only silence that tells anything."""
        return self.asked - self.not_noted - self.supports - self.contradicts - self.mixed


def interviewees(table: InterviewTable, audience: str) -> pd.DataFrame:
    """Return the interviews of one audience.

    Parameters
    ----------
    table : InterviewTable
        All interviews; one interview is one interviewee.
    audience : str
        "staff" = staff and managers together; any other word stands for itself.

    Returns
    -------
    pandas.DataFrame
        Rows of `table.interviews`.
    """
    wanted = STAFF_AUDIENCES if audience == STAFF else (audience,)
    return table.interviews[table.interviews["audience"].isin(wanted)]


def count_code(table: InterviewTable, codebook: Codebook, code: str, *, audience: str = STAFF,
               guide: Guide | None = None) -> CodeCount:
    """Return which interviewees speak for and against a code, sub-codes included.

    Parameters
    ----------
    table : InterviewTable
        Interviews and codings.
    codebook : Codebook
        Hierarchy of codes.
    code : str
        The code; codings of codes below it count for it.
    audience : str, optional
        Whose interviews.
    guide : Guide, optional
        Says which questions reach which codes. With it, an interviewee whose coverage was noted counts as asked when a
        question came up (asked, or covered without being asked) that names the code, one above or one below it. Where
        that was not noted, of the interview or of such a question, the interviewee counts as asked too, and is among
        `not_noted`.

    Returns
    -------
    CodeCount
        Interview keys. Who said both, or was coded mixed, is in `mixed` only. Whoever raised the topic unasked counts
        among those asked, so that k never exceeds N. Silence is not absence: `silent` (asked, not mentioned),
        `not_noted` and `not_asked` are told apart, and who was not interviewed is in none of them.
    """
    # Codebook and guide are kept beside the count, so that no other can have their identity.
    _, count = table.remembered.once(
        ("count", code, audience, id(codebook), id(guide)),
        lambda: ((codebook, guide), _counted(table, codebook, code, audience, guide)))
    found: CodeCount = count
    return found


def _counted(table: InterviewTable, codebook: Codebook, code: str, audience: str, guide: Guide | None) -> CodeCount:
    people = interviewees(table, audience)
    family = _family(codebook, code)
    said: dict[str, set[str]] = {}
    for row in _codings_of(table, audience, family):
        said.setdefault(str(row["interview"]), set()).add(row["polarity"])
    for_it = frozenset(key for key, words in said.items() if words == {"supports"})
    against = frozenset(key for key, words in said.items() if words == {"contradicts"})
    related = family | set(codebook.ancestors(code))
    asked = {str(row.Index): _was_asked(row.questions, str(row.audience), guide, related)
             for row in people[["questions", "audience"]].itertuples()}
    everybody, who_said = frozenset(asked), frozenset(said)
    not_asked = frozenset(key for key, was in asked.items() if was is False) - who_said
    not_noted = frozenset(key for key, was in asked.items() if was is None) - who_said
    return CodeCount(for_it, against, who_said - for_it - against, everybody - not_asked, not_noted, not_asked)


def interview_status(n: int, k: int, roles: int, x: int, x_roles: int,
                     thresholds: Mapping[str, float] | None = None) -> InterviewStatus:
    """Return what the interviews say of a code.

    Parameters
    ----------
    n : int
        Interviewees asked, N.
    k, roles : int
        Interviewees who say so, and the distinct roles among them.
    x, x_roles : int
        Interviewees who say the opposite, and their roles.
    thresholds : Mapping[str, float], optional
        Values over `INTERVIEW_DEFAULTS`.

    Returns
    -------
    str
        supports: N >= 9, k >= 3 from >= 2 roles, k >= 0.2 N, k >= 2x. contradicts: the same with sides exchanged.
        some: k >= 1 and k >= x. none: N = 0. silent: otherwise.
    """
    limits = {**INTERVIEW_DEFAULTS, **(thresholds or {})}
    if n == 0:
        return "none"
    if _carries(n, k, roles, x, limits):
        return "supports"
    if _carries(n, x, x_roles, k, limits):
        return "contradicts"
    return "some" if k >= 1 and k >= x else "silent"


def interview_evidence(table: InterviewTable, codebook: Codebook, guide: Guide | None = None, *,
                       audience: str = STAFF, thresholds: Mapping[str, float] | None = None,
                       headcount_by_role: Mapping[str, int] | None = None, n_resamples: int = N_RESAMPLES,
                       seed: Sequence[int] = DEFAULT_SEED) -> tuple[InterviewEvidence, ...]:
    """Return the evidence of the interviews for every code of the codebook.

    Parameters
    ----------
    table : InterviewTable
        Interviews and codings.
    codebook : Codebook
        Codes, in whose order the evidence is returned.
    guide : Guide, optional
        For coverage, see `count_code`.
    audience : str, optional
        "staff" (with managers) or another audience; customers' interviews are counted apart.
    thresholds : Mapping[str, float], optional
        The study's values over `INTERVIEW_DEFAULTS` and the codebook's agreement bounds.
    headcount_by_role : Mapping[str, int], optional
        People per role class, as entered; without it no quote names a role.
    n_resamples, seed
        For the interval of coder agreement.

    Returns
    -------
    tuple[InterviewEvidence, ...]
        Status as the counts say; whether poor agreement rules the code out is `agreement_verdict`. `by_role` holds
        role → (who raised the topic, interviewees asked) for roles that may be shown in a table (5 people,
        complementary suppression); quotes are edited texts only, see `quotation.choose_quotes`.

    References
    ----------
    O'Cathain, Murphy & Nicholl (2010); Guest, Namey & Chen (2020); Krippendorff (2011).
    """
    people = interviewees(table, audience)
    roles = people["role"].astype(str).to_dict()
    quotable = roles_to_name(people, headcount_by_role or {})
    agreement = code_agreement(table, codebook, thresholds=thresholds, n_resamples=n_resamples, seed=seed)
    evidence = []
    for code in codebook.codes:
        count = count_code(table, codebook, code.key, audience=audience, guide=guide)
        k, x = len(count.supports), len(count.contradicts)
        n_roles = len({roles[key] for key in count.supports})
        x_roles = len({roles[key] for key in count.contradicts})
        passages = _codings_of(table, audience, _family(codebook, code.key))
        coders = agreement[code.key]
        evidence.append(InterviewEvidence(
            code=code.key, construct=code.construct, n_asked=len(count.asked), supports=k, roles=n_roles,
            n_silent=len(count.silent), n_not_noted=len(count.not_noted), n_not_asked=len(count.not_asked),
            contradicts=x, mixed=len(count.mixed),
            status=interview_status(len(count.asked), k, n_roles, x, x_roles, thresholds),
            agreement=None if coders.verdict == "not_double_coded" else coders.alpha,
            agreement_verdict=coders.verdict, coders=coders, by_role=_by_role(count, roles),
            quotes=chosen_quotes(passages, people, quotable, N_QUOTES), n_passages=_n_places(passages)))
    return tuple(evidence)


def link_evidence(table: InterviewTable, *, audience: str = STAFF,
                  thresholds: Mapping[str, float] | None = None) -> dict[tuple[str, str], tuple[int, int, LinkStatus]]:
    """Return how many interviewees state that a cause brings about a problem.

    Parameters
    ----------
    table : InterviewTable
        Interviews and link codings.
    audience : str, optional
        Whose interviews.
    thresholds : Mapping[str, float], optional
        Values over `INTERVIEW_DEFAULTS`.

    Returns
    -------
    dict[(cause, problem), tuple[int, int, str]]
        Interviewees, roles among them, status: supports = at least 2 interviewees from at least 2 roles; some = fewer.
        A pair that nobody states is absent (silent; none when nobody was interviewed).
    """
    limits = {**INTERVIEW_DEFAULTS, **(thresholds or {})}
    roles = interviewees(table, audience)["role"].astype(str).to_dict()
    links = table.links[table.links["interview"].isin(list(roles))]
    found: dict[tuple[str, str], tuple[int, int, LinkStatus]] = {}
    for pair, keys in links.groupby(["cause", "problem"], sort=True)["interview"]:
        people = set(keys)
        n_roles = len({roles[key] for key in people})
        is_enough = len(people) >= limits["link_interviewees"] and n_roles >= limits["interview_roles"]
        found[str(pair[0]), str(pair[1])] = (len(people), n_roles, "supports" if is_enough else "some")
    return found


def _codings_of(table: InterviewTable, audience: str, codes: Collection[str]) -> list[dict[str, Any]]:
    """Return the codings of some codes in the interviews of an audience, in the table's order."""
    by_code: dict[str, list[tuple[int, dict[str, Any]]]] = table.remembered.once(
        ("codings", audience), lambda: _codings_by_code(table, audience))
    found = [row for code in codes for row in by_code.get(code, ())]
    return [row for _, row in sorted(found, key=itemgetter(0))]


def _codings_by_code(table: InterviewTable, audience: str) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    codings = table.codings[table.codings["interview"].isin(interviewees(table, audience).index)]
    for place, row in enumerate(codings.to_dict("records")):
        found.setdefault(str(row["code"]), []).append((place, row))
    return found


def _n_places(passages: Sequence[Mapping[str, Any]]) -> int:
    """Return how many passages there are: one that two coders marked is one; codings without a place count each."""
    placed = [(row["interview"], row["start"], row["end"]) for row in passages if row["start"] >= 0]
    return len(set(placed)) + len(passages) - len(placed)


def _carries(n: int, side: int, roles: int, other: int, limits: Mapping[str, float]) -> bool:
    return (n >= limits["interview_minimum"] and side >= limits["interview_count"]
            and roles >= limits["interview_roles"] and side + _TOLERANCE >= limits["interview_share"] * n
            and side >= limits["interview_ratio"] * other)


def _family(codebook: Codebook, code: str) -> set[str]:
    """Return the code and all codes below it."""
    return {code} | {other.key for other in codebook.codes if code in codebook.ancestors(other.key)}


def _was_asked(questions: object, audience: str, guide: Guide | None, related: set[str]) -> bool | None:
    """Return whether any of the related codes came up in an interview; None where that was not noted."""
    if guide is None or not isinstance(questions, (tuple, list, Mapping)):
        return None
    reaching = [question for question in guide.questions if related & set(question.codes)]
    if not isinstance(questions, Mapping):
        return any(question.key in questions for question in reaching)
    states = {question.key: questions.get(question.key) for question in reaching if audience in question.audiences}
    states |= {question.key: questions[question.key] for question in reaching if question.key in questions}
    if any(state in RAISED for state in states.values()):
        return True
    return None if None in states.values() else False


def _by_role(count: CodeCount, roles: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Return role → (who raised the topic, interviewees asked) for roles with enough people to be shown."""
    asked = pd.Series([roles[key] for key in sorted(count.asked)], dtype=object).value_counts()
    cells = {str(role): int(n) for role, n in asked.items()}
    shown = sorted(cells.keys() - suppress_cells(cells, MINIMUM_GROUP))
    raised = [roles[key] for key in count.supports | count.contradicts | count.mixed]
    return {role: (raised.count(role), cells[role]) for role in shown}
