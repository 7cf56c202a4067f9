"""Queries over stored codings: what is found, counted in people, and only as far as the account may see."""

import pytest

from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotAllowed, NotFound, Refused
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.services.blinding import finish_coding, open_round
from surveyapp.services.coded_interviews import import_coded_interviews, read_coded_interviews
from surveyapp.services.coding import apply_code
from surveyapp.services.keyword_page import search_words
from surveyapp.services.memo import write_code_memo, write_interview_memo
from surveyapp.services.query import Answer, run_query
from surveyapp.services.query_grammar import QueryError
from surveyapp.services.query_page import load_hit_page
from surveyapp.services.saved_query import (
    delete_query,
    list_queries,
    list_searches,
    record_search,
    save_query,
)
from tests.factories import coding as make

LONG, SHORT = "前后登了五个系统，最后还是自己拿表格拼的。", "五个系统"
OTHER = "问：怎么办？\n答：系统太慢，客户等不了。\n"


class Coded:
    """Two interviews: in the first Ann coded a long passage and a short one in it; in the second Bob coded one."""

    def __init__(self) -> None:
        with transaction() as session:
            self.study = make.bank_study(session)
            self.ann, self.bob = (make.member(session, self.study, name) for name in ("ann", "bob"))
            self.boss = make.member(session, self.study, "boss", "researcher")
            self.first = make.interview(session, self.study, key="I01", line="retail")
            self.second = make.interview(session, self.study, OTHER, key="I02", role="outlet_head", line="corporate")
            for words, code in ((LONG, "CAU.TECH"), (SHORT, "PRB.INFO")):
                self.code(session, self.first, self.ann, words, code)
            self.code(session, self.second, self.bob, "系统太慢", "CAU.TECH", "contradicts")

    def code(self, session, interview, account, words, code, polarity="supports"):
        return apply_code(session, self.study, interview, account, make.passage(session, interview, words), code,
                          polarity=polarity)

    def ask(self, text: str, account: Account | None = None) -> Answer:
        close_read_session()
        return run_query(read_session(), self.study, account or self.boss, text)

    def found(self, text: str, account: Account | None = None) -> list[tuple[str, str]]:
        answer = self.ask(text, account)
        page = load_hit_page(read_session(), self.study, answer, 1)
        return [(row.case.key, "".join(run.words for run in row.runs if run.kind != "around")) for row in page.shown]


@pytest.fixture
def coded(any_database: Database) -> Coded:
    return Coded()


@pytest.mark.parametrize(("text", "found"), [
    ("CAU.TECH", [("I01", LONG), ("I02", "系统太慢")]), ("CAU", [("I01", LONG), ("I02", "系统太慢")]), ("CAU!", []),
    ("CAU.TECH:contradicts", [("I02", "系统太慢")]), ("CAU.TECH and PRB.INFO", [("I01", SHORT)]),
    ("CAU.TECH not PRB.INFO", [("I02", "系统太慢")]), ("CAU.TECH containing PRB.INFO", [("I01", LONG)]),
    ("PRB.INFO inside CAU.TECH", [("I01", SHORT)]), ("PRB.INFO containing CAU.TECH", []),
    ("CAU.TECH or PRB.INFO where role = outlet_head", [("I02", "系统太慢")]),
    ('"系统" inside any', [("I01", "系统"), ("I02", "系统")]),
    ('CAU.TECH in the same turn as "半张脸"', [("I01", LONG)]),
    ('"客户" in the same interview as PRB', [("I01", "客户")] * 4),
    ("any where coder = bob", [("I02", "系统太慢")]), ("any where case.line = retail", [("I01", SHORT), ("I01", LONG)]),
    ("CAU.TECH where role != outlet_head and interview = i01", [("I01", LONG)]), ("any where kind = answers", []),
])
def test_a_query_finds_the_passages_it_asks_for(coded: Coded, text: str, found: list[tuple[str, str]]):
    assert sorted(coded.found(text)) == sorted(found)


