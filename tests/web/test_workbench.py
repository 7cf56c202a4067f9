"""The workbench in the client: boundaries, memos, corrections, redo, two wordings, long texts; the wrong coder."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from surveyapp.db.session import close_read_session, read_session, transaction
from surveyapp.models.audit import Audit
from surveyapp.models.coding import Coding, LinkCoding, Memo, Segment
from surveyapp.models.interview import Interview, TranscriptFile, TranscriptVersion
from surveyapp.models.study import Study
from surveyapp.services.blinding import open_round
from surveyapp.services.coding import apply_code
from surveyapp.services.interview import current_version
from surveyapp.services.memo import write_interview_memo, write_segment_memo
from surveyapp.services.study import get_study
from tests.factories import coding as make

WORDS = "前后登了五个系统，最后还是自己拿表格拼的。"
LINK = "因为各条线的系统互相不通，所以我手里的客户永远是半张脸。"
SECRET = "a memo only Ann may read"


@pytest.fixture
def interview(bank_study: Study) -> Interview:
    with transaction() as session:
        return make.interview(session, get_study(session, bank_study.id))


@pytest.fixture
def place(bank_study: Study, interview: Interview) -> str:
    return f"/studies/{bank_study.id}/interviews/{interview.id}"


def range_of(interview: Interview, words: str) -> dict[str, object]:
    close_read_session()
    passage = make.passage(read_session(), interview, words)
    return {"start": passage.start, "end": passage.end, "quote": words, "version": passage.version_sha256}


def code(client: FlaskClient, place: str, interview: Interview, words: str = WORDS, key: str = "CAU.TECH") -> None:
    client.post(f"{place}/codings", data={**range_of(interview, words), "code": key, "polarity": "supports"})


def quotes(kind: type = Coding) -> list[str]:
    close_read_session()
    return list(read_session().scalars(select(Segment.quote).join(kind, kind.segment_id == Segment.id)
                                       .where(kind.deleted_at.is_(None)).order_by(kind.id)))


def memos() -> list[str]:
    close_read_session()
    return list(read_session().scalars(select(Memo.text).where(Memo.deleted_at.is_(None)).order_by(Memo.id)))


# ---- boundaries -----------------------------------------------------------------------------------------------------
def test_a_script_moves_a_boundary_and_gets_the_renewed_turns(log_in, interview: Interview, place: str):
    client = log_in("coder")
    code(client, place, interview, "客户怎么说？\n答：客户👨‍👩‍👧说好。", "PRB")

    answer = client.post(f"{place}/codings/c1/edges", headers={"X-Fragment": "1"}, data={
        **range_of(interview, "客户怎么说？"), "deed": "move", "coding_version": 1})

    assert answer.status_code == 200
    assert re.findall(r'<article[^>]*id="(turn-\d)"', answer.text) == ["turn-3", "turn-4"]      # it left the last
    assert 'data-version="2"' in answer.text
    assert quotes() == ["客户怎么说？"]


def test_boundaries_are_moved_with_plain_buttons_and_by_exact_words(log_in, interview: Interview, place: str):
    client = log_in("coder")
    code(client, place, interview)
    form = client.get(f"{place}?mark=c1").text
    sha = re.search(r'name="version" value="(\w{64})"><input type="hidden" name="coding_version"', form)[1]

    client.post(f"{place}/codings/c1/edges", data={"deed": "end-later", "version": sha, "coding_version": "1"})
    stepped = quotes()
    client.post(f"{place}/codings/c1/edges", data={"deed": "words", "words": "登了五个系统", "version": sha,
                                                   "coding_version": "2"})

    assert stepped == [WORDS + LINK]
    assert quotes() == ["登了五个系统"]


def test_a_link_is_moved_too_and_a_stale_boundary_is_refused(log_in, interview: Interview, place: str):
    client = log_in("coder")
    client.post(f"{place}/codings", data={**range_of(interview, LINK), "deed": "link", "cause": "CAU.TECH",
                                          "problem": "PRB.INFO"})
    new = {**range_of(interview, "因为各条线的系统互相不通"), "deed": "move", "coding_version": 1}

    answers = [client.post(f"{place}/codings/k1/edges", data=new).status_code for _ in range(2)]

    assert answers == [302, 409]
    assert quotes(LinkCoding) == ["因为各条线的系统互相不通"]


def test_the_margin_names_every_coding_of_a_turn_and_where_it_goes_on(log_in, interview: Interview, place: str):
    client = log_in("coder")
    code(client, place, interview, "客户怎么说？\n答：客户👨‍👩‍👧说好。", "PRB")
    code(client, place, interview, "客户怎么说？", "CAU")

    page = client.get(place).text

    bars = [[re.sub(r"<[^>]*>", "", bar).strip() for bar in re.findall(r"<li class=.hue-\d bar-\d.>(.*?)</li>", block)]
            for block in re.findall(r'<ul class="bars".*?</ul>', page, re.DOTALL)]
    assert sorted(bars[0]) == ["CAU+", "PRB+ ↓"]
    assert bars[1] == ["↑ PRB+"]


def test_a_memo_on_a_passage_stands_in_the_margin_of_the_page_and_of_the_renewed_turn(log_in, interview: Interview,
                                                                                       place: str):
    client = log_in("coder")
    said = {**range_of(interview, WORDS), "deed": "memo",
            "memo": "<b>five</b> systems, count them again with the team lead"}

    part = client.post(f"{place}/codings", headers={"X-Fragment": "1"}, data=said)
    code(client, place, interview, "客户怎么说？", "PRB")
    client.post(f"{place}/codings/c1", data={"deed": "save", "polarity": "mixed", "memo": "mixed because …",
                                             "version": "1"})
    page = client.get(place).text

    for text in (part.text, page):
        note = re.search(r'<li data-note="m1">.*?</li>', text, re.DOTALL)[0]
        assert "&lt;b&gt;five&lt;/b&gt; systems, count the…</summary>" in note
        assert f'href="{place}/memos#m1"' in note
        assert f'<span class="noted" data-notes="m1">{WORDS}</span>' in text
    assert 'href="?mark=c1#chosen" aria-label="Open memo: mixed because …"' in page
    assert page.index('data-note="c1"') > page.index('id="turn-3"')


# ---- redo and two wordings ------------------------------------------------------------------------------------------
def test_undo_and_redo_lead_back_to_the_turn(log_in, interview: Interview, place: str):
    client = log_in("coder")
    code(client, place, interview)

    undone = client.post(f"{place}/undo", data={"turn": "2"})
    n_after = len(quotes())
    done = client.post(f"{place}/redo", data={"turn": ""})

    assert undone.location == f"{place}?at=2#turn-2"
    assert done.location == f"{place}#codings"
    assert (n_after, len(quotes())) == (0, 1)
    assert client.post(f"{place}/redo").status_code == 409


def test_a_stale_change_shows_both_wordings_and_saves_the_chosen_one(log_in, interview: Interview, place: str):
    client = log_in("coder")
    code(client, place, interview)
    theirs = {"deed": "save", "polarity": "contradicts", "memo": "theirs & more", "version": "1"}
    client.post(f"{place}/codings/c1", data=theirs)

    answer = client.post(f"{place}/codings/c1", data={**theirs, "polarity": "mixed", "memo": "mine <b>"})

    assert answer.status_code == 409
    shown = unescape(answer.text)
    assert "theirs & more" in shown
    assert ">mine <b></textarea>" in shown
    version = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    client.post(f"{place}/codings/c1", data={"deed": "save", "polarity": "mixed", "memo": "both", "version": version})
    close_read_session()
    row = read_session().get(Coding, 1)
    assert (row.polarity, row.memo) == ("mixed", "both")


@pytest.mark.parametrize("mark", ["c1", "k1"])
def test_a_stale_wording_for_print_is_not_lost(log_in, interview: Interview, place: str, mark: str):
    client = log_in("coder")
    code(client, place, interview)
    client.post(f"{place}/codings", data={**range_of(interview, LINK), "deed": "link", "cause": "CAU.TECH",
                                          "problem": "PRB.INFO"})
    client.post(f"{place}/codings/{mark}", data={"deed": "print", "edited_en": "Theirs.", "version": "1"})

    answer = client.post(f"{place}/codings/{mark}", data={"deed": "print", "edited_en": "Mine.", "edited_zh": "我的。",
                                                          "version": "1"})

    assert answer.status_code == 409
    assert "Theirs." in answer.text
    assert "Mine." in answer.text
    assert "我的。" in answer.text


# ---- memos ----------------------------------------------------------------------------------------------------------
def test_memos_are_written_on_passages_turns_and_the_whole_changed_and_taken_back(log_in, interview: Interview,
                                                                                 place: str):
    client = log_in("coder")
    sha = range_of(interview, WORDS)["version"]

    part = client.post(f"{place}/codings", headers={"X-Fragment": "1"}, data={
        **range_of(interview, WORDS), "deed": "memo", "memo": "on the passage"})
    client.post(f"{place}/codings", data={"turn": "2", "sentence": ["0"], "version": sha, "deed": "memo",
                                          "memo": "plain"})
    client.post(f"{place}/memos", data={"text": "on the turn", "turn": "3", "version": sha})
    client.post(f"{place}/memos", data={"text": "on the whole"})
    written = memos()
    client.post(f"/studies/1/memos/{4}", data={"deed": "save", "text": "changed", "version": "1"})
    client.post(f"/studies/1/memos/{1}", data={"deed": "delete"})
    changed = memos()
    for _ in range(2):
        client.post(f"{place}/memos/undo")

    assert 'id="m1"' in part.text
    assert written == ["on the passage", "plain", "on the turn", "on the whole"]
    assert changed == ["plain", "on the turn", "changed"]
    assert memos() == written
    assert quotes(Memo) == [WORDS, "上周。", "客户怎么说？"]
    page = client.get(f"{place}/memos?turn=4").text
    assert all(text in page for text in written)
    assert "New memo on turn 4" in page


def test_a_stale_memo_shows_both_texts(log_in, interview: Interview, place: str):
    client = log_in("coder")
    client.post(f"{place}/memos", data={"text": "first"})
    client.post("/studies/1/memos/1", data={"text": "theirs", "version": "1"})

    answer = client.post("/studies/1/memos/1", data={"text": "mine", "version": "1"})

    assert answer.status_code == 409
    assert ">mine</textarea>" in answer.text
    assert '<p class="stored">theirs</p>' in answer.text
    assert memos() == ["theirs"]


def test_memos_on_a_code_stand_on_its_page(log_in, bank_study: Study):
    client = log_in("coder")
    address = f"/studies/{bank_study.id}/codes/PRB"

    for deed in ("write", "undo", "redo"):
        client.post(f"{address}/memos", data={"deed": deed, "text": "too wide"})

    assert "too wide" in client.get(address).text
    assert client.post(f"/studies/{bank_study.id}/codes/NO/memos", data={"text": "x"}).status_code == 404


def test_the_wrong_coder_learns_of_no_memo_and_no_boundary(log_in, bank_study: Study, interview: Interview, place: str):
    client = log_in("coder", login="bob@example")
    with transaction() as session:
        study = get_study(session, bank_study.id)
        ann, bob = (make.member(session, study, name) for name in ("ann@example", "bob@example"))
        open_round(session, study, interview, [ann.id, bob.id])
        passage = make.passage(session, interview, WORDS)
        apply_code(session, study, interview, ann, passage, "CAU.TECH", memo=SECRET)
        write_segment_memo(session, study, interview, ann, passage, SECRET)
        write_interview_memo(session, study, interview, ann, SECRET)

    pages = [client.get(f"{place}{rest}").text for rest in ("", "?turn=2", "/memos", "/memos?turn=2")]
    posts = [client.post(f"{place}/codings/c1/edges", data={**range_of(interview, "上周。"), "coding_version": 1}),
             client.post(f"{place}/codings/c1/edges", data={"deed": "accept"}),
             client.post("/studies/1/memos/1", data={"text": "x", "version": "1"}),
             client.post("/studies/1/memos/2", data={"deed": "delete"}), client.post(f"{place}/memos/undo")]

    assert not any(SECRET in page or "CAU.TECH+" in page for page in pages)
    assert [post.status_code for post in posts] == [404, 404, 404, 404, 409]
    assert memos() == [SECRET, SECRET]


# ---- corrections ----------------------------------------------------------------------------------------------------
def test_a_turn_is_corrected_and_the_touched_coding_waits_for_its_coder(log_in, interview: Interview, place: str):
    client = log_in("researcher")
    code(client, place, interview)
    code(client, place, interview, "也有说不好的。", "PRB")
    form = client.get(f"{place}/text?turn=2").text
    sha = re.search(r'name="version" value="(\w{64})"', form)[1]
    words = unescape(re.search(r'<textarea id="text"[^>]*>(.*?)</textarea>', form, re.DOTALL)[1])

    done = client.post(f"{place}/text?turn=2", data={"deed": "turn", "version": sha, "text": words.replace("五", "四")})

    told = client.get(done.location).text
    assert "To be reviewed, because their own words changed: 1." in told
    assert quotes() == [WORDS.replace("五", "四"), "也有说不好的。"]
    page = client.get(f"{place}?mark=c1").text
    assert "to be reviewed" in page
    assert f'<blockquote class="former">{WORDS}</blockquote>' in page
    client.post(f"{place}/codings/c1/edges", data={"deed": "accept"})
    assert "to be reviewed" not in client.get(place).text
    assert WORDS in client.get(f"{place}/text/1").text
    assert client.get(f"{place}/text/7").status_code == 404


def test_a_correction_that_is_refused_keeps_what_was_typed(log_in, interview: Interview, place: str):
    client = log_in("researcher")
    sha = current_version(read_session(), interview).sha256

    answer = client.post(f"{place}/text?turn=2", data={"deed": "turn", "version": "0" * 64, "text": "my careful work"})
    nowhere = client.post(f"{place}/text", data={"deed": "replace", "version": sha, "words": "absent",
                                                 "replacement": "y"})

    assert (answer.status_code, nowhere.status_code) == (409, 422)
    assert "my careful work" in answer.text
    assert "do not occur" in nowhere.text


def test_a_name_is_taken_out_of_every_text(log_in, interview: Interview, place: str):
    client = log_in("researcher")
    sha = current_version(read_session(), interview).sha256

    client.post(f"{place}/text", data={"deed": "replace", "version": sha, "words": "𠮷先生", "replacement": "［某］",
                                       "purge": "1"})

    close_read_session()
    session = read_session()
    assert [row.number for row in session.scalars(select(TranscriptVersion))] == [2]
    assert session.scalars(select(TranscriptFile)).all() == []
    assert [row.action for row in session.scalars(select(Audit)) if row.action in ("correct_text", "purge_texts")] == [
        "correct_text", "purge_texts"]
    assert client.get(place).status_code == 200
    assert client.post(f"{place}/text", data={"deed": "purge"}).status_code == 409


def test_a_coder_corrects_no_text(log_in, interview: Interview, place: str):
    client = log_in("coder")

    assert client.get(f"{place}/text").status_code == 403
    assert "Correct the text" not in client.get(f"{place}?turn=2").text


# ---- the palette and long texts -------------------------------------------------------------------------------------
def test_the_palette_is_searched_in_both_languages_and_in_definitions(log_in, interview: Interview, place: str):
    page = unescape(log_in("coder").get(place).text)

    words = re.search(r'data-code="CAU.TECH" data-words="([^"]*)"', page)[1]
    assert "cau.tech" in words
    assert "it systems" in words
    assert re.search("[一-鿿]", words)
    assert len(words) > 60


def test_a_very_long_text_is_shown_in_parts(log_in, bank_study: Study):
    with transaction() as session:
        study = get_study(session, bank_study.id)
        long = "".join(f"问：第{n}个问题是什么？\n答：{'客户的信息分散。' * 90}{n}。\n" for n in range(420))
        interview = make.interview(session, study, long, key="LONG")
    client = log_in("coder")
    place = f"/studies/{bank_study.id}/interviews/{interview.id}"
    code(client, place, interview, "第419个问题是什么？")

    first, last = client.get(place).text, client.get(f"{place}?mark=c1").text
    at = client.get(f"{place}?at=839").text

    assert len(long) > 300_000
    assert 'id="turn-1"' in first
    assert 'id="turn-839"' not in first
    assert 'id="n-codings">1<' in first
    assert 'id="turn-839"' in last
    assert 'id="turn-839"' in at
    assert 'id="turn-1"' not in last
    assert 'data-codings="c1"' in last
    assert 'id="chosen"' in last
    seen, address = set(), place
    for turn in [1, *map(int, re.findall(r"\?at=(\d+)#turn", first))]:
        seen |= set(re.findall(r'<article[^>]*id="turn-(\d+)"', client.get(f"{address}?at={turn}").text))
    assert len(seen) == 840
