"""Rounds with two coders who disagree, as small tables."""

from __future__ import annotations

from sqlalchemy.orm import Session

from surveyapp.models.account import Account
from surveyapp.models.interview import Interview
from surveyapp.models.round import CodingRound
from surveyapp.models.study import Study
from surveyapp.services.blinding import finish_coding
from surveyapp.services.coding import apply_code, apply_link
from surveyapp.services.interview import get_interview
from surveyapp.services.round import Draw, close_round, open_main_round
from tests.factories import coding as make

ONE, TWO, THREE = "前后登了五个系统，最后还是自己拿表格拼的。", "上周。", "客户👨‍👩‍👧说好。"
BOTH = "因为各条线的系统互相不通，所以我手里的客户永远是半张脸。"
# words, code of Ann, code of Bob; a code may bring its polarity
MARKS = ((ONE, "CAU.TECH", "CAU.TECH"), (BOTH, "PRB.INFO", "PRB.DIFF"), (THREE, "PRB.GOAL", "PRB.GOAL contradicts"),
         (TWO, "CAU.COORD", ""))


def people(session: Session, study: Study) -> tuple[Account, Account, Account]:
    """Ann and Bob who code, and Boss who runs the study."""
    ann, bob = (make.member(session, study, name) for name in ("ann", "bob"))
    return ann, bob, make.member(session, study, "boss", "researcher")


def open_round(session: Session, study: Study, n: int = 1, **draw: object) -> tuple[CodingRound, list[Interview]]:
    """A main round over n interviews, all of them for Ann and Bob."""
    ann, bob, boss = people(session, study)
    texts = [make.interview(session, study, key=f"I{number:02d}") for number in range(1, n + 1)]
    wanted = Draw((ann.id, bob.id), **{"share": 1.0, "seed": 7, **draw})
    return open_main_round(session, study, wanted, boss), texts


def code(session: Session, study: Study, interview: Interview, who: Account, words: str, what: str) -> None:
    key, _, polarity = what.partition(" ")
    apply_code(session, study, interview, who, make.passage(session, interview, words), key,
               polarity=polarity or "supports", memo=f"memo of {who.login}")


def disagree(session: Session, study: Study, interview: Interview) -> None:
    """Ann and Bob code the interview: once alike, once another code, once another polarity, once Ann alone."""
    ann, bob, _ = people(session, study)
    for words, first, second in MARKS:
        for who, what in ((ann, first), (bob, second)):
            if what:
                code(session, study, interview, who, words, what)
    apply_link(session, study, interview, ann, make.passage(session, interview, BOTH), cause_key="CAU.TECH",
               problem_key="PRB.INFO")


def finish(session: Session, study: Study, texts: list[Interview]) -> None:
    for interview in texts:
        for who in people(session, study)[:2]:
            finish_coding(session, study, interview, who)


def closed_round(session: Session, study: Study, n: int = 1) -> tuple[CodingRound, list[Interview]]:
    """A closed round in which Ann and Bob disagree in every interview."""
    row, texts = open_round(session, study, n)
    for interview in texts:
        disagree(session, study, interview)
    finish(session, study, texts)
    close_round(session, study, row, people(session, study)[2])
    return row, [get_interview(session, study, interview.key) for interview in texts]
