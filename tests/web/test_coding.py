"""The coding screen in the client: with a script's requests, with plain forms, and as the wrong coder."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.coding import Code, Coding, LinkCoding
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import open_round
from surveyapp.services.coding import apply_code
from surveyapp.services.interview import current_version, log_interview
from surveyapp.services.study import get_study
from tests.factories import coding as make

WORDS = "前后登了五个系统，最后还是自己拿表格拼的。"


@pytest.fixture
def interview(bank_study: Study) -> Interview:
    with transaction() as session:
        return make.interview(session, get_study(session, bank_study.id))


@pytest.fixture
def place(bank_study: Study, interview: Interview) -> str:
    return f"/studies/{bank_study.id}/interviews/{interview.id}"


def range_of(interview: Interview, words: str) -> dict[str, object]:
    passage = make.passage(read_session(), interview, words)
    return {"start": passage.start, "end": passage.end, "quote": words, "version": passage.version_sha256}


def codings(kind: type = Coding) -> list:
    close_read_session()
    return list(read_session().scalars(select(kind).where(kind.deleted_at.is_(None)).order_by(kind.id)))


def words_of(page: str, turn: int) -> str:
    """The text inside a turn's words as a browser's Range would give it: tags out, entities read."""
    block = re.search(rf'id="turn-{turn}".*?<div class="words"[^>]*>(.*?)</div>', page, re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", block[1]))


def test_the_page_holds_each_turn_exactly_as_stored(log_in, interview: Interview, place: str):
    client = log_in("coder")
    for words, code in (("𠮷先生，最近一次", "PRB"), ("最近一次查", "CAU")):
        client.post(f"{place}/codings", data={**range_of(interview, words), "code": code, "polarity": "supports"})

    shown = client.get(place).text

    text = current_version(read_session(), interview).text
    assert [words_of(shown, n) for n in (1, 2, 3, 4)] == [line.partition("：")[2] for line in text.splitlines()]
    assert 'data-codings="c1 c2"' in shown
    starts = [int(start) for start in re.findall(r'data-start="(\d+)"\s+data-gap', shown)]
    assert [text[start:start + 2] for start in starts] == ["𠮷先", "上周", "客户", "客户"]


def test_an_interview_without_a_text_shows_what_is_missing_and_loads_no_script(log_in, bank_study: Study):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        numbers = [log_interview(session, study, make.log(has_consent=consent)).id for consent in (True, False)]
    client = log_in("coder")

    pages = [client.get(f"/studies/{bank_study.id}/interviews/{number}").text for number in numbers]

    assert "This interview has no text yet." in pages[0]
    assert "Without consent no text of this interview is stored." in pages[1]
    assert not any("coding.js" in page for page in pages)


def test_a_script_gets_the_renewed_turn_and_the_new_row(log_in, interview: Interview, place: str):
    answer = log_in("coder").post(f"{place}/codings", headers={"X-Fragment": "1"}, data={
        **range_of(interview, WORDS), "code": "CAU.TECH", "polarity": "contradicts", "memo": "m"})

    assert answer.status_code == 200
    assert answer.text.count("<article") == 1
    assert words_of(answer.text, 2).startswith("上周。" + WORDS)
    assert 'id="row-c1"' in answer.text
    assert "<main" not in answer.text


def test_codes_that_exclude_each_other_on_the_same_words_are_told_and_kept(
        log_in, bank_study: Study, interview: Interview, place: str):
    with transaction() as session:
        row = session.scalars(select(Code).where(Code.key == "CAU")).one()
        row.document = {**row.document, "has_exclusive_children": True}
    client = log_in("coder")
    typed = {**range_of(interview, WORDS), "polarity": "supports"}
    told = "The codebook says that CAU.COORD excludes CAU.TECH"

    first = client.post(f"{place}/codings", data={**typed, "code": "CAU.TECH"}, follow_redirects=True)
    other = client.post(f"{place}/codings", data={**typed, "code": "PRB.INFO"}, follow_redirects=True)
    second = client.post(f"{place}/codings", data={**typed, "code": "CAU.COORD"}, follow_redirects=True)
    script = client.post(f"{place}/codings", headers={"X-Fragment": "1"}, data={
        **range_of(interview, WORDS[:4]), "polarity": "supports", "code": "CAU.COORD"})

    assert [told in answer.text for answer in (first, other, second)] == [False, False, True]
    assert f'<p id="warning">{told}' in script.text
    assert len(read_session().scalars(select(Coding)).all()) == 4


def test_line_ends_that_a_browser_makes_crlf_do_not_move_a_passage(log_in, bank_study: Study):
    with transaction() as session:
        interview = make.interview(session, get_study(session, bank_study.id), "I: Why?\nP: One\ntwo.\n", key="LINES")
    client = log_in("coder")

    answer = client.post(f"/studies/{bank_study.id}/interviews/{interview.id}/codings", data={
        **range_of(interview, "One\ntwo."), "quote": "One\r\ntwo.", "code": "PRB", "polarity": "supports"})

    assert answer.status_code == 302
    assert len(codings()) == 1


@pytest.mark.parametrize("change", [{"start": 1}, {"quote": "other"}, {"version": "0" * 64}])
def test_a_stale_passage_is_refused_and_explained(log_in, interview: Interview, place: str, change: dict):
    answer = log_in("coder").post(f"{place}/codings", data={
        **range_of(interview, WORDS), "code": "PRB", "polarity": "supports", **change})

    assert answer.status_code == 409
    assert "Load the page again" in answer.text
    assert codings() == []


def test_sentences_are_coded_with_a_plain_form(log_in, interview: Interview, place: str):
    client = log_in("coder")
    form = client.get(f"{place}?turn=2").text
    version = re.search(r'name="version" value="(\w+)"', form)[1]
    sentences = re.findall(r'name="sentence" value="(\d)"', form)

    answer = client.post(f"{place}/codings", data={
        "turn": "2", "version": version, "sentence": ["1"], "words": "", "code": "CAU.TECH", "polarity": "supports",
        "deed": "code"})

    assert sentences == ["0", "1", "2"]
    assert answer.location == f"{place}#turn-2"
    assert len(codings()) == 1
    assert "CAU.TECH+" in client.get(place).text


def test_pasted_words_are_linked_with_a_plain_form(log_in, interview: Interview, place: str):
    log_in("coder").post(f"{place}/codings", data={
        "turn": "2", "version": current_version(read_session(), interview).sha256, "words": "因为各条线的系统互相不通",
        "cause": "CAU.TECH", "problem": "PRB.INFO", "deed": "link"})

    assert len(codings(LinkCoding)) == 1


@pytest.mark.parametrize(("data", "words"), [
    ({"words": "说"}, "more than once"), ({"words": "never said"}, "do not occur"), ({}, "No passage was chosen"),
    ({"words": "也有说不好的。", "code": ""}, "no code"), ({"words": "也有说不好的。", "polarity": "x"}, "no polarity"),
])
def test_a_plain_form_that_makes_no_coding_says_why(log_in, interview: Interview, place: str, data: dict, words: str):
    answer = log_in("coder").post(f"{place}/codings", data={
        "turn": "4", "version": current_version(read_session(), interview).sha256, "code": "PRB",
        "polarity": "supports", **data})

    assert answer.status_code == 422
    assert words in answer.text


def test_a_coding_is_changed_cleared_for_print_deleted_and_brought_back(log_in, interview: Interview, place: str):
    client = log_in("coder")
    client.post(f"{place}/codings", data={**range_of(interview, WORDS), "code": "PRB", "polarity": "supports"})

    client.post(f"{place}/codings/c1", data={"deed": "save", "polarity": "mixed", "memo": "why", "version": "1"})
    client.post(f"{place}/codings/c1", data={"deed": "print", "edited_en": "Five systems.", "edited_zh": "五个系统。"})
    changed = codings()[0]
    client.post(f"{place}/codings/c1", data={"deed": "delete"})
    n_after_delete = len(codings())
    client.post(f"{place}/undo")

    assert (changed.polarity, changed.memo) == ("mixed", "why")
    assert changed.edited_quote == {"en": "Five systems.", "zh": "五个系统。"}
    assert (n_after_delete, len(codings())) == (0, 1)
    shown = client.get(f"{place}?mark=c1").text
    assert "Five systems." in shown
    assert "only these are printed" in shown


def test_words_of_an_interview_are_never_markup(log_in, bank_study: Study):
    with transaction() as session:
        interview = make.interview(session, get_study(session, bank_study.id),
                                   'I: <script>alert(1)</script>?\nP: "><img src=x onerror=alert(1)> & so.\n', key="X")
    client = log_in("coder")
    place = f"/studies/{bank_study.id}/interviews/{interview.id}"
    client.post(f"{place}/codings", data={**range_of(interview, '"><img src=x'), "code": "PRB", "polarity": "supports"})

    shown = client.get(place).text + client.get(f"{place}?mark=c1&turn=2").text + client.get(
        f"/studies/{bank_study.id}/codes/PRB").text

    assert "<script>alert" not in shown
    assert "<img" not in shown


def test_the_pages_by_code_count_people_and_lead_to_the_place(log_in, bank_study: Study, interview: Interview,
                                                              place: str):
    client = log_in("coder")
    for words, code, polarity in ((WORDS, "PRB.INFO", "supports"), ("上周。", "PRB.INFO.LINK", "contradicts")):
        client.post(f"{place}/codings", data={**range_of(interview, words), "code": code, "polarity": polarity})
    codes = f"/studies/{bank_study.id}/codes"

    everything, filtered = client.get(f"{codes}/PRB").text, client.get(f"{codes}/PRB?polarity=contradicts").text

    assert "Interviewees: 1 · passages: 2" in everything
    assert f'href="{place}?mark=c1#turn-2"' in everything
    assert f"<mark>{WORDS}</mark>" in everything
    assert "1 of 2 passages" in filtered
    assert f"<mark>{WORDS}</mark>" not in filtered
    assert client.get(codes).status_code == 200
    assert client.get(f"{codes}/NO.SUCH").status_code == 404


# ---- rounds ---------------------------------------------------------------------------------------------------------
SECRET = "a memo only Ann may read"


@pytest.fixture
def blind(log_in, bank_study: Study, interview: Interview) -> FlaskClient:
    """A client of Bob's, blind in a round with Ann, who has coded."""
    client = log_in("coder", login="bob@example")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann, bob = (make.member(session, study, name) for name in ("ann@example", "bob@example"))
        open_round(session, study, interview, [ann.id, bob.id])
        apply_code(session, study, interview, ann, make.passage(session, interview, WORDS), "CAU.TECH",
                   memo=SECRET)
    return client


