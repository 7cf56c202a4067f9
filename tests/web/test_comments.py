"""Pages of comments in the client: as a researcher, as a coder, as the wrong coder, with forms that do not fit."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.coding import Coding, LinkCoding
from surveyapp.models.comment import Candidate, CandidateLine, CommentSource
from surveyapp.models.interview import Interview
from surveyapp.models.study import Study
from surveyapp.services.blinding import open_round
from surveyapp.services.interview import current_version, get_interview
from surveyapp.services.study import get_study
from tests.factories import coding as people
from tests.factories import comments as make

ITEM = "O_OTHER"


@pytest.fixture
def place(bank_study: Study) -> str:
    """The address of comments that can be coded."""
    with transaction() as session:
        make.source(session, get_study(session, bank_study.id), item=ITEM)
    return f"/studies/{bank_study.id}/comments/1"


@pytest.fixture
def answered(bank_study: Study) -> str:
    """The address of the open questions of a closed wave in which some comments name somebody."""
    with transaction() as session:
        make.answer(session, get_study(session, bank_study.id), (*make.PLAIN, *make.NAMING), item=ITEM)
    return f"/studies/{bank_study.id}/comments"


def version() -> str:
    session = read_session()
    source = session.scalars(select(CommentSource)).one()
    text = current_version(session, session.get_one(Interview, source.interview_id))
    assert text is not None
    return text.sha256


def count(table: type) -> int:
    close_read_session()
    return read_session().scalar(select(func.count()).select_from(table)) or 0


def n_codings() -> int:
    close_read_session()
    return read_session().scalar(select(func.count()).select_from(Coding).where(Coding.deleted_at.is_(None))) or 0


def give(client: FlaskClient, place: str, *lines: int, code: str = "CAU.TECH", query: str = "", **more: str):
    return client.post(f"{place}/codings{query}", data={
        "line": [str(line) for line in lines], "code": code, "polarity": "supports", "version": version(), **more})


def test_a_question_is_taken_over_checked_and_handed_over_by_forms(log_in, answered: str):
    client = log_in("researcher")
    made = client.post(f"{answered}/make", data={"wave": "w1", "audience": "staff", "item": ITEM})
    page = client.get(made.headers["Location"]).text
    numbers = re.findall(r'name="line" value="(\d+)"', page)
    early = client.post(f"{answered}/1/hand-over")

    client.post(f"{answered}/1/redaction", data={"line": numbers, **{f"decision-{n}": "dropped" for n in numbers}})
    done = client.post(f"{answered}/1/hand-over")

    assert len(numbers) == 3
    assert early.status_code == 409 or "not decided yet" in early.text
    assert client.get(done.headers["Location"]).text.count('name="line"') == len(make.PLAIN)


def test_a_wording_that_does_not_fit_keeps_everything_that_was_typed(log_in, answered: str):
    client = log_in("researcher")
    client.post(f"{answered}/make", data={"wave": "w1", "audience": "staff", "item": ITEM})
    page = client.get(f"{answered}/1/redaction").text
    numbers = re.findall(r'name="line" value="(\d+)"', page)

    shown = client.post(f"{answered}/1/redaction", data={
        "line": numbers, f"decision-{numbers[0]}": "dropped", f"decision-{numbers[1]}": "replaced",
        f"words-{numbers[1]}": "call 13812345678 now"})

    assert shown.status_code == 422
    assert "call 13812345678 now" in shown.text
    assert "still holds a telephone" in shown.text
    assert client.get(f"{answered}/1/redaction").text.count('name="line"') == 3     # nothing was half done


def test_a_coder_sees_nothing_of_comments_that_are_being_checked(log_in, bank_study: Study, answered: str):
    with transaction() as session:
        from surveyapp.services.comment_source import make_source
        make_source(session, get_study(session, bank_study.id), "w1", "staff", ITEM)
    client = log_in("coder")

    replies = [client.get(f"{answered}/1"), client.get(f"{answered}/1/redaction"), client.get(answered),
               client.post(f"{answered}/1/codings", data={"line": "1", "code": "CAU"})]

    assert [reply.status_code for reply in replies] == [404, 403, 200, 404]
    assert not [reply for reply in replies if "王经理" in reply.text or "系统太多" in reply.text]


def test_ticked_comments_get_a_code_and_the_filter_stays(log_in, place: str):
    client = log_in("coder")

    reply = give(client, place, 1, 2, 3, query="?state=uncoded&q=%E7%B3%BB")

    assert reply.headers["Location"].endswith("?q=%E7%B3%BB&state=uncoded#line-3")
    assert n_codings() == 3
    assert "CAU.TECH was given to 3 comments." in client.get(place).text


def test_a_code_typed_with_its_name_and_a_button_both_give_it(log_in, place: str):
    client = log_in("coder")

    give(client, place, 1, code="CAU.TECH · Weak information technology")
    give(client, place, 2, code="", quick="PRB.INFO")

    assert n_codings() == 2


@pytest.mark.parametrize(("lines", "form"), [
    ((), {}), ((1,), {"code": "NO.SUCH"}), ((1,), {"version": "0" * 64}), ((1,), {"polarity": "sideways"}),
    ((99,), {})])
def test_what_does_not_fit_is_refused_and_nothing_is_coded(log_in, place: str, lines, form):
    reply = give(log_in("coder"), place, *lines, **form)

    assert 400 <= reply.status_code < 500
    assert n_codings() == 0


def test_one_undo_takes_the_batch_back_and_one_coding_can_be_deleted(log_in, place: str):
    client = log_in("coder")
    give(client, place, 1, 2, 3)
    client.post(f"{place}/remove/c1")
    left = n_codings()
    client.post(f"{place}/undo")
    client.post(f"{place}/undo")

    assert (left, n_codings()) == (2, 0)


def test_what_was_undone_is_done_again_and_memos_stand_on_comments(log_in, bank_study: Study, place: str):
    client = log_in("coder")
    give(client, place, 1, 2, 3)
    client.post(f"{place}/undo")
    client.post(f"{place}/redo")
    memos = re.search(r'href="([^"]*/memos\?turn=1)"', client.get(place).text)[1]
    form = client.get(memos).text

    client.post(memos.partition("?")[0], data={
        "turn": "1", "text": "see comment 2", "version": re.search(r'name="version" value="(\w{64})"', form)[1]})

    assert n_codings() == 3
    assert "New memo on comment 1" in form
    assert "see comment 2" in client.get(memos).text


def link(client: FlaskClient, place: str, *lines: int, cause: str = "CAU.TECH", problem: str = "PRB.INFO", **more: str):
    return client.post(f"{place}/links", data={"line": [str(line) for line in lines], "cause": cause,
                                               "problem": problem, "version": version(), **more})


def n_links() -> int:
    close_read_session()
    return read_session().scalar(select(func.count()).select_from(LinkCoding)
                                 .where(LinkCoding.deleted_at.is_(None))) or 0


def test_a_link_is_given_to_ticked_comments_counted_undone_done_again_and_removed(log_in, place: str):
    client = log_in("coder")

    first = link(client, place, 1, 2)
    link(client, place, 2, 3)
    page = client.get(place).text
    counts = []
    for deed in ("undo", "redo", "undo", "remove/k1"):
        client.post(f"{place}/{deed}")
        counts.append(n_links())

    assert first.headers["Location"].endswith("#line-2")
    assert "CAU.TECH → PRB.INFO</span> · 3 of 8 comments" in page
    assert "8 comments · 3 coded" in page
    assert 'aria-label="Delete CAU.TECH → PRB.INFO from comment 1"' in page
    assert counts == [2, 3, 2, 1]


@pytest.mark.parametrize(("lines", "form", "status"), [
    ((), {}, 422), ((1,), {"cause": "PRB.INFO"}, 422), ((1,), {"problem": ""}, 422), ((99,), {}, 422),
    ((1,), {"version": "0" * 64}, 409)])
def test_a_link_that_does_not_fit_is_refused(log_in, place: str, lines, form, status: int):
    assert link(log_in("coder"), place, *lines, **form).status_code == status
    assert n_links() == 0


def test_a_link_that_all_chosen_comments_have_is_refused(log_in, place: str):
    client = log_in("coder")
    link(client, place, 1)

    again = link(client, place, 1)

    assert again.status_code == 409
    assert "You have linked CAU.TECH and PRB.INFO in all chosen comments already." in again.text


def test_the_workbench_of_interviews_leads_to_the_list(log_in, bank_study: Study, place: str):
    client = log_in("coder")

    assert client.get(f"/studies/{bank_study.id}/interviews/1").headers["Location"].endswith("/comments/1")
    assert "O_OTHER.w1" not in client.get(f"/studies/{bank_study.id}/interviews").text


def test_an_answers_text_has_no_log_entry_speakers_or_deletion(log_in, bank_study: Study, place: str):
    client = log_in("researcher")

    for page in ("edit", "speakers", "delete"):
        assert client.get(f"/studies/{bank_study.id}/interviews/1/{page}").status_code == 404
        assert client.post(f"/studies/{bank_study.id}/interviews/1/{page}").status_code == 404


def test_the_code_pages_count_comments_apart_from_interviewees(log_in, bank_study: Study, place: str):
    client = log_in("coder")
    give(client, place, 1, 2, code="CAU.TECH")
    give(client, place, 3, code="CAU.TECH", polarity="contradicts")

    page = client.get(f"/studies/{bank_study.id}/codes/CAU.TECH").text

    assert "3 of 8 comments" in page
    assert "Interviewees: 0" in page
    assert "Comments (of 8)" in client.get(f"/studies/{bank_study.id}/codes").text


def test_the_wrong_coder_learns_nothing_from_any_route(log_in, bank_study: Study, place: str):
    coder = log_in("coder")
    give(coder, place, 1, 2, code="SUG.MKT", memo="secret memo")
    link(coder, place, 4)
    with transaction() as session:
        study = get_study(session, bank_study.id)
        bob = people.member(session, study, "bob")
        ann = people.find(session, "coder@example")
        boss = people.member(session, study, "other", "researcher")
        open_round(session, study, get_interview(session, study, 1), [ann.id, bob.id, boss.id])
    pages = ("", "?code=SUG.MKT", "?like=SUG.MKT", "?state=coded", "?state=uncoded")
    study_pages = ("codes", "codes/SUG.MKT", "comments", "interviews", "interviews/1")
    client = log_in("coder", is_member=True, login="third")

    for login in ("bob", "other", "third"):
        client.get("/logout")
        client.post("/logout")
        client.post("/login", data={"login": login, "password": people.PASSWORD})
        texts = {page: client.get(f"{place}{page}").text for page in pages}
        texts |= {page: client.get(f"/studies/{bank_study.id}/{page}", follow_redirects=True).text
                  for page in study_pages}

        assert "8 comments · 0 coded · 8 uncoded" in texts[""], login
        assert "No comment fits." in texts["?code=SUG.MKT"], login
        assert "No comment fits." in texts["?state=coded"], login
        assert not [page for page, text in texts.items() if "secret memo" in text or "as in coded comments" in text]
        assert "0 of 8 comments" in texts["codes/SUG.MKT"], login
        assert "CAU.TECH → PRB.INFO" not in texts[""], login
        assert [client.post(f"{place}/remove/{mark}").status_code for mark in ("c1", "k1")] == [404, 404], login


def test_candidates_are_nominated_from_ticked_comments(log_in, bank_study: Study, place: str):
    client = log_in("researcher")
    home = f"/studies/{bank_study.id}/candidates"
    words = {"kind": "problem", "name_en": "Queues", "name_zh": "排队", "definition_en": "Long queues.",
             "definition_zh": "排队时间长。"}

    refused = client.post(home, data={**words, "name_zh": ""})
    client.post(home, data=words)
    client.post(f"{place}/candidate", data={"line": ["1", "4"], "candidate": "1"})

    assert refused.status_code == 422
    assert "Long queues." in refused.text
    page = client.get(home).text
    assert "2 of 8 comments" in page
    assert "candidate, not measured" in page
    client.post(f"{home}/1", data={"deed": "withdraw"})
    assert (count(Candidate), count(CandidateLine)) == (0, 0)


def test_a_coder_cannot_nominate_or_take_over(log_in, bank_study: Study, place: str):
    client = log_in("coder")

    assert client.get(f"/studies/{bank_study.id}/candidates").status_code == 403
    assert client.post(f"{place}/candidate", data={"line": "1", "candidate": "1"}).status_code == 403
    assert client.post(f"{place}/discard").status_code == 403


def test_comments_are_discarded_after_asking(log_in, place: str):
    client = log_in("researcher")
    asked = client.get(f"{place}/discard")

    client.post(f"{place}/discard")

    assert "cannot be undone" in asked.text
    assert (count(CommentSource), count(Interview)) == (0, 0)


@pytest.mark.parametrize("query", [
    "?page=999", "?page=x", "?state=nonsense", "?code=NO", "?like=NO", "?q=%F0%9F%91%8D"])
def test_an_odd_address_shows_the_list(log_in, place: str, query: str):
    assert log_in("coder").get(f"{place}{query}").status_code == 200


def test_a_round_over_comments_is_opened_and_finished_by_the_same_forms_as_an_interviews(
        log_in, bank_study: Study, place: str):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann, bob = (people.member(session, study, name) for name in ("ann", "bob"))
    client = log_in("researcher")
    page = client.get(place).text

    opened = client.post(f"/studies/{bank_study.id}/interviews/1/round", follow_redirects=True,
                         data={"deed": "open", "coder": [str(ann.id), str(bob.id)]})
    client.post("/logout")
    client.post("/login", data={"login": "ann", "password": people.PASSWORD})
    give(client, place, 1)
    finished = client.post(f"/studies/{bank_study.id}/interviews/1/finish", follow_redirects=True)
    late = give(client, place, 2)

    assert "Open a round" in page
    assert opened.request.path == place
    assert "Take my finish back" in finished.text
    assert (late.status_code, n_codings()) == (409, 1)


def test_whoever_is_not_in_a_running_round_gives_no_code(log_in, bank_study: Study, place: str):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        pair = [people.member(session, study, name).id for name in ("ann", "bob")]
        open_round(session, study, get_interview(session, study, 1), pair)

    reply = give(log_in("coder"), place, 1)

    assert (reply.status_code, n_codings()) == (403, 0)
