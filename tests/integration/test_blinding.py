"""Independent rounds: what another coder did is unknown until all have finished, wherever one asks."""

import pytest

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotAllowed, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.coding import Coding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import dissolve_round, finish_coding, open_round, resume_coding
from surveyapp.services.codebook import load_codebook
from surveyapp.services.coding import apply_code, change_coding, delete_coding, get_seen, set_edited_quote
from surveyapp.services.coding_page import load_added_coding, load_coding_page
from surveyapp.services.coding_rows import coding_rows
from surveyapp.services.interview_log import list_log
from surveyapp.services.passage import (
    count_codes,
    count_codings,
    list_passages,
    load_code_page,
    recent_codes,
    seen_codings,
)
from tests.factories import coding as make

WORDS = "前后登了五个系统，最后还是自己拿表格拼的。"


class Round:
    """An interview given blind to Ann and Bob; Ann has coded."""

    def __init__(self) -> None:
        with transaction() as session:
            self.study = make.bank_study(session)
            self.ann, self.bob, self.eve = (make.member(session, self.study, name) for name in ("ann", "bob", "eve"))
            self.boss = make.member(session, self.study, "boss", "researcher")
            self.interview = make.interview(session, self.study)
            open_round(session, self.study, self.interview, [self.ann.id, self.bob.id], self.boss)
            self.coding = apply_code(session, self.study, self.interview, self.ann,
                                     make.passage(session, self.interview, WORDS), "CAU.TECH")

    def finish(self, *accounts: Account) -> None:
        with transaction() as session:
            for account in accounts:
                finish_coding(session, self.study, self.interview, account)
        close_read_session()


@pytest.fixture
def running(any_database: Database) -> Round:
    return Round()


def what_is_known(study: Study, interview: Interview, account: Account, coding: Coding) -> list[int]:
    """How much of Ann's one coding each way of asking tells the account."""
    close_read_session()
    session = read_session()
    codebook = load_codebook(session, study)
    page = load_coding_page(session, study, interview, account)
    counts = count_codes(session, study, account, codebook)
    try:
        touched = load_added_coding(session, study, interview, account, f"c{coding.id}", (0, 10**6)).turns
    except NotFound:
        touched = ()
    try:
        get_seen(session, interview, account, Coding, coding.id)
        found = 1
    except NotFound:
        found = 0
    return [
        found, len(seen_codings(session, interview, account)), page.n_codings,
        sum(1 for turn in page.turns for run in turn.runs if run.marks), sum(turn.n_codings for turn in touched),
        count_codings(session, study, account).get(interview.id, 0), list_log(session, study, account)[0].n_codings,
        counts["CAU"].n_passages, counts["CAU.TECH"].n_interviewees, len(counts["CAU"].by_role),
        len(list_passages(session, study, account, [codebook.get("CAU.TECH").id])),
        load_code_page(session, study, account, "CAU", {}).n_all,
    ]


N_WAYS = 12


def test_the_other_coder_knows_nothing_however_they_ask(running: Round):
    assert what_is_known(running.study, running.interview, running.bob, running.coding) == [0] * N_WAYS
    assert recent_codes(read_session(), running.study, running.bob) == []


def test_a_coder_knows_their_own_codings(running: Round):
    assert what_is_known(running.study, running.interview, running.ann, running.coding) == [1] * N_WAYS


def test_a_coder_outside_the_round_knows_nothing_either(running: Round):
    assert what_is_known(running.study, running.interview, running.eve, running.coding) == [0] * N_WAYS


def test_the_researcher_who_does_not_code_sees_it_all(running: Round):
    assert what_is_known(running.study, running.interview, running.boss, running.coding) == [1] * N_WAYS


def test_one_who_finishes_first_still_sees_nothing_of_the_other(running: Round):
    running.finish(running.bob)

    assert what_is_known(running.study, running.interview, running.bob, running.coding) == [0] * N_WAYS


def test_when_all_have_finished_everybody_sees_it(running: Round):
    running.finish(running.ann, running.bob)

    for account in (running.bob, running.eve, running.boss):
        assert what_is_known(running.study, running.interview, account, running.coding) == [1] * N_WAYS


