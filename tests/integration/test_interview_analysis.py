"""Analyses across interviews: computed by job and command, the same for all who read them, silent on what is blind."""

import csv
import io
import json
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from reports.evidence import evidence_parts
from reports.wording import Words
from surveyapp.cli import run
from surveyapp.dataset import load_interviews
from surveyapp.db.session import Database, close_read_session, read_session, transaction
from surveyapp.errors import BadInput, NotFound
from surveyapp.jobs.interview_analysis import analyse_study, compute_analysis
from surveyapp.models.account import Account
from surveyapp.models.audit import Audit
from surveyapp.models.retrieval import StoredInterviewAnalysis
from surveyapp.services.blinding import dissolve_round, finish_coding, open_round
from surveyapp.services.case_matrix import case_matrix, export_cases
from surveyapp.services.claim import list_claims, searches_of_codes
from surveyapp.services.coding import apply_code
from surveyapp.services.interview_analysis import shown_analysis, unreleased_interviews
from surveyapp.services.query import run_query
from surveyapp.services.saved_query import record_search, save_query
from tests.factories import coding as make

TEXT = "问：怎么办？\n答：系统太慢，客户{}等不了。\n"


class Coded:
    """Seven interviews of one role, coded by Ann; one of them against the others."""

    def __init__(self) -> None:
        with transaction() as session:
            self.study = make.bank_study(session)
            self.ann, self.bob = (make.member(session, self.study, name) for name in ("ann", "bob"))
            self.boss = make.member(session, self.study, "boss", "researcher")
            self.interviews = [make.interview(session, self.study, TEXT.format("也" * place), key=f"I{place}",
                                              line="retail" if place < 3 else "corporate") for place in range(7)]
            for place, interview in enumerate(self.interviews):
                self.code(session, interview, self.ann, "CAU.TECH", "contradicts" if place == 6 else "supports")

    def code(self, session, interview, account: Account, code: str, polarity: str = "supports") -> None:
        apply_code(session, self.study, interview, account, make.passage(session, interview, "系统太慢"), code,
                   polarity=polarity)

    def start_round(self, place: int) -> None:
        with transaction() as session:
            interview = session.merge(self.interviews[place])
            open_round(session, self.study, interview, [self.ann.id, self.bob.id], self.boss)
        close_read_session()


@pytest.fixture
def coded(any_database: Database) -> Coded:
    return Coded()


def test_the_analyses_are_stored_once_and_come_back_as_they_were(coded: Coded):
    stored, analysis = analyse_study(coded.study)
    close_read_session()
    again, _ = analyse_study(coded.study)
    close_read_session()

    assert again.id == stored.id
    assert shown_analysis(read_session(), coded.study) == analysis
    row = next(row for row in analysis.evidence if row.code == "CAU.TECH")
    assert (row.n_for, row.n_against, row.n_passages, row.n_interviews) == (6, 1, 7, 7)
    assert {table.grouping for table in analysis.crosstabs} == {"role", "line"}
    assert set(analysis.provenance) == {"codebook", "texts", "codings", "event"}
    assert {row.word for row in analysis.words} >= {"系统", "客户"}


def test_a_new_coding_changes_the_hash_of_the_codings_only(coded: Coded):
    before = compute_analysis(coded.study, 10).provenance
    with transaction() as session:
        coded.code(session, session.merge(coded.interviews[0]), coded.bob, "PRB.INFO")
    close_read_session()

    after = compute_analysis(coded.study, 10).provenance

    assert [name for name in before if before[name] != after[name]] == ["codings", "event"]


def test_an_interview_in_a_running_round_is_counted_by_nobody(coded: Coded):
    coded.start_round(0)
    with transaction() as session:
        coded.code(session, session.merge(coded.interviews[0]), coded.ann, "PRB.GOAL")
    close_read_session()

    analysis = compute_analysis(coded.study, 10)

    assert (analysis.left_out, "I0" in analysis.interviews) == (("I0",), False)
    assert "PRB.GOAL" not in json.dumps([row.code for row in (*analysis.evidence, *analysis.negative)])
    assert all(row.n == 0 for table in analysis.crosstabs for row in table.rows if row.code == "PRB.GOAL")


def test_analyses_made_before_a_round_are_hidden_while_it_runs(coded: Coded):
    analyse_study(coded.study)
    coded.start_round(0)

    hidden = shown_analysis(read_session(), coded.study)
    running = unreleased_interviews(read_session(), coded.study)
    with transaction() as session:
        for account in (coded.ann, coded.bob):
            finish_coding(session, coded.study, session.merge(coded.interviews[0]), account)
    close_read_session()

    assert (hidden, running) == (None, {"I0"})
    assert shown_analysis(read_session(), coded.study) is not None