def test_the_wrong_coder_learns_nothing_from_any_page(blind: FlaskClient, bank_study: Study, place: str):
    study = f"/studies/{bank_study.id}"
    pages = [place, f"{place}?mark=c1", f"{place}?turn=2&mark=c1", f"{study}/interviews", f"{study}/codes",
             f"{study}/codes/CAU", f"{study}/codes/CAU.TECH", f"{study}/codes/CAU.TECH?coder=Ann@example"]

    shown = {page: blind.get(page).text for page in pages}

    for page, text in shown.items():
        assert SECRET not in text, page
        assert "row-c1" not in text, page
        assert 'data-codings="c1"' not in text, page
        assert f"<mark>{WORDS}" not in text, page
    assert '<span class="tag" id="n-codings">0</span>' in shown[place]
    assert "you see your own codings only" in shown[place]
    assert "Interviewees: 0 · passages: 0" in shown[f"{study}/codes/CAU"]
    row = shown[f"{study}/interviews"].partition(">I01</a>")[2].partition("</tr>")[0]
    assert re.findall(r'<td class="number"[^>]*><div>(\d+)</div>', row) == ["0"]


@pytest.mark.parametrize("data", [
    {"deed": "save", "polarity": "mixed", "version": "1"}, {"deed": "delete"}, {"deed": "print", "edited_en": "x"},
])
def test_the_wrong_coder_gets_the_same_answer_as_for_a_coding_that_is_not_there(blind: FlaskClient, place: str,
                                                                               data: dict):
    hidden, absent = (blind.post(f"{place}/codings/{mark}", data=data) for mark in ("c1", "c999"))

    def words(reply) -> str:
        return re.sub(r'name="csrf_token" value="[^"]*"', "", reply.text)   # it tells the second of the request

    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert words(hidden) == words(absent).replace("c999", "c1")
    assert codings()[0].version == 1


