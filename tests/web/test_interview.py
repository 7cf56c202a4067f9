"""The interview log in the client: what is asked, what is refused, and that nothing typed is lost."""

import io
import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveyapp.db.session import close_read_session, read_session
from surveyapp.models.audit import Audit
from surveyapp.models.interview import Interview, TranscriptFile
from surveyapp.models.study import Study
from surveyapp.services.interview import current_version, get_interview, list_turns
from tests.factories.documents import word_document

TEXT = "Interviewer: How is it?\r\nP: Slow. We log in to five systems.\r\n"


def entry(**changes: object) -> dict[str, object]:
    return {"role": "relationship_manager", "audience": "staff", "mode": "in_person", "record": "verbatim",
            "language": "en", "has_consent": "y", "state_Q1": "asked", "state_Q5": "covered", "state_Q6": "skipped",
            **changes}


def page(study: Study, rest: str = "") -> str:
    return f"/studies/{study.id}/interviews{rest}"


def stored(study: Study, key: str = "I01") -> Interview:
    close_read_session()
    return get_interview(read_session(), study, key)


def n_interviews() -> int:
    close_read_session()
    return read_session().scalar(select(func.count()).select_from(Interview)) or 0


def test_an_interview_is_logged_with_a_pasted_text(log_in, bank_study: Study):
    client = log_in("researcher")

    answer = client.post(page(bank_study, "/new"), data=entry(text=TEXT, held_on="2026-09-08", duration_min="54"))

    interview = stored(bank_study)
    assert answer.location == page(bank_study, f"/{interview.id}")
    version = current_version(read_session(), interview)
    assert version.text == TEXT.replace("\r\n", "\n")
    assert [turn.is_interviewee for turn in list_turns(read_session(), version)] == [False, True]
    assert (str(interview.held_on), interview.duration_min) == ("2026-09-08", 54)
    assert interview.questions == {"Q1": "asked", "Q5": "covered", "Q6": "skipped"}


def test_an_interview_is_logged_with_a_file_in_a_chinese_encoding_and_says_how_it_was_read(log_in, bank_study: Study):
    client = log_in("researcher")
    content = "问：您怎么看？\n答：客户信息不全，系统又慢，我们只能自己拿表格拼。\n".encode("gb18030")

    client.post(page(bank_study, "/new"), data=entry(file=(io.BytesIO(content), "谈话.txt")))

    shown = client.get(page(bank_study, f"/{stored(bank_study).id}")).text
    assert "The file was read as GB18030" in shown
    assert "客户信息不全" in shown
    assert read_session().scalars(select(TranscriptFile)).one().content == content


def test_questions_that_were_not_noted_are_not_taken_for_not_asked(log_in, bank_study: Study):
    data = entry(state_Q1="", state_Q5="", state_Q6="")

    log_in("researcher").post(page(bank_study, "/new"), data=data)

    assert stored(bank_study).questions is None


@pytest.mark.parametrize(("changes", "words"), [
    ({"has_consent": ""}, "Without consent no transcript"), ({"role": ""}, "Something is missing"),
    ({"duration_min": "0"}, "Something is missing"), ({"role": "king"}, "Something is missing"),
    ({"text": " \r\n "}, None),
])
def test_what_does_not_fit_is_said_and_the_text_is_kept_in_the_form(log_in, bank_study: Study, changes: dict,
                                                                    words: str | None):
    client = log_in("researcher")

    answer = client.post(page(bank_study, "/new"), data=entry(**{"text": TEXT, **changes}))

    assert (answer.status_code, n_interviews()) == ((422, 0) if words else (302, 1))
    if words:
        assert words in answer.text
        assert "We log in to five systems." in answer.text