def test_the_case_matrix_holds_only_what_the_account_sees_and_joins_by_key(coded: Coded):
    with transaction() as session:
        coded.code(session, session.merge(coded.interviews[1]), coded.bob, "CAU.INCENT")
    coded.start_round(0)

    def cell(account: Account, interview: str, code: str) -> int:
        close_read_session()
        matrix = case_matrix(read_session(), coded.study, account)
        return dict(matrix.rows)[interview][matrix.codes.index(code)]

    assert [cell(account, "I0", "CAU.TECH") for account in (coded.ann, coded.bob, coded.boss)] == [1, 0, 1]
    assert [cell(coded.bob, "I1", code) for code in ("CAU", "CAU.TECH", "CAU.INCENT", "PRB")] == [1, 1, 1, 0]
    with transaction() as session:
        dissolve_round(session, coded.study, session.merge(coded.interviews[0]), coded.boss)
    assert cell(coded.bob, "I0", "CAU.TECH") == 1


def test_the_files_of_the_matrix_hold_the_same_cells_and_leave_a_trace(coded: Coded):
    with transaction() as session:
        text = export_cases(session, coded.study, coded.ann, "counts", "csv").decode("utf-8-sig")
        book = export_cases(session, coded.study, coded.ann, "presence", "xlsx")
    with pytest.raises(BadInput), transaction() as session:
        export_cases(session, coded.study, coded.ann, "counts", "exe")
    close_read_session()

    rows = list(csv.DictReader(io.StringIO(text)))

    assert [row["interview"] for row in rows] == [f"I{place}" for place in range(7)]
    assert {row["CAU.TECH"] for row in rows} == {"1"}
    assert ">CAU.TECH<" in ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
    assert read_session().scalars(select(Audit.action)).all().count("export_cases") == 2


def test_the_numbers_of_the_line_are_those_of_the_query_they_lead_to(coded: Coded):
    with transaction() as session:
        coded.code(session, session.merge(coded.interviews[0]), coded.bob, "CAU.TECH")
        customer = make.interview(session, coded.study, TEXT.format("真"), key="C1", role="customer",
                                  audience="customer")
        coded.code(session, customer, coded.ann, "CAU.TECH")
    close_read_session()
    row = next(row for row in compute_analysis(coded.study, 10).evidence if row.code == "CAU.TECH")

    query = next(query for _, query in evidence_parts(row, Words("en")) if query)
    counts = run_query(read_session(), coded.study, coded.boss, query).counts

    assert (counts.n_people, counts.n_people_of, counts.n_passages) == (7, 7, 7)
    assert (row.n_interviews, row.n_passages) == (7, 7)


def test_a_claim_says_who_searched_for_what_speaks_against_it(coded: Coded):
    with transaction() as session:
        query = save_query(session, coded.study, coded.ann, "slow", "CAU.TECH", "Systems are slow")
        save_query(session, coded.study, coded.ann, "no claim", "CAU.TECH")
    close_read_session()
    unsearched, = list_claims(read_session(), coded.study, coded.boss)
    with transaction() as session:
        record_search(session, coded.study, coded.bob, query=query.id, outcome="found", method="read all again")
        record_search(session, coded.study, coded.bob, code="CAU.TECH", outcome="none_found", method="read all again")
    close_read_session()

    claim, = list_claims(read_session(), coded.study, coded.boss)

    assert unsearched.search is None
    assert (claim.counts.n_people, claim.n_against, claim.search.by) == (7, 1, "Bob")
    assert searches_of_codes(read_session(), coded.study)["CAU.TECH"].search.outcome == "none_found"


def test_a_study_without_interviews_is_refused(any_database: Database):
    with transaction() as session:
        study = make.bank_study(session)

    with pytest.raises(NotFound):
        analyse_study(study)


def test_the_command_prints_evidence_and_a_document(database: Database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SURVEYAPP_HOME", str(tmp_path))
    monkeypatch.setenv("SURVEYAPP_DATABASE_URL", database.url)
    coded = Coded()

    assert run(["interviews", "analyse", "bank"]) == 0
    said = capsys.readouterr().out
    assert run(["interviews", "analyse", "bank", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)

    assert "CAU.TECH: 7 of 7 interviewees speak of it (relationship_manager 7/7), 7 passages, 1 against" in said
    assert document["interviews"] == [f"I{place}" for place in range(7)]
    assert document["content_hash"] == read_session().scalars(select(StoredInterviewAnalysis.content_hash)).first()
    assert coded.study.name == "bank"


def test_attributes_of_interviewees_reach_the_diagnosis_with_their_names(coded: Coded):
    session = read_session()

    table = load_interviews(session, coded.study)

    column, = table.columns
    assert (column.key, column.name["zh"], sorted(column.values.values())) == (
        "line", "业务条线", ["corporate"] * 4 + ["retail"] * 3)
