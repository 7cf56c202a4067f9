"""Interviews coded elsewhere, the sample's interviews, and the rows that analysis takes."""

import json

import pytest
from sqlalchemy import func, select

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput
from surveyapp.models.account import Account
from surveyapp.models.coding import Coding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.sample.interview_files import FIRST_CODER, SECOND_CODER, load_interviews
from surveyapp.services.coded_interviews import import_coded_interviews, read_coded_interviews
from surveyapp.services.coding import apply_code
from surveyapp.services.coding_rows import CodingRows, coding_rows
from surveyapp.services.sample_interviews import load_sample_interviews
from tests.factories import coding as make

JSON = [
    {"id": "A1", "role": "客户经理", "audience": "staff", "date": "2026-09-08", "consent": True,
     "codes": [{"code": "PRB.INFO.LINK", "polarity": "supports", "quote": "两家谁也不知道"}, {"construct": "PRB_GOAL"},
               {"construct": "CAU_TECH", "polarity": "contradicts", "quote": "两家谁也不知道"}],
     "links": [{"cause": "CAU_TECH", "problem": "PRB.INFO", "quote": "因为系统不通"},
               {"cause": "CAU.OTHER", "problem": "PRB_GOAL"}]},
    {"id": "A2", "role": "customer", "codes": [], "links": []},
]


@pytest.fixture
def study(any_database: Database) -> Study:
    with transaction() as session:
        return make.bank_study(session)


@pytest.fixture
def ann(study: Study) -> Account:
    with transaction() as session:
        return make.member(session, study, "ann")


def load(study: Study, account: Account, document: list) -> CodingRows:
    with transaction() as session:
        import_coded_interviews(session, study, document, account)
    close_read_session()
    return coding_rows(read_session(), study)


def test_coded_interviews_arrive_with_codes_polarity_links_and_quotes(study: Study, ann: Account):
    rows = load(study, ann, JSON)

    assert [(row.key, row.audience, row.role, row.held_on) for row in rows.interviews] == [
        ("A1", "staff", "relationship_manager", "2026-09-08"), ("A2", "customer", "customer", "")]
    assert {(row.code, row.polarity, row.quote) for row in rows.codings} == {
        ("PRB.INFO.LINK", "supports", "两家谁也不知道"), ("PRB.GOAL", "supports", ""),
        ("CAU.TECH", "contradicts", "两家谁也不知道")}
    assert {(row.cause, row.problem, row.quote) for row in rows.links} == {
        ("CAU_TECH", "PRB_INFO", "因为系统不通"), ("CAU.OTHER", "PRB_GOAL", "")}


def test_passages_without_their_text_have_no_place_and_no_turns(study: Study, ann: Account):
    rows = load(study, ann, JSON)

    assert {(row.turn, row.start, row.end) for row in rows.codings} == {(-1, -1, -1)}
    assert rows.turns == ()
    assert not any(row.is_verbatim for row in rows.interviews)


def test_a_table_of_codings_reads_as_the_same_interviews(study: Study, ann: Account):
    table = ("id,role,audience,date,code,construct,polarity,quote,cause,problem,consent\n"
             "A1,客户经理,staff,2026-09-08,PRB.INFO.LINK,,supports,两家谁也不知道,,,是\nA1,,,,,PRB_GOAL,,,,\n"
             "A1,,,,,CAU_TECH,contradicts,两家谁也不知道,,\nA1,,,,,,,因为系统不通,CAU_TECH,PRB.INFO\n"
             "A1,,,,,,,,CAU.OTHER,PRB_GOAL\nA2,customer,,,,,,,,\n")

    rows = load(study, ann, read_coded_interviews("a.csv", table.encode("gb18030")))

    with transaction() as session:
        other = make.bank_study(session, "other")
    assert rows == load(other, ann, JSON)


@pytest.mark.parametrize(("stated", "consents", "n"), [
    (True, [True, False, True], 3), (None, [True, False, False], 3), (False, [False, False, False], 3)])
def test_what_is_stated_for_a_file_holds_where_an_entry_says_nothing_and_a_refusal_for_all(
        study: Study, ann: Account, stated: bool | None, consents: list[bool], n: int):
    document = [{"id": "A1", "role": "customer", "consent": "yes"}, {"id": "A2", "role": "customer", "consent": "否"},
                {"id": "A3", "role": "customer", "codes": [{"code": "PRB"}]}]

    with transaction() as session:
        stored = import_coded_interviews(session, study, document, ann, has_consent=stated)

        assert [row.has_consent for row in stored] == consents
        assert len(stored) == n


