"""Retrieval pages in the client: the form writes, the query finds, and a wrong one is named with its place."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.jobs.interview_analysis import analyse_study
from surveyapp.jobs.worker import do_job
from surveyapp.models.diagnosis import Job
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.queue import prepare_queue
from surveyapp.services.account import find_account
from surveyapp.services.blinding import open_round
from surveyapp.services.case_attribute import define_attribute
from surveyapp.services.coding import apply_code
from surveyapp.services.study import get_study
from tests.factories import coding as make

WORDS = "前后登了五个系统，最后还是自己拿表格拼的。"


@pytest.fixture
def interview(bank_study: Study) -> Interview:
    with transaction() as session:
        return make.interview(session, get_study(session, bank_study.id))


@pytest.fixture
def place(bank_study: Study) -> str:
    return f"/studies/{bank_study.id}"


@pytest.fixture
def coder(log_in, place: str, interview: Interview) -> FlaskClient:
    client = log_in("coder")
    with transaction() as session:
        passage = make.passage(session, interview, WORDS)
    client.post(f"{place}/interviews/{interview.id}/codings", data={
        "start": passage.start, "end": passage.end, "quote": WORDS, "version": passage.version_sha256,
        "code": "CAU.TECH", "polarity": "supports", "memo": "<暗号>"})
    return client


def test_the_form_without_a_script_leads_to_the_query_it_writes(coder: FlaskClient, place: str):
    answer = coder.get(f"{place}/retrieval?build=1&first=CAU.TECH&relation=in+the+same+turn+as&second_words=半张脸")

    page = coder.get(answer.location)

    assert 'CAU.TECH in the same turn as "半张脸"' in unescape(page.text)
    assert f"<mark>{WORDS}</mark>" in page.text
    assert "1 of 1 interviewees" in page.text


def test_a_found_passage_leads_to_its_place_on_the_coding_screen(coder: FlaskClient, place: str):
    page = coder.get(f"{place}/retrieval?q=CAU.TECH").text

    link = unescape(re.search(r'<li class="card">\s*<p class="fine"><a href="([^"]*)"', page)[1])

    assert link.endswith("#turn-2")
    assert WORDS in coder.get(link.partition("#")[0]).text


def test_a_wrong_query_stays_in_the_field_and_is_marked_where_it_is_wrong(coder: FlaskClient, place: str):
    page = coder.get(f"{place}/retrieval?q=CAU.TECH+and+NO.CODE")

    assert page.status_code == 422
    assert "Sign 14" in page.text
    assert "CAU.TECH and <mark>N</mark>O.CODE" in page.text
    assert ">CAU.TECH and NO.CODE</textarea>" in page.text


def test_a_search_shows_words_in_context_with_a_link_to_the_turn(coder: FlaskClient, place: str, interview: Interview):
    page = coder.get(f"{place}/search?q=系統").text

    assert page.count("<mark>系统</mark>") == 2
    assert f"/studies/{interview.study_id}/interviews/{interview.id}#turn-2" in page
    assert "1 of 1 interviewees" in page


def test_what_is_found_is_escaped_wherever_it_came_from(coder: FlaskClient, place: str):
    page = coder.get(f"{place}/search?q=暗号").text
    wrong = coder.get(f"{place}/retrieval?q=<b>").text

    assert "&lt;暗号&gt;" in page
    assert "<b>" not in wrong


@pytest.mark.parametrize("address", ["search?q=" + "字" * 300, "search?q=%3B", "retrieval?q=" + "A" * 3000,
                                     "retrieval?q=any&page=x", "retrieval?q=any&page=99999999999"])
def test_odd_addresses_are_answered_calmly(coder: FlaskClient, place: str, address: str):
    assert coder.get(f"{place}/{address}").status_code in {200, 422}


def test_a_query_is_saved_listed_and_deleted(coder: FlaskClient, place: str):
    coder.post(f"{place}/retrieval/saved", data={"q": "CAU.TECH", "name": "Systems", "claim": "Systems do not talk"})
    listed = coder.get(f"{place}/retrieval").text
    number = re.search(r'name="query" value="(\d+)"', listed)[1]

    coder.post(f"{place}/retrieval/saved", data={"deed": "delete", "query": number})

    assert "Systems do not talk" in listed
    assert "Systems do not talk" not in coder.get(f"{place}/retrieval").text


def test_the_wrong_coder_finds_nothing_of_a_running_round(log_in, interview: Interview, place: str):
    other = log_in("coder")
    with transaction() as session:
        study = get_study(session, interview.study_id)
        ann = make.member(session, study, "ann")
        open_round(session, study, session.merge(interview), [ann.id, find_account(session, "coder@example").id])
        apply_code(session, study, session.merge(interview), ann, make.passage(session, interview, WORDS), "CAU.TECH",
                   memo="暗号")

    asked = [other.get(f"{place}/{address}").text for address in (
        "retrieval?q=CAU.TECH", "retrieval?q=any", "retrieval?q=turns+overlapping+any", "search?q=暗号", "retrieval")]

    for page in asked:
        assert "Ann" not in page
        assert WORDS not in page
        assert "<mark>" not in page


def test_the_analyses_show_evidence_that_leads_to_its_passages(coder: FlaskClient, place: str, bank_study: Study):
    analyse_study(bank_study)
    close_read_session()

    page = coder.get(f"{place}/interview-analysis").text

    link = unescape(re.search(r'<dd><a href="([^"]*)">one of 1 interviewees speaks of it</a>', page)[1])
    assert WORDS in coder.get(link.partition("#")[0]).text
    assert "not searched" in page
    assert "This promises nothing" in page


def test_a_search_for_negative_cases_is_recorded_by_a_person_on_the_page(coder: FlaskClient, place: str,
                                                                         bank_study: Study):
    analyse_study(bank_study)
    close_read_session()

    coder.post(f"{place}/interview-analysis/negative", data={
        "code": "CAU.TECH", "outcome": "none_found", "method": "all read again"})

    page = coder.get(f"{place}/interview-analysis").text
    assert "searched, none found" in page
    assert "all read again" in page
    assert coder.post(f"{place}/interview-analysis/negative", data={"code": "CAU.TECH"}).status_code == 422


def test_the_matrix_is_handed_out_in_both_formats(coder: FlaskClient, place: str):
    text = coder.get(f"{place}/interview-analysis/cases/presence.csv")
    book = coder.get(f"{place}/interview-analysis/cases/counts.xlsx")

    assert text.text.splitlines()[0].startswith("\ufeffinterview,")
    assert book.data[:2] == b"PK"
    assert coder.get(f"{place}/interview-analysis/cases/names.csv").status_code == 422


def test_the_wrong_coder_learns_nothing_from_analyses_made_before_a_round(log_in, interview: Interview, place: str,
                                                                          bank_study: Study):
    other = log_in("coder")
    with transaction() as session:
        study, own = get_study(session, interview.study_id), session.merge(interview)
        ann = make.member(session, study, "ann")
        apply_code(session, study, own, ann, make.passage(session, own, WORDS), "CAU.TECH")
    analyse_study(bank_study)
    close_read_session()
    before = other.get(f"{place}/interview-analysis").text
    with transaction() as session:
        study, own = get_study(session, interview.study_id), session.merge(interview)
        open_round(session, study, own, [find_account(session, "ann").id, find_account(session, "coder@example").id])

    hidden = other.get(f"{place}/interview-analysis").text
    matrix = other.get(f"{place}/interview-analysis/cases/counts.csv").text

    assert "one of 1 interviewees speaks of it" in before
    assert "one of 1 interviewees speaks of it" not in hidden
    assert "CAU.TECH" not in hidden
    assert set(matrix.splitlines()[1].split(",")[1:]) == {"0"}


def test_a_researcher_has_the_analyses_computed_by_a_job(log_in, interview: Interview, place: str):
    prepare_queue()
    researcher = log_in("researcher")

    answer = researcher.post(f"{place}/interview-analysis")
    close_read_session()
    job = read_session().scalars(select(Job).where(Job.kind == "interviews")).one()
    do_job(job.id)

    page = researcher.get(f"{place}/interview-analysis").text
    assert answer.status_code == 302
    assert "1 interviews, computed" in page


def test_a_researcher_sets_by_what_saturation_is_judged_and_the_defaults_are_told(log_in, interview: Interview,
                                                                                   place: str, bank_study: Study):
    prepare_queue()
    researcher = log_in("researcher")
    analyse_study(bank_study)
    address = f"{place}/interview-analysis/saturation"
    wanted = {"saturation_base": "5", "saturation_run": "3", "saturation_share": "0"}

    answer = researcher.post(address, data=wanted)
    waiting = researcher.get(f"{place}/interview-analysis").text
    close_read_session()
    do_job(read_session().scalars(select(Job).where(Job.kind == "interviews")).one().id)
    page = researcher.get(f"{place}/interview-analysis").text

    assert answer.status_code == 302
    assert "Judged by the former numbers" in waiting
    assert "Judged by the former numbers" not in page
    assert "Base 5 interviews, runs of 3 that overlap, threshold 0 %." in page
    assert "default 4; from 3 to 10" in page
    close_read_session()
    study = read_session().get_one(Study, bank_study.id)
    assert study.thresholds == {"saturation_base": 5.0, "saturation_run": 3.0, "saturation_share": 0.0}
    researcher.post(address, data=dict.fromkeys(wanted, ""))
    close_read_session()
    assert read_session().get_one(Study, bank_study.id).thresholds == {}


@pytest.mark.parametrize(("name", "words"), [
    ("saturation_base", "2"), ("saturation_base", "4.5"), ("saturation_run", "many"), ("saturation_share", "11"),
    ("saturation_share", "-1"), ("saturation_share", "nan")])
def test_numbers_that_saturation_cannot_be_judged_by_are_refused(log_in, place: str, bank_study: Study, name: str,
                                                                 words: str):
    answer = log_in("researcher").post(f"{place}/interview-analysis/saturation", data={name: words})

    assert answer.status_code == 422
    assert "Give a number from" in answer.text
    close_read_session()
    assert read_session().get_one(Study, bank_study.id).thresholds == {}


def test_a_coder_does_not_set_by_what_saturation_is_judged(coder: FlaskClient, place: str):
    assert coder.post(f"{place}/interview-analysis/saturation", data={"saturation_base": "5"}).status_code == 403
    assert 'name="saturation_base"' not in coder.get(f"{place}/interview-analysis").text


def test_the_column_of_the_crosstab_is_chosen_among_attributes_with_the_rule_of_cells(log_in, place: str,
                                                                                      bank_study: Study):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann = make.member(session, study, "ann")
        define_attribute(session, study, "branch", "text", {"en": "Branch", "zh": "支行"})
        for number in range(12):
            row = make.interview(session, study, key=f"N{number:02d}")
            row.line, row.attributes = ("corporate", "retail")[number % 2], {"branch": "same"}
            if number < 9:
                apply_code(session, study, row, ann, make.passage(session, row, WORDS), "CAU.TECH")
    analyse_study(bank_study)
    close_read_session()
    client = log_in("coder")

    usual, chosen = (client.get(f"{place}/interview-analysis{query}").text for query in ("", "?column=line"))

    assert "<caption>Role class</caption>" in usual
    assert "<caption>Business line</caption>" in chosen
    assert "corporate (n=6)" in chosen
    assert re.search(r'CAU.TECH</a></th>.*?</tr>', chosen)[0].count("*</span>/6") == 2      # 5 and 4 of 6 each
    assert re.search(r"fewer than two or more than twelve values occur: [^<]*Branch", chosen)