def test_people_are_counted_not_passages(coded: Coded):
    counts = coded.ask('"系统"').counts

    assert (counts.n_passages, counts.n_people, counts.n_people_of) == (3, 2, 2)
    assert counts.by_role == {"relationship_manager": (1, 1), "outlet_head": (1, 1)}
    assert coded.ask("CAU.TECH where role = outlet_head").counts.n_people_of == 1


def test_a_passage_is_shown_in_its_turn_with_the_turns_beside_it_and_what_is_shared(coded: Coded):
    answer = coded.ask("CAU.TECH overlapping PRB.INFO")

    row, = load_hit_page(read_session(), coded.study, answer, 1).shown

    assert [(run.kind, run.words) for run in row.runs][1:4] == [
        ("found", "前后登了"), ("shared", SHORT), ("found", "，最后还是自己拿表格拼的。")]
    assert (row.runs[0].words, row.turn, row.mark) == ("上周。", 2, f"c{answer.hits[0].codings[0]}")
    assert row.before == ("问", "𠮷先生，最近一次查客户信息是什么情形？👍🏽")
    assert row.after == ("问", "客户怎么说？")


@pytest.mark.parametrize(("text", "reason"), [
    ("NO.SUCH", "no code"), ("CAU:often", "no polarity"), ("any where role = astronaut", "nothing here has the value"),
    ("any where case.branch = north", "no interview has the attribute"),
])
def test_what_is_not_there_is_refused_and_not_found_empty(coded: Coded, text: str, reason: str):
    with pytest.raises(QueryError, match=reason):
        coded.ask(text)


def test_a_role_may_be_named_in_the_words_of_the_guide(coded: Coded):
    names = make.bank_template().guide.roles["outlet_head"]

    assert {coded.ask(f'any where role = "{name}"').counts.n_people for name in names.values()} == {1}


def test_a_free_attribute_of_the_interview_is_a_condition(coded: Coded):
    with transaction() as session:
        session.merge(coded.second).attributes = {"branch": "North gate"}

    answer = coded.ask('any where case.branch = "north GATE"')

    assert {hit.interview_id for hit in answer.hits} == {coded.second.id}


def test_codings_without_words_are_counted_and_overlap_nothing(coded: Coded):
    with transaction() as session:
        rows = read_coded_interviews("a.json", b'[{"id": "X1", "role": "x", "codes": [{"code": "CAU.TECH"}]}]')
        import_coded_interviews(session, coded.study, rows, coded.ann)

    assert coded.ask("CAU.TECH").counts.n_people == 3
    assert coded.ask("CAU.TECH").counts.n_unplaced == 1
    assert coded.ask("CAU.TECH overlapping any").counts.n_people == 2


def test_while_a_round_runs_no_query_and_no_search_tells_of_another_coder(coded: Coded):
    with transaction() as session:
        blind = make.interview(session, coded.study, "问：好？\n答：登了九个平台。\n", key="I03")
        open_round(session, coded.study, blind, [coded.ann.id, coded.bob.id], coded.boss)
        apply_code(session, coded.study, blind, coded.ann, make.passage(session, blind, "登了九个平台。"), "CAU.TECH",
                   memo="一号暗号")
        write_interview_memo(session, coded.study, blind, coded.ann, "二号暗号")
        write_code_memo(session, coded.study, coded.ann, "CAU.TECH", "三号暗号")
    asked = ("CAU.TECH", "any", "turns overlapping CAU", "any where interview = I03")

    def told(account: Account) -> list[int]:
        close_read_session()
        memos = search_words(read_session(), coded.study, account, "暗号").memos
        return [*(sum(hit.interview_id == blind.id for hit in coded.ask(text, account).hits) for text in asked),
                len(memos)]

    before = {name: told(getattr(coded, name)) for name in ("ann", "bob", "boss")}
    left = coded.ask("turns not overlapping CAU where interview = I03", coded.bob).counts.n_passages
    with transaction() as session:
        for account in (coded.ann, coded.bob):
            finish_coding(session, coded.study, blind, account)

    assert before == {"ann": [1, 1, 1, 1, 3], "bob": [0, 0, 0, 0, 1], "boss": [1, 1, 1, 1, 3]}
    assert left == 1
    assert told(coded.bob) == [1, 1, 1, 1, 3]