def test_every_place_that_does_not_fit_is_listed_and_nothing_is_stored(study: Study, ann: Account):
    bad = [
        {"id": "B1", "role": "customer", "date": "yesterday",
         "codes": [{"code": "NO.SUCH"}, {"code": "PRB", "polarity": "x"}]},
        {"id": "B1", "role": "customer", "links": [{"cause": "PRB.INFO", "problem": "PRB.INFO"}]},
        {"id": "", "role": ""}, {"id": "B3", "role": "customer", "codes": "many"}, "no object",
        {"id": "B4", "role": "customer", "consent": False, "codes": [{"code": "PRB", "quote": "words"}]},
        {"id": "B5", "role": "customer"}, {"id": "B5", "role": "customer"},
        {"id": "B6", "role": "customer", "links": [{"cause": "CAU.TECH", "problem": "PRB", "quote": "words"}]},
    ]

    with pytest.raises(BadInput) as caught, transaction() as session:
        import_coded_interviews(session, study, bad, ann)

    assert [(row.row, row.column) for row in caught.value.rows] == [
        (1, "date"), (1, "code"), (1, "polarity"), (2, "cause"), (3, "id"), (3, "role"), (4, "codes"), (5, ""),
        (6, "consent"), (8, "id"), (9, "consent")]
    assert read_session().scalar(select(func.count()).select_from(Interview)) == 0


@pytest.mark.parametrize(("name", "content", "reason"), [
    ("a.json", b"", "empty"), ("a.json", b"{", "line 1 is not valid JSON"), ("a.json", b"{}", "expected a list"),
    ("a.csv", b"a,b\n1,2\n", "columns are a, b"), ("a.json", b"\x00\xff\x01\x02" * 90, "not a text|encoding"),
])
def test_a_file_of_another_shape_is_refused(name: str, content: bytes, reason: str):
    with pytest.raises(BadInput, match=reason):
        read_coded_interviews(name, content)


def test_an_empty_list_is_refused(study: Study, ann: Account):
    with pytest.raises(BadInput, match="no interview"):
        load(study, ann, json.loads("[]"))


# ---- the sample and the rows for analysis ---------------------------------------------------------------------------
def test_the_sample_is_stored_as_it_was_written(study: Study, ann: Account):
    sample = load_interviews()
    with transaction() as session:
        coders = {FIRST_CODER: ann, SECOND_CODER: make.member(session, study, "bob")}
        load_sample_interviews(session, study, sample, coders)

    rows = coding_rows(read_session(), study)

    assert [row.key for row in rows.interviews] == sorted(interview.key for interview in sample)
    assert len(rows.codings) == sum(len(interview.codings) for interview in sample)
    assert len(rows.links) == sum(len(interview.links) for interview in sample)
    assert len(rows.turns) == sum(len(interview.turns) for interview in sample)
    written = {(interview.key, interview.turns[coding.turn].text.count(coding.quote), coding.quote, coding.turn + 1,
                coding.code, coding.polarity) for interview in sample for coding in interview.codings}
    assert {(row.interview, 1, row.quote, row.turn, row.code, row.polarity) for row in rows.codings} == written
    assert rows.double_coded == tuple(sorted(
        interview.key for interview in sample if interview.codings_of(SECOND_CODER)))
    assert sum(bool(row.edited_quote) for row in rows.codings) == sum(
        bool(coding.edited) for interview in sample for coding in interview.codings)


def test_deleted_codings_are_no_rows(study: Study, ann: Account):
    with transaction() as session:
        interview = make.interview(session, study)
        row = apply_code(session, study, interview, ann, make.passage(session, interview, "上周。"), "PRB")
        row.deleted_at = interview.created_at

    assert coding_rows(read_session(), study).codings == ()


def test_two_coders_of_one_name_are_told_apart(study: Study, ann: Account):
    with transaction() as session:
        other = make.member(session, study, "ann2")
        other.name = ann.name
        interview = make.interview(session, study)
        for who in (ann, other):
            apply_code(session, study, interview, who, make.passage(session, interview, "上周。"), "PRB")

    rows = coding_rows(read_session(), study)

    assert {row.coder for row in rows.codings} == {"Ann (ann)", "Ann (ann2)"}
    assert read_session().scalar(select(func.count()).select_from(Coding)) == 2
