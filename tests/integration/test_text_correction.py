"""A text is corrected after it was coded: codings move with their words, touched ones wait for a review."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import AppError, BadInput, NotAllowed, NotFound, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding, LinkCoding, Memo, Segment
from surveyapp.models.interview import Interview, TranscriptFile, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.blinding import finish_coding, open_round
from surveyapp.services.coding import apply_code, apply_link, delete_coding
from surveyapp.services.coding_history import redo_last, undo_last
from surveyapp.services.edges import accept_review, change_edges
from surveyapp.services.interview import current_version, list_turns
from surveyapp.services.memo import write_segment_memo
from surveyapp.services.passage import seen_codings
from surveyapp.services.segment import Passage
from surveyapp.services.text_correction import (
    correct_turn,
    get_version,
    list_versions,
    purge_texts,
    replace_words,
)
from tests.factories import coding as make

WORDS = "前后登了五个系统，最后还是自己拿表格拼的。"
LINK = "因为各条线的系统互相不通，所以我手里的客户永远是半张脸。"


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return make.bank_study(session)


@pytest.fixture
def boss(study: Study) -> Account:
    with transaction() as session:
        return make.member(session, study, "boss", "researcher")


@pytest.fixture
def interview(study: Study) -> Interview:
    with transaction() as session:
        return make.interview(session, study)


def code(study: Study, interview: Interview, account: Account, words: str = WORDS, key: str = "CAU.TECH") -> Coding:
    with transaction() as session:
        return apply_code(session, study, interview, account, make.passage(session, interview, words), key)


def correct(study: Study, interview: Interview, account: Account, number: int, old: str, new: str) -> None:
    with transaction() as session:
        version = current_version(session, interview)
        turn = next(turn for turn in list_turns(session, version) if turn.number == number)
        words = version.text[turn.start:turn.end]
        assert old in words
        correct_turn(session, study, interview, account, number, words.replace(old, new), version.sha256)
    close_read_session()


def seen(interview: Interview, account: Account) -> list[tuple[str, bool, str]]:
    close_read_session()
    return [(row.quote, row.needs_review, row.former_quote)
            for row in seen_codings(read_session(), interview, account)]


def check_every_passage(interview: Interview) -> None:
    """Every stored passage says its own words, and whatever is coded or noted sits in the newest text."""
    close_read_session()
    session = read_session()
    texts = {row.id: row.text for row in session.scalars(select(TranscriptVersion))}
    for segment in session.scalars(select(Segment)):
        text = texts[segment.version_id]
        assert text[segment.start:segment.end] == segment.quote
        assert segment.quote.strip()
        assert text[:segment.start].endswith(segment.prefix)
        assert text[segment.end:].startswith(segment.suffix)
    newest = current_version(session, interview)
    for kind in (Coding, LinkCoding, Memo):
        for number in session.scalars(select(kind.segment_id).where(kind.interview_id == interview.id,
                                                                    kind.segment_id.is_not(None))):
            assert session.get_one(Segment, number).version_id == newest.id
    for turn in list_turns(session, newest):
        assert newest.text[turn.start:turn.end].strip() == newest.text[turn.start:turn.end] != ""


# ---- moving ---------------------------------------------------------------------------------------------------------
def test_codings_move_with_their_words_and_only_touched_ones_wait_for_a_review(study: Study, interview: Interview,
                                                                              boss: Account):
    for words in ("最近一次", WORDS, "也有说不好的。"):
        code(study, interview, boss, words)

    correct(study, interview, boss, 2, "五个系统", "四五个不同的系统")

    new = "前后登了四五个不同的系统，最后还是自己拿表格拼的。"
    assert seen(interview, boss) == [("最近一次", False, ""), (new, True, WORDS), ("也有说不好的。", False, "")]
    check_every_passage(interview)


def test_the_old_text_stays_readable_and_the_log_holds_no_words(study: Study, interview: Interview, boss: Account):
    correct(study, interview, boss, 2, "上周", "上个月")

    versions = list_versions(read_session(), interview)
    assert [row.number for row in versions] == [2, 1]
    assert get_version(read_session(), interview, 1).text == make.TEXT
    deed = read_session().scalars(select(Audit).where(Audit.action == "correct_text")).one()
    assert deed.after["version"] == 2
    assert "上个月" not in str((deed.before, deed.after))


def test_turns_keep_speaker_and_number_and_take_in_what_is_put_at_their_borders(study: Study, interview: Interview,
                                                                              boss: Account):
    whole = code(study, interview, boss, "客户怎么说？")

    correct(study, interview, boss, 3, "客户怎么说？", "那么，客户怎么说？您讲。")

    version = current_version(read_session(), interview)
    turns = list_turns(read_session(), version)
    assert [version.text[turn.start:turn.end] for turn in turns][2] == "那么，客户怎么说？您讲。"
    assert [(turn.number, turn.speaker) for turn in turns] == [(1, "问"), (2, "答"), (3, "问"), (4, "答")]
    # A passage that was its whole turn is so still.
    assert read_session().get(Segment, read_session().get(Coding, whole.id).segment_id).quote == (
        "那么，客户怎么说？您讲。")


def test_a_passage_that_is_gone_gets_the_sentence_at_its_place_and_waits(study: Study, interview: Interview,
                                                                        boss: Account):
    code(study, interview, boss, "前后登了五个系统，")

    correct(study, interview, boss, 2, "前后登了五个系统，", "")

    assert seen(interview, boss) == [("最后还是自己拿表格拼的。", True, "前后登了五个系统，")]
    check_every_passage(interview)


def test_links_and_memos_move_too(study: Study, interview: Interview, boss: Account):
    with transaction() as session:
        apply_link(session, study, interview, boss, make.passage(session, interview, LINK), cause_key="CAU.TECH",
                   problem_key="PRB.INFO")
        write_segment_memo(session, study, interview, boss, make.passage(session, interview, WORDS), "why five?")

    correct(study, interview, boss, 2, "五个", "六个")

    check_every_passage(interview)
    memo = read_session().scalars(select(Memo)).one()
    link = read_session().scalars(select(LinkCoding)).one()
    assert (memo.needs_review, link.needs_review) == (True, False)


def test_a_deleted_coding_that_comes_back_is_at_its_words(study: Study, interview: Interview, boss: Account):
    made = code(study, interview, boss)
    with transaction() as session:
        delete_coding(session, study, interview, boss, made.id)
        bob = make.member(session, study, "bob", "researcher")
    correct(study, interview, bob, 1, "𠮷先生", "👍🏽某先生")

    with transaction() as session:
        undo_last(session, study, interview, boss)

    assert seen(interview, boss) == [(WORDS, False, "")]
    check_every_passage(interview)


# ---- review ---------------------------------------------------------------------------------------------------------
def test_a_touched_coding_is_accepted_or_adjusted_and_that_is_undone(study: Study, interview: Interview, boss: Account):
    made = code(study, interview, boss)
    correct(study, interview, boss, 2, "五个", "六个")
    new = WORDS.replace("五个", "六个")

    with transaction() as session:
        accept_review(session, study, interview, boss, Coding, made.id)
    assert seen(interview, boss) == [(new, False, "")]
    with transaction() as session:
        undo_last(session, study, interview, boss)
    assert seen(interview, boss) == [(new, True, WORDS)]

    with transaction() as session:
        row = session.get_one(Coding, made.id)
        change_edges(session, study, interview, boss, Coding, made.id, make.passage(session, interview, "登了六个系统"),
                     version=row.version)
    assert seen(interview, boss) == [("登了六个系统", False, "")]
    with transaction() as session:
        undo_last(session, study, interview, boss)
    assert seen(interview, boss) == [(new, True, WORDS)]


# ---- undo and redo --------------------------------------------------------------------------------------------------
def test_a_correction_is_undone_and_done_again_as_versions_of_their_own(study: Study, interview: Interview,
                                                                       boss: Account):
    code(study, interview, boss)
    correct(study, interview, boss, 2, "五个系统，", "")
    touched = seen(interview, boss)
    states = []

    for deed in (undo_last, redo_last, undo_last):
        with transaction() as session:
            deed(session, study, interview, boss)
        states.append(seen(interview, boss))
        check_every_passage(interview)

    assert states == [[(WORDS, False, "")], touched, [(WORDS, False, "")]]
    assert [row.number for row in list_versions(read_session(), interview)] == [5, 4, 3, 2, 1]
    assert current_version(read_session(), interview).text == make.TEXT


def test_boundaries_from_before_a_correction_do_not_come_back(study: Study, interview: Interview, boss: Account):
    with transaction() as session:
        ann = make.member(session, study, "ann")
    made = code(study, interview, ann)
    with transaction() as session:
        change_edges(session, study, interview, ann, Coding, made.id, make.passage(session, interview, "登了五个"),
                     version=1)
    correct(study, interview, boss, 2, "上周。", "")

    with pytest.raises(Refused, match="cannot be undone"), transaction() as session:
        undo_last(session, study, interview, ann)

    assert seen(interview, ann) == [("登了五个", False, "")]


# ---- who and when ---------------------------------------------------------------------------------------------------
def test_a_text_is_not_corrected_while_a_round_runs(study: Study, interview: Interview, boss: Account):
    with transaction() as session:
        coders = [make.member(session, study, name) for name in ("ann", "bob")]
        open_round(session, study, interview, [coder.id for coder in coders])

    with pytest.raises(Refused, match="coded independently"):
        correct(study, interview, boss, 2, "五个", "六个")

    with transaction() as session:
        for coder in coders:
            finish_coding(session, study, interview, coder)
    correct(study, interview, boss, 2, "五个", "六个")
    check_every_passage(interview)


def test_a_coder_does_not_correct_the_text(study: Study, interview: Interview):
    with transaction() as session:
        ann = make.member(session, study, "ann")

    with pytest.raises(NotAllowed):
        correct(study, interview, ann, 2, "五个", "六个")


@pytest.mark.parametrize(("number", "words", "error", "reason"), [
    (9, "x", NotFound, "no turn 9"), (2, " \n", BadInput, "without words"),
    (3, "客户怎么说？", BadInput, "says that already"),
])
def test_a_correction_that_makes_no_sense_is_refused(study: Study, interview: Interview, boss: Account, number: int,
                                                     words: str, error: type[AppError], reason: str):
    sha = current_version(read_session(), interview).sha256

    with pytest.raises(error, match=reason), transaction() as session:
        correct_turn(session, study, interview, boss, number, words, sha)
    with pytest.raises(Stale), transaction() as session:
        correct_turn(session, study, interview, boss, 3, "y", "0" * 64)


# ---- redaction ------------------------------------------------------------------------------------------------------
def test_a_name_is_replaced_everywhere_and_the_old_texts_are_deleted_for_good(study: Study, boss: Account):
    text = "王五：您好。\n李四：王五说，王五的客户走了。\n"
    with transaction() as session:
        interview = make.interview(session, study, text, key="NAMES")
    code(study, interview, boss, "王五的客户")
    with transaction() as session:
        sha = current_version(session, interview).sha256
        done = replace_words(session, study, interview, boss, "王五", "［客户经理］", sha)
        assert (done.n_places, done.n_to_review) == (3, 1)
        purge_texts(session, study, interview, boss)

    close_read_session()
    session = read_session()
    kept = [row.text for row in session.scalars(select(TranscriptVersion))]
    kept += [row.quote + row.prefix + row.suffix for row in session.scalars(select(Segment))]
    kept += [turn.speaker for turn in list_turns(session, current_version(session, interview))]
    kept += [str((row.before, row.after)) for row in session.scalars(select(Audit))]
    assert not any("王五" in words for words in kept)
    assert session.scalars(select(TranscriptFile).where(TranscriptFile.interview_id == interview.id)).all() == []
    assert seen(interview, boss) == [("［客户经理］的客户", True, "")]
    assert session.scalars(select(Audit).where(Audit.action == "purge_texts")).one().before["versions"] == [1]
    check_every_passage(interview)
    with pytest.raises(Refused, match="deleted for good"), transaction() as session:
        undo_last(session, study, interview, boss)


@pytest.mark.parametrize(("words", "replacement", "reason"), [
    ("never said", "x", "do not occur"), ("", "x", "one line"), ("a\nb", "x", "one line"),
    ("客户怎么说？", "", "Turn 3 would be without words"),
])
def test_words_that_cannot_be_replaced_are_refused(study: Study, interview: Interview, boss: Account, words: str,
                                                   replacement: str, reason: str):
    sha = current_version(read_session(), interview).sha256

    with pytest.raises(BadInput, match=reason), transaction() as session:
        replace_words(session, study, interview, boss, words, replacement, sha)

    assert len(list_versions(read_session(), interview)) == 1


# ---- any sequence of deeds ------------------------------------------------------------------------------------------
PIECES = ["𠮷", "野", "👍🏽", "👨\u200d👩\u200d👧", "e\u0301", "שלום", "עברית", "客", "户", " ", "a", "。", "\n",
          "\r\n", "\ufeff", "\u2028"]
SIGNS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)
DEEDS = st.lists(st.tuples(st.sampled_from(["code", "edge", "delete", "undo", "redo", "turn", "replace", "memo"]),
                           st.integers(0, 10_000), st.integers(0, 10_000), SIGNS), min_size=1, max_size=14)


@pytest.fixture(scope="module")
def numbers() -> list[int]:
    """One number for each text of the property below: a database serves them all."""
    return []


@given(first=SIGNS, second=SIGNS, deeds=DEEDS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
          deadline=None)
def test_after_any_sequence_of_deeds_every_passage_says_its_own_words(
        study: Study, boss: Account, numbers: list[int], first: str, second: str,
        deeds: list[tuple[str, int, int, str]]):
    numbers.append(1)
    with transaction() as session:
        interview = make.interview(session, study, f"\ufeff问：{first}吗？\r\n答：{second}好。\r\n",
                                   key=f"H{len(numbers)}")

    for deed in deeds:
        try:
            with transaction() as session:
                carry_out(session, study, interview, boss, *deed)
        except (Refused, NotFound):
            pass
        check_every_passage(interview)


def carry_out(session, study: Study, interview: Interview, boss: Account, deed: str, one: int, two: int,
              words: str) -> None:
    version = current_version(session, interview)
    start = one % len(version.text)
    end = start + 1 + two % (len(version.text) - start)
    passage = Passage(start, end, version.text[start:end], version.sha256)
    codings = list(session.scalars(select(Coding).where(Coding.interview_id == interview.id,
                                                        Coding.deleted_at.is_(None)).order_by(Coding.id)))
    row = codings[two % len(codings)] if codings else None
    if deed == "code":
        apply_code(session, study, interview, boss, passage, ("PRB", "CAU")[two % 2])
    elif deed == "memo":
        write_segment_memo(session, study, interview, boss, passage, "note")
    elif deed == "turn":
        correct_turn(session, study, interview, boss, 1 + one % 2, words, version.sha256)
    elif deed == "replace":
        replace_words(session, study, interview, boss, version.text[start], words, version.sha256)
    elif deed in ("undo", "redo"):
        (undo_last if deed == "undo" else redo_last)(session, study, interview, boss)
    elif row is not None and deed == "edge":
        change_edges(session, study, interview, boss, Coding, row.id, passage, version=row.version)
    elif row is not None:
        delete_coding(session, study, interview, boss, row.id)
