"""Ends before the end: screens (whom the questionnaire is not for) and quotas (how many of a kind are wanted).

A gate is judged when every item it names is settled: posted, or not asked for reasons that are settled themselves. A
quota's counter is raised in the transaction that hands a response in, so that no place is given twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, literal_column, null, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from instruments.logic import evaluate, is_true, references
from surveyapp.models.response import QUOTA_FULL, QuotaCount, Response
from surveyapp.services.order import order_as_shown
from surveyapp.services.prepared import Prepared, as_text
from surveyapp.services.questionnaire import CompiledItem, Gate, Questionnaire
from surveyapp.services.relevance import Relevance, as_value
from surveyapp.services.response import Filling

_COUNT = Prepared(select(QuotaCount.n).where(
    QuotaCount.link_id == bindparam("link_id"), QuotaCount.quota == bindparam("quota")))
# Whoever asks for a place holds the counter until the transaction ends; SQLite has one writer anyway.
_COUNT_LOCKED = Prepared(select(QuotaCount.n).where(
    QuotaCount.link_id == bindparam("link_id"), QuotaCount.quota == bindparam("quota")).with_for_update())
_RAISE = Prepared(update(QuotaCount).where(
    QuotaCount.link_id == bindparam("b_link"), QuotaCount.quota == bindparam("b_quota"),
).values(n=QuotaCount.n + literal_column("1")))
_END = Prepared(update(Response).where(Response.key == bindparam("b_key")).values(
    state=bindparam("state"), ended_by=bindparam("ended_by"), shown_order=bindparam("order"), resume_hash=null(),
    resume_box=null()))


def find_end(session: Session, filling: Filling, relevance: Relevance, now: datetime) -> Gate | None:
    """Return the first screen that the answers meet, or the first full quota they belong to."""
    for gate in filling.questionnaire.gates:
        if _holds(gate, filling, relevance, now) and (gate.limit is None or _is_full(session, filling, gate)):
            return gate
    return None


def end_early(session: Session, filling: Filling, relevance: Relevance, gate: Gate) -> None:
    """Mark the response as ended by the gate; the answers given before stay with it."""
    pages = [page for page in filling.way() if page.key in filling.pages]
    order = order_as_shown(filling.questionnaire, pages, filling.seed, relevance)
    _END.run(session, {"b_key": filling.key, "state": gate.state, "ended_by": gate.key, "order": as_text(order)})


def take_places(session: Session, filling: Filling, relevance: Relevance, now: datetime) -> Gate | None:
    """Count the response in every quota it belongs to; return a quota that is full, and then count it in none."""
    quotas = [gate for gate in filling.questionnaire.gates
              if gate.state == QUOTA_FULL and _holds(gate, filling, relevance, now)]
    # In one order for everybody, so that two transactions never wait for each other.
    for gate in sorted(quotas, key=lambda gate: gate.key):
        if _is_full(session, filling, gate, for_writing=True):
            return gate
    for gate in quotas:
        _RAISE.run(session, {"b_link": filling.door.link_id, "b_quota": gate.key})
    return None


def release_places(session: Session, filling: Filling, relevance: Relevance, now: datetime) -> None:
    """Give back the places of a handed-in response that is removed."""
    for gate in filling.questionnaire.gates:
        if gate.state == QUOTA_FULL and _holds(gate, filling, relevance, now):
            session.execute(update(QuotaCount).where(
                QuotaCount.link_id == filling.door.link_id, QuotaCount.quota == gate.key, QuotaCount.n > 0,
            ).values(n=QuotaCount.n - 1))


def items_of_gates(questionnaire: Questionnaire) -> frozenset[str]:
    """Return every item whose answer takes part in deciding who is screened out or counts in a quota."""
    found: set[str] = set()
    left = [name for gate in questionnaire.gates for name in gate.names]
    while left:
        key = left.pop()
        if key not in found:
            found.add(key)
            left.extend(_named_by(questionnaire, questionnaire.item(key)))
    return frozenset(found)


def _is_full(session: Session, filling: Filling, gate: Gate, *, for_writing: bool = False) -> bool:
    place = {"link_id": filling.door.link_id, "quota": gate.key}
    rows = (_COUNT_LOCKED if for_writing else _COUNT).run(session, place)
    if not rows and for_writing:
        insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
        session.execute(insert(QuotaCount).values(**place, n=0).on_conflict_do_nothing())
        rows = _COUNT_LOCKED.run(session, place)
    return gate.limit is not None and (rows[0].n if rows else 0) >= gate.limit


# ---- judging --------------------------------------------------------------------------------------------------------
def _holds(gate: Gate, filling: Filling, relevance: Relevance, now: datetime) -> bool:
    if not all(_is_settled(filling, relevance, key, frozenset()) for key in gate.names):
        return False
    values = values_of(filling.answers(), relevance)
    return is_true(evaluate(gate.condition, values, today=filling.door.today(now)))


def values_of(answers: Mapping[str, Any], relevance: Relevance) -> dict[str, Any]:
    """Return the answers as conditions see them: what is not asked, or was not asked in the end, is empty."""
    return {**{key: as_value(answer) for key, answer in answers.items()}, **relevance.values}


def _is_settled(filling: Filling, relevance: Relevance, key: str, asked: frozenset[str]) -> bool:
    """Tell whether nothing that is still to come can change what the item's answer is."""
    item = filling.questionnaire.item(key)
    if item.kind == "hidden" or key in asked:
        return True
    if item.takes_answer and relevance.shows_item(item):
        stored = filling.pages.get(item.item.section)
        return stored is not None and stored.visits > 0 and key in stored.answers
    return all(_is_settled(filling, relevance, name, asked | {key}) for name in _named_by(filling.questionnaire, item))


def _named_by(questionnaire: Questionnaire, item: CompiledItem) -> set[str]:
    trees = (questionnaire.page_of(item).show_if, item.show_if, item.calculation)
    return {name for tree in trees if tree is not None for name in references(tree)}