def test_an_answer_to_a_script_shows_no_coding_of_the_other(blind: FlaskClient, interview: Interview, place: str):
    answer = blind.post(f"{place}/codings", headers={"X-Fragment": "1"}, data={
        **range_of(interview, WORDS), "code": "PRB", "polarity": "supports"})

    assert 'data-codings="c2"' in answer.text
    assert "c1" not in re.findall(r'data-codings="([^"]*)"', answer.text)[0].split()
    assert "CAU.TECH" not in answer.text


def test_rounds_are_opened_finished_and_taken_back_on_the_page(log_in, client: FlaskClient, bank_study: Study,
                                                              interview: Interview, place: str):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann, bob = (make.member(session, study, name) for name in ("ann", "bob"))
    log_in("researcher").post(f"{place}/round", data={"deed": "open", "coder": [ann.id, bob.id]})
    assert client.get(place).text.count("at work") == 2
    client.post("/logout")
    client.post("/login", data={"login": "ann", "password": make.PASSWORD})

    assert "Finish my coding" in client.get(place).text
    client.post(f"{place}/finish", data={"deed": "finish"})
    assert "Take my finish back" in client.get(place).text
    assert client.post(f"{place}/codings", data={
        **range_of(interview, WORDS), "code": "PRB", "polarity": "supports"}).status_code == 409
    assert client.post(f"{place}/round", data={"deed": "dissolve"}).status_code == 403


def test_a_coding_of_another_study_is_not_reached_through_this_one(log_in, bank_study: Study, interview: Interview,
                                                                  place: str):
    with transaction() as session:
        other = make.bank_study(session, "other")
        foreign = make.interview(session, other)
    client = log_in("coder")

    assert client.get(f"/studies/{bank_study.id}/interviews/{foreign.id}").status_code == 404
    assert client.get(f"/studies/{other.id}/interviews/{foreign.id}").status_code == 404
    assert client.post(f"/studies/{bank_study.id}/interviews/{foreign.id}/undo").status_code == 404
    assert client.get(f"{place}?mark=x").status_code == 200
    assert client.post(f"{place}/codings/x1").status_code == 404
