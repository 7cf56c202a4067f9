"""Queries over codings and texts: which passages, of whom, in how many interviews; as far as the account may see.

People are counted, not passages: an interview counts once however often it is found. Open answers are counted in
comments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.errors import marked
from surveyapp.models.account import Account
from surveyapp.models.coding import POLARITIES
from surveyapp.models.interview import ANSWERS, CONVERSATION
from surveyapp.models.study import Study
from surveyapp.services.interview import audiences_of, guide_of
from surveyapp.services.query_grammar import (
    CASE,
    TURNS,
    CodeIs,
    Condition,
    Either,
    Every,
    Node,
    Query,
    QueryError,
    Related,
    Said,
    read_query,
)
from surveyapp.services.query_hits import NOWHERE, Hit, related, turn_numbers, united
from surveyapp.services.query_rows import Case, QueryRows

STAFF = ("staff", "manager")               # the audiences that analyses take together
OF_PASSAGE = ("polarity", "coder")          # conditions on what was marked; the others are on whose interview it is


@dataclass(frozen=True)
class Counts:
    """How many people and comments were found, of how many that the conditions let through."""

    n_passages: int
    n_people: int
    n_people_of: int
    by_role: Mapping[str, tuple[int, int]]          # role → found, of all of the role
    n_comments: int
    n_comments_of: int
    n_unplaced: int                                 # codings without words: no overlap can be seen of them


@dataclass(frozen=True)
class Answer:
    """What a query found, in the order of interviews and places."""

    text: str
    query: Query
    hits: tuple[Hit, ...]
    counts: Counts
    cases: Mapping[int, Case]


def run_query(session: Session, study: Study, account: Account, text: str) -> Answer:
    """Return what the query finds; QueryError with its place where it cannot be read or names what is not there."""
    rows = QueryRows(session, study, account)
    query = read_query(text)
    _check_conditions(query, rows)
    cases = {number: case for number, case in rows.cases.items()
             if all(_fits_case(case, condition) for condition in query.conditions)}
    hits = [hit for hit in united(_find(query.passages, rows))
            if hit.interview_id in cases and all(_fits_hit(hit, condition) for condition in query.conditions)]
    return Answer(text, query, tuple(sorted(hits, key=lambda hit: (rows.cases[hit.interview_id].key, hit.place))),
                  _count(hits, cases, rows), rows.cases)


def _find(node: Node, rows: QueryRows) -> list[Hit]:
    return _FINDERS[type(node)](node, rows)


def _find_code(node: CodeIs, rows: QueryRows) -> list[Hit]:
    if node.key not in rows.codebook.by_key:
        raise QueryError(node.column, marked("Sign {column}: the codebook has no code {key}."),
                         marked("See the codebook for the codes there are; put words to look for in quotation marks."),
                         key=repr(node.key))
    if node.polarity not in ("", *POLARITIES):
        raise QueryError(node.column, marked("Sign {column}: {found} is no polarity."),
                         marked("Write supports, contradicts or mixed behind the colon."), found=repr(node.polarity))
    family = rows.codebook.with_descendants(node.key)
    keys = [rows.codebook.by_key[node.key].key] if node.is_exact else [entry.key for entry in family]
    return united(hit for key in keys for hit in rows.coded.get(key, ())
                  if not node.polarity or node.polarity in hit.polarities)


def _find_every(node: Every, rows: QueryRows) -> list[Hit]:
    return rows.turns() if node.what == TURNS else united(hit for hits in rows.coded.values() for hit in hits)


def _find_said(node: Said, rows: QueryRows) -> list[Hit]:
    return rows.said(node.words)


def _find_related(node: Related, rows: QueryRows) -> list[Hit]:
    return related(node.relation, _find(node.left, rows), _find(node.right, rows), rows.turn_starts,
                   is_not=node.is_not)


def _find_either(node: Either, rows: QueryRows) -> list[Hit]:
    return united([*_find(node.left, rows), *_find(node.right, rows)])


_FINDERS: Mapping[type, Callable[[Any, QueryRows], list[Hit]]] = {
    CodeIs: _find_code, Every: _find_every, Said: _find_said, Related: _find_related, Either: _find_either,
}


def _check_conditions(query: Query, rows: QueryRows) -> None:
    """Refuse a condition on an attribute or a value that nothing here has: a slip of the pen finds nothing silently."""
    for condition in query.conditions:
        known = _known_values(condition.field, rows)
        if condition.field.startswith(CASE) and not known:
            raise QueryError(condition.column, marked("Sign {column}: no interview has the attribute {found}."),
                             marked("Known here: {known}."), found=repr(condition.field.removeprefix(CASE)),
                             known=", ".join(attribute_names(rows.cases.values())) or "–")
        unknown = next((value for value in condition.values if value.casefold() not in known), None)
        if unknown is not None:
            raise QueryError(condition.column, marked("Sign {column}: nothing here has the value {found}."),
                             marked("Known here: {known}."), found=repr(unknown),
                             known=", ".join(sorted(known)) or "–")


def _known_values(field: str, rows: QueryRows) -> set[str]:
    """Return the values a condition may name, in small letters: those that occur, and those that might."""
    if field == "coder":
        return {name.casefold() for name in rows.coders}
    fixed = {"polarity": POLARITIES, "audience": (*STAFF, *audiences_of(guide_of(rows.study))),
             "kind": (CONVERSATION, ANSWERS),
             "role": [word for key, names in rows.role_names.items() for word in (key, *names)]}
    return {word.casefold() for word in fixed.get(field, ())} | {
        word for case in rows.cases.values() for word in case.words.get(field, ())}


def attribute_names(cases: Iterable[Case]) -> list[str]:
    """Return the names of the attributes that some interview has."""
    return sorted({name.removeprefix(CASE) for case in cases for name in case.words if name.startswith(CASE)})


def _fits_case(case: Case, condition: Condition) -> bool:
    if condition.field in OF_PASSAGE:
        return True
    wanted = {value.casefold() for value in condition.values}
    return bool(wanted & case.words.get(condition.field, frozenset())) is not condition.is_not


def _fits_hit(hit: Hit, condition: Condition) -> bool:
    if condition.field not in OF_PASSAGE:
        return True
    found = hit.polarities if condition.field == "polarity" else {name.casefold() for name in hit.coders}
    return bool({value.casefold() for value in condition.values} & found) is not condition.is_not


def _count(hits: list[Hit], cases: Mapping[int, Case], rows: QueryRows) -> Counts:
    people = {number for number, case in cases.items() if case.kind == CONVERSATION}
    found = {hit.interview_id for hit in hits} & people
    of_role = Counter(cases[number].role for number in people)
    in_role = Counter(cases[number].role for number in found)
    answers = {version for version, interview in rows.current.items()
               if interview in cases and cases[interview].kind == ANSWERS}
    comments = {(hit.version_id, turn) for hit in hits if hit.version_id in answers
                for turn in turn_numbers(hit, rows.turn_starts)}
    return Counts(
        len(hits), len(found), len(people), {role: (in_role[role], n) for role, n in sorted(of_role.items())},
        len(comments), sum(len(rows.turn_starts[version]) for version in answers) if answers else 0,
        sum(hit.version_id == NOWHERE for hit in hits))