@pytest.mark.parametrize(("content", "name", "words"), [
    (b"", "a.txt", "the file is empty"), (bytes(range(256)) * 9, "a.txt", "a.txt:"),
    (b"%PDF-1.7", "a.pdf", "the document is damaged"), (b"%PDF-1.7", "a.txt", "of the kind PDF are not read"),
    (b"PK\x03\x04", "a.docx", "not a Word document"),
])
def test_a_file_that_is_no_transcript_is_refused_with_the_remedy(log_in, bank_study: Study, content: bytes, name: str,
                                                                 words: str):
    answer = log_in("researcher").post(page(bank_study, "/new"), data=entry(file=(io.BytesIO(content), name)))

    assert answer.status_code == 422
    assert words in answer.text
    assert n_interviews() == 0


def decided(text: str, *deeds: tuple[str, str, str], **changes: object) -> dict[str, object]:
    return entry(text=text, find_words=[words for words, _, _ in deeds], find_deed=[deed for _, deed, _ in deeds],
                 find_replacement=[replacement for _, _, replacement in deeds], **changes)


NUMBERS = "I: Your number?\r\nP: 13812345678, and the card 6222 0212 3456 7890 123.\r\n"


def test_what_may_identify_somebody_is_shown_before_anything_is_stored(log_in, bank_study: Study):
    client = log_in("researcher")

    warned = client.post(page(bank_study, "/new"), data=entry(file=(io.BytesIO(NUMBERS.encode()), "a.txt")))

    assert warned.status_code == 422
    assert "a telephone number" in warned.text
    assert "an account or card number" in warned.text
    assert n_interviews() == 0
    assert NUMBERS.replace("\r\n", "\n").splitlines()[1] in warned.text      # in the field, to be mended


def test_numbers_that_name_nobody_may_stay(log_in, bank_study: Study):
    client = log_in("researcher")

    client.post(page(bank_study, "/new"), data=decided(
        NUMBERS, ("13812345678", "keep", ""), ("6222 0212 3456 7890 123", "keep", "")))

    assert "13812345678" in current_version(read_session(), stored(bank_study)).text


def test_one_place_left_undecided_stores_nothing(log_in, bank_study: Study):
    client = log_in("researcher")

    answer = client.post(page(bank_study, "/new"), data=decided(NUMBERS, ("13812345678", "keep", "")))

    assert (answer.status_code, n_interviews()) == (422, 0)


def test_a_long_text_comes_back_with_its_decisions(log_in, bank_study: Study):
    client = log_in("researcher")
    text = "答：王建国经理负责。\n" + "答：我们每天都要登录五个系统，客户信息总是不全。\n" * 20_000

    answer = client.post(page(bank_study, "/new"), data=decided(text, ("王建国", "replace", "人员1")))

    assert answer.status_code == 302
    assert len(current_version(read_session(), stored(bank_study)).text) == len(text) - 3 + 3


def test_a_list_of_people_is_no_transcript(log_in, bank_study: Study):
    text = "答：" + "，".join(f"138{number:08d}" for number in range(501)) + "。\n"

    answer = log_in("researcher").post(page(bank_study, "/new"), data=entry(text=text))

    assert answer.status_code == 422
    assert "A list of people is no transcript" in answer.text


def test_a_replaced_name_is_gone_from_text_turns_and_file(log_in, bank_study: Study):
    client = log_in("researcher")
    text = "问：谁负责？\n答：王建国经理负责，我们都听王建国的。电话13812345678。\n"
    first = client.post(page(bank_study, "/new"), data=entry(file=(io.BytesIO(text.encode()), "王建国.txt")))
    assert "王建国" in first.text

    client.post(page(bank_study, "/new"), data=decided(
        text, ("王建国", "replace", "人员1"), ("13812345678", "replace", "电话1"), language="zh", source="王建国.txt"))

    version = current_version(read_session(), stored(bank_study))
    file = read_session().scalars(select(TranscriptFile)).one()
    assert version.text == "问：谁负责？\n答：人员1经理负责，我们都听人员1的。电话电话1。\n"
    assert [version.text[turn.start:turn.end] for turn in list_turns(read_session(), version)] == [
        "谁负责？", "人员1经理负责，我们都听人员1的。电话电话1。"]
    assert (file.name, "王建国" in file.content.decode()) == ("I01", False)


