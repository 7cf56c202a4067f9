"""Boundaries are moved, memos written, and every step taken back and done again; a round hides memos as codings."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotAllowed, NotFound, Overtaken, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding, LinkCoding, Memo
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import finish_coding, open_round
from surveyapp.services.coding import (
    apply_code,
    apply_link,
    change_coding,
    delete_coding,
    delete_link,
    set_edited_quote,
)
from surveyapp.services.coding_history import redo_last, undo_last
from surveyapp.services.edges import END, START, change_edges, passage_by_step, passage_of_new_words
from surveyapp.services.interview import current_version, store_transcript
from surveyapp.services.memo import (
    change_memo,
    delete_memo,
    get_code,
    get_memo,
    list_code_memos,
    list_memos,
    write_code_memo,
    write_interview_memo,
    write_segment_memo,
)
from surveyapp.services.passage import seen_codings
from surveyapp.services.text_correction import replace_words
from surveyapp.services.transcript import transcript_of
from tests.factories import coding as make

WORDS = "前后登了五个系统，最后还是自己拿表格拼的。"
LINK = "因为各条线的系统互相不通，所以我手里的客户永远是半张脸。"


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return make.bank_study(session)


@pytest.fixture
def ann(study: Study) -> Account:
    with transaction() as session:
        return make.member(session, study, "ann")


@pytest.fixture
def bob(study: Study) -> Account:
    with transaction() as session:
        return make.member(session, study, "bob")


@pytest.fixture
def interview(study: Study) -> Interview:
    with transaction() as session:
        return make.interview(session, study)


def code(study: Study, interview: Interview, account: Account, words: str = WORDS, key: str = "CAU.TECH") -> Coding:
    with transaction() as session:
        return apply_code(session, study, interview, account, make.passage(session, interview, words), key)


def move(study: Study, interview: Interview, account: Account, row: Coding | LinkCoding, words: str) -> None:
    with transaction() as session:
        change_edges(session, study, interview, account, type(row), row.id, make.passage(session, interview, words),
                     version=session.get_one(type(row), row.id).version)


def quotes(interview: Interview, account: Account) -> list[str]:
    close_read_session()
    return [row.quote for row in seen_codings(read_session(), interview, account)]


# ---- edges ----------------------------------------------------------------------------------------------------------
def test_a_moved_edge_makes_the_coding_point_to_other_words_and_is_recorded(study: Study, interview: Interview,
                                                                           ann: Account):
    made = code(study, interview, ann)

    move(study, interview, ann, made, "登了五个系统")

    assert quotes(interview, ann) == ["登了五个系统"]
    deed = read_session().scalars(select(Audit).where(Audit.action == "change_edges")).one()
    assert deed.before["segment"] == made.segment_id
    assert deed.after["segment"] == read_session().get(Coding, made.id).segment_id != made.segment_id


@pytest.mark.parametrize("change", [{"start": 1}, {"quote": "other"}, {"version_sha256": "0" * 64}])
def test_an_edge_is_moved_only_to_words_that_are_there(study: Study, interview: Interview, ann: Account, change: dict):
    made = code(study, interview, ann)
    passage = replace(make.passage(read_session(), interview, "登了五个系统"), **change)

    with pytest.raises(Stale), transaction() as session:
        change_edges(session, study, interview, ann, Coding, made.id, passage, version=1)

    assert quotes(interview, ann) == [WORDS]


def test_an_edge_moved_in_two_windows_is_refused_the_second_time(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)
    move(study, interview, ann, made, "登了五个系统")

    with pytest.raises(Stale, match="another window"), transaction() as session:
        change_edges(session, study, interview, ann, Coding, made.id, make.passage(session, interview, "上周。"),
                     version=1)


def test_two_codings_that_say_the_same_never_come_to_the_same_words(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)
    code(study, interview, ann, "登了五个系统")

    with pytest.raises(Refused, match="the same code already"):
        move(study, interview, ann, made, "登了五个系统")


def test_only_the_coder_moves_an_edge_and_not_after_a_finished_round(study: Study, interview: Interview, ann: Account,
                                                                    bob: Account):
    made = code(study, interview, ann)
    with pytest.raises(NotAllowed):
        move(study, interview, bob, made, "登了五个系统")
    with transaction() as session:
        open_round(session, study, interview, [ann.id, bob.id])
        finish_coding(session, study, interview, ann)

    with pytest.raises(Refused, match="finished coding"):
        move(study, interview, ann, made, "登了五个系统")


@pytest.mark.parametrize(("edge", "step", "wanted"), [
    (START, -1, "上周。" + WORDS), (END, 1, WORDS + LINK), (START, 1, None), (END, -1, None),
])
def test_edges_step_by_sentence_without_a_script(study: Study, interview: Interview, ann: Account, edge: str, step: int,
                                                 wanted: str | None):
    made = code(study, interview, ann)
    session, sha = read_session(), current_version(read_session(), interview).sha256

    if wanted is None:
        with pytest.raises(BadInput, match="no sentence further"):
            passage_by_step(session, interview, made, edge, step, sha)
        return
    assert passage_by_step(session, interview, made, edge, step, sha).quote == wanted


def test_edges_step_over_the_border_of_a_turn(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann, "客户怎么说？")
    session, sha = read_session(), current_version(read_session(), interview).sha256

    found = passage_by_step(session, interview, made, END, 1, sha)

    assert found.quote == "客户怎么说？\n答：客户👨‍👩‍👧说好。"


def test_edges_are_put_where_the_exact_words_are(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann, "说好。")
    session, sha = read_session(), current_version(read_session(), interview).sha256

    assert passage_of_new_words(session, interview, made, " 👨‍👩‍👧说好。\r\n", sha).quote == "👨‍👩‍👧说好。"
    with pytest.raises(BadInput, match="do not occur"):
        passage_of_new_words(session, interview, made, "𠮷先生", sha)
    with pytest.raises(BadInput, match="more than once"):
        passage_of_new_words(session, interview, made, "说", sha)


# ---- undo and redo --------------------------------------------------------------------------------------------------
def test_everything_is_undone_and_done_again(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)
    move(study, interview, ann, made, "登了五个系统")
    with transaction() as session:
        change_coding(session, study, interview, ann, made.id, polarity="mixed", memo="m", version=2)
        set_edited_quote(session, study, interview, ann, Coding, made.id, {"en": "x"})
        link = apply_link(session, study, interview, ann, make.passage(session, interview, LINK),
                          cause_key="CAU.TECH", problem_key="PRB.INFO")
    move(study, interview, ann, link, "因为各条线的系统互相不通")
    with transaction() as session:
        delete_link(session, study, interview, ann, link.id)
        memo = write_interview_memo(session, study, interview, ann, "first")
        change_memo(session, study, ann, memo.id, "second", version=1)
        delete_memo(session, study, ann, memo.id)
        delete_coding(session, study, interview, ann, made.id)

    def picture() -> tuple:
        close_read_session()
        session = read_session()
        coding, other, note = session.get(Coding, made.id), session.get(LinkCoding, link.id), session.get(Memo, memo.id)
        return (coding.segment_id, coding.polarity, coding.memo, str(coding.edited_quote), coding.deleted_at is None,
                other.segment_id, other.deleted_at is None, note.text, note.deleted_at is None)

    back, pictures = [], [picture()]
    for _ in range(11):
        with transaction() as session:
            undo_last(session, study, interview, ann)
        pictures.append(picture())
    with pytest.raises(Refused, match="nothing of yours to undo"), transaction() as session:
        undo_last(session, study, interview, ann)
    for wanted in pictures[-2::-1]:
        with transaction() as session:
            redo_last(session, study, interview, ann)
        back.append(picture() == wanted)

    assert len(set(pictures)) == 12
    assert back == [True] * 11
    with pytest.raises(Refused, match="to do again"), transaction() as session:
        redo_last(session, study, interview, ann)


def test_a_new_deed_ends_what_could_be_done_again(study: Study, interview: Interview, ann: Account):
    code(study, interview, ann)
    with transaction() as session:
        undo_last(session, study, interview, ann)
    code(study, interview, ann, "上周。")

    with pytest.raises(Refused, match="to do again"), transaction() as session:
        redo_last(session, study, interview, ann)


def test_undo_after_redo_and_redo_after_undo_go_back_and_forth(study: Study, interview: Interview, ann: Account):
    code(study, interview, ann)
    code(study, interview, ann, "上周。")
    seen = []

    for deed in (undo_last, undo_last, redo_last, undo_last, redo_last, redo_last):
        with transaction() as session:
            deed(session, study, interview, ann)
        seen.append(len(quotes(interview, ann)))

    assert seen == [1, 0, 1, 0, 1, 2]


def test_an_undo_does_not_bring_back_what_another_coding_says_by_now(study: Study, interview: Interview, ann: Account):
    first, second = "前后登了五个系统，", "最后还是自己拿表格拼的。"
    made = code(study, interview, ann, first)
    code(study, interview, ann, second)
    with transaction() as session:
        delete_coding(session, study, interview, ann, made.id)
        boss = make.member(session, study, "boss", "researcher")
        sha = current_version(session, interview).sha256
        replace_words(session, study, interview, boss, first, "", sha)      # both are now at the sentence that is left

    with pytest.raises(Refused, match="in the meantime"), transaction() as session:
        undo_last(session, study, interview, ann)

    assert quotes(interview, ann) == [second]


def test_a_redo_is_refused_where_somebody_changed_the_coding_since(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)
    with transaction() as session:
        change_coding(session, study, interview, ann, made.id, polarity="mixed", memo="", version=1)
        undo_last(session, study, interview, ann)
        boss = make.member(session, study, "boss", "researcher")
        set_edited_quote(session, study, interview, boss, Coding, made.id, {"en": "x"})

    with pytest.raises(Refused, match="changed after your last step"), transaction() as session:
        redo_last(session, study, interview, ann)


# ---- both texts -----------------------------------------------------------------------------------------------------
def test_a_stale_save_says_what_both_wrote(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)
    with transaction() as session:
        change_coding(session, study, interview, ann, made.id, polarity="contradicts", memo="theirs", version=1)

    with pytest.raises(Overtaken) as refusal, transaction() as session:
        change_coding(session, study, interview, ann, made.id, polarity="mixed", memo="mine", version=1)
    with pytest.raises(Overtaken) as of_print, transaction() as session:
        set_edited_quote(session, study, interview, ann, Coding, made.id, {"en": "mine"}, version=1)

    assert [(row.name, row.mine, row.theirs) for row in refusal.value.both] == [
        ("polarity", "mixed", "contradicts"), ("memo", "mine", "theirs")]
    assert refusal.value.version == 2
    assert [(row.name, row.mine, row.theirs) for row in of_print.value.both] == [("edited_en", "mine", "")]


def test_saving_the_same_twice_is_no_conflict(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)

    for _ in range(2):
        with transaction() as session:
            change_coding(session, study, interview, ann, made.id, polarity="mixed", memo="m", version=1)

    assert read_session().get(Coding, made.id).version == 2


# ---- memos ----------------------------------------------------------------------------------------------------------
def test_memos_are_on_the_interview_on_passages_and_on_codes(study: Study, interview: Interview, ann: Account):
    with transaction() as session:
        write_segment_memo(session, study, interview, ann, make.passage(session, interview, WORDS), " five?\r\nreally ")
        write_interview_memo(session, study, interview, ann, "whole")
        write_code_memo(session, study, ann, "PRB", "too wide")

    session = read_session()
    assert [(row.kind, row.text, row.quote) for row in list_memos(session, interview, ann)] == [
        ("interview", "whole", ""), ("segment", "five?\nreally", WORDS)]
    assert [row.text for row in list_code_memos(session, get_code(session, study, "PRB"), ann)] == ["too wide"]


def test_a_memo_on_a_code_is_undone_where_it_was_written(study: Study, ann: Account):
    with transaction() as session:
        write_code_memo(session, study, ann, "PRB", "too wide")
        where = get_code(session, study, "PRB")
        undo_last(session, study, where, ann)
        assert list_code_memos(session, where, ann) == []
        redo_last(session, study, where, ann)
        assert [row.text for row in list_code_memos(session, where, ann)] == ["too wide"]


@pytest.mark.parametrize("text", ["", " \n ", "x" * 20_001])
def test_a_memo_needs_a_text_of_reasonable_length(study: Study, interview: Interview, ann: Account, text: str):
    with pytest.raises(BadInput), transaction() as session:
        write_interview_memo(session, study, interview, ann, text)


def test_a_memo_changed_in_two_windows_is_answered_with_both_texts(study: Study, interview: Interview, ann: Account):
    with transaction() as session:
        memo = write_interview_memo(session, study, interview, ann, "first")
        change_memo(session, study, ann, memo.id, "theirs", version=1)

    with pytest.raises(Overtaken) as refusal, transaction() as session:
        change_memo(session, study, ann, memo.id, "mine", version=1)

    assert [(row.mine, row.theirs) for row in refusal.value.both] == [("mine", "theirs")]


def test_a_blind_coder_learns_nothing_of_the_memos_of_another(study: Study, interview: Interview, ann: Account,
                                                             bob: Account):
    with transaction() as session:
        open_round(session, study, interview, [ann.id, bob.id])
        passage = make.passage(session, interview, WORDS)
        memos = [write_segment_memo(session, study, interview, ann, passage, "secret"),
                 write_interview_memo(session, study, interview, ann, "secret")]

    assert list_memos(read_session(), interview, bob) == []
    for memo in memos:
        for deed in (get_memo, delete_memo):
            with pytest.raises(NotFound), transaction() as session:
                deed(session, study, bob, memo.id)
    with transaction() as session:
        for coder in (ann, bob):
            finish_coding(session, study, interview, coder)
    close_read_session()
    assert len(list_memos(read_session(), interview, bob)) == 2
    with pytest.raises(NotAllowed), transaction() as session:
        change_memo(session, study, bob, memos[0].id, "mine now", version=1)


def test_a_memo_of_another_study_is_not_found(study: Study, interview: Interview, ann: Account):
    with transaction() as session:
        other = make.bank_study(session, "other")
        make.member(session, other, "ann")
        memo = write_interview_memo(session, study, interview, ann, "here")

    with pytest.raises(NotFound), transaction() as session:
        get_memo(session, other, ann, memo.id)


def test_a_text_with_memos_on_passages_is_not_replaced(study: Study, interview: Interview, ann: Account):
    with transaction() as session:
        write_segment_memo(session, study, interview, ann, make.passage(session, interview, WORDS), "why")

    with pytest.raises(Refused, match="without a place"), transaction() as session:
        store_transcript(session, study, interview, transcript_of("问：别的？\n答：别的。"))
