"""A coding lands on the words the coder saw or nowhere; each change is recorded and can be taken back."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotAllowed, NotFound, Refused, Stale
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding, LinkCoding, Segment
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.coding import (
    apply_code,
    apply_link,
    change_coding,
    delete_coding,
    delete_link,
    passage_of_sentences,
    passage_of_words,
    set_edited_quote,
)
from surveyapp.services.coding_history import undo_last
from surveyapp.services.interview import current_version
from surveyapp.services.passage import recent_codes, seen_codings
from surveyapp.services.segment import Passage
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
def interview(study: Study) -> Interview:
    with transaction() as session:
        return make.interview(session, study)


def seen(interview: Interview, account: Account) -> list[tuple[tuple[str, ...], str, str]]:
    close_read_session()
    return [(row.codes, row.polarity, row.quote) for row in seen_codings(read_session(), interview, account)]


def code(study: Study, interview: Interview, account: Account, words: str = WORDS, key: str = "CAU.TECH",
         **more: str) -> Coding:
    with transaction() as session:
        return apply_code(session, study, interview, account, make.passage(session, interview, words), key, **more)


# ---- applying -------------------------------------------------------------------------------------------------------
def test_a_code_is_given_to_exactly_the_marked_words(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann, polarity="mixed", memo=" why ")

    assert seen(interview, ann) == [(("CAU.TECH",), "mixed", WORDS)]
    segment = read_session().get(Segment, made.segment_id)
    assert make.TEXT[segment.start:segment.end] == segment.quote == WORDS
    assert (made.memo, segment.prefix[-3:], segment.suffix[:2]) == ("why", "上周。", "因为")
    audit = read_session().scalars(select(Audit).where(Audit.action == "apply_code")).one()
    assert (audit.account_id, audit.subject) == (ann.id, f"interview {interview.id} coding {made.id}")


@pytest.mark.parametrize("words", ["𠮷先生", "👍🏽", "👨‍👩‍👧", "生，最近一次查客户信息是什么情形？👍"])
def test_signs_beyond_the_basic_plane_are_counted_as_code_points(study: Study, interview: Interview, ann: Account,
                                                                 words: str):
    code(study, interview, ann, words)

    assert seen(interview, ann)[0][2] == words


@pytest.mark.parametrize("change", [
    {"start": 3}, {"end": 9}, {"quote": "other words"}, {"version_sha256": "0" * 64}, {"start": -1}, {"end": 10**9},
])
def test_a_passage_that_is_not_what_the_coder_saw_is_refused_as_stale(study: Study, interview: Interview, ann: Account,
                                                                      change: dict):
    passage = replace(make.passage(read_session(), interview, WORDS), **change)

    with pytest.raises(Stale, match=r"not at this place|was replaced"), transaction() as session:
        apply_code(session, study, interview, ann, passage, "PRB")

    assert seen(interview, ann) == []
    assert read_session().scalar(select(func.count()).select_from(Segment)) == 0


def test_browser_positions_in_utf16_units_are_refused_where_they_differ(study: Study, interview: Interview,
                                                                       ann: Account):
    true = make.passage(read_session(), interview, "最近一次")
    units = len(make.TEXT[:true.start].encode("utf-16-le")) // 2

    assert units == true.start + 1
    with pytest.raises(Stale), transaction() as session:
        apply_code(session, study, interview, ann, replace(true, start=units, end=units + 4), "PRB")


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_range_of_any_text_is_stored_as_its_own_words(study: Study, ann: Account, data: st.DataObject):
    text = "答：" + data.draw(st.text(st.sampled_from("𠮷野家👍🏽e\u0301客户 ab。\n"), min_size=1, max_size=40)) + "好"
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    with transaction() as session:
        of = make.interview(session, study, text, key=f"H{session.scalar(select(func.count()).select_from(Interview))}")
        version = current_version(session, of)
        passage = Passage(start, end, text[start:end], version.sha256)
        try:
            apply_code(session, study, of, ann, passage, "PRB")
        except BadInput:
            assert not text[start:end].strip()
            return

    assert seen(of, ann) == [(("PRB",), "supports", text[start:end])]


def test_the_same_code_on_the_same_words_is_refused(study: Study, interview: Interview, ann: Account):
    code(study, interview, ann)

    with pytest.raises(Refused, match=r"CAU\.TECH already"):
        code(study, interview, ann)


def test_two_coders_share_a_segment_and_keep_their_own_codings(study: Study, interview: Interview, ann: Account):
    with transaction() as session:
        bob = make.member(session, study, "bob")

    codings = [code(study, interview, who) for who in (ann, bob)]

    assert codings[0].segment_id == codings[1].segment_id
    assert len(seen(interview, ann)) == 2


@pytest.mark.parametrize(("key", "polarity", "reason"), [
    ("NO.SUCH", "supports", "no code 'NO.SUCH'"), ("PRB", "perhaps", "no polarity 'perhaps'"),
])
def test_an_unknown_code_or_polarity_is_refused(study: Study, interview: Interview, ann: Account, key: str,
                                                polarity: str, reason: str):
    with pytest.raises(BadInput, match=reason):
        code(study, interview, ann, key=key, polarity=polarity)


def test_a_link_joins_a_cause_and_a_problem(study: Study, interview: Interview, ann: Account):
    with transaction() as session:
        passage = make.passage(session, interview, LINK)
        link = apply_link(session, study, interview, ann, passage, cause_key="CAU.TECH", problem_key="PRB.INFO")

    assert seen(interview, ann) == [(("CAU.TECH", "PRB.INFO"), "", LINK)]
    with transaction() as session:
        delete_link(session, study, interview, ann, link.id)
    assert seen(interview, ann) == []


def test_a_link_takes_no_problem_for_a_cause(study: Study, interview: Interview, ann: Account):
    with pytest.raises(BadInput, match="not a code of the group cause"), transaction() as session:
        apply_link(session, study, interview, ann, make.passage(session, interview, LINK), cause_key="PRB.INFO",
                   problem_key="PRB.INFO")


# ---- without a mouse ------------------------------------------------------------------------------------------------
def test_neighbouring_sentences_make_one_passage(study: Study, interview: Interview):
    sha = current_version(read_session(), interview).sha256

    found = passage_of_sentences(read_session(), interview, 2, [1, 2], sha)

    assert found.quote == WORDS + LINK
    assert make.TEXT[found.start:found.end] == found.quote


@pytest.mark.parametrize(("chosen", "reason"), [([], "No passage"), ([0, 2], "do not follow"), ([7], "No passage")])
def test_sentences_that_make_no_passage_are_refused(study: Study, interview: Interview, chosen: list[int], reason: str):
    sha = current_version(read_session(), interview).sha256

    with pytest.raises(BadInput, match=reason):
        passage_of_sentences(read_session(), interview, 2, chosen, sha)


def test_pasted_words_must_occur_exactly_once_in_the_turn(study: Study, interview: Interview):
    session, sha = read_session(), current_version(read_session(), interview).sha256

    assert passage_of_words(session, interview, 4, " 也有说不好的。\r\n", sha).quote == "也有说不好的。"
    with pytest.raises(BadInput, match="more than once"):
        passage_of_words(session, interview, 4, "说", sha)
    with pytest.raises(BadInput, match="do not occur in turn 4"):
        passage_of_words(session, interview, 4, WORDS, sha)
    with pytest.raises(Stale):
        passage_of_words(session, interview, 4, "好", "0" * 64)


# ---- changing, deleting, undoing ------------------------------------------------------------------------------------
def test_a_change_made_in_two_windows_is_refused_the_second_time(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)

    with transaction() as session:
        change_coding(session, study, interview, ann, made.id, polarity="contradicts", memo="", version=1)
    with pytest.raises(Stale, match="another window"), transaction() as session:
        change_coding(session, study, interview, ann, made.id, polarity="mixed", memo="", version=1)

    assert seen(interview, ann)[0][1] == "contradicts"


def test_only_the_coder_changes_a_coding(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)
    with transaction() as session:
        bob = make.member(session, study, "bob")

    with pytest.raises(NotAllowed), transaction() as session:
        change_coding(session, study, interview, bob, made.id, polarity="mixed", memo="", version=1)
    with pytest.raises(NotAllowed), transaction() as session:
        delete_coding(session, study, interview, bob, made.id)
    with pytest.raises(NotAllowed), transaction() as session:
        set_edited_quote(session, study, interview, bob, Coding, made.id, {"en": "x"})


def test_a_coding_is_found_in_its_own_interview_only(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)
    with transaction() as session:
        other = make.interview(session, study, key="OTHER")

    with pytest.raises(NotFound), transaction() as session:
        delete_coding(session, study, other, ann, made.id)


def test_wording_for_print_is_kept_by_language_and_empty_means_not_for_print(study: Study, interview: Interview,
                                                                             ann: Account):
    made = code(study, interview, ann)
    with transaction() as session:
        boss = make.member(session, study, "boss", "researcher")
        set_edited_quote(session, study, interview, boss, Coding, made.id, {"en": " Five systems. ", "zh": ""})

    assert read_session().get(Coding, made.id).edited_quote == {"en": "Five systems."}


def test_every_deed_is_undone_in_turn(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)
    with transaction() as session:
        change_coding(session, study, interview, ann, made.id, polarity="mixed", memo="m", version=1)
        set_edited_quote(session, study, interview, ann, Coding, made.id, {"en": "x"})
        delete_coding(session, study, interview, ann, made.id)
    states = []

    for _ in range(4):
        with transaction() as session:
            undo_last(session, study, interview, ann)
            row = session.get(Coding, made.id)
            states.append((row.deleted_at is None, row.polarity, row.memo, row.edited_quote))

    assert states == [(True, "mixed", "m", {"en": "x"}), (True, "mixed", "m", {}), (True, "supports", "", {}),
                      (False, "supports", "", {})]
    with pytest.raises(Refused, match="nothing of yours to undo"), transaction() as session:
        undo_last(session, study, interview, ann)


def test_an_undo_takes_back_ones_own_deeds_in_this_interview_only(study: Study, interview: Interview, ann: Account):
    code(study, interview, ann)
    with transaction() as session:
        bob = make.member(session, study, "bob")
        other = make.interview(session, study, key="OTHER")

    for who, where in ((bob, interview), (ann, other)):
        with pytest.raises(Refused, match="nothing of yours"), transaction() as session:
            undo_last(session, study, where, who)


def test_an_undo_is_refused_where_somebody_changed_the_coding_since(study: Study, interview: Interview, ann: Account):
    made = code(study, interview, ann)
    with transaction() as session:
        boss = make.member(session, study, "boss", "researcher")
        set_edited_quote(session, study, interview, boss, Coding, made.id, {"en": "Five systems."})

    with pytest.raises(Refused, match="cannot be undone"), transaction() as session:
        undo_last(session, study, interview, ann)


def test_a_deleted_link_comes_back(study: Study, interview: Interview, ann: Account):
    with transaction() as session:
        link = apply_link(session, study, interview, ann, make.passage(session, interview, LINK),
                          cause_key="CAU.TECH", problem_key="PRB.INFO")
        delete_link(session, study, interview, ann, link.id)

    with transaction() as session:
        undo_last(session, study, interview, ann)

    assert read_session().get(LinkCoding, link.id).deleted_at is None


def test_recent_codes_are_the_last_given_each_once(study: Study, interview: Interview, ann: Account):
    for key, words in (("PRB", "上周。"), ("CAU", WORDS), ("PRB", LINK)):
        code(study, interview, ann, words, key)

    assert recent_codes(read_session(), study, ann) == ["PRB", "CAU"]