def test_the_same_name_gets_the_same_replacement_in_the_next_interview(log_in, bank_study: Study):
    client = log_in("researcher")
    client.post(page(bank_study, "/new"), data=decided("答：王建国经理负责。\n", ("王建国", "replace", "网点负责人甲")))

    again = client.post(page(bank_study, "/new"), data=entry(text="答：昨天看见王建国。\n"))

    assert again.status_code == 422
    assert "网点负责人甲" in again.text
    other = client.post(page(bank_study, "/new"), data=decided("答：昨天看见王建国。\n", ("王建国", "replace", "某人")))
    assert (other.status_code, n_interviews()) == (422, 1)


@pytest.mark.parametrize("replacement", ["", " ", "老王建国", "甲：乙", "x" * 61])
def test_a_replacement_that_says_too_much_or_nothing_is_refused(log_in, bank_study: Study, replacement: str):
    answer = log_in("researcher").post(page(bank_study, "/new"), data=decided(
        "答：王建国经理负责。\n", ("王建国", "replace", replacement)))

    assert (answer.status_code, n_interviews()) == (422, 0)


def test_times_of_subtitles_stay_with_their_turns_when_names_are_replaced(log_in, bank_study: Study):
    client = log_in("researcher")
    content = "WEBVTT\n\n00:01.500 --> 00:02.000\n<v I>Who?\n\n00:03.000 --> 00:04.000\n<v P>Mr. Miller does.\n"
    asked = client.post(page(bank_study, "/new"), data=entry(file=(io.BytesIO(content.encode()), "a.vtt")))
    assert 'value="1500 3000"' in asked.text

    client.post(page(bank_study, "/new"), data=decided(
        "I: Who?\n\nP: Mr. Miller does.\n\n", ("Miller", "replace", "Person 1"), times="1500 3000"))

    turns = list_turns(read_session(), current_version(read_session(), stored(bank_study)))
    assert [turn.at_ms for turn in turns] == [1500, 3000]


def test_only_a_data_manager_opens_the_key_table_and_every_look_is_recorded(log_in, client: FlaskClient,
                                                                            bank_study: Study):
    log_in("researcher").post(page(bank_study, "/new"), data=decided(
        "答：王建国经理负责。\n", ("王建国", "replace", "人员1")))
    assert client.get(page(bank_study, "/replaced")).status_code == 403
    client.post("/logout")
    log_in("data_manager")

    closed = client.get(page(bank_study, "/replaced")).text
    opened = client.post(page(bank_study, "/replaced")).text

    assert "王建国" not in closed
    assert "王建国" in opened
    close_read_session()
    looks = read_session().scalars(select(Audit).where(Audit.action == "look_at_identity_keys")).all()
    assert len(looks) == 1
    assert all("王建国" not in json.dumps([deed.before, deed.after], ensure_ascii=False)
               for deed in read_session().scalars(select(Audit)))


def test_the_key_table_is_deleted_for_good_after_asking(log_in, client: FlaskClient, bank_study: Study):
    log_in("researcher").post(page(bank_study, "/new"), data=decided(
        "答：王建国经理负责。\n", ("王建国", "replace", "人员1")))
    client.post("/logout")
    log_in("data_manager")

    unsure = client.post(page(bank_study, "/replaced/delete"))
    sure = client.post(page(bank_study, "/replaced/delete"), data={"sure": "yes"})

    assert (unsure.status_code, sure.status_code) == (422, 302)
    assert "王建国" not in client.post(page(bank_study, "/replaced")).text


def test_what_a_document_holds_besides_words_is_said(log_in, bank_study: Study):
    client = log_in("researcher")
    document = word_document("<w:p><w:r><w:t>Slow.</w:t></w:r><w:ins w:id='1'><w:r><w:t> Very.</w:t></w:r></w:ins>"
                             "<w:del w:id='2'><w:r><w:delText>Fast.</w:delText></w:r></w:del></w:p>")

    client.post(page(bank_study, "/new"), data=entry(file=(io.BytesIO(document), "a.docx")))

    assert current_version(read_session(), stored(bank_study)).text == "Slow. Very."
    assert "Tracked changes were read as accepted: 2." in client.get(page(bank_study)).text


