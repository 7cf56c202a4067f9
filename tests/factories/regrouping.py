"""Merges and splits of codes: coders who code, a researcher who regroups, and what stands afterwards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.template import CodeDefinition
from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.codebook import Regrouping
from surveyapp.models.coding import Code, Coding, LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import finish_coding, open_round
from surveyapp.services.code_split import BESIDE, assign_places, finish_split, load_split, start_split
from surveyapp.services.coding import apply_code, apply_link
from surveyapp.services.interview import get_interview
from surveyapp.services.regrouping import mark_state, merge_codes, take_back
from surveyapp.services.study import get_study
from tests.factories import coding as make

FIRST, SECOND, THIRD = "前后登了五个系统", "最后还是自己拿表格拼的", "永远是半张脸"
OLD, INTO = "CAU.TECH", "CAU.COORD"


def team(session: Session) -> Study:
    """A bank study with a researcher and two coders."""
    made = make.bank_study(session)
    for login, role in (("boss", "researcher"), ("ann", "coder"), ("ben", "coder")):
        make.member(session, made, login, role)
    return made


def give(of: Interview, login: str, words: str, key: str, **more: Any) -> int:
    with transaction() as session:
        study = get_study(session, of.study_id)
        return apply_code(session, study, get_interview(session, study, of.id), make.find(session, login),
                          make.passage(session, of, words), key, **more).id


def link(of: Interview, cause: str) -> int:
    with transaction() as session:
        study = get_study(session, of.study_id)
        return apply_link(session, study, get_interview(session, study, of.id), make.find(session, "ann"),
                          make.passage(session, of, FIRST), cause_key=cause, problem_key="PRB.INFO").id


def fresh() -> Session:
    close_read_session()
    return read_session()


def number(key: str) -> int:
    return fresh().scalars(select(Code.id).where(Code.key == key)).one()


def merge(study: Study, old: str = OLD, into: str = INTO) -> int:
    old_id, into_id = number(old), number(into)
    with transaction() as session:
        return merge_codes(session, get_study(session, study.id), old_id, into_id, make.find(session, "boss")).id


def back(study: Study, regrouping: int) -> None:
    with transaction() as session:
        take_back(session, get_study(session, study.id), regrouping, make.find(session, "boss"))


def states() -> dict[str, Any]:
    """Everything of codings, links and codes that a regrouping may change."""
    session = fresh()
    found: dict[str, Any] = {f"{kind.__name__} {row.id}": mark_state(row)
                             for kind in (Coding, LinkCoding) for row in session.scalars(select(kind))}
    return found | {row.key: (row.is_active, row.merged_into_id) for row in session.scalars(select(Code))}


def keys_of(login: str) -> list[tuple[str, str, str]]:
    """Code, polarity and memo of the coder's live codings, by number."""
    session = fresh()
    found = (select(Code.key, Coding.polarity, Coding.memo).join(Coding, Coding.code_id == Code.id)
             .where(Coding.deleted_at.is_(None), Coding.account_id == make.find(session, login).id).order_by(Coding.id))
    return [(key, polarity, memo) for key, polarity, memo in session.execute(found)]


def open_for(study: Study, interview: Interview, *logins: str) -> None:
    with transaction() as session:
        own = get_study(session, study.id)
        open_round(session, own, get_interview(session, own, interview.id),
                   [make.find(session, login).id for login in logins])


def finish(study: Study, interview: Interview, *logins: str) -> None:
    with transaction() as session:
        own = get_study(session, study.id)
        for login in logins:
            finish_coding(session, own, get_interview(session, own, interview.id), make.find(session, login))


def new_codes(*keys: str) -> list[CodeDefinition]:
    return [CodeDefinition(key, None, {"en": f"Name {key}", "zh": f"名称{key}"}, {}) for key in keys]


def split(study: Study, *keys: str, key: str = OLD, place: str = BESIDE, is_for_all: bool = False) -> int:
    code_id = number(key)
    with transaction() as session:
        return start_split(session, get_study(session, study.id), code_id, new_codes(*keys), place=place,
                           is_for_all=is_for_all, account=make.find(session, "boss")).id


def left(study: Study, regrouping: int) -> Any:
    session = fresh()
    return load_split(session, study, session.get_one(Regrouping, regrouping), make.find(session, "boss"))


def assign(study: Study, regrouping: int, chosen: dict[str, str]) -> tuple[int, int]:
    with transaction() as session:
        return assign_places(session, get_study(session, study.id), regrouping, chosen, make.find(session, "boss"))


def end(study: Study, regrouping: int) -> bool:
    with transaction() as session:
        return finish_split(session, get_study(session, study.id), regrouping, make.find(session, "boss"))