def test_words_are_found_in_texts_codes_and_memos_and_counted_by_interviewee(coded: Coded):
    page = search_words(read_session(), coded.study, coded.ann, "系統")

    assert [(line.case.key, line.turn, line.words) for line in page.lines] == [
        ("I01", 2, "系统"), ("I01", 2, "系统"), ("I02", 2, "系统")]
    assert (page.n_people, page.n_people_of) == (2, 2)
    assert any(row.key.startswith("CAU.TECH") for row in page.codes)


def test_whole_words_and_interviewees_only_narrow_a_search(coded: Coded):
    every = search_words(read_session(), coded.study, coded.ann, "客户")
    spoken = search_words(read_session(), coded.study, coded.ann, "客户", only_interviewees=True)

    whole = search_words(read_session(), coded.study, coded.ann, "户信", is_whole=True)

    assert (every.n_places, spoken.n_places) == (5, 3)
    assert (whole.n_places, whole.n_cut) == (0, 1)


def test_a_saved_query_is_changed_by_its_author_or_a_researcher_only(coded: Coded):
    with transaction() as session:
        saved = save_query(session, coded.study, coded.ann, " 系统  问题 ", "CAU.TECH", "系统互不相通")
    with pytest.raises(NotAllowed), transaction() as session:
        save_query(session, coded.study, coded.bob, "系统 问题", "PRB")
    with pytest.raises(NotAllowed), transaction() as session:
        delete_query(session, coded.study, coded.bob, saved.id)
    with transaction() as session:
        save_query(session, coded.study, coded.boss, "系统 问题", "CAU")
    close_read_session()

    row, = list_queries(read_session(), coded.study)

    assert (row.name, row.text) == ("系统 问题", "CAU")
    actions = [row.action for row in read_session().query(Audit).order_by(Audit.id)]
    assert actions.count("save_query") == 2


@pytest.mark.parametrize(("name", "text"), [("", "CAU"), ("n" * 121, "CAU"), ("name", "CAU and")])
def test_a_query_without_name_or_sense_is_not_saved(coded: Coded, name: str, text: str):
    with pytest.raises(BadInput), transaction() as session:
        save_query(session, coded.study, coded.ann, name, text)

    assert list_queries(read_session(), coded.study) == []


def test_a_search_for_negative_cases_is_recorded_with_person_method_and_event(coded: Coded):
    with transaction() as session:
        saved = save_query(session, coded.study, coded.ann, "q", "CAU.TECH")
        record_search(session, coded.study, coded.bob, code="CAU.TECH", outcome="found", method="read I02 again")
        record_search(session, coded.study, coded.bob, query=saved.id, outcome="none_found", method="all of retail")
    for wrong in ({"outcome": "perhaps", "code": "CAU"}, {"outcome": "found", "code": "CAU", "query": saved.id},
                  {"outcome": "found"}):
        with pytest.raises(Refused), transaction() as session:
            record_search(session, coded.study, coded.bob, **{"method": "read", **wrong})
    with pytest.raises(NotFound), transaction() as session:
        record_search(session, coded.study, coded.bob, code="NONE", outcome="found", method="read")
    close_read_session()

    newest, oldest = list_searches(read_session(), coded.study)

    assert (newest.by, newest.search.outcome, newest.search.query_id) == ("Bob", "none_found", saved.id)
    assert oldest.search.event < newest.search.event