def test_the_page_names_what_must_never_be_recorded(log_in, bank_study: Study):
    shown = log_in("researcher").get(page(bank_study, "/new")).text

    for words in ("names of people", "telephone numbers", "identity-card numbers", "account and card numbers"):
        assert words in shown


def test_a_coder_reads_the_log_and_cannot_change_it(log_in, client: FlaskClient, bank_study: Study):
    log_in("researcher").post(page(bank_study, "/new"), data=entry(text=TEXT))
    number = stored(bank_study).id
    client.post("/logout")
    log_in("coder")

    assert client.get(page(bank_study)).status_code == 200
    for rest in ("/new", f"/{number}/edit", f"/{number}/speakers", f"/{number}/delete"):
        assert client.get(page(bank_study, rest)).status_code == 403
    assert client.post(page(bank_study, f"/{number}/delete")).status_code == 403
    assert n_interviews() == 1


def test_a_log_entry_is_changed_and_shown_again_as_it_is(log_in, bank_study: Study):
    client = log_in("researcher")
    client.post(page(bank_study, "/new"), data=entry(text=TEXT))
    number = stored(bank_study).id

    client.post(page(bank_study, f"/{number}/edit"), data=entry(key="P7", line="retail", role="outlet_head"))

    changed = stored(bank_study, "P7")
    assert (changed.line, changed.role) == ("retail", "outlet_head")
    shown = client.get(page(bank_study, f"/{number}/edit")).text
    assert 'value="retail"' in shown
    assert '<option selected value="outlet_head">' in shown


def test_speakers_are_corrected(log_in, bank_study: Study):
    client = log_in("researcher")
    client.post(page(bank_study, "/new"), data=entry(text=TEXT))
    number = stored(bank_study).id

    client.post(page(bank_study, f"/{number}/speakers"),
                data={"speaker": ["Interviewer", "P"], "name": ["R1", "Manager"], "interviewee": ["P"]})

    shown = client.get(page(bank_study, f"/{number}")).text
    assert "Manager" in shown
    assert '<article class="turn interviewee" id="turn-2"' in shown


def test_an_interview_is_deleted_after_asking(log_in, bank_study: Study):
    client = log_in("researcher")
    client.post(page(bank_study, "/new"), data=entry(text=TEXT))
    number = stored(bank_study).id

    assert "cannot be undone" in client.get(page(bank_study, f"/{number}/delete")).text
    client.post(page(bank_study, f"/{number}/delete"))

    assert n_interviews() == 0


def test_interviews_coded_elsewhere_are_taken_over_or_refused_with_their_places(log_in, bank_study: Study):
    client = log_in("researcher")
    good = json.dumps([{"id": "A1", "role": "customer", "codes": [{"code": "PRB.INFO", "quote": "words"}]}]).encode()
    bad = json.dumps([{"id": "A2", "role": "customer", "codes": [{"code": "NO.SUCH"}]}]).encode()

    taken = client.post(page(bank_study, "/import"), data={
        "file": (io.BytesIO(good), "a.json"), "consent": "yes"}, follow_redirects=True)
    unsaid = client.post(page(bank_study, "/import"), data={
        "file": (io.BytesIO(good.replace(b"A1", b"A9")), "a.json"), "consent": "file"})
    refused = client.post(page(bank_study, "/import"), data={"file": (io.BytesIO(bad), "b.json")})

    assert "Coded interviews taken over: 1." in taken.text
    assert unsaid.status_code == 422
    assert "It is not said whether this interviewee has consented." in unsaid.text
    assert (refused.status_code, "NO.SUCH" in refused.text, n_interviews()) == (422, True, 1)


def test_an_import_without_a_file_is_refused(log_in, bank_study: Study):
    assert log_in("researcher").post(page(bank_study, "/import")).status_code == 422
