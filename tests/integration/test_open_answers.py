"""Answers to open items are coded like interviews and are no interviewees: they count in comments."""

import pytest
from sqlalchemy import update

from surveyapp.dataset import load_interviews
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import NotFound
from surveyapp.models.interview import ANSWERS, Interview
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coding import apply_code
from surveyapp.services.coding_rows import coding_rows
from surveyapp.services.interview import get_conversation, get_interview, list_interviews, log_interview
from surveyapp.services.interview_log import fieldwork_of, list_log
from surveyapp.services.passage import count_codes, list_passages
from surveyapp.services.progress import n_interviews
from tests.factories import coding as make

WORDS = "因为各条线的系统互相不通，所以我手里的客户永远是半张脸。"


@pytest.fixture
def answers(any_database: Database) -> Interview:
    """A text of answers in which Ann has coded a line; the study has no interview."""
    with transaction() as session:
        study = make.bank_study(session)
        ann = make.member(session, study, "ann")
        source = make.interview(session, study)
        session.execute(update(Interview).values(kind=ANSWERS))
        apply_code(session, study, source, ann, make.passage(session, source, WORDS), "CAU.TECH")
    close_read_session()
    return source


def test_open_answers_are_no_interviewees_wherever_people_are_counted(answers: Interview):
    session = read_session()
    study, ann = make.find_study(session), make.find(session, "ann")
    codebook = load_codebook(session, study)

    counted = {
        "list": len(list_interviews(session, study)), "log": len(list_log(session, study, ann)),
        "fieldwork": fieldwork_of(list_interviews(session, study), None).n_held,
        "study": n_interviews(session, study), "rows": len(coding_rows(session, study).codings),
        "codes": count_codes(session, study, ann, codebook)["CAU.TECH"].n_interviewees,
        "passages": len(list_passages(session, study, ann, [row.id for row in codebook.entries])),
    }

    assert counted == dict.fromkeys(counted, 0)
    assert load_interviews(session, study) is None
    assert [row.code for row in coding_rows(session, study, ANSWERS).codings] == ["CAU.TECH"]


def test_open_answers_take_no_number_from_the_interviews(answers: Interview):
    with transaction() as session:
        first = log_interview(session, make.find_study(session), make.log())

    assert first.key == "I02"       # I01 is the key of the text of this test


def test_open_answers_have_no_log_entry_to_change(answers: Interview):
    session = read_session()
    study = make.find_study(session)

    assert get_interview(session, study, answers.id).kind == ANSWERS
    with pytest.raises(NotFound, match="holds answers to an open question"):
        get_conversation(session, study, answers.id)
