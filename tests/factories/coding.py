"""Interviews with a text, and coders, as small tables."""

from __future__ import annotations

from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.template import StudyTemplate
from instruments.template_loader import load_catalogue_template
from surveyapp.models.account import Account
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.account import add_account, add_member, find_account
from surveyapp.services.interview import InterviewLog, current_version, import_interview
from surveyapp.services.segment import Passage
from surveyapp.services.study import create_study

PASSWORD = "a long enough password"
TEXT = ("问：𠮷先生，最近一次查客户信息是什么情形？👍🏽\n"
        "答：上周。前后登了五个系统，最后还是自己拿表格拼的。因为各条线的系统互相不通，所以我手里的客户永远是半张脸。\n"
        "问：客户怎么说？\n"
        "答：客户👨‍👩‍👧说好。也有说不好的。\n")


@cache
def bank_template() -> StudyTemplate:
    return load_catalogue_template("bank_crm")


def bank_study(session: Session, name: str = "bank") -> Study:
    return create_study(session, bank_template(), name)


def member(session: Session, study: Study, login: str, role: str = "coder") -> Account:
    account = find_account(session, login) or add_account(session, login, login.capitalize(), role, PASSWORD)
    add_member(session, study, account)
    return account


def log(**changes: object) -> InterviewLog:
    values = {"role": "relationship_manager", "audience": "staff", "has_consent": True, "record": "verbatim",
              "language": "zh"}
    return InterviewLog(**{**values, **changes})


def interview(session: Session, study: Study, text: str = TEXT, **changes: object) -> Interview:
    return import_interview(session, study, filename="a.txt", content=text.encode(), log=log(**changes))


def passage(session: Session, of: Interview, words: str) -> Passage:
    """The only place of the words in the interview's text."""
    version = current_version(session, of)
    assert version is not None
    assert version.text.count(words) == 1
    start = version.text.index(words)
    return Passage(start, start + len(words), words, version.sha256)


def find_study(session: Session, name: str = "bank") -> Study:
    return session.scalars(select(Study).where(Study.name == name)).one()


def find(session: Session, login: str) -> Account:
    account = find_account(session, login)
    assert account is not None
    return account
