"""A study with a hand-made diagnosis and raters, for tests of the joint display."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from analysis.results.diagnosis import Diagnosis, InterviewEvidence
from analysis.results.joint import COMPONENTS
from surveyapp.models.account import Account
from surveyapp.models.study import Study
from surveyapp.services.diagnosis import store_diagnosis
from surveyapp.services.joint import Display, evidence_hash, load_display
from surveyapp.services.joint_judgement import Judgement, Statement
from surveyapp.services.study import get_wave
from tests.factories import coding as make
from tests.factories.diagnosis import rich_diagnosis

REASON = "Both say so, and in the same words."
RATERS = ("ann", "ben", "eve")


def diagnosed_study(session: Session) -> Study:
    """Return the bank study with a diagnosis made by hand and three researchers."""
    study = make.bank_study(session)
    for login in RATERS:
        make.member(session, study, login, "researcher")
    diagnose_again(session, study, rich_diagnosis(make.bank_template()))
    return study


def diagnose_again(session: Session, study: Study, diagnosis: Diagnosis) -> None:
    store_diagnosis(session, study, get_wave(session, study), diagnosis)


def changed_diagnosis() -> Diagnosis:
    """Return the diagnosis with one more interviewee who speaks of incomplete information; no order changes."""
    found = rich_diagnosis(make.bank_template())

    def more(said: InterviewEvidence | None) -> InterviewEvidence | None:
        return replace(said, supports=said.supports + 1) if said is not None and said.code == "PRB.INFO" else said

    return replace(found, interviews=tuple(filter(None, map(more, found.interviews))),
                   problems=tuple(replace(one, interview=more(one.interview)) for one in found.problems))


def display(session: Session, account: Account | None = None) -> Display:
    found = load_display(session, make.find_study(session), account)
    assert found is not None
    return found


def judgement(session: Session, key: str, choice: str = "partial_agreement", **changes: object) -> Judgement:
    """Return a judgement on the row as it stands now."""
    row = display(session).row(key)
    assert row is not None
    values = {"choice": choice, "is_complementary": False, "reason": REASON, "answer_kind": "", "answer": "",
              "evidence": evidence_hash(row)}
    return Judgement(**{**values, **changes})


def statement(session: Session, key: str, **changes: object) -> Statement:
    claim = display(session).claim(key)
    assert claim is not None
    values = {"components": {name: ("minor", f"Small doubts about {name} only.") for name in COMPONENTS},
              "overall": "moderate", "reason": "Four small doubts, none grave.", "evidence": evidence_hash(claim)}
    return Statement(**{**values, **changes})
