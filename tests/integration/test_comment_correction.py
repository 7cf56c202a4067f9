"""A comment in which a name was found late is corrected: codings, counts and candidates stay with their comments."""

import pytest
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.models.coding import Coding, Segment
from surveyapp.models.comment import PROBLEM, CandidateLine, CommentSource
from surveyapp.models.interview import Turn
from surveyapp.models.study import Study
from surveyapp.services.candidate import CandidateText, add_lines, nominate_candidate
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coding_history import redo_last, undo_last
from surveyapp.services.comment_counts import count_comments
from surveyapp.services.interview import current_version, get_interview, list_turns
from surveyapp.services.study import get_study
from surveyapp.services.text_correction import correct_turn, purge_texts
from tests.factories import questionnaire
from tests.factories.comments import account, code, page, ready


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return questionnaire.study(session)


def test_a_corrected_comment_keeps_its_codings_as_a_whole_line(study: Study):
    source, ann, boss = ready(study), account(study, "ann"), account(study, "boss", "researcher")
    code(study, source, ann, ("系统太多", "培训太少"))
    with transaction() as session:
        interview = get_interview(session, get_study(session, study.id), source.interview_id)
        version = current_version(session, interview)
        turn = next(turn for turn in list_turns(session, version)
                    if version.text[turn.start:turn.end].startswith("系统太多"))
        words = "我们王经理的系统太多，\r\n来回切换。真的。"
        correct_turn(session, study, interview, boss, turn.number, words, version.sha256)
        purge_texts(session, study, interview, boss)
    close_read_session()
    session = read_session()

    shown = page(study, source, ann)
    quotes = set(session.scalars(select(Segment.quote).join(Coding, Coding.segment_id == Segment.id)))
    assert quotes == {"我们王经理的系统太多， 来回切换。真的。", "培训太少，新人没人带。"}
    assert {row.prefix + row.suffix for row in session.scalars(select(Segment))} == {""}       # no other person's words
    assert (shown.n_all, shown.n_coded) == (8, 2)
    counts = count_comments(session, study, ann, load_codebook(session, study))
    assert counts.n_all == 8


def test_a_batch_is_undone_and_done_again_after_a_correction(study: Study):
    source, ann, boss = ready(study), account(study, "ann"), account(study, "boss", "researcher")
    code(study, source, ann, ("系统太多", "培训太少"))
    with transaction() as session:
        interview = get_interview(session, get_study(session, study.id), source.interview_id)
        version = current_version(session, interview)
        correct_turn(session, study, interview, boss, 1, "换了说法。", version.sha256)
    seen = []

    for deed in (undo_last, redo_last):
        with transaction() as session:
            deed(session, study, get_interview(session, study, source.interview_id), ann)
        close_read_session()
        seen.append(page(study, source, ann).n_coded)

    assert seen == [0, 2]


def test_what_speaks_for_a_candidate_does_so_after_a_correction(study: Study):
    source, boss = ready(study), account(study, "boss", "researcher")
    with transaction() as session:
        row = nominate_candidate(session, get_study(session, study.id), CandidateText(
            PROBLEM, {"en": "Change", "zh": "变化"}, {"en": "Change", "zh": "变化"}), boss)
        interview = get_interview(session, study, source.interview_id)
        version = current_version(session, interview)
        add_lines(session, study, row, session.get_one(CommentSource, source.id), [2], boss)
        correct_turn(session, study, interview, boss, 2, "换了说法。", version.sha256)
        purge_texts(session, study, interview, boss)

    close_read_session()
    session = read_session()
    turn = session.get(Turn, session.scalars(select(CandidateLine)).one().turn_id)
    assert current_version(session, interview).text[turn.start:turn.end] == "换了说法。"