def test_a_researcher_who_codes_in_the_round_is_as_blind_as_the_others(any_database: Database):
    with transaction() as session:
        study = make.bank_study(session)
        ann, boss = make.member(session, study, "ann"), make.member(session, study, "boss", "researcher")
        interview = make.interview(session, study)
        open_round(session, study, interview, [ann.id, boss.id])
        coding = apply_code(session, study, interview, ann, make.passage(session, interview, WORDS), "CAU.TECH")

    assert what_is_known(study, interview, boss, coding) == [0] * N_WAYS
    with pytest.raises(NotFound), transaction() as session:
        set_edited_quote(session, study, interview, boss, Coding, coding.id, {"en": "x"})
    with pytest.raises(NotAllowed, match="not finished"), transaction() as session:
        dissolve_round(session, study, interview, boss)


def test_a_hidden_coding_cannot_be_changed_or_told_from_one_that_is_not_there(running: Round):
    with pytest.raises(NotFound), transaction() as session:
        change_coding(session, running.study, running.interview, running.bob, running.coding.id, polarity="mixed",
                      memo="", version=1)
    with pytest.raises(NotFound), transaction() as session:
        delete_coding(session, running.study, running.interview, running.bob, running.coding.id)


def test_a_coder_outside_the_round_may_not_code_in_it(running: Round):
    with pytest.raises(NotAllowed, match="independently"), transaction() as session:
        apply_code(session, running.study, running.interview, running.eve,
                   make.passage(session, running.interview, WORDS), "PRB")


def test_finishing_is_taken_back_only_until_all_have_finished(running: Round):
    running.finish(running.ann)
    with pytest.raises(Refused, match="You have finished"), transaction() as session:
        delete_coding(session, running.study, running.interview, running.ann, running.coding.id)

    with transaction() as session:
        resume_coding(session, running.study, running.interview, running.ann)
        change_coding(session, running.study, running.interview, running.ann, running.coding.id, polarity="mixed",
                      memo="", version=1)
    running.finish(running.ann, running.bob)

    with pytest.raises(Refused, match="may have seen"), transaction() as session:
        resume_coding(session, running.study, running.interview, running.ann)
    with pytest.raises(Refused, match="agreement between the coders"), transaction() as session:
        delete_coding(session, running.study, running.interview, running.ann, running.coding.id)


def test_words_for_print_may_be_cleared_after_the_round(running: Round):
    running.finish(running.ann, running.bob)

    with transaction() as session:
        set_edited_quote(session, running.study, running.interview, running.ann, Coding, running.coding.id, {"en": "x"})

    assert read_session().get(Coding, running.coding.id).edited_quote == {"en": "x"}


def test_only_a_round_two_have_finished_counts_as_double_coded(running: Round):
    running.finish(running.ann)
    one = coding_rows(read_session(), running.study).double_coded
    running.finish(running.bob)
    rows = coding_rows(read_session(), running.study)

    assert (one, rows.double_coded, rows.finished) == ((), ("I01",), {"I01": ("Ann", "Bob")})


def test_a_dissolved_round_counts_no_more_and_lets_people_code(running: Round):
    running.finish(running.ann, running.bob)

    with transaction() as session:
        dissolve_round(session, running.study, running.interview, running.boss)
        delete_coding(session, running.study, running.interview, running.ann, running.coding.id)

    assert coding_rows(read_session(), running.study).double_coded == ()


def test_a_round_needs_two_coders_of_the_study_and_is_opened_once(running: Round):
    with transaction() as session:
        other = make.interview(session, running.study, key="OTHER")
        stranger = make.member(session, make.bank_study(session, "other"), "stranger")

    for coders in ([], [running.ann.id], [running.ann.id, running.ann.id], [running.ann.id, stranger.id]):
        with pytest.raises(BadInput, match="at least 2 coders"), transaction() as session:
            open_round(session, running.study, other, coders)
    with pytest.raises(Refused, match="a round already"), transaction() as session:
        open_round(session, running.study, running.interview, [running.ann.id, running.bob.id])
